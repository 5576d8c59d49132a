package hearth.conformance.hostile;

import static hearth.conformance.hostile.Attack.DENIED;
import static hearth.conformance.hostile.Attack.harmless;
import static hearth.conformance.hostile.Attack.refused;
import static hearth.conformance.hostile.Attack.stopped;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each attack works on the host and is stopped in a function, while another function is invoked and notices
/// nothing.
class HostileFunctionsTest {
    private static final String FILTER = "system call filter";
    private static final String OWN_PIDS = "pid namespace";
    private static final String OWN_ROOT = "mount namespace";
    private static final String OWN_NETWORK = "network namespace";
    private static final String NO_SUCH = "No such (file or directory|process|folder)";

    private static @Nullable Battery battery;

    @BeforeAll
    static void start() throws Exception {
        battery = Battery.start();
    }

    @AfterAll
    static void end() throws Exception {
        if (battery != null) {
            battery.close();
        }
    }

    static Stream<Attack> others() {
        return Stream.of(
                refused("ptrace", FILTER + ", " + OWN_PIDS),
                stopped("kill_outside", OWN_PIDS, NO_SUCH),
                stopped("signal_every_pid", OWN_PIDS, "none but its own"),
                stopped("memory_of_others", OWN_PIDS + ", pid 1 of another user", DENIED),
                stopped("root_of_others", OWN_PIDS + ", pid 1 of another user", DENIED),
                stopped("descriptors_of_others", OWN_PIDS + ", pid 1 of another user", DENIED),
                refused("steal_descriptor", FILTER),
                stopped("environment_of_others", OWN_PIDS, "no process but its own"),
                stopped("tmp_of_others", "a file system for each /tmp", NO_SUCH),
                stopped("code_of_others", OWN_ROOT, NO_SUCH),
                stopped("logs_of_others", OWN_ROOT, NO_SUCH),
                stopped("store", OWN_ROOT, NO_SUCH),
                stopped("write_shared_files", "read-only mounts", DENIED));
    }

    static Stream<Attack> kernel() {
        return Stream.of(
                refused("mount", FILTER).outsideIn("unshare", "-m"),
                refused("remount_writable", FILTER).outsideIn("unshare", "-m"),
                refused("new_mount_interface", FILTER),
                refused("unshare_user", FILTER),
                refused("unshare_mounts_and_network", FILTER),
                stopped("setns", FILTER + ", pid 1 of another user", DENIED),
                refused("chroot", FILTER),
                refused("device_node", "no capabilities; mounts without devices"),
                stopped("kernel_memory", "hidden files of /proc", DENIED + "|is empty|" + NO_SUCH)
                        .whereThereIsOne(),
                stopped("kernel_log", "minimal /dev, hidden files of /proc", DENIED + "|is /dev/null|" + NO_SUCH),
                stopped("sysrq", "hidden files of /proc", DENIED + "|is /dev/null|" + NO_SUCH)
                        .whereThereIsOne(),
                refused("fixed_addresses", FILTER),
                stopped("kernel_settings", "read-only /proc", DENIED),
                stopped("cgroups", "no /sys, cgroup namespace", DENIED + "|" + NO_SUCH),
                stopped("let_others_die", "read-only /proc", DENIED),
                stopped("setuid_program", "no_new_privs, nosuid", "runs as uid=993"),
                stopped("root_by_setuid", "user namespace of one user", "Invalid argument"),
                refused("real_time", "no capabilities"),
                refused("more_priority", "no capabilities"),
                stopped("raise_limits", "no capabilities", DENIED + "|not allowed to raise"),
                refused("finit_module", FILTER).whereThereIsOne(),
                refused("kexec", FILTER).whereThereIsOne(),
                refused("swapon", FILTER),
                refused("kernel_ring", FILTER),
                refused("io_uring", FILTER).whereThereIsOne(),
                refused("bpf", FILTER).whereThereIsOne(),
                refused("keyring_add", FILTER).whereThereIsOne(),
                refused("keyring_session", FILTER).whereThereIsOne(),
                refused("perf_events", FILTER).whereThereIsOne(),
                refused("userfaultfd", FILTER).whereThereIsOne(),
                refused("fanotify", FILTER).whereThereIsOne(),
                refused("file_handles", FILTER),
                stopped("int80", FILTER, "killed by SIGSYS").whereThereIsOne(),
                refused("clone3", FILTER));
    }

    static Stream<Attack> network() {
        return Stream.of(
                refused("raw_socket", FILTER),
                stopped("packet_socket", FILTER, "not supported"),
                stopped("netfilter_socket", FILTER, "not supported"),
                stopped("audit_socket", FILTER, "not supported").whereThereIsOne(),
                refused("another_address", "no capabilities").outsideIn("unshare", "-n"),
                stopped("host_services", OWN_NETWORK + ", firewall", "at \\d+ addresses"),
                stopped("host_abstract_socket", OWN_NETWORK, "refused"),
                stopped("other_sandbox", "firewall", "at 1 addresses"),
                stopped("other_runtime_api", OWN_NETWORK + ", firewall", "timed out|refused|unreachable"),
                stopped("metadata", "firewall", "at 1 addresses"),
                stopped("private_networks", "firewall", "at 7 addresses"));
    }

    static Stream<Attack> load() {
        return Stream.of(
                stopped("fork_bomb", "pids limit", "temporarily unavailable"),
                stopped("memory_hog", "memory limit", "signal: killed").by(Attack.By.SMALL),
                stopped("memory_in_files", "memory limit", "signal: killed").by(Attack.By.SMALL),
                stopped("spinning_threads", "CPU quota", "of a core").by(Attack.By.SMALL),
                stopped("fill_disk", "size of /tmp", "No space left"),
                stopped("fill_disk_unlinked", "size of /tmp", "No space left"),
                stopped("sparse_file", "size of /tmp", "No space left|too large"),
                harmless("deep_tree", "/tmp is removed as a whole"),
                stopped("many_files", "size of /tmp", "No space left"),
                stopped("descriptors", "rlimits", "Too many open files"),
                harmless("endless_output", "bounded pipes, one piece a turn"),
                harmless("huge_line", "records of 256 KiB"),
                harmless("empty_lines", "bounded pipes, one piece a turn"));
    }

    static Stream<Attack> runtimeApi() {
        return Stream.of(
                stopped("forged_request_id", "RuntimeSession", "40[04]"),
                stopped("answer_of_an_old_request", "RuntimeSession", "400"),
                stopped("init_error_after_init", "RuntimeSession", "403"),
                stopped("second_answer", "RuntimeSession", "403"),
                stopped("huge_header", "RequestDecoder", "closed after"),
                stopped("endless_headers", "RequestDecoder", "closed after"),
                stopped("huge_request_line", "RequestDecoder", "closed after"),
                stopped("endless_chunk_head", "RequestDecoder", "closed after"),
                stopped("many_connections", "RuntimeApiServer", "\\d+ of 500"),
                stopped("answers_unread", "RuntimeConnection", "reading stopped"),
                stopped("giant_answer", "BodyCollector", "payload size exceeded"),
                stopped("giant_chunked_answer", "BodyCollector", "payload size exceeded"),
                stopped("answer_without_end", "BodyCollector", "payload size exceeded"),
                harmless("flood_of_requests", "CPU quota; answers in turn"),
                harmless("flood_of_connections", "CPU quota; RuntimeApiServer"));
    }

    static Stream<Attack> server() {
        return Stream.of(
                stopped("many_connections_to_the_server", "EnvironmentServices", "\\d+ of 500"),
                stopped("huge_header_to_the_server", "HeadReader", "40[0-9]|431"),
                stopped("unread_answers_of_the_server", "Connection", "reading stopped"),
                harmless("bodies_without_end", "BodyBudget's share for functions"),
                harmless("flood_of_requests_to_the_server", "CPU quota; answers in turn"),
                harmless("flood_of_connections_to_the_server", "CPU quota; EnvironmentServices"),
                stopped("many_relayed_connections", "EnvironmentServices", "\\d+ of 500"),
                stopped("unread_relayed_bytes", "RelayedConnection", "reading stopped"),
                harmless("flood_of_relayed_connections", "CPU quota; EnvironmentServices"));
    }

    @ParameterizedTest
    @MethodSource({"others", "kernel", "network", "runtimeApi", "server", "load"})
    void worksOutsideAndNotInside(Attack attack) throws Exception {
        battery().attempt(attack);
    }

    /// The kernel counts them for the user that made a user namespace as well as for the one within.
    @Test
    void takesNoneOfTheHostsCountsPerUser() throws Exception {
        var battery = battery();
        var mark = battery.victim().mark();
        battery.create("greedy", 512, 60);

        var taken =
                battery.attack("greedy", "inotify_instances", battery.facts().with("count", 100_000));
        var left = battery.outside()
                .attempt(
                        Attack.harmless("inotify_instances", ""),
                        battery.facts().with("count", 1));

        battery.record("inotify_instances", left.how(), taken.how(), mark);
        assertThat(taken.how()).contains("Too many open files after");
        assertThat(left.worked()).as("what is left to the host: %s", left.how()).isTrue();
    }

    private static Battery battery() {
        return java.util.Objects.requireNonNull(battery);
    }
}

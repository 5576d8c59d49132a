package hearth.conformance.hostile;

import static hearth.conformance.hostile.Attack.DENIED;
import static hearth.conformance.hostile.Attack.harmless;
import static hearth.conformance.hostile.Attack.refused;
import static hearth.conformance.hostile.Attack.stopped;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Attacks of each sort from within a microVM, beside a victim in another. Fewer than in namespaces, because an
/// emulated processor takes its time: the barriers inside are the same, and their own tests hold them.
class HostileMicrovmTest {
    private static final String OWN_KERNEL = "a kernel of its own";
    private static final String NO_SUCH = "No such (file or directory|process|folder)";

    private static @Nullable Battery battery;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/qemu-system-x86_64")), "needs QEMU");
        assumeTrue(Files.isReadable(Path.of("/var/lib/hearth/guest-kernel/vmlinuz")), "needs hearth-guest-kernel");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/mksquashfs")), "needs squashfs-tools");
        battery = Battery.start("microvm");
    }

    @AfterAll
    static void end() throws Exception {
        if (battery != null) {
            battery.close();
        }
    }

    static Stream<Attack> attacks() {
        return Stream.of(
                stopped("kill_outside", OWN_KERNEL, NO_SUCH),
                stopped("code_of_others", OWN_KERNEL, NO_SUCH),
                stopped("store", OWN_KERNEL, NO_SUCH),
                stopped("write_shared_files", "read-only images", DENIED),
                refused("mount", "system call filter").outsideIn("unshare", "-m"),
                stopped("kernel_settings", "read-only /proc", DENIED),
                refused("device_node", "no capabilities"),
                stopped("metadata", "firewall", "at 1 addresses"),
                stopped("private_networks", "firewall", "at 7 addresses"),
                stopped("forged_request_id", "RuntimeSession", "40[04]"),
                stopped("many_connections", "RuntimeApiServer, pid 1", "\\d+ of 500"),
                harmless("endless_output", "bounded sockets, one piece a turn"));
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void worksOutsideAndNotInside(Attack attack) throws Exception {
        Objects.requireNonNull(battery).attempt(attack);
    }
}

package hearth.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every number, and the arguments that decide.
final class SystemCallFilterTest {
    private static final int EPERM = 1;
    private static final int ENOTTY = 25;
    private static final int ENOSYS = 38;
    private static final int EPROTONOSUPPORT = 93;
    private static final int EAFNOSUPPORT = 97;
    private static final int LAST_KNOWN = 462;
    private static final int X32 = 0x40000000;

    private FilterProgram filter;

    @BeforeEach
    void readIt() throws Exception {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "the numbers are those of x86_64");
        assumeTrue(Files.isExecutable(SandboxRun.launcher()), "needs " + SandboxRun.launcher());
        filter = FilterProgram.of(SandboxRun.launcher());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mounts: mount umount2 pivot_root chroot | 165 166 155 161",
                "mounts by descriptor: open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr | 428 429 430 431 432 433 442",
                "what is mounted: statmount listmount | 457 458",
                "namespaces: unshare setns | 272 308",
                "files by handle: name_to_handle_at open_by_handle_at | 303 304",
                "others' memory: ptrace process_vm_readv process_vm_writev process_madvise process_mrelease | 101 310 311 440 448",
                "others' descriptors: kcmp pidfd_getfd | 312 438",
                "others' pages: migrate_pages move_pages | 256 279",
                "bpf perf_event_open userfaultfd | 321 298 323",
                "fanotify_init fanotify_mark | 300 301",
                "keyrings: add_key request_key keyctl | 248 249 250",
                "modules: init_module finit_module delete_module create_module query_module get_kernel_syms | 175 313 176 174 178 177",
                "another kernel: kexec_load kexec_file_load reboot | 246 320 169",
                "clocks: settimeofday clock_settime adjtimex clock_adjtime | 164 227 159 305",
                "the host's name: sethostname setdomainname | 170 171",
                "swap, quotas, accounting: swapon swapoff quotactl quotactl_fd acct | 167 168 179 443 163",
                "the kernel's log: syslog | 103",
                "ports and segments: iopl ioperm modify_ldt | 172 173 154",
                "terminals: vhangup | 153",
                "groups: setgroups | 116",
                "security modules: lsm_get_self_attr lsm_set_self_attr lsm_list_modules | 459 460 461",
                "history: uselib ustat sysfs _sysctl nfsservctl lookup_dcookie | 134 136 139 156 180 212",
            })
    void refusesWhatIsDangerous(String what, String numbers) {
        assertThat(numbers(numbers))
                .allSatisfy(call -> assertThat(filter.call(call).error())
                        .as("%s: %d", what, call)
                        .isEqualTo(EPERM));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "io_uring_setup io_uring_enter io_uring_register | 425 426 427",
                "clone3, whose flags lie in memory | 435",
                "io_setup io_destroy io_getevents io_submit io_cancel io_pgetevents | 206 207 208 209 210 333",
                "vmsplice remap_file_pages memfd_secret cachestat | 278 216 447 451",
                "mbind set_mempolicy get_mempolicy set_mempolicy_home_node | 237 238 239 450",
                "uretprobe, and what has no number yet | 335 400 463 467 500 1000 65536",
            })
    void saysThatThereIsNo(String what, String numbers) {
        assertThat(numbers(numbers))
                .allSatisfy(call -> assertThat(filter.call(call).error())
                        .as("%s: %d", what, call)
                        .isEqualTo(ENOSYS));
    }

    @Test
    void allowsNothingButWhatItNames() {
        var refused = new HashSet<Integer>();
        for (var call = 0; call <= 100_000; call++) {
            var answer = filter.call(call);
            if (answer.error() == EPERM || answer.error() == ENOSYS) {
                refused.add(call);
                assertThat(filter.run(FilterProgram.X86_64, X32 | call).error()).isEqualTo(ENOSYS);
            }
        }

        // Of 374 that there are up to mseal; those that are checked count if they allow zeros.
        assertThat(LAST_KNOWN
                        + 1
                        - refused.stream().filter(call -> call <= LAST_KNOWN).count())
                .isEqualTo(276);
        assertThat(refused).hasSizeGreaterThan(99_000);
    }

    @Test
    void killsForAnotherArchitecture() {
        var i386 = 0x40000003;
        var aarch64 = 0xc00000b7;

        assertThat(Stream.of(i386, aarch64).map(other -> filter.run(other, 0).value()))
                .containsOnly(FilterProgram.KILL);
    }

    @Test
    void makesNoNamespaceByClone() {
        var namespaces =
                List.of(0x00020000L, 0x02000000L, 0x04000000L, 0x08000000L, 0x10000000L, 0x20000000L, 0x40000000L);
        var thread = 0x3d0f00L;
        var vfork = 0x4111L;

        assertThat(namespaces).allSatisfy(flag -> {
            assertThat(filter.call(56, flag | 17).error()).isEqualTo(EPERM);
            assertThat(filter.call(56, flag | thread).error()).isEqualTo(EPERM);
        });
        assertThat(filter.call(56, thread).allows()).isTrue();
        assertThat(filter.call(56, vfork).allows()).isTrue();
    }

    /// The flags that come with a type are none of its business.
    @ParameterizedTest
    @ValueSource(longs = {0, 0x800, 0x80000, 0x80800})
    void knowsSocketsByFamilyTypeAndProtocol(long flags) {
        var stream = 1 | flags;
        var datagram = 2 | flags;
        var raw = 3 | flags;
        var seqpacket = 5 | flags;
        for (var ip : List.of(2, 10)) {
            assertThat(socket(ip, stream, 0)).isZero();
            assertThat(socket(ip, stream, 6)).isZero();
            assertThat(socket(ip, datagram, 17)).isZero();
            assertThat(socket(ip, raw, 1)).isEqualTo(EPERM);
            assertThat(socket(ip, raw, 255)).isEqualTo(EPERM);
            assertThat(socket(ip, 10 | flags, 0)).isEqualTo(EPERM);
            assertThat(socket(ip, seqpacket, 132)).isEqualTo(EPERM);
            assertThat(socket(ip, datagram, 1)).as("ICMP").isEqualTo(EPROTONOSUPPORT);
            assertThat(socket(ip, stream, 132)).as("SCTP").isEqualTo(EPROTONOSUPPORT);
            assertThat(socket(ip, stream, 262)).as("MPTCP").isEqualTo(EPROTONOSUPPORT);
        }
        assertThat(Stream.of(stream, datagram, seqpacket).map(type -> socket(1, type, 0)))
                .containsOnly(0);
        assertThat(socket(1, raw, 0)).isEqualTo(EPERM);
        assertThat(socket(16, raw, 0)).as("NETLINK_ROUTE").isZero();
        for (var protocol = 1; protocol < 32; protocol++) {
            assertThat(socket(16, raw, protocol)).isEqualTo(EAFNOSUPPORT);
        }
        for (var family = 0; family < 64; family++) {
            if (!Set.of(1, 2, 10, 16).contains(family)) {
                assertThat(socket(family, stream, 0)).isEqualTo(EAFNOSUPPORT);
            }
        }
        assertThat(filter.call(53, 1, stream, 0).allows()).isTrue();
        assertThat(filter.call(53, 30, stream, 0).error()).as("TIPC").isEqualTo(EAFNOSUPPORT);
    }

    @Test
    void knowsFewIoctls() {
        var allowed = List.of(0x5401L, 0x541bL, 0x5421L, 0x5451L, 0x8912L, 0x8933L, 0x40049409L);
        var refused = List.of(
                0x5412L, // TIOCSTI
                0x541cL, // TIOCLINUX
                0x5412L | 1L << 32, // of which the kernel sees the low half
                0xae01L, // KVM_CREATE_VM
                0x400454caL, // TUNSETIFF
                0x4c00L, // LOOP_SET_FD
                0x40086602L, // FS_IOC_SETFLAGS
                0xc028660fL, // EXT4_IOC_MOVE_EXT
                0xb701L, // NS_GET_USERNS
                0x89a0L, // SIOCBRADDBR
                0xffffffffL);

        assertThat(allowed)
                .allSatisfy(request -> assertThat(filter.call(16, 0, request).allows())
                        .as(Long.toHexString(request))
                        .isTrue());
        assertThat(refused)
                .allSatisfy(request -> assertThat(filter.call(16, 0, request).error())
                        .as(Long.toHexString(request))
                        .isEqualTo(ENOTTY));
    }

    @Test
    void knowsFewOptionsOfProcesses() {
        assertThat(Stream.of(15L, 16L, 38L, 22L, 0x53564d41L).map(option -> filter.call(157, option)))
                .allSatisfy(answer -> assertThat(answer.allows()).isTrue());
        // PR_SET_FPEMU, PR_SET_MM, PR_SET_IO_FLUSHER, PR_SCHED_CORE, PR_TASK_PERF_EVENTS_ENABLE, and what is to come.
        assertThat(Stream.of(10L, 35L, 57L, 62L, 32L, 1000L, 0xffffffffL).map(option -> filter.call(157, option)))
                .allSatisfy(answer -> assertThat(answer.error()).isEqualTo(EPERM));
        assertThat(Stream.of(0L, 8L, 0x20000L, 0x20008L, 0xffffffffL, -1L).map(persona -> filter.call(135, persona)))
                .allSatisfy(answer -> assertThat(answer.allows()).isTrue());
        // ADDR_NO_RANDOMIZE, MMAP_PAGE_ZERO, READ_IMPLIES_EXEC, ADDR_COMPAT_LAYOUT, another system.
        assertThat(Stream.of(0x40000L, 0x40008L, 0x100000L, 0x400000L, 0x200000L, 6L)
                        .map(persona -> filter.call(135, persona)))
                .allSatisfy(answer -> assertThat(answer.error()).isEqualTo(EPERM));
        var newListener = 8;
        assertThat(filter.call(317, 1, 0).allows()).isTrue();
        assertThat(filter.call(317, 1, newListener).error()).isEqualTo(EPERM);
    }

    @ParameterizedTest
    @CsvSource({"133, 1", "259, 2"})
    void makesNoDevices(int call, int mode) {
        for (var kind : List.of(0, 0010000, 0100000, 0140000)) {
            assertThat(mknod(call, mode, kind | 0644).allows()).isTrue();
        }
        for (var kind : List.of(0020000, 0060000, 0040000)) {
            assertThat(mknod(call, mode, kind | 0644).error()).isEqualTo(EPERM);
        }
    }

    @Test
    void doesNothingForSync() {
        assertThat(filter.call(162).error()).isZero();
        assertThat(filter.call(306).error()).isZero();
    }

    /// What each call costs where the kernel does not remember it.
    @Test
    void decidesInFewSteps() {
        for (var call = 0; call <= LAST_KNOWN; call++) {
            for (var argument : List.of(0L, 1L, 2L, 0x5421L, 0x8912L, 0xffffffffL)) {
                assertThat(filter.call(call, argument, argument, argument).steps())
                        .as("call %d(%x)", call, argument)
                        .isLessThanOrEqualTo(24);
            }
        }
    }

    private int socket(int family, long type, int protocol) {
        var answer = filter.call(41, family, type, protocol);
        return answer.allows() ? 0 : answer.error();
    }

    private FilterProgram.Answer mknod(int call, int modeArgument, int mode) {
        var arguments = new long[4];
        arguments[modeArgument] = mode;
        return filter.call(call, arguments);
    }

    private static List<Integer> numbers(String text) {
        return Stream.of(text.strip().split(" ")).map(Integer::valueOf).toList();
    }
}

// The system calls that a function may not make. It has no capability that most of them would need; refusing them
// here keeps the kernel's code behind them out of reach. What is newer than this file answers ENOSYS, so that
// programs fall back; clone3 too, because its flags cannot be seen from here.
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined __x86_64__
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "the launcher knows x86_64 and aarch64"
#endif

enum {
    CALL_CLONE3 = 435,
    // The last one that was looked at: mseal.
    LAST_KNOWN_CALL = 462,
    NAMESPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |
                 CLONE_NEWNET,
    PUSH_INPUT = 0x5412, // TIOCSTI
    SOCKET_TYPE = 0xf,
    ROUTE_NETLINK = 0,
};

// The bits of arguments, on little-endian machines.
#define LOW(argument) (offsetof(struct seccomp_data, args[argument]))
#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset))
#define LOAD_CALL LOAD(offsetof(struct seccomp_data, nr))
#define ANSWER(value) BPF_STMT(BPF_RET | BPF_K, (value))
#define REFUSE(error) ANSWER(SECCOMP_RET_ERRNO | (error))
#define ALLOW ANSWER(SECCOMP_RET_ALLOW)
#define SKIP_UNLESS(value, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (count))
#define SKIP_IF(value, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (count), 0)
#define DENY(call) SKIP_UNLESS((call), 1), REFUSE(EPERM)
#define ABSENT(call) SKIP_UNLESS((call), 1), REFUSE(ENOSYS)

static struct sock_filter filter[] = {
    LOAD(offsetof(struct seccomp_data, arch)),
    SKIP_IF(ARCHITECTURE, 1),
    ANSWER(SECCOMP_RET_KILL_PROCESS),
    LOAD_CALL,
    // Also whatever has the bit of the x32 calls.
    BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, LAST_KNOWN_CALL, 0, 1),
    REFUSE(ENOSYS),

    // Namespaces and mounts.
    SKIP_UNLESS(SYS_clone, 4),
    LOAD(LOW(0)),
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, NAMESPACES, 0, 1),
    REFUSE(EPERM),
    ALLOW,
    ABSENT(CALL_CLONE3),
    DENY(SYS_unshare), DENY(SYS_setns), DENY(SYS_mount), DENY(SYS_umount2), DENY(SYS_pivot_root), DENY(SYS_chroot),
    DENY(428), DENY(429), DENY(430), DENY(431), DENY(432), DENY(433), DENY(442), // open_tree … mount_setattr
    DENY(457), DENY(458), // statmount, listmount
    DENY(SYS_open_by_handle_at), DENY(SYS_name_to_handle_at),

    // Other processes' memory and descriptors.
    DENY(SYS_ptrace), DENY(SYS_process_vm_readv), DENY(SYS_process_vm_writev), DENY(SYS_kcmp), DENY(438), // pidfd_getfd
    DENY(440), DENY(448), // process_madvise, process_mrelease
    DENY(SYS_migrate_pages), DENY(SYS_move_pages),

    // Large interfaces of the kernel with a history.
    DENY(SYS_bpf), DENY(SYS_perf_event_open), DENY(SYS_userfaultfd), DENY(SYS_fanotify_init), DENY(SYS_fanotify_mark),
    ABSENT(425), ABSENT(426), ABSENT(427), // io_uring
    DENY(SYS_keyctl), DENY(SYS_add_key), DENY(SYS_request_key), ABSENT(447), // memfd_secret
    DENY(SYS_vhangup), DENY(SYS_lookup_dcookie),

    // The machine itself.
    DENY(SYS_kexec_load), DENY(SYS_kexec_file_load), DENY(SYS_init_module), DENY(SYS_finit_module),
    DENY(SYS_delete_module), DENY(SYS_reboot), DENY(SYS_swapon), DENY(SYS_swapoff), DENY(SYS_acct), DENY(SYS_syslog),
    DENY(SYS_quotactl), DENY(443), DENY(SYS_nfsservctl), DENY(SYS_sethostname), DENY(SYS_setdomainname),
    DENY(SYS_settimeofday), DENY(SYS_clock_settime), DENY(SYS_adjtimex), DENY(SYS_clock_adjtime),
#if defined __x86_64__
    DENY(SYS_iopl), DENY(SYS_ioperm), DENY(SYS_modify_ldt), DENY(SYS_create_module), DENY(SYS_get_kernel_syms),
    DENY(SYS_query_module), DENY(SYS_uselib), DENY(SYS_ustat), DENY(SYS_sysfs), DENY(SYS__sysctl),
#endif

    // A terminal's input.
    SKIP_UNLESS(SYS_ioctl, 4),
    LOAD(LOW(1)),
    SKIP_UNLESS(PUSH_INPUT, 1),
    REFUSE(EPERM),
    ALLOW,

    // Sockets: local, IP, and the routing messages that list a machine's addresses.
    SKIP_UNLESS(SYS_socket, 14),
    LOAD(LOW(0)),
    SKIP_IF(AF_UNIX, 11),
    SKIP_IF(AF_INET, 5),
    SKIP_IF(AF_INET6, 4),
    SKIP_UNLESS(AF_NETLINK, 2),
    LOAD(LOW(2)),
    SKIP_IF(ROUTE_NETLINK, 6),
    REFUSE(EAFNOSUPPORT),
    LOAD(LOW(1)),
    BPF_STMT(BPF_ALU | BPF_AND | BPF_K, SOCKET_TYPE),
    SKIP_IF(SOCK_RAW, 1),
    SKIP_UNLESS(SOCK_PACKET, 1),
    REFUSE(EPERM),
    ALLOW,
    ALLOW,
};

static const struct sock_fprog program = {sizeof filter / sizeof *filter, filter};

void filter_system_calls(void) {
    check(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), "prctl", "PR_SET_SECCOMP");
}

// For bubblewrap, which takes the same filter from a descriptor.
int print_filter(void) {
    return write(1, filter, sizeof filter) == (ssize_t)sizeof filter ? 0 : 1;
}

// The system calls that a function may make: what programs, their languages' runtimes and libraries need. Sorted by what
// they are about, not by number. Those with a number only are newer than the C library's headers.
#define _GNU_SOURCE
#include "calls.h"

#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define A(name) {SYS_##name, ALLOWED}

const struct call known_calls[] = {
    // Files.
    A(read), A(write), A(readv), A(writev), A(pread64), A(pwrite64), A(preadv), A(pwritev), A(preadv2), A(pwritev2),
    A(openat), A(openat2), A(close), A(close_range), A(lseek), A(fstat), A(newfstatat), A(statx), A(statfs), A(fstatfs),
    A(faccessat), A(faccessat2), A(dup), A(dup3), A(fcntl), A(flock), A(fsync), A(fdatasync), A(sync_file_range),
    A(truncate), A(ftruncate), A(fallocate), A(fadvise64), A(readahead), A(getdents64), A(getcwd), A(chdir), A(fchdir),
    A(mkdirat), A(unlinkat), A(renameat), A(renameat2), A(linkat), A(symlinkat), A(readlinkat), A(fchmod), A(fchmodat),
    {452, ALLOWED}, // fchmodat2
    A(fchown), A(fchownat), A(umask), A(utimensat), A(sendfile), A(splice), A(tee), A(copy_file_range), A(setxattr),
    A(lsetxattr), A(fsetxattr), A(getxattr), A(lgetxattr), A(fgetxattr), A(listxattr), A(llistxattr), A(flistxattr),
    A(removexattr), A(lremovexattr), A(fremovexattr),

    // Waiting, pipes, timers, events.
    A(ppoll), A(pselect6), A(epoll_create1), A(epoll_ctl), A(epoll_pwait), A(epoll_pwait2), A(eventfd2), A(signalfd4),
    A(timerfd_create), A(timerfd_settime), A(timerfd_gettime), A(inotify_init1), A(inotify_add_watch),
    A(inotify_rm_watch), A(pipe2), A(nanosleep), A(clock_nanosleep), A(clock_gettime), A(clock_getres),
    A(gettimeofday), A(getitimer), A(setitimer), A(timer_create), A(timer_settime), A(timer_gettime),
    A(timer_getoverrun), A(timer_delete), A(restart_syscall),

    // Memory.
    A(brk), A(mmap), A(mprotect), A(munmap), A(mremap), A(msync), A(mincore), A(madvise), A(mlock), A(mlock2),
    A(mlockall), A(munlock), A(munlockall), A(memfd_create), A(membarrier), A(pkey_mprotect), A(pkey_alloc),
    A(pkey_free), {453, ALLOWED}, {462, ALLOWED}, // map_shadow_stack, mseal
    A(shmget), A(shmat), A(shmdt), A(shmctl),

    // Threads and processes.
    A(futex), A(futex_waitv), {454, ALLOWED}, {455, ALLOWED}, {456, ALLOWED}, // futex_wake, futex_wait, futex_requeue
    A(set_robust_list), A(get_robust_list), A(set_tid_address), A(rseq), A(gettid), A(getpid), A(getppid), A(getpgid),
    A(getsid), A(setpgid), A(setsid), A(execve), A(execveat), A(exit), A(exit_group), A(wait4), A(waitid), A(kill),
    A(tkill), A(tgkill), A(pidfd_open), A(pidfd_send_signal), A(rt_sigaction), A(rt_sigprocmask), A(rt_sigreturn),
    A(rt_sigpending), A(rt_sigsuspend), A(rt_sigtimedwait), A(rt_sigqueueinfo), A(rt_tgsigqueueinfo), A(sigaltstack),
    A(semget), A(semop), A(semctl), A(semtimedop), A(msgget), A(msgsnd), A(msgrcv), A(msgctl), A(mq_open),
    A(mq_unlink), A(mq_timedsend), A(mq_timedreceive), A(mq_notify), A(mq_getsetattr),
    A(sched_yield), A(sched_setparam), A(sched_getparam), A(sched_setscheduler), A(sched_getscheduler),
    A(sched_get_priority_max), A(sched_get_priority_min), A(sched_rr_get_interval), A(sched_setaffinity),
    A(sched_getaffinity), A(sched_setattr), A(sched_getattr), A(getpriority), A(setpriority), A(ioprio_get),
    A(ioprio_set), A(getcpu), A(getrlimit), A(setrlimit), A(prlimit64), A(getrusage), A(times),

    // Who one is. Nobody can become more than he is.
    A(getuid), A(geteuid), A(getgid), A(getegid), A(getresuid), A(getresgid), A(getgroups), A(setuid), A(setgid),
    A(setreuid), A(setregid), A(setresuid), A(setresgid), A(setfsuid), A(setfsgid), A(capget), A(capset),

    // Sockets.
    A(connect), A(bind), A(listen), A(accept), A(accept4), A(shutdown), A(getsockname), A(getpeername), A(setsockopt),
    A(getsockopt), A(sendto), A(recvfrom), A(sendmsg), A(recvmsg), A(sendmmsg), A(recvmmsg),

    // The machine, and giving up rights.
    A(uname), A(sysinfo), A(getrandom), A(landlock_create_ruleset), A(landlock_add_rule), A(landlock_restrict_self),

#if defined __x86_64__
    A(open), A(creat), A(stat), A(lstat), A(access), A(dup2), A(pipe), A(poll), A(select), A(epoll_create),
    A(epoll_wait), A(eventfd), A(signalfd), A(inotify_init), A(getdents), A(mkdir), A(rmdir), A(unlink), A(rename),
    A(link), A(symlink), A(readlink), A(chmod), A(chown), A(lchown), A(utime), A(utimes), A(futimesat), A(time),
    A(alarm), A(pause), A(fork), A(vfork), A(getpgrp), A(arch_prctl), {SYS_mknod, CHECKED_MKNOD},
#endif

    {SYS_clone, CHECKED_CLONE}, {SYS_socket, CHECKED_SOCKET}, {SYS_socketpair, CHECKED_SOCKETPAIR},
    {SYS_ioctl, CHECKED_IOCTL}, {SYS_prctl, CHECKED_PRCTL}, {SYS_personality, CHECKED_PERSONALITY},
    {SYS_seccomp, CHECKED_SECCOMP}, {SYS_mknodat, CHECKED_MKNODAT},

    // They would write out the whole host's disks.
    {SYS_sync, IGNORED}, {SYS_syncfs, IGNORED},

    // A filter cannot see the flags of clone3, which lie in memory.
    {SYS_clone3, ABSENT},
    // What large interfaces programs can do without; kernels are built without them too.
    {425, ABSENT}, {426, ABSENT}, {427, ABSENT}, // io_uring
    {SYS_io_setup, ABSENT}, {SYS_io_destroy, ABSENT}, {SYS_io_submit, ABSENT}, {SYS_io_cancel, ABSENT},
    {SYS_io_getevents, ABSENT}, {SYS_io_pgetevents, ABSENT}, {SYS_vmsplice, ABSENT}, {SYS_remap_file_pages, ABSENT},
    {SYS_mbind, ABSENT}, {SYS_set_mempolicy, ABSENT}, {SYS_get_mempolicy, ABSENT}, {450, ABSENT}, // NUMA
    {447, ABSENT}, {451, ABSENT}, // memfd_secret, cachestat
};

const size_t known_call_count = sizeof known_calls / sizeof *known_calls;

// Terminals are asked whether they are one, with TCGETS; there is none inside, and nothing may push input into one
// (TIOCSTI, TIOCLINUX). The rest is of files and interfaces.
static const uint32_t ioctls[] = {
    TCGETS, TCSETS, TCSETSW, TCSETSF, TIOCGPGRP, TIOCSPGRP, TIOCGWINSZ, TIOCSWINSZ, TIOCOUTQ, TIOCNOTTY, FIONREAD,
    FIONBIO, FIOASYNC, FIOCLEX, FIONCLEX, FIOQSIZE, FIGETBSZ, FICLONE, FICLONERANGE, FS_IOC_GETFLAGS, FS_IOC_FIEMAP,
    SIOCATMARK, SIOCGIFNAME, SIOCGIFINDEX, SIOCGIFCONF, SIOCGIFFLAGS, SIOCGIFADDR, SIOCGIFDSTADDR, SIOCGIFBRDADDR,
    SIOCGIFNETMASK, SIOCGIFMETRIC, SIOCGIFMTU, SIOCGIFHWADDR, SIOCGIFTXQLEN, SIOCGIFMAP, SIOCETHTOOL,
};

static const uint32_t prctls[] = {
    PR_SET_PDEATHSIG, PR_GET_PDEATHSIG, PR_GET_DUMPABLE, PR_SET_DUMPABLE, PR_GET_KEEPCAPS, PR_SET_KEEPCAPS,
    PR_GET_TIMING, PR_SET_TIMING, PR_SET_NAME, PR_GET_NAME, PR_GET_SECCOMP, PR_SET_SECCOMP, PR_CAPBSET_READ,
    PR_CAPBSET_DROP, PR_GET_TSC, PR_SET_TSC, PR_GET_SECUREBITS, PR_SET_SECUREBITS, PR_SET_TIMERSLACK,
    PR_GET_TIMERSLACK, PR_MCE_KILL_GET, PR_SET_CHILD_SUBREAPER, PR_GET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS,
    PR_GET_NO_NEW_PRIVS, PR_GET_TID_ADDRESS, PR_SET_THP_DISABLE, PR_GET_THP_DISABLE, PR_CAP_AMBIENT,
    PR_GET_SPECULATION_CTRL, PR_SET_SPECULATION_CTRL, PR_SVE_SET_VL, PR_SVE_GET_VL, PR_PAC_RESET_KEYS,
    PR_SET_TAGGED_ADDR_CTRL, PR_GET_TAGGED_ADDR_CTRL, 65, 66, // PR_SET_MDWE, PR_GET_MDWE
    0x53564d41, // PR_SET_VMA: names memory
    PR_SET_PTRACER,
};

// Those that Docker allows. None that makes memory easier to attack: addresses stay random, data no code.
static const uint32_t personalities[] = {PER_LINUX, PER_LINUX32, UNAME26, UNAME26 | PER_LINUX32, 0xffffffff};

#define LIST(values) {values, sizeof values / sizeof *values}

const struct list allowed_ioctls = LIST(ioctls);
const struct list allowed_prctls = LIST(prctls);
const struct list allowed_personalities = LIST(personalities);

// Makes the calls that programs and their libraries make, and says which of them fail.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

extern char **environ;
static int failures;

#define TRY(call)                                                                                                      \
    do {                                                                                                               \
        errno = 0;                                                                                                     \
        if ((long)(call) == -1) {                                                                                      \
            printf("%s: %s\n", #call, strerror(errno));                                                                \
            failures++;                                                                                                \
        }                                                                                                              \
    } while (0)
#define MUST(condition)                                                                                                \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            printf("not: %s\n", #condition);                                                                           \
            failures++;                                                                                                \
        }                                                                                                              \
    } while (0)

static void *add_one(void *number) {
    __atomic_add_fetch((int *)number, 1, __ATOMIC_SEQ_CST);
    return NULL;
}

static void threads(void) {
    pthread_t ids[16];
    int count = 0;
    for (int i = 0; i < 16; i++)
        MUST(pthread_create(&ids[i], NULL, add_one, &count) == 0);
    for (int i = 0; i < 16; i++)
        MUST(pthread_join(ids[i], NULL) == 0);
    MUST(count == 16);
    TRY(syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0));
    TRY(syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0));
    TRY(syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0));
    cpu_set_t cpus;
    TRY(sched_getaffinity(0, sizeof cpus, &cpus));
    TRY(sched_setaffinity(0, sizeof cpus, &cpus));
    TRY(sched_yield());
    struct sched_param priority = {0};
    TRY(sched_setscheduler(0, SCHED_BATCH, &priority));
    TRY(setpriority(PRIO_PROCESS, 0, 5));
    TRY(prctl(PR_SET_NAME, "worker"));
    int word = 1;
    errno = 0;
    MUST(syscall(SYS_futex, &word, 0, 0, NULL, NULL, 0) == -1 && errno == EAGAIN);
    // The C library has registered one already where it knows of it; a kernel without it answers ENOSYS.
    errno = 0;
    MUST(syscall(SYS_rseq, NULL, 0, 0, 0) == -1 && errno != EPERM && errno != ENOSYS);
}

static void processes(void) {
    int status = -1;
    char *true[] = {"/bin/true", NULL};
    pid_t child;
    MUST(posix_spawn(&child, true[0], NULL, NULL, true, environ) == 0);
    TRY(waitpid(child, &status, 0));
    MUST(status == 0);
    child = vfork();
    if (child == 0)
        _exit(7);
    TRY(waitpid(child, &status, 0));
    MUST(WEXITSTATUS(status) == 7);
    child = fork();
    if (child == 0)
        for (;;)
            pause();
    int fd = (int)syscall(SYS_pidfd_open, child, 0);
    TRY(fd);
    TRY(syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0));
    siginfo_t info;
    TRY(waitid(P_PIDFD, (id_t)fd, &info, WEXITED));
    TRY(personality(PER_LINUX32));
    TRY(personality(PER_LINUX));
    MUST(personality(0xffffffff) == PER_LINUX);
    MUST(personality(ADDR_NO_RANDOMIZE) == -1 && errno == EPERM);
    TRY(setsid() == -1 && errno != EPERM ? -1 : 0);
    struct rlimit limit;
    TRY(getrlimit(RLIMIT_NOFILE, &limit));
    TRY(setrlimit(RLIMIT_NOFILE, &limit));
}

static void events(void) {
    int epoll = epoll_create1(EPOLL_CLOEXEC), event = eventfd(0, EFD_CLOEXEC), timer = timerfd_create(CLOCK_MONOTONIC, 0);
    struct epoll_event wanted = {.events = EPOLLIN}, got;
    TRY(epoll);
    TRY(event);
    TRY(timer);
    TRY(epoll_ctl(epoll, EPOLL_CTL_ADD, event, &wanted));
    uint64_t one = 1;
    TRY(write(event, &one, sizeof one));
    MUST(epoll_wait(epoll, &got, 1, 1000) == 1);
    struct itimerspec soon = {.it_value = {.tv_nsec = 1000000}};
    TRY(timerfd_settime(timer, 0, &soon, NULL));
    TRY(read(timer, &one, sizeof one));
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    int signal = signalfd(-1, &signals, SFD_CLOEXEC);
    TRY(signal);
    raise(SIGUSR1);
    struct signalfd_siginfo info;
    TRY(read(signal, &info, sizeof info));
    int watch = inotify_init1(IN_CLOEXEC);
    TRY(watch);
    TRY(inotify_add_watch(watch, "/tmp", IN_CREATE));
    timer_t posix_timer;
    TRY(timer_create(CLOCK_MONOTONIC, NULL, &posix_timer));
    TRY(timer_delete(posix_timer));
}

static void files(void) {
    int from = open("/tmp/from", O_RDWR | O_CREAT | O_TRUNC, 0644), to = open("/tmp/to", O_RDWR | O_CREAT | O_TRUNC, 0644);
    int pipes[2], pair[2], bytes = -1;
    TRY(from);
    TRY(to);
    TRY(write(from, "content", 7));
    loff_t start = 0, end = 0;
    TRY(copy_file_range(from, &start, to, &end, 7, 0));
    TRY(pipe2(pipes, O_CLOEXEC | O_NONBLOCK));
    start = 0;
    TRY(splice(from, &start, pipes[1], NULL, 7, 0));
    TRY(ioctl(pipes[0], FIONREAD, &bytes));
    MUST(bytes == 7);
    TRY(ioctl(pipes[0], FIONBIO, &bytes));
    TRY(flock(from, LOCK_EX));
    TRY(fsync(from));
    TRY(fallocate(to, 0, 0, 4096));
    TRY(fsetxattr(to, "user.name", "value", 5, 0));
    TRY(futimens(to, NULL));
    struct statx information;
    TRY(statx(AT_FDCWD, "/tmp/to", 0, STATX_ALL, &information));
    TRY(renameat2(AT_FDCWD, "/tmp/to", AT_FDCWD, "/tmp/there", RENAME_NOREPLACE));
    TRY(symlink("there", "/tmp/link"));
    TRY(link("/tmp/there", "/tmp/hard"));
    TRY(mkfifo("/tmp/fifo", 0600));
    TRY(faccessat(AT_FDCWD, "/tmp/there", R_OK, AT_EACCESS));
    TRY(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
    TRY(syscall(SYS_close_range, 900, 1000, 0));
    sync();
    TRY(syncfs(from));
}

static void memory(void) {
    int file = memfd_create("code", MFD_CLOEXEC);
    TRY(file);
    TRY(ftruncate(file, 8192));
    TRY(fcntl(file, F_ADD_SEALS, F_SEAL_GROW) == -1 && errno != EPERM ? -1 : 0);
    unsigned char *code = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    TRY(code);
#if defined __x86_64__
    memcpy(code, "\xb8\x2a\x00\x00\x00\xc3", 6); // returns 42
    TRY(mprotect(code, 8192, PROT_READ | PROT_EXEC));
    MUST(((int (*)(void))code)() == 42);
#endif
    TRY(mlock(code, 4096));
    TRY(munlock(code, 4096));
    TRY(madvise(code, 8192, MADV_DONTNEED));
    TRY(mremap(code, 8192, 16384, MREMAP_MAYMOVE));
    int key = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    TRY(key);
    TRY(shmat(key, NULL, 0));
    TRY(shmctl(key, IPC_RMID, NULL));
    TRY(semget(IPC_PRIVATE, 1, IPC_CREAT | 0600));
    char random[16];
    TRY(getrandom(random, sizeof random, 0));
    struct sysinfo machine;
    TRY(sysinfo(&machine));
}

int main(void) {
    threads();
    processes();
    events();
    files();
    memory();
    if (failures == 0)
        puts("all");
    return failures;
}

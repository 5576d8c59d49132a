// The launcher itself: still on the host, as root. See launcher.h.
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

static void forget_inherited_signals(void) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int number = 1; number < NSIG; number++)
        if (number != SIGKILL && number != SIGSTOP)
            signal(number, SIG_DFL);
}

static void close_on_exec(unsigned passed) {
    for (int fd = SPEC_FD; fd < FIRST_UNUSED_FD + (int)passed; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    check(syscall(SYS_close_range, FIRST_UNUSED_FD + passed, ~0U, 0), "close_range", "descriptors");
}

// Writes as root, and so to nothing but a cgroup, whatever the specification says.
static int open_of_cgroup(const char *file) {
    struct statfs where;
    int fd = open(file, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    check(fd, "open", file);
    check(fstatfs(fd, &where), "fstatfs", file);
    if (where.f_type != CGROUP_SUPER_MAGIC && where.f_type != CGROUP2_SUPER_MAGIC)
        fail("not of a cgroup: %s", file);
    return fd;
}

static int is_of_v2(int fd) {
    struct statfs where;
    return fstatfs(fd, &where) == 0 && where.f_type == CGROUP2_SUPER_MAGIC;
}

// Init is born in the cgroup of v2: to move a process there, the kernel has all processes of the host wait that start or
// end meanwhile. In those of v1 a single thread moves without that, by `tasks`.
static void join_cgroup(struct spec *spec, const char *entrance) {
    int fd = open_of_cgroup(entrance);
    if (is_of_v2(fd)) {
        char directory[1024];
        const char *name = strrchr(entrance, '/');
        if (!name || (size_t)(name - entrance) >= sizeof directory)
            fail("not of a cgroup: %s", entrance);
        memcpy(directory, entrance, (size_t)(name - entrance));
        directory[name - entrance] = 0;
        spec->cgroup2_entrance = fd;
        spec->cgroup2 = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        check(spec->cgroup2, "open", directory);
        return;
    }
    check(write(fd, "0", 1), "write", entrance);
    close(fd);
}

static void join_cgroups(struct spec *spec) {
    for (char **entrance = spec->cgroups; *entrance; entrance++)
        join_cgroup(spec, *entrance);
    spec->cpu_limit_fd = open_of_cgroup(spec->cpu_limit);
}

static void join_namespaces(const struct spec *spec) {
    if (spec->network)
        check(setns(NETWORK_FD, CLONE_NEWNET), "setns", "network namespace");
    check(unshare(CLONE_NEWIPC | CLONE_NEWUTS), "unshare", "ipc, uts");
    check(sethostname(spec->hostname, strlen(spec->hostname)), "sethostname", spec->hostname);
}

// Init is a child of the server, not of the launcher: the server waits for it, and init dies with the server.
// Kernels before 5.7, and some containers, let nobody be born in a cgroup: then init moves there itself.
static pid_t clone_init(const struct spec *spec) {
    if (spec->cgroup2 != -1) {
        struct clone_args arguments = {
            .flags = CLONE_NEWPID | CLONE_PARENT | CLONE_INTO_CGROUP,
            .cgroup = (uint64_t)spec->cgroup2,
        };
        pid_t init = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
        if (init != -1)
            return init;
    }
    pid_t init = (pid_t)syscall(SYS_clone, CLONE_NEWPID | CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);
    if (init == 0 && spec->cgroup2 != -1)
        check(write(spec->cgroup2_entrance, "0", 1), "write", "the cgroup of v2");
    return init;
}

// Until the other end is closed, by whatever means.
static void await_end(const int pipe[2]) {
    char nothing;
    close(pipe[1]);
    while (read(pipe[0], &nothing, 1) < 0 && errno == EINTR) {
    }
    close(pipe[0]);
}

int main(int argc, char **argv) {
    static struct spec spec = {.cgroup2 = -1};
    if (getauxval(AT_SECURE))
        return 126; // its file gives rights to who runs it, which is never meant
    if (argc == 2 && strcmp(argv[1], "--print-filter") == 0)
        return print_filter();
    if (argc == 2 && strcmp(argv[1], "--print-processor-clock") == 0)
        return print_processor_clock();
    forget_inherited_signals();
    prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL); // until it has ended, it too dies with the server
    umask(0);
    setsid();
    read_spec(&spec);
    close_on_exec(spec.passed);
    if (spec.template)
        build_template(&spec);
    prepare_mounts(&spec);
    join_cgroups(&spec);
    join_namespaces(&spec);
    enter_root(&spec);
    int announced[2];
    check(pipe2(announced, O_CLOEXEC), "pipe2", "init");
    pid_t init = clone_init(&spec);
    check(init, "clone", "init");
    if (init == 0) {
        // A short program may end before the launcher goes on, but the server hears of init first.
        await_end(announced);
        run_init(&spec);
    }
    // Until the server holds the mount namespace, this process keeps it: init may be gone in no time.
    report('P', "%d", init);
    close(announced[0]);
    close(announced[1]);
    await_server();
    return 0;
}

// Pid 1 of a sandbox. It gives the program its user namespace, then keeps nothing but the right to wait. When the
// program ends so does init, and with init the kernel ends every other process of the sandbox.
#define _GNU_SOURCE
#include "launcher.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/securebits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { JOIN_SESSION_KEYRING = 1 };

static void die_with_server(void) {
    check(prctl(PR_SET_PDEATHSIG, SIGKILL), "prctl", "PR_SET_PDEATHSIG");
    struct pollfd server = {.fd = STATUS_FD};
    if (poll(&server, 1, 0) == 1 && server.revents & POLLHUP)
        _exit(126); // it was gone before
}

static void set_descriptors(const struct spec *spec) {
    int null = open("/dev/null", O_RDONLY);
    check(null, "open", "/dev/null");
    // A program may open /dev/stdout anew, which asks for permission.
    check(fchown(OUTPUT_FD, spec->uid, spec->uid), "fchown", "output");
    check(fchown(FRAMED_FD, spec->uid, spec->uid), "fchown", "framed output");
    check(dup2(null, 0), "dup2", "stdin");
    check(dup2(OUTPUT_FD, 1), "dup2", "stdout");
    check(dup2(OUTPUT_FD, 2), "dup2", "stderr");
    check(dup2(FRAMED_FD, FRAMED_FD_INSIDE), "dup2", "framed output");
    for (int i = 0; i < (int)spec->passed; i++)
        check(dup2(FIRST_UNUSED_FD + i, FIRST_PASSED_FD + i), "dup2", "passed");
    if (spec->channel)
        check(dup2(CHANNEL_FD, CHANNEL_FD_INSIDE), "dup2", "channel");
    if (null > 2)
        close(null);
}

// In the words of AWS, which are those of Go: lower case, and the path as it was given.
static _Noreturn void not_started(const char *step, const char *path) {
    char reason[128];
    snprintf(reason, sizeof reason, "%s", strerror(errno));
    reason[0] = (char)tolower((unsigned char)reason[0]);
    report('N', "%s %s: %s", step, path, reason);
    _exit(127);
}

static _Noreturn void run_program(const struct spec *spec, int mapped) {
    char go;
    // The writing end is init's alone, so this ends too if init does.
    if (read(mapped, &go, 1) != 1)
        _exit(126);
    close(mapped);
    setsid();
    limit_resources();
    become(INSIDE_ID);
    syscall(SYS_keyctl, JOIN_SESSION_KEYRING, NULL); // not the one of the server's login
    umask(022);
    if (chdir(spec->cwd) == -1)
        not_started("chdir", spec->cwd);
    if (spec->monitor)
        allow_every_ioctl();
    filter_system_calls();
    execve(spec->argv[0], spec->argv, spec->envp);
    not_started("fork/exec", spec->argv[0]);
}

// What a user namespace's processes take of things that the kernel counts for each user (inotify instances, queued
// signals) counts for the namespace's maker too. That is the slot's user, not root: else one sandbox could take all
// that root and the other sandboxes have.
static pid_t clone_program(uid_t uid) {
    check(prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP), "prctl", "PR_SET_SECUREBITS"); // capabilities stay
    check(setresuid((uid_t)-1, uid, (uid_t)-1), "setresuid", "the program's maker");
    pid_t program = (pid_t)syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);
    check(program, "clone", "the program");
    if (program != 0)
        check(setresuid((uid_t)-1, 0, (uid_t)-1), "setresuid", "init");
    return program;
}

static void map_ids(pid_t program, uid_t uid) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/setgroups", program);
    write_file(path, "deny");
    snprintf(path, sizeof path, "/proc/%d/uid_map", program);
    write_file(path, "%d %u 1", INSIDE_ID, uid);
    snprintf(path, sizeof path, "/proc/%d/gid_map", program);
    write_file(path, "%d %u 1", INSIDE_ID, uid);
    // If the host runs out of memory, functions go before the server does.
    snprintf(path, sizeof path, "/proc/%d/oom_score_adj", program);
    write_file(path, "900");
}

static void mirror(int status) {
    if (WIFSIGNALED(status))
        report('S', "%d", WTERMSIG(status));
    else
        report('X', "%d", WEXITSTATUS(status));
}

// What the program leaves behind is killed when init ends, and those who are killed must run once more for it: hundreds
// would take many seconds under the CPU limit of a small function. Whoever starts the next program sets it again.
static void lift_cpu_limit(const struct spec *spec) {
    ssize_t ignored = write(spec->cpu_limit_fd, spec->cpu_no_limit, strlen(spec->cpu_no_limit));
    (void)ignored; // then it only takes longer
}

static _Noreturn void reap(const struct spec *spec, pid_t program) {
    for (;;) {
        int status;
        pid_t ended = waitpid(-1, &status, 0);
        if (ended == program) {
            lift_cpu_limit(spec);
            mirror(status);
            _exit(0);
        }
        if (ended == -1 && errno != EINTR)
            _exit(126);
    }
}

static void keep_what_the_end_needs(struct spec *spec) {
    close(0);
    close(1);
    close(2);
    close(SPEC_FD);
    check(dup2(spec->cpu_limit_fd, STATUS_FD + 1), "dup2", "CPU limit");
    spec->cpu_limit_fd = STATUS_FD + 1;
    syscall(SYS_close_range, STATUS_FD + 2, ~0U, 0);
}

void run_init(struct spec *spec) {
    int mapped[2];
    die_with_server();
    setsid();
    // Here, where init is in all of its cgroups: each is the topmost that the sandbox sees.
    check(unshare(CLONE_NEWCGROUP), "unshare", "cgroup");
    mount_proc(spec->reuse);
    set_descriptors(spec);
    check(setgroups(0, NULL), "setgroups", "none");
    check(pipe2(mapped, O_CLOEXEC), "pipe2", "init");
    pid_t program = clone_program(spec->uid);
    if (program == 0) {
        close(mapped[1]);
        run_program(spec, mapped[0]);
    }
    map_ids(program, spec->uid);
    lock_proc();
    check(write(mapped[1], "", 1), "write", "the program");
    keep_what_the_end_needs(spec);
    become(spec->init_uid);
    prctl(PR_SET_DUMPABLE, 0);
    die_with_server(); // a change of uid clears it
    filter_system_calls();
    reap(spec, program);
}

// Programs, one after the other: started by the launcher, watched, killed, and told of.
#define _GNU_SOURCE
#include "microvm.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// As in launcher.h.
enum { SPEC_FD = 3, STATUS_FD = 4, OUTPUT_FD = 5, FRAMED_FD = 6, NETWORK_FD = 7, MOUNTS_FD = 8, CHANNEL_FD = 9,
       TMP_FD = 10, LAST_FD = TMP_FD };
enum { OPEN_TREE = 428, TREE_CLONE = 1, MOVE_MOUNT = 429, FROM_EMPTY_PATH = 4 };
enum { ASIDE = 100, MOST_OUTPUT = 1 << 20, MEMORY_STEP = 256 << 10 };

static int launcher = -1, null = -1, network = -1;
static int template = -1; // the mount namespace that the first program's is made of
static int mounts = -1;   // the one that all programs share
static int status = -1, output = -1;
static pid_t program = -1;
static int channel = -1; // our end, of a program that waits for its function
static int is_up;        // it has said so

// Opened while it is still to be seen.
void keep_launcher(void) {
    launcher = open("/launcher", O_RDONLY | O_CLOEXEC);
    check(launcher, "open", "/launcher");
}

static int memory_file(const char *words, size_t length) {
    int fd = memfd_create("specification", MFD_CLOEXEC);
    check(fd, "memfd_create", "specification");
    check(write(fd, words, length) == (ssize_t)length ? 0 : -1, "write", "specification");
    check(lseek(fd, 0, SEEK_SET), "lseek", "specification");
    return fd;
}

// A source may stand where another goes, so all move out of the way first.
static _Noreturn void become_launcher(const int *sources) {
    static char *const argv[] = {"init", NULL}, *const none[] = {NULL};
    int program_file = dup3(launcher, ASIDE + LAST_FD + 1, O_CLOEXEC);
    for (int fd = 0; fd <= LAST_FD; fd++)
        if (sources[fd] != -1)
            dup2(sources[fd], ASIDE + fd);
    for (int fd = 0; fd <= LAST_FD; fd++) {
        if (sources[fd] != -1)
            dup2(ASIDE + fd, fd);
        else
            close(fd);
        close(ASIDE + fd);
    }
    signal(SIGCHLD, SIG_DFL);
    sigset_t no_signals;
    sigemptyset(&no_signals);
    sigprocmask(SIG_SETMASK, &no_signals, NULL);
    syscall(SYS_execveat, program_file, "", argv, none, 0x1000 /* AT_EMPTY_PATH */);
    _exit(126);
}

static int receive(int from, char *message, size_t size) {
    ssize_t length;
    do
        length = recv(from, message, size - 1, 0);
    while (length == -1 && errno == EINTR);
    if (length < 0)
        length = 0;
    message[length] = 0;
    return (int)length;
}

// Starts the launcher, and lets it go once its mount namespace is held. Returns what it said, which is "P <pid>" if all
// went well.
static void launch(const char *words, size_t length, int *sources, char *message, size_t size, int *mount_namespace) {
    int sockets[2];
    check(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets), "socketpair", "status");
    sources[0] = sources[1] = sources[2] = null;
    sources[SPEC_FD] = memory_file(words, length);
    sources[STATUS_FD] = sockets[1];
    pid_t child = fork();
    check(child, "fork", "the launcher");
    if (child == 0)
        become_launcher(sources);
    close(sources[SPEC_FD]);
    close(sockets[1]);
    if (receive(sockets[0], message, size) == 0)
        strcpy(message, "E the launcher ended without a word");
    if (message[0] == 'P') {
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/ns/mnt", child);
        *mount_namespace = open(path, O_RDONLY | O_CLOEXEC);
        check(*mount_namespace, "open", path);
    }
    send(sockets[0], ".", 1, MSG_NOSIGNAL);
    while (waitpid(child, NULL, 0) == -1 && errno == EINTR) {
    }
    status = sockets[0];
}

static void no_sources(int *sources) {
    for (int fd = 0; fd <= LAST_FD; fd++)
        sources[fd] = -1;
}

void build_template(const char *words, size_t length) {
    char message[1100];
    int sources[LAST_FD + 1];
    null = open("/dev/null", O_RDWR | O_CLOEXEC);
    check(null, "open", "/dev/null");
    network = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    check(network, "open", "/proc/self/ns/net");
    no_sources(sources);
    launch(words, length, sources, message, sizeof message, &template);
    close(status);
    status = -1;
    if (message[0] != 'P')
        fail("the template: %s", message + 2);
}

static int clone_tree(const char *path) {
    int tree = (int)syscall(OPEN_TREE, AT_FDCWD, path, TREE_CLONE | O_CLOEXEC);
    check(tree, "open_tree", path);
    return tree;
}

// Has programs see it that have their mounts already.
void attach_directory(const char *path, const char *inside) {
    if (mounts == -1)
        fail("no program has mounts yet");
    int tree = clone_tree(path), own = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
    check(own, "open", "/proc/self/ns/mnt");
    check(unshare(CLONE_FS), "unshare", "from the kernel's threads");
    check(setns(mounts, CLONE_NEWNS), "setns", "the program's mounts");
    check(syscall(MOVE_MOUNT, tree, "", AT_FDCWD, inside, FROM_EMPTY_PATH), "move_mount", inside);
    check(setns(own, CLONE_NEWNS), "setns", "own mounts");
    close(own);
    close(tree);
}

static void close_channel(void) {
    close(channel);
    channel = -1;
}

static void forget_program(void) {
    program = -1;
    close(status);
    close(output);
    status = output = -1;
    if (channel != -1)
        close_channel();
}

// Returns the program's end.
static int open_channel(void) {
    int ends[2];
    check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair", "channel");
    check(fcntl(ends[0], F_SETFL, O_NONBLOCK), "fcntl", "channel");
    channel = ends[0];
    is_up = 0;
    return ends[1];
}

int quiet_channel(void) {
    return is_up ? -1 : channel;
}

void hear_channel(void) {
    char said;
    if (recv(channel, &said, 1, 0) == 1 && said == '+') {
        is_up = 1;
        send_frame('U', "", 0);
    } else {
        close_channel(); // its end is told as that of any other
    }
}

// What it says afterwards is for the Runtime API. One that takes no words is of no use to its function; of one that has
// ended the server hears.
void assign_program(const char *words, size_t length) {
    if (channel == -1 || !is_up)
        return;
    if (send(channel, words, length, MSG_NOSIGNAL) != (ssize_t)length) {
        kill_program();
        close_channel();
        return;
    }
    relay_to_runtime_api(channel);
    channel = -1;
}

void start_program(const char *words, size_t length, int waits) {
    char message[1100];
    int sources[LAST_FD + 1], pipe[2], made = -1;
    if (program != -1)
        fail("a program runs already");
    check(pipe2(pipe, O_CLOEXEC), "pipe2", "output");
    check(fcntl(pipe[0], F_SETFL, O_NONBLOCK), "fcntl", "output");
    no_sources(sources);
    sources[OUTPUT_FD] = sources[FRAMED_FD] = pipe[1];
    sources[NETWORK_FD] = network;
    sources[MOUNTS_FD] = mounts == -1 ? template : mounts;
    sources[TMP_FD] = mounts == -1 ? clone_tree("/run/tmp") : -1;
    sources[CHANNEL_FD] = waits ? open_channel() : -1;
    launch(words, length, sources, message, sizeof message, &made);
    close(pipe[1]);
    if (waits)
        close(sources[CHANNEL_FD]);
    if (sources[TMP_FD] != -1)
        close(sources[TMP_FD]);
    output = pipe[0];
    if (message[0] == 'P') {
        program = (pid_t)atoi(message + 2);
        if (mounts == -1)
            mounts = made;
        else
            close(made);
    } else {
        forget_program();
    }
    send_frame('L', message, strlen(message));
}

void kill_program(void) {
    if (program != -1)
        kill(program, SIGKILL);
}

int output_pipe(void) {
    return output;
}

// All that is there now; of a program that never stops writing no more than is decent.
void pass_output(void) {
    static char buffer[PIECE];
    if (output == -1)
        return;
    for (size_t total = 0; total < MOST_OUTPUT;) {
        ssize_t length = read(output, buffer, sizeof buffer);
        if (length == 0) {
            // Nobody has the other end any more, and poll would tell of that for ever.
            close(output);
            output = -1;
        }
        if (length <= 0)
            return;
        write_output(buffer, (size_t)length);
        total += (size_t)length;
    }
}

static long long number_in(const char *path, const char *key) {
    char text[512];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd == -1)
        return 0;
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    text[length > 0 ? length : 0] = 0;
    const char *found = strstr(text, key);
    return found ? atoll(found + strlen(key)) : 0;
}

// Not each page of it: the server counts what it is told.
void tell_memory(int exactly) {
    static long long last_peak, last_kills;
    long long peak = number_in("/sys/fs/cgroup/program/memory.peak", "");
    long long kills = number_in("/sys/fs/cgroup/program/memory.events", "\noom_kill ");
    if (kills == last_kills && peak < last_peak + (exactly ? 1 : MEMORY_STEP))
        return;
    last_peak = peak;
    last_kills = kills;
    char text[64];
    int length = snprintf(text, sizeof text, "%lld %lld", peak, kills);
    send_frame('M', text, (size_t)length);
}

static void ended(int how) {
    char message[1100];
    struct pollfd told = {.fd = status, .events = POLLIN};
    if (poll(&told, 1, 0) != 1 || receive(status, message, sizeof message) == 0)
        snprintf(message, sizeof message, WIFSIGNALED(how) ? "S %d" : "X %d",
                 WIFSIGNALED(how) ? WTERMSIG(how) : WEXITSTATUS(how));
    pass_output();
    await_output();
    tell_memory(1);
    forget_program();
    send_frame('L', message, strlen(message));
}

void collect_children(void) {
    int how;
    for (pid_t child; (child = waitpid(-1, &how, WNOHANG)) > 0;)
        if (child == program)
            ended(how);
}

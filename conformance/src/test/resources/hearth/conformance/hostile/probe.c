// A static program that speaks to the kernel in ways that Python cannot: other tables of system calls.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int result(long value, const char *what) {
    if (value == -1) {
        printf("%s\n", strerror(errno));
        return 1;
    }
    printf("%s: %ld\n", what, value);
    return 0;
}

// As the bootstrap of a function: a fork bomb in INIT, before the runtime has said a word. Outside it ends at 1200.
static int bomb(void) {
    pid_t bomber = getpid();
    for (int count = 0; count < 1200; count++) {
        pid_t child = fork();
        if (child == -1)
            return 11;
        if (child == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (getppid() == bomber) // else it ended before
                pause();
            _exit(0);
        }
    }
    return 0;
}

int main(int argc, char **argv) {
    const char *name = argc > 1 ? argv[1] : "";
    const char *slash = strrchr(argv[0], '/');
    if (slash && !strcmp(slash, "/bootstrap"))
        return bomb();
    if (!strcmp(name, "clone3")) {
        struct clone_args arguments = {.flags = CLONE_NEWUSER, .exit_signal = 17};
        long child = syscall(SYS_clone3, &arguments, sizeof arguments);
        if (child == 0)
            _exit(0);
        if (child > 0)
            waitpid((pid_t)child, NULL, 0);
        return result(child, "a child in a user namespace of its own");
    }
#if defined __x86_64__
    if (!strcmp(name, "int80")) {
        long value = 20; // getpid of 32-bit programs
        __asm__ volatile("int $0x80" : "+a"(value) : : "memory", "r8", "r9", "r10", "r11");
        return result(value < 0 ? -1 : value, "32-bit system calls");
    }
#endif
    printf("no such probe\n");
    return 2;
}

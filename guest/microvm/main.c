// See microvm.h.
#define _GNU_SOURCE
#include "microvm.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

static struct configuration configuration;
static int is_connected, is_fitted;

static char *frame_of_kind(char wanted, size_t *length) {
    char *content;
    char kind = read_frame(&content, length);
    if (kind != wanted)
        fail("a frame of kind %d instead of %c", kind, wanted);
    return content;
}

static int watch_children(void) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    int fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    check(fd, "signalfd", "SIGCHLD");
    return fd;
}

void connect_machine(char *words, size_t length) {
    if (is_connected++)
        fail("it is connected already");
    configure(&configuration, words, length);
    set_up_network(&configuration);
    listen_for_programs(&configuration);
    send_frame('N', "", 0);
}

void prepare_program(char *words, size_t length) {
    configure(&configuration, words, length);
}

void fit_machine(char *words, size_t length) {
    if (is_fitted++)
        fail("it has a function already");
    configure(&configuration, words, length);
    limit_cgroup(&configuration);
    send_frame('R', "", 0);
}

int main(void) {
    size_t length;
    if (getpid() != 1)
        return 126;
    mount_basics();
    load_modules();
    give_common_drivers();
    open_ports();
    keep_launcher();
    enter_root_image();
    make_cgroup();
    begin_network();
    char *specification = frame_of_kind('T', &length);
    build_template(specification, length);
    free(specification);
    int signals = watch_children();
    // What a snapshot may hold ends here: what follows is of this one machine.
    send_frame('P', "", 0);
    serve(signals);
}

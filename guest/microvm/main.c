// See microvm.h.
#define _GNU_SOURCE
#include "microvm.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

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

int main(void) {
    static struct configuration configuration;
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
    char *specification = frame_of_kind('T', &length);
    build_template(specification, length);
    free(specification);
    // What a snapshot may hold ends here: what follows is of this one machine.
    send_frame('P', "", 0);
    // Both stay: the configuration points into them.
    char *connection = frame_of_kind('C', &length);
    configure(&configuration, connection, length);
    set_up_network(&configuration);
    listen_for_programs(&configuration);
    send_frame('N', "", 0);
    char *function = frame_of_kind('F', &length);
    configure(&configuration, function, length);
    limit_cgroup(&configuration);
    int signals = watch_children();
    send_frame('R', "", 0);
    serve(signals);
}

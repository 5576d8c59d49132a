// What programs find on their loopback (the Runtime API, and services of the server) is at the other end of the network:
// connections are passed on, byte by byte. What the program has written to its output goes out before what it sends, so
// that its log is complete by the time the server has its answer.
#define _GNU_SOURCE
#include "microvm.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { INSIDE, OUTSIDE };

// What goes one way: read from one end, still to be written to the other.
struct way {
    size_t start, end;
    int ended; // no more comes
    int shut;  // the other end has been told
    char bytes[PIECE];
};

struct pair {
    int fds[2];
    struct way ways[2]; // ways[i] is what comes from fds[i]
};

static int listeners[MAX_LISTENERS];
static struct sockaddr_in targets[MAX_LISTENERS];
static size_t listener_count, pair_count;
static struct pair *pairs[MAX_PAIRS];

void listen_for_programs(const struct configuration *configuration) {
    for (size_t i = 0; i < configuration->listener_count; i++) {
        const int on = 1;
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        check(fd, "socket", "a listener");
        check(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), "setsockopt", "SO_REUSEADDR");
        check(bind(fd, (const struct sockaddr *)&configuration->listeners[i].inside, sizeof(struct sockaddr_in)), "bind",
              "a listener");
        check(listen(fd, 128), "listen", "a listener");
        listeners[listener_count] = fd;
        targets[listener_count++] = configuration->listeners[i].outside;
    }
}

static void send_at_once(int fd) {
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

// To who answers to this listener; closed where that cannot be.
static void relay(int inside, size_t which) {
    struct pair *pair = pair_count < MAX_PAIRS ? calloc(1, sizeof *pair) : NULL;
    int outside = pair ? socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0) : -1;
    if (outside == -1 ||
        (connect(outside, (const struct sockaddr *)&targets[which], sizeof *targets) == -1 && errno != EINPROGRESS)) {
        if (outside != -1)
            close(outside);
        free(pair);
        close(inside);
        return;
    }
    send_at_once(inside);
    send_at_once(outside);
    pair->fds[INSIDE] = inside;
    pair->fds[OUTSIDE] = outside;
    pairs[pair_count++] = pair;
}

static void accept_from(size_t which) {
    int inside = accept4(listeners[which], NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (inside != -1)
        relay(inside, which);
}

// It is the first that is listened for.
void relay_to_runtime_api(int inside) {
    if (listener_count == 0)
        fail("there is no Runtime API");
    relay(inside, 0);
}

static int is_empty(const struct way *way) {
    return way->start == way->end;
}

// Whether the connection is still good.
static int take(struct pair *pair, int from) {
    struct way *way = &pair->ways[from];
    if (!is_empty(way) || way->ended)
        return 1;
    ssize_t length = recv(pair->fds[from], way->bytes, sizeof way->bytes, 0);
    if (length < 0)
        return errno == EAGAIN || errno == EINTR;
    way->start = 0;
    way->end = (size_t)length;
    way->ended = length == 0;
    if (from == INSIDE) {
        pass_output();
        tell_memory(0);
        await_output();
    }
    return 1;
}

static int give(struct pair *pair, int from) {
    struct way *way = &pair->ways[from];
    int to = pair->fds[!from];
    while (!is_empty(way)) {
        ssize_t length = send(to, way->bytes + way->start, way->end - way->start, MSG_NOSIGNAL);
        if (length < 0)
            return errno == EAGAIN || errno == EINTR;
        way->start += (size_t)length;
    }
    if (way->ended && !way->shut) {
        way->shut = 1;
        shutdown(to, SHUT_WR);
    }
    return 1;
}

static short wanted(const struct pair *pair, int end) {
    const struct way *in = &pair->ways[end], *out = &pair->ways[!end];
    return (short)((is_empty(in) && !in->ended ? POLLIN : 0) | (is_empty(out) ? 0 : POLLOUT));
}

static int is_done(const struct pair *pair) {
    return pair->ways[INSIDE].shut && pair->ways[OUTSIDE].shut;
}

// Whether the connection goes on.
static int go_on(struct pair *pair, const struct pollfd *polled) {
    for (int end = INSIDE; end <= OUTSIDE; end++) {
        short events = polled[end].revents;
        if (events & (POLLERR | POLLNVAL))
            return 0;
        if (events & (POLLIN | POLLHUP) && !take(pair, end))
            return 0;
    }
    return give(pair, INSIDE) && give(pair, OUTSIDE) && !is_done(pair);
}

static void end_pair(size_t which) {
    close(pairs[which]->fds[INSIDE]);
    close(pairs[which]->fds[OUTSIDE]);
    free(pairs[which]);
    pairs[which] = pairs[--pair_count];
}

static void obey(void) {
    char *content;
    size_t length;
    char kind = read_frame(&content, &length);
    switch (kind) {
    case 'C': connect_machine(content, length); break;
    case 'D': prepare_program(content, length); break;
    case 'F': fit_machine(content, length); break;
    case 'S': start_program(content, length, 0); break;
    case 'W': start_program(content, length, 1); break;
    case 'A': assign_program(content, length); break;
    case 'K': kill_program(); break;
    default: fail("a frame of kind %d", kind);
    }
    free(content);
}

void serve(int signals) {
    enum { CONTROL, SIGNALS, OUTPUT, CHANNEL, FIRST };
    static struct pollfd polled[FIRST + MAX_LISTENERS + 2 * MAX_PAIRS];
    for (;;) {
        size_t count = FIRST, served = pair_count;
        polled[CONTROL] = (struct pollfd){control_port(), POLLIN, 0};
        polled[SIGNALS] = (struct pollfd){signals, POLLIN, 0};
        polled[OUTPUT] = (struct pollfd){output_pipe(), POLLIN, 0};
        polled[CHANNEL] = (struct pollfd){quiet_channel(), POLLIN, 0};
        for (size_t i = 0; i < listener_count; i++)
            polled[count++] = (struct pollfd){listeners[i], POLLIN, 0};
        size_t first = count;
        for (size_t i = 0; i < served; i++)
            for (int end = INSIDE; end <= OUTSIDE; end++)
                polled[count++] = (struct pollfd){pairs[i]->fds[end], wanted(pairs[i], end), 0};
        if (poll(polled, count, -1) == -1 && errno != EINTR)
            check(-1, "poll", "all");
        if (polled[OUTPUT].revents)
            pass_output();
        // From the last: where one ends, one that was served already takes its place.
        for (size_t i = served; i-- > 0;)
            if (!go_on(pairs[i], &polled[first + 2 * i]))
                end_pair(i);
        for (size_t i = 0; i < listener_count; i++)
            if (polled[FIRST + i].revents)
                accept_from(i);
        if (polled[CHANNEL].revents)
            hear_channel();
        if (polled[SIGNALS].revents) {
            struct signalfd_siginfo told;
            ssize_t ignored = read(signals, &told, sizeof told);
            (void)ignored;
            collect_children();
        }
        if (polled[CONTROL].revents)
            obey();
    }
}

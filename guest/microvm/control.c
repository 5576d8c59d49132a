// The streams to the server, and the frames on one of them. They are ports of virtio-serial, or connections of vsock where
// the kernel's command line says so: hearth.vsock=2 names the server's context id, which is 2 for a machine's host.
#define _GNU_SOURCE
#include "microvm.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/vm_sockets.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONTROL_PORT = 1001, OUTPUT_PORT = 1002, MOST_TRIES = 5000, LAST_WORDS = 1000 /* ms */ };

static const struct timespec moment = {0, 2000000};
static int control = -1, output = -1;

// Of what was written to the output: all, and what the server has said that it has taken. It says so by vsock alone.
static uint64_t written, taken;
static int acknowledged;

static int has_name(const char *port, const char *wanted) {
    char path[320], name[64];
    snprintf(path, sizeof path, "/sys/class/virtio-ports/%s/name", port);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd == -1)
        return 0;
    ssize_t length = read(fd, name, sizeof name - 1);
    close(fd);
    if (length <= 0)
        return 0;
    name[length] = 0;
    name[strcspn(name, "\n")] = 0;
    return !strcmp(name, wanted);
}

static int find_port(const char *name) {
    DIR *ports = opendir("/sys/class/virtio-ports");
    check(ports ? 0 : -1, "opendir", "/sys/class/virtio-ports");
    int fd = -1;
    for (struct dirent *entry; fd == -1 && (entry = readdir(ports));) {
        char path[320];
        if (entry->d_name[0] == '.' || !has_name(entry->d_name, name))
            continue;
        snprintf(path, sizeof path, "/dev/%s", entry->d_name);
        fd = open(path, O_RDWR | O_CLOEXEC);
        check(fd, "open", path);
    }
    closedir(ports);
    return fd;
}

// Ports appear and get their names a moment after their driver.
static int open_port(const char *name) {
    int fd = find_port(name);
    for (int tries = 0; fd == -1 && tries < MOST_TRIES; tries++) {
        nanosleep(&moment, NULL);
        fd = find_port(name);
    }
    if (fd == -1)
        fail("there is no port %s", name);
    return fd;
}

// A socket whose connection was refused is not tried again: what the other side remembers of it would refuse it for ever.
static int try_connection(unsigned server, unsigned port) {
    const struct sockaddr_vm address = {.svm_family = AF_VSOCK, .svm_cid = server, .svm_port = port};
    int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(fd, "socket", "AF_VSOCK");
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

// The server listens before the machine starts; the device appears a moment after its driver.
static int open_connection(unsigned server, unsigned port) {
    int fd = try_connection(server, port);
    for (int tries = 0; fd == -1 && tries < MOST_TRIES; tries++) {
        nanosleep(&moment, NULL);
        fd = try_connection(server, port);
    }
    check(fd, "connect", "vsock");
    return fd;
}

// 0 where there is none to be used.
static unsigned vsock_server(void) {
    char line[4096];
    int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
    check(fd, "open", "/proc/cmdline");
    ssize_t length = read(fd, line, sizeof line - 1);
    close(fd);
    line[length > 0 ? length : 0] = 0;
    const char *said = strstr(line, "hearth.vsock=");
    return said ? (unsigned)strtoul(strchr(said, '=') + 1, NULL, 10) : 0;
}

void open_ports(void) {
    unsigned server = vsock_server();
    if (server) {
        output = open_connection(server, OUTPUT_PORT);
        acknowledged = 1;
        control = open_connection(server, CONTROL_PORT);
    } else {
        control = open_port("hearth.control");
        output = open_port("hearth.output");
    }
}

int control_port(void) {
    return control;
}

// A monitor with vsock knows no way to switch a machine off but to restart it.
static void end_machine(void) {
    reboot(acknowledged ? RB_AUTOBOOT : RB_POWER_OFF);
}

static void read_all(void *into, size_t length) {
    for (size_t done = 0; done < length;) {
        ssize_t got = read(control, (char *)into + done, length - done);
        if (got > 0)
            done += (size_t)got;
        else if (got == 0 || errno != EINTR)
            fail("the server is gone");
    }
}

static void write_all(int fd, const void *bytes, size_t length) {
    for (size_t done = 0; done < length;) {
        ssize_t put = write(fd, (const char *)bytes + done, length - done);
        if (put > 0)
            done += (size_t)put;
        else if (put == 0 || errno != EINTR)
            end_machine();
    }
}

char read_frame(char **content, size_t *length) {
    unsigned char head[5];
    read_all(head, sizeof head);
    *length = (size_t)head[1] << 24 | (size_t)head[2] << 16 | (size_t)head[3] << 8 | head[4];
    if (*length > MAX_FRAME)
        fail("a frame of %zu bytes", *length);
    *content = malloc(*length + 1);
    check(*content ? 0 : -1, "malloc", "a frame");
    read_all(*content, *length);
    (*content)[*length] = 0;
    return (char)head[0];
}

void send_frame(char kind, const void *content, size_t length) {
    char frame[5 + 1200] = {kind, (char)(length >> 24), (char)(length >> 16), (char)(length >> 8), (char)length};
    memcpy(frame + 5, content, length);
    write_all(control, frame, 5 + length);
}

// Hears how many bytes of output the server has taken until now (8 bytes, big-endian). Returns whether there was anything.
static int hear_taken(int flags) {
    static unsigned char number[8];
    static size_t have;
    ssize_t got = recv(output, number + have, sizeof number - have, flags);
    if (got == 0 || (got == -1 && errno != EAGAIN && errno != EINTR))
        fail("the server takes no output");
    if (got <= 0)
        return 0;
    have += (size_t)got;
    if (have == sizeof number) {
        taken = 0;
        for (have = 0; have < sizeof number; have++)
            taken = taken << 8 | number[have];
        have = 0;
    }
    return 1;
}

// A port of virtio-serial has handed it to the server's side by the time that it returns.
void write_output(const char *bytes, size_t length) {
    write_all(output, bytes, length);
    written += length;
    while (acknowledged && hear_taken(MSG_DONTWAIT)) {
    }
}

// Returns once the server's side has all output: what is sent to the server afterwards comes later there, too. A monitor may
// hand on what comes by the network before what comes by vsock, so there the server is waited for.
void await_output(void) {
    while (acknowledged && taken < written)
        hear_taken(0);
}

// Vsock sends a moment later, by a thread of the kernel. The server ends the connection, or the machine, when it has read.
static void await_last_words(void) {
    struct pollfd answer = {.fd = control, .events = POLLIN};
    if (acknowledged)
        poll(&answer, 1, LAST_WORDS);
}

void fail(const char *format, ...) {
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length >= (int)sizeof text)
        length = sizeof text - 1;
    if (control != -1)
        send_frame('E', text, (size_t)length);
    fprintf(stderr, "microvm: %s\n", text);
    if (control != -1)
        await_last_words();
    end_machine();
    _exit(1);
}

void check(long result, const char *what, const char *about) {
    if (result == -1)
        fail("%s %s: %s", what, about, strerror(errno));
}

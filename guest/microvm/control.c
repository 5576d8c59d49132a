// The ports to the server, and the frames on one of them.
#define _GNU_SOURCE
#include "microvm.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <time.h>
#include <unistd.h>

static int control = -1, output = -1;

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
    const struct timespec moment = {0, 2000000};
    int fd = find_port(name);
    for (int tries = 0; fd == -1 && tries < 5000; tries++) {
        nanosleep(&moment, NULL);
        fd = find_port(name);
    }
    if (fd == -1)
        fail("there is no port %s", name);
    return fd;
}

void open_ports(void) {
    control = open_port("hearth.control");
    output = open_port("hearth.output");
}

int control_port(void) {
    return control;
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
        ssize_t written = write(fd, (const char *)bytes + done, length - done);
        if (written > 0)
            done += (size_t)written;
        else if (written == 0 || errno != EINTR)
            reboot(RB_POWER_OFF);
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

// Returns once the server's side has it: what the program sends to the server afterwards comes later there, too.
void write_output(const char *bytes, size_t length) {
    write_all(output, bytes, length);
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
    reboot(RB_POWER_OFF);
    _exit(1);
}

void check(long result, const char *what, const char *about) {
    if (result == -1)
        fail("%s %s: %s", what, about, strerror(errno));
}

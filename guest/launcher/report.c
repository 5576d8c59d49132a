// Tells the server what happened, and ends the launcher where something failed.
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void send_message(char kind, const char *format, va_list arguments) {
    char message[1024] = {kind, ' '};
    int length = vsnprintf(message + 2, sizeof message - 2, format, arguments) + 2;
    if (length > (int)sizeof message - 1)
        length = sizeof message - 1;
    // Nobody is left to hear it if the server is gone.
    ssize_t ignored = send(STATUS_FD, message, (size_t)length, MSG_NOSIGNAL);
    (void)ignored;
}

void report(char kind, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    send_message(kind, format, arguments);
    va_end(arguments);
}

void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    send_message('E', format, arguments);
    va_end(arguments);
    _exit(126);
}

void check(long result, const char *what, const char *about) {
    if (result == -1)
        fail("%s %s: %s", what, about, strerror(errno));
}

void write_file(const char *path, const char *format, ...) {
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length < 0 || length >= (int)sizeof text)
        fail("too long for %s", path);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    check(fd, "open", path);
    check(write(fd, text, (size_t)length), "write", path);
    close(fd);
}

// Any message, or the server's end, lets the launcher go.
void await_server(void) {
    char go;
    while (recv(STATUS_FD, &go, 1, 0) == -1 && errno == EINTR) {
    }
}

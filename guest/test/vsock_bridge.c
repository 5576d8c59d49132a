// The host's side of vsock, played inside the guest, for a test on a host without vhost-vsock: it takes pid 1's connections at
// the context id of the machine itself and passes them on to the ports of virtio-serial, and it says what output it has
// taken. Linked with pid 1 itself, whose main() is microvm_main() here.
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <linux/vm_sockets.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int microvm_main(void);

enum { CONTROL = 1001, OUTPUT = 1002, SLOWNESS_MS = 20 };

static const struct timespec moment = {0, 2000000};

static int port_named(const char *wanted) {
    char path[320], name[64];
    DIR *ports = opendir("/sys/class/virtio-ports");
    int fd = -1;
    for (struct dirent *entry; ports && fd == -1 && (entry = readdir(ports));) {
        snprintf(path, sizeof path, "/sys/class/virtio-ports/%s/name", entry->d_name);
        int text = open(path, O_RDONLY);
        ssize_t length = text == -1 ? -1 : read(text, name, sizeof name - 1);
        close(text);
        if (length <= 0)
            continue;
        name[length] = 0;
        name[strcspn(name, "\n")] = 0;
        snprintf(path, sizeof path, "/dev/%s", entry->d_name);
        if (!strcmp(name, wanted))
            fd = open(path, O_RDWR);
    }
    if (ports)
        closedir(ports);
    return fd;
}

static int awaited_port(const char *name) {
    int fd;
    while ((fd = port_named(name)) == -1)
        nanosleep(&moment, NULL);
    return fd;
}

static int accepted(unsigned port) {
    const struct sockaddr_vm address = {.svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_ANY, .svm_port = port};
    int listening;
    while ((listening = socket(AF_VSOCK, SOCK_STREAM, 0)) == -1)
        nanosleep(&moment, NULL);
    if (bind(listening, (const struct sockaddr *)&address, sizeof address) == -1 || listen(listening, 1) == -1)
        _exit(3);
    int fd = accept(listening, NULL, NULL);
    close(listening);
    return fd;
}

static void write_all(int fd, const char *bytes, size_t length) {
    for (size_t done = 0; done < length;) {
        ssize_t put = write(fd, bytes + done, length - done);
        if (put <= 0)
            _exit(4);
        done += (size_t)put;
    }
}

// Slowly, so that whoever does not wait for it is found out.
static void pass_output(int from, int to) {
    const struct timespec slowness = {0, SLOWNESS_MS * 1000000};
    static char bytes[16 << 10];
    uint64_t total = 0;
    for (ssize_t length; (length = read(from, bytes, sizeof bytes)) > 0;) {
        nanosleep(&slowness, NULL);
        write_all(to, bytes, (size_t)length);
        total += (uint64_t)length;
        char number[8];
        for (int i = 0; i < 8; i++)
            number[i] = (char)(total >> (56 - 8 * i));
        write_all(from, number, sizeof number);
    }
    _exit(0);
}

static void pass_control(int vsock, int port) {
    static char bytes[16 << 10];
    struct pollfd both[] = {{vsock, POLLIN, 0}, {port, POLLIN, 0}};
    for (;;) {
        if (poll(both, 2, -1) == -1)
            _exit(5);
        for (int i = 0; i < 2; i++) {
            ssize_t length = both[i].revents ? read(both[i].fd, bytes, sizeof bytes) : -2;
            if (length == 0 || length == -1)
                _exit(0);
            if (length > 0)
                write_all(both[!i].fd, bytes, (size_t)length);
        }
    }
}

int main(void) {
    if (fork() == 0) {
        int output = awaited_port("hearth.output");
        pass_output(accepted(OUTPUT), output);
    }
    if (fork() == 0) {
        int control = awaited_port("hearth.control");
        pass_control(accepted(CONTROL), control);
    }
    return microvm_main();
}

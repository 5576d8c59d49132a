// The machine: what the kernel needs before it has disks, the images that are its files, and the limits of the program.
#define _GNU_SOURCE
#include "microvm.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { MODULE_COMPRESSED = 4, LEAST_PORT = 1, MOST_PORT = 65535, SEED = 64 };

#define CGROUP "/sys/fs/cgroup"
#define PROGRAM CGROUP "/program"

void write_text(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    check(fd, "open", path);
    check(write(fd, text, strlen(text)), "write", path);
    close(fd);
}

void mount_basics(void) {
    check(mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), "mount", "/proc");
    check(mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), "mount", "/sys");
    if (mount("dev", "/dev", "devtmpfs", MS_NOSUID | MS_NOEXEC, "mode=755") == -1 && errno != EBUSY)
        check(-1, "mount", "/dev");
}

static int by_name(const struct dirent **one, const struct dirent **other) {
    return strcmp((*one)->d_name, (*other)->d_name);
}

static int is_module(const struct dirent *entry) {
    return strstr(entry->d_name, ".ko") != NULL;
}

// In the order of their names, which is that in which they need each other.
void load_modules(void) {
    struct dirent **entries;
    int count = scandir("/modules", &entries, is_module, by_name);
    check(count, "scandir", "/modules");
    for (int i = 0; i < count; i++) {
        char path[300];
        const char *name = entries[i]->d_name;
        snprintf(path, sizeof path, "/modules/%s", name);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        check(fd, "open", path);
        int flags = strcmp(strrchr(name, '.'), ".ko") ? MODULE_COMPRESSED : 0;
        if (syscall(SYS_finit_module, fd, "", flags) == -1 && errno != EEXIST)
            check(-1, "finit_module", name);
        close(fd);
        unlink(path); // the memory is the program's to have
        keep_devices_apart();
    }
}

static void make_directory(const char *path) {
    if (mkdir(path, 0755) == -1 && errno != EEXIST)
        check(-1, "mkdir", path);
}

// What stands for disks appears a moment after their driver.
static void mount_disk(int place, const char *at, const char *type, unsigned long flags, const char *options) {
    char path[300];
    find_disk(place, path, sizeof path);
    const struct timespec moment = {0, 2000000};
    for (int tries = 0; access(path, F_OK) == -1 && tries < 5000; tries++)
        nanosleep(&moment, NULL);
    check(mount(path, at, type, flags, options), "mount", path);
}

// Not chroot alone: a root that is the first file system could not be left for another one, as the launcher does.
void enter_root_image(void) {
    mount_disk(ROOT_DISK, "/root", "squashfs", MS_RDONLY | MS_NODEV, NULL);
    check(mount("/proc", "/root/proc", NULL, MS_MOVE, NULL), "move", "/proc");
    check(mount("/sys", "/root/sys", NULL, MS_MOVE, NULL), "move", "/sys");
    check(mount("/dev", "/root/dev", NULL, MS_MOVE, NULL), "move", "/dev");
    check(chdir("/root"), "chdir", "/root");
    check(mount(".", "/", NULL, MS_MOVE, NULL), "move", "/root");
    check(chroot("."), "chroot", "/root");
    check(chdir("/"), "chdir", "/");
    check(mount("run", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=1m"), "mount", "/run");
    make_directory("/run/root");
    make_directory("/run/images");
    make_directory("/run/tmp");
}

static void mount_image(const char *place) {
    char at[64];
    snprintf(at, sizeof at, "/run/images/%s", place);
    make_directory(at);
    mount_disk(atoi(place), at, "squashfs", MS_RDONLY | MS_NODEV | MS_NOSUID, NULL);
}

static void set_clock(const char *nanoseconds) {
    long long now = strtoll(nanoseconds, NULL, 10);
    const struct timespec time = {now / 1000000000, now % 1000000000};
    check(clock_settime(CLOCK_REALTIME, &time), "clock_settime", nanoseconds);
}

// What no other machine has: from now on no two have the same random numbers.
static void add_entropy(const char *hex) {
    union {
        struct rand_pool_info info;
        unsigned char whole[sizeof(struct rand_pool_info) + SEED];
    } seed = {.info = {.entropy_count = SEED * 8, .buf_size = SEED}};
    for (int i = 0; i < SEED; i++) {
        unsigned byte;
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
            fail("the seed is too short");
        seed.whole[offsetof(struct rand_pool_info, buf) + (size_t)i] = (unsigned char)byte;
    }
    int fd = open("/dev/urandom", O_RDWR | O_CLOEXEC);
    check(fd, "open", "/dev/urandom");
    check(ioctl(fd, RNDADDENTROPY, &seed), "ioctl", "RNDADDENTROPY");
    check(ioctl(fd, RNDRESEEDCRNG), "ioctl", "RNDRESEEDCRNG");
    close(fd);
}

static char *next, *end;

static char *word(void) {
    if (next >= end)
        fail("the configuration ends too early");
    char *word = next;
    next += strlen(word) + 1;
    return word;
}

static struct in_addr address(void) {
    struct in_addr address;
    const char *text = word();
    if (inet_pton(AF_INET, text, &address) != 1)
        fail("no address: %s", text);
    return address;
}

static in_port_t port(void) {
    const char *text = word();
    long number = strtol(text, NULL, 10);
    if (number < LEAST_PORT || number > MOST_PORT)
        fail("no port: %s", text);
    return htons((uint16_t)number);
}

static void add_listener(struct configuration *configuration) {
    if (configuration->listener_count == MAX_LISTENERS)
        fail("more than %d listeners", MAX_LISTENERS);
    struct listener *listener = &configuration->listeners[configuration->listener_count++];
    listener->inside = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = address()};
    listener->inside.sin_port = port();
    listener->outside = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = configuration->gateway};
    listener->outside.sin_port = port();
}

static void hardware_address(unsigned char *mac) {
    const char *text = word();
    if (sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", mac, mac + 1, mac + 2, mac + 3, mac + 4, mac + 5) != 6)
        fail("no hardware address: %s", text);
}

static void set_network(struct configuration *configuration) {
    configuration->address = address();
    hardware_address(configuration->mac);
    configuration->gateway = address();
    hardware_address(configuration->gateway_mac);
    configuration->network = 1;
}

void configure(struct configuration *configuration, char *words, size_t length) {
    next = words;
    end = words + length;
    while (next < end) {
        const char *key = word();
        if (!strcmp(key, "network")) set_network(configuration);
        else if (!strcmp(key, "listen")) add_listener(configuration);
        else if (!strcmp(key, "image")) mount_image(word());
        else if (!strcmp(key, "expect")) give_driver(DISK_DEVICE, atoi(word()));
        else if (!strcmp(key, "attach")) {
            const char *directory = word();
            attach_directory(directory, word());
        }
        else if (!strcmp(key, "tmp")) mount_disk(atoi(word()), "/run/tmp", "ext4", MS_NOSUID | MS_NODEV | MS_NOATIME, "noinit_itable");
        else if (!strcmp(key, "memory")) configuration->memory = word();
        else if (!strcmp(key, "processes")) configuration->processes = word();
        else if (!strcmp(key, "clock")) set_clock(word());
        else if (!strcmp(key, "seed")) add_entropy(word());
        else fail("unknown key: %s", key);
    }
}

void make_cgroup(void) {
    check(mount("cgroup", CGROUP, "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), "mount", CGROUP);
    write_text(CGROUP "/cgroup.subtree_control", "+memory +pids +cpu");
    make_directory(PROGRAM);
    // What a program reserves is not counted, what it uses is: as on a host, which has far more than one program may use.
    write_text("/proc/sys/vm/overcommit_memory", "1");
}

void limit_cgroup(const struct configuration *configuration) {
    if (!configuration->memory || !configuration->processes)
        fail("the configuration has no limits");
    write_text(PROGRAM "/memory.max", configuration->memory);
    write_text(PROGRAM "/pids.max", configuration->processes);
}

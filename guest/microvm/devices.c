// The virtio devices. None has a driver before init gives it one: of a machine that is restored from a snapshot, the disks
// are others than those that the snapshot was made with, and what a driver has read of them stays read: of an empty disk
// nothing but its size, which is larger than that of any disk that takes its place. The network is another, too, but of
// that a driver reads nothing that cannot be set.
#define _GNU_SOURCE
#include "microvm.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUS "/sys/bus/virtio"

// As the specification of virtio numbers them.
static const long ids[] = {[NETWORK_DEVICE] = 1, [DISK_DEVICE] = 2};

// The bus comes with a module.
void keep_devices_apart(void) {
    static int done;
    if (done || access(BUS "/drivers_autoprobe", F_OK) == -1)
        return;
    write_text(BUS "/drivers_autoprobe", "0");
    done = 1;
}

static long id_of(int device) {
    char path[96], text[32];
    snprintf(path, sizeof path, BUS "/devices/virtio%d/device", device);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    check(fd, "open", path);
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    text[length > 0 ? length : 0] = 0;
    return strtol(text, NULL, 16);
}

static int by_number(const void *one, const void *other) {
    return *(const int *)one - *(const int *)other;
}

// The number of the device, which is the so-manieth of its kind, from 0; they are numbered as the monitor names them.
static int find_device(enum device_kind kind, int place) {
    int found[MAX_DEVICES], count = 0;
    DIR *devices = opendir(BUS "/devices");
    check(devices ? 0 : -1, "opendir", BUS "/devices");
    for (struct dirent *entry; count < MAX_DEVICES && (entry = readdir(devices));) {
        int number;
        if (sscanf(entry->d_name, "virtio%d", &number) == 1 && id_of(number) == ids[kind])
            found[count++] = number;
    }
    closedir(devices);
    if (place < 0 || place >= count)
        fail("there is no virtio device %d of kind %ld", place, ids[kind]);
    qsort(found, (size_t)count, sizeof *found, by_number);
    return found[place];
}

// One that is built into the kernel has it already, and reads anew what the device is; one that was given it stays as it is.
int give_driver(enum device_kind kind, int place) {
    static char given[MAX_DEVICES];
    char name[32], path[96];
    int device = find_device(kind, place);
    if (device < MAX_DEVICES && given[device]++)
        return device;
    snprintf(name, sizeof name, "virtio%d", device);
    snprintf(path, sizeof path, BUS "/devices/%s/driver/unbind", name);
    if (access(path, F_OK) == 0)
        write_text(path, name);
    write_text(BUS "/drivers_probe", name);
    return device;
}

// All but those that are given theirs one by one.
void give_common_drivers(void) {
    DIR *devices = opendir(BUS "/devices");
    check(devices ? 0 : -1, "opendir", BUS "/devices");
    for (struct dirent *entry; (entry = readdir(devices));) {
        int number;
        if (sscanf(entry->d_name, "virtio%d", &number) != 1)
            continue;
        long id = id_of(number);
        if (id != ids[NETWORK_DEVICE] && id != ids[DISK_DEVICE])
            write_text(BUS "/drivers_probe", entry->d_name);
    }
    closedir(devices);
}

// Gives the disk at this place its driver. Its name is the kernel's to choose.
void find_disk(int place, char *path, size_t size) {
    char folder[96];
    snprintf(folder, sizeof folder, BUS "/devices/virtio%d/block", give_driver(DISK_DEVICE, place));
    DIR *names = opendir(folder);
    check(names ? 0 : -1, "opendir", folder);
    struct dirent *entry;
    while ((entry = readdir(names)) && entry->d_name[0] == '.') {
    }
    if (!entry)
        fail("disk %d has no name", place);
    snprintf(path, size, "/dev/%s", entry->d_name);
    closedir(names);
}

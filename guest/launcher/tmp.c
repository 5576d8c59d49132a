// /tmp: a file system of its own, so that it has its size and takes disk, not memory. A prepared ext4 image is copied
// without its holes into a nameless file, and mounted through a loop device that frees itself. Nothing of it has a
// name on the host, so nothing stays behind when the last process or descriptor that holds it is gone.
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CALL_FSOPEN = 430, CALL_FSCONFIG = 431, CALL_FSMOUNT = 432 };
enum { CONFIG_SET_FLAG = 0, CONFIG_SET_STRING = 1, CONFIG_CREATE = 6 };
enum { BYTES_PER_FILE = 16384, LEAST_FILES = 1024 }; // as in TmpImages
enum { CLOEXEC = 1, ATTR_NOSUID = 2, ATTR_NODEV = 4, ATTR_NOATIME = 0x10 };

// Options are pairs of a name and a value, ended by NULL.
static int mount_detached(const char *type, const char *source, const char *const *options) {
    int context = (int)syscall(CALL_FSOPEN, type, CLOEXEC);
    check(context, "fsopen", type);
    check(syscall(CALL_FSCONFIG, context, CONFIG_SET_STRING, "source", source, 0), "fsconfig", "source");
    for (; *options; options += 2)
        check(syscall(CALL_FSCONFIG, context, CONFIG_SET_STRING, options[0], options[1], 0), "fsconfig", options[0]);
    check(syscall(CALL_FSCONFIG, context, CONFIG_CREATE, NULL, NULL, 0), "mount", "/tmp");
    int mount = (int)syscall(CALL_FSMOUNT, context, CLOEXEC, ATTR_NOSUID | ATTR_NODEV | ATTR_NOATIME);
    check(mount, "fsmount", "/tmp");
    close(context);
    return mount;
}

static void copy_extent(int from, int to, off_t start, off_t end) {
    off_t out = start;
    while (start < end) {
        ssize_t copied = copy_file_range(from, &start, to, &out, (size_t)(end - start), 0);
        check(copied, "copy", "/tmp's image");
        if (copied == 0)
            fail("/tmp's image is cut short");
    }
}

static void copy_sparsely(int from, int to) {
    struct stat stat;
    check(fstat(from, &stat), "fstat", "/tmp's image");
    check(ftruncate(to, stat.st_size), "ftruncate", "/tmp's image");
    off_t hole = 0, data;
    while ((data = lseek(from, hole, SEEK_DATA)) != -1) {
        hole = lseek(from, data, SEEK_HOLE);
        check(hole, "lseek", "/tmp's image");
        copy_extent(from, to, data, hole);
    }
    if (errno != ENXIO)
        check(-1, "lseek", "/tmp's image");
}

// Not with direct I/O: the fresh copy is still in the page cache, and mounting it would wait for the disk.
static int configure(int device, int image) {
    struct loop_config config = {.fd = (uint32_t)image, .block_size = 4096};
    config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
    return ioctl(device, LOOP_CONFIGURE, &config);
}

// Another process may take the free device first, so this tries again.
static int attach_loop(int image, char *path, size_t size) {
    int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    check(control, "open", "/dev/loop-control");
    for (int attempt = 0; attempt < 1000; attempt++) {
        int number = ioctl(control, LOOP_CTL_GET_FREE);
        check(number, "LOOP_CTL_GET_FREE", "/dev/loop-control");
        snprintf(path, size, "/dev/loop%d", number);
        int device = open(path, O_RDWR | O_CLOEXEC);
        if (device == -1 && (errno == ENXIO || errno == ENOENT || errno == EBUSY))
            continue;
        check(device, "open", path);
        if (configure(device, image) == 0) {
            close(control);
            return device;
        }
        if (errno != EBUSY)
            check(-1, "LOOP_CONFIGURE", path);
        close(device);
    }
    fail("no free loop device");
}

static int mount_image(const char *template, const char *directory) {
    char device_path[32];
    int from = open(template, O_RDONLY | O_CLOEXEC);
    check(from, "open", template);
    int image = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    check(image, "open", directory);
    copy_sparsely(from, image);
    int device = attach_loop(image, device_path, sizeof device_path);
    int mount = mount_detached("ext4", device_path, (const char *const[]){NULL});
    close(from);
    close(image);
    close(device);
    return mount;
}

// As many files as on a disk of that size. A tmpfs without a number would have as many as half of the host's memory has
// pages, of which not all are counted against the sandbox's.
static int mount_memory(const char *size) {
    char *end, files[32];
    unsigned long long bytes = strtoull(size, &end, 10);
    if (*end != 0 || bytes == 0 || size[0] == '-')
        fail("not a size: %s", size);
    snprintf(files, sizeof files, "%llu", bytes / BYTES_PER_FILE < LEAST_FILES ? (unsigned long long)LEAST_FILES
                                                                                        : bytes / BYTES_PER_FILE);
    return mount_detached("tmpfs", "tmp", (const char *const[]){"size", size, "nr_inodes", files, NULL});
}

int make_tmp(const struct spec *spec) {
    if (spec->tmp_image)
        return mount_image(spec->tmp_image, spec->tmp_dir);
    return mount_memory(spec->tmp_size);
}

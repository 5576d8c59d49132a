// /tmp: a file system of its own, so that it has its size. On disk it is made by the server, most often before anybody
// wants it, and comes as the descriptor of a mount that is attached nowhere yet. In memory it is made here, where what
// is written to it counts against the sandbox.
#define _GNU_SOURCE
#include "launcher.h"

#include <stdio.h>
#include <stdlib.h>
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

int take_tmp(const struct spec *spec) {
    return spec->tmp_mount ? TMP_FD : mount_memory(spec->tmp_size);
}

// Mounts by file descriptor: a copy of a host directory is made in the host's mount namespace, and attached in
// another one that does not see the host. The numbers are those of every architecture's unified system call table.
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CALL_OPEN_TREE = 428, CALL_MOVE_MOUNT = 429, CALL_MOUNT_SETATTR = 442 };
enum { TREE_CLONE = 1, TREE_RECURSIVE = 0x8000, FROM_EMPTY_PATH = 4, EMPTY_PATH = 0x1000 };
enum { ATTR_RDONLY = 1, ATTR_NOSUID = 2, ATTR_NODEV = 4 };

struct attributes {
    uint64_t set, clear, propagation, userns;
};

int clone_tree(const char *host, int keep_devices) {
    int tree = (int)syscall(CALL_OPEN_TREE, AT_FDCWD, host, TREE_CLONE | TREE_RECURSIVE | O_CLOEXEC);
    check(tree, "open_tree", host);
    struct attributes attributes = {
        .set = ATTR_RDONLY | ATTR_NOSUID | (keep_devices ? 0 : ATTR_NODEV),
        .propagation = MS_PRIVATE,
    };
    check(syscall(CALL_MOUNT_SETATTR, tree, "", EMPTY_PATH | TREE_RECURSIVE, &attributes, sizeof attributes),
          "mount_setattr", host);
    return tree;
}

void attach_tree(int tree, const char *inside) {
    check(syscall(CALL_MOVE_MOUNT, tree, "", AT_FDCWD, inside, FROM_EMPTY_PATH), "move_mount", inside);
    close(tree);
}

void set_read_only(const char *path) {
    struct attributes attributes = {.set = ATTR_RDONLY | ATTR_NOSUID};
    check(syscall(CALL_MOUNT_SETATTR, AT_FDCWD, path, 0, &attributes, sizeof attributes), "mount_setattr", path);
}

static void make_directories(const char *path) {
    char prefix[1024];
    if (strlen(path) >= sizeof prefix)
        fail("a path is too long: %s", path);
    for (const char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
        size_t length = slash ? (size_t)(slash - path) : strlen(path);
        memcpy(prefix, path, length);
        prefix[length] = 0;
        if (mkdir(prefix, 0755) == -1 && errno != EEXIST)
            check(-1, "mkdir", prefix);
        if (!slash)
            return;
    }
}

// Missing directories are made in the template's memory, which all sandboxes see: only empty directories, and only
// by the launcher. A path below another mount must exist there.
void make_mount_point(const char *path) {
    struct stat stat;
    if (lstat(path, &stat) == 0) {
        if (!S_ISDIR(stat.st_mode))
            fail("not a directory: %s", path);
        return;
    }
    struct attributes writable = {.clear = ATTR_RDONLY};
    check(syscall(CALL_MOUNT_SETATTR, AT_FDCWD, "/", 0, &writable, sizeof writable), "mount_setattr", "/");
    make_directories(path);
    set_read_only("/");
}

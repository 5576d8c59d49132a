// The root of one sandbox: a copy of the template's mount namespace, with the sandbox's own mounts, /tmp and /proc.
#define _GNU_SOURCE
#include "launcher.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

// Host paths are opened here, while the host is still to be seen.
void prepare_mounts(struct spec *spec) {
    if (spec->reuse)
        return;
    for (size_t i = 0; i < spec->mount_count; i++)
        spec->mounts[i].tree = clone_tree(spec->mounts[i].host, 0);
}

void enter_root(const struct spec *spec) {
    if (spec->reuse) {
        check(setns(MOUNTS_FD, CLONE_NEWNS), "setns", "the sandbox's mounts");
        return;
    }
    int tmp = take_tmp(spec);
    check(setns(MOUNTS_FD, CLONE_NEWNS), "setns", "the template");
    check(unshare(CLONE_NEWNS), "unshare", "mount namespace");
    for (size_t i = 0; i < spec->mount_count; i++) {
        make_mount_point(spec->mounts[i].inside);
        attach_tree(spec->mounts[i].tree, spec->mounts[i].inside);
    }
    attach_tree(tmp, "/tmp");
    check(chmod("/tmp", 01777), "chmod", "/tmp");
    if (rmdir("/tmp/lost+found") == -1 && errno != ENOENT)
        check(-1, "rmdir", "/tmp/lost+found");
}

// What programs ask for in /proc, besides processes and the links there. All else of a kernel is hidden, also what is new:
// addresses, devices, keys, the logs and statistics of the host.
static const char *const shown[] = {
    "cgroups", "cpuinfo", "filesystems", "loadavg", "meminfo", "stat", "swaps", "sys", "sysvipc", "uptime", "version",
    "vmstat",
};

static int is_shown(const char *name) {
    if (isdigit((unsigned char)name[0]) || name[0] == '.')
        return 1;
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        if (!strcmp(name, shown[i]))
            return 1;
    return 0;
}

static void hide(const struct dirent *entry) {
    char path[sizeof "/proc/" + sizeof entry->d_name];
    snprintf(path, sizeof path, "/proc/%s", entry->d_name);
    const char *with = entry->d_type == DT_DIR ? "/var/empty" : "/dev/null";
    check(mount(with, path, NULL, MS_BIND, NULL), "hide", path);
}

// Belongs to init's pid namespace, so each start has its own.
void mount_proc(int again) {
    if (again)
        check(umount2("/proc", MNT_DETACH), "umount2", "/proc");
    check(mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), "mount", "/proc");
    DIR *proc = opendir("/proc");
    check(proc ? 0 : -1, "opendir", "/proc");
    for (struct dirent *entry; (entry = readdir(proc));)
        if (entry->d_type != DT_LNK && !is_shown(entry->d_name))
            hide(entry);
    closedir(proc);
}

// No setting of the kernel can be written, whatever its permissions. /proc/self/fd still opens for writing.
void lock_proc(void) {
    check(mount(NULL, "/proc", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL),
          "remount", "/proc");
}

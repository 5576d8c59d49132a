// The root of one sandbox: a copy of the template's mount namespace, with the sandbox's own mounts, /tmp and /proc.
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
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
    int tmp = make_tmp(spec);
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

// Readable by all on a usual host, and none of a function's business. Those that a kernel lacks are passed over.
static const char *const hidden_files[] = {
    "/proc/kcore", "/proc/keys", "/proc/key-users", "/proc/kallsyms", "/proc/modules", "/proc/timer_list",
    "/proc/sched_debug", "/proc/config.gz", "/proc/interrupts", "/proc/kmsg", "/proc/sysrq-trigger", "/proc/cmdline",
};
static const char *const hidden_directories[] = {"/proc/acpi", "/proc/scsi", "/proc/irq", "/proc/bus", "/proc/fs"};

static void hide(const char *with, const char *path) {
    if (mount(with, path, NULL, MS_BIND, NULL) == -1 && errno != ENOENT)
        check(-1, "hide", path);
}

// Belongs to init's pid namespace, so each start has its own.
void mount_proc(int again) {
    if (again)
        check(umount2("/proc", MNT_DETACH), "umount2", "/proc");
    check(mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), "mount", "/proc");
    for (size_t i = 0; i < sizeof hidden_files / sizeof *hidden_files; i++)
        hide("/dev/null", hidden_files[i]);
    for (size_t i = 0; i < sizeof hidden_directories / sizeof *hidden_directories; i++)
        hide("/var/empty", hidden_directories[i]);
}

// No setting of the kernel can be written, whatever its permissions. /proc/self/fd still opens for writing.
void lock_proc(void) {
    check(mount(NULL, "/proc", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL),
          "remount", "/proc");
}

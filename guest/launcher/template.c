// Builds the root that all sandboxes start from, in a mount namespace of its own that sees nothing else of the host:
// a small tmpfs of mount points and files, the host's programs and libraries read-only, a minimal /dev.
// The namespace lives as long as the server holds a descriptor of it.
#define _GNU_SOURCE
#include "launcher.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void make_file(const char *path, const char *content, mode_t mode) {
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    check(fd, "create", path);
    check(write(fd, content, strlen(content)), "write", path);
    close(fd);
}

// What is bound decides what it is bound to: a directory or a file.
static void make_target(const char *path, const char *host) {
    struct stat what;
    check(stat(host, &what), "stat", host);
    if (S_ISDIR(what.st_mode))
        check(mkdir(path, 0755), "mkdir", path);
    else
        make_file(path, "", 0644);
}

static void take(const struct step *step) {
    const char *path = step->path + 1; // relative to the new root
    switch (step->kind) {
    case 'd': check(mkdir(path, 0755), "mkdir", step->path); break;
    case 'f': make_file(path, step->value, 0644); break;
    case 'x': make_file(path, step->value, 0755); break;
    case 'l': check(symlink(step->value, path), "symlink", step->path); break;
    default:
        make_target(path, step->value);
        attach_tree(clone_tree(step->value, step->kind == 'D'), path);
    }
}

void build_template(const struct spec *spec) {
    check(unshare(CLONE_NEWNS), "unshare", "mount namespace");
    check(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "mount", "private");
    check(mount("hearth", spec->scratch, "tmpfs", MS_NOSUID, "mode=755,size=4m"), "mount", spec->scratch);
    check(chdir(spec->scratch), "chdir", spec->scratch);
    for (size_t i = 0; i < spec->step_count; i++)
        take(&spec->steps[i]);
    check(syscall(SYS_pivot_root, ".", "."), "pivot_root", spec->scratch);
    check(umount2(".", MNT_DETACH), "umount2", "the old root");
    check(chdir("/"), "chdir", "/");
    set_read_only("/");
    report('P', "%d", getpid());
    await_server();
    _exit(0);
}

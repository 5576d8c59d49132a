// The launcher starts one program in a sandbox. The server gives it two inherited descriptors and nothing else:
// what to do (SPEC_FD, a file of NUL-terminated words) and whom to tell (STATUS_FD, a socket of messages).
//
//   server ── spawns ──► launcher ── clones ──► init (pid 1 inside) ── clones ──► the program
//                        joins cgroups and       mounts /proc, maps the uid,       drops everything,
//                        namespaces, mounts      reaps, mirrors the exit           then exec
//
// Messages: "P <pid>" init runs · "E <text>" the sandbox could not be made · "N <text>" the program could not be
// started · "X <code>" and "S <signal>" how it ended. Any failure ends the launcher: nothing runs half confined.
#ifndef LAUNCHER_H
#define LAUNCHER_H

#include <stddef.h>
#include <sys/types.h>

enum { SPEC_FD = 3, STATUS_FD = 4, OUTPUT_FD = 5, FRAMED_FD = 6, NETWORK_FD = 7, MOUNTS_FD = 8,
       CHANNEL_FD = 9, TMP_FD = 10, FIRST_UNUSED_FD = 11 };

// Where a runtime writes framed log records (_LAMBDA_TELEMETRY_LOG_FD).
enum { FRAMED_FD_INSIDE = 62 };

// Where a runtime of ours talks to the server (_HEARTH_CHANNEL).
enum { CHANNEL_FD_INSIDE = 61 };

// What the program sees itself as: AWS's sbx_user1051.
enum { INSIDE_ID = 993 };

// What it is on the host lies above all users of a host's own (UidRange).
enum { LEAST_UID = 1900000000 };

enum { MAX_WORDS = 16384, MAX_MOUNTS = 64, MAX_STEPS = 256 };

// What a virtual machine's monitor has besides: the server's FIRST_UNUSED_FD and on are its FIRST_PASSED_FD and on.
enum { FIRST_PASSED_FD = 64, MAX_PASSED = 40 };

struct mount {
    const char *host;
    const char *inside;
    int tree; // a detached copy of host, or -1
};

// One thing of the template root: d(irectory), f(ile), x: a file that may be executed, l(ink), b(ind), D(evice: bind
// that keeps devices).
struct step {
    char kind;
    const char *path;
    const char *value;
};

struct spec {
    int template;          // build the template root and hold it, instead of starting a program
    int reuse;             // MOUNTS_FD is this sandbox's own mount namespace, not the template
    int network;           // NETWORK_FD is a network namespace to join
    int channel;           // CHANNEL_FD is the program's stream to the server
    int monitor;           // the program runs a virtual machine: it may speak to any device that it was given
    unsigned passed;       // how many descriptors it was given
    const char *scratch;   // template: a host directory to mount the new root on
    const char *hostname;
    int tmp_mount;         // TMP_FD is /tmp, mounted and attached nowhere
    const char *tmp_size;  // bytes of a tmpfs for /tmp, where there is none
    const char *cwd;
    uid_t uid;             // on the host; INSIDE_ID inside
    uid_t init_uid;        // on the host; init becomes it
    struct mount mounts[MAX_MOUNTS];
    size_t mount_count;
    char **cgroups;          // a file of each through which it is joined
    int cgroup2;             // the directory of the one of v2, or -1
    int cgroup2_entrance;
    const char *cpu_limit;   // the file of the cgroup that says how much of a processor the sandbox gets
    const char *cpu_no_limit; // and what lifts that
    int cpu_limit_fd;
    struct step steps[MAX_STEPS];
    size_t step_count;
    char **argv;
    char **envp;
};

// spec.c
void read_spec(struct spec *spec);

// report.c
void report(char kind, const char *format, ...) __attribute__((format(printf, 2, 3)));
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
void check(long result, const char *what, const char *about);
void write_file(const char *path, const char *format, ...) __attribute__((format(printf, 2, 3)));
void await_server(void);

// mounts.c
int clone_tree(const char *host, int keep_devices);
void attach_tree(int tree, const char *inside);
void set_read_only(const char *path);
void make_mount_point(const char *path);

// template.c
_Noreturn void build_template(const struct spec *spec);

// root.c
void prepare_mounts(struct spec *spec);
void enter_root(const struct spec *spec);
void mount_proc(int again);
void lock_proc(void);

// tmp.c
int take_tmp(const struct spec *spec);

// init.c
_Noreturn void run_init(struct spec *spec);

// confine.c
void limit_resources(void);
void become(uid_t id);

// clock.c
int print_processor_clock(void);

// seccomp.c
void allow_every_ioctl(void);
void filter_system_calls(void);
int print_filter(void);

#endif

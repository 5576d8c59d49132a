// Pid 1 of a microVM. The server speaks to it by frames on a stream of bytes, the control port; what the program writes
// goes out by a port of its own, as bytes. The ports are those of virtio-serial, or connections of vsock (control.c). It
// starts programs as the server does on a host: by the launcher, which gives each the same view, the same rights and the
// same filter of system calls in here as it has there.
//
//   server ── control port ──► init ── launcher ──► the launcher's init ──► the program
//          ◄─ output port ────  │                                              │ 127.0.0.1:9001, ...
//          ◄─ TAP ── relay ─────┴──────────────────────────────────────────────┘
//
// Frames: a letter, the length of what follows (4 bytes, big-endian), and that.
//   to init   T  the launcher's specification of the template root, first of all; what follows comes after P
//             C  the machine's own configuration: words, each ended by a NUL
//             D  more of it, before a program that is started before its function is known
//             F  the function's
//             S  the launcher's specification of a program        K  kill the program
//             W  the same, of one that waits on its channel to hear which function it serves
//             A  what that hears
//   to server P  prepared: what all machines of a size have in common is there, and a snapshot may be made
//             N  it has its network, and whatever else came with C
//             R  ready: it has what came with F                   L  a message of the launcher, or how the program ended
//             U  the program that waits is up
//             M  "<peak> <kills>": the memory that the program has had, and how often the kernel killed for want of it
//             E  what made this machine useless; it ends
#ifndef MICROVM_H
#define MICROVM_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { MAX_FRAME = 1 << 20, MAX_LISTENERS = 40, MAX_PAIRS = 512, PIECE = 16 << 10, MAX_DEVICES = 32, ROOT_DISK = 0 };

struct listener {
    struct sockaddr_in inside;  // where programs connect to
    struct sockaddr_in outside; // who answers
};

struct configuration {
    struct in_addr address, gateway;
    unsigned char mac[6], gateway_mac[6];
    int network; // there is one
    struct listener listeners[MAX_LISTENERS];
    size_t listener_count;
    const char *memory;    // bytes that the program may take; points into what was configured last
    const char *processes; // how many it may be
};

// devices.c
enum device_kind { NETWORK_DEVICE, DISK_DEVICE };
void keep_devices_apart(void);
void give_common_drivers(void);
int give_driver(enum device_kind kind, int place);
void find_disk(int place, char *path, size_t size);

// main.c
void connect_machine(char *words, size_t length);
void prepare_program(char *words, size_t length);
void fit_machine(char *words, size_t length);

// control.c
void open_ports(void);
int control_port(void);
char read_frame(char **content, size_t *length); // the content is the caller's to free
void send_frame(char kind, const void *content, size_t length);
void write_output(const char *bytes, size_t length);
void await_output(void);
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
void check(long result, const char *what, const char *about);

// machine.c
void write_text(const char *path, const char *text);
void mount_basics(void);
void load_modules(void);
void enter_root_image(void);
void configure(struct configuration *configuration, char *words, size_t length);
void make_cgroup(void);
void limit_cgroup(const struct configuration *configuration);

// network.c
void begin_network(void);
void set_up_network(const struct configuration *configuration);

// program.c
void keep_launcher(void);
void build_template(const char *words, size_t length);
void start_program(const char *words, size_t length, int waits);
void assign_program(const char *words, size_t length);
void attach_directory(const char *path, const char *inside);
void kill_program(void);
void collect_children(void);
int output_pipe(void); // -1 where no program runs
int quiet_channel(void); // of a program that is not up yet, or -1
void hear_channel(void);
void pass_output(void);
void tell_memory(int exactly);

// relay.c
void listen_for_programs(const struct configuration *configuration);
void relay_to_runtime_api(int inside); // which becomes the relay's
_Noreturn void serve(int signals);

#endif

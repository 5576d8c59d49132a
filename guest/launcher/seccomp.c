// Makes the filter of system calls out of calls.c: a search by halves over ranges of numbers with the same verdict, then
// the checks of arguments. It is short for every call, and the kernel, which tries a new filter on each number to
// remember which it always allows, is done quickly; those that it remembers cost nothing.
#define _GNU_SOURCE
#include "calls.h"
#include "launcher.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined __x86_64__
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "the launcher knows x86_64 and aarch64"
#endif

enum {
    NAMESPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |
                 CLONE_NEWNET,
    // Between the calls that each architecture numbered for itself and those that all share.
    FIRST_UNUSED = 335,
    FIRST_SHARED = 424,
    SOCKET_TYPE = 0xf,
    ROUTE_NETLINK = 0,
    MAX_INSTRUCTIONS = 1024,
    MAX_RANGES = 256,
    FARTHEST = 255,
    MAX_VALUES = 128,
    // Stands for a check whose place is not known yet.
    UNPLACED = 0x10000,
};

// Values from `first` to the next range's get this answer: an instruction.
struct range {
    uint32_t first;
    struct sock_filter answer;
};

static int every_ioctl;
static struct sock_filter filter[MAX_INSTRUCTIONS];
static unsigned short length;
static struct range ranges[MAX_RANGES];
static size_t range_count;

// The low bits of arguments, on little-endian machines; the kernel looks at no others of those that are checked.
#define LOW(argument) (offsetof(struct seccomp_data, args[argument]))
#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset))
#define MASK(bits) BPF_STMT(BPF_ALU | BPF_AND | BPF_K, (bits))
#define ANSWER(value) BPF_STMT(BPF_RET | BPF_K, (value))
#define REFUSE(error) ANSWER(SECCOMP_RET_ERRNO | (error))
#define ALLOW ANSWER(SECCOMP_RET_ALLOW)
#define GO_TO(where) BPF_STMT(BPF_JMP | BPF_JA, (where))
#define SKIP_UNLESS(value, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (count))
#define SKIP_IF(value, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (count), 0)
#define SKIP_IF_BITS(bits, count) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), (count), 0)

static void add(struct sock_filter instruction) {
    if (length == MAX_INSTRUCTIONS)
        fail("the filter is too long");
    filter[length++] = instruction;
}

#define ADD(...)                                                                                                       \
    do {                                                                                                               \
        const struct sock_filter code[] = {__VA_ARGS__};                                                               \
        for (size_t i = 0; i < sizeof code / sizeof *code; i++)                                                        \
            add(code[i]);                                                                                              \
    } while (0)

static int same(struct sock_filter a, struct sock_filter b) {
    return a.code == b.code && a.k == b.k;
}

static void add_range(uint32_t first, struct sock_filter answer) {
    if (range_count > 0 && ranges[range_count - 1].first == first)
        range_count--;
    if (range_count > 0 && same(ranges[range_count - 1].answer, answer))
        return;
    if (range_count == MAX_RANGES)
        fail("the filter has too many ranges");
    ranges[range_count++] = (struct range){first, answer};
}

// Answers for the value in the accumulator.
static void search(const struct range *from, size_t count) {
    if (count == 1) {
        add(from->answer);
        return;
    }
    size_t half = count / 2;
    unsigned short branch = length;
    add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, from[half].first, 0, 0));
    search(from, half);
    if (length - branch - 1 > FARTHEST)
        fail("the filter jumps too far");
    filter[branch].jt = (unsigned char)(length - branch - 1);
    search(from + half, count - half);
}

static void search_ranges(void) {
    search(ranges, range_count);
    range_count = 0;
}

static int by_value(const void *a, const void *b) {
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

// Allows these values of an argument, and answers all others with an error.
static void allow_values(int argument, const struct list *list, int error) {
    uint32_t values[MAX_VALUES];
    if (list->count > MAX_VALUES)
        fail("the filter has too many values");
    memcpy(values, list->values, list->count * sizeof *values);
    qsort(values, list->count, sizeof *values, by_value);
    ADD(LOAD(LOW(argument)));
    add_range(0, (struct sock_filter)REFUSE(error));
    for (size_t i = 0; i < list->count; i++) {
        add_range(values[i], (struct sock_filter)ALLOW);
        if (values[i] != UINT32_MAX)
            add_range(values[i] + 1, (struct sock_filter)REFUSE(error));
    }
    search_ranges();
}

static void check_socket(void) {
    // Local, IP, and the routing messages that list a machine's addresses. Of IP, what is neither TCP nor UDP would
    // have the kernel load modules.
    ADD(LOAD(LOW(0)), SKIP_IF(AF_UNIX, 6), SKIP_IF(AF_INET, 11), SKIP_IF(AF_INET6, 10), SKIP_UNLESS(AF_NETLINK, 2),
        LOAD(LOW(2)), SKIP_IF(ROUTE_NETLINK, 17), REFUSE(EAFNOSUPPORT),
        // AF_UNIX
        LOAD(LOW(1)), MASK(SOCKET_TYPE), SKIP_IF(SOCK_SEQPACKET, 13), SKIP_IF(SOCK_STREAM, 12), SKIP_IF(SOCK_DGRAM, 11),
        REFUSE(EPERM),
        // AF_INET, AF_INET6
        LOAD(LOW(1)), MASK(SOCKET_TYPE), SKIP_IF(SOCK_STREAM, 2), SKIP_IF(SOCK_DGRAM, 1), REFUSE(EPERM),
        LOAD(LOW(2)), SKIP_IF(0, 3), SKIP_IF(IPPROTO_TCP, 2), SKIP_IF(IPPROTO_UDP, 1), REFUSE(EPROTONOSUPPORT), ALLOW);
}

static void check_mknod(int mode) {
    ADD(LOAD(LOW(mode)), MASK(S_IFMT), SKIP_IF(0, 4), SKIP_IF(S_IFREG, 3), SKIP_IF(S_IFIFO, 2), SKIP_IF(S_IFSOCK, 1),
        REFUSE(EPERM), ALLOW);
}

static void add_check(enum verdict verdict) {
    switch (verdict) {
    case CHECKED_CLONE: ADD(LOAD(LOW(0)), SKIP_IF_BITS(NAMESPACES, 1), ALLOW, REFUSE(EPERM)); break;
    case CHECKED_SOCKET: check_socket(); break;
    case CHECKED_SOCKETPAIR: ADD(LOAD(LOW(0)), SKIP_IF(AF_UNIX, 1), REFUSE(EAFNOSUPPORT), ALLOW); break;
    case CHECKED_IOCTL:
        if (every_ioctl)
            ADD(ALLOW);
        else
            allow_values(1, &allowed_ioctls, ENOTTY);
        break;
    case CHECKED_PRCTL: allow_values(0, &allowed_prctls, EPERM); break;
    case CHECKED_PERSONALITY: allow_values(0, &allowed_personalities, EPERM); break;
    case CHECKED_SECCOMP:
        ADD(LOAD(LOW(1)), SKIP_IF_BITS(SECCOMP_FILTER_FLAG_NEW_LISTENER, 1), ALLOW, REFUSE(EPERM));
        break;
    case CHECKED_MKNOD: check_mknod(1); break;
    case CHECKED_MKNODAT: check_mknod(2); break;
    default: fail("no check of kind %d", verdict);
    }
}

static struct sock_filter answer_to(enum verdict verdict) {
    switch (verdict) {
    case REFUSED: return (struct sock_filter)REFUSE(EPERM);
    case ABSENT: return (struct sock_filter)REFUSE(ENOSYS);
    case ALLOWED: return (struct sock_filter)ALLOW;
    case IGNORED: return (struct sock_filter)REFUSE(0);
    default: return (struct sock_filter)GO_TO(UNPLACED + verdict);
    }
}

static void search_calls(void) {
    unsigned char verdicts[LAST_KNOWN_CALL + 1] = {REFUSED};
    for (int call = FIRST_UNUSED; call < FIRST_SHARED; call++)
        verdicts[call] = ABSENT;
    for (size_t i = 0; i < known_call_count; i++)
        verdicts[known_calls[i].number] = known_calls[i].verdict;
    for (int call = 0; call <= LAST_KNOWN_CALL; call++)
        add_range((uint32_t)call, answer_to(verdicts[call]));
    // Also whatever has the bit of the x32 calls.
    add_range(LAST_KNOWN_CALL + 1, answer_to(ABSENT));
    search_ranges();
}

// Puts a check behind all that is there, and leads to it.
static void place_check(enum verdict verdict, unsigned short from, unsigned short to) {
    unsigned short start = length;
    add_check(verdict);
    for (unsigned short i = from; i < to; i++)
        if (same(filter[i], answer_to(verdict)))
            filter[i].k = (uint32_t)(start - i - 1);
}

static void make_filter(void) {
    if (length > 0)
        return;
    ADD(LOAD(offsetof(struct seccomp_data, arch)), SKIP_IF(ARCHITECTURE, 1), ANSWER(SECCOMP_RET_KILL_PROCESS),
        LOAD(offsetof(struct seccomp_data, nr)));
    unsigned short from = length;
    search_calls();
    unsigned short to = length;
    for (enum verdict verdict = CHECKED_CLONE; verdict < VERDICTS; verdict++)
        place_check(verdict, from, to);
}

// There are hundreds of KVM's alone, and there is no other device than those that were given.
void allow_every_ioctl(void) {
    every_ioctl = 1;
}

void filter_system_calls(void) {
    make_filter();
    const struct sock_fprog program = {length, filter};
    check(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), "prctl", "PR_SET_SECCOMP");
}

// For bubblewrap, which takes the same filter from a descriptor.
int print_filter(void) {
    make_filter();
    size_t size = length * sizeof *filter;
    return write(1, filter, size) == (ssize_t)size ? 0 : 1;
}

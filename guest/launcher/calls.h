// What the filter answers, as calls.c lists it and seccomp.c makes a program of it.
#ifndef CALLS_H
#define CALLS_H

#include <stddef.h>
#include <stdint.h>

// What a call gets. Those that are checked are allowed or refused by their arguments.
enum verdict {
    REFUSED, // EPERM
    ABSENT,  // ENOSYS, as from a kernel that lacks it: programs then do without
    ALLOWED,
    IGNORED, // 0, and nothing is done
    CHECKED_CLONE,
    CHECKED_SOCKET,
    CHECKED_SOCKETPAIR,
    CHECKED_IOCTL,
    CHECKED_PRCTL,
    CHECKED_PERSONALITY,
    CHECKED_SECCOMP,
    CHECKED_MKNOD,
    CHECKED_MKNODAT,
    VERDICTS,
};

// The last one that was looked at: mseal.
enum { LAST_KNOWN_CALL = 462 };

struct call {
    uint16_t number;
    uint8_t verdict;
};

// Every known call that these do not name is REFUSED.
extern const struct call known_calls[];
extern const size_t known_call_count;

struct list {
    const uint32_t *values;
    size_t count;
};

extern const struct list allowed_ioctls, allowed_prctls, allowed_personalities;

#endif

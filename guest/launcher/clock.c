// How fast the processor's time-stamp counter runs, which the kernel of a virtual machine without KVM has to be told:
// such a machine has no other clock that it could measure it by.
#define _GNU_SOURCE
#include "launcher.h"

#include <stdint.h>
#include <stdio.h>
#include <time.h>

#if defined __x86_64__
#include <x86intrin.h>

enum { MEASURED_NS = 20000000, ATTEMPTS = 5 };

static int64_t nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_RAW, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// Kilohertz. Whoever is held up between reading one clock and the other measures wrongly, so the middle one counts.
static uint64_t measure(void) {
    int64_t start = nanoseconds(), end;
    uint64_t first = __rdtsc();
    do
        end = nanoseconds();
    while (end - start < MEASURED_NS);
    return (uint64_t)((__rdtsc() - first) * 1000000.0 / (double)(end - start));
}

int print_processor_clock(void) {
    uint64_t sorted[ATTEMPTS];
    for (int i = 0; i < ATTEMPTS; i++) {
        uint64_t value = measure();
        int at = i;
        for (; at > 0 && sorted[at - 1] > value; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = value;
    }
    return printf("%lu\n", (unsigned long)sorted[ATTEMPTS / 2]) < 0;
}
#else
int print_processor_clock(void) {
    return 1;
}
#endif

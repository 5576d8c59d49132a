// Loaded into QEMU before its own libraries: what it maps of a file for itself alone, it maps without the holes, where
// it gets memory that is no file's.
//
// The kernel makes a page of zeros in a file in memory before it copies that for who writes to it. A machine that is a
// copy of a snapshot would so take twice what it writes to, once for itself and once in the snapshot, where nobody can
// have it back, and would be killed within its limit.
#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LEAST_HOLE = 64 << 10, MOST_HOLES = 16 << 10 };

// The latest mapping whose holes were left out.
static uintptr_t memory, memory_end;

static int leave_out_holes(char *start, size_t length, int protection, int file, off_t offset) {
    const off_t end = offset + (off_t)length;
    const off_t page = sysconf(_SC_PAGESIZE);
    // The kernel has so many mappings for a process and no more.
    const off_t least = (off_t)length / MOST_HOLES > LEAST_HOLE ? (off_t)length / MOST_HOLES : LEAST_HOLE;
    off_t data = offset, hole;
    while (data < end && (hole = lseek(file, data, SEEK_HOLE)) >= 0 && hole < end) {
        data = lseek(file, hole, SEEK_DATA);
        if (data < 0 || data > end)
            data = end;
        // Blocks of a file may be smaller than pages.
        const off_t first = (hole + page - 1) / page * page, last = data / page * page;
        if (last - first >= least) {
            char *at = start + (first - offset);
            const size_t size = (size_t)(last - first);
            if (syscall(SYS_mmap, at, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) < 0)
                return -1;
            // A copy is to take what it writes to, and not two mebibytes for each page of that.
            madvise(at, size, MADV_NOHUGEPAGE);
        }
    }
    return 0;
}

__attribute__((visibility("default"))) void *mmap64(void *address, size_t length, int protection, int flags, int file,
                                                    off_t offset) {
    char *start = (char *)syscall(SYS_mmap, address, length, protection, flags, file, offset);
    if (start == MAP_FAILED || file < 0 || !(flags & MAP_PRIVATE) || !(protection & PROT_WRITE))
        return start;
    if (leave_out_holes(start, length, protection, file, offset) < 0) {
        const int error = errno;
        munmap(start, length);
        errno = error;
        return MAP_FAILED;
    }
    memory = (uintptr_t)start;
    memory_end = memory + length;
    return start;
}

__attribute__((visibility("default"), alias("mmap64"))) void *mmap(void *, size_t, int, int, int, off_t);

__attribute__((visibility("default"))) int madvise(void *address, size_t length, int advice) {
    const uintptr_t start = (uintptr_t)address;
    if (advice == MADV_HUGEPAGE && start < memory_end && start + length > memory)
        return 0;
    return (int)syscall(SYS_madvise, address, length, advice);
}

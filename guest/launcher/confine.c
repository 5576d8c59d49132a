// What a process gives up before it is trusted with nothing.
#define _GNU_SOURCE
#include "launcher.h"

#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static void limit(int resource, const char *name, rlim_t soft, rlim_t hard) {
    struct rlimit now, limit = {soft, hard};
    check(getrlimit(resource, &now), "getrlimit", name);
    // A limit of the host's own that is lower stays.
    if (now.rlim_max < limit.rlim_max)
        limit.rlim_max = now.rlim_max;
    if (limit.rlim_max < limit.rlim_cur)
        limit.rlim_cur = limit.rlim_max;
    check(setrlimit(resource, &limit), "setrlimit", name);
}

void limit_resources(void) {
    limit(RLIMIT_NOFILE, "nofile", 1024, 1024);
    // AWS's quota. The cgroup counts too, and all that is in it.
    limit(RLIMIT_NPROC, "nproc", 1024, 1024);
    limit(RLIMIT_CORE, "core", 0, 0);
    limit(RLIMIT_STACK, "stack", 8 << 20, RLIM_INFINITY);
    limit(RLIMIT_MEMLOCK, "memlock", 64 << 10, 64 << 10);
}

// The bounds go first, while there is still a right to lower them; then the uid; the capabilities last.
void become(uid_t id) {
    const unsigned long bits = SECBIT_NOROOT | SECBIT_NO_SETUID_FIXUP | SECBIT_NO_CAP_AMBIENT_RAISE;
    const unsigned long locks = SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP_LOCKED |
                                SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED | SECBIT_KEEP_CAPS_LOCKED;
    check(prctl(PR_SET_SECUREBITS, bits | locks), "prctl", "PR_SET_SECUREBITS");
    for (int capability = 0; prctl(PR_CAPBSET_READ, capability) >= 0; capability++)
        check(prctl(PR_CAPBSET_DROP, capability), "prctl", "PR_CAPBSET_DROP");
    check(setresgid(id, id, id), "setresgid", "sandbox");
    check(setresuid(id, id, id), "setresuid", "sandbox");
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};
    check(syscall(SYS_capset, &header, none), "capset", "none");
    check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl", "PR_SET_NO_NEW_PRIVS");
}

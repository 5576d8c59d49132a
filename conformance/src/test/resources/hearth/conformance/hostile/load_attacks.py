"""Attacks that take more than their share."""

import mmap
import os
import resource
import signal
import struct
import subprocess
import sys
import time

from outcome import Stopped, attack

MIB = 1 << 20


@attack
def fork_bomb(facts):
    """Outside it ends by itself at 1200."""
    children = []
    try:
        while len(children) < 1200:
            child = os.fork()
            if child == 0:
                signal.pause()
            children.append(child)
    except OSError as error:
        raise Stopped("%s after %d processes" % (error.strerror, len(children)))
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
        for child in children:
            os.waitpid(child, 0)
    return "%d processes" % len(children)


@attack
def memory_hog(facts):
    held = [b"\1" * (16 * MIB) for _ in range(32)]
    return "holds %d MiB" % (16 * len(held))


@attack
def memory_in_files(facts):
    """Memory that belongs to no process."""
    descriptor = os.memfd_create("hog")
    for _ in range(32):
        os.write(descriptor, b"\1" * (16 * MIB))
    return "holds %d MiB" % (os.fstat(descriptor).st_size // MIB)


@attack
def spinning_threads(facts):
    before, start = os.times(), time.monotonic()
    children = []
    for _ in range(8):
        child = os.fork()
        if child == 0:
            while time.monotonic() - start < 1:
                pass
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    after, wall = os.times(), time.monotonic() - start
    share = (after.children_user + after.children_system - before.children_user - before.children_system) / wall
    if share < 0.09:  # a function of 128 MB has 0.07
        raise Stopped("%.2f of a core" % share)
    return "%.2f cores" % share


@attack
def fill_disk(facts):
    path = os.path.join(facts["scratch"], "full")
    written = 0
    try:
        with open(path, "wb", buffering=0) as file:
            while written < 640 * MIB:
                written += file.write(b"\1" * (4 * MIB))
    except OSError as error:
        raise Stopped("%s after %d MiB" % (error.strerror, written // MIB))
    finally:
        os.unlink(path)
    return "%d MiB" % (written // MIB)


@attack
def fill_disk_unlinked(facts):
    """Files without a name, through memory: nothing is to be found and removed."""
    path = os.path.join(facts["scratch"], "nameless")
    size = 640 * MIB
    with open(path, "w+b") as file:
        os.unlink(path)
        os.posix_fallocate(file.fileno(), 0, size)
        with mmap.mmap(file.fileno(), size) as memory:
            memory[size - 1] = 1
    return "%d MiB" % (size // MIB)


@attack
def many_files(facts):
    folder = os.path.join(facts["scratch"], "many")
    os.mkdir(folder)
    os.chdir(folder)
    made = 0
    try:
        for made in range(40000):
            os.close(os.open(str(made), os.O_CREAT | os.O_WRONLY))
    except OSError as error:
        raise Stopped("%s after %d files" % (error.strerror, made))
    finally:
        os.chdir("/")
    return "%d files" % (made + 1)


@attack
def descriptors(facts):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    held = []
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(hard, 12000), max(hard, 12000)))
    except (OSError, ValueError):
        pass
    try:
        while len(held) < 10000:
            held.append(os.open("/dev/null", os.O_RDONLY))
    except OSError as error:
        raise Stopped("%s after %d" % (error.strerror, len(held)))
    finally:
        for descriptor in held:
            os.close(descriptor)
    return "%d descriptors" % len(held)


@attack
def sparse_file(facts):
    """A file of a terabyte that takes nothing, until it is filled."""
    path = os.path.join(facts["scratch"], "sparse")
    with open(path, "wb") as file:
        try:
            file.truncate(1 << 40)
            os.posix_fallocate(file.fileno(), 0, 640 * MIB)
        finally:
            os.unlink(path)
    return "a terabyte, 640 MiB of it there"


@attack
def deep_tree(facts):
    """Deeper than a path can be long, and closed to its owner."""
    os.chdir(facts["scratch"])
    for _ in range(3000):
        os.mkdir("d" * 40)
        os.chdir("d" * 40)
    open("bottom", "w").close()
    os.chdir(facts["scratch"])
    os.chmod("d" * 40, 0)
    return "3000 directories deep"


# ---- Output


@attack
def endless_output(facts):
    return flood(facts, b"a line of output that goes on for ever and ever and says nothing at all\n" * 800)


@attack
def huge_line(facts):
    return flood(facts, b"x" * 65536)


@attack
def empty_lines(facts):
    return flood(facts, b"\n" * 65536)


def flood(facts, piece):
    """For a second, into a pipe that outside nobody bounds."""
    descriptor = os.open("/dev/null", os.O_WRONLY) if facts["outside"] else 1
    end, written = time.monotonic() + 1, 0
    while time.monotonic() < end:
        written += os.write(descriptor, piece)
    return "%d MiB in a second" % (written // MIB)


# ---- Staying behind

DAEMON = """
import os, signal, sys, time
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    signal.signal(number, signal.SIG_IGN)
if os.fork():
    os._exit(0)
os.setsid()
if os.fork():
    os._exit(0)
end = time.monotonic() + 60
while time.monotonic() < end:
    with open(sys.argv[1], "a") as beats:
        beats.write("x")
    time.sleep(0.02)
"""


def daemon(facts):
    """Leaves a process that has left its session, ignores signals and has no parent of ours."""
    beats = os.path.join(facts["scratch"], "beats")
    subprocess.run([sys.executable, "-c", DAEMON, beats, facts["token"]], check=True)
    while not os.path.exists(beats):
        time.sleep(0.005)
    return beats


@attack
def outlive_the_timeout(facts):
    daemon(facts)
    while True:
        time.sleep(60)


@attack
def outlive_the_exit(facts):
    daemon(facts)
    os._exit(1)


@attack
def leave_a_daemon(facts):
    daemon(facts)
    return "left"


@attack
def die_after_the_answer(facts):
    """A child ends the runtime when the answer is long gone: before it is frozen, or as soon as it is thawed."""
    runtime = os.getpid()
    if os.fork() == 0:
        os.setsid()
        time.sleep(facts["delay"])
        os.kill(runtime, signal.SIGKILL)
        os._exit(0)
    if facts["outside"]:
        time.sleep(10)
    return "answered"


@attack
def be_served(facts):
    """No attack: what is left of a function after one."""
    return "served"


# ---- The log


@attack
def close_the_log(facts):
    for descriptor in (0, 1, 2, 62):
        os.close(descriptor)
    return "closed"


@attack
def forge_frames(facts):
    """Frames that lie about their time and their length, then what is no frame at all."""
    for kind, length, micros, text in (
        (0xA55A0003, 9, -(1 << 63), b"long ago\n"),
        (0xA55A0003, 9, (1 << 63) - 1, b"far away\n"),
        (0xA55A001F, 0, 0, b""),
        (0xA55A0003, 0x7FFFFFFF, 0, b"x" * 300000),
        (0, 0, 0, b"\0" * 100),
    ):
        os.write(62, struct.pack(">IIq", kind, length, micros) + text)
    return "written"


@attack
def forge_log_lines(facts):
    """What the platform would say, of a request of somebody else's, with tricks to leave the line and the file."""
    for line in (
        "END RequestId: %s",
        "REPORT RequestId: %s\tDuration: 0.01 ms\tBilled Duration: 1 ms",
        "x\r2026-01-01T00:00:00.000000Z START RequestId: %s",
        "x\\n2026-01-01T00:00:00.000000Z END RequestId: %s",
        '{"time":"2026-01-01T00:00:00.000Z","type":"platform.report","record":{"requestId":"%s"}}',
    ):
        os.write(1, (line % facts["token"]).encode() + b"\n")
    return "written"


# ---- What another function set up for whoever comes next


@attack
def preloaded(facts):
    with open("/tmp/preloaded") as file:
        return " ".join(sorted(set(file.read().split())))

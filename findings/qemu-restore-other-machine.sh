#!/usr/bin/env bash
# QEMU 7.2 (Debian 12: qemu-system-x86 1:7.2+dfsg-7+deb12u18+b3), a microvm's state from `migrate`, taken up by -incoming.
#
# Guess: a state fits the machine that it was taken from. Where the command line that takes it up is another, or the state is damaged, QEMU refuses it; what may differ, such as a MAC address, is then as the new
# command line says.
# Behaviour: it refuses another size of memory and devices that are missing. Another size of a disk, a disk that may not be written any more, more processors, another model of them, a device more: taken. Memory is
# not checked by any sum. The MAC address is the old one for guest and network, while the device's property says the new one.
#   the same machine: taken
#   half of the memory: refused
#   no network device: refused
#   a disk of half the size: taken
#   the disk read-only: taken
#   two processors in place of one: taken
#   processor "max" in place of the default: taken
#   one byte of the guest's memory changed: taken, the guest has the changed one
#   another MAC address: taken, the device has 52:54:00:00:00:01, its property says 52:54:00:00:00:02
# Why it matters: clones of one snapshot all have the template's address, and whoever asks QMP for it reads the one that he gave. A snapshot of another version of a function's disk is taken up, and the guest finds
# out. Keep a checksum and the whole command line beside a snapshot, compare both before taking it up, and set a clone's address from within.
#
# Needs Python 3 and apt for Debian's packages, and the libraries that this QEMU needs; without those it says so and exits with 0. No guest runs. Half a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
# apt's own sandbox user cannot write here.
timeout 240 apt-get download -qq -o APT::Sandbox::User=root "qemu-system-x86=1:7.2+dfsg-7+deb12u18+b3" "qemu-system-common=1:7.2+dfsg-7+deb12u18+b3"   "qemu-system-data=1:7.2+dfsg-7+deb12u18" seabios=1.16.2-1 >&2
for package in *.deb; do dpkg-deb -x "$package" debian; done
export QEMU_MODULE_DIR=$folder/debian/usr/lib/x86_64-linux-gnu/qemu
if ldd debian/usr/bin/qemu-system-x86_64 | grep -q 'not found'; then
  echo "libraries that this QEMU needs are missing"
  exit 0
fi

cat > main.py <<'PY'
import json, os, socket, subprocess, time

class Qemu:
    """A microvm whose processors do not run, and its QMP."""

    def __init__(self, *arguments):
        if os.path.exists("qmp"):
            os.remove("qmp")
        self.process = subprocess.Popen(
            ["debian/usr/bin/qemu-system-x86_64", "-L", "debian/usr/share/seabios", "-L", "debian/usr/share/qemu", "-nodefaults", "-display", "none", "-S",
             "-qmp", "unix:qmp,server=on,wait=off", "-machine", "microvm,accel=tcg", *arguments],
            stderr=subprocess.DEVNULL)
        end = time.monotonic() + 30
        while True:
            try:
                self.socket = socket.socket(socket.AF_UNIX)
                self.socket.settimeout(30)
                self.socket.connect("qmp")
                break
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise ConnectionError("ended")
                time.sleep(0.05)
        self.lines = self.socket.makefile("rw")
        self.lines.readline()
        self.call("qmp_capabilities")

    def call(self, command, **arguments):
        self.lines.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.lines.flush()
        while True:
            line = self.lines.readline()
            if not line:
                raise ConnectionError("ended")
            said = json.loads(line)
            if "event" not in said:
                return said.get("return", said.get("error"))

    def migration(self):
        end = time.monotonic() + 30
        while time.monotonic() < end:
            status = self.call("query-migrate").get("status")
            if status in ("completed", "failed"):
                return status
            time.sleep(0.05)
        return status

    def end(self):
        self.process.kill()
        self.process.wait()

failed = 0

def expect(name, said, expected):
    global failed
    print(f"{name}: {said}")
    if said != expected:
        failed = 1

MARK = bytes(range(0xA1, 0xA9))
MEMORY = ("-m", "64")
NET = ("-netdev", "hubport,id=n,hubid=0", "-device", "virtio-net-device,netdev=n,id=net0,mac=52:54:00:00:00:01")

def disk(file, more=""):
    return ("-drive", f"if=none,id=d,format=raw,file={file}{more}", "-device", "virtio-blk-device,drive=d")

for name, size in (("disk", 1 << 20), ("half", 1 << 19)):
    with open(name, "wb") as file:
        file.truncate(size)

# The loader puts the mark into the guest's memory; that is no device of the machine.
qemu = Qemu(*MEMORY, *NET, *disk("disk"), "-device", "loader,addr=0x1000000,data-len=8,data=0x" + MARK[::-1].hex())
qemu.call("migrate", uri="exec:cat > state")
if qemu.migration() != "completed":
    raise SystemExit("no state")
qemu.end()

def restore(*arguments, state="state", look=lambda qemu: ""):
    qemu = None
    try:
        qemu = Qemu(*arguments, "-incoming", "exec:cat " + state)
        said = "taken" if qemu.migration() == "completed" else "refused"
        return said + look(qemu)
    except OSError:
        return "refused"
    finally:
        if qemu is not None:
            qemu.end()

expect("the same machine", restore(*MEMORY, *NET, *disk("disk")), "taken")
expect("half of the memory", restore("-m", "32", *NET, *disk("disk")), "refused")
expect("no network device", restore(*MEMORY, *disk("disk")), "refused")
expect("a disk of half the size", restore(*MEMORY, *NET, *disk("half")), "taken")
expect("the disk read-only", restore(*MEMORY, *NET, *disk("disk", ",readonly=on")), "taken")
expect("two processors in place of one", restore(*MEMORY, *NET, *disk("disk"), "-smp", "2"), "taken")
expect('processor "max" in place of the default', restore(*MEMORY, *NET, *disk("disk"), "-cpu", "max"), "taken")

with open("state", "rb") as file:
    state = file.read()
if state.count(MARK) != 1:
    raise SystemExit("no mark in the state")
other = bytes([MARK[0] ^ 1]) + MARK[1:]
with open("changed", "wb") as file:
    file.write(state.replace(MARK, other))

def memory(qemu):
    qemu.call("pmemsave", val=0x1000000, size=8, filename="memory")
    with open("memory", "rb") as file:
        return ", the guest has the changed one" if file.read() == other else ", the guest has another one"

expect(
    "one byte of the guest's memory changed",
    restore(*MEMORY, *NET, *disk("disk"), state="changed", look=memory),
    "taken, the guest has the changed one")

def address(qemu):
    has = qemu.call("query-rx-filter")[0]["main-mac"]
    says = qemu.call("qom-get", path="/machine/peripheral/net0", property="mac")
    return f", the device has {has}, its property says {says}"

mine = tuple(argument.replace("00:01", "00:02") for argument in NET)
expect(
    "another MAC address",
    restore(*MEMORY, *mine, *disk("disk"), look=address),
    "taken, the device has 52:54:00:00:00:01, its property says 52:54:00:00:00:02")
raise SystemExit(failed)
PY
timeout 200 python3 main.py

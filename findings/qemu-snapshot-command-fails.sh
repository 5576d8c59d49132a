#!/usr/bin/env bash
# QEMU 7.2 (Debian 12: qemu-system-x86 1:7.2+dfsg-7+deb12u18+b3), `migrate` to exec: over QMP, by which its microvm is kept in a file.
#
# Guess: a migration to a command has succeeded when the command has. If it ends with another status than 0, query-migrate says "failed" and the source may go on.
# Behaviour: what counts is that the command took all bytes. One that fails while it still reads fails the migration; one that fails afterwards does not: its exit status is nobody's. A compressor reads on while
# its disk is full, and tells at its end.
#   cat > state: completed
#   cat > /dev/full: failed
#   gzip > /dev/full: completed
#   cat > state; exit 3: completed
#   the source afterwards: postmigrate
# Why it matters: a snapshot that was kept while the disk was full is taken for good, the machine that it was made of is ended, and the loss shows at the first restore. (File descriptors and Unix sockets have no
# command in between; `set -o pipefail` does not help.) Have the command write its own mark when it has synced and moved the file, and look for that.
#
# Needs Python 3 and apt for Debian's packages, and the libraries that this QEMU needs; without those it says so and exits with 0. No guest runs. A quarter of a minute.
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

for command, expected in (
    ("cat > state", "completed"), ("cat > /dev/full", "failed"), ("gzip > /dev/full", "completed"), ("cat > state; exit 3", "completed")):
    qemu = Qemu("-m", "64")
    qemu.call("migrate", uri="exec:" + command)
    expect(command, qemu.migration(), expected)
    if command.endswith("exit 3"):
        expect("the source afterwards", qemu.call("query-status")["status"], "postmigrate")
    qemu.end()
raise SystemExit(failed)
PY
timeout 120 python3 main.py

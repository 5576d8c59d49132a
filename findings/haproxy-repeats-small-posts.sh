#!/usr/bin/env bash
# HAProxy 2.6.12 (Debian 12: haproxy 2.6.12-1+deb12u3).
#
# Guess: retry-on all-retryable-errors repeats requests that failed; being set, it does so for all, or, as HTTP has it, for those that may be repeated (GET, PUT). A client's one slow request is one slow request.
# Behaviour: what decides is size. A POST that fits into one of its buffers with its headers (16 KiB less 1) is sent again, to a server that has read it and died or is still at it; a larger one is not. With the three
# retries that it makes by itself, one request is being worked on four times when the client gets its 504. The documentation warns of repeating POSTs in general.
#   POST of 14000 bytes, server dies over the first: 200 OK, 2 requests read by the server
#   POST of 16000 bytes, server dies over the first: 502 Bad Gateway, 1 request read by the server
#   POST of 14000 bytes, server slower than timeout server: 504 Gateway Time-out, 4 requests read by the server
#   the same, retry-on conn-failure: 504 Gateway Time-out, 1 request read by the server
# Why it matters: invocations run twice or four times, those with small events, which are nearly all; a test with a large one sees nothing of it. Set retry-on conn-failure, or leave it as it is, which is the same;
# http-request disable-l7-retry if METH_POST spares POSTs alone.
#
# Needs Python 3 and apt for Debian's package, and the libraries that it needs; without those it says so and exits with 0. Loopback only; half a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
# apt's own sandbox user cannot write here.
timeout 240 apt-get download -qq -o APT::Sandbox::User=root haproxy=2.6.12-1+deb12u3 >&2
dpkg-deb -x haproxy_*.deb debian
if ldd debian/usr/sbin/haproxy | grep -q 'not found'; then
  echo "libraries that this HAProxy needs are missing"
  exit 0
fi

cat > main.py <<'PY'
import socket, subprocess, threading, time

failed = 0

def expect(name, said, expected):
    global failed
    print(f"{name}: {said}")
    if said != expected:
        failed = 1

def message(connection, buffer):
    """Reads one message with a Content-Length: its first line, its size, and what came after it; None at the end."""
    while b"\r\n\r\n" not in buffer:
        data = connection.recv(65536)
        if not data:
            return None
        buffer += data
    head, rest = buffer.split(b"\r\n\r\n", 1)
    size = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            size = int(line.split(b":")[1])
    while len(rest) < size:
        data = connection.recv(65536)
        if not data:
            return None
        rest += data
    return head.split(b"\r\n")[0].decode(), size, rest[size:]

class Server:
    """Counts the requests that it has read, and answers those that `answers` says yes to; of the others it closes the connection."""

    def __init__(self, answers):
        self.answers, self.requests = answers, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        buffer = b""
        with connection:
            try:
                while (read := message(connection, buffer)) is not None:
                    buffer = read[2]
                    self.requests += 1
                    if not self.answers(self.requests):
                        return
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            except OSError:
                pass

class Proxy:
    def __init__(self, server, settings=""):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        with open("haproxy.cfg", "w") as file:
            file.write(f"""
defaults
  mode http
  timeout connect 2s
  timeout client 20s
  timeout server 1s
  {settings}
frontend front
  bind 127.0.0.1:{self.port}
  default_backend back
backend back
  server one 127.0.0.1:{server.listener.getsockname()[1]}
""")
        self.process = subprocess.Popen(["debian/usr/sbin/haproxy", "-db", "-f", "haproxy.cfg"], stderr=subprocess.DEVNULL)

    def connect(self):
        end = time.monotonic() + 20
        while True:
            try:
                connection = socket.create_connection(("127.0.0.1", self.port))
                connection.settimeout(20)
                return connection
            except ConnectionRefusedError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def end(self):
        self.process.kill()
        self.process.wait()

def post(connection, size=1):
    connection.sendall(b"POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size)
    answer = message(connection, b"")
    return "no answer, connection closed" if answer is None else answer[0].split(" ", 1)[1]

def run(name, size, answers, settings, expected):
    server = Server(answers)
    proxy = Proxy(server, settings)
    with proxy.connect() as connection:
        answer = post(connection, size)
    proxy.end()
    expect(name, f"{answer}, {server.requests} request{'' if server.requests == 1 else 's'} read by the server", expected)

def slow(number):
    time.sleep(1.7)
    return True

every = "retry-on all-retryable-errors"
run("POST of 14000 bytes, server dies over the first", 14000, lambda number: number != 1, every, "200 OK, 2 requests read by the server")
run("POST of 16000 bytes, server dies over the first", 16000, lambda number: number != 1, every, "502 Bad Gateway, 1 request read by the server")
run("POST of 14000 bytes, server slower than timeout server", 14000, slow, every, "504 Gateway Time-out, 4 requests read by the server")
run("the same, retry-on conn-failure", 14000, slow, "retry-on conn-failure", "504 Gateway Time-out, 1 request read by the server")
raise SystemExit(failed)
PY
timeout 90 python3 main.py

#!/usr/bin/env bash
# HAProxy 2.6.12 (Debian 12: haproxy 2.6.12-1+deb12u3).
#
# Guess: where a server dies over a request that it has read, HAProxy answers 502, so that the client knows that something was begun, be it the first request of a connection or the tenth.
# Behaviour: so it is for the first request of the client's connection alone. For every later one it closes that connection without a byte of an answer, POST or not, as a server does that closes an idle
# connection, so that clients send the request again. It does not matter whether the connection to the server was an old one or made for this request, nor that repeating is switched off.
#   first request of a client's connection: 502 Bad Gateway, 1 request read by the server
#   second request of a client's connection: no answer, connection closed, 2 requests read by the server
#   the same, retry-on none: no answer, connection closed, 2 requests read by the server
#   the same, option http-server-close (a new connection to the server): no answer, connection closed, 2 requests read by the server
#   second request of the server's connection, first of another client's: 502 Bad Gateway, 2 requests read by the server
# Why it matters: under load nearly all requests are such. A frontend that is killed shows no 5xx; AWS's SDKs, Java's HttpURLConnection and others repeat what ended without an answer, and functions
# that were running when it died run twice, though HAProxy repeats nothing. Only the client can prevent it (one attempt), or option httpclose, a new connection for every request.
#
# Needs Python 3 and apt for Debian's package, and the libraries that it needs; without those it says so and exits with 0. Loopback only; a quarter of a minute.
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

def run(name, dies, settings, clients, expected):
    server = Server(lambda number: number != dies)
    proxy = Proxy(server, settings)
    connection = proxy.connect()
    for number in range(dies):
        if number > 0 and clients > 1:
            connection.close()
            # The connection to the server becomes idle, for others to take.
            time.sleep(0.3)
            connection = proxy.connect()
        answer = post(connection)
    connection.close()
    proxy.end()
    expect(name, f"{answer}, {server.requests} request{'' if server.requests == 1 else 's'} read by the server", expected)

closed = "no answer, connection closed, 2 requests read by the server"
run("first request of a client's connection", 1, "", 1, "502 Bad Gateway, 1 request read by the server")
run("second request of a client's connection", 2, "", 1, closed)
run("the same, retry-on none", 2, "retry-on none", 1, closed)
run("the same, option http-server-close (a new connection to the server)", 2, "option http-server-close", 1, closed)
run(
    "second request of the server's connection, first of another client's", 2, "http-reuse always", 2,
    "502 Bad Gateway, 2 requests read by the server")
raise SystemExit(failed)
PY
timeout 60 python3 main.py

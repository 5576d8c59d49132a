"""The Runtime API's client: one kept-alive connection, and no more of HTTP than that API uses."""

import posix
import sys

import _socket

_USER_AGENT = b"hearth-python/%d.%d" % sys.version_info[:2]
_API = b"/2018-06-01/runtime/"
_LARGEST_HEAD = 1 << 20
# What the answer to a report nearly always is, byte for byte, so that it need not be parsed.
_ACCEPTED = (
    b'HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{"status":"OK"}\n'
)


def response(request_id, body, content_type):
    return _post(b"invocation/" + request_id + b"/response", body, content_type)


def error(request_id, body, headers):
    return _post(b"invocation/" + request_id + b"/error", body, b"application/json", headers)


def init_error(body, headers):
    return _post(b"init/error", body, b"application/json", headers)


def restore_error(body, headers):
    return _post(b"restore/error", body, b"application/json", headers)


def _post(path, body, content_type, headers=()):
    extra = b"".join([b"\r\n%s: %s" % header for header in headers])
    head = b"POST %s%s HTTP/1.1\r\nHost: runtime\r\nUser-Agent: %s\r\nContent-Type: %s%s\r\nContent-Length: %d\r\n\r\n"
    return head % (_API, path, _USER_AGENT, content_type, extra, len(body)) + body


_GET = b"GET %s%s HTTP/1.1\r\nHost: runtime\r\nUser-Agent: %s\r\n\r\n"
_NEXT = _GET % (_API, b"invocation/next", _USER_AGENT)


class RuntimeApi:
    """The connection to the Runtime API at `host:port`, or at `unix:/path`.

    It begins on the channel, where the process was born with one.
    """

    def __init__(self, address, channel=None):
        self._address = address
        self._socket = channel
        # Of that socket: made when it is first waited for.
        self._readable = None
        # What was received but belongs to an answer not yet read.
        self._received = b""

    def next(self, report):
        """Sends a report (empty at first) and asks for the next invocation, both in one write; waits for it.

        Returns the invocation's headers, names in lower case, and its body. If the connection breaks, the unanswered
        part is sent again on a new one: the API gives an invocation that was not reported a second time, and refuses
        a report that it already has. Without the API there is nothing left to do: the process ends, and says nothing,
        because its output is the function's.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                self._send(report + _NEXT)
                if report:
                    self._wait()
                    self._read_acknowledgement()
                    report = b""
                status, headers, body = self._read_answer()
                break
            except OSError:
                self._disconnect()
                if attempt == 3:
                    raise SystemExit(1) from None
        if status != 200:
            raise SystemExit(1)
        return headers, body

    def await_restore(self):
        """Says that the function is initialised, and waits until it is restored."""
        for _ in range(3):
            try:
                self._send(_GET % (_API, b"restore/next", _USER_AGENT))
                status, _, _ = self._read_answer()
                if status == 200:
                    return
                break
            except OSError:
                self._disconnect()
        raise SystemExit(1)

    def report(self, report):
        """Sends a report after which nothing follows, and waits until it has arrived: then the process may be ended."""
        try:
            self._send(report)
            self._read_answer()
        except OSError:
            pass

    def _send(self, request):
        if self._socket is None:
            self._socket = _connect(self._address)
        self._socket.sendall(request)

    def _disconnect(self):
        self._received = b""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
            self._readable = None

    def _wait(self):
        """Waits until there is something to receive.

        Who waits within `recv` on a Unix socket is also woken when the other side reads what it was sent, finds nothing,
        and goes back to sleep, in the moment in which the server begins to work (findings/unix-recv-woken-by-reads.sh).
        """
        if self._readable is None:
            # Not while the process starts: the report is on its way, and this costs nobody time.
            import select

            self._readable = select.poll()
            self._readable.register(self._socket, select.POLLIN)
        self._readable.poll()

    def _receive(self):
        data = self._socket.recv(65536)
        if not data:
            raise ConnectionResetError("the Runtime API closed the connection")
        return data

    def _read_acknowledgement(self):
        data = self._received or self._receive()
        if data.startswith(_ACCEPTED):
            self._received = data[len(_ACCEPTED) :]
            return
        self._received = data
        # A refusal too, such as of too large a response: the caller has been told, and life goes on.
        self._read_answer()

    def _read_answer(self):
        """Reads one answer: its status, headers and body. Informational answers (1xx) are passed over."""
        while True:
            data = self._received
            end = data.find(b"\r\n\r\n")
            while end < 0:
                if len(data) > _LARGEST_HEAD:
                    raise RuntimeError("The Runtime API answered with more than %d bytes of headers" % _LARGEST_HEAD)
                data += self._receive()
                end = data.find(b"\r\n\r\n")
            status = int(data[9:12])
            fields = [line.partition(b":") for line in data[:end].split(b"\r\n")]
            headers = {name.lower(): value.strip() for name, _, value in fields}
            self._received = data[end + 4 :]
            if status >= 200:
                return status, headers, self._read_body(status, headers)

    def _read_body(self, status, headers):
        if headers.get(b"transfer-encoding", b"").lower() == b"chunked":
            return self._read_chunks()
        length = headers.get(b"content-length")
        if length is not None:
            return self._read_exactly(int(length))
        if status in (204, 304):
            return b""
        # Neither length nor chunks: the body ends with the connection.
        body = self._received
        while True:
            data = self._socket.recv(65536)
            if not data:
                self._disconnect()
                return body
            body += data

    def _read_exactly(self, length):
        data = self._received
        if len(data) >= length:
            self._received = data[length:]
            return data[:length]
        body = bytearray(length)
        filled = len(data)
        body[:filled] = data
        self._received = b""
        with memoryview(body) as view:
            while filled < length:
                count = self._socket.recv_into(view[filled:])
                if count == 0:
                    raise ConnectionResetError("the Runtime API closed the connection")
                filled += count
        return body

    def _read_chunks(self):
        chunks = []
        while True:
            size = int(self._read_line().partition(b";")[0], 16)
            if size == 0:
                while self._read_line():
                    pass  # trailers
                return b"".join(chunks)
            chunks.append(self._read_exactly(size))
            self._read_line()

    def _read_line(self):
        while True:
            line, end, rest = self._received.partition(b"\r\n")
            if end:
                self._received = rest
                return line
            if len(self._received) > _LARGEST_HEAD:
                raise RuntimeError("The Runtime API sent a line of more than %d bytes" % _LARGEST_HEAD)
            self._received += self._receive()


def channel(descriptor):
    """The stream socket that this process was born with; not for those that it starts."""
    socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM, 0, descriptor)
    posix.set_inheritable(descriptor, False)
    return socket


def _connect(address):
    if address.startswith("unix:"):
        socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        socket.connect(address[len("unix:") :])
        return socket
    host, _, port = address.rpartition(":")
    family = _socket.AF_INET
    if host.startswith("["):
        family, host = _socket.AF_INET6, host[1:-1]
    socket = _socket.socket(family, _socket.SOCK_STREAM)
    socket.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
    socket.connect((host, int(port)))
    return socket

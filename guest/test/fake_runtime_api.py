"""A Runtime API for tests: strict about what it is sent, and able to answer in awkward ways."""

import json
import queue
import re
import socket
import threading
import time
import uuid

API = "/2018-06-01/runtime/"
PATIENCE = 120  # seconds until a test gives up waiting


class Violation(Exception):
    """The runtime sent something that the API does not allow."""


class Request:
    def __init__(self, method, path, headers, body, follower_waits, trailers):
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
        # The following request had arrived together with this one.
        self.follower_waits = follower_waits
        # What came behind a body that was sent in chunks; None if it was not.
        self.trailers = trailers

    def json(self):
        return json.loads(self.body)


class Invocation:
    """An invocation handed to the runtime; `outcome()` waits for the request with which it reported the end."""

    def __init__(self, body, headers):
        self.request_id = str(uuid.uuid4())
        self.body = body
        self.headers = {
            "Lambda-Runtime-Aws-Request-Id": self.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000) + 60_000),
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:123456789012:function:f",
            "Lambda-Runtime-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
            "Content-Type": "application/json",
        }
        self.headers.update(headers)
        self._outcome = queue.Queue()

    def ended(self, request):
        self._outcome.put(request)

    def outcome(self):
        return self._outcome.get(timeout=PATIENCE)

    def result(self):
        """The JSON that the handler returned; fails if it raised instead."""
        request = self.outcome()
        assert request.path.endswith("/response"), request.body
        return request.json()

    def error(self):
        request = self.outcome()
        assert request.path.endswith("/error"), request.body
        return request.json()


class Manners:
    """How the API sends its answers."""

    def __init__(
        self, byte_by_byte=False, chunked=False, close_after_next=False, drop_response=False, refuse=None, before_ack=None
    ):
        self.byte_by_byte = byte_by_byte
        self.chunked = chunked
        # Closes the connection after an event was sent, so that the report finds it closed.
        self.close_after_next = close_after_next
        # Closes the connection once, instead of acknowledging a response.
        self.drop_response = drop_response
        # A status that responses are answered with, and its error type.
        self.refuse = refuse
        # Called when a response has been read, before anything is done with it.
        self.before_ack = before_ack


class FakeRuntimeApi:
    def __init__(self, manners=None, unix_path=None):
        self.manners = manners or Manners()
        if unix_path is None:
            self._listener = socket.create_server(("127.0.0.1", 0))
            self.address = "127.0.0.1:%d" % self._listener.getsockname()[1]
        else:
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(unix_path)
            self._listener.listen()
            self.address = "unix:" + unix_path
        self.violations = []
        self.connections = 0
        # How often the next event was asked for.
        self.asked = 0
        self._init_errors = queue.Queue()
        self._events = queue.Queue()
        self._current = None
        self._sockets = []
        threading.Thread(target=self._accept, daemon=True).start()

    def invoke(self, event=None, headers=None, raw=None):
        body = json.dumps(event).encode() if raw is None else raw
        invocation = Invocation(body, headers or {})
        self._events.put(invocation)
        return invocation

    def init_error(self):
        return self._init_errors.get(timeout=PATIENCE)

    def channel(self):
        """The descriptor of a connection, for a runtime that is born with it."""
        ours, theirs = socket.socketpair()
        self._take(ours)
        return theirs.detach()

    def close(self):
        self._listener.close()
        self._events.put(None)
        for each in self._sockets:
            each.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._take(connection)

    def _take(self, connection):
        self.connections += 1
        self._sockets.append(connection)
        threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            if connection.family == socket.AF_INET:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            requests = _Requests(connection)
            while True:
                request = requests.read()
                if request is None or not self._answer(connection, request):
                    connection.close()
                    return
        except Violation as violation:
            self.violations.append(str(violation))
            connection.close()
        except OSError:
            pass  # the runtime has gone

    def _answer(self, connection, request):
        """Answers one request; false if the connection is to be closed then."""
        if request.path == API + "invocation/next":
            if request.method != "GET":
                raise Violation("%s next" % request.method)
            self.asked += 1
            if self._current is None:
                self._current = self._events.get()
            if self._current is None:
                return False
            self._send(connection, 200, self._current.headers, self._current.body, self.manners.chunked)
            return not self.manners.close_after_next
        if request.method != "POST":
            raise Violation("%s %s" % (request.method, request.path))
        if request.path == API + "init/error":
            self._init_errors.put(request)
        else:
            if self.manners.before_ack:
                self.manners.before_ack()
            self._end_invocation(request)
            if self.manners.drop_response:
                self.manners.drop_response = False
                return False
        status, error = self.manners.refuse or (202, None)
        body = {"status": "OK"} if error is None else {"errorMessage": "", "errorType": error}
        self._send(connection, status, {"Content-Type": "application/json"}, json.dumps(body).encode())
        return request.headers.get("connection") != "close"

    def _end_invocation(self, request):
        match = re.fullmatch(re.escape(API) + r"invocation/([0-9a-f-]{36})/(response|error)", request.path)
        if not match:
            raise Violation("POST %s" % request.path)
        if self._current is None or match.group(1) != self._current.request_id:
            if self.connections > 1:
                return  # sent again after a break
            raise Violation("a report for %s, which does not run" % match.group(1))
        ended, self._current = self._current, None
        ended.ended(request)

    def _send(self, connection, status, headers, body, chunked=False):
        framing = "Transfer-Encoding: chunked" if chunked else "Content-Length: %d" % len(body)
        lines = ["HTTP/1.1 %d Status" % status] + ["%s: %s" % header for header in headers.items()] + [framing, "", ""]
        if chunked:
            middle = len(body) // 2
            parts = [part for part in (body[:middle], body[middle:]) if part]
            body = b"".join(b"%x;note=1\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\nTrailer: x\r\n\r\n"
        answer = "\r\n".join(lines).encode() + body
        if self.manners.byte_by_byte:
            for at in range(len(answer)):
                connection.sendall(answer[at : at + 1])
        else:
            connection.sendall(answer)


class _Requests:
    """Reads requests from a connection and refuses whatever is not exactly framed."""

    _HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([\t\x20-\x7e\x80-\xff]*)")
    _ERROR_TYPE = re.compile(r"(Runtime|Function)\.[A-Z][a-zA-Z]+")

    def __init__(self, connection):
        self._connection = connection
        self._data = b""

    def read(self):
        while b"\r\n\r\n" not in self._data:
            if not self._receive():
                if self._data:
                    raise Violation("half a request: %r" % self._data)
                return None
        head, _, self._data = self._data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        line = re.fullmatch(r"(GET|POST) (/\S*) HTTP/1\.1", lines[0])
        if not line:
            raise Violation("request line %r" % lines[0])
        headers = self._headers(lines[1:])
        trailers = None
        if "transfer-encoding" in headers:
            body, trailers = self._chunks(line.group(1), headers)
        else:
            body = self._take(self._length(line.group(1), headers))
        follower = self._data.startswith(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n")
        whole = follower and self._data.endswith(b"\r\n\r\n")
        return Request(line.group(1), line.group(2), headers, body, whole, trailers)

    def _take(self, length):
        while len(self._data) < length:
            if not self._receive():
                raise Violation("half a body")
        taken, self._data = self._data[:length], self._data[length:]
        return taken

    def _line(self):
        while b"\r\n" not in self._data:
            if not self._receive():
                raise Violation("half a line")
        line, _, self._data = self._data.partition(b"\r\n")
        return line.decode("latin-1")

    def _chunks(self, method, headers):
        if method != "POST" or headers["transfer-encoding"] != "chunked" or "content-length" in headers:
            raise Violation("framing %r" % headers)
        body, trailers = b"", {}
        while True:
            size = self._line()
            if not re.fullmatch("[0-9a-f]+", size):
                raise Violation("chunk size %r" % size)
            if int(size, 16) == 0:
                break
            body += self._take(int(size, 16))
            if self._take(2) != b"\r\n":
                raise Violation("chunk without an end")
        while True:
            line = self._line()
            if not line:
                return body, trailers
            match = self._HEADER.fullmatch(line)
            if not match or match.group(1) not in headers.get("trailer", ""):
                raise Violation("trailer %r" % line)
            trailers[match.group(1).lower()] = match.group(2)

    def _headers(self, lines):
        headers = {}
        for line in lines:
            match = self._HEADER.fullmatch(line)
            if not match:
                raise Violation("header line %r" % line)
            name = match.group(1).lower()
            if name in headers:
                raise Violation("%s twice" % name)
            headers[name] = match.group(2)
        if "host" not in headers:
            raise Violation("no Host")
        error_type = headers.get("lambda-runtime-function-error-type")
        if error_type is not None and not self._ERROR_TYPE.fullmatch(error_type):
            raise Violation("error type %r" % error_type)
        return headers

    @staticmethod
    def _length(method, headers):
        if method == "GET":
            if headers.get("content-length", "0") != "0":
                raise Violation("GET with a body")
            return 0
        if not re.fullmatch(r"\d+", headers.get("content-length", "")):
            raise Violation("POST without a length")
        if "content-type" not in headers:
            raise Violation("POST without a content type")
        return int(headers["content-length"])

    def _receive(self):
        try:
            data = self._connection.recv(1 << 16)
        except ConnectionResetError:
            data = b""
        self._data += data
        return data

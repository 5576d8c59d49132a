# The floor of Python: the standard library's own HTTP server, with the same handler and the same bytes in the answer, which
# goes out in one write.
import http.server
import importlib.util
import json
import sys

spec = importlib.util.spec_from_file_location("app", sys.argv[1])
app = importlib.util.module_from_spec(spec)
spec.loader.exec_module(app)
with open(sys.argv[2], "rb") as file:
    head, body = file.read().split(b"\r\n\r\n")
head += b"\r\n\r\n"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        event = self.rfile.read(int(self.headers["content-length"]))
        result = json.dumps(app.handler(json.loads(event), None)).encode()
        assert result == body, result
        self.wfile.write(head + result)


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128

    def handle_error(self, request, client_address):
        # The load generator hangs up at the end of its time.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


server = Server(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()

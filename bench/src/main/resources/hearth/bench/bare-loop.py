# The least that Python can do: a loop of asyncio's with a parser made by hand, the same handler and the same bytes in the
# answer. Several times as quick as the library's own HTTP server, which parses headers as those of an e-mail.
import asyncio
import importlib.util
import json
import sys

spec = importlib.util.spec_from_file_location("app", sys.argv[1])
app = importlib.util.module_from_spec(spec)
spec.loader.exec_module(app)
with open(sys.argv[2], "rb") as file:
    head, body = file.read().split(b"\r\n\r\n")
head += b"\r\n\r\n"


class Server(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        self.held = b""

    def data_received(self, data):
        held = self.held + data if self.held else data
        while (end := held.find(b"\r\n\r\n")) >= 0:
            method, path, _ = held[:held.index(b"\r\n")].split(b" ")
            headers = {}
            for line in held[:end].split(b"\r\n")[1:]:
                name, value = line.split(b":", 1)
                headers[name.lower()] = value.strip()
            length = int(headers[b"content-length"])
            event = held[end + 4:end + 4 + length]
            if len(event) < length:
                break
            held = held[end + 4 + length:]
            result = json.dumps(app.handler(json.loads(event), None)).encode()
            assert result == body, result
            self.transport.write(head + result)
        self.held = held


async def main():
    server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0, backlog=128)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())

"""Attacks on the Runtime API, and on the server's own where functions reach it. Outside both are a naive one, which
believes whatever it reads."""

import json
import os
import queue
import re
import socket
import threading
import time

from outcome import Stopped, attack

MIB = 1 << 20


def naive(connection):
    """Reads and keeps everything, and accepts each post."""
    kept, searched, answers = bytearray(), 0, queue.SimpleQueue()
    threading.Thread(target=send_all, args=(connection, answers), daemon=True).start()
    while read_more(connection, kept):
        while (end := kept.find(b"\r\n\r\n", max(0, searched - 3))) >= 0:
            head = bytes(kept[:end])
            del kept[: end + 4]
            length = re.search(rb"(?i)content-length: *(\d+)", head)
            while length and len(kept) < int(length[1]) and read_more(connection, kept):
                pass
            if length:
                del kept[: int(length[1])]
            searched = 0
            answer = b"200 OK" if b"/ping" in head else b"202 Accepted"
            answers.put(b"HTTP/1.1 " + answer + b"\r\nContent-Length: 2\r\n\r\nOK")
        searched = len(kept)


def read_more(connection, kept):
    try:
        data = connection.recv(1 << 16)
    except OSError:
        return False
    kept += data
    return bool(data)


def send_all(connection, answers):
    try:
        while True:
            connection.sendall(answers.get())
    except OSError:
        pass


def serve_naively():
    listener = socket.create_server(("127.0.0.1", 0), backlog=1000)

    def accept():
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=naive, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()


def address(facts):
    if facts["outside"]:
        if "api" not in facts:
            facts["api"] = serve_naively()
            facts["requestId"] = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"
        return tuple(facts["api"])
    host, _, port = os.environ["AWS_LAMBDA_RUNTIME_API"].partition(":")
    return host, int(port)


def server(facts):
    """Where the server's own API is: inside at an address of the sandbox's loopback."""
    if facts["outside"]:
        return address(facts)
    host, _, port = os.environ["AWS_ENDPOINT_URL_LAMBDA"].rpartition("/")[2].partition(":")
    return host, int(port)


def relay(facts):
    """A service on the host's loopback that functions are let through to."""
    if facts["outside"]:
        return address(facts)
    host, _, port = os.environ["AWS_ENDPOINT_URL_S3"].rpartition("/")[2].partition(":")
    return host, int(port)


def connect(facts, place=address):
    connection = socket.create_connection(place(facts), 5)
    connection.settimeout(5)
    return connection


def status_of(connection):
    answer = b""
    while b"\r\n\r\n" not in answer:
        data = connection.recv(65536)
        if not data:
            raise Stopped("the connection was closed")
        answer += data
    return int(answer[9:12])


def post(facts, path, body=b"{}", headers=()):
    with connect(facts) as connection:
        head = ["POST /2018-06-01/runtime/%s HTTP/1.1" % path, "Host: x", "Content-Length: %d" % len(body), *headers]
        connection.sendall("\r\n".join([*head, "", ""]).encode() + body)
        return status_of(connection)


def refused(status, what):
    if status in (200, 202):
        return what + " was accepted"
    raise Stopped("%s: %d" % (what, status))


@attack
def forged_request_id(facts):
    address(facts)
    for forged in ("00000000-0000-0000-0000-000000000000", facts["requestId"] + "/../x", "*", facts["requestId"].upper()):
        status = post(facts, "invocation/%s/response" % forged)
        if status == 202:
            return "an answer to %s was accepted" % forged
    raise Stopped("%d: no such request" % status)


@attack
def answer_of_an_old_request(facts):
    return refused(post(facts, "invocation/%s/response" % facts.get("old", "old"), b'"late"'), "a late answer")


@attack
def init_error_after_init(facts):
    return refused(post(facts, "init/error"), "a failed INIT after INIT")


@attack
def second_answer(facts):
    """A second answer while the first is under way; the runtime itself will post a third."""
    with connect(facts) as connection:
        connection.sendall(
            b"POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            % facts["requestId"].encode()
        )
        time.sleep(0.05)
        status = post(facts, "invocation/%s/response" % facts["requestId"], b'"second"')
        worked = status == 202
        result = json.dumps({"worked": worked, "how": "a second answer: %d" % status}).encode()
        connection.sendall(b"%x\r\n%s\r\n0\r\n\r\n" % (len(result), result))
        if worked:
            return "a second answer was accepted"
        status_of(connection)
    raise Stopped("nobody reads this: the first answer was it")


def stuff(facts, head, piece, most, what):
    """Sends one request's head for as long as it is read."""
    sent = 0
    with connect(facts) as connection:
        connection.sendall(head)
        try:
            while sent < most:
                connection.sendall(piece)
                sent += len(piece)
        except OSError:
            raise Stopped("closed after %d KiB of %s" % (sent // 1024, what))
    return "%d MiB of %s were taken" % (sent // MIB, what)


@attack
def huge_header(facts):
    return stuff(facts, b"GET /2018-06-01/ping HTTP/1.1\r\nX: ", b"x" * 65536, 4 * MIB, "one header")


@attack
def endless_headers(facts):
    return stuff(facts, b"GET /2018-06-01/ping HTTP/1.1\r\n", b"X: y\r\n" * 8192, 4 * MIB, "headers")


@attack
def huge_request_line(facts):
    return stuff(facts, b"GET /", b"/" * 65536, 4 * MIB, "a path")


@attack
def endless_chunk_head(facts):
    head = b"POST /2018-06-01/runtime/init/error HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;"
    return stuff(facts, head, b"x" * 65536, 4 * MIB, "a chunk's size")


PING = b"GET /2018-06-01/ping HTTP/1.1\r\nHost: x\r\n\r\n"
HEALTH = b"GET /_hearth/health HTTP/1.1\r\nHost: x\r\nX: /ping\r\n\r\n"


@attack
def many_connections(facts):
    return hold_connections(address(facts), PING)


@attack
def many_connections_to_the_server(facts):
    return hold_connections(server(facts), HEALTH)


@attack
def many_relayed_connections(facts):
    return hold_connections(relay(facts), PING)


def hold_connections(place, request):
    held, served = [], 0
    try:
        for _ in range(500):
            held.append(socket.create_connection(place, 5))
        for connection in held:
            connection.settimeout(5)
            try:
                connection.sendall(request)
                served += connection.recv(4096).startswith(b"HTTP/1.1 2")
            except OSError:
                pass
    finally:
        for connection in held:
            connection.close()
    if served < 500:
        raise Stopped("%d of 500 were served" % served)
    return "500 connections were served"


@attack
def answers_unread(facts):
    """Requests without end whose answers are never read."""
    sent, piece = 0, b"GET /2018-06-01/ping HTTP/1.1\r\nHost: x\r\n\r\n" * 1000
    with connect(facts) as connection:
        connection.settimeout(1)
        try:
            while sent < 8 * MIB:
                sent += connection.send(piece)
        except OSError:
            raise Stopped("reading stopped after %d KiB" % (sent // 1024))
    return "%d MiB of requests were read" % (sent // MIB)


@attack
def huge_header_to_the_server(facts):
    """What comes after its refusal is thrown away, so that the refusal can be read."""
    with connect(facts, server) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * (4 * MIB) + b"\r\n\r\n" + PING)
        return refused(status_of(connection), "4 MiB of header")


@attack
def unread_answers_of_the_server(facts):
    sent, piece = 0, HEALTH * 1000
    with connect(facts, server) as connection:
        connection.settimeout(1)
        try:
            while sent < 32 * MIB:
                sent += connection.send(piece)
        except OSError:
            raise Stopped("reading stopped after %d KiB" % (sent // 1024))
    return "%d MiB of requests were read" % (sent // MIB)


@attack
def bodies_without_end(facts):
    """Invocations of nothing, each with a payload that lacks its last byte, on as many connections as there are."""
    place, held = server(facts), []
    head = b"POST /2015-03-31/functions/x/invocations HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (6 * MIB)
    end = time.monotonic() + 3
    try:
        for _ in range(16 if facts["outside"] else 120):
            connection = socket.create_connection(place, 5)
            held.append(connection)
            connection.settimeout(2)
            try:
                connection.sendall(head)
                for _ in range(95):
                    connection.sendall(b"x" * 65536)
            except OSError:
                pass
            if time.monotonic() > end:
                break
    finally:
        for connection in held:
            connection.close()
    return "%d connections with 6 MiB each" % len(held)


@attack
def flood_of_requests_to_the_server(facts):
    return hammer_for_a_second(facts, server, HEALTH)


@attack
def flood_of_connections_to_the_server(facts):
    return connect_for_a_second(server(facts))


@attack
def flood_of_relayed_connections(facts):
    return connect_for_a_second(relay(facts))


@attack
def unread_relayed_bytes(facts):
    """What comes back is never read, so that it must wait somewhere."""
    sent, piece = 0, PING * 1000
    with connect(facts, relay) as connection:
        connection.settimeout(1)
        try:
            while sent < 64 * MIB:
                sent += connection.send(piece)
        except OSError:
            raise Stopped("reading stopped after %d KiB" % (sent // 1024))
    return "%d MiB were taken" % (sent // MIB)


def drain(connection):
    try:
        while connection.recv(1 << 20):
            pass
    except OSError:
        pass


@attack
def flood_of_requests(facts):
    """As many as go, for a second, on four connections."""
    return hammer_for_a_second(facts, address, PING)


def hammer_for_a_second(facts, place, request):
    end, piece = time.monotonic() + 1, request * 100
    counts = []

    def hammer():
        with connect(facts, place) as connection:
            sent = 0
            threading.Thread(target=drain, args=(connection,), daemon=True).start()
            while time.monotonic() < end:
                connection.sendall(piece)
                sent += 100
            counts.append(sent)

    address(facts)
    hammers = [threading.Thread(target=hammer) for _ in range(4)]
    for each in hammers:
        each.start()
    for each in hammers:
        each.join()
    return "%d requests in a second" % sum(counts)


@attack
def flood_of_connections(facts):
    return connect_for_a_second(address(facts))


def connect_for_a_second(place):
    end, made = time.monotonic() + 1, 0
    while time.monotonic() < end:
        socket.create_connection(place, 5).close()
        made += 1
    return "%d connections in a second" % made


def send_answer(facts, head, pieces):
    with connect(facts) as connection:
        path = "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: x\r\n" % facts["requestId"]
        connection.sendall(path.encode() + head + b"\r\n\r\n")
        for piece in pieces:
            connection.sendall(piece)
        return status_of(connection)


@attack
def giant_answer(facts):
    address(facts)
    body = b'"' + b"x" * (8 * MIB) + b'"'
    return refused(send_answer(facts, b"Content-Length: %d" % len(body), [body]), "8 MiB")


@attack
def giant_chunked_answer(facts):
    address(facts)
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    pieces = [chunk] * 256 + [b"0\r\n\r\n"]
    if facts["outside"]:
        pieces.append(b"\r\n\r\n")  # a naive reader takes each for a head
    return refused(send_answer(facts, b"Transfer-Encoding: chunked", pieces), "16 MiB in chunks")


@attack
def answer_without_end(facts):
    address(facts)
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    end = time.monotonic() + (1 if facts["outside"] else 3)
    sent = 0
    with connect(facts) as connection:
        path = "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: x\r\n" % facts["requestId"]
        connection.sendall(path.encode() + b"Transfer-Encoding: chunked\r\n\r\n")
        while time.monotonic() < end:
            connection.sendall(chunk)
            sent += 65536
    return "%d MiB, and nobody minds" % (sent // MIB)


@attack
def descriptors_through_the_channel(facts):
    """Open files, handed to the server on the stream between it and the runtime."""
    if facts["outside"]:
        ours, theirs = socket.socketpair()
    else:
        ours = socket.socket(fileno=os.dup(61))
        theirs = None
    with open("/dev/null") as file:
        descriptors = [file.fileno()] * 100
        for _ in range(20):
            # Blank lines between two requests mean nothing.
            socket.send_fds(ours, [b"\r\n"], descriptors)
    if theirs is None:
        return "2000 descriptors were sent"
    _, received, _, _ = socket.recv_fds(theirs, 10, 100)
    return "%d descriptors were received" % len(received)

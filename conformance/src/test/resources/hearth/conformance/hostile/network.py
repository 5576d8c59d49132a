"""Who answers where."""

import concurrent.futures
import ctypes
import os
import socket
import subprocess
import sys
import threading

from outcome import Stopped

GREETING = b"greetings from within\n"


def greeted(targets):
    """Connects to all at once; whoever greets has been reached."""
    with concurrent.futures.ThreadPoolExecutor(len(targets)) as pool:
        answers = list(pool.map(answer, targets))
    reached = ["%s:%d" % target for target, (greets, _) in zip(targets, answers) if greets]
    if reached:
        return "reached " + " ".join(reached)
    raise Stopped("; ".join(sorted({why for _, why in answers})) + ", at %d addresses" % len(targets))


def answer(target):
    try:
        with socket.create_connection(target, 1.5) as connection:
            connection.settimeout(1.5)
            text = connection.recv(100)
            return text.startswith(GREETING), "connected, but not to the service"
    except OSError as error:
        return False, (error.strerror or str(error)).lower()


def greet_all(listener):
    while True:
        connection, _ = listener.accept()
        with connection:
            try:
                connection.sendall(GREETING)
            except OSError:
                pass


def serve_metadata():
    """A service at the address of a cloud's metadata, in a network namespace of this process alone."""
    if ctypes.CDLL(None, use_errno=True).unshare(0x40000000) == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["ip", "address", "add", "169.254.169.254/32", "dev", "lo"], check=True)
    listener = socket.create_server(("169.254.169.254", 80))
    threading.Thread(target=greet_all, args=(listener,), daemon=True).start()


def serve_host():
    """The host's services in a test: on all addresses of both families, and on an abstract socket."""
    listener = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    port = listener.getsockname()[1]
    local = socket.socket(socket.AF_UNIX)
    local.bind("\0hearth-bait-%d" % port)
    local.listen()
    threading.Thread(target=greet_all, args=(listener,), daemon=True).start()
    threading.Thread(target=greet_all, args=(local,), daemon=True).start()
    return port


if __name__ == "__main__":
    print(serve_host(), flush=True)
    sys.stdin.read()  # until whoever started this is gone

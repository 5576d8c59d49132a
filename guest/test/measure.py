"""Measures the Python and Node.js runtimes: the start up to the first request for an invocation, beside the bare
interpreter's whole life, and what an invocation of a handler that does nothing costs.

Usage: measure.py [python-version node-version]
"""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import interpreters
from runtime_process import GUEST

STARTS = 40
INVOCATIONS = 30_000
NEXT = b"GET /2018-06-01/runtime/invocation/next "

ACKNOWLEDGEMENT = (
    b'HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{"status":"OK"}\n'
)
EVENT = b'{"key1":"value1","key2":"value2","key3":"value3"}'
INVOCATION = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    b"Lambda-Runtime-Aws-Request-Id: 3b5b7f4c-7c55-4f0e-b1d4-%012d\r\n"
    b"Lambda-Runtime-Deadline-Ms: 1893456000000\r\n"
    b"Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-west-1:123456789012:function:f\r\n"
    b"Lambda-Runtime-Trace-Id: Root=1-5759e988-bd862e3fe1be46a994272793;Parent=%016d;Sampled=0\r\n"
    b"Content-Length: " + str(len(EVENT)).encode() + b"\r\n\r\n" + EVENT
)


class Server:
    """The smallest Runtime API that a measurement needs: it trusts that reports come whole and in one piece."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self._listener.getsockname()[1]

    def accept_first_next(self):
        connection, _ = self._listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        assert connection.recv(65536).startswith(NEXT)
        return connection

    @staticmethod
    def invoke(connection, number):
        connection.sendall(INVOCATION % (number, number))
        data = connection.recv(65536)
        while NEXT not in data:
            data += connection.recv(65536)
        connection.sendall(ACKNOWLEDGEMENT)


def cpu_seconds(process):
    """The processor time of all threads of a process."""
    total = 0
    for thread in os.listdir("/proc/%d/task" % process.pid):
        with open("/proc/%d/task/%s/schedstat" % (process.pid, thread)) as file:
            total += int(file.read().split()[0])
    return total / 1e9


def variables(server, task):
    values = {"AWS_LAMBDA_RUNTIME_API": server.address, "LAMBDA_TASK_ROOT": task, "_HANDLER": "main.handler"}
    return dict(values, LC_CTYPE="C.UTF-8", PATH="/usr/bin:/bin")


def start(command, server, task):
    """Milliseconds, of the clock and of the processor, until the runtime asks for its first invocation."""
    began = time.perf_counter()
    process = subprocess.Popen(command, env=variables(server, task), cwd=task)
    connection = server.accept_first_next()
    wall, cpu = time.perf_counter() - began, cpu_seconds(process)
    process.kill()
    process.wait()
    connection.close()
    return wall * 1e3, cpu * 1e3


def bare_start(command, task):
    """The same for the bare interpreter's start and end."""
    began = time.perf_counter()
    process = subprocess.Popen(command, env={"LC_CTYPE": "C.UTF-8", "PATH": "/usr/bin:/bin"}, cwd=task)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return (time.perf_counter() - began) * 1e3, (usage.ru_utime + usage.ru_stime) * 1e3


def loop(command, server, task):
    """Invocations a second, and the runtime's processor time for each in microseconds."""
    process = subprocess.Popen(command, env=variables(server, task), cwd=task)
    connection = server.accept_first_next()
    for number in range(3000):
        server.invoke(connection, number)
    before, began = cpu_seconds(process), time.perf_counter()
    for number in range(INVOCATIONS):
        server.invoke(connection, number)
    wall, cpu = time.perf_counter() - began, cpu_seconds(process) - before
    process.kill()
    process.wait()
    return INVOCATIONS / wall, cpu / INVOCATIONS * 1e6


def measure(name, bare, runtime, files):
    with tempfile.TemporaryDirectory() as task:
        for file, text in files.items():
            with open(os.path.join(task, file), "w") as out:
                out.write(text)
        server = Server()
        start(runtime, server, task)  # compiles what is compiled once
        bare_starts, starts = [], []
        for _ in range(STARTS):
            bare_starts.append(bare_start(bare, task))
            starts.append(start(runtime, server, task))
        for what, rows in (("bare interpreter", bare_starts), ("first next", starts)):
            wall, cpu = ([row[at] for row in rows] for at in (0, 1))
            row = (name, what, statistics.median(wall), min(wall), statistics.median(cpu), min(cpu))
            print("%-12s %-18s %6.1f ms (least %5.1f)   CPU %6.1f ms (least %5.1f)" % row)
        print("%-12s %-18s %6.0f a second   CPU %.1f µs each" % ((name, "invocations") + loop(runtime, server, task)))


def main(python="3.12", node="20"):
    interpreter = interpreters.python(python)
    if interpreter:
        measure(
            "python" + python,
            [interpreter, "-I", "-S", "-c", "0"],
            [interpreter, "-S", os.path.join(GUEST, "python", "bootstrap.py")],
            {"main.py": "def handler(event, context):\n    return event\n"},
        )
    interpreter = interpreters.node(node)
    if interpreter:
        measure(
            "node" + node,
            [interpreter, "-e", "0"],
            [interpreter, os.path.join(GUEST, "node", "bootstrap.cjs")],
            {"main.js": "exports.handler = async (event) => event;\n"},
        )


if __name__ == "__main__":
    main(*sys.argv[1:])

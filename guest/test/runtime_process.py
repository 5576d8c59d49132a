"""A runtime started on a function's files, as a sandbox would start it but without one."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import time

from fake_runtime_api import PATIENCE, FakeRuntimeApi

GUEST = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Frame:
    """One record from the descriptor for framed logs."""

    def __init__(self, kind, microseconds, text):
        self.kind = kind
        self.microseconds = microseconds
        self.text = text


# By machine and number, as Linux has them.
_BLOCKING = {
    ("x86_64", "7"): "poll",
    ("x86_64", "271"): "poll",
    ("x86_64", "45"): "recvfrom",
    ("aarch64", "73"): "poll",
    ("aarch64", "207"): "recvfrom",
}


class RuntimeProcess:
    """Runs `command` with the files of a function in `/var/task`'s place.

    A file that is given as a path is a symbolic link to there. `{folder}` in a variable's value is the folder that holds
    the function's.
    The output is read to its end only when the process has ended, except through `await_output`.
    """

    def __init__(
        self,
        command,
        files,
        handler,
        environment=None,
        framed=True,
        manners=None,
        unix=False,
        channel=False,
        read_output=True,
    ):
        self.folder = tempfile.mkdtemp(prefix="hearth-guest-test-")
        self.task = os.path.join(self.folder, "task")
        for name, text in files.items():
            path = os.path.join(self.task, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if isinstance(text, pathlib.PurePath):
                os.symlink(text, path)
                continue
            with open(path, "wb") as file:
                file.write(text if isinstance(text, bytes) else text.encode())
        self.api = FakeRuntimeApi(manners, os.path.join(self.folder, "api.sock") if unix else None)
        variables = {
            "AWS_LAMBDA_RUNTIME_API": self.api.address,
            "AWS_LAMBDA_FUNCTION_NAME": "f",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/f",
            "AWS_LAMBDA_LOG_STREAM_NAME": "2026/01/01/[$LATEST]0123456789abcdef0123456789abcdef",
            "AWS_LAMBDA_LOG_FORMAT": "Text",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "LAMBDA_TASK_ROOT": self.task,
            "LAMBDA_RUNTIME_DIR": "/var/runtime",
            "_HANDLER": handler,
            "LANG": "en_US.UTF-8",
            "LC_CTYPE": "C.UTF-8",
            "TZ": ":UTC",
            "PATH": "/usr/local/bin:/usr/bin:/bin",
        }
        self._frames_in = None
        descriptors = ()
        if framed:
            self._frames_in, frames_out = os.pipe()
            descriptors = (frames_out,)
            variables["_LAMBDA_TELEMETRY_LOG_FD"] = str(frames_out)
        if channel:
            channel = self.api.channel()
            descriptors += (channel,)
            variables["_HEARTH_CHANNEL"] = str(channel)
        for name, value in (environment or {}).items():
            variables[name] = value.replace("{folder}", self.folder)
        self.process = subprocess.Popen(
            command,
            env=variables,
            cwd=self.task,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=descriptors,
        )
        for descriptor in descriptors:
            os.close(descriptor)
        self._arrived = threading.Condition()
        self._output = {"out": b"", "err": b"", "frames": b""}
        self._readers = [
            threading.Thread(target=self._read, args=("out", self.process.stdout.fileno()), daemon=True),
            threading.Thread(target=self._read, args=("err", self.process.stderr.fileno()), daemon=True),
        ]
        if framed:
            self._readers.append(threading.Thread(target=self._read, args=("frames", self._frames_in), daemon=True))
        if not read_output:
            self._readers = []
        for reader in self._readers:
            reader.start()

    def invoke(self, event=None, headers=None, raw=None):
        return self.api.invoke(event, headers, raw)

    def exit_status(self):
        """Waits for the process to end by itself."""
        return self.process.wait(PATIENCE)

    def stdout(self):
        return self._text("out")

    def stderr(self):
        return self._text("err")

    def frames(self):
        data, frames = self._whole("frames"), []
        while data:
            length = int.from_bytes(data[4:8], "big")
            kind, microseconds = int.from_bytes(data[:4], "big"), int.from_bytes(data[8:16], "big")
            assert len(data) >= 16 + length, "half a frame"
            frames.append(Frame(kind, microseconds, data[16 : 16 + length].decode()))
            data = data[16 + length :]
        return frames

    def blocking_call(self):
        """Waits until the process waits for its socket, and tells by which system call."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with open("/proc/%d/syscall" % self.process.pid) as file:
                name = _BLOCKING.get((os.uname().machine, file.read().split()[0]))
            if name:
                return name
        return None

    def await_output(self, name, part):
        """Waits until an output of the running process contains a text."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: part in self._output[name], PATIENCE), self._output[name]

    def output_in_pipe(self, name):
        """What is in the pipe at this moment; only with `read_output=False`."""
        descriptor = {"out": self.process.stdout, "err": self.process.stderr}[name].fileno()
        os.set_blocking(descriptor, False)
        try:
            return os.read(descriptor, 1 << 16)
        except BlockingIOError:
            return b""

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for reader in self._readers:
            reader.join(PATIENCE)
        self.process.stdout.close()
        self.process.stderr.close()
        if self._frames_in is not None:
            os.close(self._frames_in)
            self._frames_in = None
        self.api.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _text(self, name):
        return self._whole(name).decode()

    def _whole(self, name):
        """The output of a process that has ended or is ended now."""
        if self.process.poll() is None:
            self.process.kill()
        for reader in self._readers:
            reader.join(PATIENCE)
        return self._output[name]

    def _read(self, name, descriptor):
        while True:
            data = os.read(descriptor, 1 << 16)
            if not data:
                return
            with self._arrived:
                self._output[name] += data
                self._arrived.notify_all()

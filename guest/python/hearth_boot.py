"""An interpreter that is up before its function is known: it waits on its channel to hear which one it serves.

It says `+` when it is up. Then comes the assignment: its length (4 bytes, big-endian) and the function's environment,
`NAME=value` and a NUL for each variable.
"""

import json  # noqa: F401 (nearly every function imports it)
import os
import posix


def await_assignment(channel):
    channel.sendall(b"+")
    length = int.from_bytes(_read(channel, 4), "big")
    for variable in _read(channel, length).split(b"\0")[:-1]:
        name, _, value = variable.partition(b"=")
        # The first for us, who read it before `os` was there; the second for everyone else.
        posix.environ[name] = value
        os.environb[name] = value
    # What was mounted there meanwhile covers the folder that this process was started in.
    os.chdir(os.environ["LAMBDA_TASK_ROOT"])


def _read(channel, length):
    data = b""
    while len(data) < length:
        received = channel.recv(length - len(data))
        if not received:
            os._exit(0)  # nobody needs it any more
        data += received
    return data

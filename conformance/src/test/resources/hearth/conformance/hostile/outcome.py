"""What attacks share: how they are found, and how they say that they were stopped."""

import os

attacks = {}


class Stopped(Exception):
    """The attack met a barrier that raises no error of its own."""


def attack(function):
    attacks[function.__name__] = function
    return function


def other_pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]

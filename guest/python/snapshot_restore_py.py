"""What functions under SnapStart register to be called before their snapshot and after each restore.

AWS's runtimes have a package of this name; a function that brings its own is served by that.
"""

from collections import deque

_before_snapshot = deque()
_after_restore = deque()


def register_before_snapshot(func, *args, **kwargs):
    """Has a function called before the snapshot; the one that came last first."""
    _before_snapshot.append((func, args, kwargs))
    return func


def register_after_restore(func, *args, **kwargs):
    """Has a function called after a restore, in the order in which they came."""
    _after_restore.append((func, args, kwargs))
    return func


def get_before_snapshot():
    return _before_snapshot


def get_after_restore():
    return _after_restore

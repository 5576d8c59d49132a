"""The part of a runtime under SnapStart that lies between INIT and the first invocation.

Its exit codes are AWS's: 64 when a hook before the snapshot failed, 65 when one after the restore did.
"""

import sys

_BEFORE_FAILED = 64
_AFTER_FAILED = 65


def await_restore(api, tell):
    """Calls what is registered for before the snapshot, waits for the restore, and calls what is for after it."""
    # Whatever has registered something has imported it.
    hooks = sys.modules.get("snapshot_restore_py")
    try:
        if hooks is not None:
            before = hooks.get_before_snapshot()
            while before:
                call, arguments, named = before.pop()
                call(*arguments, **named)
    except Exception as error:
        api.report(tell("before_snapshot_error", error))
        sys.exit(_BEFORE_FAILED)
    api.await_restore()
    try:
        if hooks is not None:
            for call, arguments, named in hooks.get_after_restore():
                call(*arguments, **named)
    except Exception as error:
        api.report(tell("after_restore_error", error))
        sys.exit(_AFTER_FAILED)

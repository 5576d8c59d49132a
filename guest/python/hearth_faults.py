"""How failures are told: to the caller as JSON, to X-Ray in a header, and in the log."""

import posix
import sys
import time
import traceback

import hearth_api
import hearth_json
import hearth_logging
from hearth_runtime import DIRECTORY, Fault, Invocation

# The Runtime API takes headers of some size only; a trace that needs more is not sent.
_LARGEST_XRAY_CAUSE = 4096
_ERROR_TYPE = b"Lambda-Runtime-Function-Error-Type"
_NO_BREAK_SPACE = "\u00a0"
# AWS's words.
_INIT_WARNING = (
    "LAMBDA_WARNING: Unhandled exception. The most likely cause is an issue in the function code. However, in rare cases,"
    " a Lambda runtime update can cause unexpected function behavior. For functions using managed runtimes, runtime"
    " updates can be triggered by a function change, or can be applied automatically. To determine if the runtime has been"
    " updated, check the runtime version in the INIT_START log entry. If this error correlates with a change in the runtime"
    " version, you may be able to mitigate this error by temporarily rolling back to the previous runtime version. For more"
    " information, see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html"
)


def invocation_error(request_id, error):
    """Logs what the handler raised and returns the request that reports it."""
    document, frames = _describe(error)
    _log(document)
    headers = _type_header(document)
    kind = "LambdaValidationError" if isinstance(error, Fault) else document["errorType"]
    cause = hearth_json.encode(_xray_cause(kind, document["errorMessage"], frames))
    if len(cause) <= _LARGEST_XRAY_CAUSE:
        headers.append((b"Lambda-Runtime-Function-XRay-Error-Cause", cause))
    return hearth_api.error(request_id, hearth_json.encode(document), headers)


def init_error(error):
    """Logs why the function cannot be initialised and returns the request that reports it."""
    document, _ = _describe(error)
    _warn()
    _log(document)
    return hearth_api.init_error(hearth_json.encode(document), _type_header(document))


def before_snapshot_error(error):
    """Logs what a hook before the snapshot raised and returns the request that reports it."""
    document, _ = _describe(error)
    _log(document)
    return hearth_api.init_error(hearth_json.encode(document), [(_ERROR_TYPE, b"Runtime.BeforeSnapshotError")])


def after_restore_error(error):
    """Logs what a hook after the restore raised and returns the request that reports it."""
    document, _ = _describe(error)
    _log(document)
    return hearth_api.restore_error(hearth_json.encode(document), [(_ERROR_TYPE, b"Runtime.AfterRestoreError")])


def _warn():
    """As the function's own code would, so that what it has set for its logs holds for this too."""
    import logging

    try:
        logging.warning(_INIT_WARNING)
    except Exception:
        pass  # the function has a module of this name, or handlers that fail


def _describe(error):
    if isinstance(error, Fault):
        error_type, message, frames, stack_trace = error.error_type, error.message, [], error.trace
    else:
        error_type, message = type(error).__name__, str(error)
        frames = _frames(error)
        stack_trace = traceback.format_list(frames)
    document = {"errorMessage": message, "errorType": error_type}
    if sys.version_info >= (3, 9):
        document["requestId"] = Invocation.request_id or ""
    document["stackTrace"] = stack_trace
    return document, frames


def _frames(error):
    """The frames of the function's own code on: the runtime's own come first and tell nobody anything."""
    frames = [
        (frame.filename, frame.lineno, frame.name, frame.line) for frame in traceback.extract_tb(error.__traceback__)
    ]
    while frames and frames[0][0].startswith(DIRECTORY + "/hearth_"):
        del frames[0]
    return frames


def _type_header(document):
    error_type = document["errorType"]
    return [(_ERROR_TYPE, error_type.encode())] if error_type.startswith("Runtime.") else []


def _xray_cause(error_type, message, frames):
    stack = [{"label": name, "path": path, "line": line} for path, line, name, _ in frames]
    return {
        "working_directory": posix.getcwd(),
        "exceptions": [{"message": message, "type": error_type, "stack": stack}],
        "paths": sorted({frame["path"] for frame in stack}),
    }


def _log(document):
    if hearth_logging.JSON:
        record = {"timestamp": hearth_logging.timestamp(time.time()), "level": "ERROR"}
        record.update(document)
        hearth_logging.sink.log_error([hearth_json.encode(record).decode()])
        return
    title = "[ERROR] " + document["errorType"]
    if document["errorMessage"]:
        title += ": " + document["errorMessage"]
    lines = [title, "Traceback (most recent call last):"]
    for entry in document["stackTrace"]:
        lines += map(_indent, entry.splitlines())
    hearth_logging.sink.log_error(lines)


def _indent(line):
    """Viewers of logs drop spaces at the start of a line, but not these."""
    text = line.lstrip(" ")
    return _NO_BREAK_SPACE * (len(line) - len(text)) + text

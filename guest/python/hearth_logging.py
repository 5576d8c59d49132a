"""Log records: how they are written, and the root logger's handler that writes what a function logs."""

import posix
import sys
import time

import _thread
import hearth_json
from hearth_runtime import LOG_DESCRIPTOR, Invocation, environment

JSON = (environment("AWS_LAMBDA_LOG_FORMAT") or "").upper() == "JSON"
_LEVEL = (environment("AWS_LAMBDA_LOG_LEVEL") or "").upper()

# A frame's type says its format and, in the low byte, its level.
_FRAME = 0xA55A0002 if JSON else 0xA55A0003
_ERROR = 40
_LEVEL_BITS = {10: 0x08, 20: 0x0C, 30: 0x10, _ERROR: 0x14, 50: 0x18}

# Attributes that every log record has; what a record has besides came with `extra=` and belongs into its JSON.
_COMMON_ATTRIBUTES = frozenset(
    "name msg args levelname levelno pathname filename module exc_info exc_text stack_info lineno funcName created "
    "msecs relativeCreated thread threadName processName process taskName aws_request_id tenant_id".split()
)


class FramedSink:
    """Writes each record whole to the file descriptor that the platform reads frames from.

    A frame is its type, the length of its text (4 bytes each), microseconds since 1970 (8 bytes) and the text, numbers
    big-endian.
    """

    def __init__(self, descriptor):
        self._descriptor = descriptor
        self._lock = _thread.allocate_lock()

    def log(self, text, level=0):
        data = text.encode("utf-8", "backslashreplace")
        head = (_FRAME | _LEVEL_BITS.get(level, 0)).to_bytes(4, "big") + len(data).to_bytes(4, "big")
        frame = head + (time.time_ns() // 1000).to_bytes(8, "big") + data
        with self._lock:
            while frame:
                frame = frame[posix.write(self._descriptor, frame) :]

    def log_error(self, lines):
        self.log("\n".join(lines), _ERROR)


class StandardSink:
    """Writes records to standard output, where a line is a record: its own line breaks become carriage returns."""

    def log(self, text, level=0):
        body = text[:-1] if text.endswith("\n") else text
        sys.stdout.write(body.replace("\n", "\r") + text[len(body) :])

    def log_error(self, lines):
        self.log("\n".join(lines) + "\n")


def timestamp(seconds):
    """Such as `2023-10-27T19:17:45.586Z`."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + ".%03dZ" % (seconds % 1 * 1000)


def set_up(logging):
    """Gives the root logger the handler that a function may rely on."""

    class LambdaLoggerHandler(logging.Handler):
        def emit(self, record):
            record.aws_request_id = Invocation.request_id or ""
            record.tenant_id = Invocation.tenant_id
            # Without levels for the whole function a record's frame has none either.
            sink.log(self.format(record), _rounded(record.levelno) if JSON or _LEVEL else 0)

    class JsonFormatter(logging.Formatter):
        def format(self, record):
            document = _document(record, logging)
            try:
                return hearth_json.encode(document).decode() + "\n"
            except (TypeError, ValueError):  # something that came with `extra=`
                return hearth_json.encode({name: str(value) for name, value in document.items()}).decode() + "\n"

    logging.Formatter.converter = time.gmtime
    text = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
    handler = LambdaLoggerHandler()
    handler.setFormatter(JsonFormatter() if JSON else logging.Formatter(text, "%Y-%m-%dT%H:%M:%S"))
    root = logging.getLogger()
    root.addHandler(handler)
    level = "DEBUG" if _LEVEL == "TRACE" else _LEVEL
    if isinstance(logging.getLevelName(level), int):
        root.setLevel(level)


def _document(record, logging):
    """What a record says as JSON: AWS's keys, then those of `extra=`."""
    document = {
        "timestamp": timestamp(record.created),
        "level": logging.getLevelName(_rounded(record.levelno)),
        "message": record.getMessage(),
        "logger": record.name,
        "requestId": Invocation.request_id or "",
        "tenantId": Invocation.tenant_id,
    }
    if record.exc_info:
        import traceback

        error_type, error, trace = record.exc_info
        document["stackTrace"] = traceback.format_tb(trace)
        document["errorType"] = error_type and error_type.__name__
        document["errorMessage"] = str(error)
        document["location"] = "%s:%s:%s" % (record.pathname, record.funcName, record.lineno)
    for name, value in record.__dict__.items():
        if name not in _COMMON_ATTRIBUTES and name not in document:
            document[name] = value
    return {name: value for name, value in document.items() if value is not None}


def _rounded(level):
    """The standard level that a level is at or above."""
    return min(50, max(0, level)) // 10 * 10


sink = StandardSink() if LOG_DESCRIPTOR is None else FramedSink(LOG_DESCRIPTOR)

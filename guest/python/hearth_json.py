"""JSON as Lambda reads and writes it, straight on the interpreter's C scanner and encoder.

`import json` would take the package `re` with it, which costs as much time as starting the interpreter.
"""

import sys

import _json

# Lambda wrote every other character than ASCII as an escape until Python 3.12.
encode_string = _json.encode_basestring if sys.version_info >= (3, 12) else _json.encode_basestring_ascii


class _Settings:
    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = {"-Infinity": float("-inf"), "Infinity": float("inf"), "NaN": float("nan")}.__getitem__


_scan = _json.make_scanner(_Settings)


def decode(text):
    try:
        value, end = _scan(text, 0)
        if end == len(text):
            return value
    except (StopIteration, ValueError):
        pass
    # Space around the value, or a mistake: the library knows the one and names the other.
    import json

    return json.loads(text)


def encoder(string=encode_string, default=None):
    """A function of a value and 0 that returns pieces of JSON text; not to be used again after it has raised."""
    return _json.make_encoder({}, default or _refuse, string, None, ": ", ", ", False, False, True)


def encode(value):
    """The value's JSON text as bytes; raises what `json.dumps` would."""
    global _encode
    try:
        text = "".join(_encode(value, 0))
    except Exception:
        _encode = encoder()
        text = None
    # Only where there is an array can there be a named tuple, which is to become an object.
    if text is None or ("[" in text and _has_named_tuple(value)):
        import hearth_json_rare

        text = hearth_json_rare.encode(value)
    # A lone surrogate has no UTF-8, but it has an escape.
    return text.encode("utf-8", "backslashreplace")


def _refuse(value):
    raise TypeError(type(value))


def _has_named_tuple(value):
    if isinstance(value, dict):
        return any(map(_has_named_tuple, value.values()))
    if isinstance(value, (list, tuple)):
        return hasattr(value, "_asdict") or any(map(_has_named_tuple, value))
    return False


_encode = encoder()

"""JSON of results that the plain encoder refuses, as AWS's runtime writes them.

Decimals become numbers, bytes text, named tuples objects.
"""

import hearth_json


class _Number(str):
    """Text that is written into the JSON as it is."""


def encode(value):
    return "".join(hearth_json.encoder(_string, _default)(_prepare(value, set()), 0))


def _string(text):
    return str(text) if type(text) is _Number else hearth_json.encode_string(text)


def _default(value):
    if isinstance(value, bytes):
        return value.decode("utf-8")
    kind = type(value)
    if kind.__name__ == "Decimal" and kind.__module__ == "decimal":
        return float("nan") if value.is_nan() else _Number(value)
    as_dict = getattr(value, "_asdict", None)
    if callable(as_dict):
        return as_dict()
    raise TypeError("Object of type %s is not JSON serializable" % kind.__name__)


def _prepare(value, parents):
    """A copy with what the encoder would not ask about: named tuples, and bytes as keys."""
    if not isinstance(value, (dict, list, tuple)):
        return value
    if id(value) in parents:
        raise ValueError("Circular reference detected")
    parents.add(id(value))
    if isinstance(value, dict):
        copy = {_key(key): _prepare(each, parents) for key, each in value.items()}
    elif hasattr(value, "_asdict") and not isinstance(value, list):
        copy = _prepare(value._asdict(), parents)
    else:
        copy = [_prepare(each, parents) for each in value]
    parents.remove(id(value))
    return copy


def _key(key):
    return key.decode("utf-8") if isinstance(key, bytes) else key

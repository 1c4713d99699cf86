"""The canonical form of values: JSON texts in which values that are equal are written alike. `canonical.ts` makes the same.

Numbers are texts with the prefix `n:`, decimals `d:`, text `s:`, and bytes `b:` in base64. A number is its exact digits, or, if
it is not whole, its shortest digits as a whole number and an exponent of ten. Keys of objects are sorted by UTF-16 units.
"""

import base64
import json
import math
from decimal import Decimal


def null():
    return "null"


def boolean(value):
    return "true" if value else "false"


def text(value):
    return json.dumps("s:" + value, ensure_ascii=False)


def data(value):
    return '"b:' + base64.b64encode(value).decode() + '"'


def integer(value):
    return f'"n:{value}"'


def double(value):
    if math.isnan(value):
        return '"n:NaN"'
    if math.isinf(value):
        return '"n:Infinity"' if value > 0 else '"n:-Infinity"'
    if value.is_integer():
        return '"n:-0"' if value == 0 and math.copysign(1, value) < 0 else f'"n:{int(value)}"'
    return f'"n:{digits(repr(value))}"'


def decimal(value):
    if not isinstance(value, Decimal):
        value = Decimal(value)
    sign, figures, exponent = value.as_tuple()
    return f'"d:{scaled("-" if sign else "", "".join(map(str, figures)), exponent)}"'


def digits(number):
    """The text of a number, such as 1.5e-07, as a whole number and an exponent."""
    mantissa, _, exponent = number.partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    return scaled(sign, whole + fraction, int(exponent or 0) - len(fraction))


def scaled(sign, figures, exponent):
    figures = figures.lstrip("0")
    if figures == "":
        return "0"
    short = figures.rstrip("0")
    exponent += len(figures) - len(short)
    return f"{sign}{short}{'0' * exponent}" if exponent >= 0 else f"{sign}{short}e{exponent}"


def array(items):
    return "[" + ",".join(items) + "]"


def sort_key(name):
    return name.encode("utf-16-be", "surrogatepass")


def struct(members):
    """An object of canonical values."""
    names = sorted(members, key=sort_key)
    return "{" + ",".join(f"{json.dumps(name, ensure_ascii=False)}:{members[name]}" for name in names) + "}"


def value(item):
    """The canonical form of a value that Python's own types hold."""
    if item is None:
        return null()
    if isinstance(item, bool):
        return boolean(item)
    if isinstance(item, int):
        return integer(item)
    if isinstance(item, float):
        return double(item)
    if isinstance(item, Decimal):
        return decimal(item)
    if isinstance(item, str):
        return text(item)
    if isinstance(item, (bytes, bytearray)):
        return data(item)
    if isinstance(item, (list, tuple)):
        return array([value(one) for one in item])
    if isinstance(item, dict):
        return struct({name: value(one) for name, one in item.items()})
    raise TypeError(f"no canonical form of {type(item).__name__}")

import json
from decimal import Decimal

from . import canonical


def read(path, options, lines):
    """JSON values, one a line; numbers are compared with the digits that they have."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        for line in file.read().split("\n"):
            if line.strip(" \t\r") != "":
                lines.add(canonical.value(json.loads(line, parse_float=exact, parse_int=exact, parse_constant=refused)))


def exact(digits):
    """As `numbers: 'exact'` of `parseNdjson`: a double if it surely holds the digits, otherwise a whole number or a decimal."""
    number = float(digits)
    is_safe = not number.is_integer() or abs(number) < 2**53
    if is_safe and Decimal(digits) == Decimal(repr(number)):
        return number
    return int(digits) if digits.lstrip("-").isdigit() else Decimal(digits)


def refused(name):
    raise ValueError(f"{name} is not JSON")

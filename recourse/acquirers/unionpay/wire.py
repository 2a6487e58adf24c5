"""UnionPay's wire format: flat fields, form-encoded on the way there and in notifications,
bare ``key=value&…`` on the way back."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, quote_plus

Fields = dict[str, str]
ENCODING = "UTF-8"
VERSION = "5.1.0"
_BRACKETS = {"{": "}", "[": "]"}


class Unreadable(ValueError):
    """Not a message of this format, or one that two readers could read differently."""


def form(fields: Mapping[str, str]) -> bytes:
    """A request or a notification, percent-encoded."""
    pairs = (f"{quote_plus(key)}={quote_plus(value)}" for key, value in fields.items())
    return "&".join(pairs).encode()


def read_form(body: bytes) -> Fields:
    """Raises Unreadable."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict"
        )
    except ValueError as error:
        raise Unreadable(str(error)) from error
    return _unique(pairs)


def bare(fields: Mapping[str, str]) -> bytes:
    """A response: nothing is encoded."""
    return "&".join(f"{key}={value}" for key, value in fields.items()).encode()


def read_bare(body: bytes) -> Fields:
    """A response. Within braces and brackets ``&`` and ``=`` belong to the value. Raises
    Unreadable."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise Unreadable("not UTF-8") from error
    pairs = []
    for part in _parts(text):
        key, equals, value = part.partition("=")
        if not key or not equals:
            raise Unreadable("a field without a name or a value")
        pairs.append((key, value))
    return _unique(pairs)


def _parts(text: str) -> list[str]:
    parts, begun, closing = [], 0, ""
    for at, letter in enumerate(text):
        if closing:
            closing = "" if letter == closing else closing
        elif letter in _BRACKETS:
            closing = _BRACKETS[letter]
        elif letter == "&":
            parts.append(text[begun:at])
            begun = at + 1
    return [*parts, text[begun:]]


def _unique(pairs: list[tuple[str, str]]) -> Fields:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Unreadable("a field stands there twice")
    return fields

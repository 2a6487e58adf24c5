"""Card numbers, found so that they can be refused. Never stored, never repeated in a message.

A full PAN is told by its issuer prefix, its length and its Luhn digit together: Luhn alone
takes one reference number in ten for a card (facts/ecosystem §0.5).
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

# ISO/IEC 7812 prefixes and lengths as the schemes publish them.
_RANGES: tuple[tuple[str, tuple[int, ...]], ...] = (
    (r"4\d{3}", (13, 16, 19)),  # Visa
    (r"5[1-5]\d{2}", (16,)),  # Mastercard
    (r"2(?:22[1-9]|2[3-9]\d|[3-6]\d{2}|7[01]\d|720)", (16,)),  # Mastercard 2-series
    (r"62\d{2}", (16, 17, 18, 19)),  # UnionPay
    (r"81[0-7]\d", (16, 17, 18, 19)),  # UnionPay 81-series
    (r"3[47]\d{2}", (15,)),  # American Express
    (r"35(?:2[89]|[3-8]\d)", (16, 17, 18, 19)),  # JCB
    (r"3(?:0[0-5]|[689]\d)\d", (14, 16, 19)),  # Diners Club
    (r"6(?:011|4[4-9]\d|5\d{2})", (16, 19)),  # Discover
)
_PREFIXES = tuple((re.compile(prefix), lengths) for prefix, lengths in _RANGES)
_FIRST_DIGITS = "234568"  # of all prefixes: tells most figures apart at once
_SHORTEST, _LONGEST = 13, 19

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")  # left in numbers by copy and paste
_HASH = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{32,}"
    r"|[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12})"
    r"(?![0-9A-Za-z])"
)
_SEPARATOR = " \\-\u2010-\u2015\u2212.·\u00a0"
_NUMBERS = re.compile(rf"\d+(?:[{_SEPARATOR}]{{1,3}}\d+)*")
_GROUP = re.compile(rf"(\d+)([{_SEPARATOR}]*)")
_LONGEST_GROUP = 8
"""Within a number written in groups. Longer ones are numbers of their own: a telephone number
after a year, say."""
_E164_LONGEST = 15
"""Digits of a telephone number in international form (ITU-T E.164)."""

_TRACK = re.compile(r"(?:%B\d{12,19}\^|;\d{12,19}=)")
_CVV = re.compile(
    r"(?i)(?:(?<![a-z])(?:cvv2?|cvc2?|cvn2?)(?![a-z])[^\d]{0,12}|安全码[^\d]{0,8})"
    r"(?!(?:19|20)\d\d[-/.年])\d{3,4}(?!\d)"
)


def luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_pan(digits: str) -> bool:
    """Whether a run of digits is a full card number of a public scheme."""
    if not _SHORTEST <= len(digits) <= _LONGEST or digits[0] not in _FIRST_DIGITS:
        return False
    return any(
        len(digits) in lengths and prefix.match(digits) for prefix, lengths in _PREFIXES
    ) and luhn(digits)


def contains_card_data(text: str) -> bool:
    """Whether text holds a full PAN (solid or in groups, also in full-width digits), track
    data or a card verification value."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    if _TRACK.search(plain) or _CVV.search(plain):
        return True
    plain = _HASH.sub(_without_hash, plain)
    return any(_holds_pan(plain, found) for found in _NUMBERS.finditer(plain))


def find_card_data(data: Any, at: str = "") -> Iterator[str]:
    """The places in nested data that hold card data, as dotted names. Values are not given,
    nor keys that are card data themselves."""
    if isinstance(data, str):
        if contains_card_data(data):
            yield at
    elif isinstance(data, int) and not isinstance(data, bool):
        if is_pan(str(data)):
            yield at
    elif isinstance(data, dict):
        for key, value in data.items():
            name = str(key)
            if contains_card_data(name):
                yield f"{at} (a key)".strip()
                name = "(a key)"
            yield from find_card_data(value, f"{at}.{name}" if at else name)
    elif isinstance(data, list | tuple):
        for index, value in enumerate(data):
            yield from find_card_data(value, f"{at}[{index}]")


def _without_hash(found: re.Match[str]) -> str:
    """A digest or a UUID has letters; a long run of digits alone is left to be judged."""
    token = found.group()
    return token if token.replace("-", "").isdigit() else "#"


def _holds_pan(text: str, found: re.Match[str]) -> bool:
    """Whether a chain of digit groups holds a card number: one group by itself, or neighbours
    grouped as people group a card. A date or an expiry may stand right before or after."""
    if found.end() - found.start() < _SHORTEST:
        return False
    groups: list[tuple[str, str]] = _GROUP.findall(found.group())
    after_plus = text[found.start() - 1 : found.start()] == "+"
    for first, (digits, _) in enumerate(groups):
        phone_digits = _E164_LONGEST if after_plus and first == 0 else 0
        fraction = first > 0 and groups[first - 1] == ("0", ".")
        if len(digits) > phone_digits and not fraction and is_pan(digits):
            return True
        if digits[0] not in _FIRST_DIGITS:
            continue
        sizes, joined = [len(digits)], digits
        for following, _ in groups[first + 1 : first + _LONGEST]:
            joined += following
            sizes.append(len(following))
            if len(joined) > _LONGEST:
                break
            if (
                _SHORTEST <= len(joined) > phone_digits
                and is_pan(joined)
                and _written_as_card(sizes)
            ):
                return True
    return False


def _written_as_card(sizes: list[int]) -> bool:
    """Whether people group a card number like this."""
    if sizes == [6, 13]:
        return True
    even = sizes[0] <= 4 and len(set(sizes[:-1])) == 1 and sizes[-1] <= sizes[0]
    by_four = sizes[0] == 4 and min(sizes[:-1]) >= 3 and max(sizes) <= _LONGEST_GROUP
    return even or by_four

"""Card numbers in statements: none comes out whole."""

import re
import unicodedata
from functools import lru_cache

from recourse.disputes.pan import contains_card_data, is_pan

_SOLID = re.compile(r"(?<!\d)\d{13,19}(?!\d)")
_GROUPED = re.compile(r"(?<!\d)\d(?:[ \-.·\u00a0\u2010-\u2015]{0,3}\d){12,18}(?!\d)")
_ENDING = re.compile(
    r"\((\d{4})\)|[*xX•]{2,}\s?(\d{4})(?!\d)|(?:尾号|末四位|ending(?: in)?)\D{0,3}(\d{4})(?!\d)"
)
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")

REMOVED = "****"
LONGEST_CELL = 200
"""Characters of a cell that are kept; a name or a description is shorter."""


@lru_cache(maxsize=4096)  # names and states come again and again
def cut(text: str) -> tuple[str, int]:
    """A cell in one line, with each full card number cut to its last four digits, and how
    many were. A cell in which more is hidden is not kept at all."""
    plain = " ".join(_CONTROLS.sub(" ", text.replace("\ufeff", "")).split())
    if not contains_card_data(plain):
        return plain[:LONGEST_CELL], 0
    count = 0

    def shorten(found: re.Match[str]) -> str:
        nonlocal count
        digits = re.sub(r"\D", "", found.group())
        if not is_pan(digits):
            return found.group()
        count += 1
        return f"{REMOVED}{digits[-4:]}"

    # Solid first: a figure beside a number would be taken for a group of it.
    plain = _SOLID.sub(shorten, unicodedata.normalize("NFKC", plain))
    plain = _GROUPED.sub(shorten, plain)
    if contains_card_data(plain):
        return REMOVED, count + 1
    return plain[:LONGEST_CELL], count


def last4(text: str) -> str:
    """The last four digits that a method or a masked number ends in; empty when none."""
    found = _ENDING.search(unicodedata.normalize("NFKC", text))
    return next(filter(None, found.groups()), "") if found else ""

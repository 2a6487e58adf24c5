"""Text files as grids. A file says neither its encoding nor its separator, so each that could
be is tried, and the one in which a header can be read is the one that was meant."""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import replace

from recourse.statements.grid import MOST_CELLS, MOST_LINES, Grid, Row

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins like UTF-16: must be asked first
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SEPARATORS = (",", "\t", ";", "|", "，")
_MOST_JOINED = 10
"""Lines that one quoted cell may run over. A stray quote would swallow the rest of the file."""
_MOST_DAMAGE = 100
"""One character in so many may be unreadable in a file that was damaged on its way."""


def beginnings(data: bytes, lines: int) -> Iterator[Grid]:
    """Every way the first lines of a file can be read, the likeliest first."""
    for encoding, text, damaged in _texts(data):
        head = text.splitlines()[:lines]
        for separator in _SEPARATORS:
            if any(separator in line for line in head):
                rows = list(_rows(head, separator))
                yield Grid("text", rows, encoding, separator, damaged=damaged)


def whole(data: bytes, like: Grid) -> Grid:
    """The whole file, read as its first lines were."""
    text = next(
        text
        for encoding, text, damaged in _texts(data)
        if (encoding, damaged) == (like.encoding, like.damaged)
    )
    lines = text.splitlines()
    rows = list(_rows(lines[:MOST_LINES], like.separator))
    return replace(like, rows=rows, cut_off=len(lines) > MOST_LINES)


def _texts(data: bytes) -> Iterator[tuple[str, str, bool]]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = data[len(mark) :].decode(encoding, "replace")
            yield encoding, text, "\ufffd" in text
            return
    if encoding := _wide(data):
        text = data.decode(encoding, "replace")
        yield encoding, text, "\ufffd" in text
        return
    for encoding in ("utf-8", "gb18030"):
        try:
            yield encoding, data.decode(encoding), False
        except UnicodeDecodeError:
            text = data.decode(encoding, "replace")
            if text.count("\ufffd") * _MOST_DAMAGE <= len(text):
                yield encoding, text, True
    yield "cp1252", data.decode("cp1252", "replace"), False


def _wide(data: bytes) -> str:
    """UTF-16 or UTF-32 without a mark: the digits, separators and line ends of a statement have
    a zero byte on one side, and text in other encodings has none. In UTF-32 every character has
    two on one side of its four."""
    zeros = [data[place::4].count(0) for place in range(4)]
    for encoding, side in (("utf-32-le", zeros[2:]), ("utf-32-be", zeros[:2])):
        if min(side) * 5 > len(data):
            return encoding
    even, odd = zeros[0] + zeros[2], zeros[1] + zeros[3]
    if max(even, odd) * 20 < len(data):
        return ""
    return "utf-16-be" if even > odd else "utf-16-le"


def _rows(lines: list[str], separator: str) -> Iterator[Row]:
    place = 0
    while place < len(lines):
        number = place + 1
        line, place = _whole(lines, place)
        yield Row(number, _cells(line, separator))


def _whole(lines: list[str], place: int) -> tuple[str, int]:
    """A line with those that a quoted cell of it runs over, and the place of the next."""
    line = lines[place]
    if line.count('"') % 2:
        joined = line
        for more in range(place + 1, min(place + _MOST_JOINED, len(lines))):
            joined += "\n" + lines[more]
            if lines[more].count('"') % 2:
                return joined, more + 1
    return line, place + 1


def _cells(line: str, separator: str) -> list[str]:
    try:
        cells = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    except csv.Error:  # a cell that is larger than any statement's
        cells = line.split(separator)
    return cells[:MOST_CELLS]

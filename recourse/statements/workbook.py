"""Excel workbooks as grids, one for each sheet. Nothing is unpacked that could not be a
statement: a small file may hold gigabytes of zeros."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import islice
from typing import Any

from openpyxl import load_workbook

from recourse.statements.errors import Fault, StatementUnreadable
from recourse.statements.grid import MOST_CELLS, MOST_LINES, Grid, Row

LARGEST_UNPACKED = 200 * 1024 * 1024
"""Bytes of all parts together: 100,000 lines of XML with room to spare."""
MOST_PARTS = 2_000
MOST_SHEETS = 20


def sheets(data: bytes, *, hidden: bool = False) -> list[Grid]:
    """Every visible sheet that holds something; on demand those that nobody sees as well.
    Raises StatementUnreadable."""
    _look_inside(data)
    try:
        return list(_sheets(data, hidden=hidden))
    except StatementUnreadable:
        raise
    except Exception:  # openpyxl lets out whatever its parsers stumble over
        raise StatementUnreadable(Fault.BAD_WORKBOOK) from None


def _look_inside(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except Exception:  # the same of zipfile: NotImplementedError, struct.error, ValueError
        raise StatementUnreadable(Fault.BAD_WORKBOOK) from None
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise StatementUnreadable(Fault.TOO_LARGE)
    if not any(part.filename.startswith("xl/") for part in parts):
        raise StatementUnreadable(Fault.ARCHIVE)
    if any(part.flag_bits & 1 for part in parts):
        raise StatementUnreadable(Fault.OLD_EXCEL)


def _sheets(data: bytes, *, hidden: bool) -> Iterator[Grid]:
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    try:
        for sheet in islice(book.worksheets, MOST_SHEETS):
            if sheet.sheet_state != "visible" and not hidden:
                continue
            # The size that a sheet says it has is often wrong, and then rows would be missing.
            sheet.reset_dimensions()
            rows = [
                Row(number, [_text(cell) for cell in cells])
                for number, cells in enumerate(
                    sheet.iter_rows(max_row=MOST_LINES + 1, max_col=MOST_CELLS, values_only=True),
                    1,
                )
            ]
            if rows:
                yield Grid(
                    form="xlsx",
                    rows=rows[:MOST_LINES],
                    sheet=sheet.title,
                    cut_off=len(rows) > MOST_LINES,
                )
    finally:
        book.close()


def _text(value: Any) -> str:
    """A cell as it would stand in a text file. A day without a time is midnight in Excel."""
    match value:
        case None:
            return ""
        case datetime():
            if value.time() == time():
                return value.date().isoformat()
            return value.replace(tzinfo=None).isoformat(" ", "seconds")
        case date() | time():
            return value.isoformat()
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
        case _:
            return str(value)

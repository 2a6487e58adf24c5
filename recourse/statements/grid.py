"""A file as lines of cells, whatever it was before."""

from collections.abc import Sequence
from dataclasses import dataclass

MOST_LINES = 100_000
"""Of one file: twenty years of a busy wallet."""

MOST_CELLS = 200
"""Of one line; what stands further right is no column of a statement."""

LARGEST_FILE = 20 * 1024 * 1024
"""Bytes, as for every piece of evidence."""


@dataclass(frozen=True)
class Row:
    number: int
    """Of the line in the file, or of the row in the sheet, from 1."""
    cells: Sequence[str]


@dataclass(frozen=True)
class Grid:
    form: str
    rows: Sequence[Row]
    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    damaged: bool = False
    """Whether characters had to be replaced: the bytes were damaged on their way."""
    cut_off: bool = False
    """Whether there were more lines than are read."""
    others: bool = False
    """Whether other sheets of the workbook could be statements too."""

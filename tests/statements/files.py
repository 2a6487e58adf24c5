"""The real files, and statements that are made for a test."""

import io
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from recourse.disputes.statements import Statement, StatementLine
from recourse.statements.reading import read_statement

FOLDER = Path(__file__).parents[2] / "examples" / "statements"
REAL = tuple(sorted(p for p in FOLDER.iterdir() if p.suffix in (".csv", ".xlsx")))
"""Alipay in GBK, WeChat as CSV and workbook, ICBC, Bank of China, JD."""


def real(name: str) -> Statement:
    return read_statement((FOLDER / name).read_bytes())


def table(*lines: str, **given: Any) -> Statement:
    """A statement of these lines of text."""
    return read_statement("\n".join(lines).encode(), **given)


def only(statement: Statement) -> StatementLine:
    (line,) = statement.lines
    return line


def workbook(*sheets: list[list[object]], name: str = "S") -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for number, rows in enumerate(sheets, 1):
        sheet = book.create_sheet(f"{name}{number}")
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()

"""CSV for bulk: a claim a row, dotted names as columns (``sale.amount.amount``), and
``evidence.0.file`` for lists. An empty cell is an absent value."""

import csv
import difflib
import io
from typing import Any

from recourse.intake.errors import BadClaim
from recourse.intake.raw import RawClaim
from recourse.intake.shape import columns


def read_csv(text: str) -> list[RawClaim]:
    """The claims of a table. Raises BadClaim, with the line of the file."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    claims: list[RawClaim] = []
    header: list[str] = []
    line = 1
    try:
        for cells in reader:
            row = [cell.strip() for cell in cells]
            if not header:
                header = _header(row, line) if any(row) else []
            elif any(row):
                claims.append(RawClaim(_claim(header, row, line), line))
            line = reader.line_num + 1
    except csv.Error:
        raise BadClaim(
            "the file is not valid CSV",
            hint='a cell with commas, quotes or line ends stands in quotes, "" for a quote in it',
            line=line,
        ) from None
    return claims


def _header(names: list[str], line: int) -> list[str]:
    if len(names) == 1 and any(sign in names[0] for sign in ";\t"):
        raise BadClaim("the columns are not separated by commas", line=line)
    known = columns()
    for name in filter(None, names):  # spreadsheets leave nameless columns behind the last
        plain = ".".join("0" if part.isdecimal() else part for part in name.split("."))
        if plain not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise BadClaim(
                "the header has a column that is not known",
                hint=f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}",
                line=line,
                field=f"column {names.index(name) + 1}:",
            )
        if names.count(name) > 1:
            raise BadClaim(f"column {name} stands twice", hint="keep one of the two", line=line)
    return names


def _claim(header: list[str], row: list[str], line: int) -> dict[str, Any]:
    if len(row) > len(header):
        raise BadClaim(
            f"the row has {len(row)} cells and the header {len(header)}",
            hint="put a cell that holds commas in quotes",
            line=line,
        )
    claim: dict[str, Any] = {}
    for name, cell in zip(header, row, strict=False):
        if not cell:
            continue
        if not name:
            raise BadClaim("a cell stands in a column without a name", line=line)
        *parents, last = name.split(".")
        inner = claim
        for parent in parents:
            inner = inner.setdefault(parent, {})
        inner[last] = cell
    if "evidence" in claim:
        items = claim["evidence"]
        claim["evidence"] = [items[index] for index in sorted(items, key=int)]
    return claim

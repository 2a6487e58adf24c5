"""Reading a statement: bytes in, lines, pairs and findings out, or one error that says why not."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from recourse.disputes.statements import (
    Layout,
    LineProblem,
    Statement,
    StatementLine,
)
from recourse.statements import cards, text, workbook
from recourse.statements.errors import Fault, StatementUnreadable
from recourse.statements.grid import LARGEST_FILE, Grid, Row
from recourse.statements.header import DEEPEST_HEADER, Header, Role, find_header
from recourse.statements.moments import Moment, read_moment
from recourse.statements.pairing import findings_of, pairs_of
from recourse.statements.rows import Columns, Reader, columns_of

_NOT_TABLES = (
    (b"%PDF", Fault.PDF),
    (b"\xd0\xcf\x11\xe0", Fault.OLD_EXCEL),
    (b"\x89PNG", Fault.IMAGE),
    (b"\xff\xd8\xff", Fault.IMAGE),
    (b"GIF8", Fault.IMAGE),
    (b"\x1f\x8b", Fault.ARCHIVE),
    (b"Rar!", Fault.ARCHIVE),
    (b"7z\xbc\xaf", Fault.ARCHIVE),
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_WEB_PAGE = re.compile(rb"^\s*<(?:!doctype|html|\?xml|table|meta)", re.I)
_DAY = re.compile(
    r"\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}(?:\s?日)?(?:\s\d{1,2}:\d{2}(?::\d{2})?)?"
)
_PERIOD = re.compile(r"起始|终止|起止|区间|期间|时间段|查询|period|statement|from", re.I)
_MADE = re.compile(r"导出|申请|打印|下载|生成|出具|generated|exported|printed|created", re.I)
_OF_CARD = re.compile(r"卡号|账号|尾号|card|account", re.I)


def read_statement(data: bytes, *, zone: str = "Asia/Shanghai", currency: str = "CNY") -> Statement:
    """Read a downloaded statement, by its content: the ending of its name says nothing.

    ``zone`` and ``currency`` are those of the account, for times without a zone and amounts
    without a currency. Raises StatementUnreadable, and nothing else whatever the bytes are.
    """
    _refuse(data)
    if data.startswith(_ZIP):
        found = _best(workbook.sheets(data))
    else:
        found = _best(text.beginnings(data, DEEPEST_HEADER))
        if found is not None:
            found = found[0], text.whole(data, found[1])
    if found is None:
        raise StatementUnreadable(Fault.NO_HEADER)
    header, grid = found
    return _statement(header, grid, zone, currency)


def _refuse(data: bytes) -> None:
    if not data.strip():
        raise StatementUnreadable(Fault.EMPTY)
    if len(data) > LARGEST_FILE:
        raise StatementUnreadable(Fault.TOO_LARGE)
    for magic, fault in _NOT_TABLES:
        if data.startswith(magic):
            raise StatementUnreadable(fault)
    if _WEB_PAGE.match(data[:200]):
        raise StatementUnreadable(Fault.WEB_PAGE)


def _best(grids: Iterator[Grid] | list[Grid]) -> tuple[Header, Grid] | None:
    """The reading with most columns understood; of equal ones the first. Damage weighs more:
    no broken character may win a column."""
    best: tuple[tuple[bool, int], Header, Grid] | None = None
    sheets = 0
    for grid in grids:
        header = find_header(grid)
        if header is None:
            continue
        sheets += bool(grid.sheet)
        worth = (not grid.damaged, len(header.columns))
        if best is None or worth > best[0]:
            best = worth, header, grid
    return (best[1], replace(best[2], others=sheets > 1)) if best else None


def _statement(header: Header, grid: Grid, zone: str, currency: str) -> Statement:
    above = [row for row in grid.rows if row.number < header.row.number]
    below = [row for row in grid.rows if row.number > header.row.number]
    where = f"line {header.row.number}"
    columns = columns_of(header, below, zone)
    if columns is None:
        raise StatementUnreadable(Fault.NO_LINES, where)
    local = ZoneInfo(zone)
    account = _account(above)
    reader = Reader(columns, header, below, zone=local, currency=currency, account=account)
    lines: list[StatementLine] = []
    problems = [LineProblem(line=0, code=code) for code in _doubts(grid, columns, reader)]
    for row in below:
        match reader.read(row):
            case StatementLine() as line:
                lines.append(line)
            case LineProblem() as problem:
                problems.append(problem)
    if not lines:
        raise StatementUnreadable(Fault.NO_LINES, where)
    pairs = pairs_of(lines)
    since, until = _covered(above, lines, local)
    return Statement(
        layout=_layout(header, grid, columns),
        lines=tuple(lines),
        pairs=pairs,
        findings=findings_of(lines, pairs),
        problems=tuple(problems),
        since=since,
        until=until,
        account_last4=account or _one_card(lines, columns),
        cards_cut=reader.cards_cut,
    )


def _doubts(grid: Grid, columns: Columns, reader: Reader) -> list[str]:
    said = {
        "damaged_characters": grid.damaged,
        "cut_off": grid.cut_off,
        "other_sheets": grid.others,
        "day_month_assumed": columns.assumed,
        "sign_assumed": reader.sign_assumed,
    }
    return [code for code, so in said.items() if so]


def _layout(header: Header, grid: Grid, columns: Columns) -> Layout:
    named = {"when": header.heading(columns.when)}
    if columns.clock is not None:
        named["time"] = header.heading(columns.clock)
    named |= {role.value: header.heading(places[0]) for role, places in columns.roles.items()}
    return Layout(
        form=grid.form,
        encoding=grid.encoding,
        separator=grid.separator,
        sheet=cards.cut(grid.sheet)[0],
        header_line=header.row.number,
        columns={role: cards.cut(name)[0] for role, name in named.items()},
    )


def _account(above: Sequence[Row]) -> str:
    """The last four digits of the card that the lines above the header name."""
    for row in above:
        for cell in row.cells:
            if _OF_CARD.search(cell):
                found = cards.last4(cards.cut(cell)[0])
                if found:
                    return found
    return ""


def _one_card(lines: Sequence[StatementLine], columns: Columns) -> str:
    """The card that every line names in a column of cards: then it is the account's."""
    named = {line.card_last4 for line in lines} if Role.CARD in columns.roles else set()
    return named.pop() if len(named) == 1 else ""


def _covered(
    above: Sequence[Row], lines: Sequence[StatementLine], zone: ZoneInfo
) -> tuple[datetime, datetime]:
    """The period that the preamble states; without one, from the first line to the last."""
    for row in above:
        said = " ".join(row.cells)
        days = _DAY.findall(said) if _PERIOD.search(said) else []
        moments = [moment for moment in map(read_moment, days) if moment is not None]
        if len(moments) == 2 and moments[0].day <= moments[1].day:
            until = _end(moments[1], zone)
            # What a period promises of the days after its making nobody has written down.
            return moments[0].at(zone), min(until, _made(above, zone) or until)
    last = max(lines, key=lambda line: line.at)
    rest = timedelta(days=1, seconds=-1) if last.day_only else timedelta()
    return min(line.at for line in lines), last.at + rest


def _made(above: Sequence[Row], zone: ZoneInfo) -> datetime | None:
    """When the statement was made, where the lines above the header say so."""
    for row in above:
        for cell in row.cells:
            days = _DAY.findall(cell) if _MADE.search(cell) else []
            moment = read_moment(days[0]) if len(days) == 1 else None
            if moment is not None:
                return _end(moment, zone)
    return None


def _end(moment: Moment, zone: ZoneInfo) -> datetime:
    """The last second of a day, where it is said without a time."""
    return datetime.combine(moment.day, moment.clock or time(23, 59, 59), zone)

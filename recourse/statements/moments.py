"""Dates and times as statements write them. They are local to the account, but for those
that name a zone themselves."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from zoneinfo import ZoneInfo

_YEARS = range(1990, 2100)
"""Electronic statements are younger, and what looks like another year is no date."""
_EXCEL_DAY_0 = date(1899, 12, 30)
_EXCEL_DAYS = range(32874, 73051)  # of those years
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}

_YMD = re.compile(r"^(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})\s?日?(?!\d)")
_SOLID = re.compile(r"^((?:19|20)\d{2})(\d{2})(\d{2})(?=$|\D|\d{6}$)")
_SHORT = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?!\d)")
_DAY_NAME = re.compile(
    r"^(\d{1,2})(?:st|nd|rd|th)?[ -]([a-z]{3})[a-z]*\.?,?[ -](\d{4})(?!\d)", re.I
)
_NAME_DAY = re.compile(r"^([a-z]{3})[a-z]*\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?!\d)", re.I)
_SERIAL = re.compile(r"^\d{5}(\.\d+)?$")
_CLOCK = re.compile(
    r"^(上午|下午|am|pm)?\s?(\d{1,2})[:时](\d{2})(?:[:分](\d{2})?)?秒?(?:[.,]\d+)?分?\s?(am|pm)?",
    re.I,
)
_ZONE = re.compile(
    r"\d\s?(?:Z|UTC|GMT)?(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})$|\d\s?(?:Z|UTC|GMT)$",
    re.I,
)
_SOLID_CLOCK = re.compile(r"^(\d{2})(\d{2})(\d{2})$")


class Order(Enum):
    """Which of two short figures comes first."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


@dataclass(frozen=True)
class Moment:
    day: date
    clock: time | None
    offset: timedelta | None = None
    """From UTC, where the time says its own; else it is one of the account's zone."""

    def at(self, zone: ZoneInfo) -> datetime:
        if self.offset is not None and self.clock is not None:
            own = datetime.combine(self.day, self.clock, timezone(self.offset))
            return own.astimezone(zone)
        return datetime.combine(self.day, self.clock or time(), zone)


def order_of(cells: Iterable[str]) -> Order | None:
    """Whether a column writes 20/11/2026 or 11/20/2026; nothing when no line of it tells."""
    for cell in cells:
        found = _SHORT.match(_plain(cell))
        if found and int(found[1]) > 12:
            return Order.DAY_FIRST
        if found and int(found[2]) > 12:
            return Order.MONTH_FIRST
    return None


def ambiguous(cells: Iterable[str]) -> bool:
    cells = [_plain(cell) for cell in cells]
    return any(_SHORT.match(cell) for cell in cells) and order_of(cells) is None


def read_moment(text: str, order: Order = Order.DAY_FIRST) -> Moment | None:
    """A date, with its time when one stands beside it; nothing when it is neither."""
    plain = _plain(text)
    if _SERIAL.match(plain):
        return _serial(plain)
    for pattern, places in (
        (_YMD, (1, 2, 3)),
        (_SOLID, (1, 2, 3)),
        (_SHORT, (3, 2, 1) if order is Order.DAY_FIRST else (3, 1, 2)),
        (_DAY_NAME, (3, 2, 1)),
        (_NAME_DAY, (3, 1, 2)),
    ):
        found = pattern.match(plain)
        if found is None:
            continue
        day = _day(*(found[place] for place in places))
        rest = plain[found.end() :].lstrip(" T,t")
        return Moment(day, read_clock(rest), _offset(rest)) if day else None
    return None


def _offset(rest: str) -> timedelta | None:
    found = _ZONE.search(rest)
    if found is None:
        return None
    if found["sign"] is None:
        return timedelta()
    away = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"]))
    return (-away if found["sign"] == "-" else away) if away < timedelta(days=1) else None


def read_clock(text: str) -> time | None:
    """A time of day that stands alone; nothing when it is none."""
    plain = _plain(text)
    if found := _SOLID_CLOCK.match(plain):
        return _time(*(int(part) for part in found.groups()))
    if re.fullmatch(r"0\.\d+", plain):  # Excel: a part of the day
        return _of_day(Decimal(plain))
    found = _CLOCK.match(plain)
    if found is None:
        return None
    half = (found[1] or found[5] or "").lower()
    hour = int(found[2])
    if half in ("下午", "pm") and hour < 12:
        hour += 12
    elif half in ("上午", "am") and hour == 12:
        hour = 0
    return _time(hour, int(found[3]), int(found[4] or 0))


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).replace("\ufeff", "").split())


def _serial(plain: str) -> Moment | None:
    number = Decimal(plain)
    days = int(number)
    if days not in _EXCEL_DAYS:
        return None
    part = number - days
    return Moment(_EXCEL_DAY_0 + timedelta(days=days), _of_day(part) if part else None)


def _of_day(part: Decimal) -> time | None:
    seconds = min(round(part * 86400), 86399)
    return _time(seconds // 3600, seconds // 60 % 60, seconds % 60)


def _day(year: str, month: str, day: str) -> date | None:
    number = _MONTHS.get(month.lower()[:3]) if month[:1].isalpha() else int(month)
    try:
        return date(int(year), number or 0, int(day)) if int(year) in _YEARS else None
    except ValueError:
        return None


def _time(hour: int, minute: int, second: int) -> time | None:
    try:
        return time(hour, minute, second)
    except ValueError:
        return None

"""A second opinion on clocks: minute by minute, slow, and sharing no code with what it checks.

It walks the minutes of a stretch of time, asks the zone what the wall clock shows in each, and
counts. From the calendar it takes nothing but its fields.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from recourse.disputes.calendars import Calendar

MINUTE = timedelta(minutes=1)
Minutes = tuple[int, int]


@dataclass(frozen=True)
class Stretch:
    """A stretch of time in one zone: for each of its minutes the local day and minute of day."""

    begin: datetime
    local: tuple[tuple[date, int], ...]
    of_day: dict[date, tuple[int, ...]]
    """The minutes of each local day, as positions in the stretch."""

    def at(self, position: int) -> datetime:
        return self.begin + position * MINUTE


@cache
def stretch(zone: str, begin: datetime, days: int) -> Stretch:
    """The minutes of so many days from a moment."""
    tz = ZoneInfo(zone)
    local: list[tuple[date, int]] = []
    of_day: dict[date, list[int]] = {}
    for position in range(days * 1440):
        shown = (begin + position * MINUTE).astimezone(tz)
        local.append((shown.date(), shown.hour * 60 + shown.minute))
        of_day.setdefault(shown.date(), []).append(position)
    return Stretch(begin, tuple(local), {day: tuple(found) for day, found in of_day.items()})


class Oracle:
    """Due times under one calendar, in one stretch of time."""

    def __init__(self, calendar: Calendar, begin: datetime, days: int) -> None:
        self.calendar = calendar
        self.time = stretch(calendar.zone, begin, days)
        self._open: dict[date, frozenset[int]] = {}

    def worked(self, day: date) -> bool:
        """Whether a day is a working day by law."""
        if day in self.calendar.workdays:
            return True
        return day.isoweekday() <= 5 and day not in self.calendar.holidays

    def windows(self, day: date) -> Sequence[Minutes]:
        """The office's windows of a day, in minutes of the wall clock."""
        cal = self.calendar
        if day in cal.special_hours:
            hours = cal.special_hours[day]
        elif day in cal.holidays:
            return []
        else:
            weekday = day.strftime("%a").lower()
            by_name = {key.value: value for key, value in cal.weekday_hours.items()}
            if day in cal.workdays or (weekday not in by_name and day.isoweekday() <= 5):
                hours = cal.hours
                if not hours:
                    return [(0, 1440)]
            else:
                hours = by_name.get(weekday, ())
        return [(window.opens, window.closes) for window in hours]

    def open_minutes(self, day: date) -> frozenset[int]:
        """The minutes of a day in which the office is open: from when the wall clock first
        shows the opening, or later, until it last shows less than the closing."""
        if day not in self._open:
            positions = self.time.of_day.get(day, ())
            found: set[int] = set()
            for opens, closes in self.windows(day):
                late = [p for p in positions if self.time.local[p][1] >= opens]
                early = [p for p in positions if self.time.local[p][1] < closes]
                if late and early:
                    found.update(range(late[0], early[-1] + 1))
            self._open[day] = frozenset(found)
        return self._open[day]

    def ticks(self, unit: str, position: int) -> bool:
        """Whether a clock of a unit ticks in a minute."""
        day = self.time.local[position][0]
        match unit:
            case "working_hours":
                return position in self.open_minutes(day)
            case "business_days":
                return self.worked(day)
            case _:
                return True

    def due(
        self, unit: str, amount: int, start: datetime, pauses: Sequence[tuple[datetime, datetime]]
    ) -> datetime:
        """When a clock of so much is due that begins at a full minute and stands still in
        the pauses."""
        first = self._position(start)
        left = self._budget(unit, amount, first)
        still = [(self._position(a), self._position(b)) for a, b in pauses]
        position = first
        while left > 0:
            standing = any(a <= position < b for a, b in still)
            if not standing and self.ticks(unit, position):
                left -= 1
            position += 1
        return self.time.at(position)

    def _budget(self, unit: str, amount: int, first: int) -> int:
        """How many minutes such a clock ticks until it is due."""
        if unit in ("hours", "working_hours"):
            return amount * 60
        last = self._last_day(unit, amount, self.time.local[first][0])
        end = self.time.of_day[last + timedelta(days=1)][0]
        return sum(1 for position in range(first, end) if self.ticks(unit, position))

    def _last_day(self, unit: str, amount: int, day: date) -> date:
        if unit == "business_days":
            while amount:
                day += timedelta(days=1)
                amount -= self.worked(day)
            return day
        if unit == "months":
            year, month = day.year, day.month
            for _ in range(amount):
                year, month = (year, month + 1) if month < 12 else (year + 1, 1)
            wanted = day.day
            while True:
                try:
                    day = date(year, month, wanted)
                    break
                except ValueError:
                    wanted -= 1
        else:
            day += timedelta(days=amount)
        while self.calendar.rolls and not self.worked(day):
            day += timedelta(days=1)
        return day

    def _position(self, moment: datetime) -> int:
        return int((moment.astimezone(UTC) - self.time.begin) / MINUTE)

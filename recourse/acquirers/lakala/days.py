"""On which day a refund was made: Lakala is asked for a refund by number *and* day.

A case knows when it asked, so the days of its requests are asked, and the next. Who does not
know that, as a case that was reset, knows only that it was not before the case was opened: every
day between the opening and today is asked, from both ends, since a refund is made soon after its
case was opened, or was made a moment ago. The day on which it was taken, or found, is remembered
while the process lives.
"""

from collections.abc import Iterator
from datetime import date, timedelta

REMEMBERED = 50_000
"""Refunds. The oldest are forgotten, which costs questions and nothing else."""


class Days:
    """By our number of the refund."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._made: dict[str, date] = {}

    def made(self, number: str, day: date) -> None:
        """Lakala took the refund, or told of it, on this day."""
        self._made.pop(number, None)
        self._made[number] = day
        if len(self._made) > self._remembered:
            del self._made[next(iter(self._made))]

    def likely(self, number: str) -> date | None:
        return self._made.get(number)


def inwards(first: date, last: date) -> Iterator[date]:
    """Every day between both, which are included, from the ends to the middle: last, first, the
    day before the last, the day after the first…"""
    span = (last - first).days
    for days in range(span + 1):
        place = span - days // 2 if days % 2 == 0 else days // 2
        yield first + timedelta(days=place)

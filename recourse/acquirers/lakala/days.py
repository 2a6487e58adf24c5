"""On which day a refund was made: Lakala is asked for a refund by number *and* day.

What is known for sure is only that it was not before its case was opened. So the day on which
it was taken, or found, is remembered while the process lives; otherwise every day from today
back to the opening is asked, the likeliest first.
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


def back(last: date, first: date) -> Iterator[date]:
    """Every day from ``last`` back to ``first``, both included."""
    for days in range((last - first).days + 1):
        yield last - timedelta(days=days)

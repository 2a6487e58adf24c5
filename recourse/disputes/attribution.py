"""Whose time it was: every moment of a case's life, put to exactly one holder.

The intervals follow each other without gap or overlap from the opening to now, so their
lengths sum up to the life of the case. Nothing is kept for this: it is read off the timeline.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from pydantic import AwareDatetime

from recourse.disputes import events as ev
from recourse.disputes.balls import HOLDER_OF, Ball, Holder
from recourse.disputes.models import Value
from recourse.disputes.timeline import Entry


class Interval(Value):
    """A stretch of the case's life in which one holder had the ball."""

    since: AwareDatetime
    until: AwareDatetime
    holder: Holder

    @property
    def length(self) -> timedelta:
        return self.until - self.since


class Share(Value):
    """How much of the case's life was one holder's."""

    holder: Holder
    length: timedelta
    percent: float


def intervals(entries: tuple[Entry, ...], now: datetime) -> tuple[Interval, ...]:
    """The case's life from its opening to now, or to its end, in intervals; neighbours of one
    holder are one."""
    marks = [(entries[0].at, Holder.US)]
    end = max(now, entries[-1].at)
    for entry in entries[1:]:
        match entry.event:
            case ev.StepTaken(ball=ball):
                marks.append((entry.at, HOLDER_OF[ball]))
            case ev.Closed():
                marks.append((entry.at, Holder.CLOSED))
            case ev.Reopened():
                marks.append((entry.at, HOLDER_OF[Ball.US]))
            case ev.WatchEnded():
                end = entry.at
            case _:
                continue
    return _joined([*marks, (end, Holder.CLOSED)])


def shares(parts: Iterable[Interval]) -> tuple[Share, ...]:
    """How the life divides, the greatest share first."""
    lengths: dict[Holder, timedelta] = {}
    for part in parts:
        lengths[part.holder] = lengths.get(part.holder, timedelta()) + part.length
    whole = sum(lengths.values(), timedelta())
    found = [
        Share(
            holder=holder,
            length=length,
            percent=round(100 * (length / whole), 1) if whole else 0.0,
        )
        for holder, length in lengths.items()
    ]
    return tuple(sorted(found, key=lambda share: (-share.length, share.holder)))


def _joined(marks: list[tuple[datetime, Holder]]) -> tuple[Interval, ...]:
    found: list[Interval] = []
    for (since, holder), (until, _) in pairwise(marks):
        if until <= since:
            continue
        if found and found[-1].holder is holder:
            found[-1] = found[-1].model_copy(update={"until": until})
        else:
            found.append(Interval(since=since, until=until, holder=holder))
    return tuple(found)

"""Whose time it was: the intervals partition the life of the case, and agree with its ball."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from recourse.disputes import events as ev
from recourse.disputes.attribution import intervals, shares
from recourse.disputes.balls import HOLDER_OF, Ball, Holder
from recourse.disputes.explain import explain
from recourse.disputes.fold import fold
from recourse.disputes.timeline import Entry
from recourse.disputes.vocabulary import Outcome
from tests.disputes.building import NOW
from tests.disputes.living import Life
from tests.disputes.strategies import timelines


@given(timelines(), st.integers(0, 400))
def test_intervals_partition_the_life_of_a_case(entries: tuple[Entry, ...], more: int) -> None:
    """From the opening to now every moment is in exactly one interval, whatever happened."""
    now = entries[-1].at + timedelta(hours=more)
    parts = intervals(entries, now)
    ended = [e.at for e in entries[1:] if isinstance(e.event, ev.WatchEnded)]
    end = ended[-1] if ended else now
    if not parts:
        assert end <= entries[0].at
        return
    assert parts[0].since == entries[0].at
    assert all(one.until == other.since for one, other in pairwise(parts))
    assert all(one.holder != other.holder for one, other in pairwise(parts))
    assert all(part.length > timedelta() for part in parts)
    if not ended:
        assert parts[-1].until == end
    assert sum((s.length for s in shares(parts)), timedelta()) == parts[-1].until - parts[0].since


@given(timelines())
def test_the_holder_is_who_has_the_ball(entries: tuple[Entry, ...]) -> None:
    """At every moment the interval agrees with the case as it was then."""
    if any(isinstance(e.event, ev.WatchEnded) for e in entries[1:]):
        return
    for part in intervals(entries, entries[-1].at + timedelta(hours=1)):
        then = fold(tuple(e for e in entries if e.at <= part.since))
        assert part.holder in (HOLDER_OF[then.ball], Holder.CLOSED if then.closed_at else Holder.US)


def test_the_account_of_a_life() -> None:
    """A day of the store's, two of the customer's, an hour of ours, then closed: as it was."""
    life = Life()
    life.ball(Ball.MERCHANT)
    life.passing(days=1)
    life.ball(Ball.CUSTOMER)
    life.passing(days=2)
    life.ball(Ball.US)
    life.passing(hours=1)
    life.record(ev.OutcomeReached(outcome=Outcome.CORRECTED), ev.Closed(outcome=Outcome.CORRECTED))
    life.passing(days=1)
    found = {s.holder.value: s.length for s in shares(intervals(life.timeline, life.now))}
    assert found == {
        "store": timedelta(days=1),
        "customer": timedelta(days=2),
        "us": timedelta(hours=1),
        "closed": timedelta(days=1),
    }


def test_a_clock_is_explained_by_what_happened_to_it() -> None:
    """Our working time stood still for the store and then for the customer, each under his
    own name, and what it is due after is what was left."""
    life = Life()
    life.ball(Ball.MERCHANT)
    life.passing(hours=26)
    life.ball(Ball.CUSTOMER)
    life.passing(hours=24)
    told = explain(life.timeline, life.now)
    clock = next(each for each in told.clocks if each.name == "handling")
    assert [(stop.ball, stop.since, stop.until) for stop in clock.stops] == [
        (Ball.MERCHANT, NOW, NOW + timedelta(hours=26)),
        (Ball.CUSTOMER, NOW + timedelta(hours=26), None),
    ]
    assert (clock.due, clock.state) == (None, "paused")
    assert clock.left == timedelta(hours=16)
    assert clock.elapsed == timedelta()
    assert sum((stop.cost for stop in clock.stops), timedelta()) == timedelta(hours=17)
    ends = [each for each in told.clocks if not each.goal]
    assert [each.name for each in told.clocks[: len(ends)]] == [each.name for each in ends]

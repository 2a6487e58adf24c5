"""A refund is found with few questions, though Lakala is asked by day."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from recourse.acquirers.errors import AcquirerRejected
from recourse.acquirers.lakala import LakalaAcquirer
from recourse.acquirers.lakala import days as d
from recourse.acquirers.simulator.admin import SimulatorAdmin
from recourse.acquirers.simulator.faults import Route
from recourse.disputes.effects import AnswerKind, Requested
from tests.acquirers.china.peers import Peer, an_intent, make_lakala

LATER = 30
"""Days between the opening of the case and its refund."""


@pytest.fixture
async def another(peer: Peer) -> AsyncIterator[LakalaAcquirer]:
    """The adapter of another worker: it remembers nothing."""
    acquirer = make_lakala(peer.folder, peer.url)
    yield acquirer
    await acquirer.aclose()


async def asked(admin: SimulatorAdmin) -> int:
    """Questions about refunds, so far."""
    return (await admin.counters()).requests.get(Route.EFFECT, 0)


async def test_whoever_asked_for_it_knows_the_day(
    lakala: LakalaAcquirer, peer: Peer, admin: SimulatorAdmin
) -> None:
    """A month after its case was opened, and followed for weeks: one question each time."""
    peer.wall.move(days=LATER)
    order = an_intent()
    await lakala.request_effect(order)
    for _ in range(3):
        peer.wall.move(days=7)
        before = await asked(admin)
        heard = await lakala.effect(order.effect_id, order.sale)
        assert heard.kind is AnswerKind.SUCCEEDED
        assert await asked(admin) == before + 1


async def test_another_worker_looks_from_both_ends(
    another: LakalaAcquirer, peer: Peer, admin: SimulatorAdmin
) -> None:
    """Who does not know the day asks the opening's first, to hear what day it is, then from
    today and from the opening inwards; and knows it from then on."""
    peer.wall.move(days=LATER)
    order = an_intent()
    alone = make_lakala(peer.folder, peer.url)
    await alone.request_effect(order)
    await alone.aclose()
    peer.wall.move(days=2)
    for questions in (5, 1):
        before = await asked(admin)
        assert (await another.effect(order.effect_id, order.sale)).kind is AnswerKind.ACCEPTED
        assert await asked(admin) == before + questions


async def test_made_soon_and_looked_up_late(
    another: LakalaAcquirer, peer: Peer, admin: SimulatorAdmin
) -> None:
    """A refund of the second day is found with few questions, however late they are asked."""
    peer.wall.move(days=2)
    order = an_intent()
    alone = make_lakala(peer.folder, peer.url)
    await alone.request_effect(order)
    await alone.aclose()
    peer.wall.move(days=LATER)
    before = await asked(admin)
    assert (await another.effect(order.effect_id, order.sale)).kind is AnswerKind.SUCCEEDED
    assert await asked(admin) == before + 9


async def test_absent_is_every_day(
    another: LakalaAcquirer, peer: Peer, admin: SimulatorAdmin
) -> None:
    """It is absent when it was made on none of the days, and is no revocation either; the kind
    of its sale is known, so that no other is asked."""
    peer.wall.move(days=LATER)
    order, before = an_intent(), await asked(admin)
    assert (await another.effect(order.effect_id, order.sale)).kind is AnswerKind.ABSENT
    assert await asked(admin) == before + LATER + 1 + 1


async def test_who_is_told_when_it_was_asked_for_asks_for_those_days(
    another: LakalaAcquirer, peer: Peer, admin: SimulatorAdmin
) -> None:
    """A case opened half a year ago is one question away from its refund, and from knowing that
    there is none three: the days of its requests and the next, however late it is."""
    peer.wall.move(days=180)
    order, since = an_intent(), peer.wall()
    known = Requested(since=since, until=since + timedelta(hours=1))
    before = await asked(admin)
    absent = await another.effect(order.effect_id, order.sale, Requested(since=since))
    assert absent.kind is AnswerKind.ABSENT
    assert await asked(admin) == before + 2
    alone = make_lakala(peer.folder, peer.url)
    await alone.request_effect(order)
    await alone.aclose()
    peer.wall.move(days=150)
    before = await asked(admin)
    found = await another.effect(order.effect_id, order.sale, known)
    assert (found.kind, await asked(admin)) == (AnswerKind.SUCCEEDED, before + 1)
    before = await asked(admin)
    other = an_intent("RC-2")
    assert (await another.effect(other.effect_id, other.sale, known)).kind is AnswerKind.ABSENT
    assert await asked(admin) == before + 3
    with pytest.raises(AcquirerRejected):
        await another.effect(other.effect_id, other.sale)


async def test_a_refund_of_another_day_than_it_was_asked_for_on(
    another: LakalaAcquirer, peer: Peer, admin: SimulatorAdmin
) -> None:
    """Where clocks differ by days, the query of trades knows the day: it is no riddle for ever."""
    peer.wall.move(days=40)
    order, since = an_intent(), peer.wall() - timedelta(days=9)
    alone = make_lakala(peer.folder, peer.url)
    await alone.request_effect(order)
    await alone.aclose()
    wrong = Requested(since=since, until=since + timedelta(days=1))
    before = await asked(admin)
    assert (await another.effect(order.effect_id, order.sale, wrong)).kind is AnswerKind.ACCEPTED
    assert await asked(admin) == before + 5
    assert (await another.effect(order.effect_id, order.sale, wrong)).kind is AnswerKind.ACCEPTED
    assert await asked(admin) == before + 6


@pytest.mark.parametrize("days", range(8))
def test_days_go_inwards(days: int) -> None:
    """From both ends, each day once; none when they lie the wrong way round."""
    first = date(2026, 2, 27)
    last = first + timedelta(days=days)
    every = list(d.inwards(first, last))
    assert sorted(every) == [first + timedelta(days=n) for n in range(days + 1)]
    assert every[:2] == [last, first][: days + 1]
    assert list(d.inwards(last + timedelta(days=1), first)) == []


def test_the_oldest_is_forgotten() -> None:
    """What is remembered is bounded; what was heard of again stays."""
    days = d.Days(remembered=2)
    for number in ("A", "B", "A", "C"):
        days.made(number, date(2026, 3, 1))
    assert [days.likely(number) is None for number in "ABC"] == [False, True, False]

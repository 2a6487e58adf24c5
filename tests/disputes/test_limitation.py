"""Limitation: a proven demand begins it anew while it runs, and revives nothing that is over.

Which of the two it is hangs on facts alone, and never on the order in which they become known.
"""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recourse.disputes import events as ev
from recourse.disputes.actions import Situation, read_action
from recourse.disputes.balls import Ball
from recourse.disputes.matching import Grade
from recourse.disputes.rules import Longer
from recourse.disputes.spans import Span, Unit
from recourse.policies.loading import calendar_named
from tests.disputes.building import NOW, PRICE, a_claim, a_record, a_refund, a_sale, cny
from tests.disputes.living import Life
from tests.disputes.test_recounting import (
    DEMAND,
    LI,
    adopt,
    british,
    days,
    end,
    goal,
    read,
    restarts,
    with_rules,
)


def chinese(sold: datetime | None) -> Life:
    sale = {"reference": "536365", "amount": cny(PRICE), "at": sold, "card_last4": "4242"}
    life = Life(a_claim(sale=sale), calendar=calendar_named("CN"))
    life.ball(Ball.US)
    return life


def test_a_demand_revives_nothing_that_has_run_out() -> None:
    """Article 195 interrupts a period that runs: three years that were over before the demand
    stay over."""
    life = chinese(NOW - days(1200))
    life.passing(hours=1)
    assert life.clock("limitation").state == "expired"
    life.record(DEMAND)
    assert life.clock("limitation").state == "expired"
    assert not life.happened(ev.ClockRestarted)


def test_a_demand_before_the_sale_is_known_is_not_forgotten() -> None:
    """Limitation that begins after a proven demand counts from the demand, unless it had run
    out by then."""
    life = chinese(None)
    life.record(DEMAND)
    demanded = life.now
    life.passing(days=2)
    life.record(ev.SaleFound(sale=a_sale(at=NOW - days(400)), grade=Grade.EXACT))
    limitation = life.clock("limitation")
    assert (limitation.anchor, limitation.counted_from) == ("demand", demanded)
    assert limitation.due == life.case.calendar.after_months(demanded, 36)
    over = chinese(None)
    over.record(DEMAND)
    over.passing(days=2)
    over.record(ev.SaleFound(sale=a_sale(at=NOW - days(1200)), grade=Grade.EXACT))
    over.passing(seconds=1)
    assert (over.clock("limitation").anchor, over.clock("limitation").state) == ("event", "expired")


def test_what_a_demand_began_is_not_counted_back() -> None:
    """The day of the sale turns out to be another: limitation that a demand has begun anew
    counts from the demand. A second demand begins it once more."""
    life = chinese(NOW - days(400))
    life.passing(days=1)
    life.record(DEMAND)
    demanded = life.now
    life.passing(days=5)
    life.record(ev.RecordRead(record=a_record(a_refund(100, at=NOW - days(350)))))
    assert life.clock("limitation").due == life.case.calendar.after_months(demanded, 36)
    life.record(DEMAND)
    assert life.clock("limitation").due == life.case.calendar.after_months(life.now, 36)
    assert restarts(life, "limitation") == ["demand_proven", "demand_proven"]


def test_limitation_that_had_not_run_out_after_all_counts_from_the_demand() -> None:
    """A demand came when limitation was thought to be over; the books show a later refund, so
    that it ran: the demand has begun it anew."""
    life = chinese(NOW - days(1200))
    life.passing(hours=1)
    life.record(DEMAND)
    demanded = life.now
    life.passing(days=1)
    refund = a_refund(100, at=NOW - days(600))
    life.record(ev.RecordRead(record=a_record(refund, sale=a_sale(at=NOW - days(1200)))))
    limitation = life.clock("limitation")
    assert (limitation.state, limitation.anchor) == ("running", "demand")
    assert limitation.due == life.case.calendar.after_months(demanded, 36)


def test_a_demand_that_came_too_late_began_nothing() -> None:
    """The demand went out when limitation was thought to run; the books show that it had been
    over by then: it is over, as it would be had that been known before."""
    life = chinese(NOW - days(400))
    life.passing(hours=1)
    life.record(DEMAND)
    assert life.clock("limitation").anchor == "demand"
    life.passing(days=1)
    life.record(ev.SaleFound(sale=a_sale(at=NOW - days(1200)), grade=Grade.EXACT))
    life.passing(seconds=1)
    limitation = life.clock("limitation")
    assert (limitation.anchor, limitation.state) == ("event", "expired")
    assert limitation.due == life.case.calendar.after_months(NOW - days(1200), 36)
    assert restarts(life, "limitation") == ["demand_proven", "recounted"]


def test_a_second_demand_is_good_when_the_first_was() -> None:
    """Two demands; the books move the sale. Three years were over before the second but not
    before the first: the first began them anew and the second did so again. Over before the
    first, neither did."""
    for ago, anchor in ((1076, "demand"), (1110, "event")):
        life = chinese(NOW - days(400))
        sold = NOW - days(ago)
        over = life.case.calendar.after_months(sold, 36)
        life.passing(days=1)
        life.record(DEMAND)
        assert (life.now < over) == (anchor == "demand")
        life.passing(days=40)
        life.record(DEMAND)
        second = life.now
        assert over < second
        life.passing(days=1)
        life.record(ev.SaleFound(sale=a_sale(at=sold), grade=Grade.EXACT))
        limitation = life.clock("limitation")
        assert limitation.anchor == anchor
        since = second if anchor == "demand" else sold
        assert limitation.due == life.case.calendar.after_months(since, 36)


def test_a_demand_has_its_say_under_rules_that_know_none() -> None:
    """Moved to rules under which a demand begins nothing anew, limitation keeps the first
    moment that it had; a demand that comes then says nothing."""
    life = chinese(NOW - days(400))
    life.passing(days=1)
    life.record(DEMAND)
    due = life.clock("limitation").due
    rules = life.case.playbook.clocks
    adopt(life, *(rule.model_copy(update={"restarts": False}) for rule in rules))
    life.passing(days=1)
    life.record(DEMAND)
    assert (life.clock("limitation").anchor, life.clock("limitation").due) == ("demand", due)


FIFTEEN, THIRTY = (Span(amount=n, unit=Unit.DAYS, source="x") for n in (15, 30))


def lengthened(*, by_law: bool) -> Life:
    """A clock of ten days that a demand begins anew, lengthened to thirty when it began: by a
    step of its own rule, or by days that a supervisor granted."""
    longer = (Longer(within=THIRTY, needs="holding_reply"),) if by_law else ()
    life = british(NOW)
    regime = "UK" if by_law else "house"
    with_rules(life, goal("end", 10, regime=regime, anchor="sale", restarts=True, longer=longer))
    life.ball(Ball.US)
    more = {"clock": "end", "reason": "x"} | ({} if by_law else {"days": 20})
    situation = Situation(case=life.case, actor=LI, now=life.now)
    life.record(*read_action("extend", more).events(situation))
    assert life.clock("end").due == end(life, NOW, 30)
    return life


@pytest.mark.parametrize("by_law", [True, False])
def test_a_demand_begins_anew_what_runs_because_it_was_lengthened(by_law: bool) -> None:
    """It came after the ten days of the rule, while the clock ran: all its time begins anew,
    also what was given on top, so that a demand never makes it shorter."""
    for after in (5, 20):
        life = lengthened(by_law=by_law)
        life.passing(days=after)
        life.record(DEMAND)
        assert (life.clock("end").anchor, life.clock("end").due) == (
            "demand",
            end(life, life.now, 30),
        )
        due = life.clock("end").due
        life.passing(days=1)
        read(life, NOW + timedelta(minutes=1))
        assert life.clock("end").due == due


def test_shorter_rules_throw_back_no_demand_that_was_in_time() -> None:
    """Moved to rules of fifteen days, a clock that a demand began anew on its twentieth of
    thirty days counts on from the demand, also when the sale moves a little. Only a sale so
    early that it had run out by then throws the demand back."""
    life = british(NOW)
    rule = goal("end", 30, regime="UK", anchor="sale", restarts=True)
    read(life, NOW)
    with_rules(life, rule)
    life.passing(days=20)
    life.record(DEMAND)
    demanded = life.now
    life.passing(days=1)
    others = tuple(r for r in life.case.playbook.clocks if r.name != "end")
    adopt(life, *others, rule.model_copy(update={"within": FIFTEEN}))
    for sold in (NOW, NOW - days(5)):
        read(life, sold)
        assert life.clock("end").state == "running"
        assert life.clock("end").due == end(life, demanded, 15)
    read(life, NOW - days(11))
    life.passing(seconds=1)
    assert (life.clock("end").anchor, life.clock("end").state) == ("sale", "expired")


def stands(life: Life) -> tuple[object, ...]:
    limitation = life.clock("limitation")
    since = limitation.counted_from or limitation.started
    return limitation.state, limitation.anchor, since, limitation.due


@given(
    st.none() | st.integers(0, 1300),
    st.integers(0, 1300),
    st.lists(st.integers(1, 700), min_size=1, max_size=4),
    st.integers(0, 4),
)
@settings(max_examples=150, deadline=None)
def test_the_order_in_which_facts_become_known_decides_nothing(
    told: int | None, real: int, gaps: list[int], known: int
) -> None:
    """Whatever day is told and whenever the books are read, before, between or after the
    demands: limitation ends where it does for whoever knew the day from the beginning."""
    life = chinese(None if told is None else NOW - days(told))
    sure = chinese(NOW - days(real))
    found = ev.SaleFound(sale=a_sale(at=NOW - days(real)), grade=Grade.EXACT)
    for place, gap in enumerate(gaps):
        if place == known:
            life.record(found)
        for each in (life, sure):
            each.passing(days=gap)
            each.record(DEMAND)
    if known >= len(gaps):
        life.record(found)
    for each in (life, sure):
        each.passing(seconds=1)
    assert stands(life) == stands(sure)

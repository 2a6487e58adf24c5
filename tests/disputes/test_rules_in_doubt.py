"""Which rule sets a clock is found anew when its facts become known, and what it keeps then."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recourse.disputes import events as ev
from recourse.disputes.actions import Situation, read_action
from recourse.disputes.balls import Ball
from recourse.disputes.notices import Role
from recourse.disputes.rules import Longer, Rule, When
from recourse.disputes.spans import Span, Unit
from recourse.disputes.vocabulary import Outcome
from recourse.policies.loading import Policies
from tests.disputes.building import NOW, PRICE, a_claim, a_record, a_sale, cny
from tests.disputes.living import Life
from tests.disputes.test_recounting import (
    LI,
    account,
    adopt,
    british,
    days,
    end,
    goal,
    read,
    restarts,
    with_rules,
)

VISA = When(brand=("visa",))


def test_a_rule_that_turns_out_not_to_hold_stops_its_clock() -> None:
    """The customer took his card for a Visa and the books say UnionPay: Visa's cap holds no
    more, and what it had barred is open."""
    sold = NOW - days(700)
    life = british(sold)
    life.passing(days=1)
    assert life.case.barred == {"scheme_dispute"}
    assert {life.clock(name).state for name in ("scheme_cap", "scheme_window")} == {"expired"}
    read(life, sold, brand="unionpay")
    assert life.clock("scheme_cap").state == "stopped"
    assert life.clock("scheme_window").regime == "unionpay"
    assert life.case.barred == frozenset()
    assert restarts(life, "scheme_cap") == ["does_not_apply"]


def test_a_rule_that_holds_after_all_sets_its_clock_again() -> None:
    """A customer told Visa, then took his card for an Amex, and the books say Visa: the scheme's
    window runs again, counted as if nobody had doubted it, and closes."""
    sold, refunded = NOW - days(60), NOW - days(30)
    life, sure = british(sold, refunded=refunded), british(sold, refunded=refunded)
    life.passing(days=1)
    life.record(ev.AnswerReceived(party=Role.CUSTOMER, answers={"card_brand": "amex"}))
    assert life.clock("scheme_window").state == "stopped"
    life.passing(days=1)
    sure.until(life.now)
    for each in (life, sure):
        read(each, sold, refunded)
    for name in ("scheme_window", "scheme_cap"):
        assert life.clock(name) == sure.clock(name)
    assert restarts(life, "scheme_window") == ["does_not_apply", "recounted"]
    told = [(change.what, change.due) for change in account(life, "scheme_window").changes]
    assert told == [("stopped", None), ("recounted", end(life, refunded, 120))]
    life.until(end(life, refunded, 120))
    assert life.case.barred == {"scheme_dispute"}


def test_rules_adopted_again_set_their_clocks_again() -> None:
    """Moved to rules that know no such clock and back, or on to a rule of the name that another
    regime has, a case has the clock again; what it stood still is not forgotten."""
    for regime in ("house", "store"):
        life = british(NOW)
        with_rules(life, goal("look", 8, pauses_while=(Ball.MERCHANT,)))
        rules = life.case.playbook.clocks
        others = tuple(rule for rule in rules if rule.name != "look")
        life.ball(Ball.MERCHANT)
        life.passing(days=2)
        adopt(life, *others)
        assert life.clock("look").state == "stopped"
        life.ball(Ball.US)
        again = goal("look", 8, pauses_while=(Ball.MERCHANT,), regime=regime)
        adopt(life, *others, again)
        look = life.clock("look")
        assert (look.state, look.regime) == ("running", regime)
        assert look.due == end(life, NOW, 8) + days(2)
        assert [pause.until for pause in look.pauses] == [NOW + days(2)]


def test_a_clock_that_stops_while_it_stands_still_stands_no_longer() -> None:
    """What it stood still ends with it: begun again, it has missed that and no more."""
    life = british(NOW, brand="")
    by_visa = goal("look", 8, pauses_while=(Ball.MERCHANT,), when=When(brand=("visa",)))
    with_rules(life, by_visa)
    read(life, NOW)
    life.passing(days=2)
    read(life, NOW, brand="amex")
    life.ball(Ball.US)
    life.passing(days=1)
    read(life, NOW)
    look = life.clock("look")
    assert (look.state, look.due) == ("running", end(life, NOW, 8) + days(2))
    assert [pause.until for pause in look.pauses] == [NOW + days(2)]


BALLS = st.lists(
    st.tuples(st.sampled_from((Ball.US, Ball.MERCHANT, Ball.CUSTOMER)), st.integers(1, 40)),
    min_size=1,
    max_size=6,
)


@given(BALLS, st.integers(0, 5), st.integers(0, 5), st.booleans())
@settings(max_examples=100, deadline=None)
def test_a_doubt_costs_no_time_that_stood_still(
    balls: list[tuple[Ball, int]], doubted: int, sure_again: int, by_rules: bool
) -> None:
    """While its rule seems not to hold, or was left for others, the ball goes here and there:
    the clock runs or stands again as that of a case in which nobody had doubted it, and is due
    with it."""
    by_visa = goal("look", 8, pauses_while=(Ball.MERCHANT, Ball.CUSTOMER), when=VISA)
    life, sure = british(NOW), british(NOW)
    for each in (life, sure):
        with_rules(each, by_visa)
        each.ball(Ball.US)
    rules = life.case.playbook.clocks

    def doubt(holds: bool) -> None:
        if not by_rules:
            read(life, NOW, brand="visa" if holds else "amex")
        else:
            adopt(life, *(r for r in rules if holds or r.name != "look"))

    for place, (ball, hours) in enumerate(balls):
        if place == doubted:
            doubt(False)
        for each in (life, sure):
            each.ball(ball)
            each.passing(hours=hours)
        if place == sure_again:
            doubt(True)
    doubt(True)
    assert sure.clock("look").pending
    for goes_on in (False, True):
        for each in (life, sure) if goes_on else ():
            each.passing(hours=1)
            each.ball(Ball.US)
        assert life.clock("look").state == sure.clock("look").state
        if life.clock("look").state == "running":
            assert life.clock("look").due == sure.clock("look").due


def test_what_ran_out_before_it_would_have_stood_still_has_run_out() -> None:
    """Its time was up while it was stopped, and only then the ball went away: set again, it
    does not stand still."""
    life = british(NOW)
    with_rules(life, goal("look", 8, pauses_while=(Ball.MERCHANT,), when=VISA))
    life.ball(Ball.US)
    read(life, NOW, brand="amex")
    life.passing(days=9)
    life.ball(Ball.MERCHANT)
    life.passing(days=1)
    read(life, NOW)
    life.passing(seconds=1)
    assert (life.clock("look").state, life.clock("look").due) == ("expired", end(life, NOW, 8))


@pytest.mark.parametrize("doubted_after", [2, 5])
def test_what_had_run_out_before_the_doubt_runs_out_no_second_time(doubted_after: int) -> None:
    """Its rule holds after all: it has run out, and our people are told on as if nobody had
    doubted it, but not once more from the beginning."""
    told = []
    for doubts in (False, True):
        life = british(NOW - days(11))
        every = {"overdue_every": Span(amount=2, unit=Unit.DAYS, source="x"), "overdue_times": 3}
        with_rules(life, goal("look", 12, anchor="event", when=VISA, **every))
        life.ball(Ball.US)
        life.passing(days=doubted_after)
        assert life.clock("look").state == "expired"
        if doubts:
            read(life, NOW - days(11), brand="amex")
            assert life.clock("look").state == "stopped"
        life.passing(hours=1)
        read(life, NOW - days(11))
        look = life.clock("look")
        assert (look.state, look.ended) == ("expired", look.due)
        life.passing(days=30)
        told.append(
            [
                (entry.at, entry.event.type)
                for entry in life.happened(ev.TimedOut, ev.ClockWarned)
                if entry.event.clock == "look"  # type: ignore[union-attr]
            ]
        )
    assert told[0] == told[1]
    assert len(told[0]) > 2


def test_no_fact_brings_back_what_ended_with_the_case() -> None:
    """Another's goal that was stopped by the closing does not begin again when the reopened
    case learns of its card; it is of no rule that was in doubt."""
    life = british(NOW, brand="")
    theirs = goal("look", 8, owner="merchant")
    with_rules(life, theirs, goal("look", 12, owner="merchant", when=When(brand=("visa",))))
    life.ball(Ball.MERCHANT)
    assert life.clock("look").state == "running"
    life.passing(hours=1)
    life.record(ev.OutcomeReached(outcome=Outcome.CORRECTED), ev.Closed(outcome=Outcome.CORRECTED))
    life.passing(days=1)
    life.record(ev.Reopened(reason="x"))
    for brand in ("amex", "visa"):
        read(life, NOW, brand=brand)
        assert life.clock("look").state == "stopped"


@pytest.mark.parametrize("told", [None, date(2026, 4, 10), date(2026, 4, 20)])
@pytest.mark.parametrize("real", [date(2026, 4, 10), date(2026, 4, 20)])
def test_the_rules_of_the_day_in_the_books_hold(told: date | None, real: date) -> None:
    """Order 121 bars the authority for events since 15 April 2026: whatever day a customer
    remembers, that of the books decides whether it does, and from which day it counts."""

    def noon(day: date) -> datetime:
        return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)

    sale = {"reference": "536365", "amount": cny(PRICE), "card_last4": "4242"}
    claim = a_claim(sale=sale | ({"at": noon(told)} if told else {}))
    playbook, calendar = Policies.shipped().for_claim(claim, NOW.date())
    life = Life(claim, playbook=playbook, calendar=calendar)
    life.ball(Ball.US)
    life.passing(hours=1)
    life.record(ev.RecordRead(record=a_record(sale=a_sale(at=noon(real)))))
    window = life.case.clock("authority_window")
    if real >= date(2026, 4, 15):
        assert window is not None
        assert (window.state, window.counted_from) == ("running", noon(real))
    else:
        assert window is None or window.state == "stopped"
    limitation = life.clock("limitation")
    read(life, datetime(2020, 12, 30, tzinfo=UTC), brand="")
    former = life.clock("limitation")
    assert former.rule != limitation.rule
    assert former.due == calendar.after_months(datetime(2020, 12, 30, tzinfo=UTC), 36)


def test_a_longer_time_that_was_taken_is_kept() -> None:
    """A step that the rule itself allows stays taken when its first moment moves; a step of a
    rule that gives way is that of the other, for the same that was done."""
    eight, ten, twelve, twenty = (
        Span(amount=n, unit=Unit.DAYS, source="house") for n in (8, 10, 12, 20)
    )
    told: dict[str, Any] = {"kind": "must_by", "owner": "us", "effect": "warn", "anchor": "event"}
    by_us = Rule.model_validate(
        told
        | {"name": "reply", "regime": "UK", "within": eight}
        | {"longer": (Longer(within=ten, needs="holding_reply"),)}
    )
    for_visa = by_us.model_copy(
        update={
            "regime": "visa",
            "within": twelve,
            "when": When(brand=("visa",)),
            "longer": (Longer(within=twenty, needs="holding_reply"),),
        }
    )
    life = british(NOW, brand="")
    with_rules(life, by_us, for_visa)
    life.passing(hours=1)
    life.ball(Ball.US)
    action = read_action("extend", {"clock": "reply", "reason": "x"})
    life.record(*action.events(Situation(case=life.case, actor=LI, now=life.now)))
    assert life.clock("reply").due == end(life, NOW, 10)
    read(life, NOW - days(2), brand="")
    assert life.clock("reply").due == end(life, NOW - days(2), 10)
    read(life, NOW - days(2), brand="visa")
    assert (life.clock("reply").regime, life.clock("reply").span) == ("visa", twenty)


def test_a_step_brings_about_what_the_other_rule_says_of_it() -> None:
    """For the longer time of a rule that takes over, its end brings about what that rule says
    of the step, and not of its own time."""
    step = {"needs": "holding_reply", "effect": "warn"}
    by_us, for_visa = (
        goal(
            "reply",
            own,
            kind="must_by",
            effect="escalate",
            regime=regime,
            when=When(brand=brand),
            longer=(Longer(within=Span(amount=more, unit=Unit.DAYS, source="house"), **step),),
        )
        for own, more, regime, brand in ((8, 35, "UK", ()), (10, 40, "EU", ("visa",)))
    )
    for taken, effect in ((True, "warn"), (False, "escalate")):
        life = british(NOW, brand="")
        with_rules(life, by_us, for_visa)
        life.ball(Ball.US)
        if taken:
            action = read_action("extend", {"clock": "reply", "reason": "x"})
            life.record(*action.events(Situation(case=life.case, actor=LI, now=life.now)))
        read(life, NOW)
        reply = life.clock("reply")
        assert (reply.regime, reply.default) == ("EU", effect)
        assert reply.due == end(life, NOW, 40 if taken else 10)


def test_a_goal_that_began_afresh_is_counted_from_there_by_another_rule() -> None:
    """Reopened after six weeks, a case has its goals anew; a closer goal that comes to apply
    then counts from the reopening too, and has not run out before it began. Law, and what
    counts from anything else, knows no reopening."""
    for regime, anchor in (("store", "opened"), ("visa", "opened"), ("store", "sale")):
        life = british(NOW, brand="")
        closer = goal("look", 20, regime=regime, anchor=anchor, when=When(brand=("visa",)))
        with_rules(life, goal("look", 15), closer)
        life.ball(Ball.US)
        life.record(ev.OutcomeReached(outcome=Outcome.CORRECTED))
        life.record(ev.Closed(outcome=Outcome.CORRECTED))
        life.passing(days=40)
        life.record(ev.Reopened(reason="x"))
        again = life.now
        life.passing(days=1)
        read(life, NOW)
        since = again if (regime, anchor) == ("store", "opened") else NOW
        assert life.clock("look").regime == regime
        assert life.clock("look").due == end(life, since, 20)
        told = account(life, "look").anchor
        assert told == ("reopened" if since == again else anchor)


def test_granted_days_and_time_that_stood_still_are_kept() -> None:
    """A goal of ours that a closer goal takes over keeps what people granted and what it has
    stood still; a time limit of a scheme that takes it over knows neither."""
    stands = {"pauses_while": (Ball.MERCHANT,)}
    for regime, kept in (("house", True), ("visa", False)):
        life = british(NOW, brand="")
        closer = goal("look", 12, regime=regime, when=When(brand=("visa",)))
        closer = closer.model_copy(update=stands if kept else {})
        with_rules(life, goal("look", 8, **stands), closer)
        life.ball(Ball.US)
        life.passing(days=1)
        action = read_action("extend", {"clock": "look", "days": 3, "reason": "x"})
        life.record(*action.events(Situation(case=life.case, actor=LI, now=life.now)))
        life.ball(Ball.MERCHANT)
        life.passing(days=2)
        read(life, NOW)
        look = life.clock("look")
        assert (look.state, look.regime) == ("paused" if kept else "running", regime)
        assert len(look.extensions) == kept
        life.ball(Ball.US)
        more = days(3 + 2) if kept else days(0)
        assert life.clock("look").due - more == end(life, NOW, 12)

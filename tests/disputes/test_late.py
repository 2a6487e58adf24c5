"""What comes when a clock has run out is late, also when nobody has attended to the clock yet."""

from datetime import timedelta
from typing import Any

import pytest

from recourse.disputes import events as ev
from recourse.disputes.balls import Ball
from recourse.disputes.claims import Kind
from recourse.disputes.effects import AnswerKind
from recourse.disputes.events import Event
from recourse.disputes.fold import fold
from recourse.disputes.matching import Grade
from recourse.disputes.records import RefundStatus
from recourse.disputes.rules import Anchor, Rule, When
from recourse.disputes.timeouts import due_effect
from recourse.disputes.vocabulary import Outcome, Stage, Step
from recourse.disputes.whatif import compare, foreseen
from tests.disputes.building import NOW, a_claim, a_sale, an_answer, an_order, cny
from tests.disputes.living import Life
from tests.disputes.test_recounting import british, days, end, goal, read, with_rules

A_MOMENT = timedelta(minutes=5)


def late_for(name: str, ball: Ball = Ball.US) -> Life:
    """A case that nobody has attended to since a clock of it ran out, five minutes ago."""
    life = Life(a_claim(kind=Kind.REFUND_NOT_RECEIVED, refund={"requested": cny(100)}))
    life.ball(ball)
    life.now = life.clock(name).due + A_MOMENT
    return life


@pytest.mark.parametrize(
    "event",
    [
        ev.StepTaken(step=Step.AWAITING_ANSWERS, ball=Ball.CUSTOMER),
        ev.ClockMet(clock="handling"),
        ev.ClockStopped(clock="handling"),
        ev.OutcomeReached(outcome=Outcome.CORRECTED),
        ev.Closed(outcome=Outcome.CORRECTED),
    ],
    ids=lambda event: event.type,
)
def test_what_comes_late_undoes_no_time_out(event: Event) -> None:
    """A clock that was due is neither paused, nor met, nor stopped as if in time: that it ran
    out is on record before whatever came after."""
    life = late_for("handling")
    life.record(event)
    clock = life.clock("handling")
    assert (clock.state, clock.ended) == ("expired", life.now)
    (out,) = life.happened(ev.TimedOut)
    (came,) = [entry for entry in life.entries if entry.event == event]
    assert out.seq < came.seq
    life.passing(days=30)
    assert [e.event.clock for e in life.happened(ev.TimedOut)].count("handling") == 1  # type: ignore[union-attr]


def test_our_people_are_told_of_what_ran_out_unseen() -> None:
    """The ball went away five minutes after our time was over, and nobody had noticed: it does
    not stand still for ever after, and our people are told as often as ever."""
    life = late_for("handling")
    life.ball(Ball.CUSTOMER)
    life.passing(days=10)
    told = [e.event for e in life.happened(ev.ClockWarned)]
    numbers = [e.overdue for e in told if isinstance(e, ev.ClockWarned) and e.clock == "handling"]
    assert [n for n in numbers if n] == [1, 2, 3]


def test_a_wait_that_is_over_is_met_before_what_comes_after() -> None:
    """A waiting time that ended unseen has opened its door, and is no breach."""
    life = late_for("credit_wait", Ball.MERCHANT)
    life.record(ev.OutcomeReached(outcome=Outcome.CORRECTED))
    assert life.clock("credit_wait").state == "met"
    assert "credit_wait" not in [e.event.clock for e in life.happened(ev.TimedOut)]  # type: ignore[union-attr]


def test_a_clock_that_begins_after_its_end_runs_out() -> None:
    """A rule that counts from the past and pauses while another has the ball has run out when it
    begins: it does not stand still instead."""
    claim = a_claim(sale={"reference": "5", "amount": cny(1), "card_last4": "4242"})
    life = Life(claim)
    (rule,) = [r for r in life.case.playbook.clocks if r.name == "handling"]
    past = rule.model_copy(update={"name": "past", "anchor": Anchor.SALE})
    rules = life.case.playbook.model_copy(update={"clocks": (past,)})
    life.case = life.case.model_copy(update={"playbook": rules})
    life.ball(Ball.CUSTOMER)
    assert "past" not in life.case.clocks
    life.record(ev.SaleFound(sale=a_sale(), grade=Grade.EXACT))
    assert life.clock("past").state == "running"
    life.passing(minutes=1)
    assert life.clock("past").state == "expired"


def test_what_if_sees_what_came_late_as_the_case_does() -> None:
    """Under its own rules a life in which things came late is that very life."""
    life = late_for("handling")
    life.ball(Ball.CUSTOMER)
    life.passing(days=3)
    life.now = life.clock("answer").due + A_MOMENT
    life.answer()
    case = life.case
    found = foreseen(life.timeline, case.playbook.clocks, case.calendar, life.now)
    assert {n: (f.state, f.due) for n, f in found.items()} == {
        name: (clock.state, clock.due) for name, clock in case.clocks.items() if not clock.visit
    }
    assert compare(life.timeline, case.playbook.clocks, case.calendar, life.now) == ()


def unsure_when_late() -> Life:
    """Our time to answer ran out while nobody knew whether the correction had been taken."""
    life = Life(a_claim(kind=Kind.REFUND_NOT_RECEIVED, refund={"requested": cny(100)}))
    life.ball(Ball.US)
    life.record(
        ev.StageEntered(stage=Stage.VERIFICATION, why="everybody has answered"),
        ev.CorrectionRequested(order=an_order(), part=0),
        ev.CorrectionAnswered(effect_id="e1", answer=an_answer(AnswerKind.UNKNOWN)),
    )
    life.until(life.clock("answer").due + A_MOMENT)
    return life


def brought_about(life: Life) -> Event | None:
    """What a time-out brings about now; the same for a case that is folded anew."""
    found = due_effect(life.case)
    assert due_effect(fold(life.timeline)) == found
    return found


def test_money_in_doubt_delays_a_time_out_and_does_not_undo_it() -> None:
    """Nothing is escalated while the end of a correction is unknown; our people learn that we are
    late. Once it is known to have failed, or to be under way, the case is escalated, once."""
    for kind in (AnswerKind.FAILED, AnswerKind.ACCEPTED):
        life = unsure_when_late()
        assert life.clock("answer").state == "expired"
        assert brought_about(life) is None
        life.passing(days=40)
        assert [e.event for e in life.happened(ev.ClockWarned) if e.event.clock == "answer"]  # type: ignore[union-attr]
        assert brought_about(life) is None
        life.record(ev.CorrectionAnswered(effect_id="e1", answer=an_answer(kind)))
        found = brought_about(life)
        assert found == ev.StageEntered(stage=Stage.ESCALATION, why="answer has run out")
        life.record(found)
        assert brought_about(life) is None
        life.record(ev.StageEntered(stage=Stage.VERIFICATION, why="upheld"))
        assert brought_about(life) is None


def test_who_got_his_money_late_is_told_so_and_nothing_is_escalated() -> None:
    """The correction turns out to have posted: the answer is given, late, and that is the end of
    it. Before that a correction that comes back lets the time-out have its effect."""
    life = unsure_when_late()
    posted = ev.CorrectionAnswered(effect_id="e1", answer=an_answer(AnswerKind.SUCCEEDED))
    back = an_answer(AnswerKind.FAILED, status=RefundStatus.RETURNED)
    life.record(posted)
    assert brought_about(life) is None
    life.record(ev.CorrectionAnswered(effect_id="e1", answer=back))
    assert brought_about(life) is not None
    life.record(posted)
    assert life.clock("answer").awaited
    life.record(ev.ClockMet(clock="answer"))
    assert not life.clock("answer").awaited
    life.record(ev.CorrectionAnswered(effect_id="e1", answer=back))
    assert brought_about(life) is None


def test_what_a_case_does_not_have_to_be_escalated_for_is_told() -> None:
    """Our time to answer runs out where a case is escalated already: our people are told."""
    life = Life(a_claim(kind=Kind.REFUND_NOT_RECEIVED, refund={"requested": cny(100)}))
    life.ball(Ball.US)
    life.record(ev.StageEntered(stage=Stage.ESCALATION, why="the customer insists"))
    life.until(life.clock("answer").due)
    out = [e.event for e in life.happened(ev.TimedOut) if e.event.clock == "answer"]  # type: ignore[union-attr]
    assert [event.overdue_at is not None for event in out] == [True]  # type: ignore[union-attr]
    assert brought_about(life) is None
    life.record(ev.StageEntered(stage=Stage.VERIFICATION, why="upheld"))
    assert brought_about(life) is None


VISA = When(brand=("visa",))
ENDS: dict[str, dict[str, Any]] = {
    "escalate": {"kind": "must_by", "effect": "escalate"},
    "lose": {"kind": "auto_lose", "effect": "lose"},
    "warn": {},
}
MOVES = ("escalate", "lose")


def ending(effect: str, **given: Any) -> Rule:
    return goal("end", 12, **({"anchor": "event"} | ENDS[effect] | given))


def held_back(*rules: Rule, brand: str = "visa") -> Life:
    """Twelve days from the sale ran out while nobody knew whether the money had gone."""
    life = british(NOW - days(10), brand=brand)
    with_rules(life, *rules)
    life.ball(Ball.US)
    life.record(
        ev.StageEntered(stage=Stage.VERIFICATION, why="everybody has answered"),
        ev.CorrectionRequested(order=an_order(), part=0),
        ev.CorrectionAnswered(effect_id="e1", answer=an_answer(AnswerKind.UNKNOWN)),
    )
    life.until(life.clock("end").due + A_MOMENT)
    assert life.clock("end").effect_waits
    assert brought_about(life) is None
    return life


FAILED = ev.CorrectionAnswered(effect_id="e1", answer=an_answer(AnswerKind.FAILED))


@pytest.mark.parametrize("effect", MOVES)
def test_a_time_out_that_waits_is_dropped_when_it_turns_out_to_be_none(effect: str) -> None:
    """While its effect waits for money in doubt, the books show a later day: nothing has run
    out, the clock runs on, and brings about what it must when it does run out."""
    life = held_back(ending(effect))
    read(life, NOW - days(1))
    assert (life.clock("end").state, life.clock("end").effect_owed) == ("running", False)
    assert life.clock("end").due == end(life, NOW - days(1), 12)
    life.record(FAILED)
    assert brought_about(life) is None
    life.until(life.clock("end").due + A_MOMENT)
    assert brought_about(life) is not None


@pytest.mark.parametrize("effect", MOVES)
def test_a_time_out_that_waits_is_dropped_with_its_rule(effect: str) -> None:
    """The books show another card, for which there is no such time limit."""
    life = held_back(ending(effect, when=VISA))
    read(life, NOW - days(10), brand="amex")
    life.record(FAILED)
    assert life.clock("end").state == "stopped"
    assert brought_about(life) is None


@pytest.mark.parametrize("effect", MOVES)
@pytest.mark.parametrize("closed", [False, True])
def test_a_time_out_that_waits_comes_when_its_rule_holds_after_all(
    effect: str, closed: bool
) -> None:
    """A doubt of the card costs it nothing; the end of the case does."""
    life = held_back(ending(effect, when=VISA))
    read(life, NOW - days(10), brand="amex")
    if closed:
        ended = Outcome.CORRECTED
        life.record(ev.OutcomeReached(outcome=ended), ev.Closed(outcome=ended))
        life.record(ev.Reopened(reason="x"))
    read(life, NOW - days(10))
    life.record(FAILED)
    out = [e for e in life.happened(ev.TimedOut) if e.event.clock == "end"]  # type: ignore[union-attr]
    assert (life.clock("end").state, len(out)) == ("expired", 1)
    assert (brought_about(life) is not None) == (not closed)


@pytest.mark.parametrize("effect", MOVES)
def test_a_time_out_that_waits_has_its_effect_by_whichever_rule(effect: str) -> None:
    """Another rule takes over by which it has run out too: the effect still waits, and comes.
    A rule that only warns brings nothing about."""
    for closer in (effect, "warn"):
        by_visa = ending(closer, regime="visa", when=VISA)
        life = held_back(ending(effect), by_visa, brand="")
        read(life, NOW - days(10))
        assert (life.clock("end").regime, life.clock("end").state) == ("visa", "expired")
        life.record(FAILED)
        assert (brought_about(life) is not None) == (closer == effect)


def test_a_time_out_that_was_dropped_rejects_no_reopened_case() -> None:
    """Its clock runs again, the case is closed, and time is up silently: reopened, the case is
    looked at and not rejected for what was over while it was closed."""
    life = held_back(ending("lose", regime="UK"))
    read(life, NOW)
    posted = an_answer(AnswerKind.SUCCEEDED)
    life.record(ev.CorrectionAnswered(effect_id="e1", answer=posted))
    life.record(ev.OutcomeReached(outcome=Outcome.CORRECTED), ev.Closed(outcome=Outcome.CORRECTED))
    life.passing(days=30)
    life.record(ev.Reopened(reason="x"))
    assert life.clock("end").state == "expired"
    assert brought_about(life) is None


@pytest.mark.parametrize("escalated", [False, True])
def test_what_has_moved_nothing_may_still_turn_out_to_be_later(escalated: bool) -> None:
    """A time-out in a case that is escalated already takes it nowhere, so nothing is to be
    undone: found to be later, the clock runs on. One that did take the case there stays."""
    life = british(NOW - days(10))
    with_rules(life, ending("escalate"))
    life.ball(Ball.US)
    if escalated:
        life.record(ev.StageEntered(stage=Stage.ESCALATION, why="the customer insists"))
    life.until(life.clock("end").due + A_MOMENT)
    if not escalated:
        moved = brought_about(life)
        assert moved is not None
        life.record(moved)
    read(life, NOW - days(1))
    assert life.clock("end").state == ("running" if escalated else "expired")

"""What comes when a clock has run out is late, also when nobody has attended to the clock yet."""

from datetime import timedelta

import pytest

from recourse.disputes import events as ev
from recourse.disputes.balls import Ball
from recourse.disputes.claims import Kind
from recourse.disputes.events import Event
from recourse.disputes.matching import Grade
from recourse.disputes.rules import Anchor
from recourse.disputes.vocabulary import Outcome, Step
from recourse.disputes.whatif import compare, foreseen
from tests.disputes.building import a_claim, a_sale, cny
from tests.disputes.living import Life

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

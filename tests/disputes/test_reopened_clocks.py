"""What becomes of clocks when a closed case is reopened."""

from datetime import timedelta
from typing import Any

import pytest

from recourse.disputes import events as ev
from recourse.disputes.actions import Actor, Situation, read_action
from recourse.disputes.balls import Ball
from recourse.disputes.claims import Kind
from recourse.disputes.notices import Role
from recourse.disputes.rules import When
from recourse.disputes.vocabulary import Outcome
from recourse.disputes.whatif import foreseen
from tests.disputes.building import NOW, a_claim, cny
from tests.disputes.living import Life
from tests.disputes.test_recounting import account, british, goal, read, with_rules
from workflows.escalation import shut

LI = Actor(name="li", role=Role.SUPERVISOR)
VISA: dict[str, Any] = {
    "sale": dict(a_claim().sale) | {"card_brand": "visa"},
    "refund": {"requested": cny(100), "at": NOW},
}
NO_SCHEME: dict[str, Any] = {"refund": {"requested": cny(100)}}


def waiting(given: dict[str, Any] = NO_SCHEME) -> Life:
    """Opened two days ago about a credit that has not come."""
    life = Life(a_claim(kind=Kind.REFUND_NOT_RECEIVED, jurisdiction="UK", **given))
    life.ball(Ball.MERCHANT)
    life.passing(days=2)
    return life


def reopened(life: Life, after: int) -> None:
    """Closed now, and reopened after so many days."""
    life.record(ev.OutcomeReached(outcome=Outcome.CORRECTED))
    life.passing(hours=3)
    life.record(ev.Closed(outcome=Outcome.CORRECTED))
    life.passing(days=after)
    life.record(ev.Reopened(reason="nothing came"))


@pytest.mark.parametrize("given", [NO_SCHEME, VISA], ids=["house", "visa"])
def test_a_wait_goes_on_when_the_case_is_reopened(given: dict[str, Any]) -> None:
    """Whoever's rule it is, a waiting time that the closing cut short is waited out to the day
    it always had: who comes early has lost."""
    life = waiting(given)
    due = life.clock("credit_wait").due
    assert shut(life.case, "credit_wait")
    reopened(life, after=1)
    assert (life.clock("credit_wait").state, life.clock("credit_wait").due) == ("running", due)
    assert shut(life.case, "credit_wait")
    life.until(due)
    assert life.clock("credit_wait").state == "met"
    assert not shut(life.case, "credit_wait")


@pytest.mark.parametrize("given", [NO_SCHEME, VISA], ids=["house", "visa"])
def test_a_wait_that_ended_while_the_case_was_closed_is_met(given: dict[str, Any]) -> None:
    """Its door is open, nothing was breached, and it is not begun again."""
    life = waiting(given)
    due = life.clock("credit_wait").due
    reopened(life, after=20)
    clock = life.clock("credit_wait")
    assert (clock.state, clock.ended) == ("met", due)
    assert not shut(life.case, "credit_wait")
    found = foreseen(life.timeline, life.case.playbook.clocks, life.case.calendar, life.now)
    assert not found["credit_wait"].breached


def test_our_people_are_warned_of_what_goes_on() -> None:
    """A window of law or scheme that comes back warns before its end, as it always did."""
    life = waiting(VISA)
    before = life.clock("scheme_window").warn_at
    assert before is not None
    reopened(life, after=1)
    assert life.clock("scheme_window").warn_at == before


@pytest.mark.parametrize("known_before", ["", "visa"])
@pytest.mark.parametrize("regime", ["house", "visa"])
def test_a_goal_that_comes_to_apply_in_a_reopened_case_begins_with_it(
    known_before: str, regime: str
) -> None:
    """Its card becomes known, or is found to be what it was taken for at first, only after the
    reopening: our own goal counts from there, and nothing of before is put to it. A rule of a
    scheme has counted from the opening all along."""
    life = british(NOW, brand=known_before)
    stands: dict[str, Any] = {"pauses_while": (Ball.MERCHANT,)} if regime == "house" else {}
    with_rules(life, goal("look", 8, regime=regime, when=When(brand=("visa",)), **stands))
    life.ball(Ball.MERCHANT)
    life.passing(days=1)
    life.ball(Ball.US)
    if known_before:
        read(life, NOW, brand="amex")
        assert life.clock("look").state == "stopped"
    reopened(life, after=40)
    since = life.now
    life.passing(days=1)
    read(life, NOW)
    if regime == "house":
        assert life.clock("look").due == life.case.calendar.after_days(since, 8)
        assert account(life, "look").anchor == "reopened"
    else:
        assert life.clock("look").due == life.case.calendar.after_days(NOW, 8)
    life.passing(hours=1)
    assert life.clock("look").state == ("running" if regime == "house" else "expired")


def test_the_closing_opens_no_door() -> None:
    """A waiting time that was only cut short is not over."""
    life = waiting()
    life.record(ev.OutcomeReached(outcome=Outcome.CORRECTED))
    assert shut(life.case, "credit_wait")


def adopt_without(life: Life, name: str) -> None:
    rules = tuple(rule for rule in life.case.playbook.clocks if rule.name != name)
    newer = life.case.playbook.model_copy(update={"clocks": rules})
    data = {
        "playbook": newer.model_dump(mode="json"),
        "calendar": life.case.calendar.model_dump(mode="json"),
        "reason": "the rule is gone",
    }
    situation = Situation(case=life.case, actor=LI, now=life.now)
    life.record(*read_action("adopt_rules", data).events(situation))


def test_only_what_the_closing_stopped_comes_back() -> None:
    """A clock that no rule sets any more stays stopped, however often the case comes back; a
    wait that no rule asks for holds nobody up."""
    life = waiting(VISA)
    adopt_without(life, "scheme_cap")
    adopt_without(life, "credit_wait")
    assert not shut(life.case, "credit_wait")
    for _ in range(2):
        reopened(life, after=1)
        assert life.clock("scheme_cap").state == "stopped"
        assert life.clock("credit_wait").state == "stopped"
        assert life.clock("scheme_window").state == "running"
    assert not shut(life.case, "credit_wait")


def test_what_stood_still_when_the_case_closed_has_its_time_made_good() -> None:
    """A rule of law that may pause counts on from the closing with what it had left then."""
    life = Life(a_claim())
    rules = tuple(
        rule.model_copy(update={"pauses_while": (Ball.CUSTOMER,)})
        if rule.name == "limitation"
        else rule
        for rule in life.case.playbook.clocks
    )
    playbook = life.case.playbook.model_copy(update={"clocks": rules})
    life.case = life.case.model_copy(update={"playbook": playbook})
    life.ball(Ball.US)
    due = life.clock("limitation").due
    life.ball(Ball.CUSTOMER)
    life.passing(days=10)
    reopened(life, after=5)
    life.ball(Ball.US)
    assert life.clock("limitation").due >= due + timedelta(days=10)

"""The numbers that law sets, as the shipped packs have them."""

from datetime import UTC, datetime, timedelta

import pytest

from recourse.disputes.actions import Actor, read_action
from recourse.disputes.actions.base import Situation
from recourse.disputes.actions.times import Extend
from recourse.disputes.balls import Ball
from recourse.disputes.clocks import Effect
from recourse.disputes.consequences import adopted
from recourse.disputes.explain import explain
from recourse.disputes.whatif import compare
from recourse.policies.lint_rules import DOUBTFUL
from recourse.policies.loading import Policies
from templates.words import LANGUAGES, words
from tests.disputes.building import NOW, PRICE, SOLD, a_claim, cny
from tests.disputes.living import Life

POLICIES = Policies.shipped()
LI = Actor(name="li", role="supervisor", person="li")


def life(place: str, institution: str, funding: str = "") -> Life:
    sale = {"reference": "5", "amount": cny(PRICE), "at": SOLD, "card_funding": funding}
    claim = a_claim(jurisdiction=place, sale=sale)
    playbook, calendar = POLICIES.for_claim(claim, NOW.date())
    lived = Life(claim, playbook=playbook, calendar=calendar, institution=institution)
    lived.ball(Ball.US)
    return lived


def at(lived: Life) -> Situation:
    return Situation(case=lived.case, now=lived.now, actor=LI)


def extend(lived: Life, clock: str, needs: str = "") -> None:
    """A supervisor takes a longer time that the rule allows."""
    data = {"clock": clock, "reason": "the bank is asked", "needs": needs}
    action = read_action("extend", data)
    assert action.refusal(at(lived)) is None
    lived.record(*action.events(at(lived)), by="supervisor:li")


def test_a_new_account_is_investigated_for_twenty_business_days() -> None:
    """Regulation E gives the issuer 10 business days, 20 when the account is new, and 90 days
    once it has given a provisional credit. None of it is assumed: which, a supervisor says."""
    lived = life("US", "merchant", "debit")
    unsaid = Extend(clock="issuer_investigation", reason="x").refusal(at(lived))
    assert unsaid is not None
    assert unsaid.code == "which_step"
    assert "new_account (20 business days) or provisional_credit (90 days)" in unsaid.words
    extend(lived, "issuer_investigation", "new_account")
    # Thanksgiving and Christmas are not counted.
    assert lived.clock("issuer_investigation").due.isoformat() == "2026-12-22T05:00:00+00:00"
    extend(lived, "issuer_investigation")
    assert lived.clock("issuer_investigation").due == lived.clock("issuer_final").due
    spent = Extend(clock="issuer_investigation", reason="x").refusal(at(lived))
    assert spent is not None
    assert spent.code == "statutory"
    assert lived.clock("issuer_investigation").default == Effect.WARN


def test_an_old_account_is_not_called_new() -> None:
    """With a provisional credit the issuer has the 90 days at once; to the shorter time there
    is no way back."""
    lived = life("US", "merchant", "debit")
    extend(lived, "issuer_investigation", "provisional_credit")
    assert lived.clock("issuer_investigation").due == lived.clock("issuer_final").due
    back = Extend(clock="issuer_investigation", reason="x", needs="new_account")
    refused = back.refusal(at(lived))
    assert refused is not None
    assert refused.code == "statutory"


@pytest.mark.parametrize(
    ("institution", "due"),
    [
        ("payment_institution", "2027-01-15T00:00:00+00:00"),  # 35 business days
        ("bank", "2027-01-15T00:00:00+00:00"),
        ("merchant", "2027-01-19T00:00:00+00:00"),  # eight weeks
    ],
)
def test_the_final_answer_in_britain(institution: str, due: str) -> None:
    """DISP gives 35 business days at most for a complaint about payment services, and eight
    weeks for any other: a firm that sells and takes no payments for others."""
    clock = life("UK", institution).clock("final_answer")
    assert clock.due.isoformat() == due
    assert clock.default == Effect.WARN
    assert "[K3]" in clock.rule


def test_what_is_unverified_only_warns_wherever_it_is_named() -> None:
    """Thirty-five days in all is one reading of the Directive: after a holding reply too it
    warns, where the fifteen, of which nobody doubts, escalate."""
    assert [
        (rule.regime, rule.name, span.words)
        for pack in POLICIES.packs
        for rule in pack.rules
        for span, effect in rule.ends()
        if DOUBTFUL.search(span.source) and effect is not Effect.WARN
    ] == []
    lived = life("EU", "bank")
    assert lived.clock("answer").default == Effect.ESCALATE
    extend(lived, "answer")
    answer = lived.clock("answer")
    assert (answer.default, answer.due) == (Effect.WARN, lived.clock("final_answer").due)
    assert "unverified" in answer.rule
    (rule,) = [r for r in lived.case.playbook.clocks if (r.regime, r.name) == ("EU", "answer")]
    assert rule.effect is Effect.ESCALATE


def test_a_step_that_only_warns_keeps_doing_so() -> None:
    """Moved to the days of another calendar, and looked at as it would have been under its own
    rules, the longer time has the same effect."""
    lived = life("EU", "bank")
    extend(lived, "answer")
    calendar = lived.case.calendar
    free = calendar.model_validate(
        calendar.model_dump()
        | {"version": "2", "holidays": (*calendar.holidays, NOW.date() + timedelta(days=1))}
    )
    clocks, _ = adopted(lived.case, lived.case.playbook.clocks, free, lived.now)
    (answer,) = [clock for clock in clocks if clock.name == "answer"]
    assert answer.due > lived.clock("answer").due
    assert answer.default == Effect.WARN
    later = datetime(2027, 3, 1, tzinfo=UTC)
    lived.until(later)
    assert compare(lived.timeline, lived.case.playbook.clocks, calendar, later) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_longer_time_asks_for_has_words(language: str) -> None:
    """Whoever reads why a clock is due later reads it in his language, not as a code."""
    codes = {step.needs for p in POLICIES.packs for rule in p.rules for step in rule.longer}
    assert "new_account" in codes
    assert [code for code in codes if not words(language).has("needs", code)] == []


def test_the_account_of_a_clock_says_on_account_of_what_it_is_longer() -> None:
    """Beside the reason that a person gave stands what the rule asks."""
    lived = life("US", "merchant", "debit")
    extend(lived, "issuer_investigation", "new_account")
    told = {clock.name: clock for clock in explain(lived.timeline, lived.now).clocks}
    (change,) = told["issuer_investigation"].changes
    assert (change.what, change.needs, change.why) == (
        "longer_by_rule",
        "new_account",
        "the bank is asked",
    )

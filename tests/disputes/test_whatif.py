"""What if other rules had held: the same rules change nothing, others say what they change."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recourse.disputes import events as ev
from recourse.disputes.actions import Actor, Situation, read_action
from recourse.disputes.balls import Ball
from recourse.disputes.claims import Kind
from recourse.disputes.effects import AnswerKind
from recourse.disputes.notices import Role
from recourse.disputes.rules import Rule
from recourse.disputes.spans import Span, Unit
from recourse.disputes.vocabulary import Outcome, Stage
from recourse.disputes.whatif import Difference, compare, foreseen
from recourse.policies.loading import calendar_named
from tests.disputes.building import NOW, a_claim, an_answer, an_order, cny
from tests.disputes.living import Life

STEPS = st.lists(
    st.tuples(st.integers(1, 90), st.sampled_from([*Ball, "answered", "closed", "reopened"])),
    max_size=8,
)


def lived(steps: list[tuple[int, object]]) -> Life:
    """A life in which the ball went here and there, answers were given, and it may have
    ended and begun again."""
    life = Life(a_claim(sale=dict(a_claim().sale) | {"card_brand": "visa"}))
    life.ball(Ball.MERCHANT)
    for hours, what in steps:
        life.passing(hours=hours)
        match what:
            case Ball() if life.case.closed_at is None:
                life.ball(what)
            case "answered" if life.case.closed_at is None:
                life.answer()
            case "closed" if life.case.closed_at is None:
                life.record(
                    ev.OutcomeReached(outcome=Outcome.CORRECTED),
                    ev.Closed(outcome=Outcome.CORRECTED),
                )
            case "reopened" if life.case.closed_at is not None:
                life.record(ev.Reopened(reason="x"))
            case _:
                continue
    return life


@given(STEPS, st.integers(0, 60))
@settings(max_examples=60, deadline=None)
def test_a_case_under_its_own_rules_is_the_case(steps: list[tuple[int, object]], days: int) -> None:
    """Run again under the rules and the calendar that it had, every clock ends as it did, and
    there is no difference."""
    life = lived(steps)
    life.passing(days=days)
    case = life.case
    found = foreseen(life.timeline, case.playbook.clocks, case.calendar, life.now)
    assert {n: (f.state, f.due) for n, f in found.items()} == {
        name: (clock.state, clock.due) for name, clock in case.clocks.items() if not clock.visit
    }
    told = [e.event.clock for e in life.happened(ev.ClockWarned)]  # type: ignore[union-attr]
    assert {n: f.warnings for n, f in found.items() if f.warnings} == {
        name: told.count(name) for name in set(told)
    }
    assert compare(life.timeline, case.playbook.clocks, case.calendar, life.now) == ()


def test_a_shorter_rule_breaches_and_escalates() -> None:
    """Fifteen days were kept; under a rule of five the same life is a breach and escalates."""
    life = lived([])
    life.passing(days=8)
    rules = tuple(
        rule.model_copy(update={"within": Span(amount=5, unit=Unit.DAYS, source="house")})
        if rule.name == "answer"
        else rule
        for rule in life.case.playbook.clocks
    )
    (found,) = compare(life.timeline, rules, life.case.calendar, life.now)
    assert (found.clock, found.breaches, found.escalations, found.work) == ("answer", 1, 1, 1)
    assert found.before is not None
    assert found.after is not None
    assert found.after.due < found.before.due
    assert found.after.ran_out == found.after.due


def in_doubt(kind: AnswerKind) -> Life:
    """Money was in doubt from the second day to the twelfth; then the acquirer said what had
    become of it, and the customer was answered if it had come."""
    life = lived([])
    life.passing(days=2)
    life.record(
        ev.StageEntered(stage=Stage.VERIFICATION, why="everybody has answered"),
        ev.CorrectionRequested(order=an_order(), part=0),
        ev.CorrectionAnswered(effect_id="e1", answer=an_answer(AnswerKind.UNKNOWN)),
    )
    life.passing(days=10)
    life.record(ev.CorrectionAnswered(effect_id="e1", answer=an_answer(kind)))
    if kind is AnswerKind.SUCCEEDED:
        life.answer()
    return life


def escalated() -> Life:
    """A case that had been escalated on the second day."""
    life = lived([])
    life.passing(days=2)
    life.record(ev.StageEntered(stage=Stage.ESCALATION, why="the customer insists"))
    life.passing(days=10)
    return life


@pytest.mark.parametrize(
    ("life", "escalations"),
    [
        (lambda: in_doubt(AnswerKind.SUCCEEDED), 0),
        (lambda: in_doubt(AnswerKind.FAILED), 1),
        (escalated, 0),
    ],
    ids=["answered", "failed", "escalated"],
)
def test_what_the_process_would_not_escalate_is_no_escalation(
    life: Callable[[], Life], escalations: int
) -> None:
    """A shorter time to answer would have been over: a breach each time, and an escalation only
    where that would have taken the case there."""
    case = life()
    case.passing(days=1)
    rules = tuple(
        rule.model_copy(update={"within": Span(amount=5, unit=Unit.DAYS, source="house")})
        if rule.name == "answer"
        else rule
        for rule in case.case.playbook.clocks
    )
    (found,) = compare(case.timeline, rules, case.case.calendar, case.now)
    assert (found.clock, found.breaches, found.escalations) == ("answer", 1, escalations)


def test_a_rule_that_is_not_there_any_more_is_a_difference() -> None:
    """Without the goal of our own working time there is no clock, and less is told."""
    life = Life(a_claim(refund={"requested": cny(100)}))
    life.ball(Ball.US)
    life.passing(days=5)
    rules = tuple(r for r in life.case.playbook.clocks if r.name != "handling")
    (found,) = compare(life.timeline, rules, life.case.calendar, life.now)
    assert (found.clock, found.after, found.breaches) == ("handling", None, -1)
    assert found.work < 0


def bank() -> Life:
    """A refund that never came, asked of a bank in the UK: 15 business days to answer."""
    claim = a_claim(
        kind=Kind.REFUND_NOT_RECEIVED, jurisdiction="UK", refund={"requested": cny(100)}
    )
    life = Life(claim, institution="bank", calendar=calendar_named("UK"))
    life.ball(Ball.US)
    return life


def with_answer_in(rules: tuple[Rule, ...], business_days: int) -> tuple[Rule, ...]:
    within = Span(amount=business_days, unit=Unit.BUSINESS_DAYS, source="house")
    return tuple(
        rule.model_copy(update={"within": within}) if rule.name == "answer" else rule
        for rule in rules
    )


def adopt(life: Life, rules: tuple[Rule, ...]) -> None:
    data = {
        "playbook": life.case.playbook.model_copy(update={"clocks": rules}).model_dump(mode="json"),
        "calendar": life.case.calendar.model_dump(mode="json"),
        "reason": "x",
    }
    action = read_action("adopt_rules", data)
    actor = Actor(name="li", role=Role.SUPERVISOR)
    life.record(*action.events(Situation(case=life.case, actor=actor, now=life.now)))


def answers(life: Life, rules: tuple[Rule, ...]) -> Difference | None:
    found = compare(life.timeline, rules, life.case.calendar, life.now)
    assert {each.clock for each in found} <= {"answer"}
    return next(iter(found), None)


def test_what_ran_out_before_other_rules_were_adopted_had_run_out() -> None:
    """The time to answer was over when sixty days were adopted: under the rules of before it is
    no new breach, and a day less brings none forward into the count either."""
    life = bank()
    old = life.case.playbook.clocks
    life.passing(days=30)
    assert life.clock("answer").state == "expired"
    adopt(life, with_answer_in(old, 60))
    life.passing(days=1)
    assert answers(life, old) is None
    shorter = answers(life, with_answer_in(old, 14))
    assert shorter is not None
    assert shorter.before is not None
    assert (shorter.breaches, shorter.escalations, shorter.work) == (0, 0, 0)
    assert (shorter.before.state, shorter.before.due) == ("expired", life.clock("answer").due)


def test_what_was_adopted_in_time_is_what_was_lived() -> None:
    """Sixty days were adopted before the fifteen were over: that saved the case from a breach,
    which the rules of before would have brought."""
    life = bank()
    old = life.case.playbook.clocks
    life.passing(days=5)
    adopt(life, with_answer_in(old, 60))
    life.passing(days=25)
    found = answers(life, old)
    assert found is not None
    assert found.before is not None
    assert (found.before.state, found.before.due) == ("running", life.clock("answer").due)
    assert (found.breaches, found.escalations) == (1, 1)


def test_the_rules_that_a_case_has_now_give_no_difference() -> None:
    """A case that has moved to rules has them: to try them once more changes nothing, also
    where it lived under others before and lost by them, and also when another clock differs."""
    for days in (5, 30):
        life = bank()
        adopt_at = with_answer_in(life.case.playbook.clocks, 60)
        life.passing(days=days)
        adopt(life, adopt_at)
        life.passing(days=25)
        assert answers(life, life.case.playbook.clocks) is None
        without = tuple(rule for rule in adopt_at if rule.name != "handling")
        found = compare(life.timeline, without, life.case.calendar, life.now)
        assert [each.clock for each in found] == ["handling"]


def test_a_rule_that_was_adopted_is_of_the_rules_and_not_of_the_life() -> None:
    """A clock that only the adopted rules set is not there under rules without it."""
    life = bank()
    old = life.case.playbook.clocks
    (answer,) = [r for r in old if (r.name, r.regime) == ("answer", "UK")]
    within = Span(amount=2, unit=Unit.DAYS, source="house")
    adopt(life, (*old, answer.model_copy(update={"name": "first_word", "within": within})))
    life.passing(days=4)
    assert life.clock("first_word").state == "expired"
    (found,) = compare(life.timeline, old, life.case.calendar, life.now)
    assert (found.clock, found.after, found.breaches) == ("first_word", None, -1)


def test_what_had_run_out_when_it_began_ran_out_then() -> None:
    """A clock that counts from the past and is over when its rule comes to apply runs out at
    that moment, not before anybody could know."""
    sold = NOW - timedelta(days=1000)
    claim = a_claim(sale=dict(a_claim().sale) | {"card_brand": "visa", "at": sold})
    life = Life(claim)
    life.ball(Ball.US)
    life.passing(days=1)
    case = life.case
    found = foreseen(life.timeline, case.playbook.clocks, case.calendar, life.now)
    assert found["scheme_window"].ran_out == life.clock("scheme_window").ended == NOW


@given(STEPS, st.integers(0, 60), st.integers(2, 60))
@settings(max_examples=30, deadline=None)
def test_before_is_the_life_that_was_lived(
    steps: list[tuple[int, object]], days: int, longer: int
) -> None:
    """With other rules adopted on the way, every clock stands before as it stands in the case,
    and as often was it told of."""
    life = lived(steps)
    if life.case.closed_at is None:
        adopt(life, with_answer_in(life.case.playbook.clocks, longer))
    life.passing(days=days)
    nothing: tuple[Rule, ...] = ()
    found = compare(life.timeline, nothing, life.case.calendar, life.now)
    before = {each.clock: each.before for each in found if each.before is not None}
    assert {n: (f.state, f.due) for n, f in before.items()} == {
        name: (clock.state, clock.due)
        for name, clock in life.case.clocks.items()
        if not clock.visit
    }
    told = [e.event.clock for e in life.happened(ev.ClockWarned)]  # type: ignore[union-attr]
    assert {n: f.warnings for n, f in before.items() if f.warnings} == {
        name: told.count(name) for name in set(told)
    }


def test_what_was_answered_in_time_is_no_breach_of_a_rule_that_was_not_there() -> None:
    """The answer of the third day meets a clock of five days that only the tried rules set, and
    answered on the eighth day it is late for it."""
    for day, breaches in ((3, 0), (8, 1)):
        life = bank()
        life.passing(days=day)
        life.answer()
        life.passing(days=12 - day)
        life.record(
            ev.OutcomeReached(outcome=Outcome.CORRECTED), ev.Closed(outcome=Outcome.CORRECTED)
        )
        old = life.case.playbook.clocks
        (answer,) = [r for r in old if (r.name, r.regime) == ("answer", "UK")]
        within = Span(amount=5, unit=Unit.DAYS, source="house")
        first = answer.model_copy(update={"name": "first_answer", "within": within})
        (found,) = compare(life.timeline, (*old, first), life.case.calendar, life.now)
        assert found.after is not None
        assert (found.clock, found.breaches) == ("first_answer", breaches)
        assert found.after.state == ("expired" if breaches else "met")


def test_what_had_run_out_when_it_was_answered_is_met_under_a_longer_rule() -> None:
    """Answered four days after the fifteen: under twenty-five it was in time, for good."""
    life = bank()
    life.passing(days=28)
    assert life.clock("answer").state == "expired"
    life.answer()
    life.passing(days=30)
    found = answers(life, with_answer_in(life.case.playbook.clocks, 25))
    assert found is not None
    assert found.after is not None
    assert (found.after.state, found.breaches, found.escalations) == ("met", -1, -1)


def test_an_answer_meets_no_clock_whose_tried_rule_does_not_say_so() -> None:
    """The same life under a rule that ends by time alone: the answer leaves it running, and it
    runs out."""
    life = bank()
    life.passing(days=3)
    life.answer()
    assert life.clock("answer").state == "met"
    life.passing(days=25)
    rules = tuple(
        rule.model_copy(update={"met_by": ""}) if rule.name == "answer" else rule
        for rule in life.case.playbook.clocks
    )
    found = answers(life, rules)
    assert found is not None
    assert found.after is not None
    assert (found.after.state, found.breaches) == ("expired", 1)


def refund_awaited() -> Life:
    """A refund of five days ago that has not come, on a Visa card."""
    refund = {"requested": cny(100), "at": NOW - timedelta(days=5)}
    sale = dict(a_claim().sale) | {"card_brand": "visa"}
    life = Life(a_claim(kind=Kind.REFUND_NOT_RECEIVED, sale=sale, refund=refund))
    life.ball(Ball.US)
    return life


def waiting(life: Life, days: int) -> tuple[Rule, ...]:
    """The rules of a case, with a wait of so many days for the credit."""
    within = Span(amount=days, unit=Unit.DAYS, source="house")
    return tuple(
        rule.model_copy(update={"within": within}) if rule.name == "credit_wait" else rule
        for rule in life.case.playbook.clocks
    )


def test_a_longer_wait_is_not_over_when_the_shorter_one_was() -> None:
    """What opened a door after fifteen days opens it later under a longer rule."""
    life = refund_awaited()
    life.passing(days=20)
    assert life.clock("credit_wait").state == "met"
    found = foreseen(life.timeline, waiting(life, 100), life.case.calendar, life.now)
    assert found["credit_wait"].state == "running"
    life.passing(days=100)
    found = foreseen(life.timeline, waiting(life, 100), life.case.calendar, life.now)
    assert found["credit_wait"].state == "met"


def test_a_wait_that_ended_while_the_case_was_closed_is_no_breach() -> None:
    """A wait opens a door: it ends as well while a case is closed, and nobody has missed
    anything by that."""
    life = refund_awaited()
    life.passing(days=1)
    life.record(ev.OutcomeReached(outcome=Outcome.CORRECTED), ev.Closed(outcome=Outcome.CORRECTED))
    life.passing(days=20)
    life.record(ev.Reopened(reason="x"))
    life.passing(days=1)
    assert life.clock("credit_wait").regime == "visa"
    assert life.clock("credit_wait").due < life.now
    (found,) = compare(life.timeline, waiting(life, 100), life.case.calendar, life.now)
    assert (found.clock, found.breaches, found.escalations) == ("credit_wait", 0, 0)
    assert found.before is not None
    assert found.before.ran_out is None


def test_granted_time_is_granted_under_other_rules_too() -> None:
    """An extension that a person gave counts under a shorter rule as well."""
    life = lived([])
    clock = life.clock("answer")
    by = Span(amount=10, unit=Unit.DAYS, source="house")
    due = by.extended(clock.due, life.case.calendar)
    longer = clock.model_copy(update={"due": due, "extensions": (by,), "warn_at": None})
    life.record(ev.ClockExtended(clock="answer", due=due, reason="x", now=longer))
    case = life.case
    found = foreseen(life.timeline, case.playbook.clocks, case.calendar, life.now)
    assert found["answer"].due == due > clock.due + timedelta(days=9)

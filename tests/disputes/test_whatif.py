"""What if other rules had held: the same rules change nothing, others say what they change."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from recourse.disputes import events as ev
from recourse.disputes.balls import Ball
from recourse.disputes.spans import Span, Unit
from recourse.disputes.vocabulary import Outcome
from recourse.disputes.whatif import compare, foreseen
from tests.disputes.building import a_claim, cny
from tests.disputes.living import Life

STEPS = st.lists(
    st.tuples(st.integers(1, 90), st.sampled_from([*Ball, "met", "closed", "reopened"])),
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
            case "met":
                life.record(ev.ClockMet(clock="answer"))
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


def test_a_rule_that_is_not_there_any_more_is_a_difference() -> None:
    """Without the goal of our own working time there is no clock, and less is told."""
    life = Life(a_claim(refund={"requested": cny(100)}))
    life.ball(Ball.US)
    life.passing(days=5)
    rules = tuple(r for r in life.case.playbook.clocks if r.name != "handling")
    (found,) = compare(life.timeline, rules, life.case.calendar, life.now)
    assert (found.clock, found.after, found.breaches) == ("handling", None, -1)
    assert found.work < 0


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

"""A clock takes over the whole of a rule that its case adopts."""

from collections.abc import Callable
from datetime import timedelta

from recourse.disputes import clocks as ck
from recourse.disputes import events as ev
from recourse.disputes.actions import Actor, Situation, read_action
from recourse.disputes.balls import Ball
from recourse.disputes.notices import Role
from recourse.disputes.rules import Rule
from recourse.disputes.spans import Span, Unit
from tests.disputes.living import Life

LI = Actor(name="li", role=Role.SUPERVISOR)


def adopt(life: Life, change: Callable[[Rule], Rule]) -> None:
    """Move a case to its own rules, each of them changed."""
    rules = tuple(change(rule) for rule in life.case.playbook.clocks)
    newer = life.case.playbook.model_copy(update={"clocks": rules})
    data = {
        "playbook": newer.model_dump(mode="json"),
        "calendar": life.case.calendar.model_dump(mode="json"),
        "reason": "other rules",
    }
    situation = Situation(case=life.case, actor=LI, now=life.now)
    life.record(*read_action("adopt_rules", data).events(situation))


def only(name: str, **given: object) -> Callable[[Rule], Rule]:
    """A change of one rule."""
    return lambda rule: rule.model_copy(update=given) if rule.name == name else rule


def test_a_rule_that_does_not_pause_lets_its_clock_go_on() -> None:
    """Standing still under a rule that pauses, a clock ticks on from the moment in which a rule
    that does not is adopted, and runs out."""
    life = Life()
    life.ball(Ball.US)
    life.passing(hours=2)
    life.ball(Ball.MERCHANT)
    life.passing(days=1)
    assert life.clock("handling").state == "paused"
    adopt(life, only("handling", pauses_while=()))
    clock = life.clock("handling")
    assert (clock.state, clock.pauses[-1].until) == ("running", life.now)
    assert clock.left(life.now, life.case.calendar) == timedelta(hours=14)
    life.passing(days=30)
    assert life.clock("handling").state == "expired"


def test_the_warning_and_the_ladder_are_those_of_the_new_rule() -> None:
    """Our people are warned as long before, and told as often after, as the new rule says."""
    life = Life()
    life.ball(Ball.US)
    life.passing(hours=1)
    day = Span(amount=1, unit=Unit.DAYS, source="house")
    adopt(
        life,
        only(
            "limitation",
            warn_before=Span(amount=30, unit=Unit.DAYS, source="house"),
            overdue_every=day,
            overdue_times=2,
        ),
    )
    clock = life.clock("limitation")
    assert clock.warn_at == ck.warning(clock, life.now, life.case.calendar) is not None
    life.until(clock.due + timedelta(days=9))
    told = [e.event for e in life.happened(ev.ClockWarned)]
    numbers = [e.overdue for e in told if isinstance(e, ev.ClockWarned) and e.clock == clock.name]
    assert numbers == [0, 1, 2]


def test_rules_that_are_the_same_move_nothing() -> None:
    """Adopting what a clock has already leaves every clock exactly as it was, its next reminder
    and its warning too."""
    life = Life()
    life.ball(Ball.US)
    notices = life.case.playbook.notices
    life.start(
        ck.start(
            "answer:customer",
            kind=ck.ClockKind.MUST_BY,
            regime="house",
            owner=Ball.CUSTOMER,
            party=Role.CUSTOMER,
            span=Span(amount=9, unit=Unit.DAYS, source="house"),
            now=life.now,
            calendar=life.case.calendar,
            default="go_on",
            visit=1,
            reminders=ck.Ladder(
                every=Span(amount=48, unit=Unit.HOURS), times=3, hours=notices.daytime
            ),
        )
    )
    life.passing(hours=30)
    before = dict(life.case.clocks)
    adopt(life, lambda rule: rule)
    assert life.case.clocks == before

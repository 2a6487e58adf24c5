"""The account of a clock joins only what belongs together: the span, what it counts from and the
due time that follows from them; what came later is told as a change."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from recourse.disputes import events as ev
from recourse.disputes.actions import Actor, Situation, read_action
from recourse.disputes.balls import Ball
from recourse.disputes.claims import Kind
from recourse.disputes.explain import Explained, explain
from recourse.disputes.notices import Role
from recourse.disputes.spans import Span, Unit
from recourse.disputes.vocabulary import Outcome
from recourse.policies.loading import calendar_named
from tests.disputes.building import NOW, SOLD, a_claim, a_record, a_refund, a_sale, cny
from tests.disputes.living import Life
from tests.disputes.test_consequences import DEMAND

LI = Actor(name="li", role=Role.SUPERVISOR)


def british(**given: object) -> Life:
    """A refund that never came, asked of a bank in the UK: 15 business days, 35 in all with a
    holding reply."""
    claim = a_claim(
        kind=Kind.REFUND_NOT_RECEIVED, jurisdiction="UK", refund={"requested": cny(100)}, **given
    )
    life = Life(claim, institution="bank", calendar=calendar_named("UK"))
    life.ball(Ball.US)
    return life


def may(life: Life, name: str, **data: object) -> bool:
    situation = Situation(case=life.case, actor=LI, now=life.now)
    return read_action(name, data).refusal(situation) is None


def act(life: Life, name: str, **data: object) -> None:
    action = read_action(name, data)
    situation = Situation(case=life.case, actor=LI, now=life.now)
    assert action.refusal(situation) is None
    life.record(*action.events(situation))


def moved(life: Life, name: str, within: Span) -> None:
    """The case is moved to rules in which a clock has another span."""
    rules = tuple(
        rule.model_copy(update={"within": within}) if rule.name == name else rule
        for rule in life.case.playbook.clocks
    )
    newer = life.case.playbook.model_copy(update={"clocks": rules})
    act(
        life,
        "adopt_rules",
        playbook=newer.model_dump(mode="json"),
        calendar=life.case.calendar.model_dump(mode="json"),
        reason="the law has changed",
    )


def close(life: Life) -> None:
    life.record(ev.OutcomeReached(outcome=Outcome.CORRECTED), ev.Closed(outcome=Outcome.CORRECTED))


def told(life: Life, name: str) -> Explained:
    (clock,) = [c for c in explain(life.timeline, life.now).clocks if c.name == name]
    return clock


def assert_first_count_holds(life: Life, clock: Explained) -> None:
    """The first due time is what its span gives from the moment that is named."""
    assert clock.span is not None
    assert clock.first_due == clock.span.end(clock.counted_from, life.case.calendar)
    assert clock.rule == clock.span.rule


HAPPENINGS = st.lists(
    st.tuples(
        st.integers(0, 90),
        st.sampled_from([*Ball, "longer", "other rules", "demand", "closed", "reopened"]),
    ),
    max_size=8,
)


@given(st.booleans(), HAPPENINGS)
@settings(max_examples=60, deadline=None)
def test_whatever_happens_the_first_count_holds(
    in_britain: bool, happenings: list[tuple[int, object]]
) -> None:
    """The first due time of every clock of a rule is what its span gives from what it counts
    from, however it was moved afterwards."""
    life = british() if in_britain else Life(institution="bank")
    life.ball(Ball.US)
    days = 20
    for hours, what in happenings:
        life.passing(hours=hours)
        if life.case.finished or (life.case.closed_at is not None) != (what == "reopened"):
            continue
        match what:
            case Ball():
                life.ball(what)
            case "longer" if may(life, "extend", clock="answer", reason="complex"):
                act(life, "extend", clock="answer", reason="complex")
            case "other rules":
                days += 1
                moved(life, "answer", Span(amount=days, unit=Unit.DAYS, source="house"))
            case "demand":
                life.record(DEMAND)
            case "closed":
                close(life)
            case "reopened":
                life.record(ev.Reopened(reason="x"))
            case _:
                continue
    for clock in explain(life.timeline, life.now).clocks:
        assert_first_count_holds(life, clock)


def test_the_longer_time_of_a_rule_is_a_change_with_its_own_span() -> None:
    """After the holding reply the first count is still of 15 days, and the 35 are told as the
    longer time, with what they are given for."""
    life = british()
    before = life.clock("answer")
    life.passing(days=2)
    act(life, "extend", clock="answer", reason="holding reply sent")
    clock = told(life, "answer")
    assert_first_count_holds(life, clock)
    assert (clock.span, clock.first_due, clock.anchor) == (before.span, before.due, "opened")
    (change,) = clock.changes
    assert change.span == life.clock("answer").span
    assert (change.what, change.needs) == ("longer_by_rule", "holding_reply")
    assert change.due == clock.due == life.clock("answer").due


def test_time_that_was_granted_is_told_as_what_was_added() -> None:
    """An extension names the days that were added, not the whole of the time."""
    life = Life()
    life.ball(Ball.US)
    act(life, "extend", clock="answer", days=5, reason="the terminal is abroad")
    clock = told(life, "answer")
    assert_first_count_holds(life, clock)
    (change,) = clock.changes
    assert change.what == "extended"
    assert change.span is not None
    assert (change.span.amount, change.span.unit) == (5, Unit.DAYS)


def test_other_rules_are_a_change_with_their_own_span_and_source() -> None:
    """Moved to a rule of ten days, a clock began with fifteen."""
    life = british()
    before = life.clock("answer")
    life.passing(days=2)
    ten = Span(amount=10, unit=Unit.BUSINESS_DAYS, source="DISP new [K3]")
    moved(life, "answer", ten)
    clock = told(life, "answer")
    assert_first_count_holds(life, clock)
    assert (clock.span, clock.first_due) == (before.span, before.due)
    (change,) = clock.changes
    assert (change.what, change.span, change.rule) == ("adopted", ten, ten.rule)
    assert change.due == clock.due
    assert life.clock("answer").due < before.due


def test_other_rules_give_no_due_time_to_a_clock_that_stands_still() -> None:
    """Who moves a clock that stands still has not said when it is due: it goes on first."""
    life = Life()
    life.ball(Ball.MERCHANT)
    life.passing(hours=3)
    moved(life, "handling", Span(amount=24, unit=Unit.WORKING_HOURS, source="house"))
    clock = told(life, "handling")
    (change,) = clock.changes
    assert (change.what, change.due, clock.due) == ("adopted", None, None)


def test_a_wait_that_other_rules_lengthen_and_a_window_shortens_began_as_it_did() -> None:
    """Adopted, a wait of twenty days is cut short at once by the window behind it. It began with
    the days that it had before, and both are told as changes."""
    sold = NOW - timedelta(days=107)
    life = british(sale=dict(a_claim().sale) | {"card_brand": "visa", "at": sold})
    began = life.clock("credit_wait")
    life.passing(hours=1)
    twenty = Span(amount=20, unit=Unit.DAYS, source="house")
    moved(life, "credit_wait", twenty)
    clock = told(life, "credit_wait")
    assert_first_count_holds(life, clock)
    assert clock.span == began.span != twenty
    assert clock.counted_from == NOW
    assert [(change.what, change.why) for change in clock.changes][-2:] == [
        ("adopted", "the law has changed"),
        ("recounted", "in_time"),
    ]
    assert clock.due == life.clock("credit_wait").due < clock.changes[-2].due  # type: ignore[operator]


def test_the_longer_time_of_a_rule_is_told_also_when_another_rule_takes_the_clock_over() -> None:
    """After the holding reply a rule that warns alone comes to apply, with the same span from the
    same moment: the clock has not begun anew by that."""
    life = british()
    before = life.clock("answer")
    life.passing(days=2)
    act(life, "extend", clock="answer", reason="holding reply sent")
    life.passing(days=1)
    warning = life.clock("answer").model_copy(update={"default": "warn"})
    life.record(ev.ClockRestarted(clock=warning, why="recounted"))
    clock = told(life, "answer")
    assert_first_count_holds(life, clock)
    assert (clock.span, clock.first_due) == (before.span, before.due)
    assert [change.what for change in clock.changes] == ["longer_by_rule", "recounted"]


def test_a_proven_demand_is_what_limitation_counts_from() -> None:
    """Begun anew by a demand, limitation counts from the demand and says so."""
    life = Life()
    life.ball(Ball.MERCHANT)
    assert told(life, "limitation").anchor == "event"
    life.passing(days=30)
    life.record(DEMAND)
    clock = told(life, "limitation")
    assert_first_count_holds(life, clock)
    assert (clock.anchor, clock.counted_from) == ("demand", life.now)
    assert [(change.what, change.why) for change in clock.changes] == [
        ("restarted", "demand_proven")
    ]


def test_a_clock_that_is_counted_anew_keeps_its_grants_out_of_the_first_count() -> None:
    """Counted from another moment with the days that were granted before, the first due time is
    that of the span alone, and what was brought along is in the later one."""
    life = Life()
    life.ball(Ball.US)
    act(life, "extend", clock="answer", days=5, reason="the terminal is abroad")
    life.passing(days=1)
    moment = {"counted_from": NOW - timedelta(days=2), "anchor": "refund"}
    anew = life.clock("answer").model_copy(update=moment)
    life.record(ev.ClockRestarted(clock=anew, why="recounted"))
    clock = told(life, "answer")
    assert_first_count_holds(life, clock)
    assert (clock.anchor, clock.counted_from) == ("refund", NOW - timedelta(days=2))
    assert clock.first_due < anew.due
    assert [(change.what, change.due) for change in clock.changes] == [("recounted", anew.due)]


def test_what_a_clock_counts_from_is_its_own_and_not_that_of_the_rule_of_today() -> None:
    """Begun by the house's rule from the opening, the wait for a credit keeps saying so where
    another rule of its name would count from the refund."""
    refunded = SOLD + timedelta(days=1)
    life = british()
    record = a_record(a_refund(100, at=refunded), sale=a_sale(card_brand="visa"))
    started = life.happened(ev.ClockStarted)
    life.passing(hours=1)
    life.record(ev.RecordRead(record=record))
    assert [e.event.clock.anchor for e in started if e.event.clock.name == "credit_wait"] == [  # type: ignore[union-attr]
        "opened"
    ]
    clock = told(life, "credit_wait")
    assert_first_count_holds(life, clock)
    moments = {"opened": life.case.opened_at, "refund": refunded}
    assert clock.counted_from == moments[clock.anchor]


def test_a_goal_that_begins_afresh_counts_from_the_reopening() -> None:
    """Reopened, our working time does not count from the opening, and does not say that."""
    life = british()
    life.passing(hours=1)
    close(life)
    life.passing(days=20)
    life.record(ev.Reopened(reason="nothing came"))
    clock = told(life, "handling")
    assert_first_count_holds(life, clock)
    assert (clock.anchor, clock.counted_from) == ("reopened", life.now)


def test_a_clock_of_a_question_counts_from_its_own_start() -> None:
    """What no rule of the case set has no anchor but its own start."""
    life = Life()
    life.ball(Ball.MERCHANT)
    act(life, "promise", party="store", what="look", due=(life.now + timedelta(1)).isoformat())
    clock = told(life, "promise:1")
    assert (clock.anchor, clock.span, clock.rule) == ("", None, "look")
    assert clock.first_due == life.now + timedelta(days=1)

"""What help desks get wrong about time, each guarded by a test that is named after it.

``GUARDED`` names the test for each of the thirty-seven complaints about clocks and calendars
that were collected from the trackers of help desks; those about calendars, letters and whole
cases stand with what they are about.
"""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from recourse.disputes import clocks as ck
from recourse.disputes import events as ev
from recourse.disputes.actions import Actor, Situation, read_action
from recourse.disputes.balls import Ball
from recourse.disputes.case_facts import facts_of
from recourse.disputes.claims import Kind
from recourse.disputes.clocks import Clock, ClockKind, Ladder, earliest
from recourse.disputes.fold import fold
from recourse.disputes.notices import Role
from recourse.disputes.rules import Standing, applying, resolve
from recourse.disputes.spans import Span, Unit
from recourse.disputes.view import view
from recourse.disputes.vocabulary import Outcome
from tests.disputes.building import NOW, a_claim
from tests.disputes.living import Life
from workflows.contact import asks_for, waited_for

TESTS = Path(__file__).parents[1]
LI = Actor(name="li", role=Role.SUPERVISOR)

GUARDED = {
    1: "test_our_time_runs_only_while_we_owe_the_next_move",
    2: "test_no_clock_hides_another",
    3: "test_due_is_reckoned_anew_at_every_turn",
    4: "test_an_answer_by_any_channel_meets_the_clock",
    5: "test_nobody_is_written_to_at_night_and_no_clock_waits_for_the_day",
    6: "test_notes_and_assignments_move_no_clock",
    7: "test_a_case_that_ended_as_a_twin_alarms_nobody",
    8: "test_people_are_reminded_when_they_read",
    9: "test_silence_climbs_to_the_regulator_who_mediates",
    10: "test_closing_stops_every_clock",
    11: "test_working_time_is_added_and_not_time_on_the_wall",
    12: "test_what_has_elapsed_freezes_at_the_end",
    13: "test_nobody_is_written_to_at_night_and_no_clock_waits_for_the_day",
    14: "test_whom_the_case_waits_for_is_told_apart",
    15: "test_what_is_shown_is_what_the_timer_is_set_for",
    16: "test_what_is_shown_is_what_the_timer_is_set_for",
    17: "test_a_lunch_break_does_not_count",
    18: "test_working_time_is_added_and_not_time_on_the_wall",
    19: "test_of_the_rules_of_one_name_exactly_one_applies",
    20: "test_other_rules_keep_what_stood_still",
    21: "test_each_clock_says_what_it_counts_from",
    22: "test_nobodys_time_runs_before_they_are_asked",
    23: "test_a_silent_customer_is_nudged_while_our_time_stands",
    24: "test_reopening_past_due_alarms_nobody",
    25: "test_overdue_is_derived_and_no_flag",
    26: "test_a_clock_ends_once",
    27: "test_every_office_has_hours_and_lunch_in_china",
    28: "test_every_deadline_has_a_moment",
    29: "test_a_clock_is_explained_by_what_happened_to_it",
    30: "test_every_step_of_a_ladder_comes_with_its_number",
    31: "test_another_supervisor_approves",
    32: "test_open_day_and_night_has_no_gap_at_midnight",
    33: "test_china_day_by_day",
    34: "test_the_day_is_the_local_day",
    35: "test_a_calendar_that_never_opens_stops_no_case",
    36: "test_single_dates_differ",
    37: "test_clocks_agree_with_counting_minute_by_minute",
}


def test_every_complaint_has_its_test() -> None:
    """Each of the thirty-seven is guarded by a test that exists."""
    assert sorted(GUARDED) == list(range(1, 38))
    known = {
        name
        for file in TESTS.rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", file.read_text("utf-8"), re.M)
    }
    assert set(GUARDED.values()) <= known


def asked(name: str, party: Role, owner: Ball, days: int = 10, reminders: int = 3) -> Clock:
    """A party is asked now, and reminded every day."""
    life = Life()
    hours = life.case.playbook.notices.daytime if party is Role.CUSTOMER else None
    return ck.start(
        name,
        kind=ClockKind.MUST_BY,
        regime="house",
        owner=owner,
        party=party,
        span=Span(amount=days, unit=Unit.DAYS, source="house"),
        now=NOW,
        calendar=life.case.calendar,
        default="go_on",
        visit=1,
        reminders=Ladder(
            every=Span(amount=24, unit=Unit.HOURS, source="house"), times=reminders, hours=hours
        ),
    )


def test_our_time_runs_only_while_we_owe_the_next_move() -> None:
    """Who has answered last is not overdue: our clock counts our turns and nobody else's."""
    life = Life()
    life.ball(Ball.MERCHANT)
    life.passing(days=9)
    assert life.clock("handling").elapsed(life.now, life.case.calendar) == timedelta()
    life.ball(Ball.US)
    life.passing(hours=2)
    life.ball(Ball.ACQUIRER)
    life.passing(days=9)
    clock = life.clock("handling")
    assert (clock.state, clock.elapsed(life.now, life.case.calendar)) == (
        "paused",
        timedelta(hours=2),
    )
    assert not life.happened(ev.ClockWarned) or all(
        entry.event.clock != "handling"  # type: ignore[union-attr]
        for entry in life.happened(ev.ClockWarned)
    )


def test_no_clock_hides_another() -> None:
    """A short clock beside a long one leaves the long one as it was; both are shown, and both
    come to their moment."""
    life = Life()
    life.ball(Ball.MERCHANT)
    before = {name: clock.due for name, clock in life.case.clocks.items()}
    life.start(asked("answer:store", Role.STORE, Ball.MERCHANT, days=2))
    assert {name: life.clock(name).due for name in before} == before
    shown = {clock.name for clock in view(life.case, life.now).clocks}
    assert shown == {*before, "answer:store"}
    life.passing(days=20)
    out = [entry.event.clock for entry in life.happened(ev.TimedOut)]  # type: ignore[union-attr]
    assert out == ["answer:store", "answer"]


def test_due_is_reckoned_anew_at_every_turn() -> None:
    """Each time the ball comes back the due time is a new one, and it is exact every time."""
    life = Life()
    life.ball(Ball.US)
    dues = [life.clock("handling").due]
    for _ in range(3):
        life.ball(Ball.CUSTOMER)
        life.passing(days=1)
        life.ball(Ball.US)
        dues.append(life.clock("handling").due)
    assert all(later > earlier for earlier, later in pairwise(dues))
    resumed = [entry.event.due for entry in life.happened(ev.ClockResumed)]  # type: ignore[union-attr]
    assert resumed == dues[1:]


@pytest.mark.parametrize("actor", [Actor(name="mei"), Actor(name="wang", role=Role.CUSTOMER)])
def test_an_answer_by_any_channel_meets_the_clock(actor: Actor) -> None:
    """Told by telephone, by mail or in a note that an agent typed in: one event, one effect."""
    life = Life()
    life.start(asked("answer:customer", Role.CUSTOMER, Ball.CUSTOMER))
    action = read_action("reply", {"party": "customer", "text": "here it is"})
    life.record(*action.events(Situation(case=life.case, actor=actor, now=life.now)))
    assert life.clock("answer:customer").state == "met"


def test_nobody_is_written_to_at_night_and_no_clock_waits_for_the_day() -> None:
    """A clock runs out at midnight on a Saturday; what is told of it is told on Monday at nine,
    and no reminder falls outside the hours of who reads it."""
    life = Life()
    life.ball(Ball.US)
    calendar = life.case.calendar
    life.start(asked("answer:customer", Role.CUSTOMER, Ball.CUSTOMER, days=30, reminders=20))
    life.start(asked("answer:store", Role.STORE, Ball.MERCHANT, days=30, reminders=20))
    friday = Span(amount=4, unit=Unit.DAYS, source="house")
    late = ck.start(
        "notice_of_error",
        kind=ClockKind.MUST_BY,
        regime="US",
        owner=Ball.CUSTOMER,
        span=friday,
        now=NOW,
        calendar=calendar,
        default="warn",
    )
    life.start(late)
    life.passing(days=30)
    (ended,) = [e for e in life.happened(ev.TimedOut) if e.event.clock == late.name]  # type: ignore[union-attr]
    (told,) = [e for e in life.happened(ev.ClockWarned) if e.event.clock == late.name]  # type: ignore[union-attr]
    assert ended.at == datetime(2026, 11, 27, 16, tzinfo=UTC)
    assert told.at == datetime(2026, 11, 30, 1, tzinfo=UTC)
    for entry in life.happened(ev.Reminded):
        assert isinstance(entry.event, ev.Reminded)
        party = life.clock(entry.event.clock).party
        hours = life.case.playbook.notices.daytime if party is Role.CUSTOMER else None
        assert calendar.opening(entry.at, hours) == entry.at
    weekend = [e.at for e in life.happened(ev.Reminded) if calendar.local_date(e.at).weekday() > 4]
    assert weekend  # a person is reminded on a Sunday, by day


def test_notes_and_assignments_move_no_clock() -> None:
    """What is written on a case, or whose name stands on it, is no event of time."""
    life = Life()
    life.ball(Ball.MERCHANT)
    life.start(asked("answer:store", Role.STORE, Ball.MERCHANT))
    before = life.case.clocks
    life.now += timedelta(hours=5)
    life.record(ev.Noted(text="x"), ev.Assigned(to="mei"), ev.Assigned(to="li"))
    assert life.case.clocks == before


def test_a_case_that_ended_as_a_twin_alarms_nobody() -> None:
    """The case that goes on has the clocks; the one that was joined to it has none at once."""
    life = Life()
    life.ball(Ball.MERCHANT)
    life.start(asked("answer:store", Role.STORE, Ball.MERCHANT))
    life.record(ev.TwinLinked(case_id="RC-OTHER"), ev.OutcomeReached(outcome=Outcome.DUPLICATE))
    assert not any(clock.awaited for clock in life.case.clocks.values())
    count = len(life.entries)
    life.passing(days=1500)
    assert len(life.entries) == count


def closed(life: Life) -> None:
    life.record(ev.OutcomeReached(outcome=Outcome.CORRECTED), ev.Closed(outcome=Outcome.CORRECTED))


def test_closing_stops_every_clock() -> None:
    """After the end no clock runs, stands still, or waits to be told again."""
    life = Life()
    life.ball(Ball.US)
    life.passing(days=4)
    assert life.clock("handling").overdue_at is not None
    closed(life)
    assert not any(clock.awaited for clock in life.case.clocks.values())
    assert earliest(life.case.clocks) is None


def test_what_has_elapsed_freezes_at_the_end() -> None:
    """How late something was does not grow after it ended."""
    life = Life()
    life.ball(Ball.US)
    life.passing(hours=30)
    closed(life)
    calendar = life.case.calendar
    then = {n: c.elapsed(life.now, calendar) for n, c in life.case.clocks.items()}
    life.passing(days=50)
    assert {n: c.elapsed(life.now, calendar) for n, c in life.case.clocks.items()} == then


def test_whom_the_case_waits_for_is_told_apart() -> None:
    """Store and customer are both asked: the ball is the store's until it has answered, then
    the customer's; and each clock has its own owner."""
    life = Life(a_claim(kind=Kind.RECEIPT_LOST, sale={}, story="slip lost"))
    asks = asks_for(life.case)
    assert {ask.party for ask in asks} >= {Role.STORE, Role.CUSTOMER}
    assert waited_for(life.case, asks) is Ball.MERCHANT
    life.record(ev.AnswerReceived(party=Role.STORE))
    assert waited_for(life.case, asks) is Ball.CUSTOMER
    life.record(ev.AnswerReceived(party=Role.CUSTOMER))
    assert waited_for(life.case, asks) is Ball.US


def test_what_is_shown_is_what_the_timer_is_set_for() -> None:
    """A clock that is shown as standing still sets no timer, and the earliest moment that is
    shown of the others is the one the timer is for."""
    life = Life()
    life.ball(Ball.MERCHANT)
    turns = 0
    while first := earliest(life.case.clocks):
        turns += 1
        shown = {clock.name: clock for clock in view(life.case, life.now).clocks}
        for name, clock in life.case.clocks.items():
            assert (shown[name].due is None) == (clock.state == "paused")
            assert (clock.next_moment is None) == (clock.state not in ("running", "expired")) or (
                clock.state == "expired"
            )
            if clock.next_moment is not None:
                assert first[0] <= clock.next_moment
        life.until(first[0])
        life.ball(Ball.US if life.case.ball is Ball.MERCHANT else Ball.MERCHANT)
    assert turns > 3


def test_of_the_rules_of_one_name_exactly_one_applies() -> None:
    """Two rules may be named alike, for different cases; for one case one of them holds, and
    the finding says on account of what the other does not."""
    life = Life(a_claim(jurisdiction="UK"), institution="bank")
    facts = facts_of(life.case)
    rules = life.case.playbook.clocks
    names = [rule.name for rule in applying(rules, facts)]
    assert len(names) == len(set(names))
    found = [f for f in resolve(rules, facts, life.case.calendar) if f.rule.name == "answer"]
    assert [(f.rule.regime, f.standing, f.fact) for f in found] == [
        ("UK", Standing.APPLIES, ""),
        ("house", Standing.GIVES_WAY, "UK"),
    ]
    merchant = facts.model_copy(update={"claimant": "merchant"})
    found = [f for f in resolve(rules, merchant, life.case.calendar) if f.rule.name == "answer"]
    assert [(f.rule.regime, f.standing, f.fact) for f in found] == [
        ("house", Standing.APPLIES, ""),
        ("UK", Standing.DOES_NOT_APPLY, "claimant"),
    ]


def test_other_rules_keep_what_stood_still() -> None:
    """Moved to a rule of another length, a clock keeps what has elapsed and what stood still:
    it is due later by exactly the difference."""
    life = Life()
    life.ball(Ball.US)
    life.passing(hours=2)
    life.ball(Ball.CUSTOMER)
    life.passing(days=2)
    life.ball(Ball.US)
    before = life.clock("handling")
    rules = tuple(
        rule.model_copy(update={"within": Span(amount=24, unit=Unit.WORKING_HOURS, source="house")})
        if rule.name == "handling"
        else rule
        for rule in life.case.playbook.clocks
    )
    newer = life.case.playbook.model_copy(update={"clocks": rules})
    data = {
        "playbook": newer.model_dump(mode="json"),
        "calendar": life.case.calendar.model_dump(mode="json"),
        "reason": "longer for everybody",
    }
    action = read_action("adopt_rules", data)
    life.record(*action.events(Situation(case=life.case, actor=LI, now=life.now)))
    after, calendar = life.clock("handling"), life.case.calendar
    assert after.pauses == before.pauses
    assert after.elapsed(life.now, calendar) == before.elapsed(life.now, calendar)
    more = calendar.working_hours_between(before.due, after.due)
    assert more == timedelta(hours=8)
    assert life.clock("limitation").due == fold(tuple(life.entries[:3])).clocks["limitation"].due


def test_a_deadline_of_a_year_not_published_moves_when_its_days_are() -> None:
    """Provisional means that it may move: when the working days of the next year are known an
    act counts it anew, and it is provisional no more."""
    life = Life(a_claim(jurisdiction="CN"), institution="bank")
    life.now = datetime(2026, 12, 18, 2, tzinfo=UTC)
    life.ball(Ball.US)
    due = ck.start(
        "answer:store",
        kind=ClockKind.MUST_BY,
        regime="house",
        owner=Ball.MERCHANT,
        span=Span(amount=15, unit=Unit.BUSINESS_DAYS, source="house"),
        now=life.now,
        calendar=life.case.calendar,
        default="go_on",
        visit=1,
    )
    life.start(due)
    assert due.provisional(life.case.calendar)
    days = life.case.calendar.model_dump(mode="json")
    published = days | {
        "version": "2027-01",
        "confirmed_until": "2027-12-31",
        "workdays": [*days["workdays"], "2027-01-02", "2027-01-03"],
    }
    data = {
        "playbook": life.case.playbook.model_dump(mode="json"),
        "calendar": published,
        "reason": "the days of 2027 are published",
    }
    action = read_action("adopt_rules", data)
    life.record(*action.events(Situation(case=life.case, actor=LI, now=life.now)))
    moved = life.clock("answer:store")
    assert moved.due < due.due
    assert not moved.provisional(life.case.calendar)


def test_each_clock_says_what_it_counts_from() -> None:
    """Law counts from the event it names, our goals from when we could begin: the start is of
    each clock and is never guessed."""
    life = Life()
    life.now += timedelta(days=3)
    life.ball(Ball.US)
    facts = facts_of(life.case)
    assert life.clock("limitation").counted_from == facts.sale
    assert life.clock("answer").counted_from == life.case.opened_at
    assert life.clock("answer").started == life.now
    unknown = Life(a_claim(sale={"reference": "536365"}))
    unknown.ball(Ball.US)
    assert "limitation" not in unknown.case.clocks  # nobody knows from when it would count


def test_a_silent_customer_is_nudged_while_our_time_stands() -> None:
    """We have answered and the customer is silent: our clock stands, the customer's reminders
    come one after the other, and only his clock runs out."""
    life = Life()
    life.ball(Ball.CUSTOMER)
    life.start(asked("answer:customer", Role.CUSTOMER, Ball.CUSTOMER, days=7))
    life.passing(days=8)
    numbers = [entry.event.number for entry in life.happened(ev.Reminded)]  # type: ignore[union-attr]
    assert numbers == [1, 2, 3]
    assert life.clock("handling").state == "paused"
    out = [entry.event.clock for entry in life.happened(ev.TimedOut)]  # type: ignore[union-attr]
    assert out == ["answer:customer"]


def test_reopening_past_due_alarms_nobody() -> None:
    """Reopened after everything was due, a case has fresh goals of full length; what law let
    run out meanwhile is shown as run out, and nobody is alarmed about the past."""
    life = Life(a_claim(kind=Kind.REFUND_NOT_RECEIVED, jurisdiction="UK"), institution="bank")
    life.ball(Ball.US)
    life.passing(hours=1)
    closed(life)
    life.passing(days=200)
    told = len(life.happened(ev.ClockWarned, ev.TimedOut))
    life.record(ev.Reopened(reason="nothing came"))
    assert life.clock("answer").state == "expired"
    assert life.clock("handling").started == life.now
    assert life.clock("handling").left(life.now, life.case.calendar) == timedelta(hours=16)
    life.until(life.now + timedelta(minutes=1))
    assert len(life.happened(ev.ClockWarned, ev.TimedOut)) == told


def test_overdue_is_derived_and_no_flag() -> None:
    """Whether a clock is late is read off its due time: told the same timeline, everybody comes
    to the same answer, and more time makes it not late again."""
    life = Life()
    life.ball(Ball.US)
    life.start(asked("answer:store", Role.STORE, Ball.MERCHANT, days=2))
    action = read_action("extend", {"clock": "answer:store", "days": 5, "reason": "inventory"})
    life.record(*action.events(Situation(case=life.case, actor=LI, now=life.now)))
    life.passing(days=4)
    assert life.clock("answer:store").state == "running"
    assert fold(life.timeline) == life.case
    life.passing(days=8)
    assert life.clock("answer:store").state == "expired"
    assert fold(life.timeline) == life.case


def test_every_deadline_has_a_moment() -> None:
    """A due time that somebody set by hand wakes the case as any other does: whatever runs has
    a moment at which it is attended to."""
    life = Life()
    life.ball(Ball.US)
    due = life.now + timedelta(hours=7)
    data = {"party": "store", "what": "look for the slip", "due": due.isoformat()}
    action = read_action("promise", data)
    life.record(*action.events(Situation(case=life.case, actor=LI, now=life.now)))
    for clock in life.case.clocks.values():
        if clock.state == "running":
            assert clock.next_moment is not None
            assert clock.next_moment <= clock.due
    life.until(due)
    assert [e.at for e in life.happened(ev.TimedOut) if e.event.clock == "promise:1"] == [due]  # type: ignore[union-attr]


def test_every_step_of_a_ladder_comes_with_its_number() -> None:
    """Not only the first: every reminder and every word about something overdue comes, in order
    and with its number, and then no more."""
    life = Life()
    life.ball(Ball.US)
    life.start(asked("answer:store", Role.STORE, Ball.MERCHANT, days=20, reminders=6))
    life.passing(days=25)
    numbers = [entry.event.number for entry in life.happened(ev.Reminded)]  # type: ignore[union-attr]
    assert numbers == [1, 2, 3, 4, 5, 6]
    overdue = [
        entry.event.overdue  # type: ignore[union-attr]
        for entry in life.happened(ev.ClockWarned)
        if entry.event.clock == "handling"  # type: ignore[union-attr]
    ]
    assert overdue == [0, 1, 2, 3]

"""Clocks of rules are looked at again when their facts become known, and only then."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recourse.disputes import events as ev
from recourse.disputes.actions import Actor, Situation, read_action
from recourse.disputes.balls import Ball
from recourse.disputes.case_facts import facts_of
from recourse.disputes.claims import Kind
from recourse.disputes.consequences import consequences
from recourse.disputes.explain import Explained, explain
from recourse.disputes.notices import Delivery, Role
from recourse.disputes.records import RefundStatus
from recourse.disputes.rules import Anchor, Rule, When, applying
from recourse.disputes.spans import Span, Unit
from recourse.disputes.timeouts import due_effect
from recourse.disputes.vocabulary import Outcome
from recourse.policies.loading import calendar_named
from templates.words import LANGUAGES, words
from tests.disputes.building import NOW, PRICE, a_claim, a_record, a_refund, a_sale, cny
from tests.disputes.living import Life
from tests.disputes.situations import LETTER

DEMAND = ev.DemandSent(
    to=Role.STORE, document=LETTER, delivery=Delivery(message_id="<1@x>", state="sent")
)
LI = Actor(name="li", role=Role.SUPERVISOR)


def days(number: float) -> timedelta:
    return timedelta(days=number)


def british(
    sold: datetime | None, *, brand: str = "visa", refunded: datetime | None = None
) -> Life:
    """A customer's case in London over a refund that has not come, as the claim tells it."""
    sale = {"reference": "536365", "amount": cny(PRICE), "card_last4": "4242"}
    refund = {"requested": cny(100)} | ({"at": refunded} if refunded else {})
    claim = a_claim(
        Kind.REFUND_NOT_RECEIVED,
        jurisdiction="UK",
        sale=sale | {"at": sold, "card_brand": brand},
        refund=refund,
    )
    life = Life(claim, calendar=calendar_named("UK"))
    life.ball(Ball.MERCHANT)
    return life


def read(life: Life, sold: datetime, *refunded: datetime, brand: str = "visa") -> None:
    """The acquirer's books are read."""
    refunds = [a_refund(100, number=n, at=at) for n, at in enumerate(refunded, start=1)]
    record = a_record(*refunds, sale=a_sale(at=sold, card_brand=brand))
    life.record(ev.RecordRead(record=record))


def end(life: Life, since: datetime, number: int) -> datetime:
    """The end of so many days after a moment."""
    return life.case.calendar.after_days(since, number)


def restarts(life: Life, name: str) -> list[str]:
    """Why a clock was counted anew, each time."""
    happened = [entry.event for entry in life.happened(ev.ClockRestarted)]
    return [e.why for e in happened if isinstance(e, ev.ClockRestarted) and e.clock.name == name]


def account(life: Life, name: str) -> Explained:
    (found,) = [c for c in explain(life.timeline, life.now).clocks if c.name == name]
    return found


def with_rules(life: Life, *more: Rule, without: str = "") -> None:
    """Lay rules beside those that the case is pinned to, from its opening on."""
    kept = tuple(rule for rule in life.case.playbook.clocks if rule.name != without)
    ruled = life.case.playbook.model_copy(update={"clocks": (*kept, *more)})
    life.case = life.case.model_copy(update={"playbook": ruled})


def adopt(life: Life, *rules: Rule) -> None:
    """A supervisor moves the case to other rules."""
    ruled = life.case.playbook.model_copy(update={"clocks": rules})
    data = {
        "playbook": ruled.model_dump(mode="json"),
        "calendar": life.case.calendar.model_dump(mode="json"),
        "reason": "another edition",
    }
    action = read_action("adopt_rules", data)
    life.record(*action.events(Situation(case=life.case, actor=LI, now=life.now)))


def goal(name: str, amount: int, **given: Any) -> Rule:
    told: dict[str, Any] = {
        "name": name,
        "regime": "house",
        "kind": "review",
        "owner": "us",
        "effect": "warn",
        "within": Span(amount=amount, unit=Unit.DAYS, source="house"),
    }
    return Rule.model_validate(told | given)


def test_a_window_that_was_only_thought_to_be_over_opens_again() -> None:
    """Counted from the sale while no refund is known, Visa's window has run out and bars the
    route; when the books tell the refund it counts from there, and the bar is lifted."""
    sold, refunded = NOW - days(150), NOW - days(20)
    life = british(sold)
    life.passing(days=1)
    assert life.case.barred == {"scheme_dispute"}
    read(life, sold, refunded)
    window = life.clock("scheme_window")
    assert (window.state, window.due) == ("running", end(life, refunded, 120))
    assert (window.anchor, window.counted_from) == ("event", refunded)
    assert life.case.barred == frozenset()
    life.until(window.due - timedelta(seconds=1))
    assert life.case.barred == frozenset()
    life.passing(seconds=1)
    assert life.case.barred == {"scheme_dispute"}
    assert restarts(life, "scheme_window") == ["recounted"]


def test_a_window_that_is_over_all_the_same_alarms_nobody_twice() -> None:
    """Counted from another day and run out still, it stays so, and says from which day."""
    sold, refunded = NOW - days(300), NOW - days(140)
    life = british(sold)
    life.passing(days=3)
    alarms = len(life.happened(ev.TimedOut, ev.ClockWarned))
    read(life, sold, refunded)
    life.passing(days=3)
    window = life.clock("scheme_window")
    assert (window.state, window.ended) == ("expired", end(life, refunded, 120))
    assert life.case.barred == {"scheme_dispute"}
    assert len(life.happened(ev.TimedOut, ev.ClockWarned)) == alarms


def test_a_closer_rule_takes_over_a_wait_that_runs() -> None:
    """While the card is not known we wait by our own rule, from the opening; when it turns out
    to be a Visa its wait holds, from the credit: it is over, and the window still open."""
    sold, refunded = NOW - days(150), NOW - days(108)
    life = british(sold, brand="", refunded=refunded)
    assert life.clock("credit_wait").regime == "house"
    life.passing(hours=1)
    read(life, sold, refunded)
    wait = life.clock("credit_wait")
    assert (wait.regime, wait.due, wait.anchor) == ("visa", end(life, refunded, 15), "refund")
    life.passing(hours=1)
    assert life.clock("credit_wait").state == "met"
    assert life.clock("scheme_window").state == "running"
    told = account(life, "credit_wait")
    assert (told.anchor, told.regime) == ("refund", "visa")
    assert [(change.what, change.why) for change in told.changes] == [("recounted", "recounted")]


def test_a_wait_that_is_over_waits_again_for_a_later_credit() -> None:
    """Who comes early has lost: a credit that the books show to be younger than was thought
    is waited for, although another wait has ended."""
    sold = NOW - days(30)
    life = british(sold)
    life.passing(days=16)
    assert life.clock("credit_wait").state == "met"
    made = life.now - days(3)
    read(life, sold, made)
    wait = life.clock("credit_wait")
    assert (wait.state, wait.due, wait.ended) == ("running", end(life, made, 15), None)


def test_a_wait_never_outlasts_the_window_behind_it() -> None:
    """Our own wait counts from the opening and the window from the sale: where the wait would
    end too late to file, the door opens a week before the window closes."""
    sold = NOW - days(107)
    life = british(sold)
    window, wait = life.clock("scheme_window"), life.clock("credit_wait")
    assert wait.regime == "house"
    assert window.due == end(life, sold, 120)
    assert wait.due == window.due - days(7)
    assert end(life, NOW, 15) > window.due
    told = account(life, "credit_wait")
    assert told.first_due == end(life, NOW, 15)
    assert [change.why for change in told.changes] == ["in_time"]
    life.until(wait.due + timedelta(seconds=1))
    assert life.clock("credit_wait").state == "met"
    assert life.case.barred == frozenset()
    # A window that is over already has nothing to be in time for.
    late = british(NOW - days(121))
    assert late.clock("credit_wait").due == end(late, NOW, 15)


def test_a_wait_is_whole_again_when_the_window_is() -> None:
    """Cut short for a window that closes later than was thought, the wait is what it was."""
    sold = NOW - days(107)
    life = british(sold)
    assert life.clock("credit_wait").due < end(life, NOW, 15)
    read(life, NOW - days(60))
    assert life.clock("scheme_window").due == end(life, NOW - days(60), 120)
    assert life.clock("credit_wait").due == end(life, NOW, 15)


def test_a_wait_that_was_let_go_too_soon_waits_again() -> None:
    """Its end came for a window that was only thought to close: when the books tell that it is
    open for longer, or was over before, the wait is waited out as if that had been known."""
    for told, real in ((535, 20), (535, 700)):
        refunded = NOW - days(2)
        life, sure = (british(NOW - days(ago), refunded=refunded) for ago in (told, real))
        life.passing(hours=1)
        assert life.clock("credit_wait").state == "met"
        read(life, NOW - days(real), refunded)
        assert life.clock("credit_wait") == sure.clock("credit_wait")
        assert restarts(life, "credit_wait") == ["in_time", "in_time"]
        life.until(end(life, refunded, 15) - timedelta(seconds=1))
        assert life.clock("credit_wait").state == "running"
        life.passing(seconds=1)
        assert life.clock("credit_wait").state == "met"


def test_time_alone_shuts_no_door_again() -> None:
    """A wait that was over in time for a window stays over when that has closed, although the
    whole of it would last on; and what is known of the window without moving it changes
    nothing."""
    life = british(NOW - days(107))
    window, wait = life.clock("scheme_window"), life.clock("credit_wait")
    life.until(wait.due + timedelta(seconds=1))
    read(life, NOW - days(107))
    life.until(window.due + timedelta(seconds=1))
    assert life.now < end(life, NOW, 15)
    life.ball(Ball.US)
    assert life.clock("scheme_window").state == "expired"
    assert life.clock("credit_wait").state == "met"
    assert restarts(life, "credit_wait") == ["in_time"]


def test_what_no_fact_moves_is_not_counted_anew() -> None:
    """The books tell the same day to the minute, and clocks that count from the opening: no
    clock begins anew, and our own time stands as it stood."""
    sold = NOW - days(20)
    life = british(sold, refunded=NOW - days(17))
    life.passing(days=2)
    before = dict(life.case.clocks)
    read(life, sold + timedelta(minutes=2), NOW - days(17) + timedelta(minutes=3))
    assert not life.happened(ev.ClockRestarted)
    assert life.case.clocks == before


def test_what_was_done_stays_done() -> None:
    """A clock that our answer has met does not run again because its first moment was another;
    nor does one whose end has taken the case elsewhere."""
    life = british(NOW - days(10), brand="")
    done = goal("said", 30, anchor=Anchor.EVENT, met_by="answer")
    over = goal("gone", 5, anchor=Anchor.EVENT, effect="escalate")
    with_rules(life, done, over)
    life.passing(hours=1)
    life.ball(Ball.US)
    life.record(ev.ClockMet(clock="said"))
    life.passing(hours=1)
    escalated = due_effect(life.case)
    assert isinstance(escalated, ev.StageEntered)
    life.record(escalated)
    read(life, NOW - days(1))
    assert (life.clock("said").state, life.clock("gone").state) == ("met", "expired")
    assert not restarts(life, "said") + restarts(life, "gone")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("why", ["demand_proven", "recounted", "in_time", "does_not_apply"])
def test_why_a_clock_was_counted_anew_is_told_in_words(language: str, why: str) -> None:
    """Whoever reads the account of a clock reads no codes."""
    assert words(language).has("restarts", why)
    assert {words(language).has("explain", what) for what in ("restarted", "recounted")} == {True}


def test_adopted_rules_are_not_counted_back() -> None:
    """Moved by an act to rules that count from elsewhere, a clock keeps its first moment."""
    sold, refunded = NOW - days(60), NOW - days(20)
    life = british(sold)
    read(life, sold, refunded)
    other = Span(amount=150, unit=Unit.DAYS, source="house")
    moved = tuple(
        rule.model_copy(update={"anchor": Anchor.SALE, "within": other})
        if (rule.name, rule.regime) == ("scheme_window", "visa")
        else rule
        for rule in life.case.playbook.clocks
    )
    done = len(life.happened(ev.ClockRestarted))
    adopt(life, *moved)
    life.passing(days=1)
    life.ball(Ball.US)
    assert life.clock("scheme_window").due == end(life, refunded, 150)
    assert len(life.happened(ev.ClockRestarted)) == done


def test_the_acquirers_record_goes_before_what_anybody_tells() -> None:
    """A customer's day, and the card he takes his for, hold until the books are read."""
    told = NOW - days(30)
    life = british(told, brand="mastercard", refunded=told)
    assert facts_of(life.case).refund == told
    read(life, NOW - days(50), NOW - days(25), brand="Visa")
    facts = facts_of(life.case)
    assert (facts.sale, facts.refund) == (NOW - days(50), NOW - days(25))
    assert facts.brand == "visa"
    silent = british(told, brand="mastercard")
    read(silent, told, brand="")
    assert facts_of(silent.case).brand == "mastercard"


def test_of_several_refunds_the_last_before_the_opening_counts() -> None:
    """Never too early: the last that was on record when the case was opened. What failed, what
    was taken back from the card and what we corrected ourselves is none."""
    life = british(NOW - days(60), refunded=NOW - days(33))
    failed, debit, ours = (
        a_refund(100, RefundStatus.FAILED, 3, at=NOW - days(5)),
        a_refund(100, number=4, at=NOW - days(4), direction="debit"),
        a_refund(100, number=5, at=NOW + days(2), effect_id="RC-1:refund:1@20261101T000000Z"),
    )
    first, second = (a_refund(100, number=n, at=NOW - days(40 - n)) for n in (1, 2))
    till = a_refund(100, number=6, at=NOW + days(1))
    life.passing(days=3)

    def counted(*refunds: Any) -> datetime | None:
        life.record(ev.RecordRead(record=a_record(*refunds)))
        return facts_of(life.case).refund

    assert counted(second, first, failed, debit, till, ours) == second.at
    assert counted(failed, debit, ours) == failed.at  # the one that has not been received
    assert counted(debit, till, ours) == NOW - days(33)  # as it was told
    nobody = british(NOW - days(60))
    nobody.passing(days=3)
    nobody.record(ev.RecordRead(record=a_record(debit, till, ours)))
    assert facts_of(nobody.case).refund == till.at


HAPPENINGS = st.lists(
    st.one_of(
        st.tuples(st.just("days"), st.integers(1, 60)),
        st.tuples(st.just("ball"), st.sampled_from(Ball)),
        st.tuples(st.just("demand"), st.none()),
        st.tuples(
            st.just("books"),
            st.tuples(
                st.sampled_from(("", "visa", "mastercard", "unionpay")),
                st.sampled_from(("", "debit", "credit")),
                st.integers(0, 1300),
                st.lists(st.integers(-40, 600), max_size=3),
            ),
        ),
    ),
    max_size=10,
)


@given(
    st.sampled_from(Kind),
    st.sampled_from(("CN", "UK", "US", "EU")),
    st.none() | st.integers(0, 1300),
    HAPPENINGS,
)
@settings(max_examples=80, deadline=None)
def test_every_clock_stands_as_the_facts_say(
    kind: Kind, place: Any, sold: int | None, happenings: list[tuple[str, Any]]
) -> None:
    """Whatever becomes known and in whatever order: what follows comes to an end; every clock
    that runs is that of the rule that applies, and none that a rule sets is stopped; no wait
    outlasts an open window."""
    sale = {"reference": "536365", "amount": cny(PRICE), "card_last4": "4242"}
    at = {"at": NOW - days(sold)} if sold is not None else {}
    life = Life(
        a_claim(kind, jurisdiction=place, sale=sale | at),
        institution="bank",
        calendar=calendar_named(place),
    )
    life.ball(Ball.US)
    for what, told in happenings:
        match what:
            case "days":
                life.passing(days=told)
            case "ball":
                life.ball(told)
            case "demand":
                life.record(DEMAND)
            case _:
                brand, funding, ago, refunds = told
                found = a_sale(at=NOW - days(ago), card_brand=brand, card_funding=funding)
                given_back = [
                    a_refund(1, number=n, at=NOW - days(each)) for n, each in enumerate(refunds)
                ]
                life.record(ev.RecordRead(record=a_record(*given_back, sale=found)))
        last = life.entries[-1].event
        assert consequences(life.case, last, life.now) == ()
        _as_the_facts_say(life)


def _as_the_facts_say(life: Life) -> None:
    facts = facts_of(life.case)
    rules = {rule.name: rule for rule in applying(life.case.playbook.clocks, facts)}
    for clock in life.case.clocks.values():
        rule = rules.get(clock.name)
        if rule is None:
            continue
        assert clock.state != "stopped"
        if clock.pending:
            assert (clock.regime, clock.span) == (rule.regime, rule.within)
        whole = _whole(rule, facts.demand, life)
        if whole is not None and clock.state in ("running", "expired"):
            assert clock.due <= whole
            assert clock.due == whole or clock.name == "credit_wait"
    wait, window = (life.case.clocks.get(name) for name in ("credit_wait", "scheme_window"))
    if wait is None or window is None or not (wait.pending and window.pending):
        return
    if "scheme_dispute" in window.rungs and window.due > life.now:
        week = Span(amount=7, unit=Unit.DAYS)
        assert wait.due <= week.before(window.due, life.case.calendar)


def _whole(rule: Rule, demand: datetime | None, life: Life) -> datetime | None:
    """When a rule's clock is due by what is known; none where a demand has had its say, or
    where it may have stood still."""
    if rule.pauses_while or (rule.restarts and demand is not None):
        return None
    since = facts_of(life.case).moment(rule.anchor)
    return rule.within.end(since, life.case.calendar) if since else None


def test_an_answer_that_was_given_meets_what_begins_after_it() -> None:
    """The books tell only after our answer that a rule holds, or holds after all: the answer
    was in time, or it was late and that is written down; nobody is chased for it again."""
    by_visa = When(brand=("visa",))
    late = goal("late", 2, met_by="answer", when=by_visa, effect="escalate")
    ahead = goal("ahead", 30, met_by="answer", when=by_visa, effect="escalate")
    stopped = goal("stopped", 30, met_by="answer", when=When(brand=("visa", "mastercard")))
    life = british(NOW, brand="mastercard")
    with_rules(life, late, ahead, stopped)
    life.ball(Ball.US)
    life.passing(days=3)
    read(life, NOW, brand="amex")
    assert life.clock("stopped").state == "stopped"
    life.answer()
    assert "ahead" not in life.case.clocks
    life.passing(days=1)
    read(life, NOW)
    states = {name: life.clock(name).state for name in ("ahead", "stopped", "late")}
    assert states == {"ahead": "met", "stopped": "met", "late": "running"}
    life.passing(hours=1)
    life.record(ev.ClockWarned(clock="scheme_window"))  # the next record writes down what is late
    assert life.clock("late").state == "expired"
    assert due_effect(life.case) is None
    assert life.clock("late").overdue_at is None


def test_a_reopened_case_owes_an_answer_anew() -> None:
    """The answer of before meets no goal that begins with the reopening."""
    life = british(NOW)
    life.answer()
    life.record(ev.OutcomeReached(outcome=Outcome.SATISFIED, reason="confirmed"))
    life.passing(days=1)
    life.record(ev.Reopened(reason="the money did not come"))
    owed = [c for c in life.case.clocks.values() if c.met_by == "answer" and c.house]
    assert owed
    assert {clock.state for clock in owed} == {"running"}


@pytest.mark.parametrize(("by_other", "moved"), [("escalate", True), ("warn", False)])
def test_the_end_of_a_warning_is_an_escalation_by_the_rule_that_holds(
    by_other: str, moved: bool
) -> None:
    """What ran out as a mere warning escalates when the books tell that the rule holds which
    escalates, and that it had run out by that one too."""
    by_visa, others = When(brand=("visa",)), When(brand=("amex",))
    first = goal("look", 2, when=others)
    second = goal("look", 3, regime="store", when=by_visa, effect=by_other)
    life = british(NOW, brand="amex")
    with_rules(life, first, second)
    life.ball(Ball.US)
    life.passing(days=5)
    assert life.clock("look").state == "expired"
    assert due_effect(life.case) is None
    read(life, NOW)
    assert (life.clock("look").regime, life.clock("look").state) == ("store", "expired")
    assert (due_effect(life.case) is not None) is moved

"""The fold: any event in any order gives a case, and the same timeline always the same one."""

from datetime import timedelta
from functools import reduce
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.disputes import events as ev
from recourse.disputes.balls import Ball
from recourse.disputes.case import Case
from recourse.disputes.claims import Kind
from recourse.disputes.clocks import ClockKind
from recourse.disputes.effects import AnswerKind
from recourse.disputes.events import Event
from recourse.disputes.fold import REMEMBERED_REQUESTS, apply, fold, opened
from recourse.disputes.notices import Role
from recourse.disputes.timeline import Entry, entry_after
from recourse.disputes.view import view
from recourse.disputes.vocabulary import Cause, Outcome, Result, Stage
from tests.disputes.building import (
    NOW,
    a_case,
    a_claim,
    a_clock,
    an_answer,
    an_order,
    entries_of,
)
from tests.disputes.strategies import EVENTS, timelines


def test_every_event_has_a_strategy() -> None:
    """No kind of event is left out of what the properties below are tried with."""
    assert set(EVENTS) == set(get_args(get_args(Event)[0]))


@given(timelines())
def test_any_events_in_any_order_give_a_case(entries: tuple[Entry, ...]) -> None:
    """The fold is total, and what every case promises holds after every single event."""
    before = opened(entries[0])
    for entry in entries[1:]:
        after = apply(before, entry)
        _holds(before, entry, after)
        before = after
    view(before, entries[-1].at)


ANEW = (
    ev.ClockStarted,
    ev.ClockRestarted,
    ev.ClockExtended,
    ev.ClockResumed,
    ev.PolicyAdopted,
    ev.Reopened,
)
"""Events that bring a clock with them, or bring one back."""


def _holds(before: Case, entry: Entry, after: Case) -> None:
    assert after.path[0] is Stage.CONTACT
    assert all(one is not other for one, other in zip(after.path, after.path[1:], strict=False))
    assert after.path[: len(before.path)] == before.path
    assert after.visit >= before.visit
    assert len(after.seen_requests) <= REMEMBERED_REQUESTS
    assert len(set(after.seen_requests)) == len(after.seen_requests)
    keys = [told.key for told in after.told]
    given_keys = [told.key for told in before.told]
    if (
        len(set(given_keys)) == len(given_keys)
        and getattr(entry.event, "key", "") not in given_keys
    ):
        assert len(set(keys)) == len(keys)
    assert after.money_in_flight == any(intent.in_doubt for intent in after.intents)
    assert after.opened_at == before.opened_at
    assert after.case_id == before.case_id
    if isinstance(entry.event, ev.Closed | ev.WatchEnded):
        assert not any(clock.awaited for clock in after.clocks.values())
    if isinstance(entry.event, ev.Reopened):
        goals = [c for c in after.clocks.values() if c.house and c.kind is not ClockKind.NOT_BEFORE]
        assert not any(clock.pending for clock in goals)
    if isinstance(entry.event, ev.Closed):
        assert after.closed_at == entry.at
        assert after.outcome is entry.event.outcome
    for name, clock in before.clocks.items():
        if not clock.pending and not isinstance(entry.event, ANEW):
            assert (after.clocks[name].state, after.clocks[name].ended) == (
                clock.state,
                clock.ended,
            )
    for name, clock in after.clocks.items():
        assert clock.pending == (clock.ended is None), name
        assert (clock.state == "paused") == any(p.until is None for p in clock.pauses), name


@given(timelines())
def test_a_fold_is_one_event_after_the_other(entries: tuple[Entry, ...]) -> None:
    """Folding a whole timeline and following it event by event give the same case."""
    assert fold(entries) == reduce(apply, entries[1:], opened(entries[0]))


@given(timelines(), st.data())
def test_a_fold_can_go_on_from_anywhere(entries: tuple[Entry, ...], data: st.DataObject) -> None:
    """A case that was stored as JSON in between goes on as if it had not been."""
    place = data.draw(st.integers(1, len(entries)))
    stored = Case.model_validate_json(fold(entries[:place]).model_dump_json())
    assert stored == fold(entries[:place])
    assert reduce(apply, entries[place:], stored) == fold(entries)


def test_a_timeline_starts_with_an_opening() -> None:
    """What does not start with an opening is no case."""
    with pytest.raises(TypeError, match="case_opened"):
        fold((entry_after(None, NOW, "recourse", ev.Noted(text="x")),))


def test_only_the_last_requests_are_remembered() -> None:
    """Request ids are remembered long enough for a restart, and not for ever."""
    entries = list(entries_of())
    for number in range(REMEMBERED_REQUESTS + 50):
        entries.append(entry_after(entries[-1], NOW, "agent:mei", ev.Noted(text="x"), f"q{number}"))
    seen = fold(tuple(entries)).seen_requests
    assert len(seen) == REMEMBERED_REQUESTS
    assert (seen[0], seen[-1]) == ("q50", f"q{REMEMBERED_REQUESTS + 49}")


def test_a_stage_stops_its_own_clocks_only() -> None:
    """A clock of a visit ends with it; a clock of law runs on."""
    case = a_case(
        ev.ClockStarted(clock=a_clock("decide", visit=1)),
        ev.ClockStarted(clock=a_clock("cn_complaint", regime="CN")),
        ev.StageEntered(stage=Stage.ESCALATION, why="x"),
    )
    assert case.clocks["decide"].state == "stopped"
    assert case.clocks["cn_complaint"].pending
    assert case.clock("decide") is None
    assert case.clock("cn_complaint") is not None


@pytest.mark.parametrize("first", ["met", "stopped", "expired"])
@pytest.mark.parametrize("second", ["met", "stopped", "expired"])
def test_a_clock_ends_once(first: str, second: str) -> None:
    """What comes after a clock's end changes neither how it ended nor when."""
    ends: dict[str, Event] = {
        "met": ev.ClockMet(clock="decide"),
        "stopped": ev.ClockStopped(clock="decide"),
        "expired": ev.TimedOut(clock="decide", owner=Ball.US, default="escalate"),
    }
    case = a_case(ev.ClockStarted(clock=a_clock("decide")), ends[first], ends[second])
    ended = case.clocks["decide"]
    assert (ended.state, ended.ended) == (first, NOW + timedelta(hours=2))


def test_a_new_look_at_verification_starts_afresh() -> None:
    """Verification entered anew has no verdict and no decision; what was asked of the
    acquirer stays."""
    case = a_case(
        ev.StageEntered(stage=Stage.VERIFICATION, why="x"),
        ev.CorrectionRequested(order=an_order(), part=0),
        ev.ReceiptConfirmed(received=True),
        ev.StageEntered(stage=Stage.VERIFICATION, why="again"),
    )
    assert (case.record, case.verdict, case.decision, case.confirmed) == (None,) * 4
    assert len(case.intents) == 1
    assert case.intents_of_visit() == ()
    assert case.path == (Stage.CONTACT, Stage.VERIFICATION)
    assert case.visit == 3


def test_a_case_reopened_runs_again() -> None:
    """A reopened case has no outcome, and its clocks start afresh."""
    case = a_case(
        ev.OutcomeReached(outcome=Outcome.CORRECTED, reason="x", cause=Cause.SYSTEM_FAULT),
        ev.Closed(outcome=Outcome.CORRECTED, reason="x"),
        ev.ClockStarted(clock=a_clock("watch", visit=2)),
        ev.Reopened(reason="nothing came"),
    )
    assert case.outcome is None
    assert case.closed_at is None
    assert not case.clocks["watch"].pending
    assert case.cause is Cause.SYSTEM_FAULT


ANSWERS: list[tuple[dict[str, str], dict[str, str]]] = [
    ({"sale_amount": "139.12 CNY"}, {"amount": "139.12 CNY"}),
    ({"sale_amount": "88"}, {"amount": "88.00 CNY"}),
    ({"sale_amount": "-88"}, {}),
    ({"sale_amount": "0"}, {}),
    ({"sale_amount": "about ninety"}, {}),
    ({"sale_amount": "1e999"}, {}),
    ({"sale_date": "2026-11-20"}, {"at": "2026-11-20 12:00:00+08:00"}),
    ({"sale_date": "20261120"}, {"at": "2026-11-20 12:00:00+08:00"}),
    ({"sale_date": "2026年11月20日"}, {"at": "2026-11-20 12:00:00+08:00"}),
    ({"sale_date": "2026/11/2"}, {"at": "2026-11-02 12:00:00+08:00"}),
    ({"sale_date": "2026-11-20T18:05"}, {"at": "2026-11-20 18:05:00+08:00"}),
    ({"sale_date": "2026-11-20T18:05:00Z"}, {"at": "2026-11-20 18:05:00+00:00"}),
    ({"sale_date": "1763600000"}, {}),
    ({"sale_date": "2026-13-40"}, {}),
    ({"sale_date": "0001-01-01"}, {}),
    ({"sale_date": "yesterday"}, {}),
    ({"card_last4": "1234"}, {"card_last4": "1234"}),
    ({"card_last4": "12345"}, {}),
    ({"card_brand": "银联"}, {"card_brand": "unionpay"}),
    ({"card_brand": "Master Card"}, {"card_brand": "mastercard"}),
    ({"card_brand": "VISA "}, {"card_brand": "visa"}),
    ({"card_brand": "American Express"}, {"card_brand": "amex"}),
    ({"card_brand": "not sure"}, {}),
    ({"card_brand": "不知道"}, {}),
    ({"reference": "536366"}, {"reference": "536366"}),
    ({"what_happened": "nothing"}, {}),
    ({"card_last4": "12345", "terminal": "T0000002"}, {"terminal": "T0000002"}),
]


@pytest.mark.parametrize(("answers", "learned"), ANSWERS, ids=lambda part: str(part))
def test_answers_are_read_as_people_write_them(
    answers: dict[str, str], learned: dict[str, str]
) -> None:
    """A day is a day where the case lives and an amount is in the claim's currency; what
    does not read as what it should be changes nothing."""
    claim = a_claim(
        Kind.RECEIPT_LOST, sale={}, refund={"requested": {"amount": "100", "currency": "CNY"}}
    )
    case = a_case(ev.AnswerReceived(party=Role.CUSTOMER, answers=answers), claim=claim)
    told = {name: str(value) for name, value in case.known if value is not None and value != ""}
    assert told == learned


@pytest.mark.parametrize(
    ("kind", "heard", "in_doubt", "done", "failed"),
    [
        (None, None, True, False, False),
        (AnswerKind.UNKNOWN, None, True, False, False),
        (AnswerKind.ABSENT, None, True, False, False),
        (AnswerKind.ACCEPTED, None, False, False, False),
        (AnswerKind.SUCCEEDED, None, False, True, False),
        (AnswerKind.FAILED, None, False, False, True),
        (AnswerKind.UNKNOWN, "bank 123", False, True, False),
        (AnswerKind.FAILED, "bank 123", False, True, False),
        (None, "bank 123", False, True, False),
    ],
)
def test_an_intent_is_in_doubt_until_it_is_known(
    kind: AnswerKind | None, heard: str | None, in_doubt: bool, done: bool, failed: bool
) -> None:
    """Money is in flight from the moment it is asked for until the acquirer is known to have
    the order, or a person says where it was done."""
    events: list[Event] = [ev.CorrectionRequested(order=an_order(), part=0)]
    if kind is not None:
        events.append(ev.CorrectionAnswered(effect_id="e1", answer=an_answer(kind)))
    if heard is not None:
        events.append(ev.CorrectionByHand(effect_id="e1", reference=heard))
    case = a_case(*events)
    (intent,) = case.intents
    assert (intent.in_doubt, intent.done, intent.failed) == (in_doubt, done, failed)
    assert case.money_in_flight is in_doubt


@pytest.mark.parametrize(
    ("party", "field"),
    [
        (Role.STORE, "store"),
        (Role.MERCHANT, "store"),
        (Role.HIGHER_SERVICE, "higher_service"),
        (Role.ACQUIRER, "acquirer"),
        (Role.CUSTOMER, "customer"),
        (Role.PLATFORM, ""),
    ],
)
def test_words_are_kept_by_who_said_them(party: Role, field: str) -> None:
    """What a party says bears on the verdict under its own name, or not at all."""
    case = a_case(ev.AnswerReceived(party=party, result=Result.DENIES))
    said = {name for name, value in case.words if value is not None}
    assert said == ({field} if field else set())

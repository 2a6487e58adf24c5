"""Claims, books and cases to try the rules on, changed by what a test is about."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from recourse.disputes.balls import Ball
from recourse.disputes.calendars import Calendar
from recourse.disputes.case import Case
from recourse.disputes.casetime import real_time
from recourse.disputes.claims import Claim, Kind
from recourse.disputes.clocks import Clock, ClockKind
from recourse.disputes.effects import AnswerKind, EffectAnswer, EffectOrder, Remedy
from recourse.disputes.events import CaseOpened, Event
from recourse.disputes.fold import fold
from recourse.disputes.money import Money
from recourse.disputes.playbooks import Playbook
from recourse.disputes.records import (
    Chargeback,
    ChargebackStatus,
    Record,
    Refund,
    RefundStatus,
    Sale,
    TerminalEvent,
)
from recourse.disputes.timeline import Entry, entry_after
from recourse.policies.loading import calendar_named, playbook_for

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SOLD = NOW - timedelta(days=10)
PRICE = 13912
CASE_ID = "RC-TEST-0000-0001"


def cny(minor: int) -> Money:
    return Money(minor=minor, currency="CNY")


def jpy(minor: int) -> Money:
    return Money(minor=minor, currency="JPY")


@cache
def playbook(kind: Kind, jurisdiction: Any = "CN") -> Playbook:
    return playbook_for(kind, jurisdiction, date(2026, 11, 20))


@cache
def calendar() -> Calendar:
    return calendar_named("CN").window(date(2026, 11, 1), date(2027, 2, 1))


def a_claim(kind: Kind = Kind.WRONG_REFUND, **given: Any) -> Claim:
    told: dict[str, Any] = {
        "kind": kind,
        "claimant": "customer",
        "customer": {"name": "王芳", "email": "wang.fang@example.com"},
        "merchant": {"id": "M100", "name": "云膳过桥米线", "store": "S01"},
        "acquirer": "simulator",
        "sale": {"reference": "536365", "amount": cny(PRICE), "at": SOLD, "card_last4": "4242"},
    }
    return Claim.model_validate(told | given)


def a_sale(status: str = "captured", captured: int | None = None, **given: Any) -> Sale:
    taken = captured if captured is not None else PRICE if status == "captured" else 0
    told: dict[str, Any] = {
        "reference": "536365",
        "at": SOLD,
        "amount": cny(PRICE),
        "captured": cny(taken),
        "status": status,
        "store": "S01",
        "terminal": "T0000001",
        "card_last4": "4242",
        "rrn": "632404123456",
        "auth_code": "887464",
    }
    return Sale.model_validate(told | given)


def a_refund(
    minor: int, status: RefundStatus = RefundStatus.POSTED, number: int = 1, **given: Any
) -> Refund:
    made = SOLD + timedelta(days=1)
    told: dict[str, Any] = {
        "reference": f"R{number}",
        "sale": "536365",
        "amount": cny(minor),
        "at": made,
        "status": status,
        "card_last4": "4242",
        "posted_at": made if status is RefundStatus.POSTED else None,
    }
    return Refund.model_validate(told | given)


def a_record(*refunds: Refund, sale: Sale | None = None, events: tuple[str, ...] = ()) -> Record:
    return Record(
        sale=sale or a_sale(),
        refunds=refunds,
        terminal_events=tuple(
            TerminalEvent.model_validate({"terminal": "T0000001", "at": SOLD, "kind": kind})
            for kind in events
        ),
    )


def a_chargeback(
    minor: int, status: ChargebackStatus = ChargebackStatus.OPEN, number: int = 1
) -> Chargeback:
    return Chargeback(
        reference=f"CB{number}",
        sale="536365",
        amount=cny(minor),
        at=SOLD + timedelta(days=5),
        status=status,
    )


def an_order(
    effect_id: str = "e1",
    remedy: Remedy = Remedy.CREDIT_ADJUSTMENT,
    minor: int = 9000,
    **given: Any,
) -> EffectOrder:
    told: dict[str, Any] = {
        "effect_id": effect_id,
        "remedy": remedy,
        "sale": "536365",
        "amount": cny(minor),
    }
    return EffectOrder.model_validate(told | given)


def an_answer(kind: AnswerKind, **given: Any) -> EffectAnswer:
    return EffectAnswer.model_validate({"kind": kind} | given)


def a_clock(name: str, owner: Ball = Ball.US, days: float = 5, **given: Any) -> Clock:
    told: dict[str, Any] = {
        "name": name,
        "kind": ClockKind.MUST_BY,
        "regime": "house",
        "owner": owner,
        "started": NOW,
        "due": NOW + timedelta(days=days),
        "default": "escalate",
    }
    return Clock.model_validate(told | given)


def opening(claim: Claim | None = None, **given: Any) -> CaseOpened:
    told = claim or a_claim()
    return CaseOpened(
        case_id=CASE_ID,
        claim=told,
        playbook=playbook(told.kind, told.jurisdiction),
        calendar=calendar(),
        case_time=real_time(NOW),
        **given,
    )


def entries_of(*events: Event, claim: Claim | None = None) -> tuple[Entry, ...]:
    """A timeline an hour a step, after the opening."""
    entries = [entry_after(None, NOW, "recourse", opening(claim))]
    for number, event in enumerate(events, start=1):
        at = NOW + timedelta(hours=number)
        entries.append(entry_after(entries[-1], at, "agent:mei", event))
    return tuple(entries)


def a_case(*events: Event, claim: Claim | None = None) -> Case:
    """The case that these events make."""
    return fold(entries_of(*events, claim=claim))

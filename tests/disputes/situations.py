"""Cases in which somebody is about to act, and the data of every action."""

from typing import Any

from recourse.disputes import events as ev
from recourse.disputes.actions import (
    Actor,
)
from recourse.disputes.balls import Ball
from recourse.disputes.case import Case
from recourse.disputes.claims import Kind
from recourse.disputes.effects import AnswerKind, EffectAnswer, Remedy
from recourse.disputes.events import Event
from recourse.disputes.fold import apply
from recourse.disputes.notices import Delivery, Role, StoredDocument
from recourse.disputes.records import RefundStatus
from recourse.disputes.spans import Span, Unit
from recourse.disputes.timeline import entry_after
from recourse.disputes.verdicts import Confidence, Correction, Verdict
from recourse.disputes.vocabulary import Cause, DecisionKind, Outcome, Stage, Step
from recourse.policies.loading import calendar_named
from tests.disputes.building import (
    NOW,
    a_case,
    a_claim,
    a_clock,
    a_record,
    a_refund,
    a_sale,
    an_order,
    cny,
    opening,
    playbook,
)

MEI = Actor(name="mei")
LI = Actor(name="li", role=Role.SUPERVISOR)
PAN = "4111 1111 1111 1111"
MONEY = {"amount": "10.00", "currency": "CNY"}
ITEM = {"kind": "slip_photo", "name": "slip.jpg", "digest": "a" * 64, "size": 9}

NEWER = playbook(Kind.WRONG_REFUND).model_copy(update={"summary": "as it is now"})
"""A playbook for the same cases, changed."""

GOOD: dict[str, dict[str, Any]] = {
    "reply": {
        "party": "store",
        "result": "confirms",
        "answers": {"what_happened": "x"},
        "text": "x",
    },
    "note": {"text": "x"},
    "assign": {"to": "mei"},
    "add_evidence": {"item": ITEM},
    "choose_sale": {"reference": "536365"},
    "extend": {"clock": "answer:store", "days": 3, "needs": "", "reason": "x"},
    "promise": {"party": "store", "who": "chen", "what": "x", "days": 2},
    "decide": {"decision": "partial", "amount": MONEY, "reason": "x", "card_last4": ""},
    "approve": {"amount": MONEY, "card_last4": ""},
    "refuse": {"reason": "x"},
    "escalate": {"to": "legal", "reason": "x"},
    "withdraw": {"reason": "x"},
    "settle": {"terms": "x", "amount": MONEY, "between": "store"},
    "confirm_received": {"received": True, "text": "x"},
    "record_result": {"result": "upheld", "text": "x", "amount": MONEY},
    "record_recovery": {"amount": MONEY, "reference": "R-7"},
    "retry": {"item": "w1"},
    "skip": {"item": "w1", "reason": "x"},
    "by_hand": {"item": "w1", "reference": "x"},
    "close": {"outcome": "satisfied", "reason": "x", "cause": "printer_fault", "lesson": "x"},
    "reopen": {"reason": "x"},
    "adopt_rules": {
        "playbook": NEWER.model_dump(mode="json"),
        "calendar": calendar_named("CN").model_dump(mode="json"),
        "reason": "the working days of 2027 are published",
    },
}
"""Every action with every field given."""


def opened(*events: Event, kind: Kind = Kind.WRONG_REFUND) -> Case:
    claim = a_claim(kind, refund={"requested": cny(10000)} if kind is Kind.WRONG_REFUND else {})
    return a_case(*events, claim=claim)


def after(case: Case, *events: Event) -> Case:
    """What further events make of a case."""
    timeline = entry_after(None, NOW, "recourse", opening(case.claim))
    for event in events:
        timeline = entry_after(timeline, NOW, "recourse", event)
        case = apply(case, timeline)
    return case


def running(name: str, **given: Any) -> ev.ClockStarted:
    return ev.ClockStarted(clock=a_clock(name, **given))


def verdict(*corrections: Correction, in_doubt: bool = False) -> ev.VerdictReached:
    return ev.VerdictReached(
        verdict=Verdict(
            cause=Cause.SYSTEM_FAULT,
            finding="refunded_too_little",
            corrections=corrections,
            confidence=Confidence.SURE,
            in_doubt=in_doubt,
        )
    )


def fix(minor: int = 9000, remedy: Remedy = Remedy.CREDIT_ADJUSTMENT) -> Correction:
    return Correction(remedy=remedy, amount=cny(minor))


def overpaid(minor: int = 90000) -> ev.VerdictReached:
    """The receiver of a refund has too much."""
    return ev.VerdictReached(
        verdict=Verdict(
            cause=Cause.OPERATOR_ERROR,
            finding="refunded_too_much",
            corrections=(fix(minor, Remedy.DEBIT_ADJUSTMENT),),
            confidence=Confidence.SURE,
        )
    )


def given_up(minor: int, kind: DecisionKind = DecisionKind.WRITE_OFF) -> ev.DecisionProposed:
    """Mei proposes that so much of what a receiver owes is not fetched back."""
    return ev.DecisionProposed(
        decision=kind, by="agent:mei", needs_approval=True, given_up=cny(minor)
    )


VERIFYING = ev.StageEntered(stage=Stage.VERIFICATION, why="x")
ESCALATING = ev.StageEntered(stage=Stage.ESCALATION, why="x")
LEGAL = ev.StageEntered(stage=Stage.LEGAL, why="x")
READ = ev.RecordRead(record=a_record(a_refund(1000)))
JUDGED = opened(VERIFYING, READ, verdict(fix()))
PROPOSED = ev.DecisionProposed(
    decision=DecisionKind.FULL, corrections=(fix(),), by="agent:mei", needs_approval=True
)
WAITING = opened(VERIFYING, READ, verdict(fix()), PROPOSED)
ELSEWHERE = opened(
    VERIFYING,
    READ,
    verdict(fix()),
    PROPOSED.model_copy(update={"corrections": (fix().model_copy(update={"card_last4": "1881"}),)}),
)
BY_HAND = opened(
    VERIFYING,
    ev.CorrectionRequested(order=an_order(minor=9000), part=0),
    ev.CorrectionAnswered(effect_id="e1", answer=EffectAnswer(kind=AnswerKind.FAILED)),
    ev.CorrectionByHand(effect_id="e1", reference="BANK-1"),
    ev.RecordRead(
        record=a_record(a_refund(1000), a_refund(9000, RefundStatus.FAILED, 2, effect_id="e1"))
    ),
    verdict(fix()),
)
"""The order failed, as the books show, and a person has given the money elsewhere."""
FLYING = opened(VERIFYING, READ, ev.CorrectionRequested(order=an_order(), part=0))
ENDED = opened(ev.OutcomeReached(outcome=Outcome.CORRECTED), ev.Closed(outcome=Outcome.CORRECTED))
FINISHED = opened(ev.OutcomeReached(outcome=Outcome.CORRECTED), ev.WatchEnded())
FAILED = opened(ev.WorkFailed(item="w1", what="x", error="Away"))
MONEY_FAILED = opened(ev.WorkFailed(item="w1", what="x", error="Away", money=True))
CANDIDATES = opened(ev.SaleAmbiguous(candidates=(a_sale(),), question="card_last4"))
ON_RUNG = opened(ESCALATING, ev.Escalated(rung="tier2", party=Role.HIGHER_SERVICE))
LETTER = StoredDocument(name="demand_letter.html", digest="a" * 64, media_type="text/html", size=1)
DEMANDED = opened(
    LEGAL,
    ev.DemandSent(to=Role.STORE, document=LETTER, delivery=Delivery(message_id="<1@x>")),
    running("demand_answer", visit=2),
)
CUSTOMER_CLOCK = running("answer:customer", owner=Ball.CUSTOMER)
EXTENDED = ev.ClockExtended(
    clock="answer:customer",
    due=NOW,
    reason="x",
    now=CUSTOMER_CLOCK.clock.model_copy(
        update={"extensions": (Span(amount=1, unit=Unit.DAYS, source="house"),) * 3}
    ),
)
OVERPAID = opened(VERIFYING, ev.RecordRead(record=a_record(a_refund(90000 + 10000))), overpaid())
TAKING = ev.DecisionProposed(
    decision=DecisionKind.FULL,
    corrections=(fix(90000, Remedy.DEBIT_ADJUSTMENT),),
    by="agent:mei",
    needs_approval=True,
)
ASKED_BACK = (
    TAKING,
    ev.DecisionApproved(by="supervisor:li"),
    ev.StepTaken(step=Step.OVER_REFUND_RECOVERY, ball=Ball.CUSTOMER),
)
PAID_BACK = ev.RecordRead(record=a_record(sale=a_sale("reversed")))


def decided(kind: str, minor: int | None = None, **more: Any) -> dict[str, Any]:
    return {"decision": kind, "amount": None if minor is None else cny(minor)} | more

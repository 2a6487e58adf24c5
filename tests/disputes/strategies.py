"""Any event, any timeline, any case: small pools of names, so that events meet each other."""

from datetime import datetime, timedelta
from enum import Enum
from typing import Any, TypeVar

from hypothesis import strategies as st

from recourse.disputes import events as ev
from recourse.disputes.balls import Ball
from recourse.disputes.case import Case
from recourse.disputes.claims import Claim, EvidenceItem, Kind
from recourse.disputes.clocks import Clock, ClockKind
from recourse.disputes.effects import (
    AnswerKind,
    EffectAnswer,
    EffectOrder,
    Remedy,
    RequestAnswer,
    RequestKind,
    RequestOrder,
)
from recourse.disputes.events import Event
from recourse.disputes.fold import fold
from recourse.disputes.matching import Grade
from recourse.disputes.money import Money
from recourse.disputes.notices import Delivery, Role, StoredDocument, Template
from recourse.disputes.plans import Way
from recourse.disputes.records import (
    Chargeback,
    ChargebackStatus,
    Record,
    Refund,
    RefundStatus,
    Sale,
    TerminalEvent,
    TerminalEventKind,
)
from recourse.disputes.statements import Excerpt, Layout
from recourse.disputes.timeline import Entry, entry_after
from recourse.disputes.verdicts import Confidence, Correction, Verdict, Words
from recourse.disputes.vocabulary import Cause, DecisionKind, Outcome, Result, Stage, Step
from tests.disputes.building import NOW, SOLD, a_claim, calendar, cny, opening, playbook

E = TypeVar("E", bound=Enum)

CLOCKS = (
    "answer:store",
    "decide",
    "approve",
    "post",
    "confirm",
    "watch",
    "rung:tier2",
    "promise:1",
)
EFFECTS = ("e1", "e2", "e3")
ITEMS = ("w1", "w2")
RUNGS = ("tier2", "acquirer_inquiry", "regulator", "legal", "")
PEOPLE = ("recourse", "clock", "agent:mei", "supervisor:li", "customer:wang")


def one(kind: type[E]) -> st.SearchStrategy[E]:
    return st.sampled_from(list(kind))


words = st.text(max_size=12)
codes = st.sampled_from(("", "outside_conditions", "refund_failed"))
moments: st.SearchStrategy[datetime] = st.integers(0, 60 * 24 * 200).map(
    lambda minutes: NOW + timedelta(minutes=minutes)
)
amounts: st.SearchStrategy[Money] = st.integers(1, 30000).map(cny)
last4 = st.sampled_from(("", "4242", "1111"))

claims: st.SearchStrategy[Claim] = st.builds(
    lambda kind, claimant, wants, jurisdiction, requested, reported: a_claim(
        kind,
        claimant=claimant,
        wants=wants,
        jurisdiction=jurisdiction,
        refund={"requested": requested, "reported": reported},
    ),
    one(Kind),
    st.sampled_from(("customer", "merchant")),
    st.sampled_from(("", "refund", "pay_again", "receipt", "return_of_overpayment")),
    st.sampled_from(("CN", "US", "EU", "UK")),
    st.none() | amounts,
    st.none() | amounts,
)

sales: st.SearchStrategy[Sale] = st.builds(
    lambda reference, status, amount, part, card: Sale(
        reference=reference,
        at=SOLD,
        amount=cny(amount),
        captured=cny(amount * part // 2),
        status=status,
        terminal="T0000001",
        card_last4=card,
    ),
    st.sampled_from(("536365", "536366")),
    st.sampled_from(("captured", "failed", "reversed", "in_doubt")),
    st.integers(1, 20000),
    st.integers(0, 2),
    last4,
)
refunds: st.SearchStrategy[Refund] = st.builds(
    Refund,
    reference=st.sampled_from(("R1", "R2", "R3")),
    sale=st.just("536365"),
    amount=amounts,
    at=st.just(SOLD),
    status=one(RefundStatus),
    direction=st.sampled_from(("credit", "debit")),
    effect_id=st.sampled_from(("", *EFFECTS)),
    card_last4=last4,
    arn=st.sampled_from(("", "74537604221431003881234")),
    posted_at=st.none() | moments,
)
terminal_events = st.builds(
    TerminalEvent,
    terminal=st.just("T0000001"),
    at=st.just(SOLD),
    kind=one(TerminalEventKind),
)
chargebacks: st.SearchStrategy[Chargeback] = st.builds(
    Chargeback,
    reference=st.sampled_from(("CB1", "CB2")),
    sale=st.just("536365"),
    amount=amounts,
    at=st.just(SOLD),
    status=one(ChargebackStatus),
)
records: st.SearchStrategy[Record] = st.builds(
    Record,
    sale=sales,
    chargebacks=st.just(()) | st.lists(chargebacks, max_size=2).map(tuple),
    refunds=st.lists(refunds, max_size=4).map(tuple),
    terminal_events=st.lists(terminal_events, max_size=2).map(tuple),
)
said: st.SearchStrategy[Words] = st.builds(
    Words,
    store=st.none() | one(Result),
    acquirer=st.none() | one(Result),
    higher_service=st.none() | one(Result),
    customer=st.none() | one(Result),
)

corrections = st.builds(Correction, remedy=one(Remedy), amount=amounts, card_last4=last4)
verdicts = st.builds(
    Verdict,
    cause=one(Cause),
    finding=st.sampled_from(("refunded_too_little", "refunded_too_much", "sale_in_doubt")),
    corrections=st.lists(corrections, max_size=2).map(tuple),
    confidence=one(Confidence),
    in_doubt=st.booleans(),
    upheld=st.booleans(),
    missing=st.just(()) | st.just(("refund_record",)),
)
orders = st.builds(
    EffectOrder,
    effect_id=st.sampled_from(EFFECTS),
    remedy=one(Remedy),
    sale=st.just("536365"),
    amount=amounts,
    card_last4=last4,
)
answers = st.builds(
    EffectAnswer,
    kind=one(AnswerKind),
    reference=words,
    status=st.none() | one(RefundStatus),
    retryable=st.booleans(),
    amount=st.none() | amounts,
    posted_at=st.none() | moments,
)
request_orders = st.builds(
    RequestOrder,
    effect_id=st.sampled_from(EFFECTS),
    kind=one(RequestKind),
    sale=st.just("536365"),
    amount=st.none() | amounts,
)
request_answers = st.builds(
    RequestAnswer,
    kind=one(AnswerKind),
    state=st.sampled_from(("open", "answered")),
    finding=st.sampled_from(("", "upheld", "rejected", "no_record")),
)
clocks: st.SearchStrategy[Clock] = st.builds(
    lambda name, kind, regime, owner, party, started, lasting, visit, reminders: Clock(
        name=name,
        kind=kind,
        regime=regime,
        owner=owner,
        party=party,
        started=started,
        due=started + timedelta(hours=lasting),
        default="escalate",
        visit=visit,
        reminders=tuple(started + timedelta(hours=n) for n in range(1, reminders + 1)),
    ),
    st.sampled_from(CLOCKS),
    one(ClockKind),
    st.sampled_from(("house", "store", "CN", "visa")),
    one(Ball),
    st.none() | one(Role),
    moments,
    st.integers(1, 2000),
    st.integers(0, 3),
    st.integers(0, 3),
)
deliveries = st.builds(
    Delivery,
    message_id=st.just("<RC.1@recourse.example>"),
    state=st.sampled_from(("sent", "refused", "unaddressed")),
    attempts=st.integers(1, 3),
)
documents = st.builds(
    StoredDocument,
    name=st.sampled_from(("demand_letter.html", "legal_file.html")),
    digest=st.just("a" * 64),
    media_type=st.just("text/html"),
    size=st.integers(0, 99),
)
evidence = st.builds(
    EvidenceItem,
    kind=st.just("slip_photo"),
    name=st.just("slip.jpg"),
    digest=st.sampled_from(("b" * 64, "c" * 64)),
    size=st.integers(0, 99),
)
excerpts = st.builds(
    Excerpt,
    sale=st.sampled_from(("", "536365")),
    layout=st.just(Layout(form="text", encoding="utf-8", separator=",", header_line=5)),
    count=st.integers(1, 9),
    omitted=st.integers(0, 3),
)
keys = st.integers(1, 10**9).map(lambda number: f"RC-1.{number}")
told_fields: dict[str, Any] = {
    "key": keys,
    "template": one(Template),
    "to": one(Role),
    "delivery": deliveries,
}
asked_answers = st.dictionaries(
    st.sampled_from(
        ("sale_amount", "sale_date", "card_last4", "reference", "rrn", "what_happened", "at")
    ),
    st.sampled_from(
        ("139.12 CNY", "139.12", "2026-11-20", "20261120", "0001-01-01", "4242", "x", "", "1e999")
    )
    | words,
    max_size=3,
)

EVENTS: dict[type[Any], st.SearchStrategy[Any]] = {
    ev.CaseOpened: claims.map(opening),
    ev.ClaimJoined: st.builds(
        ev.ClaimJoined, digest=words, channel=words, claimant=words, other_case=words
    ),
    ev.Notified: st.builds(ev.Notified, **told_fields),
    ev.NoticeUndeliverable: st.builds(ev.NoticeUndeliverable, **told_fields),
    ev.AnswerReceived: st.builds(
        ev.AnswerReceived,
        party=one(Role),
        result=st.none() | one(Result),
        answers=asked_answers,
        text=words,
    ),
    ev.EvidenceAdded: st.builds(ev.EvidenceAdded, item=evidence),
    ev.StatementRead: st.builds(
        ev.StatementRead,
        digest=st.sampled_from(("b" * 64, "c" * 64)),
        excerpt=excerpts,
    ),
    ev.Noted: st.builds(ev.Noted, text=words),
    ev.Assigned: st.builds(ev.Assigned, to=words),
    ev.PromiseMade: st.builds(
        ev.PromiseMade,
        clock=st.sampled_from(CLOCKS),
        party=one(Role),
        who=words,
        what=words,
        due=moments,
    ),
    ev.PromiseKept: st.builds(ev.PromiseKept, clock=st.sampled_from(CLOCKS)),
    ev.PromiseBroken: st.builds(ev.PromiseBroken, clock=st.sampled_from(CLOCKS)),
    ev.ClockStarted: st.builds(ev.ClockStarted, clock=clocks),
    ev.ClockMet: st.builds(ev.ClockMet, clock=st.sampled_from(CLOCKS)),
    ev.ClockStopped: st.builds(ev.ClockStopped, clock=st.sampled_from(CLOCKS)),
    ev.ClockExtended: st.builds(
        ev.ClockExtended, clock=st.sampled_from(CLOCKS), due=moments, reason=words
    ),
    ev.ClockPaused: st.builds(ev.ClockPaused, clock=st.sampled_from(CLOCKS), ball=one(Ball)),
    ev.ClockResumed: clocks.flatmap(
        lambda now: st.builds(
            ev.ClockResumed,
            clock=st.just(now.name),
            ball=one(Ball),
            due=st.just(now.due),
            now=st.just(now),
        )
    ),
    ev.ClockRestarted: st.builds(ev.ClockRestarted, clock=clocks, why=words),
    ev.ClockWarned: st.builds(
        ev.ClockWarned,
        clock=st.sampled_from(CLOCKS),
        overdue=st.integers(0, 3),
        next=st.none() | moments,
    ),
    ev.PolicyAdopted: st.builds(
        ev.PolicyAdopted,
        playbook=st.builds(playbook, one(Kind)),
        calendar=st.builds(calendar),
        reason=words,
        clocks=st.lists(clocks, max_size=2).map(tuple),
        stopped=st.lists(st.sampled_from(CLOCKS), max_size=2).map(tuple),
    ),
    ev.Reminded: st.builds(
        ev.Reminded,
        clock=st.sampled_from(CLOCKS),
        number=st.integers(1, 5),
        next=st.none() | moments,
    ),
    ev.TimedOut: st.builds(
        ev.TimedOut, clock=st.sampled_from(CLOCKS), owner=one(Ball), default=words
    ),
    ev.StageEntered: st.builds(
        ev.StageEntered, stage=one(Stage), why=words, rung=st.sampled_from(RUNGS)
    ),
    ev.StepTaken: st.builds(ev.StepTaken, step=one(Step), ball=one(Ball)),
    ev.SaleFound: st.builds(ev.SaleFound, sale=sales, grade=one(Grade)),
    ev.SaleAmbiguous: st.builds(
        ev.SaleAmbiguous, candidates=st.lists(sales, max_size=3).map(tuple), question=codes
    ),
    ev.SaleNotFound: st.builds(ev.SaleNotFound, question=codes),
    ev.SaleChosen: st.builds(ev.SaleChosen, sale=sales),
    ev.TwinLinked: st.builds(ev.TwinLinked, case_id=words),
    ev.AddressHeld: st.builds(ev.AddressHeld, address=words),
    ev.RecordRead: st.builds(ev.RecordRead, record=records),
    ev.VerdictReached: st.builds(ev.VerdictReached, verdict=verdicts),
    ev.DecisionProposed: st.builds(
        ev.DecisionProposed,
        decision=one(DecisionKind),
        corrections=st.lists(corrections, max_size=2).map(tuple),
        reason=codes,
        by=st.sampled_from(PEOPLE),
        needs_approval=st.booleans(),
    ),
    ev.DecisionApproved: st.builds(
        ev.DecisionApproved, by=st.sampled_from(PEOPLE), amount=st.none() | amounts
    ),
    ev.DecisionRefused: st.builds(ev.DecisionRefused, by=st.sampled_from(PEOPLE), reason=words),
    ev.CorrectionRequested: st.builds(ev.CorrectionRequested, order=orders, part=st.integers(0, 2)),
    ev.CorrectionAnswered: st.builds(
        ev.CorrectionAnswered, effect_id=st.sampled_from(EFFECTS), answer=answers
    ),
    ev.WebhookHeard: st.builds(
        ev.WebhookHeard, event_id=st.sampled_from(("n1", "n2")), effect_id=st.sampled_from(EFFECTS)
    ),
    ev.CorrectionByHand: st.builds(
        ev.CorrectionByHand, effect_id=st.sampled_from(EFFECTS), reference=words
    ),
    ev.RecoveryWayTaken: st.builds(ev.RecoveryWayTaken, way=one(Way)),
    ev.RecoveryRecorded: st.builds(ev.RecoveryRecorded, amount=amounts, reference=words),
    ev.ReceiptConfirmed: st.builds(ev.ReceiptConfirmed, received=st.booleans()),
    ev.Escalated: st.builds(ev.Escalated, rung=st.sampled_from(RUNGS), party=one(Role)),
    ev.RungLeft: st.builds(ev.RungLeft, rung=st.sampled_from(RUNGS)),
    ev.RequestOpened: st.builds(ev.RequestOpened, order=request_orders, answer=request_answers),
    ev.RequestAnswered: st.builds(
        ev.RequestAnswered, effect_id=st.sampled_from(EFFECTS), answer=request_answers
    ),
    ev.ResultRecorded: st.builds(
        ev.ResultRecorded, rung=st.sampled_from(RUNGS), result=one(Result)
    ),
    ev.HoldPlaced: st.builds(ev.HoldPlaced, reason=words),
    ev.FileAssembled: st.builds(
        ev.FileAssembled, documents=st.lists(documents, max_size=2).map(tuple)
    ),
    ev.DemandSent: st.builds(
        ev.DemandSent,
        to=one(Role),
        document=st.none() | documents,
        delivery=deliveries,
        amount=st.none() | amounts,
    ),
    ev.Settled: st.builds(
        ev.Settled, terms=words, amount=st.none() | amounts, between=st.none() | one(Role)
    ),
    ev.Withdrawn: st.builds(ev.Withdrawn, reason=words),
    ev.OutcomeReached: st.builds(
        ev.OutcomeReached, outcome=one(Outcome), reason=codes, cause=st.none() | one(Cause)
    ),
    ev.Closed: st.builds(
        ev.Closed, outcome=one(Outcome), reason=codes, cause=st.none() | one(Cause)
    ),
    ev.Reopened: st.builds(ev.Reopened, reason=words),
    ev.WatchEnded: st.just(ev.WatchEnded()),
    ev.WorkFailed: st.builds(
        ev.WorkFailed,
        item=st.sampled_from(ITEMS),
        what=words,
        error=st.just("Away"),
        money=st.booleans(),
        aside=st.booleans(),
        evidence=st.sampled_from(("", "b" * 64)),
    ),
    ev.WorkResumed: st.builds(
        ev.WorkResumed,
        item=st.sampled_from(ITEMS),
        how=st.sampled_from(("retry", "skip", "by_hand")),
        reference=words,
    ),
}
"""A strategy for every event type."""

any_event: st.SearchStrategy[Event] = st.one_of(*EVENTS.values())
later_event: st.SearchStrategy[Event] = st.one_of(
    *(strategy for kind, strategy in EVENTS.items() if kind is not ev.CaseOpened)
)


@st.composite
def timelines(draw: st.DrawFn, most: int = 25) -> tuple[Entry, ...]:
    """An opening and whatever came after it, in order of time."""
    entries = [entry_after(None, NOW, "recourse", draw(EVENTS[ev.CaseOpened]))]
    at = NOW
    for event in draw(st.lists(later_event, max_size=most)):
        at += timedelta(minutes=draw(st.integers(0, 5000)))
        by = draw(st.sampled_from(PEOPLE))
        request = draw(st.sampled_from(("", "", "q1", "q2", "q3")))
        entries.append(entry_after(entries[-1], at, by, event, request))
    return tuple(entries)


cases: st.SearchStrategy[Case] = timelines().map(fold)

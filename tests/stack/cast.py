"""Five disputes and the people in them: what they do at which step, whoever is killed meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from recourse.acquirers.simulator.admin import SimulatorAdmin
from recourse.acquirers.simulator.faults import Fault, FaultAction
from recourse.acquirers.simulator.refunds import TillRefund
from recourse.acquirers.simulator.requests import Answer, Programme
from recourse.disputes.actions import Actor
from recourse.disputes.claims import Claim, case_id
from recourse.disputes.effects import RequestKind
from recourse.disputes.money import parse
from recourse.disputes.records import (
    Refund,
    RefundStatus,
    Sale,
    TerminalEvent,
    TerminalEventKind,
)
from recourse.disputes.vocabulary import Outcome, Step
from tests.world import AGENT, START, SUPERVISOR, a_claim

Books = Callable[[SimulatorAdmin, Sale], Any]

DAY = 3.0
"""Real seconds of a day of case time."""


@dataclass(frozen=True)
class Act:
    """What somebody does when the case stands at a step."""

    at: Step
    action: str
    data: dict[str, Any] = field(default_factory=dict)
    actor: Actor = AGENT


@dataclass(frozen=True)
class Role:
    """One kind of story: its claim, what the acquirer's books hold, who does what, its end."""

    name: str
    claim: dict[str, Any]
    acts: tuple[Act, ...]
    outcome: Outcome
    credited: str
    debited: str = "0.00"
    effects: int = 1
    refunds: tuple[tuple[str, str], ...] = ()
    """Amount and last four of refunds that the till had made."""
    sale: dict[str, Any] = field(default_factory=dict)
    inquiry: Answer | None = None
    bends: Fault | None = None
    """What becomes of the first correction after it was accepted."""


_CONFIRMED = Act(Step.AWAITING_CONFIRMATION, "confirm_received", {"received": True})
_FULL = Act(Step.AWAITING_DECISION, "decide", {"decision": "full"})


def _store_says(result: str) -> Act:
    return Act(Step.AWAITING_ANSWERS, "reply", {"party": "store", "result": result, "text": "查过"})


TOPPED_UP = Role(
    name="topped_up",
    claim={},
    refunds=(("10.00", "4242"),),
    acts=(_store_says("confirms"), _CONFIRMED),
    outcome=Outcome.CORRECTED,
    credited="100.00",
)
"""A refund that was too small is made up without a second person."""

FOUND_WITHOUT_SLIP = Role(
    name="found_without_slip",
    claim={
        "kind": "receipt_lost",
        "refund": {"requested": {"amount": "139.12", "currency": "CNY"}},
        "wants": "refund",
    },
    acts=(
        _store_says("confirms"),
        Act(
            Step.AWAITING_ANSWERS,
            "reply",
            {"party": "customer", "answers": {"loss_declaration": "确已遗失"}},
        ),
        _FULL,
        _CONFIRMED,
    ),
    outcome=Outcome.CORRECTED,
    credited="139.12",
)
"""The slip is lost: the sale is searched for, and a person decides."""

WRONG_CARD = Role(
    name="wrong_card",
    claim={
        "form": "wrong_card",
        "refund": {
            "requested": {"amount": "139.12", "currency": "CNY"},
            "reported": {"amount": "139.12", "currency": "CNY"},
            "card_last4": "7741",
        },
    },
    refunds=(("139.12", "7741"),),
    acts=(
        _store_says("confirms"),
        _FULL,
        Act(
            Step.SECOND_PERSON_REVIEW,
            "approve",
            {"amount": {"amount": "139.12", "currency": "CNY"}},
            SUPERVISOR,
        ),
        _CONFIRMED,
    ),
    outcome=Outcome.CORRECTED,
    credited="278.24",
    debited="139.12",
    effects=2,
)
"""Taken back from the wrong card and given to the right one: two effects, two people."""

ASKED_AT_ACQUIRER = Role(
    name="asked_at_acquirer",
    claim={
        "kind": "refund_not_received",
        "refund": {"requested": {"amount": "139.12", "currency": "CNY"}},
    },
    inquiry=Answer(after_days=10, finding="upheld", detail="no refund was submitted"),
    acts=(
        Act(
            Step.AWAITING_ANSWERS,
            "escalate",
            {"to": "acquirer_inquiry", "reason": "门店说不清"},
        ),
        _CONFIRMED,
    ),
    outcome=Outcome.CORRECTED,
    credited="139.12",
)
"""An inquiry is opened at the acquirer, answered, and acted on."""

DEMANDED = Role(
    name="demanded",
    claim={
        "kind": "payment_reversed",
        "claimant": "merchant",
        "refund": {},
        "wants": "pay_again",
    },
    sale={"status": "reversed", "captured": parse("0.00", "CNY")},
    acts=(
        Act(Step.AWAITING_ANSWERS, "escalate", {"to": "legal", "reason": "顾客拒绝补付"}),
        Act(Step.AWAITING_RESULT, "record_result", {"result": "paid", "text": "顾客已付"}),
    ),
    outcome=Outcome.SETTLED,
    credited="0.00",
    effects=0,
)
"""A demand letter, its answer window, the hand-over to counsel, and payment at last."""

FAILED_LATE = Role(
    name="failed_late",
    claim={},
    refunds=(("10.00", "4242"),),
    acts=(_store_says("confirms"), _FULL, _CONFIRMED),
    outcome=Outcome.CORRECTED,
    credited="100.00",
    effects=2,
    bends=Fault(action=FaultAction.FAIL, days=1, reason="declined"),
)
"""A correction that was accepted fails late, is judged anew and issued again under a new id."""

HELD_UP = replace(
    TOPPED_UP, name="held_up", bends=Fault(action=FaultAction.PENDING, days=10, reason="funds")
)
"""A correction that the acquirer sits on for days."""

ALL = (TOPPED_UP, HELD_UP, FOUND_WITHOUT_SLIP, WRONG_CARD, ASKED_AT_ACQUIRER, DEMANDED)


@dataclass
class Part:
    """One case on the stage: a role played with a sale and a customer of its own."""

    role: Role
    number: int

    @property
    def name(self) -> str:
        return f"{self.role.name} {self.number}"

    @property
    def reference(self) -> str:
        return f"S{self.number:05d}"

    @property
    def last4(self) -> str:
        return f"{4000 + self.number % 1000}"

    @property
    def email(self) -> str:
        return f"customer.{self.number}@example.com"

    @property
    def store_email(self) -> str:
        return f"store.{self.number}@example.com"

    @property
    def case_id(self) -> str:
        return case_id(self.claim)

    @property
    def claim(self) -> Claim:
        slipless = self.role.claim.get("kind") == "receipt_lost"
        sale = {
            "amount": {"amount": "139.12", "currency": "CNY"},
            "at": (START - timedelta(days=3)).isoformat(),
            "card_last4": self.last4,
        }
        told: dict[str, Any] = {
            "customer": {"name": f"顾客{self.number}", "email": self.email},
            "merchant": {
                "id": "M100",
                "name": "云膳过桥米线",
                "store": "S01",
                "email": self.store_email,
                "head_office": f"office.{self.number}@example.com",
            },
            "sale": sale if slipless else {**sale, "reference": self.reference},
        }
        return a_claim(**told, **self.role.claim)

    async def arrange(self, admin: SimulatorAdmin) -> None:
        """Put the sale, its refunds and how an inquiry will be answered into the books."""
        amount = parse("139.12", "CNY")
        told = {
            "reference": self.reference,
            "at": START - timedelta(days=3),
            "amount": amount,
            "captured": amount,
            "merchant": "M100",
            "store": "S01",
            "terminal": f"T{self.number:07d}",
            "card_last4": self.last4,
        }
        sale = await admin.put_sale(Sale.model_validate(told | self.role.sale))
        for place, (refunded, last4) in enumerate(self.role.refunds, start=1):
            made = sale.at + timedelta(days=1)
            refund = Refund(
                reference=f"R-{sale.reference}-{place}",
                sale=sale.reference,
                amount=parse(refunded, "CNY"),
                at=made,
                status=RefundStatus.POSTED,
                card_last4=last4 if last4 != "4242" else self.last4,
                posted_at=made + timedelta(days=1),
            )
            await admin.put_refund(TillRefund(refund=refund))
        if self.role.sale.get("status") == "reversed":
            sent = TerminalEvent(
                terminal=sale.terminal,
                at=sale.at + timedelta(minutes=41),
                kind=TerminalEventKind.REVERSAL_SENT,
                sale=sale.reference,
            )
            await admin.put_terminal_events([sent])
        if self.role.bends is not None:
            bends = self.role.bends.model_copy(update={"sale": sale.reference})
            await admin.add_fault(bends)
        if self.role.inquiry is not None:
            programme = Programme(
                kind=RequestKind.INQUIRY, sale=sale.reference, answer=self.role.inquiry
            )
            await admin.add_programme(programme)

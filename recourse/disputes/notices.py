"""What is told to whom: the facts a mail or a letter is made from. No wording here."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from recourse.disputes.models import Value
from recourse.disputes.money import Money


class Role(StrEnum):
    """The parties of a dispute, and our own people."""

    CUSTOMER = "customer"
    MERCHANT = "merchant"
    STORE = "store"
    POS_SUPPLIER = "pos_supplier"
    PLATFORM = "platform"
    ACQUIRER = "acquirer"
    ISSUER = "issuer"
    REGULATOR = "regulator"
    OMBUDSMAN = "ombudsman"
    CONSUMER_ASSOCIATION = "consumer_association"
    COUNSEL = "counsel"
    COURT = "court"
    SCHEME = "scheme"
    HIGHER_SERVICE = "higher_service"
    SUPERVISOR = "supervisor"
    AGENT = "agent"


class Template(StrEnum):
    """Every notice Recourse gives, by name. Each exists in every language, as text and HTML."""

    ACKNOWLEDGE = "acknowledge"
    """To the claimant: received, case id, who does what, which deadline applies (DISP 1.6.1R)."""
    ASK_CUSTOMER = "ask_customer"
    ASK_STORE = "ask_store"
    ASK_POS_SUPPLIER = "ask_pos_supplier"
    ASK_PLATFORM = "ask_platform"
    REMINDER = "reminder"
    """To whoever was asked: the questions again, how long is left, which reminder it is."""
    EXTENSION_GRANTED = "extension_granted"
    HOLDING_REPLY = "holding_reply"
    """To the claimant: we need longer than the rule's first limit, why, and until when."""
    HOLD_DO_NOT_PAY_AGAIN = "hold_do_not_pay_again"
    """To customer: in doubt whether the sale completed; do not pay or refund again."""
    WRONG_REFUND_APOLOGY = "wrong_refund_apology"
    """To customer when the merchant reports its own wrong refund: sorry, and what next."""
    PROMISE_RECORDED = "promise_recorded"
    PROMISE_BROKEN = "promise_broken"
    APPROVAL_NEEDED = "approval_needed"
    DEADLINE_NEAR = "deadline_near"
    """To the supervisor: a time limit of ours comes near, and what happens when it runs out."""
    DEADLINE_MISSED = "deadline_missed"
    """To the supervisor: a time limit has run out; again, while still nothing has come."""
    WORK_ITEM = "work_item"
    """To the supervisor: a step failed and waits for retry, skip or by hand."""
    DECISION = "decision"
    """To the claimant: cause found, remedy, amount, when the money arrives."""
    ASK_RECOVERY = "ask_recovery"
    """To the receiver of too much: how much, why, how to pay it back, and by when."""
    RECOVERY_GOES_ON = "recovery_goes_on"
    """To the receiver who has not agreed: it is taken through the acquirer."""
    REJECTED = "rejected"
    """To the claimant: not upheld, why, and where to go next."""
    MONEY_POSTED = "money_posted"
    """To the customer: posted, reference (ARN), please confirm that it came."""
    RECEIPT_COPY = "receipt_copy"
    """To the customer: a copy of the slip, marked as a duplicate."""
    ESCALATED = "escalated"
    """To the party of a rung (higher-level service, acquirer, regulator, ombudsman…)."""
    ESCALATED_CLAIMANT = "escalated_claimant"
    """To the claimant: where the case has gone, why, and by when an answer is due."""
    DEMAND_LETTER = "demand_letter"
    """To the party that owes: the demand, with the letter attached."""
    COUNSEL_HANDOVER = "counsel_handover"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    REOPENED = "reopened"


class Contact(Value):
    """Somebody who can be written to."""

    role: Role
    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    """Empty: the case's language."""


class NoticeFacts(Value):
    """What a template may show. Everything is optional: a template says only what is known."""

    case_id: str
    kind: str
    claimant: str
    time_zone: str = "Asia/Shanghai"
    customer_name: str = ""
    merchant_name: str = ""
    store: str = ""
    sale_reference: str = ""
    sale_amount: Money | None = None
    sale_at: AwareDatetime | None = None
    card_last4: str = ""
    terminal: str = ""
    refund_requested: Money | None = None
    refund_reported: Money | None = None
    amount: Money | None = None
    """The amount this notice is about: to be corrected, posted, demanded."""
    cause: str = ""
    remedy: str = ""
    reason: str = ""
    """A reason code (rejection, withdrawal, failure)."""
    detail: str = ""
    """Free words a person or an acquirer gave."""
    asks: tuple[str, ...] = ()
    """Codes of what is asked for, in order."""
    reminder: int = 0
    due: AwareDatetime | None = None
    due_rule: str = ""
    """The rule behind ``due`` in words, with its source."""
    arn: str = ""
    rung: str = ""
    who: str = ""
    """A person or party named in the notice (who promised, who must approve)."""


class Notice(Value):
    """One notice to one person. ``key`` is case, ordinal: the Message-ID is made from it, so
    a second delivery of the same notice bears the same Message-ID."""

    key: str
    template: Template
    language: str
    to: Contact
    facts: NoticeFacts
    thread: tuple[str, ...] = ()
    """Keys of earlier notices to the same party in this case, oldest first (References)."""
    at: AwareDatetime
    """Case time of the notice: the Date header."""
    attachment: str = ""
    """Digest of a stored document to attach; empty for none."""


class Delivery(Value):
    """What became of a notice. Delivery is case state."""

    message_id: str
    state: str = "sent"
    """sent | refused (the address is wrong for good) | unaddressed (no address is known)"""
    detail: str = ""
    attempts: int = 1
    """How often it was handed to the mail server; above 1 it may have arrived twice, both
    times with the same Message-ID."""


class ChronologyLine(Value):
    at: AwareDatetime
    what: str
    """Event type."""
    who: str
    detail: str = ""
    digest: str = ""


class Exhibit(Value):
    number: int
    kind: str
    name: str
    digest: str
    given_by: str


class LegalFile(Value):
    """Everything a lawyer needs to start, as data: rendered into the file and the letter."""

    case_id: str
    language: str
    kind: str
    jurisdiction: str = ""
    """CN | US | EU | UK: whose law's remarks the letter carries; empty for none."""
    facts: NoticeFacts
    claimant: Contact
    respondent: Contact
    demand: Money | None = None
    answer_days: int = 0
    answer_due: AwareDatetime | None = None
    legal_basis: tuple[str, ...] = ()
    """Rules relied on, each with its source, from the playbook."""
    amounts: dict[str, Money] = Field(default_factory=dict)
    """Claim calculation: captured, refunded, posted, demanded…"""
    chronology: tuple[ChronologyLine, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    notices: tuple[ChronologyLine, ...] = ()
    clocks: tuple[ChronologyLine, ...] = ()
    with_letter: bool = True
    """Whether the demand letter is written too; once it is sent it is never written anew."""
    at: AwareDatetime


class StoredDocument(Value):
    """A rendered document: where it lies and what its bytes hash to (SHA-256)."""

    name: str
    digest: str
    media_type: str
    size: int

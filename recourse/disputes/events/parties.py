"""What is told to the parties, and what they say and hand in."""

from typing import Literal

from pydantic import Field

from recourse.disputes.claims import EvidenceItem
from recourse.disputes.models import Value
from recourse.disputes.notices import Delivery, Role, Template
from recourse.disputes.statements import Excerpt
from recourse.disputes.vocabulary import Result


class Notified(Value):
    type: Literal["notified"] = "notified"
    key: str
    template: Template
    to: Role
    delivery: Delivery
    detail: str = ""


class NoticeUndeliverable(Value):
    """The party cannot be reached this way: telling it is not done."""

    type: Literal["notice_undeliverable"] = "notice_undeliverable"
    key: str
    template: Template
    to: Role
    delivery: Delivery


class AnswerReceived(Value):
    type: Literal["answer_received"] = "answer_received"
    party: Role
    result: Result | None = None
    answers: dict[str, str] = Field(default_factory=dict)
    """By question code."""
    text: str = ""


class EvidenceAdded(Value):
    type: Literal["evidence_added"] = "evidence_added"
    item: EvidenceItem


class StatementRead(Value):
    """A piece of evidence was read as a statement. Kept are the lines that bear on the sale."""

    type: Literal["statement_read"] = "statement_read"
    digest: str
    """Of the piece of evidence."""
    excerpt: Excerpt


class ReceiptConfirmed(Value):
    type: Literal["receipt_confirmed"] = "receipt_confirmed"
    received: bool
    text: str = ""


PartyEvent = (
    Notified
    | NoticeUndeliverable
    | AnswerReceived
    | EvidenceAdded
    | StatementRead
    | ReceiptConfirmed
)

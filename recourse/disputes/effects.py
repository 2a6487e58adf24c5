"""Effects on the world that must happen once, and the four answers a world can give."""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, StringConstraints

from recourse.disputes.models import Value
from recourse.disputes.money import Money
from recourse.disputes.records import RefundStatus


class Remedy(StrEnum):
    """How the money is put right."""

    REFUND = "refund"
    """Referenced refund to the card of the sale."""
    CREDIT_ADJUSTMENT = "credit_adjustment"
    """The acquirer gives more to the cardholder (refunded too little, refund failed)."""
    DEBIT_ADJUSTMENT = "debit_adjustment"
    """The acquirer takes back what was refunded too much, or collects what was reversed."""
    REVERSAL = "reversal"
    """The whole sale is undone (charged, but the sale did not complete)."""
    REPRINT = "reprint"
    NONE = "none"


class AnswerKind(StrEnum):
    ACCEPTED = "accepted"
    """The acquirer took the request; nothing has been posted yet."""
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """No answer, or one that cannot be read: query; never ask again."""
    ABSENT = "absent"
    """A query's definite answer: the acquirer has never seen this effect id."""


class EffectOrder(Value):
    """An effect we want exactly once. ``effect_id`` is case and ordinal of the intent,
    never of an attempt: the same order sent twice must be one effect."""

    effect_id: str
    remedy: Remedy
    sale: str
    amount: Money
    reason: str = ""
    card_last4: str = ""
    """Where the money goes; empty means the card of the sale."""
    code: str = ""
    """The scheme's reason code, as network/code, where the playbook names one."""


class Requested(Value):
    """Between which moments of the acquirer's time an effect has been asked for: where to look
    for it at an acquirer that must be told the day."""

    since: AwareDatetime
    """When it was intended."""
    until: AwareDatetime | None = None
    """When the last request had been sent; None: it may be sent at this moment."""


class EffectAnswer(Value):
    """What the acquirer said of an effect."""

    kind: AnswerKind
    reference: str = ""
    status: RefundStatus | None = None
    reason: str = ""
    retryable: bool = False
    """Only with ``failed``: the same order may be sent again later."""
    arn: str = ""
    amount: Money | None = None
    posted_at: AwareDatetime | None = None
    overpaid: Money | None = None
    """Of a payout that is posted: what the sale has given out beyond what came in, because
    an issuer has charged it back meanwhile."""

    @property
    def unsure(self) -> bool:
        """Whether it tells of no end and of nothing that is under way."""
        return self.kind in (AnswerKind.UNKNOWN, AnswerKind.ABSENT)


class RequestKind(StrEnum):
    """What can be asked of an acquirer beyond moving money."""

    INQUIRY = "inquiry"
    RETRIEVAL = "retrieval"
    DISPUTE = "dispute"


class RequestOrder(Value):
    """A question or a filing to the acquirer, asked exactly once under ``effect_id``."""

    effect_id: str
    kind: RequestKind
    sale: str
    amount: Money | None = None
    reason: str = ""
    note: str = ""


class RequestAnswer(Value):
    """How a question or a filing stands."""

    kind: AnswerKind
    reference: str = ""
    state: str = "open"
    """open | answered"""
    finding: str = ""
    """When answered: upheld | rejected | no_record"""
    detail: str = ""
    amount: Money | None = None


class Hint(Value):
    """An acquirer's word that there is news of an effect: something to look up, and no news
    itself."""

    event_id: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,200}$")]
    """The acquirer's id of the notice; the same again says nothing."""
    effect_id: Annotated[str, StringConstraints(pattern=r"^[!-~]{0,200}$")] = ""
    """Empty when it is about no effect that we asked for."""
    kind: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.]{0,60}$")] = ""

    @property
    def case_id(self) -> str:
        """The case that asked for the effect: an effect id begins with it. Empty when it is
        about none of ours."""
        case_id, colon, _ = self.effect_id.partition(":")
        return case_id if colon and case_id.startswith("RC-") else ""

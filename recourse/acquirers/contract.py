"""The REST contract between the adapter and an acquirer: what goes over the wire.

Published as ``docs/acquirer-rest.openapi.json``. An acquirer who wants to be spoken to by
the ``rest`` adapter implements these models and the meaning written beside them.
"""

from enum import StrEnum
from typing import Any, Literal

from pydantic import AwareDatetime, ConfigDict, Field, model_validator

from recourse.disputes.effects import EffectOrder, Remedy, RequestKind, RequestOrder
from recourse.disputes.models import Value
from recourse.disputes.money import Money
from recourse.disputes.pan import find_card_data
from recourse.disputes.records import Refund, Sale, SaleQuery, TerminalEvent

IDEMPOTENCY_KEY = "Idempotency-Key"
SIGNATURE = "Recourse-Signature"
"""The header of a notice: ``t=<unix seconds>,v1=<hex of HMAC-SHA256 over "<t>.<body>">``."""
EFFECT_ID = r"^[!-~]{1,200}$"
"""Printable ASCII without blanks: an effect id travels in a header and in a path."""
MOST_SALES = 100
"""No search answers more: a query that finds more sales than this names none of them."""


class ErrorCode(StrEnum):
    """Codes of error bodies that have a meaning of their own. Others may be added: a reader
    goes by the HTTP status first."""

    INVALID_REQUEST = "invalid_request"
    """400: the body or a parameter cannot be read; the message names the field."""
    KEY_MISMATCH = "idempotency_key_mismatch"
    """400: the Idempotency-Key header is not the body's effect id."""
    UNAUTHORIZED = "unauthorized"
    NOT_FOUND = "not_found"
    """404: no such route."""
    SALE_UNKNOWN = "sale_unknown"
    """404 on reads, 422 on effects: the books hold no sale of this reference."""
    NO_SETTLEMENT = "no_settlement"
    """404: clearing files are not kept here. A definite answer."""
    EFFECT_UNKNOWN = "effect_unknown"
    """404: this effect id was never taken. A definite answer."""
    REQUEST_UNKNOWN = "request_unknown"
    """404: no request was ever taken under this effect id. A definite answer."""
    EFFECT_CONFLICT = "effect_conflict"
    """409: the effect id was used before, for something else."""
    OVER_REFUND = "over_refund"
    """422: more would be given back than was taken."""
    OVER_DEBIT = "over_debit"
    """422: more would be taken back than was ever given or taken."""
    AMOUNT_INVALID = "amount_invalid"
    CURRENCY_MISMATCH = "currency_mismatch"
    CARD_MISMATCH = "card_mismatch"
    """422: a referenced refund goes to the card of the sale alone (response code 14)."""
    ALREADY_REVERSED = "already_reversed"
    """422: response code 22."""
    AMOUNT_MISMATCH = "amount_mismatch"
    """422: a reversal is for the whole sale (response code 64)."""
    REFUNDS_EXIST = "refunds_exist"
    """422: a sale with refunds cannot be reversed."""
    REMEDY_UNSUPPORTED = "remedy_unsupported"
    INTERNAL = "internal"


class ErrorBody(Value):
    """Every answer that is not 2xx."""

    code: str
    message: str
    """For a person. Repeats no card number."""
    retryable: bool = False
    """Only with 422: the same order may be sent again later under the same effect id."""


class _Asked(Value):
    """What is sent to an acquirer: an unknown key is refused, because an order that is half
    understood is worse than none; and so is a card number, wherever it hides.

    Stands last among the bases: pydantic lets the last one's configuration win."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _no_card_numbers(cls, data: Any) -> Any:
        found = next(find_card_data(data), None)
        if found is not None:
            raise ValueError(f"{found or 'the body'} holds card data; last four digits only")
        return data


class SaleSearch(SaleQuery, _Asked):
    """What a sale must agree with. An empty field agrees with every sale."""

    limit: int = Field(default=20, ge=1, le=MOST_SALES)


class EffectBody(EffectOrder, _Asked):
    """An effect that must happen once, however often this body is sent."""

    effect_id: str = Field(pattern=EFFECT_ID)


class RequestBody(RequestOrder, _Asked):
    """An inquiry, a retrieval or a dispute that must be opened once."""

    effect_id: str = Field(pattern=EFFECT_ID)


class EffectState(StrEnum):
    """Where an effect is."""

    PENDING = "pending"
    """Taken; nothing is posted yet."""
    NEEDS_ACTION = "needs_action"
    """Taken; it goes on when somebody has done what ``reason`` says."""
    POSTED = "posted"
    FAILED = "failed"
    ABNORMAL = "abnormal"
    """The card is void or frozen: the money waits at the acquirer."""
    RETURNED = "returned"
    """Posted first, then sent back by the issuer."""
    REFUSED = "refused"
    """Never begun; ``reason`` is the code it was refused with."""


class Effect(Value):
    """An effect as the acquirer keeps it."""

    effect_id: str
    remedy: Remedy
    sale: str
    amount: Money
    state: EffectState
    reference: str = ""
    """The acquirer's own id of the refund or adjustment."""
    reason: str = ""
    retryable: bool = False
    """Only with ``refused``: the same order may be sent again later."""
    arn: str = ""
    """Acquirer reference number, 23 digits, once posted."""
    posted_at: AwareDatetime | None = None


class RequestRecord(Value):
    """A request as the acquirer keeps it."""

    effect_id: str
    kind: RequestKind
    sale: str
    state: Literal["open", "answered", "refused"] = "open"
    reference: str = ""
    finding: str = ""
    """When answered: upheld | rejected | no_record. When refused: the code."""
    detail: str = ""
    amount: Money | None = None


class Sales(Value):
    sales: tuple[Sale, ...]


class Refunds(Value):
    refunds: tuple[Refund, ...]


class TerminalEvents(Value):
    events: tuple[TerminalEvent, ...]


class Notice(Value):
    """What an acquirer sends when there is news of an effect. It says that, and not what: the
    receiver reads the effect. Nothing of a person or a card stands in it."""

    id: str = Field(pattern=EFFECT_ID)
    """The same whenever it is delivered again."""
    kind: str = Field(default="effect_changed", pattern=r"^[a-z0-9_.]{1,60}$")
    effect_id: str = Field(default="", pattern=r"^[!-~]{0,200}$")
    """Empty when it is about a refund that was made elsewhere, as at the till."""
    at: AwareDatetime
    """When the news came about; notices arrive in any order."""

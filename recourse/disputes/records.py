"""What an acquirer's books say: sales, refunds, what a terminal did. And how to ask."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, StringConstraints

from recourse.disputes.models import Value
from recourse.disputes.money import Money
from recourse.disputes.settlement import SettlementDay

Last4 = Annotated[str, StringConstraints(pattern=r"^\d{4}$")]


class Sale(Value):
    """A card sale as the acquirer recorded it. ``reference`` is the acquirer's own id."""

    reference: str
    at: AwareDatetime
    amount: Money
    captured: Money
    """What was really taken; zero when the sale did not complete."""
    status: str = "captured"
    """captured | failed | reversed | in_doubt"""
    merchant: str = ""
    store: str = ""
    terminal: str = ""
    card_last4: str = ""
    card_brand: str = ""
    card_funding: str = ""
    """debit | credit | prepaid; empty when the acquirer does not say."""
    rrn: str = ""
    """Retrieval reference number, ISO 8583 field 37."""
    auth_code: str = ""
    stan: str = ""
    """System trace audit number, ISO 8583 field 11; unique only with terminal and day."""
    batch: str = ""
    """The terminal's batch number (批次号), which Chinese slips print beside the trace number."""
    wallet: bool = False
    """Paid with a telephone or a watch: ``card_last4`` is of its token, not of the plastic."""
    response: str = ""
    """What the sale was answered with, ISO 8583 field 39; its meaning hangs on the network
    (``recourse.disputes.codes``)."""
    reversal_reason: str = ""
    """Why it was reversed, a message reason code of the network; empty when nobody says."""
    reversed_at: AwareDatetime | None = None
    """When it was reversed, where the acquirer says so."""
    arn: str = ""
    """The sale's own acquirer reference number; no refund has the same."""


class RefundStatus(StrEnum):
    """Where a refund is. Accepted is not posted (facts: seven publishers' states, joined)."""

    PENDING = "pending"
    POSTED = "posted"
    FAILED = "failed"
    ABNORMAL = "abnormal"
    """The card is void or frozen: the money waits at the acquirer."""
    RETURNED = "returned"
    """Posted first, then sent back by the issuer."""


class Refund(Value):
    """Money given back, or asked back (``direction`` debit), against a sale."""

    reference: str
    sale: str
    amount: Money
    at: AwareDatetime
    status: RefundStatus
    direction: str = "credit"
    """credit: to the cardholder; debit: from the cardholder back to the merchant."""
    reason: str = ""
    arn: str = ""
    """Acquirer reference number; a refund has its own, not the sale's."""
    effect_id: str = ""
    """The id under which we asked for it; empty when it was made at the till."""
    card_last4: str = ""
    posted_at: AwareDatetime | None = None
    mti: str = ""
    """Message type of what the till sent, where the acquirer says it. With processing code
    20, ``0200`` is a void (撤销) and ``0220`` a refund (退货): nothing else tells them apart
    (facts/domain §3.3)."""
    processing_code: str = ""


class TerminalEventKind(StrEnum):
    PAPER_OUT = "paper_out"
    PRINTER_FAULT = "printer_fault"
    PRINTED = "printed"
    REPRINTED = "reprinted"
    REVERSAL_QUEUED = "reversal_queued"
    """The reversal waits for the terminal's next online transaction."""
    REVERSAL_SENT = "reversal_sent"
    NETWORK_LOSS = "network_loss"
    RESTARTED = "restarted"
    OPERATOR_VOID = "operator_void"
    APPROVED = "approved"
    DECLINED = "declined"
    NO_RESPONSE = "no_response"
    """The terminal gave up waiting; what became of the message it does not know."""
    VOID = "void"
    REFUND = "refund"


class TerminalEvent(Value):
    """One line of a terminal's journal. A line that states neither amount nor sale speaks
    of the terminal, not of one sale."""

    terminal: str
    at: AwareDatetime
    kind: TerminalEventKind
    sale: str = ""
    detail: str = ""
    amount: Money | None = None
    response: str = ""
    """Response code (field 39), or the reason of a reversal."""
    mti: str = ""
    processing_code: str = ""


class SettlementKind(StrEnum):
    """What a line of a clearing file moves."""

    SALE = "sale"
    REVERSAL = "reversal"
    """A sale that stood in a file is undone."""
    REFUND = "refund"
    DEBIT = "debit"
    """Taken from the cardholder again: a debit adjustment."""
    RETURN = "return"
    """A refund that came back."""


class SettlementLine(Value):
    """One line of an acquirer's clearing file of one settlement day."""

    day: date
    kind: SettlementKind
    sale: str
    """The acquirer's reference of the sale, also for what was done to it later."""
    reference: str
    """Of the refund or the adjustment; for a sale and its reversal, the sale's."""
    amount: Money
    """Never negative; ``kind`` says which way it goes."""
    at: AwareDatetime
    arn: str = ""
    card_last4: str = ""


class Settlement(Value):
    """What the clearing files say of one sale, as far as they were read."""

    calendar: SettlementDay
    days: tuple[date, ...]
    """Days that were over and whose file was read. On these a line that is missing is
    missing; of every other day nothing is known."""
    lines: tuple[SettlementLine, ...] = ()

    def covers(self, moment: datetime) -> bool:
        return self.calendar.day_of(moment) in self.days


class SaleQuery(Value):
    """What is known of a sale that must be found. Empty means unknown."""

    reference: str = ""
    rrn: str = ""
    auth_code: str = ""
    terminal: str = ""
    store: str = ""
    amount: Money | None = None
    """Exactly this."""
    least: Money | None = None
    """No less than this: what was taken may be more or less than what is remembered."""
    most: Money | None = None
    card_last4: str = ""
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class Record(Value):
    """Everything the acquirer holds about one sale, read at one moment."""

    sale: Sale
    refunds: tuple[Refund, ...] = ()
    terminal_events: tuple[TerminalEvent, ...] = ()
    settlement: Settlement | None = None
    """None: nobody asked, or the acquirer gives no clearing files. That is not the same as
    a file without a line."""

"""What an acquirer's books say: sales, refunds, what a terminal did. And how to ask."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, StringConstraints

from recourse.disputes.models import Value
from recourse.disputes.money import Money
from recourse.disputes.settlement import UNIONPAY

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
    arn: str = ""
    """The sale's own acquirer reference number; a refund has another."""
    response: str = ""
    """What the sale was answered with, ISO 8583 field 39; its meaning hangs on the network
    (``recourse.disputes.codes``)."""
    reversal_reason: str = ""
    """Why it was reversed, a message reason code of the network; empty when nobody says."""
    reversed_at: AwareDatetime | None = None
    """When it was reversed, where the acquirer says so."""
    wallet: bool = False
    """Paid with a telephone or a watch: ``card_last4`` is of its token, not of the plastic."""


class RefundStatus(StrEnum):
    """Where a refund is. Accepted is not posted (facts: seven publishers' states, joined)."""

    PENDING = "pending"
    NEEDS_ACTION = "needs_action"
    """Taken, and waiting for somebody to do something: give another account, confirm (Stripe's
    requires_action)."""
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


class ChargebackStatus(StrEnum):
    """Where a chargeback is, as far as money goes (facts/domain §7)."""

    OPEN = "open"
    """The issuer has the money, or has asked for it; nothing is decided."""
    LOST = "lost"
    WON = "won"
    """The money is the merchant's for good."""
    REVERSED = "reversed"
    """The money is back for now. Not final: a second chargeback may follow."""


class Chargeback(Value):
    """Money that the issuer took back for the cardholder, against a sale."""

    reference: str
    sale: str
    amount: Money
    at: AwareDatetime
    status: ChargebackStatus = ChargebackStatus.OPEN
    reason: str = ""
    """The scheme's reason code, as network/code: the same digits mean different things."""


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
    """The till waited and heard nothing; its journal cannot know what became of the sale."""
    REFUND = "refund"
    VOID = "void"


class TerminalEvent(Value):
    terminal: str
    at: AwareDatetime
    kind: TerminalEventKind
    sale: str = ""
    detail: str = ""
    """Of a reversal: the reason code."""
    amount: Money | None = None
    response: str = ""
    """Response code, ISO 8583 field 39."""
    mti: str = ""
    """Message type, which alone tells a void from a refund."""
    processing_code: str = ""
    """ISO 8583 field 3, six digits."""


Direction = Literal["charge", "credit"]
"""charge: from the cardholder to the merchant; credit: back."""


class SettlementLine(Value):
    """One line of a clearing file: what really moves between the banks."""

    day: date
    """The settlement day whose file it stands in."""
    direction: Direction
    amount: Money
    reference: str = ""
    """Of the refund or adjustment; empty for the sale itself and for its reversal."""
    arn: str = ""
    card_last4: str = ""


class Settlement(Value):
    """What the clearing files say of one sale. Silence counts only of days that are complete."""

    through: date
    """The last day whose file is complete."""
    lines: tuple[SettlementLine, ...] = ()

    def covers(self, moment: datetime) -> bool:
        """Whether the file of the settlement day that a moment falls into is complete."""
        return UNIONPAY.day_of(moment) <= self.through


class SaleQuery(Value):
    """What is known of a sale that must be found. Empty means unknown."""

    reference: str = ""
    rrn: str = ""
    auth_code: str = ""
    stan: str = ""
    batch: str = ""
    terminal: str = ""
    store: str = ""
    amount: Money | None = None
    """Exactly this."""
    least: Money | None = None
    """No less than this: what was taken may be more or less than what is remembered."""
    most: Money | None = None
    captured: Money | None = None
    """Exactly this was taken, and another amount was asked: a part approved, a tip added."""
    card_last4: str = ""
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None

    def agrees_in_amount(self, sale: Sale) -> bool:
        """Whether a sale has the amounts that are stated. For adapters whose acquirer cannot be
        asked by amount and that look through its sales themselves."""
        stated = (self.amount, self.least, self.most, self.captured)
        if any(m is not None and m.currency != sale.amount.currency for m in stated):
            return False
        return (
            self.amount in (None, sale.amount)
            and (self.least is None or sale.amount >= self.least)
            and (self.most is None or sale.amount <= self.most)
            and (self.captured is None or sale.amount != sale.captured == self.captured)
        )


class Record(Value):
    """Everything the acquirer holds about one sale, read at one moment."""

    sale: Sale
    refunds: tuple[Refund, ...] = ()
    terminal_events: tuple[TerminalEvent, ...] = ()
    chargebacks: tuple[Chargeback, ...] = ()
    settlement: Settlement | None = None
    """None: this acquirer does not let its files be asked."""
    refunds_listed: bool = True
    """False: the acquirer lists no refunds, so that none here is no evidence that there is
    none."""
    elsewhere: tuple[Refund, ...] = ()
    """What a person gave or took past the acquirer. It counts as money, and says nothing of what
    the acquirer's books and files should show."""
    goodwill: tuple[Refund, ...] = ()
    """Of all these, what was not owed when a case of ours gave it: money that is gone, and that
    answers no claim."""
    redirected: tuple[Refund, ...] = ()
    """Of all these, what a case of ours sent to another card than the sale's, and which is there:
    it is not astray."""

    @property
    def moves(self) -> tuple[Refund, ...]:
        """All that was given back or asked back, whoever moved it, oldest first."""
        return tuple(sorted((*self.refunds, *self.elsewhere), key=lambda refund: refund.at))

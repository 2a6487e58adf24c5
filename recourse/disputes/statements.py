"""What a cardholder's own statement says: its lines, and which refund belongs to which sale."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from recourse.disputes.models import Value
from recourse.disputes.money import Money

STATEMENT_KINDS = ("bank_statement", "wallet_statement", "statement_line")
"""Kinds of evidence that are read as statements."""

MOST_LINES = 50
"""Lines of one statement that a case keeps: those that bear on its sale."""


class Direction(StrEnum):
    OUT = "out"
    IN = "in"
    NEITHER = "neither"
    """The wallet counts it as neither income nor expense: closed, refunded in full, moved
    between the customer's own accounts."""


class LineKind(StrEnum):
    SALE = "sale"
    REFUND = "refund"
    OTHER = "other"
    """Transfers, withdrawals, salaries, interest: what no till has made."""


class LineState(StrEnum):
    DONE = "done"
    CLOSED = "closed"
    """The wallet ended it before it was complete; money that was taken goes back by a refund."""
    PENDING = "pending"
    FAILED = "failed"
    UNSAID = "unsaid"
    """The statement has no status, as bank statements have none."""


class StatementLine(Value):
    """One line. Amounts are never negative; ``direction`` says which way the money went. Texts
    are the statement's own, with every full card number cut to its last four digits."""

    line: int
    """Of the file, or the row of the sheet, from 1."""
    at: AwareDatetime
    day_only: bool = False
    """The statement gives no time of day; often it is the day of posting."""
    amount: Money
    direction: Direction
    kind: LineKind
    state: LineState = LineState.UNSAID
    refunded: Money | None = None
    """What the line of a sale itself says was given back: ``131.77(已退款89.84)``."""
    counterparty: str = ""
    description: str = ""
    order: str = ""
    """The id of whoever wrote the statement."""
    merchant_order: str = ""
    status: str = ""
    card_last4: str = ""
    balance: Money | None = None


class Sureness(StrEnum):
    SURE = "sure"
    """An id says it, and no other sale has that id."""
    LIKELY = "likely"
    POSSIBLE = "possible"
    """Others would fit too; the nearest before the refund was taken."""


class Pair(Value):
    """A refund and the sale it gives back."""

    sale: int
    """Line of the sale."""
    refund: int
    by: tuple[str, ...]
    """Codes of what they have in common: order_id, merchant_order_id, counterparty,
    description, amount, refund_note."""
    sure: Sureness
    partial: bool = False
    """Less than the whole sale."""


class StatementFinding(Value):
    """Something that stands out. ``code``: closed_then_refunded, refund_without_sale,
    refunded_twice, duplicate_sale, row_repeated, refund_noted_without_row."""

    code: str
    lines: tuple[int, ...]
    amount: Money | None = None


class LineProblem(Value):
    """A line, or the whole file with ``line`` 0, that could not be taken as it stands."""

    line: int
    code: str


class Layout(Value):
    """What was understood of the file."""

    form: str
    """text or xlsx"""
    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    header_line: int
    columns: dict[str, str] = Field(default_factory=dict)
    """By role, the heading of the column that was taken for it."""


class Statement(Value):
    """A statement as it was read."""

    layout: Layout
    lines: tuple[StatementLine, ...] = ()
    pairs: tuple[Pair, ...] = ()
    findings: tuple[StatementFinding, ...] = ()
    problems: tuple[LineProblem, ...] = ()
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    """The time it covers: as it says itself, else from its first line to its last."""
    account_last4: str = ""
    """The card or account that the whole statement is of."""
    cards_cut: int = 0
    """Full card numbers that were cut to their last four digits."""


class Excerpt(Value):
    """What a case keeps of a statement: the lines that bear on its sale."""

    sale: str = ""
    """Reference of the sale it was read for; empty while that is not known."""
    layout: Layout
    count: int
    """Lines of the whole statement."""
    omitted: int = 0
    """Lines that may bear on the sale and are not kept, because there are too many."""
    lines: tuple[StatementLine, ...] = ()
    pairs: tuple[Pair, ...] = ()
    findings: tuple[StatementFinding, ...] = ()
    problems: int = 0
    currencies: tuple[str, ...] = ()
    """Of all its lines."""
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    account_last4: str = ""

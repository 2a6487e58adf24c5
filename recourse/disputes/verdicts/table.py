"""The decision table: kind × acquirer × terminal × settlement → ruling. Every cell is written.

Read a row as: the acquirer says this, the terminal says that; then the columns are what the
clearing files say. What the words stand for is in ``recourse.disputes.verdicts.sources``.
"""

from enum import StrEnum

from recourse.disputes.claims import Kind
from recourse.disputes.models import Value
from recourse.disputes.verdicts.models import Confidence
from recourse.disputes.verdicts.sources import Hearing, Says
from recourse.disputes.vocabulary import Cause


class Take(StrEnum):
    """What of the books' own verdict a ruling takes over."""

    BOOKS = "books"
    """Finding, remedy and amount as the acquirer's books prove them."""
    GIVE_BACK = "give_back"
    """All that can be refunded: the whole sale is reversed while it is untouched, what is
    left of it credited otherwise."""
    NOTHING = "nothing"
    """No money moves."""


class Ruling(Value):
    """What follows from one cell."""

    take: Take = Take.BOOKS
    hold: bool = False
    """In doubt: nothing is paid, nobody pays again, and the sources are asked again until
    they agree, the acquirer's people have answered, or time is up."""
    finding: str = ""
    cause: Cause | None = None
    """None: as the books, a code or the journal name it."""
    at_most: Confidence = Confidence.SURE
    missing: str = ""
    """The one piece of evidence that would decide it."""
    conflict: bool = True
    """Whether the sources disagree, so that the verdict says who says what."""


_UNCLEAR, _LIKELY = Confidence.UNCLEAR, Confidence.LIKELY
_PROCESS = Cause.ISSUER_OR_ACQUIRER_PROCESS


def _hold(finding: str, cause: Cause, missing: str) -> Ruling:
    return Ruling(
        take=Take.NOTHING,
        hold=True,
        finding=finding,
        cause=cause,
        at_most=_UNCLEAR,
        missing=missing,
    )


def _ask(finding: str, cause: Cause, missing: str) -> Ruling:
    return Ruling(
        take=Take.NOTHING, finding=finding, cause=cause, at_most=_UNCLEAR, missing=missing
    )


RULINGS: dict[str, Ruling] = {
    # The sources agree, or those that disagree are outvoted by books and files together.
    "books": Ruling(conflict=False),
    "outvoted": Ruling(),
    # The books stand, a person looks: what is missing would make it sure.
    "likely": Ruling(at_most=_LIKELY, missing="transaction_state"),
    "late": Ruling(at_most=_LIKELY, missing="settlement_line"),
    "check": Ruling(at_most=_LIKELY, missing="terminal_log"),
    "journal": Ruling(at_most=_LIKELY, missing="journal_line"),
    "trace": Ruling(at_most=_LIKELY, missing="arn_trace"),
    "unsent": Ruling(at_most=_LIKELY, missing="refund_record"),
    "slip": Ruling(at_most=_UNCLEAR, missing="original_slip"),
    # Taken and cleared, while the terminal says that there was no sale.
    "giveback": Ruling(
        take=Take.GIVE_BACK,
        finding="taken_against_terminal",
        cause=Cause.SYSTEM_FAULT,
        at_most=_UNCLEAR,
        missing="journal_line",
    ),
    # A person compares; asking the same systems again would not change what they say.
    "compare": _ask("refund_to_compare_by_hand", Cause.AMOUNT_MISMATCH, "refund_record"),
    "impossible": _ask("books_contradict_themselves", _PROCESS, "arn_trace"),
    # In doubt: hold and query.
    "hold": _hold("sale_in_doubt", Cause.REVERSAL_PENDING, "transaction_state").model_copy(
        update={"conflict": False}
    ),
    "queued": _hold("reversal_waits", Cause.REVERSAL_PENDING, "terminal_log"),
    "undone": _hold("reversal_not_booked", Cause.REVERSAL_PENDING, "transaction_state"),
    "confirm": _hold("success_unconfirmed", Cause.NETWORK_DELAY, "settlement_line"),
    "differ": _hold("books_and_settlement_differ", _PROCESS, "transaction_state"),
    "unbooked": _hold("settled_not_booked", _PROCESS, "transaction_state"),
    "paid": _hold("returned_but_settled", _PROCESS, "settlement_line"),
    "underway": _hold("refund_not_booked_yet", _PROCESS, "settlement_line"),
}

COLUMNS = (Says.PRESENT, Says.ABSENT, Says.CONTRADICTING, Says.OPEN)
"""What the clearing files say."""

_RECEIPT_NOT_PRINTED = """
acquirer       terminal       | present   absent    contradicting  open
present        present        | books     late      differ         books
present        absent         | books     late      differ         books
present        contradicting  | giveback  undone    undone         undone
present        open           | books     confirm   differ         confirm
present        queued         | queued    queued    queued         queued
absent         present        | unbooked  outvoted  likely         likely
absent         absent         | unbooked  books     likely         books
absent         contradicting  | unbooked  books     likely         books
absent         open           | unbooked  outvoted  likely         confirm
absent         queued         | queued    queued    queued         queued
contradicting  present        | differ    books     books          books
contradicting  absent         | differ    books     books          books
contradicting  contradicting  | differ    books     books          books
contradicting  open           | differ    books     books          books
contradicting  queued         | differ    books     books          books
open           present        | hold      hold      hold           hold
open           absent         | hold      hold      hold           hold
open           contradicting  | hold      hold      hold           hold
open           open           | hold      hold      hold           hold
open           queued         | hold      hold      hold           hold
"""

_RECEIPT_LOST = """
acquirer       terminal       | present   absent    contradicting  open
present        present        | books     late      differ         books
present        absent         | books     late      differ         books
present        contradicting  | check     undone    undone         undone
present        open           | books     confirm   differ         confirm
present        queued         | queued    queued    queued         queued
absent         present        | unbooked  outvoted  likely         likely
absent         absent         | unbooked  books     likely         books
absent         contradicting  | unbooked  books     likely         books
absent         open           | unbooked  outvoted  likely         confirm
absent         queued         | queued    queued    queued         queued
contradicting  present        | differ    books     books          books
contradicting  absent         | differ    books     books          books
contradicting  contradicting  | differ    books     books          books
contradicting  open           | differ    books     books          books
contradicting  queued         | differ    books     books          books
open           present        | hold      hold      hold           hold
open           absent         | hold      hold      hold           hold
open           contradicting  | hold      hold      hold           hold
open           open           | hold      hold      hold           hold
open           queued         | hold      hold      hold           hold
"""

_PAYMENT_REVERSED = """
acquirer       terminal       | present   absent    contradicting  open
present        present        | books     books     paid           books
present        absent         | books     books     paid           books
present        contradicting  | slip      slip      paid           slip
present        open           | books     books     paid           books
present        queued         | check     check     paid           check
absent         present        | differ    outvoted  unbooked       likely
absent         absent         | differ    books     unbooked       books
absent         contradicting  | differ    books     unbooked       books
absent         open           | differ    outvoted  unbooked       confirm
absent         queued         | queued    queued    queued         queued
contradicting  present        | undone    undone    likely         undone
contradicting  absent         | differ    late      books          books
contradicting  contradicting  | differ    late      likely         likely
contradicting  open           | differ    confirm   books          confirm
contradicting  queued         | queued    queued    queued         queued
open           present        | hold      hold      hold           hold
open           absent         | hold      hold      hold           hold
open           contradicting  | hold      hold      hold           hold
open           open           | hold      hold      hold           hold
open           queued         | hold      hold      hold           hold
"""

_WRONG_REFUND = """
acquirer       terminal       | present   absent      contradicting  open
present        present        | books     late        compare        books
present        absent         | books     late        compare        books
present        contradicting  | journal   compare     compare        journal
present        open           | books     confirm     compare        likely
present        queued         | queued    queued      queued         queued
absent         present        | differ    unsent      compare        underway
absent         absent         | differ    books       compare        books
absent         contradicting  | differ    books       compare        books
absent         open           | differ    likely      compare        underway
absent         queued         | queued    queued      queued         queued
contradicting  present        | trace     impossible  impossible     impossible
contradicting  absent         | trace     impossible  impossible     impossible
contradicting  contradicting  | trace     impossible  impossible     impossible
contradicting  open           | trace     impossible  impossible     impossible
contradicting  queued         | queued    queued      queued         queued
open           present        | hold      hold        hold           hold
open           absent         | hold      hold        hold           hold
open           contradicting  | hold      hold        hold           hold
open           open           | hold      hold        hold           hold
open           queued         | hold      hold        hold           hold
"""

_REFUND_NOT_RECEIVED = """
acquirer       terminal       | present   absent      contradicting  open
present        present        | books     late        differ         books
present        absent         | books     late        differ         books
present        contradicting  | journal   differ      differ         journal
present        open           | books     confirm     differ         likely
present        queued         | queued    queued      queued         queued
absent         present        | differ    unsent      compare        underway
absent         absent         | differ    books       compare        books
absent         contradicting  | differ    books       compare        books
absent         open           | differ    likely      compare        underway
absent         queued         | queued    queued      queued         queued
contradicting  present        | trace     impossible  impossible     impossible
contradicting  absent         | trace     impossible  impossible     impossible
contradicting  contradicting  | trace     impossible  impossible     impossible
contradicting  open           | trace     impossible  impossible     impossible
contradicting  queued         | queued    queued      queued         queued
open           present        | hold      hold        hold           hold
open           absent         | hold      hold        hold           hold
open           contradicting  | hold      hold        hold           hold
open           open           | hold      hold        hold           hold
open           queued         | hold      hold        hold           hold
"""

Cell = tuple[Kind, Says, Says, Says]
"""Kind, acquirer, terminal, settlement."""


def _cells(kind: Kind, matrix: str) -> dict[Cell, str]:
    cells: dict[Cell, str] = {}
    for line in matrix.strip().splitlines()[1:]:
        left, _, right = line.partition("|")
        acquirer, terminal = map(Says, left.split())
        for column, name in zip(COLUMNS, right.split(), strict=True):
            cells[kind, acquirer, terminal, column] = name
    return cells


CELLS: dict[Cell, str] = {
    **_cells(Kind.WRONG_REFUND, _WRONG_REFUND),
    **_cells(Kind.REFUND_NOT_RECEIVED, _REFUND_NOT_RECEIVED),
    **_cells(Kind.PAYMENT_REVERSED, _PAYMENT_REVERSED),
    **_cells(Kind.RECEIPT_NOT_PRINTED, _RECEIPT_NOT_PRINTED),
    **_cells(Kind.RECEIPT_LOST, _RECEIPT_LOST),
}
"""The name of the ruling in every cell."""


def ruling(heard: Hearing) -> Ruling:
    """The cell that a hearing falls into."""
    cell = (heard.kind, heard.acquirer, heard.terminal, heard.settlement)
    return RULINGS[CELLS[cell]]

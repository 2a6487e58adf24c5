"""The decision table of verdicts, written out: every combination of what the sources say."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from recourse.disputes.claims import Claim, Kind
from recourse.disputes.records import (
    Record,
    Sale,
    Settlement,
    SettlementLine,
    TerminalEvent,
)
from recourse.disputes.settlement import UNIONPAY
from recourse.disputes.verdicts import Confidence, Source, Words, judge
from recourse.disputes.verdicts.sources import Hearing, Says, hear
from recourse.disputes.verdicts.table import CELLS, COLUMNS, RULINGS
from recourse.disputes.vocabulary import Cause, Result
from templates.words import LANGUAGES, words
from tests.disputes.building import PRICE, SOLD, a_claim, a_refund, a_sale, cny

ARN, REFUND_ARN = "74537604221431003881234", "74537604221431003889999"
LATER = SOLD + timedelta(minutes=5)
REFUNDED = SOLD + timedelta(days=1)
ACQUIRER = (Says.PRESENT, Says.ABSENT, Says.CONTRADICTING, Says.OPEN)
TERMINAL = tuple(Says)

EXPECTED = {
    # finding, confidence at most, the evidence that decides; H holds, B is by hand, else the
    # acquirer's books stand.
    "ok": ("", "sure", ""),
    "ok!": ("", "sure", ""),
    "l:state": ("", "likely", "transaction_state"),
    "l:line": ("", "likely", "settlement_line"),
    "l:log": ("", "likely", "terminal_log"),
    "l:jrnl": ("", "likely", "journal_line"),
    "l:arn": ("", "likely", "arn_trace"),
    "l:refund": ("", "likely", "refund_record"),
    "u:slip": ("", "unclear", "original_slip"),
    "B:back": ("taken_against_terminal", "unclear", "journal_line"),
    "B:cmp": ("refund_to_compare_by_hand", "unclear", "refund_record"),
    "B:self": ("books_contradict_themselves", "unclear", "arn_trace"),
    "H:doubt": ("sale_in_doubt", "unclear", "transaction_state"),
    "H:queue": ("reversal_waits", "unclear", "terminal_log"),
    "H:undo": ("reversal_not_booked", "unclear", "transaction_state"),
    "H:conf": ("success_unconfirmed", "unclear", "settlement_line"),
    "H:diff": ("books_and_settlement_differ", "unclear", "transaction_state"),
    "H:unbk": ("settled_not_booked", "unclear", "transaction_state"),
    "H:paid": ("returned_but_settled", "unclear", "settlement_line"),
    "H:way": ("refund_not_booked_yet", "unclear", "settlement_line"),
}

QUEUED = "H:queue H:queue H:queue H:queue"
DOUBT = "H:doubt H:doubt H:doubt H:doubt"

# By kind and acquirer; a row each for a terminal that shows the fact, is silent, says the
# opposite, has no clear answer, has a reversal waiting. In a row, the clearing files: show
# the fact, have no line, show the opposite, were not read.
TABLE = {
    Kind.RECEIPT_NOT_PRINTED: {  # the fact: money was taken
        "captured": """
            ok      l:line   H:diff   ok
            ok      l:line   H:diff   ok
            B:back  H:undo   H:undo   H:undo
            ok      H:conf   H:diff   H:conf
            """
        + QUEUED,
        "failed": """
            H:unbk  ok!      l:state  l:state
            H:unbk  ok       l:state  ok
            H:unbk  ok       l:state  ok
            H:unbk  ok!      l:state  H:conf
            """
        + QUEUED,
        "reversed": "H:diff ok ok ok " * 5,
        "in_doubt": " ".join([DOUBT] * 5),
    },
    Kind.RECEIPT_LOST: {
        "captured": """
            ok      l:line   H:diff   ok
            ok      l:line   H:diff   ok
            l:log   H:undo   H:undo   H:undo
            ok      H:conf   H:diff   H:conf
            """
        + QUEUED,
        "failed": """
            H:unbk  ok!      l:state  l:state
            H:unbk  ok       l:state  ok
            H:unbk  ok       l:state  ok
            H:unbk  ok!      l:state  H:conf
            """
        + QUEUED,
        "reversed": "H:diff ok ok ok " * 5,
        "in_doubt": " ".join([DOUBT] * 5),
    },
    Kind.PAYMENT_REVERSED: {  # the fact: the payment was returned
        "reversed": """
            ok      ok       H:paid   ok
            ok      ok       H:paid   ok
            u:slip  u:slip   H:paid   u:slip
            ok      ok       H:paid   ok
            l:log   l:log    H:paid   l:log
            """,
        "failed": """
            H:diff  ok!      H:unbk   l:state
            H:diff  ok       H:unbk   ok
            H:diff  ok       H:unbk   ok
            H:diff  ok!      H:unbk   H:conf
            """
        + QUEUED,
        "captured": """
            H:undo  H:undo   l:state  H:undo
            H:diff  l:line   ok       ok
            H:diff  l:line   l:state  l:state
            H:diff  H:conf   ok       H:conf
            """
        + QUEUED,
        "in_doubt": " ".join([DOUBT] * 5),
    },
    Kind.WRONG_REFUND: {  # the fact: a refund was made
        "refunded": """
            ok      l:line   B:cmp    ok
            ok      l:line   B:cmp    ok
            l:jrnl  B:cmp    B:cmp    l:jrnl
            ok      H:conf   B:cmp    l:state
            """
        + QUEUED,
        "no refund": """
            H:diff  l:refund B:cmp    H:way
            H:diff  ok       B:cmp    ok
            H:diff  ok       B:cmp    ok
            H:diff  l:state  B:cmp    H:way
            """
        + QUEUED,
        "impossible": "l:arn B:self B:self B:self " * 4 + QUEUED,
        "in_doubt": " ".join([DOUBT] * 5),
    },
    Kind.REFUND_NOT_RECEIVED: {
        "refunded": """
            ok      l:line   H:diff   ok
            ok      l:line   H:diff   ok
            l:jrnl  H:diff   H:diff   l:jrnl
            ok      H:conf   H:diff   l:state
            """
        + QUEUED,
        "no refund": """
            H:diff  l:refund B:cmp    H:way
            H:diff  ok       B:cmp    ok
            H:diff  ok       B:cmp    ok
            H:diff  l:state  B:cmp    H:way
            """
        + QUEUED,
        "impossible": "l:arn B:self B:self B:self " * 4 + QUEUED,
        "in_doubt": " ".join([DOUBT] * 5),
    },
}

BOOKS = {
    # What the acquirer's books prove alone: finding, how sure, what moves in minor units.
    (Kind.RECEIPT_NOT_PRINTED, "captured"): ("sale_good_slip_missing", "sure", PRICE),
    (Kind.RECEIPT_NOT_PRINTED, "failed"): ("nothing_was_taken", "sure", None),
    (Kind.RECEIPT_NOT_PRINTED, "reversed"): ("reversed_by_itself", "sure", None),
    (Kind.RECEIPT_LOST, "captured"): ("sale_found_without_slip", "sure", 10000),
    (Kind.RECEIPT_LOST, "failed"): ("nothing_was_taken", "sure", None),
    (Kind.RECEIPT_LOST, "reversed"): ("reversed_by_itself", "sure", None),
    (Kind.PAYMENT_REVERSED, "reversed"): ("payment_returned_goods_kept", "sure", PRICE),
    (Kind.PAYMENT_REVERSED, "failed"): ("not_reversed", "sure", None),
    (Kind.PAYMENT_REVERSED, "captured"): ("not_reversed", "sure", None),
    (Kind.WRONG_REFUND, "refunded"): ("refunded_too_much", "sure", 2000),
    (Kind.WRONG_REFUND, "no refund"): ("no_refund_on_record", "sure", 10000),
    (Kind.WRONG_REFUND, "impossible"): ("refunded_too_much", "sure", 2000),
    (Kind.REFUND_NOT_RECEIVED, "refunded"): ("refund_posted_trace_by_arn", "sure", None),
    (Kind.REFUND_NOT_RECEIVED, "no refund"): ("no_refund_on_record", "sure", 10000),
    (Kind.REFUND_NOT_RECEIVED, "impossible"): ("refund_posted_trace_by_arn", "sure", None),
}

RANKS = ("unclear", "likely", "sure")
STORE_SAYS_YES = Words(store=Result.CONFIRMS)


def acquirer_says(kind: Kind, books: str) -> Says:
    if books == "in_doubt":
        return Says.OPEN
    if books in ("refunded", "no refund", "impossible"):
        places = {"refunded": 0, "no refund": 1, "impossible": 2}
    elif kind is Kind.PAYMENT_REVERSED:
        places = {"reversed": 0, "failed": 1, "captured": 2}
    else:
        places = {"captured": 0, "failed": 1, "reversed": 2}
    return ACQUIRER[places[books]]


def expected() -> dict[tuple[Kind, str, Says, Says], str]:
    """Every cell of the written table by kind, books, terminal and settlement."""
    cells = {}
    for kind, blocks in TABLE.items():
        for books, block in blocks.items():
            places = product(TERMINAL, COLUMNS)
            for (terminal, files), code in zip(places, block.split(), strict=True):
                cells[kind, books, terminal, files] = code
    return cells


ON_REFUNDS = (Kind.WRONG_REFUND, Kind.REFUND_NOT_RECEIVED)


def the_sale(books: str) -> Sale:
    status = books if books in ("failed", "reversed", "in_doubt") else "captured"
    taken = PRICE if status in ("captured", "in_doubt") else 0
    return a_sale(status, taken, arn=ARN, card_brand="unionpay")


def an_event(kind: str, **told: Any) -> TerminalEvent:
    return TerminalEvent.model_validate(
        {"terminal": "T0000001", "at": LATER, "kind": kind, "sale": "536365"} | told
    )


def journal(kind: Kind, says: Says) -> tuple[TerminalEvent, ...]:
    """A terminal's journal that says this."""
    refund = {"at": REFUNDED, "mti": "0220", "processing_code": "200000", "amount": cny(12000)}
    match says:
        case Says.QUEUED:
            return (an_event("no_response"), an_event("reversal_queued"))
        case Says.ABSENT if kind is Kind.PAYMENT_REVERSED:
            return (an_event("approved", response="00"),)
        case Says.ABSENT:
            return ()
        case Says.PRESENT if kind in ON_REFUNDS:
            return (an_event("refund", **refund),)
        case Says.PRESENT if kind is Kind.PAYMENT_REVERSED:
            return (an_event("no_response"), an_event("reversal_sent"))
        case Says.PRESENT:
            return (an_event("approved", amount=cny(PRICE), response="00"),)
        case Says.CONTRADICTING if kind in ON_REFUNDS:
            return (an_event("declined", response="25", **refund),)
        case Says.CONTRADICTING:
            return (an_event("declined", response="51"),)
        case _ if kind in ON_REFUNDS:
            return (an_event("no_response", **refund),)
        case _:
            return (an_event("approved", response="A2"),)


def a_line(direction: str, minor: int, **told: Any) -> SettlementLine:
    return SettlementLine.model_validate(
        {"day": UNIONPAY.day_of(SOLD), "direction": direction, "amount": cny(minor)} | told
    )


def files(*lines: SettlementLine) -> Settlement:
    return Settlement(through=UNIONPAY.day_of(REFUNDED), lines=lines)


def clearing(kind: Kind, says: Says) -> Settlement | None:
    """Clearing files that say this."""
    if says is Says.OPEN:
        return None
    if says is Says.ABSENT:
        return files()
    if kind in ON_REFUNDS:
        arn = REFUND_ARN if says is Says.PRESENT else ARN
        return files(a_line("credit", 12000, reference="R1", arn=arn))
    stands = (a_line("charge", PRICE),)
    undone = (*stands, a_line("credit", PRICE))
    shown = undone if (kind is Kind.PAYMENT_REVERSED) == (says is Says.PRESENT) else stands
    return files(*shown)


def situation(kind: Kind, books: str, terminal: Says, settled: Says) -> tuple[Claim, Record]:
    """A claim and a record in which the sources say this."""
    arn = {"refunded": REFUND_ARN, "impossible": ARN}.get(books)
    refunds = () if arn is None else (a_refund(12000, arn=arn),)
    wanted = 12000 if kind is Kind.REFUND_NOT_RECEIVED and refunds else 10000
    claim = a_claim(
        kind,
        claimant="merchant" if kind is Kind.PAYMENT_REVERSED else "customer",
        refund={"requested": cny(wanted), "at": REFUNDED},
    )
    record = Record(
        sale=the_sale(books),
        refunds=refunds,
        terminal_events=journal(kind, terminal),
        settlement=clearing(kind, settled),
    )
    return claim, record


ROWS = [(*cell, code) for cell, code in expected().items()]


@pytest.mark.parametrize(("kind", "books", "terminal", "settled", "code"), ROWS)
def test_every_cell(kind: Kind, books: str, terminal: Says, settled: Says, code: str) -> None:
    """For every combination of sources the verdict is the one of the written table."""
    claim, record = situation(kind, books, terminal, settled)
    assert hear(claim, record) == Hearing(
        kind=kind, acquirer=acquirer_says(kind, books), terminal=terminal, settlement=settled
    )
    verdict = judge(claim, record, STORE_SAYS_YES, store_decides=False)
    finding, at_most, missing = EXPECTED[code]
    proved, sure, minor = BOOKS.get((kind, books), ("", "unclear", None))
    assert verdict.in_doubt == code.startswith("H:")
    assert verdict.finding == (finding or proved)
    assert verdict.confidence.value == min(at_most, sure, key=RANKS.index)
    assert not missing or missing in verdict.missing
    moves = PRICE if code == "B:back" else None if finding else minor
    assert verdict.amount == (None if moves is None else cny(moves))
    assert verdict.cause is not Cause.UNKNOWN_PENDING
    agreed = code in ("ok", "H:doubt")
    assert bool(verdict.said) != agreed
    if verdict.said:
        assert {said.source for said in verdict.said} == set(Source)


def test_the_table_is_whole() -> None:
    """No combination of what the sources can say is left out, and none is there twice."""
    every = set(product(Kind, ACQUIRER, TERMINAL, COLUMNS))
    assert set(CELLS) == every
    assert len(CELLS) == len(Kind) * 4 * 5 * 4 == 400
    assert set(CELLS.values()) == set(RULINGS)
    written = {(k, acquirer_says(k, b), t, s) for k, b, t, s in expected()}
    assert written == every


def test_no_ruling_leaves_it_at_not_knowing() -> None:
    """A ruling that does not let the books speak names its cause, and one that is not sure
    names the one piece of evidence that would decide it, which a party can be asked for."""
    for name, rule in RULINGS.items():
        assert rule.cause is not Cause.UNKNOWN_PENDING, name
        if rule.finding:
            assert rule.cause is not None, name
        if rule.at_most is not Confidence.SURE:
            for language in LANGUAGES:
                assert words(language).has("asks", rule.missing), name
                assert not rule.finding or words(language).has("reasons", rule.finding), name

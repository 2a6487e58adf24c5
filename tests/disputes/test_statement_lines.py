"""What a statement says for and against a claim."""

from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest

from recourse.disputes.claims import Claim
from recourse.disputes.money import Money
from recourse.disputes.statement_fit import POSTING, excerpt_of, known_of
from recourse.disputes.statement_lines import Point, Said, Stance, what_it_says
from recourse.disputes.statements import (
    MOST_LINES,
    Direction,
    Layout,
    LineKind,
    LineProblem,
    LineState,
    Statement,
    StatementLine,
)
from recourse.statements.pairing import findings_of, pairs_of
from templates.words import LANGUAGES, words
from tests.disputes.building import PRICE, SOLD, a_claim, a_sale, cny

SHOP = "云膳过桥米线(传奇广场店)"
REFUND: dict[str, Any] = {
    "direction": Direction.IN,
    "kind": LineKind.REFUND,
    "description": "退款",
}


def line(number: int = 1, after: timedelta = timedelta(), **given: Any) -> StatementLine:
    told: dict[str, Any] = {
        "line": number,
        "at": SOLD + after,
        "amount": cny(PRICE),
        "direction": Direction.OUT,
        "kind": LineKind.SALE,
        "counterparty": SHOP,
        "order": f"9988{number:04d}",
    }
    return StatementLine(**told | given)


def statement(*lines: StatementLine, **given: Any) -> Statement:
    pairs = pairs_of(lines)
    told: dict[str, Any] = {
        "layout": Layout(form="text", header_line=1),
        "lines": lines,
        "pairs": pairs,
        "findings": findings_of(lines, pairs),
        "since": SOLD - timedelta(days=20),
        "until": SOLD + timedelta(days=20),
        "account_last4": "4242",
    }
    return Statement(**told | given)


def asked(requested: int | None = 10000, reported: int | None = 1000, **given: Any) -> Claim:
    refund: dict[str, Any] = {}
    refund |= {"requested": cny(requested)} if requested else {}
    refund |= {"reported": cny(reported)} if reported is not None else {}
    return a_claim(refund=refund, **given)


def says(read: Statement, claim: Claim | None = None) -> dict[Point, Said]:
    claim = claim or asked()
    said = what_it_says(excerpt_of(read, claim, None), claim, None)
    assert [each.point for each in said] == list(Point)
    for each, spoken in product(said, LANGUAGES):
        assert words(spoken).has("points", each.point.value)
        assert words(spoken).has("stances", each.stance.value)
        for reason in each.reasons:
            assert words(spoken).has("statement_reasons", reason), reason
    return {each.point: each for each in said}


@pytest.mark.parametrize(
    ("given", "reasons"),
    [
        ({}, ("amount", "time")),
        ({"card_last4": "4242"}, ("amount", "time", "card_last4")),
        ({"after": timedelta(minutes=-29)}, ("amount", "time")),
        ({"after": timedelta(hours=3)}, ("amount", "day")),
        ({"after": timedelta(days=3), "day_only": True}, ("amount", "day")),
        ({"counterparty": "收钱吧", "card_last4": "4242"}, ("amount", "time", "card_last4")),
        ({"order": "536365", "after": timedelta(days=9), "amount": cny(1)}, ("id",)),
    ],
)
def test_the_line_of_the_sale(given: dict[str, Any], reasons: tuple[str, ...]) -> None:
    """The line of the sale is found by its id, or by its amount with the time, the day of its
    posting, the card or the merchant; the statement then supports that it was charged."""
    said = says(statement(line(**given)))[Point.CHARGED]
    assert (said.stance, said.reasons, said.lines) == (Stance.SUPPORTS, reasons, (1,))


@pytest.mark.parametrize(
    "given",
    [
        {"amount": cny(PRICE - 1)},
        {"after": timedelta(days=2)},
        {"after": timedelta(days=6), "day_only": True},
        {"after": timedelta(days=-1), "day_only": True},
        {"card_last4": "1111"},
        {"kind": LineKind.OTHER},
        {"after": timedelta(hours=3), "counterparty": "另一家店"},
    ],
)
def test_a_line_that_is_not_the_sale(given: dict[str, Any]) -> None:
    """A line that differs in amount, currency, time or card is another's. On the statement of
    the card, for the whole time, that says that nothing was charged."""
    said = says(statement(line(**given)))
    assert (said[Point.CHARGED].stance, said[Point.CHARGED].reasons) == (
        Stance.CONTRADICTS,
        ("no_line_fits",),
    )
    assert said[Point.REFUNDED].reasons == ("sale_not_on_it",)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"account_last4": ""}, "other_account"),
        ({"account_last4": "1111"}, "other_account"),
        ({"since": SOLD + timedelta(days=1)}, "other_time"),
        ({"until": SOLD + POSTING - timedelta(seconds=1)}, "other_time"),
        ({"problems": (LineProblem(line=9, code="date_unread"),)}, "not_all_read"),
    ],
)
def test_what_is_not_there_says_little(given: dict[str, Any], reason: str) -> None:
    """A statement of another account or another time, or one that was not read whole, denies
    nothing by what it does not show."""
    said = says(statement(line(amount=cny(1)), **given))[Point.CHARGED]
    assert (said.stance, said.reasons) == (Stance.SILENT, (reason,))


def test_another_currency() -> None:
    """A sale abroad stands on the statement in the account's currency: its own amount is missed
    by nobody."""
    said = says(statement(line(amount=Money(minor=PRICE, currency="USD"))))[Point.CHARGED]
    assert (said.stance, said.reasons) == (Stance.SILENT, ("other_currency",))


def test_too_little_is_known() -> None:
    """Without an amount or a time nothing can be missed."""
    claim = a_claim(sale={"reference": "536365"})
    said = says(statement(line(amount=cny(1))), claim)[Point.CHARGED]
    assert (said.stance, said.reasons) == (Stance.SILENT, ("too_little_known",))


@pytest.mark.parametrize(
    ("state", "stance", "reason"),
    [
        (LineState.DONE, Stance.SUPPORTS, "time"),
        (LineState.FAILED, Stance.CONTRADICTS, "payment_failed"),
        (LineState.PENDING, Stance.SILENT, "payment_pending"),
        (LineState.CLOSED, Stance.CONTRADICTS, "payment_closed"),
    ],
)
def test_the_state_of_the_payment(state: LineState, stance: Stance, reason: str) -> None:
    """A payment that failed or was closed took nothing; one under way tells nothing yet."""
    said = says(statement(line(state=state)))[Point.CHARGED]
    assert (said.stance, said.reasons[-1]) == (stance, reason)


def test_closed_then_refunded() -> None:
    """A payment that was closed and given back had been charged, and was refunded."""
    back = line(2, timedelta(minutes=5), order="99880001", **REFUND)
    said = says(statement(line(state=LineState.CLOSED), back))
    assert said[Point.CHARGED].stance is Stance.SUPPORTS
    assert "closed_then_refunded" in said[Point.CHARGED].reasons
    assert said[Point.REFUNDED].stance is Stance.SUPPORTS


@pytest.mark.parametrize(
    ("amount", "stance", "reasons"),
    [
        (10000, Stance.SUPPORTS, ("as_asked",)),
        (1000, Stance.CONTRADICTS, ("less_than_asked", "as_reported")),
        (12000, Stance.CONTRADICTS, ("more_than_asked",)),
    ],
)
def test_what_was_refunded(amount: int, stance: Stance, reasons: tuple[str, ...]) -> None:
    """A refund that is paired with the sale is shown with what it was paired by, and its amount
    is compared with what was asked for and with what was seen."""
    back = line(2, timedelta(days=2), amount=cny(amount), order="99880001", **REFUND)
    said = says(statement(line(), back))
    assert (said[Point.REFUNDED].stance, said[Point.REFUNDED].lines) == (Stance.SUPPORTS, (2,))
    assert {"paired_by_order_id", "sure"} <= set(said[Point.REFUNDED].reasons)
    assert said[Point.REFUNDED].amount == cny(amount)
    assert (said[Point.REFUND_AMOUNT].stance, said[Point.REFUND_AMOUNT].reasons) == (
        stance,
        reasons,
    )


def test_refunds_are_summed_and_twice_is_more_than_asked() -> None:
    """Two refunds of one sale count together, also the one that is too much."""
    backs = [
        line(number, timedelta(days=number), amount=cny(10000), order="99880001", **REFUND)
        for number in (2, 3)
    ]
    said = says(statement(line(), *backs))[Point.REFUND_AMOUNT]
    assert (said.lines, said.amount, said.reasons) == ((2, 3), cny(20000), ("more_than_asked",))


def test_noted_beside_the_sale() -> None:
    """What the line of the sale itself says was refunded counts where no line does."""
    said = says(statement(line(refunded=cny(1000))))
    assert said[Point.REFUNDED].reasons == ("noted_beside_the_sale",)
    assert said[Point.REFUND_AMOUNT].reasons == ("less_than_asked", "as_reported")


@pytest.mark.parametrize(
    ("given", "stance", "reason"),
    [
        ({}, Stance.CONTRADICTS, "no_refund_until_its_end"),
        ({"account_last4": ""}, Stance.SILENT, "other_account"),
        ({"until": SOLD + timedelta(days=4)}, Stance.SILENT, "ends_too_early"),
        (
            {"problems": (LineProblem(line=0, code="sign_assumed"),)},
            Stance.SILENT,
            "not_all_read",
        ),
    ],
)
def test_no_refund(given: dict[str, Any], stance: Stance, reason: str) -> None:
    """That nothing was refunded is said by the statement of the account that was charged, up to
    its end, if nothing of it had to be guessed; a wallet gives back to the card behind it."""
    said = says(statement(line(), **given))
    assert (said[Point.REFUNDED].stance, said[Point.REFUNDED].reasons) == (stance, (reason,))
    assert said[Point.REFUND_AMOUNT].stance is Stance.SILENT


def test_a_refund_without_its_sale() -> None:
    """A statement of the time after the sale shows the refund alone: by its merchant and an
    amount that somebody named."""
    mine = line(2, timedelta(days=2), amount=cny(1000), order="5555", **REFUND)
    other = line(3, timedelta(days=2), amount=cny(777), order="6666", **REFUND)
    said = says(statement(mine, other))[Point.REFUNDED]
    assert (said.stance, said.lines) == (Stance.SUPPORTS, (2,))


def test_charged_twice() -> None:
    """An equal sale within minutes supports that it was charged twice; a single line contradicts
    it; equal lines far apart leave it open."""
    twice = says(statement(line(), line(2, timedelta(minutes=3))))[Point.CHARGED_TWICE]
    assert (twice.stance, twice.lines) == (Stance.SUPPORTS, (1, 2))
    once = says(statement(line()))[Point.CHARGED_TWICE]
    assert (once.stance, once.reasons) == (Stance.CONTRADICTS, ("one_line_fits",))
    apart = [line(1, timedelta(hours=2)), line(2, timedelta(hours=4))]
    open_ = says(statement(*apart))
    assert (open_[Point.CHARGED_TWICE].stance, open_[Point.CHARGED_TWICE].reasons) == (
        Stance.SILENT,
        ("several_lines_fit",),
    )
    assert "several_lines_fit" in open_[Point.CHARGED].reasons


def test_only_what_bears_is_kept() -> None:
    """Of a whole life of lines the case keeps those of the sale, its refunds and its merchant
    at the time, and at most fifty."""
    others = [line(n, timedelta(days=n), counterparty="x", amount=cny(n)) for n in range(10, 99)]
    near = [line(n, timedelta(hours=n), amount=cny(n)) for n in range(100, 190)]
    whole = statement(
        line(), line(2, timedelta(days=2), order="99880001", **REFUND), *others, *near
    )
    kept = excerpt_of(whole, asked(), None)
    assert (kept.count, kept.omitted, len(kept.lines)) == (181, 42, MOST_LINES)
    assert {1, 2} <= {each.line for each in kept.lines}
    assert "x" not in {each.counterparty for each in kept.lines}
    assert len(kept.model_dump_json()) < 32 * 1024


def test_the_acquirers_sale_is_believed_before_the_claim() -> None:
    """Once the sale is found its own amount, time and card are looked for."""
    sale = a_sale(amount=cny(500), captured=500, card_last4="9999")
    known = known_of(asked(), sale)
    assert (known.amount, known.card_last4, known.reference) == (cny(500), "9999", sale.reference)
    read = statement(line(amount=cny(500), card_last4="9999"))
    said = what_it_says(excerpt_of(read, asked(), sale), asked(), sale)
    assert said[0].stance is Stance.SUPPORTS


def test_times_are_compared_in_the_statements_zone() -> None:
    """The day of posting is the statement's day, not the day in Greenwich."""
    local = datetime.fromisoformat(f"{SOLD.date()}T00:00:00+08:00")
    said = says(statement(line(day_only=True, at=local)))[Point.CHARGED]
    assert said.stance is Stance.SUPPORTS

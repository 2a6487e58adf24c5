"""Which refund belongs to which sale, by what, and how sure that is; and what stands out."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.disputes.statements import (
    Direction,
    LineKind,
    LineState,
    Pair,
    Statement,
    StatementLine,
    Sureness,
)
from recourse.statements.pairing import findings_of, pairs_of
from tests.disputes.building import SOLD, cny
from tests.statements.files import table

HEADER = "交易时间,交易类型,交易对方,商品,收/支,金额,当前状态,交易单号,商户单号"


def read(*lines: str) -> Statement:
    return table(HEADER, *lines)


def sale(at: str, amount: str, order: str = "", **given: str) -> str:
    told = {"status": "支付成功", "name": "某餐厅", "what": "午餐套餐", "shop": "/"} | given
    return (
        f"2026-11-{at},商户消费,{told['name']},{told['what']},支出,{amount},{told['status']},"
        f"{order},{told['shop']}"
    )


def refund(at: str, amount: str, order: str = "", **given: str) -> str:
    told = {"name": "某餐厅", "what": "退款-午餐套餐", "shop": "/"} | given
    return (
        f"2026-11-{at},退款,{told['name']},{told['what']},收入,{amount},退款成功,"
        f"{order},{told['shop']}"
    )


def codes(statement: Statement) -> list[tuple[str, tuple[int, ...]]]:
    return [(finding.code, finding.lines) for finding in statement.findings]


def only(pairs: tuple[Pair, ...]) -> Pair:
    (pair,) = pairs
    return pair


def test_by_order_id() -> None:
    """The id of the sale on the refund, bare or with an end, is sure."""
    for given_id in ("99887766", "99887766_1", "99887766*R2"):
        found = read(
            sale("13 12:31", "50.00", "99887766"),
            sale("13 13:00", "50.00", "11223344"),
            refund("15 10:00", "50.00", given_id, name="别的名字", what="/"),
        )
        pair = only(found.pairs)
        assert (pair.sale, pair.sure) == (2, Sureness.SURE)
        assert pair.by == ("order_id", "amount")


def test_by_the_merchants_id() -> None:
    """The merchant's id does as well, where the wallet gives refunds ids of their own."""
    found = read(
        sale("13 12:31", "50.00", "99887766", shop="M-123456"),
        refund("15 10:00", "20.00", "55443322", shop="M-123456"),
    )
    pair = only(found.pairs)
    assert (pair.sure, pair.partial) == (Sureness.SURE, True)
    assert "merchant_order_id" in pair.by


def test_without_ids() -> None:
    """Name and amount are likely, and only possible where two sales fit equally: then the
    nearest before the refund is taken."""
    one = read(sale("13 12:31", "50.00"), refund("15 10:00", "50.00"))
    assert only(one.pairs).sure is Sureness.LIKELY
    two = read(
        sale("12 12:31", "50.00"),
        sale("13 12:31", "50.00"),
        sale("16 12:31", "50.00"),
        refund("15 10:00", "50.00"),
    )
    assert (only(two.pairs).sale, only(two.pairs).sure) == (3, Sureness.POSSIBLE)


def test_an_id_of_several_sales_is_not_sure() -> None:
    """An id that several sales have tells them apart no more."""
    found = read(
        sale("13 12:31", "50.00", "99887766"),
        sale("13 12:40", "60.00", "99887766"),
        refund("15 10:00", "60.00", "99887766"),
    )
    assert (only(found.pairs).sale, only(found.pairs).sure) == (3, Sureness.LIKELY)


def test_partial_refunds_up_to_what_was_paid() -> None:
    """Several partial refunds go to one sale, until it is given back whole; what would be more
    is a refund that came twice."""
    found = read(
        sale("13 12:31", "50.00", "99887766"),
        refund("14 10:00", "20.00", "99887766"),
        refund("15 10:00", "30.00", "99887766"),
        refund("16 10:00", "30.00", "99887766"),
    )
    assert [(pair.sale, pair.refund) for pair in found.pairs] == [(2, 3), (2, 4)]
    assert codes(found) == [("refunded_twice", (4, 5))]


def test_a_bank_that_does_not_say_refund() -> None:
    """Money in from the merchant of an equal sale is taken for its refund, and likely at most;
    a salary of the same amount is not."""
    found = table(
        "日期,摘要,对方户名,金额",
        "2026-11-13,消费,某餐厅,-50.00",
        "2026-11-15,网上快捷,某餐厅,50.00",
        "2026-11-15,工资,某公司,50.00",
    )
    assert (only(found.pairs).refund, only(found.pairs).sure) == (3, Sureness.LIKELY)
    assert found.findings == ()


def test_no_pair_before_the_sale_or_of_another_name() -> None:
    """A refund comes after its sale; an amount alone pairs nothing."""
    found = read(
        refund("12 10:00", "50.00"),
        sale("13 12:31", "50.00"),
        refund("15 10:00", "50.00", name="别的餐厅", what="/"),
    )
    assert found.pairs == ()
    assert codes(found) == [("refund_without_sale", (2,)), ("refund_without_sale", (4,))]


def test_closed_then_refunded() -> None:
    """A payment that was closed and given back stands out; one that was only closed does not."""
    found = read(
        sale("13 12:31", "50.00", "99887766", status="交易关闭"),
        refund("13 12:32", "50.00", "99887766"),
        sale("13 12:40", "60.00", "11223344", status="交易关闭"),
    )
    assert codes(found) == [("closed_then_refunded", (2, 3))]
    assert found.lines[2].state is LineState.CLOSED


@pytest.mark.parametrize(
    ("second", "more", "expected"),
    [
        ("13 12:40", {}, "duplicate_sale"),
        ("13 12:42", {}, ""),
        ("13 12:40", {"name": "别的餐厅"}, ""),
        ("13 12:40", {"status": "交易关闭"}, ""),
        ("13 12:31", {"order": "99887766"}, "row_repeated"),
    ],
)
def test_sold_twice(second: str, more: dict[str, Any], expected: str) -> None:
    """Equal sales at one merchant within ten minutes stand out, unless one was closed; the very
    same line twice is a fault of the export."""
    order = more.pop("order", "11223344")
    found = read(sale("13 12:31", "50.00", "99887766"), sale(second, "50.00", order, **more))
    assert codes(found) == ([(expected, (2, 3))] if expected else [])


def test_a_refund_that_is_noted_and_not_there() -> None:
    """A sale that says it was refunded, without a line of the refund, stands out with what is
    missing."""
    found = read(
        sale("13 12:31", "50.00", "99887766", status="已退款(￥30.00)"),
        refund("14 10:00", "10.00", "99887766"),
    )
    (finding,) = found.findings
    assert (finding.code, str(finding.amount)) == ("refund_noted_without_row", "20.00 CNY")


LINES = st.lists(
    st.builds(
        StatementLine,
        line=st.just(0),
        at=st.integers(0, 400).map(lambda minutes: SOLD.replace(minute=minutes % 60)),
        amount=st.integers(0, 4).map(cny),
        direction=st.sampled_from(Direction),
        kind=st.sampled_from(LineKind),
        state=st.sampled_from(LineState),
        refunded=st.none() | st.integers(1, 4).map(cny),
        counterparty=st.sampled_from(("", "甲店", "乙店")),
        description=st.sampled_from(("", "退款-午餐套餐一份", "午餐套餐一份")),
        order=st.sampled_from(("", "1234", "1234_1", "5678")),
    ),
    max_size=12,
).map(lambda lines: [x.model_copy(update={"line": n}) for n, x in enumerate(lines, 1)])


@given(LINES)
def test_every_pair_holds(lines: list[StatementLine]) -> None:
    """Each refund has one sale at the most, no sale gives back more than was paid, a sale is
    never a refund, and the findings name lines that are there."""
    pairs = pairs_of(lines)
    by_line = {line.line: line for line in lines}
    assert len({pair.refund for pair in pairs}) == len(pairs)
    given_back: dict[int, int] = {}
    for pair in pairs:
        assert by_line[pair.sale].kind is LineKind.SALE
        assert by_line[pair.refund].kind is not LineKind.SALE
        assert pair.by
        refunded = by_line[pair.refund].amount.minor
        given_back[pair.sale] = given_back.get(pair.sale, 0) + refunded
    assert all(back <= by_line[number].amount.minor for number, back in given_back.items())
    for finding in findings_of(lines, pairs):
        assert set(finding.lines) <= by_line.keys()


def test_a_busy_wallet_is_paired_quickly() -> None:
    """Twenty thousand sales of one price at one canteen, with a refund for every tenth, are
    paired without comparing each with each, the early ones too."""
    lines = [
        StatementLine(
            line=number,
            at=SOLD + timedelta(hours=number),
            amount=cny(1200),
            direction=Direction.OUT if number % 10 else Direction.IN,
            kind=LineKind.SALE if number % 10 else LineKind.REFUND,
            counterparty="食堂",
            order=f"{number - number % 10 + 1:08d}" if number % 10 < 2 else f"x{number:08d}",
        )
        for number in range(1, 20_001)
    ]
    assert len(pairs_of(lines)) == 2000

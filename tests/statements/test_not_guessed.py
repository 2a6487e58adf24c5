"""What a statement does not say is not guessed: no currency, no direction, no refund."""

from datetime import UTC, datetime, timedelta

import pytest

from recourse.disputes.claims import Claim
from recourse.disputes.statement_fit import excerpt_of
from recourse.disputes.statement_lines import Point, Stance, what_it_says
from recourse.disputes.statements import Direction, LineState, Statement
from recourse.statements.reading import read_statement
from tests.disputes.building import a_claim

WALLET = "交易时间,交易对方,商品说明,收/支,金额,交易状态,交易订单号\n"
SALE = "2026-11-01 10:00:00,茶馆,红茶,支出,100.00,交易成功,20261101000001\n"


def read(text: str) -> Statement:
    return read_statement(text.encode())


def of_tea() -> Claim:
    return a_claim(
        merchant={"id": "M100", "name": "茶馆"},
        sale={
            "amount": {"amount": "100.00", "currency": "CNY"},
            "at": "2026-11-01T10:00:00+08:00",
        },
        refund={"requested": {"amount": "100.00", "currency": "CNY"}},
    )


def stance(text: str, point: Point) -> tuple[Stance, tuple[str, ...]]:
    wanted = of_tea()
    excerpt = excerpt_of(read(text), wanted, None)
    said = next(one for one in what_it_says(excerpt, wanted, None) if one.point is point)
    return said.stance, said.reasons


@pytest.mark.parametrize(
    ("name", "code"),
    [("澳大利亚元", "AUD"), ("加元", "CAD"), ("韩元", "KRW"), ("瑞士法郎", "CHF"), ("元", "CNY")],
)
def test_a_currency_is_the_one_that_is_named(name: str, code: str) -> None:
    """The end of a foreign currency's name is no yuan."""
    whole = "日期,交易对方,币种,支出金额,收入金额\n2026-11-01,茶馆," + name + ",18,\n"
    assert read(whole).lines[0].amount.currency == code


def test_a_currency_nobody_knows_is_a_problem_of_its_line() -> None:
    """It is not the account's: the line is listed, and the others are read."""
    found = read(
        "日期,交易对方,币种,支出金额\n2026-11-01,茶馆,贝壳币,18\n2026-11-02,茶馆,人民币,20\n"
    )
    assert [(p.line, p.code) for p in found.problems] == [(2, "currency_unread")]
    assert [line.line for line in found.lines] == [3]


def test_a_heading_names_the_currency_of_its_own_column() -> None:
    """A column beside it that converts to dollars makes no dollars of the amount."""
    found = read(
        "交易日期,摘要,交易对方,交易金额,折合美元金额\n2026-11-01,消费,茶馆,-100.00,-14.00\n"
    )
    assert found.lines[0].amount.currency == "CNY"


def test_a_note_in_another_currency_is_no_note() -> None:
    """The sale stands; what cannot be compared with it is not."""
    found = read(
        "时间,交易对方,币种,金额,已退款金额,收/支\n"
        "2026-11-01 10:00:00,茶馆,港币,100.00,50.00元,支出\n"
    )
    assert found.lines[0].amount.currency == "HKD"
    assert found.lines[0].refunded is None


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("退款成功", Stance.SUPPORTS),
        ("退款关闭", Stance.SILENT),
        ("退款处理中", Stance.SILENT),
        ("退款失败", Stance.SILENT),
    ],
)
def test_only_a_refund_that_came_back_is_one(status: str, expected: Stance) -> None:
    """Called off, on its way or failed, it proves no refund against the customer."""
    refund = f"2026-11-03 10:00:00,茶馆,退款-红茶,不计收支,100.00,{status},20261101000001_1\n"
    assert stance(WALLET + SALE + refund, Point.REFUNDED)[0] is expected
    amount = stance(WALLET + SALE + refund, Point.REFUND_AMOUNT)[0]
    assert amount is (Stance.SUPPORTS if expected is Stance.SUPPORTS else Stance.SILENT)


def test_a_refund_is_of_a_sale_that_was_paid() -> None:
    """A failed second attempt took nothing that could come back."""
    failed = "2026-11-01 10:05:00,茶馆,红茶,支出,100.00,支付失败,20261101000002\n"
    refund = "2026-11-02 10:00:00,茶馆,退款-红茶,不计收支,100.00,退款成功,20261101000001_1\n"
    found = read(WALLET + SALE + failed + refund)
    assert [pair.sale for pair in found.pairs] == [2]


def test_a_second_charge_after_an_hour_is_not_denied() -> None:
    """It fits the told time less well, and is the same amount at the same merchant all the same."""
    later = SALE.replace("10:00:00", "10:40:00").replace("0001\n", "0002\n")
    assert stance(WALLET + SALE + later, Point.CHARGED_TWICE)[0] is Stance.SILENT


def test_what_was_not_read_is_not_denied() -> None:
    """The line that nobody could read may be the second charge."""
    unread = SALE.replace("100.00", "1oo.00").replace("0001\n", "0002\n")
    assert stance(WALLET + SALE + unread, Point.CHARGED_TWICE) == (Stance.SILENT, ("not_all_read",))


def test_a_period_ends_at_the_latest_when_the_statement_was_made() -> None:
    """It promises days that nobody had seen yet."""
    found = read(
        "卡号：6222****5678\n查询期间：2026-11-01 至 2026-12-31\n导出时间：2026-11-02 09:00:00\n"
        + WALLET
        + SALE
    )
    assert found.until == datetime(2026, 11, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Total Wine & More", "TotalEnergies", "Sumo Sushi", "共3茶铺"])
def test_a_merchant_may_be_called_like_a_total(name: str) -> None:
    """A line with a date is a line, unless it is called a total and nothing else."""
    found = read(
        f"Merchant,Date,Paid out,Paid in\n{name},2026-11-01,50.00,\nTesco,2026-11-03,20.00,\n"
        "Total,2026-11-30,70.00,\n"
    )
    assert [line.counterparty for line in found.lines] == [name, "Tesco"]


@pytest.mark.parametrize("way", ["", "其他"])
def test_a_direction_that_is_not_said_is_not_income(way: str) -> None:
    """Closed and refunded lines say what they are; another is listed as unread."""
    other = "2026-10-30 09:00:00,面馆,面,支出,10.00,交易成功,20261030000009\n"
    closed = SALE.replace("支出", way).replace("交易成功", "交易关闭")
    refund = f"2026-11-01 11:00:00,茶馆,退款-红茶,{way},100.00,退款成功,20261101000001_1\n"
    silent = f"2026-11-04 09:00:00,书店,书,{way},30.00,交易成功,20261104000003\n"
    found = read(WALLET + other + closed + refund + silent)
    assert [line.direction for line in found.lines[1:]] == [Direction.NEITHER] * 2
    assert found.lines[1].state is LineState.CLOSED
    assert [(pair.sale, pair.refund) for pair in found.pairs] == [(3, 4)]
    assert [(p.line, p.code) for p in found.problems] == [(5, "direction_unread")]


@pytest.mark.parametrize(
    ("written", "hours"),
    [("Z", 0), (" UTC", 0), ("+00:00", 0), ("+0800", 8), ("-05:30", -5.5), ("", 8)],
)
def test_a_zone_in_the_time_is_the_time_s(written: str, hours: float) -> None:
    """The account's zone is for times that name none."""
    found = read(
        f"Time,Description,Amount,Merchant\n2026-11-19T20:30:00{written},Purchase,-50.00,Tea\n"
    )
    assert found.lines[0].at == datetime(2026, 11, 19, 20, 30, tzinfo=UTC) - timedelta(hours=hours)

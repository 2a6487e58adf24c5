"""Other layouts of the same families: nothing hangs on whose statement it is."""

from datetime import UTC, datetime

import pytest

from recourse.disputes.statements import Direction, LineKind, LineState, Statement
from recourse.statements.reading import read_statement
from tests.statements.files import FOLDER, only, table, workbook

HEADER = "交易时间,交易对方,收/支,金额,交易状态,交易订单号"
SALE = "2026-11-13 12:31:05,云膳过桥米线,支出,139.12,支付成功,99887766"


def essence(read: Statement) -> list[tuple[str, ...]]:
    """A statement without its places."""
    return [
        (
            line.at.isoformat(),
            str(line.amount),
            line.direction.value,
            line.kind.value,
            line.counterparty,
            line.order,
            str(line.refunded),
        )
        for line in read.lines
    ]


@pytest.mark.parametrize("name", ["alipay.csv", "jd.csv", "wechat.csv", "boc-debit.csv"])
@pytest.mark.parametrize(
    "encoding",
    [
        *("utf-8", "utf-8-sig", "gb18030"),
        *("utf-16", "utf-16-le", "utf-16-be"),
        *("utf-32", "utf-32-le", "utf-32-be"),
    ],
)
def test_any_encoding(name: str, encoding: str) -> None:
    """The same statement in another encoding, with its mark or without, is the same statement."""
    data = (FOLDER / name).read_bytes()
    text = data.decode("gb18030" if name == "alipay.csv" else "utf-8-sig")
    assert essence(read_statement(text.encode(encoding))) == essence(read_statement(data))


@pytest.mark.parametrize("separator", [",", "\t", ";", "|", "，"])
def test_any_separator(separator: str) -> None:
    """The separator is found; a cell that holds one stands in quotes."""
    line = separator.join(["2026-11-13 12:31:05", f'"a{separator} b"', "支出", '"1,139.12"'])
    read = table(separator.join(["交易时间", "交易对方", "收/支", "金额"]), line)
    assert (read.layout.separator, str(only(read).amount)) == (separator, "1139.12 CNY")
    assert only(read).counterparty.split() == f"a{separator} b".split()


@pytest.mark.parametrize("preamble", [0, 1, 30, 150])
def test_any_preamble(preamble: int) -> None:
    """The header is found below any preamble, also one that speaks of amounts and times."""
    above = [f"导出时间：[2026-11-20 09:12:5{n % 10}],金额合计 {n}" for n in range(preamble)]
    read = table(*above, HEADER, SALE)
    assert read.layout.header_line == preamble + 1
    assert len(read.lines) == 1


def test_columns_in_any_order_under_other_names() -> None:
    """Columns are known by what their headings say and not by where they stand."""
    read = table(
        "商户单号,付款金额（元）,入账日期,状态,商家名称,资金流向,流水号,消费日期,支付渠道",
        "M-1234,￥139.12,2026-11-15,交易成功,云膳过桥米线,支出,99887766,2026年11月13日,银行卡尾号4242",
    )
    line = only(read)
    assert (line.order, line.merchant_order, line.counterparty) == (
        "99887766",
        "M-1234",
        "云膳过桥米线",
    )
    assert (f"{line.at:%F}", line.day_only, line.card_last4) == ("2026-11-13", True, "4242")
    assert (line.direction, line.state) == (Direction.OUT, LineState.DONE)


@pytest.mark.parametrize(
    "rows",
    [
        [("", "云膳过桥米线"), ("", "云膳过桥米线")],
        [("--", "云膳过桥米线"), ("云膳过桥米线", "")],
        [("云膳过桥米线", "XX路"), (" ", "云膳过桥米线")],
    ],
)
def test_of_two_columns_for_one_thing_the_filled_one(rows: list[tuple[str, str]]) -> None:
    """A bank may name the merchant in one column and who was paid in another, and leave the
    first of them empty, always or now and then: each line is read by the one that it has."""
    (payee, place), (from_whom, of_whom) = rows
    read = table(
        "卡号: 1234****5678,",
        "交易日期,摘要,对方户名,交易场所,交易金额(收入),交易金额(支出),交易币种,余额",
        f"2026-11-13,消费,{payee},{place},,139.12,人民币,-139.12",
        f"2026-11-15,退货,{from_whom},{of_whom},139.12,,人民币,0.00",
    )
    assert [line.counterparty for line in read.lines] == ["云膳过桥米线"] * 2
    assert [(pair.sale, pair.refund) for pair in read.pairs] == [(3, 4)]
    always = payee in ("", "--") and from_whom == ""
    assert read.layout.columns["counterparty"] == ("交易场所" if always else "对方户名")


def test_the_amount_stays_in_its_column() -> None:
    """Of two amounts the first is meant, with its own currency: one that is missing is said to
    be, and is not taken from the column of another currency."""
    read = table(
        "交易日期,交易场所,交易金额,交易币种,记账金额,记账币种,借贷标志",
        "2026-11-13,CAFE,20.00,USD,142.00,CNY,借",
        "2026-11-14,CAFE,,,142.00,CNY,借",
    )
    assert str(only(read).amount) == "20.00 USD"
    assert [(problem.line, problem.code) for problem in read.problems] == [(3, "no_amount")]


def test_an_english_bank() -> None:
    """A bank that writes English, with a column for each way, day before month, and totals."""
    read = table(
        "Account: ****4242,,,,",
        "Statement period,01/11/2026 to 30/11/2026,,,",
        "Date,Description,Money out,Money in,Balance",
        '13/11/2026,CAFE LONDON,"1,139.12",,"4,000.88"',
        "20/11/2026,REFUND CAFE LONDON,,39.12,4040.00",
        'Total,,"1,139.12",39.12,',
        zone="Europe/London",
        currency="GBP",
    )
    sale, refund = read.lines
    assert (f"{sale.at:%F}", str(sale.amount), sale.direction) == (
        "2026-11-13",
        "1139.12 GBP",
        Direction.OUT,
    )
    assert (refund.kind, str(refund.amount)) == (LineKind.REFUND, "39.12 GBP")
    assert (read.account_last4, read.problems) == ("4242", ())


def test_month_first_where_a_line_tells() -> None:
    """Whether day or month comes first is told by a line where only one can; where none does
    it is assumed from the account's zone, and said so."""
    told = table("Date,Payee,Amount", "11/12/2026,A SALE,-5.00", "11/13/2026,B,-6.00")
    assert [f"{line.at:%F}" for line in told.lines] == ["2026-11-12", "2026-11-13"]
    assert told.problems == ()
    for zone, day in (("Europe/London", "2026-12-11"), ("America/New_York", "2026-11-12")):
        read = table("Date,Payee,Amount", "11/12/2026,A PURCHASE,-5.00", zone=zone, currency="USD")
        assert f"{only(read).at:%F}" == day
        assert [problem.code for problem in read.problems] == ["day_month_assumed"]


def test_signs_by_what_lines_call_themselves() -> None:
    """Where purchases are written without a sign and what comes back with a minus, the lines'
    own words tell; where nothing tells, it is said."""
    card = table(
        "Date,Description,Amount",
        "2026-11-13,CAFE PURCHASE,139.12",
        "2026-11-15,REFUND CAFE,-39.12",
    )
    assert [line.direction for line in card.lines] == [Direction.OUT, Direction.IN]
    assert [line.kind for line in card.lines] == [LineKind.SALE, LineKind.REFUND]
    assert card.problems == ()
    silent = table("Date,Payee,Amount", "2026-11-13,CAFE,139.12")
    assert only(silent).direction is Direction.OUT
    assert [problem.code for problem in silent.problems] == ["sign_assumed"]


def test_workbooks_with_real_cells() -> None:
    """Numbers, dates and binary noise of a workbook are read exactly; the sheet with the header
    is found."""
    cells: list[object] = ["交易日期", "时间", "商户", "支出", "收入"]
    book = workbook(
        [["说明"], ["请核对"]],
        [
            cells,
            [datetime(2026, 11, 13), "12:31", "某店", 22.200000000000003, None],  # noqa: DTZ001
            [46339, 0.521597, "某店", None, 5],
        ],
    )
    read = read_statement(book)
    first, second = read.lines
    assert (read.layout.sheet, str(first.amount), first.direction) == (
        "S2",
        "22.20 CNY",
        Direction.OUT,
    )
    assert first.at == datetime(2026, 11, 13, 4, 31, tzinfo=UTC)
    assert (f"{second.at:%F %T}", str(second.amount)) == ("2026-11-13 12:31:06", "5.00 CNY")


def test_what_is_no_line_is_left_out_and_what_is_wrong_is_said() -> None:
    """Rulers, totals, remarks and empty lines are no lines; a line whose date or amount cannot
    be read is told by its number."""
    read = table(
        HEADER,
        SALE,
        "------,------,------,------,------,------",
        "昨天,某店,支出,5.00,支付成功,1",
        "2026-11-14 10:00:00,某店,支出,5.005,支付成功,2",
        "2026-11-14 10:00:00,某店,支出,,支付成功,3",
        ",,,,,",
        "合计,,支出,144.12,,",
        "以上共1笔,谢谢",
    )
    assert len(read.lines) == 1
    assert [(problem.line, problem.code) for problem in read.problems] == [
        (4, "date_unread"),
        (5, "amount_unread"),
        (6, "no_amount"),
    ]


def test_a_stray_quote_swallows_no_lines() -> None:
    """Quotes that are never closed cost their own lines at the most, and not those between."""
    broken = SALE.replace("云膳", '"云膳')
    read = table(HEADER, broken, *[SALE] * 30, broken)
    assert len(read.lines) >= 30


def test_no_damage_is_preferred_to_another_encoding() -> None:
    """A file of few Chinese characters could be taken for broken UTF-8: what reads without
    damage is what was meant."""
    lines = [f"2026-11-13,{number}.00,PURCHASE,SHOP" for number in range(1, 200)]
    read = read_statement("\n".join(["Date,Amount,Type,商户", *lines]).encode("gb18030"))
    assert (read.layout.encoding, read.lines[0].counterparty) == ("gb18030", "SHOP")
    assert "damaged_characters" not in {problem.code for problem in read.problems}


def test_a_damaged_character_costs_no_line() -> None:
    """One byte that is broken is told, and the other lines are read."""
    data = bytearray("\n".join([HEADER, *[SALE] * 20]).encode())
    place = data.index("云".encode())
    data[place] = 0xFF
    read = read_statement(bytes(data))
    assert len(read.lines) == 20
    assert [problem.code for problem in read.problems] == ["damaged_characters"]

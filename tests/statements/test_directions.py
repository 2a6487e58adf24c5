"""Which way the money of a line went: by a column that says so, or by its sign."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from recourse.disputes.statement_fit import excerpt_of
from recourse.disputes.statement_lines import Point, Stance, what_it_says
from recourse.disputes.statements import Direction, LineKind, Statement
from recourse.statements.header import Role, role_of
from tests.disputes.building import a_claim
from tests.statements.files import only, table

CARD = "交易日,记账日,交易摘要,人民币金额,卡号末四位"
CHINA = ZoneInfo("Asia/Shanghai")
OUT, IN, NEITHER = Direction.OUT, Direction.IN, Direction.NEITHER


def card(*amounts: str, days: tuple[int, ...] = ()) -> Statement:
    """A statement of a card whose lines say where, and not what: a day each, from the 3rd."""
    shown = zip(days or range(3, 3 + len(amounts)), amounts, strict=True)
    return table(CARD, *(f"2026-11-{day:02},2026-11-20,某店,{said},4242" for day, said in shown))


def ways(read: Statement) -> list[Direction]:
    return [line.direction for line in read.lines]


def codes(read: Statement) -> list[str]:
    return [problem.code for problem in read.problems]


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        (["139.12", "20.00", "30.00", "-39.12"], [OUT, OUT, OUT, IN]),
        (["-139.12", "-20.00", "-30.00", "39.12"], [OUT, OUT, OUT, IN]),
        (["139.12", "20.00"], [OUT, OUT]),
        (["-139.12", "-20.00"], [OUT, OUT]),
        (["139.12"], [OUT]),
        (["-139.12"], [OUT]),
        (["139.12", "0.00", "0.00", "-39.12", "20.00"], [OUT, OUT, OUT, IN, OUT]),
    ],
)
def test_more_is_bought_than_comes_back(amounts: list[str], expected: list[Direction]) -> None:
    """Where no line says what it is, the sign that most lines have is that of what was bought;
    that this is assumed is said."""
    read = card(*amounts)
    assert ways(read) == expected
    assert codes(read) == ["sign_assumed"]


@pytest.mark.parametrize(
    ("amounts", "days", "expected"),
    [
        (["139.12", "-139.12"], (3, 5), [OUT, IN]),
        (["-139.12", "139.12"], (5, 3), [IN, OUT]),
        (["-139.12", "139.12"], (3, 5), [OUT, IN]),
        (["139.12", "-139.12"], (5, 3), [IN, OUT]),
        (["139.12", "-139.12"], (3, 3), [IN, OUT]),
    ],
)
def test_what_comes_back_was_bought_before(
    amounts: list[str], days: tuple[int, ...], expected: list[Direction]
) -> None:
    """As many lines with a sign as without: the earliest was bought, in whatever order the lines
    stand; if that tells nothing either, a minus is money out, as banks write it."""
    read = card(*amounts, days=days)
    assert ways(read) == expected
    assert codes(read) == ["sign_assumed"]


def test_what_is_no_line_has_no_say() -> None:
    """Totals below the lines do not count among the signs."""
    total = ",,Balance due,{},"
    above = [f"2026-11-{day:02},2026-11-20,某店,{said},4242" for day, said in ((3, 5), (4, -5))]
    read = table(CARD, *above, *(total.format(-number) for number in range(1, 5)))
    assert ways(read) == [OUT, IN]


def test_a_purchase_that_is_read_as_one_supports_that_it_was_charged() -> None:
    """A card issuer's statement without telling words bears on a claim as any other does; a
    refund that has no name to be known by is not denied by it."""
    sold = datetime(2026, 11, 3, 12, 31, tzinfo=CHINA)
    sale = {"amount": {"amount": "139.12", "currency": "CNY"}, "at": sold, "card_last4": "4242"}
    claim = a_claim(sale=sale)
    read = card("139.12", "20.00", "30.00", "-39.12", "8.00", days=(3, 4, 5, 6, 28))
    assert [line.kind for line in read.lines[:4]] == [*[LineKind.SALE] * 3, LineKind.OTHER]
    said = {each.point: each for each in what_it_says(excerpt_of(read, claim, None), claim, None)}
    assert (said[Point.CHARGED].stance, said[Point.CHARGED].lines) == (Stance.SUPPORTS, (2,))
    assert said[Point.REFUNDED].stance is Stance.SILENT


@pytest.mark.parametrize(
    "heading",
    [
        "收/付", "收付", "收付标志", "收/付标志", "收付标识", "收付方向", "收付款标志",
        "交易收付标志", "收/支", "收支", "收支标志", "收支类型", "资金流向", "资金方向", "交易方向",
        "借贷", "借贷标志", "借/贷标志", "借贷方向", "存取标志", "收入/支出", "支出/收入",
        "Debit/Credit", "Credit/Debit", "DR/CR", "CR/DR", "D/C", "Direction",
    ],
)  # fmt: skip
def test_columns_that_say_the_way(heading: str) -> None:
    """Banks and wallets have many names for the column that says which way the money went."""
    assert role_of(heading) is Role.DIRECTION


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("收/付款方式", Role.METHOD),
        ("收付款方式", Role.METHOD),
        ("收入", Role.IN),
        ("贷方金额", Role.IN),
        ("支出", Role.OUT),
        ("借方发生额", Role.OUT),
        ("Credit", Role.IN),
        ("Debit", Role.OUT),
        ("Debit/Credit Card Number", Role.CARD),
        ("付款日期", Role.WHEN),
    ],
)
def test_columns_that_only_look_like_it(heading: str, role: Role) -> None:
    """How something was paid, and what came in or went out, are other columns."""
    assert role_of(heading) is role


@pytest.mark.parametrize(
    ("out", "back"),
    [
        ("付", "收"),
        ("支", "收"),
        ("借", "贷"),
        ("支取", "存入"),
        ("取", "存"),
        ("D", "C"),
        ("DBIT", "CRDT"),
    ],
)
def test_a_column_that_says_the_way_is_believed(out: str, back: str) -> None:
    """A statement of amounts without signs is read by its column, whatever else it holds."""
    read = table(
        "交易日期,收付标志,交易金额,摘要,对方户名",
        f"2026-11-03,{out},139.12,消费,某店",
        f"2026-11-05,{back},39.12,退货,某店",
        f"2026-11-06,{back},500.00,工资,某公司",
    )
    assert ways(read) == [OUT, IN, IN]
    assert [line.kind for line in read.lines] == [LineKind.SALE, LineKind.REFUND, LineKind.OTHER]
    assert codes(read) == []
    assert only(table("交易日期,收付标志,交易金额", f"2026-11-03,{out},5")).direction is OUT


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["-", "+"], [OUT, IN]),
        (["－", "＋"], [OUT, IN]),
        (["−", "+"], [OUT, IN]),
        (["-", "+", "/"], [OUT, IN, NEITHER]),
        (["+", "支出"], [IN, OUT]),
        (["-", "支出", "收入"], [NEITHER, OUT, IN]),
        (["/", "支出", "收入"], [NEITHER, OUT, IN]),
    ],
)
def test_a_column_may_say_it_by_signs(said: list[str], expected: list[Direction]) -> None:
    """A plus is money in, and beside it a minus is money out. Where other lines say it in words
    and none has a plus, a dash is no minus: that line is neither."""
    lines = (f"2026-11-{3 + day:02},{way},139.12,某店" for day, way in enumerate(said))
    read = table("交易日期,收付标志,交易金额,对方户名", *lines)
    assert ways(read) == expected
    assert codes(read) == []


def test_a_column_of_dashes_alone_leaves_it_to_the_amounts() -> None:
    """It may say that all went out, or nothing at all: the amounts' own signs tell."""
    head = "交易日期,收付标志,交易金额,对方户名"
    plain = table(head, "2026-11-03,-,139.12,某店", "2026-11-04,-,20.00,某店")
    assert ways(plain) == [OUT, OUT]
    signed = table(
        head, "2026-11-03,-,-139.12,某店", "2026-11-04,-,-1.00,某店", "2026-11-05,-,5,某店"
    )
    assert ways(signed) == [OUT, OUT, IN]
    assert codes(plain) == codes(signed) == ["sign_assumed"]


def test_a_column_that_says_nothing_we_know_is_none() -> None:
    """A direction in some code of the bank's own tells nothing: the signs are asked, and that
    they were is said."""
    read = table(
        "交易日期,收付标志,交易金额,交易说明",
        "2026-11-03,1,139.12,某店",
        "2026-11-04,1,20.00,某店",
        "2026-11-05,2,-39.12,某店",
    )
    assert ways(read) == [OUT, OUT, IN]
    assert codes(read) == ["sign_assumed"]

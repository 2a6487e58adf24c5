"""The real exports, as their owners downloaded them: what is understood of each."""

from datetime import timedelta

import pytest

from recourse.disputes.statements import Direction, LineKind, LineState, Sureness
from tests.statements.files import REAL, real

EXPECTED = {
    # name: encoding, header line, lines, pairs, findings
    "alipay.csv": ("gb18030", 25, 10, 1, ["refund_without_sale", "closed_then_refunded"]),
    "boc-debit.csv": ("utf-8", 2, 17, 1, []),
    "icbc-credit.csv": ("utf-8", 7, 9, 0, []),
    "jd.csv": ("utf-8", 22, 26, 6, []),
    "wechat.csv": ("utf-8", 17, 27, 0, []),
    "wechat.xlsx": ("", 18, 27, 0, []),
}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_real_file_is_understood(name: str) -> None:
    """Encoding, header, every line and every pair of each real file are found, and no line is
    left over as a problem."""
    assert {path.name for path in REAL} == set(EXPECTED)
    read = real(name)
    found = (
        read.layout.encoding,
        read.layout.header_line,
        len(read.lines),
        len(read.pairs),
        [finding.code for finding in read.findings],
    )
    assert found == EXPECTED[name]
    assert [problem for problem in read.problems if problem.line] == []
    assert read.cards_cut == 0


def test_alipay_closed_then_refunded() -> None:
    """A payment that Alipay closed and gave back is one pair, found by the order's id, which
    the refund has with an end."""
    read = real("alipay.csv")
    (pair,) = read.pairs
    assert (pair.sale, pair.refund, pair.sure, pair.partial) == (33, 32, Sureness.SURE, False)
    assert pair.by == ("order_id", "counterparty", "amount")
    lines = {line.line: line for line in read.lines}
    assert (lines[33].state, lines[33].direction) == (LineState.CLOSED, Direction.OUT)
    assert lines[26].card_last4 == "7449"
    assert read.findings[1].lines == (33, 32)


def test_jd_partial_refunds() -> None:
    """JD writes beside a sale what was refunded: partial refunds find their sale by that, even
    where every line has the same ids, and then nothing is called sure."""
    read = real("jd.csv")
    pairs = {pair.refund: pair for pair in read.pairs}
    assert {refund: pair.sale for refund, pair in pairs.items()} == {
        25: 26,
        32: 33,
        34: 36,
        35: 36,
        43: 48,
        44: 45,
    }
    assert all(pair.partial for pair in read.pairs)
    assert {pair.sure for pair in read.pairs} == {Sureness.LIKELY, Sureness.POSSIBLE}
    (line,) = [line for line in read.lines if line.line == 36]
    assert line.refunded == line.amount


def test_banks_refund_by_counterparty() -> None:
    """The Bank of China gives no ids: a refund is paired by name and amount, and likely. Signs
    say which way the money went; date and time stand in two columns."""
    read = real("boc-debit.csv")
    (pair,) = read.pairs
    assert (pair.sale, pair.refund, pair.sure) == (6, 5, Sureness.LIKELY)
    lines = {line.line: line for line in read.lines}
    assert lines[5].at - lines[6].at == timedelta(seconds=14)
    assert (lines[6].direction, lines[5].kind) == (Direction.OUT, LineKind.REFUND)
    assert str(lines[10].amount) == "2600.00 CNY"
    assert read.account_last4 == "3167"


def test_icbc_columns_for_in_and_out() -> None:
    """ICBC has a column for each way, a masked number in its preamble and a line of totals."""
    read = real("icbc-credit.csv")
    assert read.account_last4 == "5678"
    assert all(line.day_only for line in read.lines)
    ways = [line.direction for line in read.lines]
    assert (ways.count(Direction.OUT), ways.count(Direction.IN)) == (8, 1)
    assert str(read.lines[0].balance) == "-6086.11 CNY"


def test_wechat_is_the_same_as_text_and_as_workbook() -> None:
    """WeChat's workbook says what its text file says; its second sheet is told of."""
    text, book = real("wechat.csv"), real("wechat.xlsx")
    assert [line.model_copy(update={"line": 0}) for line in text.lines] == [
        line.model_copy(update={"line": 0}) for line in book.lines
    ]
    assert [problem.code for problem in book.problems] == ["other_sheets"]
    first = text.lines[0]
    assert (first.counterparty, str(first.amount), first.card_last4) == (
        "云膳过桥米线(传奇广场店)",
        "28.16 CNY",
        "1234",
    )


def test_the_period_is_the_one_that_is_stated() -> None:
    """A preamble that states a period is believed before the lines are."""
    read = real("jd.csv")
    assert read.since is not None
    assert read.until is not None
    assert (f"{read.since:%F %T}", f"{read.until:%F %T}") == (
        "2024-12-01 00:00:00",
        "2024-12-31 23:59:59",
    )

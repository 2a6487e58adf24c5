"""Which way a signed amount goes. Banks write what went out with a minus; some card issuers
write purchases without one and what comes back with it."""

import re
from collections.abc import Iterable, Iterator

from recourse.disputes.money import MoneyError
from recourse.statements.amounts import read_amount
from recourse.statements.grid import Row
from recourse.statements.header import folded

_BACK = re.compile(
    r"退款|退货|refund|reversal|还款|payment received|thank you|autopay|工资|salary|利息"
)
_SPENT = re.compile(r"消费|支付|purchase|\bpos\b|\bsale\b|取现|withdraw")


def minus_is_in(
    rows: Iterable[Row], amount: int, words: tuple[int, ...], currency: str
) -> tuple[bool, bool]:
    """Whether a minus stands for money that comes in, and whether that is only assumed: what
    the lines call themselves tells. Where nothing does, a minus is money out; a statement
    without any minus then lists what was spent."""
    usual = other = 0
    minus = False
    for negative, text in _said(rows, amount, words, currency):
        minus = minus or negative
        back, spent = bool(_BACK.search(text)), bool(_SPENT.search(text))
        if back is not spent:
            usual += back is not negative
            other += back is negative
    if usual != other:
        return other > usual, False
    return not minus, True


def _said(
    rows: Iterable[Row], amount: int, words: tuple[int, ...], currency: str
) -> Iterator[tuple[bool, str]]:
    for row in rows:
        try:
            figure = read_amount(row.cells[amount], currency)
        except (MoneyError, IndexError):
            continue
        if figure is not None and figure.money:
            cells = (row.cells[place] for place in words if place < len(row.cells))
            yield figure.money.minor < 0, folded(" ".join(cells))

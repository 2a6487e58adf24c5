"""Which way a signed amount goes. Banks write what went out with a minus; some card issuers
write purchases without one and what comes back with it."""

import re
from collections.abc import Sequence
from datetime import date, time
from typing import NamedTuple

from recourse.statements.moments import Moment

_BACK = re.compile(
    r"退款|退货|refund|reversal|还款|payment received|thank you|autopay|工资|salary|利息"
)
_SPENT = re.compile(r"消费|支付|purchase|\bpos\b|\bsale\b|取现|withdraw")


class Signed(NamedTuple):
    """An amount that is not zero, as it is written."""

    negative: bool
    said: str
    """What the line calls itself, folded."""
    moment: Moment


def minus_is_in(lines: Sequence[Signed]) -> tuple[bool, bool]:
    """Whether a minus stands for money that comes in, and whether that is only assumed: what
    the lines call themselves tells. Where nothing does, most lines are taken for purchases; of
    as many with a minus as without the earliest, for nothing comes back before it was bought;
    and if they are of one moment, a minus is money out."""
    usual = other = 0
    for line in lines:
        back, spent = bool(_BACK.search(line.said)), bool(_SPENT.search(line.said))
        if back is not spent:
            usual += back is not line.negative
            other += back is line.negative
    if usual != other:
        return other > usual, False
    negative = sum(line.negative for line in lines)
    positive = len(lines) - negative
    if positive != negative:
        return positive > negative, True
    return _earliest(lines, negative=False) < _earliest(lines, negative=True), True


def _earliest(lines: Sequence[Signed], *, negative: bool) -> tuple[date, time]:
    moments = (line.moment for line in lines if line.negative is negative)
    return min(((m.day, m.clock or time()) for m in moments), default=(date.max, time()))

"""Which refund gives back which sale, and what stands out between the lines."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice, pairwise

from recourse.disputes.money import zero
from recourse.disputes.statements import (
    Direction,
    LineKind,
    LineState,
    Pair,
    StatementFinding,
    StatementLine,
    Sureness,
)
from recourse.statements.header import folded

REFUND_WINDOW = timedelta(days=365)
"""After a sale. Card refunds are taken for months after, and wallets refund for a year."""
TWICE_WITHIN = timedelta(minutes=10)
"""Two equal sales at one merchant so close together stand out: a second attempt at the till."""

_LEAST_ID = 4
"""Characters of an id that names something."""
_PREFIX = re.compile(r"^(?:退款|退货|refund(?: of| for)?)\W*")
_END = re.compile(r"[_*#-][^_*#-]*$")
_MOST_FITS = 50
"""Sales that are compared with one refund, the latest first: a canteen has an equal sale a day."""
_MOST_LOOKED_AT = 500
_LIKE = 6
"""Characters at the beginning of two descriptions that make them speak of the same."""


def pairs_of(lines: Sequence[StatementLine]) -> tuple[Pair, ...]:
    """Every refund with the one sale that fits it best, oldest first. A sale is never paired
    with more than was paid."""
    paid = (x for x in lines if x.kind is LineKind.SALE and x.state is not LineState.FAILED)
    sales = sorted(paid, key=lambda line: line.at)
    left = {line.line: line.amount.minor for line in sales}
    near, shared = _by_keys(sales)
    pairs: list[Pair] = []
    for refund in sorted(filter(_comes_back, lines), key=lambda line: (line.at, line.line)):
        fits = [
            (common, sale)
            for sale in _near(near, refund, left)
            if _enough(common := _common(sale, refund), refund)
        ]
        if not fits:
            continue
        common, sale = max(fits, key=lambda fit: (_weight(fit[0]), fit[1].at))
        equal = sum(_weight(other) == _weight(common) for other, _ in fits)
        left[sale.line] -= refund.amount.minor
        pairs.append(
            Pair(
                sale=sale.line,
                refund=refund.line,
                by=common,
                sure=_sure(common, alone=equal == 1, shared=bool(shared & _ids(sale))),
                partial=refund.amount < sale.amount,
            )
        )
    return tuple(pairs)


Keys = dict[tuple[str, str], list[StatementLine]]


def _by_keys(sales: Sequence[StatementLine]) -> tuple[Keys, set[tuple[str, str]]]:
    """Sales by what a refund may have in common with them, and the ids of several sales."""
    near: Keys = defaultdict(list)
    for sale in sales:
        for key in _keys(sale):
            near[key].append(sale)
    ids = {key for sale in sales for key in _ids(sale)}
    return near, {key for key in ids if len(near[key]) > 1}


def _near(near: Keys, refund: StatementLine, left: dict[int, int]) -> list[StatementLine]:
    """The sales that a refund may belong to: those of its ids, if there are any."""
    for keys in (_ended(_ids(refund)), _keys(refund)):
        found: dict[int, StatementLine] = {}
        for key in keys:
            can = (x for x in _before(near.get(key, []), refund) if _can(x, refund, left))
            found |= {sale.line: sale for sale in islice(can, _MOST_FITS)}
        if found:
            return sorted(found.values(), key=lambda line: line.at)
    return []


def _ids(line: StatementLine) -> set[tuple[str, str]]:
    told = (("order_id", line.order), ("merchant_order_id", line.merchant_order))
    return {(name, value) for name, value in told if len(value) >= _LEAST_ID}


def _before(sales: list[StatementLine], refund: StatementLine) -> Iterator[StatementLine]:
    """The sales up to a day after a refund, the latest first."""
    end = bisect_right(sales, refund.at + timedelta(days=1), key=lambda sale: sale.at)
    for place in range(end - 1, max(-1, end - 1 - _MOST_LOOKED_AT), -1):
        yield sales[place]


def _ended(ids: set[tuple[str, str]]) -> set[tuple[str, str]]:
    return ids | {(name, _END.sub("", value)) for name, value in ids}


def _keys(line: StatementLine) -> set[tuple[str, str]]:
    """What a sale and its refund are brought together by: ids, also without the end that a
    wallet gives the refund's, and the counterparty with an amount or a description."""
    keys = _ended(_ids(line))
    theirs = folded(line.counterparty)
    if len(theirs) > 1:
        about = _PREFIX.sub("", folded(line.description))[:_LIKE]
        keys |= {("amount", f"{theirs}|{line.amount}"), ("about", f"{theirs}|{about}")}
        if line.refunded is not None:
            keys.add(("amount", f"{theirs}|{line.refunded}"))
    return keys


def _comes_back(line: StatementLine) -> bool:
    """Refunds, and money in from a merchant that does not say what it is: banks often write
    no more than the merchant's name."""
    if not line.amount or line.state in (LineState.FAILED, LineState.CLOSED):
        return False
    return line.kind is LineKind.REFUND or (
        line.kind is LineKind.OTHER
        and line.direction is Direction.IN
        and line.state is LineState.UNSAID
        and bool(line.counterparty)
    )


def _can(sale: StatementLine, refund: StatementLine, left: dict[int, int]) -> bool:
    if sale.amount.currency != refund.amount.currency or refund.amount.minor > left[sale.line]:
        return False
    # A statement by days has no order within a day.
    same_day = sale.day_only or refund.day_only
    slack = timedelta(days=1) if same_day else timedelta()
    return sale.at <= refund.at + slack and refund.at - sale.at <= REFUND_WINDOW


def _common(sale: StatementLine, refund: StatementLine) -> tuple[str, ...]:
    theirs = folded(sale.counterparty)
    told = {
        "order_id": _same_id(sale.order, refund.order),
        "merchant_order_id": _same_id(sale.merchant_order, refund.merchant_order),
        "counterparty": len(theirs) > 1 and theirs == folded(refund.counterparty),
        "description": _alike(sale.description, refund.description),
        "amount": sale.amount == refund.amount,
        "refund_note": sale.refunded == refund.amount,
    }
    return tuple(code for code, so in told.items() if so)


def _same_id(sale: str, refund: str) -> bool:
    """Whether two ids are one: wallets give a refund the id of the sale, or that with an end."""
    if len(sale) < _LEAST_ID or len(refund) < _LEAST_ID:
        return False
    return sale == refund or refund.startswith(tuple(sale + sign for sign in "_*#-"))


def _alike(sale: str, refund: str) -> bool:
    ours, theirs = (_PREFIX.sub("", folded(text)) for text in (sale, refund))
    length = min(len(ours), len(theirs))
    return length >= _LIKE and ours[:length].rstrip(".… ") == theirs[:length].rstrip(".… ")


def _enough(common: tuple[str, ...], refund: StatementLine) -> bool:
    """What two lines must have in common at the least. An amount alone says nothing."""
    if "order_id" in common or "merchant_order_id" in common:
        return True
    if "counterparty" not in common:
        return False
    if refund.kind is LineKind.REFUND:
        return bool({"amount", "description", "refund_note"} & set(common))
    return "amount" in common


_WEIGHTS = {
    "order_id": 32,
    "merchant_order_id": 16,
    "refund_note": 8,
    "description": 4,
    "amount": 2,
    "counterparty": 1,
}


def _weight(common: Iterable[str]) -> int:
    return sum(_WEIGHTS[code] for code in common)


def _sure(common: tuple[str, ...], *, alone: bool, shared: bool) -> Sureness:
    if not alone:
        return Sureness.POSSIBLE
    by_id = "order_id" in common or "merchant_order_id" in common
    return Sureness.SURE if by_id and not shared else Sureness.LIKELY


def findings_of(
    lines: Sequence[StatementLine], pairs: Sequence[Pair]
) -> tuple[StatementFinding, ...]:
    """What stands out, in the order of the file."""
    found = [
        *_of_refunds(lines, pairs),
        *_of_sales(lines, pairs),
        *_twice(lines, {pair.sale for pair in pairs if not pair.partial}),
    ]
    return tuple(sorted(found, key=lambda finding: (finding.lines, finding.code)))


def _of_refunds(
    lines: Sequence[StatementLine], pairs: Sequence[Pair]
) -> Iterable[StatementFinding]:
    paired = {pair.refund for pair in pairs}
    given = {
        (key, line.amount): line for line in lines if line.line in paired for key in _ids(line)
    }
    for line in lines:
        if line.kind is not LineKind.REFUND or line.line in paired or not line.amount:
            continue
        found = (given.get((key, line.amount)) for key in sorted(_ids(line)))
        again = next(filter(None, found), None)
        if again is None:
            code, numbers = "refund_without_sale", [line.line]
        else:
            code, numbers = "refunded_twice", sorted((again.line, line.line))
        yield StatementFinding(code=code, lines=tuple(numbers), amount=line.amount)


def _of_sales(lines: Sequence[StatementLine], pairs: Sequence[Pair]) -> Iterable[StatementFinding]:
    by_line = {line.line: line for line in lines}
    given: dict[int, list[StatementLine]] = defaultdict(list)
    for pair in pairs:
        given[pair.sale].append(by_line[pair.refund])
    for sale in lines:
        refunds = given.get(sale.line, [])
        back = sum((refund.amount for refund in refunds), zero(sale.amount.currency))
        if sale.state is LineState.CLOSED and refunds:
            numbers = (sale.line, *(refund.line for refund in refunds))
            yield StatementFinding(code="closed_then_refunded", lines=numbers, amount=back)
        if sale.refunded is not None and back < sale.refunded:
            missing = sale.refunded - back
            yield StatementFinding(
                code="refund_noted_without_row", lines=(sale.line,), amount=missing
            )


def _twice(lines: Sequence[StatementLine], refunded: set[int]) -> Iterable[StatementFinding]:
    """Equal sales at one merchant within minutes, none of them closed or given back. The same
    line twice is a fault of the export."""
    groups: dict[tuple[str, object], list[StatementLine]] = defaultdict(list)
    for line in lines:
        good = line.state in (LineState.DONE, LineState.UNSAID) and line.line not in refunded
        if line.kind is LineKind.SALE and good and line.amount and line.counterparty:
            groups[folded(line.counterparty), line.amount].append(line)
    for group in groups.values():
        ordered = sorted(group, key=lambda line: (line.at, line.line))
        for first, second in pairwise(ordered):
            if second.at - first.at > TWICE_WITHIN:
                continue
            numbers = tuple(sorted((first.line, second.line)))
            repeated = not first.day_only and _same_but_for_place(first, second)
            code = "row_repeated" if repeated else "duplicate_sale"
            yield StatementFinding(code=code, lines=numbers, amount=second.amount)


def _same_but_for_place(first: StatementLine, second: StatementLine) -> bool:
    return first.model_copy(update={"line": second.line}) == second

"""From the cells below a header to lines: what each column says, and what kind of line it is."""

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import time
from zoneinfo import ZoneInfo

from recourse.disputes.money import Money, MoneyError
from recourse.disputes.statements import (
    Direction,
    LineKind,
    LineProblem,
    LineState,
    StatementLine,
)
from recourse.statements import cards
from recourse.statements.amounts import Figure, currency_named, read_amount, refund_noted
from recourse.statements.grid import Row
from recourse.statements.header import Header, Role, folded
from recourse.statements.moments import Moment, Order, ambiguous, order_of, read_clock, read_moment
from recourse.statements.signs import Signed, minus_is_in

_SAMPLE = 50
"""Lines from which it is told what a column holds."""

_NOTHING = re.compile(r"^[\s/\-—*.]*$")
_TOTAL = re.compile(
    r"^(?:合计|总计|小计|汇总|共\s?\d|累计|total|sub-?total|sum|balance (?:brought|carried))"
)
_NOTHING_BUT_TOTAL = re.compile(
    r"^(?:本[页月期])?(?:合计|总计|小计|汇总|累计|(?:grand |sub-?)?totals?|sum"
    r"|balance (?:brought|carried)(?: (?:forward|down))?)\s?:?$"
)
"""With a date beside it, a cell that says more is somebody's name."""

_REFUND = re.compile(r"退款|退货|退回|冲正|冲销|撤销|refund|reversal|reversed|chargeback")
_MOVED = re.compile(
    r"转账|红包|提现|充值|还款|转帐|转入|转出|理财|基金|存入|工资|利息|结息|取现|取款|代发|入账|群收款|收款"
    r"|transfer|withdraw|\batm\b|cash advance|salary|interest|top-?up|repay|payment received"
    r"|thank you|\bfee\b"
)
_SOLD = re.compile(r"消费|支付|付款|购|pos|purchase|sale|payment|shop|order")
_STATES = (
    (LineState.CLOSED, re.compile(r"关闭|取消|closed|cancel|void")),
    (LineState.FAILED, re.compile(r"失败|拒绝|failed|declined|rejected")),
    (LineState.PENDING, re.compile(r"等待付款|待付款|待支付|处理中|退款中|pending|processing")),
)


@dataclass(frozen=True)
class Columns:
    """Which column is read for what, as its cells confirm."""

    when: int
    clock: int | None
    order: Order
    assumed: bool
    """Whether nothing told if day or month comes first."""
    roles: dict[Role, tuple[int, ...]]

    def of(self, role: Role) -> int | None:
        return next(iter(self.roles.get(role, ())), None)

    def said(self, row: Row, role: Role) -> str:
        """The first cell of a role that says something: banks have several columns for one
        thing and fill in now this one, now that one."""
        cells = [_cell(row, place) for place in self.roles.get(role, ())]
        return next((cell for cell in cells if not _NOTHING.match(cell)), "".join(cells[:1]))

    def moment(self, row: Row) -> Moment | None:
        moment = read_moment(_cell(row, self.when), self.order)
        if moment is None or moment.clock is not None or self.clock is None:
            return moment
        return Moment(moment.day, read_clock(_cell(row, self.clock)))


def columns_of(header: Header, rows: Sequence[Row], home: str) -> Columns | None:
    """Of several columns of dates the first whose cells are dates; a column of times beside it.
    ``home`` is the account's zone: only where nothing else tells, it says how dates are written."""
    sample = [row for row in rows[: 4 * _SAMPLE] if any(row.cells)][:_SAMPLE]
    assumed = Order.MONTH_FIRST if home.startswith(("America/", "US/")) else Order.DAY_FIRST
    candidates = header.columns[Role.WHEN]
    for place in candidates:
        cells = [_cell(row, place) for row in sample]
        order = order_of(cells)
        if not any(read_moment(cell, order or assumed) for cell in cells):
            continue
        clocks = [
            other
            for other in candidates
            if other != place and any(_alone(_cell(row, other)) for row in sample)
        ]
        return Columns(
            when=place,
            clock=next(iter(clocks), None),
            order=order or assumed,
            assumed=ambiguous(cells),
            roles={
                role: _filled_first(places, sample) if role in _SAYING else places
                for role, places in header.columns.items()
                if role is not Role.WHEN
            },
        )
    return None


def _filled_first(places: Sequence[int], sample: Sequence[Row]) -> tuple[int, ...]:
    def empty(place: int) -> bool:
        return all(_NOTHING.match(_cell(row, place)) for row in sample)

    return tuple(sorted(places, key=empty))


def _alone(cell: str) -> time | None:
    """A time that is not part of a date."""
    return None if read_moment(cell) else read_clock(cell)


def _cell(row: Row, place: int | None) -> str:
    return row.cells[place] if place is not None and place < len(row.cells) else ""


class Reader:
    """Reads the lines of one statement."""

    def __init__(
        self,
        columns: Columns,
        header: Header,
        rows: Sequence[Row],
        *,
        zone: ZoneInfo,
        currency: str,
        account: str,
    ) -> None:
        self._columns = columns
        self._zone = zone
        self._account = account
        amounts = (Role.AMOUNT, Role.OUT, Role.IN)
        # Of the columns that are read: another's currency is another's.
        headings = [header.heading(p) for role in amounts for p in columns.roles.get(role, ())[:1]]
        named = (currency_named(heading) for heading in headings)
        self._currency = next(filter(None, named), currency)
        self.cards_cut = 0
        self._minus_is_in = False
        self.sign_assumed = False
        self._dash = _dash_among({folded(columns.said(row, Role.DIRECTION)) for row in rows})
        told = bool(columns.roles.keys() & {Role.IN, Role.OUT}) or any(map(self._told, rows))
        self._column_tells = told
        if not told and Role.AMOUNT in columns.roles:
            self._minus_is_in, self.sign_assumed = minus_is_in(list(self._signed(rows)))

    def read(self, row: Row) -> StatementLine | LineProblem | None:
        """A line, what is wrong with it, or nothing for one that is none: empty, a ruler, a
        total, a remark."""
        cells = [cell for cell in row.cells if not _NOTHING.match(cell)]
        if len(cells) < 2:
            return None
        moment = self._columns.moment(row)
        if (_NOTHING_BUT_TOTAL if moment else _TOTAL).match(folded(cells[0])):
            return None
        if moment and not self._currency_told(row):
            return LineProblem(line=row.number, code="currency_unread")
        try:
            figure, direction = self._figure(row)
        except MoneyError:
            # A footer has neither a date nor an amount; a line of the statement has one of them.
            return LineProblem(line=row.number, code="amount_unread") if moment else None
        if figure is None:
            return LineProblem(line=row.number, code="no_amount") if moment else None
        if moment is None:
            return LineProblem(line=row.number, code="date_unread")
        if direction is None:
            direction = self._by_sign(row, figure)
        if direction is None:
            return LineProblem(line=row.number, code="direction_unread")
        return self._line(row, moment, figure, direction)

    def _currency_told(self, row: Row) -> bool:
        """Whether the currency a line names, if it names one, is one that is known: it is never
        taken for the account's."""
        said = _cell(row, self._columns.of(Role.CURRENCY))
        return not re.search(r"[^\W\d_]", said) or bool(currency_named(said))

    def _by_sign(self, row: Row, figure: Figure) -> Direction | None:
        """Which way a line went whose column of directions does not say, while it does for others:
        by a minus, or by the line's own words. Without either it is not guessed."""
        minus = figure.money.minor < 0
        if not self._column_tells or minus:
            return Direction.OUT if minus is not self._minus_is_in else Direction.IN
        said = folded(" ".join(self._columns.said(row, role) for role in _CALLED))
        state = _state(folded(self._columns.said(row, Role.STATUS)), said=True)
        return Direction.NEITHER if state is LineState.CLOSED or _REFUND.search(said) else None

    def _figure(self, row: Row) -> tuple[Figure | None, Direction | None]:
        """The amount and which way it went: by the column it stands in, by the column that
        says so, or by its sign."""
        code = currency_named(_cell(row, self._columns.of(Role.CURRENCY))) or self._currency
        for role, way in ((Role.OUT, Direction.OUT), (Role.IN, Direction.IN)):
            for place in self._columns.roles.get(role, ())[:1]:
                figure = read_amount(_cell(row, place), code)
                if figure is not None and figure.money:
                    back = figure.money.minor < 0
                    other = Direction.IN if way is Direction.OUT else Direction.OUT
                    return figure, other if back and Role.IN not in self._columns.roles else way
        return read_amount(_cell(row, self._columns.of(Role.AMOUNT)), code), self._told(row)

    def _told(self, row: Row) -> Direction | None:
        said = folded(self._columns.said(row, Role.DIRECTION))
        return self._dash if said in _DASHES else _way(said)

    def _signed(self, rows: Sequence[Row]) -> Iterator[Signed]:
        """The lines whose sign is to say which way the money went."""
        for row in rows:
            moment = self._columns.moment(row)
            try:
                figure, _ = self._figure(row)
            except MoneyError:
                continue
            if moment is not None and figure is not None and figure.money:
                said = " ".join(self._columns.said(row, role) for role in _CALLED)
                yield Signed(figure.money.minor < 0, folded(said), moment)

    def _line(
        self,
        row: Row,
        moment: Moment,
        figure: Figure,
        direction: Direction,
    ) -> StatementLine:
        text = {role: self._text(row, role) for role in _TEXTS}
        amount = Money(minor=abs(figure.money.minor), currency=figure.money.currency)
        state = _state(folded(text[Role.STATUS]), said=Role.STATUS in self._columns.roles)
        kind = _kind(text, direction, state)
        noted = figure.refunded or refund_noted(text[Role.STATUS], amount)
        if noted is None and (place := self._columns.of(Role.REFUNDED)) is not None:
            noted = _positive(_cell(row, place), amount.currency)
        return StatementLine(
            line=row.number,
            at=moment.at(self._zone),
            day_only=moment.clock is None,
            amount=amount,
            direction=direction,
            kind=kind,
            state=state,
            refunded=noted if kind is LineKind.SALE else None,
            counterparty=text[Role.COUNTERPARTY],
            description=text[Role.DESCRIPTION] or text[Role.NOTE] or text[Role.TYPE],
            order=_id(text[Role.ORDER]),
            merchant_order=_id(text[Role.MERCHANT_ORDER]),
            status=text[Role.STATUS],
            card_last4=self._card(text),
            balance=_balance(_cell(row, self._columns.of(Role.BALANCE)), amount.currency),
        )

    def _text(self, row: Row, role: Role) -> str:
        text, count = cards.cut(self._columns.said(row, role))
        self.cards_cut += count
        return "" if _NOTHING.match(text) and role is not Role.CARD else text

    def _card(self, text: dict[Role, str]) -> str:
        own = folded(text[Role.CARD])
        if re.fullmatch(r"[0-9]{4}", own):
            return own
        return cards.last4(own) or cards.last4(text[Role.METHOD]) or self._account


_TEXTS = (
    Role.COUNTERPARTY,
    Role.DESCRIPTION,
    Role.NOTE,
    Role.TYPE,
    Role.ORDER,
    Role.MERCHANT_ORDER,
    Role.STATUS,
    Role.CARD,
    Role.METHOD,
)

_SAYING = {*_TEXTS, Role.DIRECTION}
"""Roles of which any column will do. Amounts and their currency go together, and do not."""
_CALLED = (Role.TYPE, Role.DESCRIPTION, Role.NOTE, Role.COUNTERPARTY, Role.STATUS)
"""In which lines say what they are."""


_DASHES = ("-", "−")


def _dash_among(said: Set[str]) -> Direction | None:
    """What a dash stands for in a column of directions that says all this: a minus beside a plus,
    and neither beside words. Nothing, where it is all that is said."""
    if "+" in said:
        return Direction.OUT
    words = {_way(other) for other in said} & {Direction.OUT, Direction.IN}
    return Direction.NEITHER if words else None


def _way(said: str) -> Direction | None:
    """What a column of directions says, but for a dash. Of 借/贷 the bank's customer sees
    借 as money out."""
    if said == "/":
        return Direction.NEITHER
    if said == "+":
        return Direction.IN
    if re.search(r"不计|中性|neutral|neither", said):
        return Direction.NEITHER
    if re.search(r"支|付|出|借|取|扣|out|debit|^dr?$|^db(?:it)?$|expense|spen[dt]|sent", said):
        return Direction.OUT
    if re.search(r"收|入|贷|存|in|credit|^c(?:r(?:dt)?)?$|received|refund", said):
        return Direction.IN
    return None


def _state(status: str, *, said: bool) -> LineState:
    if not said or not status:
        return LineState.UNSAID
    return next((state for state, words in _STATES if words.search(status)), LineState.DONE)


def _kind(text: dict[Role, str], direction: Direction, state: LineState) -> LineKind:
    """A refund says so in its type or its description, or comes in with a status that does; the
    status of a sale may speak of refunds too, but a sale goes out."""
    what = folded(f"{text[Role.TYPE]} {text[Role.DESCRIPTION]} {text[Role.NOTE]}")
    status = folded(text[Role.STATUS])
    if direction is not Direction.OUT and (
        _REFUND.search(what)
        or status.startswith(("退款", "refund"))
        or (direction is Direction.IN and _REFUND.search(status))
    ):
        return LineKind.REFUND
    if direction is Direction.IN:
        return LineKind.OTHER
    kind = folded(text[Role.TYPE]) or what
    if _MOVED.search(kind) and not _SOLD.search(kind):
        return LineKind.OTHER
    if direction is Direction.NEITHER and _MOVED.search(kind):
        return LineKind.OTHER
    return LineKind.SALE


def _id(text: str) -> str:
    """An id; one that was cut for looking like a card number names nothing any more."""
    return "" if cards.REMOVED in text else text


def _positive(cell: str, currency: str) -> Money | None:
    """More than nothing of this currency: what is of another cannot be compared."""
    found = _balance(cell, currency)
    return found if found and found.minor > 0 and found.currency == currency else None


def _balance(cell: str, currency: str) -> Money | None:
    try:
        figure = read_amount(cell, currency)
    except MoneyError:
        return None
    return figure.money if figure else None

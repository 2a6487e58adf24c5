"""Finding the header below any preamble, by what headings are called and not by whose they are."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from recourse.statements.grid import Grid, Row

DEEPEST_HEADER = 200
"""Lines of preamble after which no header comes any more."""
_LONGEST_HEADING = 40
_FEWEST_ROLES = 3


class Role(StrEnum):
    MERCHANT_ORDER = "merchant_order"
    ORDER = "order"
    CARD = "card"
    DIRECTION = "direction"
    REFUNDED = "refunded"
    BALANCE = "balance"
    CURRENCY = "currency"
    IN = "in"
    OUT = "out"
    METHOD = "method"
    STATUS = "status"
    AMOUNT = "amount"
    COUNTERPARTY = "counterparty"
    WHEN = "when"
    TYPE = "type"
    DESCRIPTION = "description"
    NOTE = "note"


_NO_ROLE = (
    r"(?:对方|对手|收款|付款)(?:人|方)?.*(?:账号|帐号|卡号|行)|账号|帐号"
    r"|开户|网点|国家|地区|别名|昵称|^渠道|^交易渠道|phone|email"
)
_ORDER = (
    r"单号|订单|交易号|流水号|凭证号|参考号"
    r"|order|transaction (?:id|no|number)|\bref(?:erence)?\b"
)
_DIRECTION = (
    r"^收\W?支|收支|^收\W?付(?!款|方式|渠道)|收\W?付款?标|^[出入]账类型|借\W?贷|^存\W?取(?!款)"
    r"|(?:资金|交易)(?:流向|方向)|^收入\W支出$|^支出\W收入$|direction|in\W+out|^d\W+c$"
    r"|(?:debit\W+credit|credit\W+debit)(?! card)|\bdr\W+cr\b|\bcr\W+dr\b"
)

# The first that fits is the role: what is more particular stands before what is less.
_WORDS: tuple[tuple[Role | None, str], ...] = (
    (None, _NO_ROLE),
    (Role.MERCHANT_ORDER, r"(?:商户|商家).*单号|merchant (?:order|ref)"),
    (Role.ORDER, _ORDER),
    (Role.CARD, r"卡号|尾号|末四位|后四位|card (?:no|number|ending)|^card$|last (?:4|four)"),
    (Role.DIRECTION, _DIRECTION),
    (Role.REFUNDED, r"退款|refund"),
    (Role.BALANCE, r"余额|结余|balance"),
    (Role.CURRENCY, r"币种|币别|货币|currency|\bccy\b"),
    (Role.IN, r"收入|贷方|存入|转入|credit|paid in|money in|deposit"),
    (Role.OUT, r"支出|借方|支取|取出|转出|debit|paid out|money out|withdraw"),
    (Role.METHOD, r"(?:支付|付款|收款)(?:方式|渠道)|method|paid (?:with|by)|funding"),
    (Role.STATUS, r"状态|status|^state$"),
    (Role.AMOUNT, r"金额|发生额|交易额|amount|^value$|^sum$|^total$"),
    (
        Role.COUNTERPARTY,
        r"对方|对手|商户|商家|店铺|交易场所|户名|payee|merchant|counterparty|paid to|^name$",
    ),
    (Role.WHEN, r"时间|日期|日$|\bdate|\btime|\bwhen\b|^posted"),
    (Role.TYPE, r"类型|分类|类别|摘要|交易名称|业务|\btype|category"),
    (Role.DESCRIPTION, r"商品|说明|附言|用途|描述|description|details?|memo|narrative|particulars"),
    (Role.NOTE, r"备注|note|remark"),
)
_KNOWN = tuple((role, re.compile(words)) for role, words in _WORDS)

_LATER = re.compile(r"记账|入账|清算|结算|到账|修改|post|book|value|settle|modif|updat")
"""Of two columns of a role, the one of the purchase is meant and not that of the booking."""


@dataclass(frozen=True)
class Header:
    row: Row
    columns: dict[Role, tuple[int, ...]]
    """By role, the columns that may have it, the likeliest first."""

    def heading(self, column: int) -> str:
        return self.row.cells[column].strip()


def role_of(heading: str) -> Role | None:
    """What a column of this name holds; nothing for a name that says nothing."""
    plain = folded(heading)
    if not plain or len(plain) > _LONGEST_HEADING or re.search(r"\d{3}", plain):
        return None
    return next((role for role, words in _KNOWN if words.search(plain)), None)


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Text for comparing: of one width and case, with single spaces."""
    plain = unicodedata.normalize("NFKC", text).replace("\ufeff", "")
    return " ".join(plain.split()).lower()


def find_header(grid: Grid) -> Header | None:
    """The line with most roles among the first; it has a date or time and an amount."""
    best: Header | None = None
    for row in grid.rows[:DEEPEST_HEADER]:
        found = _read(row)
        if found is not None and (best is None or len(found.columns) > len(best.columns)):
            best = found
    return best


def _read(row: Row) -> Header | None:
    columns: dict[Role, list[int]] = {}
    for place, cell in enumerate(row.cells):
        role = role_of(cell)
        if role is not None:
            columns.setdefault(role, []).append(place)
    if Role.WHEN not in columns or len(columns) < _FEWEST_ROLES:
        return None
    if not columns.keys() & {Role.AMOUNT, Role.IN, Role.OUT}:
        return None
    return Header(row, {role: _in_order(places, row.cells) for role, places in columns.items()})


def _in_order(places: Sequence[int], cells: Sequence[str]) -> tuple[int, ...]:
    return tuple(sorted(places, key=lambda place: bool(_LATER.search(folded(cells[place])))))

"""Amounts as statements write them, read exactly."""

import re
import unicodedata
from dataclasses import dataclass

from recourse.disputes.money import EXPONENTS, Money, MoneyError, parse_export

_SIGNS = {"€": "EUR", "£": "GBP", "HK$": "HKD", "US$": "USD", "NT$": "TWD"}
"""Signs of one currency only. ``¥`` is of two and ``$`` of many: they say nothing."""
_NAMES = {
    "人民币": "CNY",
    "RMB": "CNY",
    "CNH": "CNY",
    "美元": "USD",
    "港币": "HKD",
    "港元": "HKD",
    "欧元": "EUR",
    "英镑": "GBP",
    "日元": "JPY",
    "日圆": "JPY",
    "澳大利亚元": "AUD",
    "澳元": "AUD",
    "澳门元": "MOP",
    "澳门币": "MOP",
    "加拿大元": "CAD",
    "加元": "CAD",
    "新加坡元": "SGD",
    "新加坡币": "SGD",
    "新西兰元": "NZD",
    "纽元": "NZD",
    "新台币": "TWD",
    "台币": "TWD",
    "韩元": "KRW",
    "韩国元": "KRW",
    "韩币": "KRW",
    "泰铢": "THB",
    "泰国铢": "THB",
    "瑞士法郎": "CHF",
    "林吉特": "MYR",
    "印尼盾": "IDR",
    "印尼卢比": "IDR",
    "印度卢比": "INR",
    "越南盾": "VND",
    "菲律宾比索": "PHP",
    "卢布": "RUB",
    "瑞典克朗": "SEK",
    "挪威克朗": "NOK",
    "丹麦克朗": "DKK",
    "迪拉姆": "AED",
}
_YUAN = re.compile(r"(?<![\u4e00-\u9fff])元")
"""A yuan of its own: behind another word it is the end of some other currency's name."""
_DASHES = str.maketrans("−–—﹣", "----")
_NOTE = re.compile(
    r"\((?:已|部分)?(?P<full>已?全额)?退款?(?P<part>[^)]*)\)|\((?P<en>[^)]*refund[^)]*)\)", re.I
)
_FIGURE = re.compile(r"\d(?:[\d,.' \u00a0]*\d)?|\.\d+")
_THOUSANDS = re.compile(r"\d{1,3}(?:[,.' ]\d{3})+")


@dataclass(frozen=True)
class Figure:
    """An amount with its sign, and what a note beside it says was refunded."""

    money: Money
    refunded: Money | None = None


def currency_named(text: str) -> str:
    """The ISO 4217 code that a cell or a heading names; empty when it names none."""
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    for name, code in _NAMES.items():
        if name in plain:
            return code
    for code in re.findall(r"(?<![A-Z])[A-Z]{3}(?![A-Z])", plain):
        if code in EXPONENTS:
            return str(code)
    signed = next((code for sign, code in _SIGNS.items() if sign in plain), "")
    return signed or ("CNY" if _YUAN.search(plain) else "")


def read_amount(text: str, currency: str) -> Figure | None:
    """An amount; nothing for an empty cell or a dash. Raises MoneyError."""
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES).strip()
    note = _NOTE.search(plain)
    if note:
        plain = plain[: note.start()] + plain[note.end() :]
    if not plain.strip(" -/"):
        return None
    code = currency_named(plain) or currency
    figures = _FIGURE.findall(plain)
    if len(figures) != 1 or re.search(r"\d", _FIGURE.sub("", plain, count=1)):
        raise MoneyError("not one figure")
    money = parse_export(_decimal(figures[0], code), code)
    if _negative(plain, figures[0]):
        money = Money(minor=-money.minor, currency=code)
    return Figure(money, refund_noted(note.group(), money) if note else None)


def refund_noted(text: str, of: Money) -> Money | None:
    """What a status or a note says was given back of an amount: ``已退款(￥12.00)``,
    ``已全额退款``; nothing when it says nothing readable."""
    plain = unicodedata.normalize("NFKC", text).lower()
    if "退款" not in plain and "refund" not in plain:
        return None
    whole = Money(minor=abs(of.minor), currency=of.currency)
    if "全额退款" in plain or "fully refunded" in plain or "refunded in full" in plain:
        return whole
    figures = _FIGURE.findall(plain)
    if len(figures) != 1:
        return None
    try:
        return parse_export(_decimal(figures[0], of.currency), of.currency)
    except MoneyError:
        return None


def _negative(plain: str, figure: str) -> bool:
    before, _, after = plain.partition(figure)
    return (
        "-" in before
        or after.strip().startswith("-")
        or ("(" in before and ")" in after)
        or after.strip().upper().startswith("DR")
    )


def _decimal(figure: str, currency: str) -> str:
    """A figure without separators. Where both signs stand, the last is the decimal one; a lone
    one before exactly three digits separates thousands, unless the currency has three digits."""
    plain = re.sub(r"['\s\u00a0]", "", figure)
    last = max(plain.rfind(","), plain.rfind("."))
    if last < 0:
        return plain
    sign, other = plain[last], "," if plain[last] == "." else "."
    tail = len(plain) - last - 1
    many = plain.count(sign) > 1
    thousands = sign == "," and tail == 3 and EXPONENTS[currency] != 3
    if other not in plain and (many or thousands):
        if not _THOUSANDS.fullmatch(plain):
            raise MoneyError("separators stand where they cannot")
        return plain.replace(sign, "")
    if other in plain[last:] or many:
        raise MoneyError("separators stand where they cannot")
    whole = plain[:last]
    if other in whole and not _THOUSANDS.fullmatch(whole):
        raise MoneyError("separators stand where they cannot")
    return f"{whole.replace(other, '')}.{plain[last + 1 :]}"

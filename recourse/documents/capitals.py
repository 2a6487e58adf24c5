"""Amounts of renminbi in capital characters, as bills and formal letters need them.

Rules: 支付结算办法 (PBOC 银发〔1997〕393 号), annex 1. Where it leaves a choice (a zero before
jiao, and before thousands) the zero is written: then no digit can be slipped in unseen.
"""

from recourse.disputes.money import Money

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_FEN_A_YUAN = 100


class NotRenminbi(ValueError):
    """Only renminbi, zero or more, is written this way."""


def capital_amount(money: Money) -> str:
    """``人民币壹佰叁拾玖元壹角贰分`` for 139.12 CNY. Raises NotRenminbi."""
    if money.currency != "CNY" or money.minor < 0:
        raise NotRenminbi("capital characters are for renminbi amounts of zero or more")
    yuan, rest = divmod(money.minor, _FEN_A_YUAN)
    jiao, fen = divmod(rest, 10)
    text = "人民币"
    if yuan or not rest:
        text += (_whole(yuan) or _DIGITS[0]) + "元"
    if not rest:
        return text + "整"
    if jiao:
        text += (_DIGITS[0] if yuan and yuan % 10 == 0 else "") + _DIGITS[jiao] + "角"
    elif yuan:
        text += _DIGITS[0]
    return text + (_DIGITS[fen] + "分" if fen else "整")


def _whole(number: int) -> str:
    """A whole number in capital characters; empty for zero."""
    for size, name in ((10**8, "亿"), (10**4, "万")):
        if number >= size:
            high, low = divmod(number, size)
            gap = _DIGITS[0] if low and (low < size // 10 or high % 10 == 0) else ""
            return _whole(high) + name + gap + _whole(low)
    text = ""
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            text += _DIGITS[digit] + _PLACES[place]
        elif text and number % 10**place and not text.endswith(_DIGITS[0]):
            text += _DIGITS[0]
    return text

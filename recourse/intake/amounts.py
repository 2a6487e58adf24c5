"""What is wrong with an amount of money, without repeating it."""

import difflib
from decimal import Decimal, InvalidOperation
from typing import Any

from recourse.disputes.money import EXPONENTS, Money, MoneyError, parse
from recourse.intake.errors import IS_MISSING, UNKNOWN, BadClaim, did_you_mean, dotted, shown
from recourse.intake.shape import MONEY, Path, model_at

MONEY_EXAMPLE = '{amount: "139.12", currency: CNY}'

_CURRENCY_SLIPS = {"RMB": "CNY", "CNH": "CNY", "YUAN": "CNY", "¥": "CNY", "元": "CNY"}


def money_path(path: Path) -> Path | None:
    """The path of the amount of money that a path lies in, if it lies in one."""
    for length in range(1, len(path) + 1):
        if model_at(path[:length]) is Money:
            return path[:length]
    return None


def money_problem(path: Path, value: Any) -> BadClaim:
    """What is wrong with an amount of money that could not be read."""
    field = dotted(path)
    if not isinstance(value, dict):
        return BadClaim("is not money", field=field, hint=f"write for example {MONEY_EXAMPLE}")
    for key in value:
        if key not in (*MONEY, "minor"):
            near = difflib.get_close_matches(str(key), MONEY, n=1)
            hint = did_you_mean(near[0]) if near else "money has amount and currency"
            return BadClaim(UNKNOWN, field=f"{field}.{shown(key)}", hint=hint)
    currency, amount = value.get("currency"), value.get("amount")
    if currency is None:
        return BadClaim(
            IS_MISSING, field=f"{field}.currency", hint="add an ISO 4217 code such as CNY"
        )
    if not isinstance(currency, str) or currency not in EXPONENTS:
        return BadClaim(
            "is not a currency that exists",
            field=f"{field}.currency",
            hint=f"use an ISO 4217 code such as {_likely_currency(currency)}",
        )
    if amount is None and "minor" not in value:
        return BadClaim(IS_MISSING, field=f"{field}.amount", hint='write for example "139.12"')
    if amount is None:
        return BadClaim("is not a whole number of minor units", field=f"{field}.minor")
    return _amount_problem(f"{field}.amount", amount, currency)


def _likely_currency(currency: Any) -> str:
    word = str(currency).strip().upper()
    word = _CURRENCY_SLIPS.get(word, word)
    return word if word in EXPONENTS else "CNY"


def _amount_problem(field: str, amount: Any, currency: str) -> BadClaim:
    digits = EXPONENTS[currency]
    example = f"write for example {Decimal(13912).scaleb(-digits):f}"
    try:
        parse(amount, currency)
    except MoneyError:
        pass
    else:
        return BadClaim("and minor disagree", field=field, hint="leave minor out")
    try:
        number = Decimal(amount.strip()) if isinstance(amount, str) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        plain = "without separators and signs of currency"
        return BadClaim("is not a number", field=field, hint=f"{example}, {plain}")
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > digits:
        return BadClaim(
            f"has more digits after the point than {currency} has ({digits})",
            field=field,
            hint=example,
        )
    return BadClaim("is larger than any card payment", field=field)

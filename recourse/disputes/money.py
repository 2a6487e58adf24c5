"""Money: integer minor units and an ISO 4217 currency. No float ever."""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_serializer, model_validator

from recourse.disputes.models import Value

# ISO 4217 list one (active codes) by number of minor-unit digits; every other active code has 2.
_NO_MINOR_UNIT = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_DIGITS = "CLF UYW"
_TWO_DIGITS = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD "
    "CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL "
    "GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR "
    "LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD "
    "PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC "
    "SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW "
    "ZWG"
)
_WITHDRAWN = "ANG"  # Since 2025 XCG; sales of before are disputed and refunded for years.
EXPONENTS: dict[str, int] = {
    **dict.fromkeys(_NO_MINOR_UNIT.split(), 0),
    **dict.fromkeys(f"{_TWO_DIGITS} {_WITHDRAWN}".split(), 2),
    **dict.fromkeys(_THREE_DIGITS.split(), 3),
    **dict.fromkeys(_FOUR_DIGITS.split(), 4),
}
"""Digits after the decimal point, by currency (ISO 4217)."""

LARGEST_MINOR = 10**15
"""No till takes more; a larger figure is a typing error or an attack on a sum."""

_MOST_DIGITS = 28
"""Significant digits a decimal keeps exactly: beyond them it would be rounded in silence,
and a power of ten such as 1e999999 would take the process's memory."""

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class MoneyError(ValueError):
    """An amount that cannot be money; the message says what would be right."""


class Money(Value):
    """An amount of money.

    ``minor`` counts the smallest unit of ``currency``: 13912 is 139.12 CNY, 500 is 500 JPY.
    Written outside as ``{"amount": "139.12", "currency": "CNY"}``; both forms are read.
    """

    minor: int = Field(strict=True)
    currency: Currency

    @model_validator(mode="before")
    @classmethod
    def _read_amount(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "amount" not in data:
            return data
        unknown = sorted(set(data) - {"amount", "currency", "minor"})
        if unknown:
            raise ValueError(f"unknown key {unknown[0]!r}; money has amount and currency")
        money = parse(data["amount"], data.get("currency"))
        if "minor" in data and data["minor"] != money.minor:
            raise ValueError("amount and minor disagree")
        return {"minor": money.minor, "currency": money.currency}

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.currency not in EXPONENTS:
            raise ValueError(
                f"currency {self.currency!r} does not exist; use an ISO 4217 code such as CNY"
            )
        if abs(self.minor) > LARGEST_MINOR:
            raise ValueError("amount is larger than any card payment")
        return self

    @model_serializer
    def _write(self) -> dict[str, str | int]:
        return {"amount": self.text, "currency": self.currency, "minor": self.minor}

    @property
    def exponent(self) -> int:
        return EXPONENTS[self.currency]

    @property
    def text(self) -> str:
        """The amount as decimal text with exactly the currency's digits."""
        return f"{Decimal(self.minor).scaleb(-self.exponent):f}"

    def __str__(self) -> str:
        return f"{self.text} {self.currency}"

    def __add__(self, other: "Money") -> "Money":
        return Money(minor=self.minor + self._same(other).minor, currency=self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(minor=self.minor - self._same(other).minor, currency=self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other).minor

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other).minor

    def __gt__(self, other: "Money") -> bool:
        return self.minor > self._same(other).minor

    def __ge__(self, other: "Money") -> bool:
        return self.minor >= self._same(other).minor

    def __bool__(self) -> bool:
        return self.minor != 0

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise MoneyError(f"{self.currency} and {other.currency} cannot be reckoned together")
        return other


def zero(currency: str) -> Money:
    return Money(minor=0, currency=currency)


def parse(amount: object, currency: object) -> Money:
    """Read what a person or a system wrote. Exact: an amount with more digits than the
    currency has is an error, never rounded. Raises MoneyError."""
    code = _currency(currency)
    number = _decimal(amount)
    scaled = number.scaleb(EXPONENTS[code])
    if scaled != scaled.to_integral_value():
        raise MoneyError(
            f"amount {amount!s} has more digits than {code} has ({EXPONENTS[code]}); "
            f"write for example {Decimal(0).scaleb(-EXPONENTS[code]):f}"
        )
    return _checked(int(scaled), code)


def parse_export(amount: str, currency: str) -> Money:
    """Read an amount from a program's export, where binary floats may have left noise.

    The rule: a text of 16 or more significant digits is taken for a printed binary double
    and read at 15 significant digits, which every double keeps (IEEE 754). What then
    still has more digits than the currency is an error: ``22.200000000000003`` is 22.20,
    ``22.205`` is refused. Raises MoneyError.
    """
    number = _decimal(amount)
    if len(number.normalize().as_tuple().digits) >= 16:
        return parse(format(number, ".15g"), currency)
    return parse(amount, currency)


def _currency(currency: object) -> str:
    if not isinstance(currency, str) or currency not in EXPONENTS:
        raise MoneyError(f"currency {currency!r} does not exist; use an ISO 4217 code such as CNY")
    return currency


def _decimal(amount: object) -> Decimal:
    if isinstance(amount, bool | float) or not isinstance(amount, str | int | Decimal):
        raise MoneyError("amount must be decimal text such as '139.12', not a binary float")
    try:
        number = Decimal(amount.strip() if isinstance(amount, str) else amount)
    except InvalidOperation:
        raise MoneyError(f"amount {amount!r} is not a number; write for example '139.12'") from None
    if not number.is_finite() or len(number.as_tuple().digits) > _MOST_DIGITS:
        raise MoneyError(f"amount {amount!r} is not an amount of money")
    if number and not -_MOST_DIGITS <= number.adjusted() <= _MOST_DIGITS:
        raise MoneyError("amount is smaller or larger than any card payment")
    return number


def _checked(minor: int, currency: str) -> Money:
    if abs(minor) > LARGEST_MINOR:
        raise MoneyError("amount is larger than any card payment")
    return Money(minor=minor, currency=currency)

"""What is read of Stripe's objects: of a card only its last four digits and its brand.

Everything else that Stripe sends (names, addresses, mail) is dropped here, unread.
"""

from typing import Any

from pydantic import Field

from recourse.disputes.models import Value
from recourse.disputes.money import Money

EFFECT = "recourse_effect"
"""The key in the metadata of whatever we ask for; its value is the effect id."""

# Stripe counts these otherwise than ISO 4217 does (docs.stripe.com/currencies, special cases):
# two digits for currencies that have none, and none for the ariary.
_TIMES_HUNDRED = frozenset({"ISK", "UGX"})
_WHOLE_UNITS = frozenset({"MGA"})
_THREE_DIGITS = 3
"""Of a currency with so many Stripe takes no last digit but 0, also in refunds."""


class Card(Value):
    last4: str | None = None
    brand: str | None = None
    funding: str | None = None


class Details(Value):
    card: Card | None = None
    card_present: Card | None = None
    interac_present: Card | None = None

    @property
    def any_card(self) -> Card:
        return self.card or self.card_present or self.interac_present or Card()


class Charge(Value):
    id: str
    amount: int
    currency: str
    created: int
    status: str
    """succeeded | pending | failed"""
    captured: bool = False
    amount_captured: int | None = None
    refunded: bool = False
    payment_intent: str | None = None
    payment_method_details: Details | None = None
    metadata: dict[str, str] = Field(default_factory=dict)

    @property
    def taken(self) -> int:
        """What was captured, in Stripe's units."""
        if self.status != "succeeded" or not self.captured:
            return 0
        return self.amount if self.amount_captured is None else self.amount_captured


class CardDestination(Value):
    reference: str | None = None
    reference_status: str | None = None
    """pending | available | unavailable"""
    reference_type: str | None = None


class Destination(Value):
    card: CardDestination | None = None


class StripeRefund(Value):
    id: str
    charge: str | None = None
    amount: int
    currency: str
    created: int
    status: str | None = None
    """pending | requires_action | succeeded | failed | canceled"""
    pending_reason: str | None = None
    failure_reason: str | None = None
    destination_details: Destination | None = None
    metadata: dict[str, str] | None = None

    @property
    def effect_id(self) -> str:
        return (self.metadata or {}).get(EFFECT, "")

    @property
    def arn(self) -> str:
        """Of the refund itself, once the network has given it one."""
        card = self.destination_details.card if self.destination_details else None
        known = card is not None and card.reference_type in (None, "acquirer_reference_number")
        return (card.reference or "") if card is not None and known else ""


class Intent(Value):
    id: str
    status: str
    latest_charge: Any = None
    """An id, or the charge itself where a server sends it whole."""
    metadata: dict[str, str] | None = None

    @property
    def charge(self) -> str:
        charge = self.latest_charge
        return str(charge.get("id", "")) if isinstance(charge, dict) else str(charge or "")


def to_money(amount: int, currency: str) -> Money:
    """Raises ValueError for an amount that the currency cannot have."""
    code = currency.upper()
    if code in _TIMES_HUNDRED:
        whole, rest = divmod(amount, 100)
        if rest:
            raise ValueError(f"{code} has no hundredths")
        return Money(minor=whole, currency=code)
    return Money(minor=amount * 100 if code in _WHOLE_UNITS else amount, currency=code)


def from_money(money: Money) -> int:
    """The amount as Stripe counts it. Raises ValueError for one that it cannot express."""
    if money.currency in _TIMES_HUNDRED:
        return money.minor * 100
    if money.currency in _WHOLE_UNITS:
        whole, rest = divmod(money.minor, 100)
        if rest:
            raise ValueError(f"Stripe takes whole {money.currency} alone")
        return whole
    if money.exponent == _THREE_DIGITS and money.minor % 10:
        raise ValueError(f"Stripe takes no thousandths of {money.currency}")
    return money.minor

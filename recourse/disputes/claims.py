"""The claim: what somebody says went wrong, as it comes in at any door."""

import hashlib
import json
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BeforeValidator, Field, StringConstraints, model_validator

from recourse.disputes.models import EdgeValue
from recourse.disputes.money import Money
from recourse.disputes.notices import Contact, Role
from recourse.disputes.pan import find_card_data
from recourse.disputes.records import Last4

LARGEST_CLAIM = 256 * 1024
"""Bytes; a claim is words and a few references, evidence comes by digest."""

Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\"]+$")]
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9 ()-]{5,20}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


def _written_as_a_time(value: object) -> object:
    """A bare number would be taken for seconds since 1970: 20261120 is no date."""
    if isinstance(value, int | float) or (isinstance(value, str) and value.strip().isdigit()):
        raise ValueError("is no time; give the zone, for example 2026-11-20T12:31:00+08:00")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_written_as_a_time)]


class Kind(StrEnum):
    WRONG_REFUND = "wrong_refund"
    REFUND_NOT_RECEIVED = "refund_not_received"
    PAYMENT_REVERSED = "payment_reversed"
    RECEIPT_NOT_PRINTED = "receipt_not_printed"
    RECEIPT_LOST = "receipt_lost"


class SubKind(StrEnum):
    """What exactly, where the kind has several forms. Usually found, sometimes told."""

    TOO_MUCH = "too_much"
    TOO_LITTLE = "too_little"
    TWICE = "twice"
    WRONG_CARD = "wrong_card"
    WRONG_SALE = "wrong_sale"
    NEVER_SUBMITTED = "never_submitted"
    FAILED_ON_THE_WAY = "failed_on_the_way"
    NOT_YET_POSTED = "not_yet_posted"
    REVERSED_IN_ERROR = "reversed_in_error"
    REVERSED_BY_TIMEOUT = "reversed_by_timeout"
    SALE_GOOD = "sale_good"
    SALE_FAILED = "sale_failed"
    SALE_IN_DOUBT = "sale_in_doubt"
    PAID_TWICE = "paid_twice"
    LOST_BY_CUSTOMER = "lost_by_customer"
    DAMAGED = "damaged"


FORMS: dict[Kind, tuple[SubKind, ...]] = {
    Kind.WRONG_REFUND: (
        SubKind.TOO_MUCH,
        SubKind.TOO_LITTLE,
        SubKind.TWICE,
        SubKind.WRONG_CARD,
        SubKind.WRONG_SALE,
    ),
    Kind.REFUND_NOT_RECEIVED: (
        SubKind.NEVER_SUBMITTED,
        SubKind.FAILED_ON_THE_WAY,
        SubKind.NOT_YET_POSTED,
    ),
    Kind.PAYMENT_REVERSED: (SubKind.REVERSED_IN_ERROR, SubKind.REVERSED_BY_TIMEOUT),
    Kind.RECEIPT_NOT_PRINTED: (
        SubKind.SALE_GOOD,
        SubKind.SALE_FAILED,
        SubKind.SALE_IN_DOUBT,
        SubKind.PAID_TWICE,
    ),
    Kind.RECEIPT_LOST: (SubKind.LOST_BY_CUSTOMER, SubKind.DAMAGED),
}


class Family(StrEnum):
    """Claims of one family about one sale are one case; of two families, two cases."""

    REFUND = "refund"
    CHARGE = "charge"


FAMILIES: dict[Kind, Family] = {
    Kind.WRONG_REFUND: Family.REFUND,
    Kind.REFUND_NOT_RECEIVED: Family.REFUND,
    Kind.RECEIPT_LOST: Family.REFUND,
    Kind.PAYMENT_REVERSED: Family.CHARGE,
    Kind.RECEIPT_NOT_PRINTED: Family.CHARGE,
}

Jurisdiction = Literal["CN", "US", "EU", "UK"]
Language = Literal["zh-CN", "en"]


class Person(EdgeValue):
    name: Short = ""
    email: Email | Literal[""] = ""
    phone: Phone | Literal[""] = ""


class Merchant(EdgeValue):
    id: Reference
    name: Short
    store: Short = ""
    email: Email | Literal[""] = ""
    """Where the store reads mail."""
    head_office: Email | Literal[""] = ""
    """The higher-level service: the first rung of escalation."""


class ClaimedSale(EdgeValue):
    """What the claimant knows of the sale."""

    reference: Reference | Literal[""] = ""
    rrn: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{12}$")] | Literal[""] = ""
    auth_code: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{6}$")] | Literal[""] = ""
    terminal: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,8}$")] | Literal[""] = ""
    stan: Annotated[str, StringConstraints(pattern=r"^\d{6}$")] | Literal[""] = ""
    """The trace or voucher number (凭证号) of the slip."""
    batch: Annotated[str, StringConstraints(pattern=r"^\d{6}$")] | Literal[""] = ""
    amount: Money | None = None
    at: Moment | None = None
    card_last4: Last4 | Literal[""] = ""
    card_brand: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,19}$")] | Literal[""] = ""
    """visa, mastercard, unionpay…: whose time limits hold."""
    card_funding: Literal["debit", "credit", "prepaid", ""] = ""
    """In the US two laws with other time limits hang on it."""

    @property
    def identity(self) -> str:
        """What names this one sale at its acquirer; empty when nothing said does."""
        if self.reference:
            return f"ref:{self.reference}"
        if self.rrn and self.at:
            return f"rrn:{self.rrn}"
        return ""


class ClaimedRefund(EdgeValue):
    """What was asked to be refunded, and what the claimant saw instead."""

    requested: Money | None = None
    reported: Money | None = None
    at: Moment | None = None
    card_last4: Last4 | Literal[""] = ""


class EvidenceItem(EdgeValue):
    """A piece of evidence by digest. The bytes lie in the vault under it."""

    kind: Short
    name: Short
    digest: Digest
    size: int = Field(ge=0)
    media_type: Short = "application/octet-stream"
    given_by: Role = Role.CUSTOMER


class Claim(EdgeValue):
    """One claim. Read ``design.md`` of the product for the outside form; amounts are exact,
    times carry their zone, and no card number passes."""

    kind: Kind
    form: SubKind | None = None
    """Which form of the kind, when the claimant knows."""
    claimant: Literal["customer", "merchant"]
    language: Language = "zh-CN"
    jurisdiction: Jurisdiction = "CN"
    channel: Literal["phone", "mail", "web", "store", "chat", "letter", "api", "file"] = "file"
    customer: Person = Person()
    merchant: Merchant
    pos_supplier: Person = Person()
    platform: Person = Person()
    acquirer: Reference
    sale: ClaimedSale = ClaimedSale()
    refund: ClaimedRefund = ClaimedRefund()
    wants: Literal["refund", "pay_again", "receipt", "return_of_overpayment", ""] = ""
    """What the claimant asks for: the outcome is recorded beside it."""
    story: Annotated[str, StringConstraints(max_length=8000)] = ""
    evidence: tuple[EvidenceItem, ...] = Field(default=(), max_length=50)

    @model_validator(mode="before")
    @classmethod
    def _no_card_numbers(cls, data: Any) -> Any:
        if isinstance(data, dict):
            place = next(find_card_data(data), None)
            if place is not None:
                raise ValueError(
                    f"{place} holds a full card number or security code; "
                    "give the last four digits only"
                )
        return data

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.form is not None and self.form not in FORMS[self.kind]:
            known = ", ".join(FORMS[self.kind])
            raise ValueError(f"form {self.form.value!r} is not one of {self.kind.value}: {known}")
        amounts = [
            ("sale.amount", self.sale.amount),
            ("refund.requested", self.refund.requested),
            ("refund.reported", self.refund.reported),
        ]
        given = [(name, money) for name, money in amounts if money is not None]
        for name, money in given:
            if money.minor < 0 or (money.minor == 0 and name != "refund.reported"):
                raise ValueError(f"{name} must be more than zero")
            if money.currency != given[0][1].currency:
                raise ValueError(f"{name} is in another currency than {given[0][0]}")
        if self.kind is not Kind.RECEIPT_LOST and not (
            self.sale.identity or self.sale.amount or self.sale.auth_code
        ):
            raise ValueError("sale needs a reference, an rrn or an amount to be found by")
        if self.claimant == "customer" and not (self.customer.email or self.customer.phone):
            raise ValueError("customer.email or customer.phone is needed to answer the claimant")
        return self

    @property
    def family(self) -> Family:
        return FAMILIES[self.kind]

    @property
    def claimed(self) -> Money | None:
        """The amount in dispute, as far as the claim tells it. Always positive."""
        asked, seen = self.refund.requested, self.refund.reported
        if self.kind is Kind.WRONG_REFUND and asked and seen and asked != seen:
            return seen - asked if seen > asked else asked - seen
        return asked or seen or self.sale.amount

    @property
    def digest(self) -> str:
        """SHA-256 of the claim's content: the same words twice are the same claim."""
        data = self.model_dump(mode="json", exclude_defaults=True, exclude={"channel"})
        text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def contact(self, role: Role) -> Contact:
        """How a party of this claim is reached; an empty address when nobody told."""
        if role is Role.CUSTOMER:
            person = self.customer
            return Contact(role=role, name=person.name, email=person.email, phone=person.phone)
        if role in (Role.STORE, Role.MERCHANT):
            return Contact(role=role, name=self.merchant.name, email=self.merchant.email)
        if role is Role.HIGHER_SERVICE:
            return Contact(role=role, name=self.merchant.name, email=self.merchant.head_office)
        if role is Role.POS_SUPPLIER:
            supplier = self.pos_supplier
            return Contact(role=role, name=supplier.name, email=supplier.email)
        if role is Role.PLATFORM:
            return Contact(role=role, name=self.platform.name, email=self.platform.email)
        return Contact(role=role)

    @property
    def claimant_role(self) -> Role:
        return Role.CUSTOMER if self.claimant == "customer" else Role.STORE


def case_id(claim: Claim, generation: int = 1) -> str:
    """The id of the case a claim belongs to: from the sale when it is known, so that every
    claim about it meets in one case; from the claim's own content until then."""
    if claim.sale.identity:
        key = f"{claim.acquirer}|{claim.sale.identity}|{claim.family.value}"
    else:
        key = f"claim|{claim.digest}"
    return _id_from(key, generation)


def sale_case_id(acquirer: str, reference: str, family: Family, generation: int = 1) -> str:
    """The id under which claims about a known sale meet."""
    return _id_from(f"{acquirer}|ref:{reference}|{family.value}", generation)


_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base 32: no letter taken for a digit


def _id_from(key: str, generation: int) -> str:
    number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) >> 4
    letters = ""
    for _ in range(12):
        number, rest = divmod(number, 32)
        letters = _ALPHABET[rest] + letters
    name = f"RC-{letters[:4]}-{letters[4:8]}-{letters[8:]}"
    return name if generation == 1 else f"{name}-{generation}"

"""A verdict and its parts: cause, remedy, how sure, and who says what."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from pydantic import AwareDatetime

from recourse.disputes.claims import SubKind
from recourse.disputes.effects import Remedy
from recourse.disputes.models import Value
from recourse.disputes.money import Money
from recourse.disputes.vocabulary import Cause, Result


class Confidence(StrEnum):
    SURE = "sure"
    """The acquirer's books alone prove it."""
    LIKELY = "likely"
    UNCLEAR = "unclear"


class Correction(Value):
    """One movement of money, or a reprint, that is part of a remedy."""

    remedy: Remedy
    amount: Money
    card_last4: str = ""
    """Only when the money must go elsewhere than to the card of the sale."""
    reason: str = ""
    """Of its own, as a code; empty: the finding."""


def amount_of(corrections: Iterable[Correction]) -> Money | None:
    """What corrections are about. Money that is fetched from a wrong card and given to the
    right one is one amount, not two."""
    paid: Money | None = None
    taken: Money | None = None
    for correction in corrections:
        if correction.remedy is Remedy.DEBIT_ADJUSTMENT:
            taken = correction.amount if taken is None else taken + correction.amount
        else:
            paid = correction.amount if paid is None else paid + correction.amount
    if paid is None or taken is None:
        return paid or taken
    return max(paid, taken)


class Source(StrEnum):
    """Who speaks about the money."""

    CLAIM = "claim"
    POS = "pos"
    """The till's journal."""
    ACQUIRER = "acquirer"
    SETTLEMENT = "settlement"
    """The clearing files."""


class Said(Value):
    """What one source says, in a code that has words, and about how much and when."""

    source: Source
    says: str
    amount: Money | None = None
    at: AwareDatetime | None = None
    day: date | None = None
    """The settlement day, for lines of clearing files and for those that are missing."""
    code: str = ""
    """Response code, reversal reason, ARN or reference that it was said with."""


class Verdict(Value):
    cause: Cause
    finding: str
    """The finding in a code that templates and people read, e.g. ``refunded_too_little``."""
    form: SubKind | None = None
    corrections: tuple[Correction, ...] = ()
    confidence: Confidence
    in_doubt: bool = False
    """The truth is not in yet: hold, query, pay nothing, and do not pay again."""
    upheld: bool = True
    """False: the books contradict the claim; ``reason`` says why."""
    reason: str = ""
    missing: tuple[str, ...] = ()
    """Codes of what would make it sure."""
    cell: str = ""
    """Where in the decision table it stands: what journal, books and clearing files say, a
    letter each; empty when nothing could be compared."""
    said: tuple[Said, ...] = ()
    """Who says what, when they do not agree."""

    @property
    def amount(self) -> Money | None:
        """What a decision is about."""
        return amount_of(self.corrections)


class Words(Value):
    """What the parties and the acquirer's people said, as far as it bears on the verdict."""

    store: Result | None = None
    acquirer: Result | None = None
    """The finding of an answered inquiry, retrieval or dispute."""
    higher_service: Result | None = None
    customer: Result | None = None

    @property
    def settled(self) -> bool:
        """Whether somebody has said what happened."""
        said = (self.store, self.acquirer, self.higher_service, self.customer)
        return any(word not in (None, Result.UNKNOWN) for word in said)

    @property
    def confirmed(self) -> bool:
        said = {self.store, self.acquirer, self.higher_service}
        return not said.isdisjoint((Result.CONFIRMS, Result.UPHELD))

    @property
    def denied(self) -> bool:
        return not self.confirmed and Result.DENIES in (self.store, self.higher_service)

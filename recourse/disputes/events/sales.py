"""The sale is found, and what everybody has on record of it."""

from typing import Literal

from pydantic import Field

from recourse.disputes.matching import Grade
from recourse.disputes.models import Value
from recourse.disputes.records import Record, Sale
from recourse.disputes.verdicts import Verdict


class SaleFound(Value):
    type: Literal["sale_found"] = "sale_found"
    sale: Sale
    grade: Grade
    reasons: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    """What speaks for and against it, in codes that have words (``matching``)."""


class SaleAmbiguous(Value):
    type: Literal["sale_ambiguous"] = "sale_ambiguous"
    candidates: tuple[Sale, ...]
    question: str
    findings: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """What speaks for and against each candidate, by its reference."""


class SaleNotFound(Value):
    type: Literal["sale_not_found"] = "sale_not_found"
    question: str


class SaleChosen(Value):
    type: Literal["sale_chosen"] = "sale_chosen"
    sale: Sale


class RecordRead(Value):
    type: Literal["record_read"] = "record_read"
    record: Record


class VerdictReached(Value):
    type: Literal["verdict_reached"] = "verdict_reached"
    verdict: Verdict


SaleEvent = SaleFound | SaleAmbiguous | SaleNotFound | SaleChosen | RecordRead | VerdictReached

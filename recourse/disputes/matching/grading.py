"""From fields to a grade: whether a sale may be taken for the one that is meant."""

from enum import StrEnum

from recourse.disputes.claims import ClaimedSale
from recourse.disputes.matching.asking import missing, splitting
from recourse.disputes.matching.fields import Finding, How, compare
from recourse.disputes.models import Value
from recourse.disputes.records import Sale

MOST_CANDIDATES = 20
"""Shown to a person. Of more nobody chooses; the question narrows them."""


class Grade(StrEnum):
    EXACT = "exact"
    """A number that names one sale, and nothing against it."""
    STRONG = "strong"
    """Amount, card, day and place, one sale, and nothing against it."""
    AMBIGUOUS = "ambiguous"
    WEAK = "weak"
    NONE = "none"


AUTO_ACCEPTED = (Grade.EXACT, Grade.STRONG)
"""Grades at which a sale is taken without a person. Their precision on a labelled set is
measured by ``bench.matching`` and held by its test: at least 99.5 %."""


class Hit(Value):
    """A candidate with what speaks for and against it."""

    sale: Sale
    findings: tuple[Finding, ...] = ()

    def fields(self, *hows: How) -> tuple[str, ...]:
        return tuple(finding.field for finding in self.findings if finding.how in hows)

    @property
    def contradicted(self) -> bool:
        return any(finding.how is How.CONTRADICTS for finding in self.findings)

    @property
    def vouched(self) -> bool:
        """Whether its reference and its amount both agree: a digit misread in one would have
        shown in the other. A day or a card that was told wrongly weighs less."""
        fields = self.fields(How.AGREES)
        amounts = (*fields, *self.fields(How.NEAR))
        against = self.fields(How.CONTRADICTS)
        return (
            "reference" in fields
            and "sale_amount" in amounts
            and {*against} <= {"sale_date", "card_last4", "card_brand"}
        )

    @property
    def weight(self) -> tuple[int, int, int]:
        """Fewer contradictions first, then more that agrees, then more that is near."""
        return (
            -len(self.fields(How.CONTRADICTS)),
            len(self.fields(How.AGREES)),
            len(self.fields(How.NEAR)),
        )


class Match(Value):
    grade: Grade
    sale: Sale | None = None
    """The sale, when exactly one may be taken for it."""
    reasons: tuple[str, ...] = ()
    """Codes of the fields that agree."""
    candidates: tuple[Sale, ...] = ()
    question: str = ""
    """The code of the one question that splits the candidates best."""
    hits: tuple[Hit, ...] = ()
    """Every candidate, the likeliest first, with its findings."""


def match(known: ClaimedSale, store: str, sales: tuple[Sale, ...]) -> Match:
    """Grade what the acquirer found. An agent never has one of several chosen for him: a
    candidate falls out only when something that is told contradicts it."""
    hits = sorted(
        (Hit(sale=sale, findings=compare(known, store, sale)) for sale in sales),
        key=lambda hit: (hit.weight, hit.sale.at, hit.sale.reference),
        reverse=True,
    )
    if not hits:
        return Match(grade=Grade.NONE, question=missing(known))
    standing = [hit for hit in hits if hit.vouched or not hit.contradicted]
    if len(standing) == 1:
        return _one(known, standing[0], tuple(hits))
    if not standing and len(hits) == 1:
        return _weak(known, hits[0], tuple(hits))
    left = tuple(hit.sale for hit in standing or hits)
    return Match(
        grade=Grade.AMBIGUOUS,
        candidates=left[:MOST_CANDIDATES],
        question=splitting(known, left),
        hits=tuple(hits),
    )


def _one(known: ClaimedSale, hit: Hit, hits: tuple[Hit, ...]) -> Match:
    grade = _grade(hit)
    if grade not in AUTO_ACCEPTED:
        return _weak(known, hit, hits)
    return Match(grade=grade, sale=hit.sale, reasons=hit.fields(How.AGREES, How.NEAR), hits=hits)


def _weak(known: ClaimedSale, hit: Hit, hits: tuple[Hit, ...]) -> Match:
    return Match(
        grade=Grade.WEAK,
        reasons=hit.fields(How.AGREES, How.NEAR),
        candidates=(hit.sale,),
        question=missing(known),
        hits=hits,
    )


def _grade(hit: Hit) -> Grade:
    """What a candidate that nothing contradicts is worth."""
    agree = set(hit.fields(How.AGREES))
    dated = "sale_date" in hit.fields(How.AGREES, How.NEAR)
    if "reference" in agree or ({"rrn"} <= agree and dated):
        return Grade.EXACT
    if {"auth_code", "terminal", "sale_amount"} <= agree and dated:
        return Grade.EXACT
    if {"stan", "batch", "terminal"} <= agree and dated:
        return Grade.EXACT
    if {"sale_amount", "card_last4"} <= agree and dated and agree & {"store", "terminal"}:
        return Grade.STRONG
    return Grade.WEAK

"""From fields to a grade: whether a sale may be taken for the one that is meant."""

from collections.abc import Iterable
from enum import StrEnum

from recourse.disputes.claims import ClaimedSale
from recourse.disputes.matching.asking import (
    AS_RECORDED,
    ASKED,
    DayOf,
    doubtful,
    missing,
    splitting,
)
from recourse.disputes.matching.fields import Finding, How, compare
from recourse.disputes.models import Value
from recourse.disputes.records import Sale

MOST_CANDIDATES = 20
"""Shown to a person, and kept of a search. Of more nobody chooses; the question narrows them.
Where there are so many there may be more that nobody has looked at."""


class Grade(StrEnum):
    EXACT = "exact"
    """A number that names one sale, and nothing against it."""
    STRONG = "strong"
    """Amount, card, day and place, one sale, and nothing against it; or a reference whose very
    amount agrees while one thing, the day or the card, was told otherwise."""
    AMBIGUOUS = "ambiguous"
    """Several of which nothing that is told rules any out."""
    WEAK = "weak"
    """Too little agrees, or something that is told rules all out."""
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
    def against(self) -> int:
        return sum(finding.how is How.CONTRADICTS for finding in self.findings)

    @property
    def contradicted(self) -> bool:
        return self.against > 0

    @property
    def vouched(self) -> bool:
        """Whether its reference and its very amount agree: a digit misread in one would have
        shown in the other. One thing that was told wrongly, the day or the card, weighs less,
        and lowers the grade; two are another sale."""
        if not {"reference", "sale_amount"} <= {*self.fields(How.AGREES)}:
            return False
        against = {*self.fields(How.CONTRADICTS)}
        return against <= {"sale_date"} or against <= {"card_last4", "card_brand"}

    @property
    def stands(self) -> bool:
        """Whether it may be the sale that is meant."""
        return self.vouched or not self.contradicted

    @property
    def settles(self) -> bool:
        """Whether it may be the sale and nothing wider need be asked: a number names it, or it is
        put before a person in any case and neither its day nor its amount is only near."""
        if self.contradicted:
            return self.vouched
        near = {"sale_date", "sale_amount"} & {*self.fields(How.NEAR)}
        grade = _grade(self)
        return grade is Grade.EXACT or (grade is Grade.WEAK and not near)

    @property
    def remembered(self) -> bool:
        """Whether amount, card, day and place are all that speak for it: so much another sale of
        the same customer may have, too."""
        return not self.contradicted and _grade(self) is Grade.STRONG

    @property
    def codes(self) -> tuple[str, ...]:
        """Its findings by the codes that have words."""
        return tuple(finding.code for finding in self.findings)

    @property
    def weight(self) -> tuple[bool, int, bool, int, int]:
        """What stands and what contradicts least first, then the very amount, more that agrees,
        and more that is near."""
        hows = [finding.how for finding in self.findings]
        against = hows.count(How.CONTRADICTS)
        stands = not against or self.vouched
        exactly = "sale_amount" in self.fields(How.AGREES)
        return (stands, -against, exactly, hows.count(How.AGREES), hows.count(How.NEAR))


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

    @property
    def findings(self) -> dict[str, tuple[str, ...]]:
        """What speaks for and against each sale that is taken or shown, by its reference."""
        shown = {sale.reference for sale in (self.sale, *self.candidates) if sale is not None}
        return {h.sale.reference: h.codes for h in self.hits if h.sale.reference in shown}


def hit(known: ClaimedSale, store: str, sale: Sale) -> Hit:
    return Hit(sale=sale, findings=compare(known, store, sale))


def likeliest_first(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """In one order, whatever order they come in."""
    return tuple(
        sorted(hits, key=lambda hit: (hit.weight, hit.sale.at, hit.sale.reference), reverse=True)
    )


def match(
    known: ClaimedSale,
    store: str,
    sales: tuple[Sale, ...],
    *,
    day_of: DayOf = AS_RECORDED,
    whole: bool = True,
) -> Match:
    """Grade what the acquirer found. An agent never has one of several chosen for him: a
    candidate falls out only when something that is told contradicts it; when that is so of all
    of them, those are shown that it is least so of. The question is put in the customer's days
    (``day_of``). Of a search that is not ``whole`` a part was refused: then a sale of another day
    than is remembered is not taken."""
    hits = likeliest_first(hit(known, store, sale) for sale in sales)
    return graded(known, hits, day_of=day_of, whole=whole)


def graded(
    known: ClaimedSale,
    hits: tuple[Hit, ...],
    *,
    day_of: DayOf = AS_RECORDED,
    whole: bool = True,
) -> Match:
    """As ``match``, of sales that were compared already, the likeliest first."""
    if not hits:
        return Match(grade=Grade.NONE, question=missing(known))
    standing = tuple(hit for hit in hits if hit.stands)
    left = standing or tuple(hit for hit in hits if hit.against == hits[0].against)
    if len(left) > 1:
        return Match(
            grade=Grade.AMBIGUOUS if standing else Grade.WEAK,
            candidates=tuple(hit.sale for hit in left[:MOST_CANDIDATES]),
            question=splitting(_open(left), tuple(hit.sale for hit in left), day_of),
            hits=hits,
        )
    (one,) = left
    grade = _grade(one)
    partly_seen = len(hits) >= MOST_CANDIDATES or (one.remembered and not whole)
    on_the_day = "sale_date" in one.fields(How.AGREES)
    unseen = grade is Grade.STRONG and partly_seen and not on_the_day
    if grade not in AUTO_ACCEPTED or unseen:
        return Match(
            grade=Grade.WEAK,
            reasons=one.fields(How.AGREES, How.NEAR),
            candidates=(one.sale,),
            question=doubtful(one.fields(How.CONTRADICTS)) or missing(known),
            hits=hits,
        )
    return Match(grade=grade, sale=one.sale, reasons=one.fields(How.AGREES, How.NEAR), hits=hits)


def _open(hits: tuple[Hit, ...]) -> tuple[str, ...]:
    """The questions whose answer is still to be had: not told, or told as of none of them."""
    answered = {field for hit in hits for field in hit.fields(How.AGREES)}
    return tuple(code for code in ASKED if code not in answered)


def _grade(one: Hit) -> Grade:
    """What a single candidate is worth."""
    agree = set(one.fields(How.AGREES))
    dated = "sale_date" in one.fields(How.AGREES, How.NEAR)
    if one.contradicted:
        return Grade.STRONG if one.vouched else Grade.WEAK
    if "reference" in agree or ({"rrn"} <= agree and dated):
        return Grade.EXACT
    if {"auth_code", "terminal", "sale_amount"} <= agree and dated:
        return Grade.EXACT
    if {"stan", "batch", "terminal"} <= agree and dated:
        return Grade.EXACT
    if {"sale_amount", "card_last4"} <= agree and dated and agree & {"store", "terminal"}:
        return Grade.STRONG
    return Grade.WEAK

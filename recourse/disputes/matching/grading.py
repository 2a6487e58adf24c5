"""From fields to a grade: whether a sale may be taken for the one that is meant."""

from enum import StrEnum

from recourse.disputes.claims import ClaimedSale
from recourse.disputes.matching.asking import ASKED, doubtful, missing, splitting
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
    """Amount, card, day and place, one sale, and nothing against it; or a reference whose
    amount agrees while the day or the card was told otherwise."""
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
        shown in the other. A day or a card that was told wrongly weighs less, and lowers the
        grade."""
        fields = self.fields(How.AGREES)
        amounts = (*fields, *self.fields(How.NEAR))
        against = self.fields(How.CONTRADICTS)
        return (
            "reference" in fields
            and "sale_amount" in amounts
            and {*against} <= {"sale_date", "card_last4", "card_brand"}
        )

    @property
    def stands(self) -> bool:
        """Whether it may be the sale that is meant."""
        return self.vouched or not self.contradicted

    @property
    def codes(self) -> tuple[str, ...]:
        """Its findings by the codes that have words."""
        return tuple(finding.code for finding in self.findings)

    @property
    def weight(self) -> tuple[bool, int, int, int]:
        """What stands and what contradicts least first, then more that agrees, then more that
        is near."""
        return (
            self.stands,
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

    @property
    def findings(self) -> dict[str, tuple[str, ...]]:
        """What speaks for and against each sale that is taken or shown, by its reference."""
        shown = {sale.reference for sale in (self.sale, *self.candidates) if sale is not None}
        return {h.sale.reference: h.codes for h in self.hits if h.sale.reference in shown}


def hit(known: ClaimedSale, store: str, sale: Sale) -> Hit:
    return Hit(sale=sale, findings=compare(known, store, sale))


def fits(known: ClaimedSale, store: str, sales: tuple[Sale, ...]) -> bool:
    """Whether one of them may be the sale: then no wider search is needed."""
    return any(hit(known, store, sale).stands for sale in sales)


def _hits(known: ClaimedSale, store: str, sales: tuple[Sale, ...]) -> tuple[Hit, ...]:
    """Every sale with its findings, the likeliest first, whatever order they come in."""
    return tuple(
        sorted(
            (hit(known, store, sale) for sale in sales),
            key=lambda hit: (hit.weight, hit.sale.at, hit.sale.reference),
            reverse=True,
        )
    )


def likeliest(known: ClaimedSale, store: str, sales: tuple[Sale, ...]) -> tuple[Sale, ...]:
    """As many of them as anybody looks at. Those that fit are before those that do not."""
    return tuple(hit.sale for hit in _hits(known, store, sales)[:MOST_CANDIDATES])


def match(known: ClaimedSale, store: str, sales: tuple[Sale, ...]) -> Match:
    """Grade what the acquirer found. An agent never has one of several chosen for him: a
    candidate falls out only when something that is told contradicts it."""
    hits = _hits(known, store, sales)
    if not hits:
        return Match(grade=Grade.NONE, question=missing(known))
    left = tuple(hit for hit in hits if hit.stands) or hits
    if len(left) > 1:
        return Match(
            grade=Grade.AMBIGUOUS,
            candidates=tuple(hit.sale for hit in left[:MOST_CANDIDATES]),
            question=splitting(_open(left), tuple(hit.sale for hit in left)),
            hits=hits,
        )
    (one,) = left
    grade = _grade(one)
    unseen = len(hits) >= MOST_CANDIDATES and grade is Grade.STRONG
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

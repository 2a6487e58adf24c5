"""Demand letter and legal file: from data to bytes. The same data, the same bytes."""

from datetime import UTC, datetime

from recourse.disputes.models import Value
from recourse.disputes.money import Money
from recourse.disputes.notices import LegalFile, Template
from recourse.documents.capitals import capital_amount
from recourse.documents.missing import missing_items
from templates.rendering import Form, Reader, render
from templates.words import language, words

_MEDIA: dict[Form, tuple[str, str]] = {
    "html": ("html", "text/html; charset=utf-8"),
    "text": ("txt", "text/plain; charset=utf-8"),
}
_AMOUNTS = ("captured", "requested", "refunded", "posted", "recovered", "refundable", "claimed")
"""Order of the claim calculation; whatever else there is follows by name."""

_INTERNAL = {Template.APPROVAL_NEEDED, Template.WORK_ITEM, Template.COUNSEL_HANDOVER}
"""Notices among our own people: in the file for counsel, never in a letter to the other side."""


class RenderedDocument(Value):
    """A document as bytes, not yet stored."""

    name: str
    media_type: str
    content: bytes


def demand_letter(file: LegalFile, form: Form = "html") -> RenderedDocument:
    """The demand to the party that owes: 催告函, letter before claim. Addressee, sale, issue,
    breach, what was tried before, demand and time for it, rules; for China also the remark
    that a demand restarts limitation (Civil Code art. 195)."""
    return _rendered("demand_letter", file, form)


def legal_file(file: LegalFile, form: Form = "html") -> RenderedDocument:
    """The file for counsel: index, parties, claim calculation, chronology, exhibits with
    digests, correspondence, clocks, rules, and what is still missing."""
    return _rendered("legal_file", file, form)


def drafts(file: LegalFile) -> tuple[tuple[str, str, bytes], ...]:
    """Letter and file in both forms, each as name, media type and bytes; the file alone when
    the letter is out."""
    wanted = (demand_letter, legal_file) if file.with_letter else (legal_file,)
    documents = (make(file, form) for make in wanted for form in _MEDIA)
    return tuple((d.name, d.media_type, d.content) for d in documents)


def _rendered(wording: str, file: LegalFile, form: Form) -> RenderedDocument:
    reader = Reader(language(file.language), file.facts.time_zone)
    text = render("documents", wording, form, reader, _shown(file, reader.language))
    extension, media_type = _MEDIA[form]
    return RenderedDocument(
        name=f"{wording}.{extension}", media_type=media_type, content=text.encode()
    )


def _shown(file: LegalFile, spoken: str) -> dict[str, object]:
    """What wording files may use beside the reader's functions (templates.rendering)."""
    said = words(spoken)
    order = {name: place for place, name in enumerate(_AMOUNTS)}
    amounts = sorted(file.amounts.items(), key=lambda item: (order.get(item[0], 99), item[0]))
    return {
        "file": file,
        "facts": file.facts,
        "amounts_in_order": amounts,
        "earlier_notices": [line for line in file.notices if line.what not in _INTERNAL],
        "breach": said.say("breaches", _breach(file)),
        "in_words": _in_words(file.demand) if spoken == "zh-CN" else "",
        "missing": [said.say("missing", item) for item in missing_items(file)],
        "utc": _utc,
    }


def _breach(file: LegalFile) -> str:
    """A wrong refund is two breaches: the customer got too little, or kept too much."""
    by_merchant = file.kind == "wrong_refund" and file.facts.claimant == "merchant"
    return "wrong_refund_by_merchant" if by_merchant else file.kind


def _in_words(demand: Money | None) -> str:
    return capital_amount(demand) if demand is not None and demand.currency == "CNY" else ""


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

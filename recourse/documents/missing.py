"""What a legal file still lacks before it can be filed, as codes in filing order."""

from recourse.disputes.notices import Contact, LegalFile

_NEVER_KEPT = {
    "CN": ("claimant_address", "claimant_identity", "respondent_address", "authority"),
}
"""What we do not keep and a filing needs. China: a 12315 complaint names both addresses and
shows the claimant's identity and any agent's authority (SAMR Order 121 art. 10-11)."""
_NEVER_KEPT_ELSEWHERE = ("claimant_address", "respondent_address", "authority")


def missing_items(file: LegalFile) -> tuple[str, ...]:
    """Codes of what is missing; their words are in the section ``missing``."""
    facts = file.facts
    lacks = {
        "sale_reference": not facts.sale_reference,
        "sale_amount": facts.sale_amount is None,
        "sale_at": facts.sale_at is None,
        "demand": file.demand is None,
        "answer_due": file.answer_due is None,
        "claimant_name": not file.claimant.name,
        "claimant_reach": not _can_be_reached(file.claimant),
        "respondent_name": not file.respondent.name,
        "respondent_reach": not _can_be_reached(file.respondent),
        "legal_basis": not file.legal_basis,
        "exhibits": not file.exhibits,
        "correspondence": not file.notices,
    }
    known_to_lack = tuple(code for code, lacking in lacks.items() if lacking)
    return known_to_lack + _NEVER_KEPT.get(file.jurisdiction, _NEVER_KEPT_ELSEWHERE)


def _can_be_reached(contact: Contact) -> bool:
    return bool(contact.email or contact.phone)

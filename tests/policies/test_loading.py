"""Choosing a playbook: by kind, jurisdiction and the event's date."""

from dataclasses import replace
from datetime import date

import pytest

from recourse.disputes.claims import Jurisdiction, Kind
from recourse.disputes.clocks import ClockKind
from recourse.disputes.notices import Role, Template
from recourse.disputes.playbooks import QUESTIONS, OnSilence, Playbook, Rung
from recourse.disputes.spans import Unit
from recourse.policies.errors import PolicyError
from recourse.policies.layers import JURISDICTIONS, playbooks_of
from recourse.policies.loading import Policies, all_playbooks, playbook_files, playbook_for

TODAY = date(2026, 11, 23)


def rung(playbook: Playbook, name: str, claimant: str = "customer") -> Rung:
    found = playbook.rung(name, claimant)
    assert found is not None
    return found


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
@pytest.mark.parametrize("on", [date(2020, 1, 1), date(2024, 2, 29), TODAY])
def test_every_case_has_one_playbook(kind: Kind, jurisdiction: Jurisdiction, on: date) -> None:
    """Every kind has exactly one playbook in every jurisdiction for events since 2020."""
    playbook = playbook_for(kind, jurisdiction, on)
    assert (playbook.kind, playbook.jurisdiction) == (kind, jurisdiction)
    assert playbook.holds_on(on)


@pytest.mark.parametrize(
    ("on", "amount", "unit", "source"),
    [
        (date(2026, 4, 14), 45, Unit.BUSINESS_DAYS, "SAMR Order 20"),
        (date(2026, 4, 15), 60, Unit.DAYS, "SAMR Order 121"),
    ],
)
def test_the_law_of_the_day_of_the_event(on: date, amount: int, unit: Unit, source: str) -> None:
    """Mediation takes 45 business days before 2026-04-15 and 60 calendar days from then on."""
    for kind in Kind:
        mediation = rung(playbook_for(kind, "CN", on), "regulator")
        assert (mediation.answer_within.amount, mediation.answer_within.unit) == (amount, unit)
        assert mediation.answer_within.source.startswith(source)
        assert mediation.accept_within is not None
        assert mediation.accept_within.words == "7 business days"


def test_a_day_nobody_wrote_rules_for() -> None:
    """A day without a version is refused with what is covered, never answered by another."""
    with pytest.raises(PolicyError, match=r"receipt_lost\.toml.*2019-12-31.*2020-01-01 to"):
        playbook_for(Kind.RECEIPT_LOST, "CN", date(2019, 12, 31))


def test_two_versions_on_one_day() -> None:
    """Two versions that hold on one day are refused by name: the first found is not taken."""
    other = playbook_for(Kind.RECEIPT_LOST, "UK", TODAY).model_copy(
        update={"version": "2026-01-01"}
    )
    doubled = replace(Policies.shipped(), playbooks=(*all_playbooks(), other))
    with pytest.raises(PolicyError, match=r"more than one version holds in UK.*2026-01-01"):
        doubled.playbook_for(Kind.RECEIPT_LOST, "UK", TODAY)


LADDERS = [
    (Kind.WRONG_REFUND, "CN", "customer", "tier2 acquirer_inquiry scheme_dispute regulator"),
    (Kind.WRONG_REFUND, "CN", "merchant", "tier2 acquirer_inquiry scheme_dispute"),
    (Kind.PAYMENT_REVERSED, "UK", "merchant", "tier2 acquirer_inquiry scheme_dispute"),
    (
        Kind.REFUND_NOT_RECEIVED,
        "UK",
        "customer",
        "tier2 acquirer_inquiry scheme_dispute ombudsman",
    ),
    (
        Kind.RECEIPT_NOT_PRINTED,
        "US",
        "customer",
        "tier2 acquirer_inquiry retrieval scheme_dispute regulator",
    ),
    (
        Kind.RECEIPT_LOST,
        "CN",
        "customer",
        "tier2 acquirer_inquiry retrieval regulator consumer_association",
    ),
    (Kind.RECEIPT_LOST, "EU", "customer", "tier2 acquirer_inquiry retrieval ombudsman"),
]


@pytest.mark.parametrize(("kind", "jurisdiction", "claimant", "ladder"), LADDERS)
def test_ladders(kind: Kind, jurisdiction: Jurisdiction, claimant: str, ladder: str) -> None:
    """The ladder is that of the kind, the jurisdiction and the claimant."""
    playbook = playbook_for(kind, jurisdiction, TODAY)
    assert " ".join(each.name for each in playbook.rungs(claimant)) == ladder


def test_the_merchants_second_tier_is_the_acquirers() -> None:
    """A merchant's second tier is its acquirer, a customer's is the merchant's head office."""
    playbook = playbook_for(Kind.WRONG_REFUND, "CN", TODAY)
    assert rung(playbook, "tier2", "merchant").party is Role.ACQUIRER
    assert rung(playbook, "tier2", "customer").party is Role.HIGHER_SERVICE


def test_a_lost_receipt_whose_store_is_silent() -> None:
    """A silent store is reminded twice and then its head office is asked; the store decides."""
    playbook = playbook_for(Kind.RECEIPT_LOST, "CN", TODAY)
    store = next(ask for ask in playbook.contact.asks if ask.party is Role.STORE)
    assert store.on_silence is OnSilence.ESCALATE
    assert (store.reminders, store.answer_within.words) == (2, "3 business days")
    assert playbook.rungs("customer")[0].party is Role.HIGHER_SERVICE
    assert playbook.verification.store_decides
    assert playbook.verification.decide_alone_up_to == ()
    others = [p for p in all_playbooks() if p.kind is not Kind.RECEIPT_LOST]
    assert not any(other.verification.store_decides for other in others)


def test_customers_are_asked_for_what_is_missing_only() -> None:
    """A claimant is asked for what the claim leaves out, and a customer never for what the
    acquirer's or the store's books hold."""
    ours = set(QUESTIONS[QUESTIONS.index("original_slip") : QUESTIONS.index("refund_arrival")])
    for playbook in all_playbooks():
        for ask in playbook.contact.asks:
            if ask.party is Role.CUSTOMER:
                assert not ours & set(ask.asks), playbook.id
                assert ask.only_missing or ask.claimants == ("merchant",), playbook.id


def test_greetings() -> None:
    """Without a slip nobody pays again; a merchant's own wrong refund begins with an apology."""
    greetings = {p.kind: p.contact.greeting for p in all_playbooks()}
    assert greetings == {
        Kind.RECEIPT_NOT_PRINTED: (Template.HOLD_DO_NOT_PAY_AGAIN,),
        Kind.WRONG_REFUND: (Template.WRONG_REFUND_APOLOGY,),
        Kind.REFUND_NOT_RECEIVED: (),
        Kind.PAYMENT_REVERSED: (),
        Kind.RECEIPT_LOST: (),
    }


def test_a_dispute_over_a_credit_waits() -> None:
    """A dispute over a credit not processed waits 15 days, as Visa 13.6 and 4853 demand."""
    for jurisdiction in JURISDICTIONS:
        playbook = playbook_for(Kind.REFUND_NOT_RECEIVED, jurisdiction, TODAY)
        wait = next(clock for clock in playbook.clocks if clock.name == "credit_wait")
        assert (wait.kind, wait.within.words) == (ClockKind.NOT_BEFORE, "15 days")
        assert rung(playbook, "scheme_dispute").after == "credit_wait"


def test_one_file_per_kind() -> None:
    """There is one file for each kind, named after it."""
    assert [name for name, _ in playbook_files()] == sorted(f"{kind.value}.toml" for kind in Kind)


def receipt_lost() -> str:
    return dict(playbook_files())["receipt_lost.toml"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("search_days = 7", "search_days = 99", r"CN 2020-01-01.*verification\.search_days"),
        ('unit = "business_days"', 'unit = "business_day"', r"notices\.overdue_every\.unit"),
        ('template = "ask_store"', 'template = "ask_shop"', r"contact\.asks\.1\.template"),
        ("extensions_at_most", "extension_at_most", r"contact\.extension_at_most: Extra"),
        ('"CN", "US"]', '"CN", "CH"]', r"escalation\.3\.jurisdictions: 'CH'"),
        ("CN.escalation.regulator]", "CN.escalation.samr]", r"escalation\.samr: there is no"),
        ("[[jurisdictions.EU.versions]]", "[jurisdictions.EU.v]", r"jurisdictions\.EU\.versions"),
        ("[jurisdictions.EU]", "[jurisdictions.FR]", r"jurisdictions: 'FR'"),
        ("store_decides = true", "store_decides = ", r"receipt_lost\.toml: "),
        ("2026-04-15\n\n[juris", "2019-04-15\n\n[juris", "effective_until is not after"),
    ],
)
def test_a_fault_is_named_with_file_and_field(old: str, new: str, message: str) -> None:
    """A fault in a file is told by file and field."""
    text = receipt_lost()
    assert old in text
    with pytest.raises(PolicyError, match=message) as raised:
        playbooks_of("receipt_lost.toml", text.replace(old, new, 1))
    assert str(raised.value).startswith("receipt_lost.toml")


def test_a_number_is_replaced_with_its_source() -> None:
    """An overlay replaces a span whole: a number never stands beside another's source."""
    text = receipt_lost().replace(
        "[jurisdictions.UK.legal]",
        '[jurisdictions.UK.verification]\npost_within = { amount = 3, unit = "days" }\n\n'
        "[jurisdictions.UK.legal]",
    )
    by_place = {p.jurisdiction: p for p in playbooks_of("receipt_lost.toml", text)}
    assert by_place["UK"].verification.post_within.source == ""
    assert by_place["UK"].verification.search_days == 7
    assert by_place["EU"].verification.post_within.words == "7 business days"

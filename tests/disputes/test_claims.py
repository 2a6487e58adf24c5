"""What a claim must hold together, how much it disputes, and which case it belongs to."""

from copy import deepcopy
from typing import Any

import pytest
from pydantic import ValidationError

from recourse.disputes.claims import (
    FAMILIES,
    FORMS,
    Claim,
    Family,
    Kind,
    SubKind,
    case_id,
    sale_case_id,
)
from recourse.disputes.money import Money
from recourse.disputes.notices import Role

BASE: dict[str, Any] = {
    "kind": "wrong_refund",
    "claimant": "customer",
    "customer": {"name": "王芳", "email": "wang.fang@example.com", "phone": "+86 138 0000 0000"},
    "merchant": {
        "id": "M100",
        "name": "云膳过桥米线",
        "email": "store@example.com",
        "head_office": "service@example.com",
    },
    "acquirer": "simulator",
    "sale": {"reference": "536365", "amount": {"amount": "139.12", "currency": "CNY"}},
}


def data(**changes: Any) -> dict[str, Any]:
    return {**deepcopy(BASE), **changes}


def claim(**changes: Any) -> Claim:
    return Claim.model_validate(data(**changes))


def cny(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CNY"}


def refused(**changes: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        claim(**changes)
    return str(caught.value)


def test_every_kind_has_a_family_and_forms() -> None:
    """Each kind belongs to one family, and each form to exactly one kind."""
    assert set(FAMILIES) == set(FORMS) == set(Kind)
    forms = [form for kind in Kind for form in FORMS[kind]]
    assert sorted(forms) == sorted(SubKind)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_form_belongs_to_its_kind(kind: Kind) -> None:
    """A claim takes the forms of its own kind and refuses all others."""
    for form in SubKind:
        if form in FORMS[kind]:
            assert claim(kind=kind, form=form).form is form
        else:
            assert "is not one of" in refused(kind=kind, form=form)


@pytest.mark.parametrize(
    ("kind", "refund", "disputed"),
    [
        ("wrong_refund", {"requested": "100.00", "reported": "1000.00"}, "900.00"),
        ("wrong_refund", {"requested": "88.00", "reported": "8.80"}, "79.20"),
        ("wrong_refund", {"requested": "88.00", "reported": "0.00"}, "88.00"),
        ("wrong_refund", {"requested": "88.00", "reported": "88.00"}, "88.00"),
        ("wrong_refund", {"reported": "88.00"}, "88.00"),
        ("refund_not_received", {"requested": "60.00"}, "60.00"),
        ("payment_reversed", {}, "139.12"),
    ],
)
def test_the_amount_in_dispute(kind: str, refund: dict[str, str], disputed: str) -> None:
    """The amount in dispute is the difference of a wrong refund, else what was asked, else
    the sale; it is never negative."""
    told = {name: cny(amount) for name, amount in refund.items()}
    assert claim(kind=kind, refund=told).claimed == Money.model_validate(cny(disputed))


def test_an_amount_nobody_told_is_unknown() -> None:
    """Without any amount the claim disputes an unknown one, not zero."""
    assert claim(sale={"reference": "536365"}).claimed is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sale": {"amount": cny("0.00")}}, "sale.amount must be more than zero"),
        ({"refund": {"requested": cny("-1.00")}}, "refund.requested must be more than zero"),
        ({"refund": {"reported": cny("-1.00")}}, "refund.reported must be more than zero"),
        (
            {"refund": {"requested": {"amount": "1.00", "currency": "USD"}}},
            "refund.requested is in another currency than sale.amount",
        ),
        ({"sale": {"card_last4": "4242"}}, "sale needs a reference"),
        ({"sale": {"rrn": "632310951687"}}, "sale needs a reference"),
        ({"customer": {"name": "王芳"}}, "customer.email or customer.phone is needed"),
        ({"sale": {"reference": "1", "at": "2026-11-20T12:31:00"}}, "timezone"),
        ({"sale": {"reference": "1", "card_last4": "42"}}, "pattern"),
        ({"shop": "x"}, "shop"),
        ({"evidence": [{"kind": "slip"}]}, "digest"),
    ],
)
def test_what_does_not_hang_together_is_refused(changes: dict[str, Any], reason: str) -> None:
    """Amounts above zero in one currency, a sale that can be found, a claimant who can be
    answered, and no key that is not known."""
    assert reason in refused(**changes)


def test_a_lost_receipt_needs_nothing_of_the_sale() -> None:
    """Only a lost receipt may come without anything to find the sale by."""
    assert claim(kind="receipt_lost", sale={}).claimed is None
    for kind in set(Kind) - {Kind.RECEIPT_LOST}:
        assert "sale needs" in refused(kind=kind, sale={})


def test_a_merchant_needs_no_customer_address() -> None:
    """A store may claim without knowing how its customer is reached."""
    made = claim(claimant="merchant", customer={})
    assert made.claimant_role is Role.STORE
    assert claim().claimant_role is Role.CUSTOMER


@pytest.mark.parametrize("place", ["story", "name", "key"])
def test_a_card_number_is_refused_and_not_repeated_by_its_rule(place: str) -> None:
    """A full card number in any field, or as a key, refuses the claim by naming the place."""
    number = "4111 1111 1111 1111"
    by_place: dict[str, dict[str, Any]] = {
        "story": {"story": f"卡号{number}"},
        "name": {"customer": {**BASE["customer"], "name": number}},
        "key": {number: "x"},
    }
    with pytest.raises(ValidationError) as caught:
        claim(**by_place[place])
    (error,) = caught.value.errors()
    where = {"story": "story", "name": "customer.name", "key": "(a key)"}[place]
    assert f"{where} holds a full card number" in error["msg"]
    assert "1111" not in error["msg"]


def test_claims_about_one_sale_meet() -> None:
    """Claims of one family about one sale are one case, whoever tells what about it; of
    another family, sale or acquirer they are another."""
    one = case_id(claim())
    assert case_id(claim(kind="refund_not_received", claimant="merchant", story="x")) == one
    assert sale_case_id("simulator", "536365", Family.REFUND) == one
    others = {
        case_id(claim(kind="payment_reversed")),
        case_id(claim(sale={"reference": "536366"})),
        case_id(claim(acquirer="other")),
        case_id(claim(), 2),
    }
    assert len(others | {one}) == 5


def test_without_a_sale_a_claim_is_its_own_case() -> None:
    """Until the sale is known the same words are the same case, by whatever channel."""
    lost = claim(kind="receipt_lost", sale={"amount": cny("77.50")})
    again = claim(kind="receipt_lost", sale={"amount": cny("77.50")}, channel="mail")
    other = claim(kind="receipt_lost", sale={"amount": cny("77.51")})
    assert case_id(lost) == case_id(again)
    assert lost.digest == again.digest
    assert case_id(lost) != case_id(other)


def test_a_retrieval_reference_names_a_sale_with_its_day() -> None:
    """An RRN names one sale only together with a time; a reference does by itself."""
    with_time = {"rrn": "632310951687", "at": "2026-11-19T10:50:58+08:00"}
    assert claim(sale=with_time).sale.identity == "rrn:632310951687"
    assert claim(sale={"rrn": "632310951687", "amount": cny("1.00")}).sale.identity == ""


@pytest.mark.parametrize("generation", [1, 2, 17])
def test_a_case_id_can_be_read_out(generation: int) -> None:
    """A case id is twelve letters in groups, none of which is taken for another sign."""
    head, *groups = case_id(claim(), generation).split("-")
    assert head == "RC"
    assert [len(group) for group in groups[:3]] == [4, 4, 4]
    assert not set("ILOU") & set("".join(groups[:3]))
    assert groups[3:] == ([] if generation == 1 else [str(generation)])


def test_each_party_is_reached_where_the_claim_says() -> None:
    """Store, head office and customer have the addresses told; who was not told has none."""
    made = claim()
    assert made.contact(Role.CUSTOMER).email == "wang.fang@example.com"
    assert made.contact(Role.STORE).email == "store@example.com"
    assert made.contact(Role.HIGHER_SERVICE).email == "service@example.com"
    assert made.contact(Role.PLATFORM).email == ""
    assert made.contact(Role.REGULATOR).email == ""


def test_a_claim_reads_back() -> None:
    """A claim as it is stored is the claim that was made."""
    made = claim(refund={"requested": cny("10.00")}, form="too_much")
    assert Claim.model_validate_json(made.model_dump_json()) == made
    assert Claim.model_validate(made.model_dump(mode="json")).digest == made.digest

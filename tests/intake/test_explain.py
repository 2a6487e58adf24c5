"""Every mistake becomes a sentence that names the field and what would be right."""

import re
from typing import Any

import pytest

from recourse.disputes.pan import contains_card_data
from recourse.intake.errors import BadClaim
from recourse.intake.explain import PATTERNS, claim_from
from recourse.intake.files import read_claims_from
from recourse.intake.schema import claim_schema
from tests.intake.samples import CARD, CLAIM, changed

EVIDENCE = f"evidence: [{{kind: slip, name: a, digest: '{'0' * 64}', size: 1}}]\nstory:"


def sentence(text: str) -> str:
    with pytest.raises(BadClaim) as caught:
        read_claims_from(text.encode(), "application/yaml", source="claim.yaml")
    return str(caught.value).splitlines()[0]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("acquirer:", "aquirer:", "line 5: aquirer is not a known key; did you mean acquirer?"),
        ("card_last4", "card", "line 10: sale.card is not a known key; known are reference, rrn"),
        (
            "name: 王芳, ",
            "nmae: 王芳, ",
            "line 3: customer.nmae is not a known key; did you mean name?",
        ),
        ("acquirer: simulator\n", "", "line 1: acquirer is missing; name the acquirer as in"),
        ("id: M100, ", "", "line 4: merchant.id is missing; give the merchant's id"),
        (
            "139.12",
            "139.123",
            "sale.amount.amount has more digits after the point than CNY has (2);",
        ),
        (
            "139.12",
            "'1,039.12'",
            "sale.amount.amount is not a number; write for example 139.12, with",
        ),
        ("139.12", "1e999999", "line 8: sale.amount.amount is larger than any card payment"),
        ("139.12", "-1", "sale.amount must be more than zero"),
        (
            "currency: CNY}\n  at",
            "currency: RMB}\n  at",
            "sale.amount.currency is not a currency that exists; use an ISO 4217 code such as C",
        ),
        ("currency: CNY}\n  at", "currency: jpy}\n  at", "ISO 4217 code such as JPY"),
        ("{amount: 139.12, currency: CNY}", "{amount: 139.12}", "sale.amount.currency is missing"),
        ("{amount: 139.12, currency: CNY}", "{currency: CNY}", "sale.amount.amount is missing"),
        (
            "{amount: 139.12, currency: CNY}",
            "139.12",
            "line 8: sale.amount is not money; write for",
        ),
        (
            "{amount: 139.12,",
            "{amuont: 139.12,",
            "sale.amount.amuont is not a known key; did you mean amount?",
        ),
        (
            "currency: CNY}\n  at",
            "currency: CNY, minor: 1}\n  at",
            "sale.amount.amount and minor disagree",
        ),
        (
            "+08:00",
            "",
            "9: sale.at has no time zone; give the zone, for example 2026-11-20T12:31:00+08:00",
        ),
        ("2026-11-20T12:31:00+08:00", "2026-11-20", "sale.at has no time zone"),
        ("2026-11-20T12:31:00+08:00", "20261120", "line 9: sale.at is not a date and time"),
        ("2026-11-20T12:31:00+08:00", "1763612345", "sale.at is not a date and time"),
        ("2026-11-20T12:31:00+08:00", "2026-13-20T12:31:00Z", "sale.at is not a date and time"),
        (
            "wrong_refund",
            "refund_wrong",
            "line 1: kind is not one of the known words; use wrong_refund, refund_not",
        ),
        (
            "claimant: customer",
            "claimant: me",
            "claimant is not one of the known words; use customer or merchant",
        ),
        ("0042", "42", "line 10: sale.card_last4 is not written as expected; give four digits"),
        (
            "wang.fang@example.com",
            "wang.fang",
            "customer.email is not written as expected; give an address such as",
        ),
        (", email: wang.fang@example.com", "", "customer.email or customer.phone is needed"),
        (
            "customer: {name: 王芳, email: wang.fang@example.com}",
            "customer: 王芳",
            "customer is not a mapping of names to values; it holds name, email, phone",
        ),
        ("acquirer: simulator", "acquirer: [a]", "acquirer is not text"),
        ("退款多退了一个零", "x" * 8001, "story is too long; use at most 8000 characters"),
        (
            "kind: wrong_refund",
            "kind: wrong_refund\nform: damaged",
            "form 'damaged' is not one of wrong_refund: too_much",
        ),
        ("story:", "evidence: {}\nstory:", "evidence is not a list"),
        ("story:", "evidence: [{kind: slip}]\nstory:", "evidence[0].name is missing"),
        (
            "story:",
            EVIDENCE.replace("0" * 64, "x"),
            "evidence[0].digest is not written as expected; give 64 hex",
        ),
        (
            "story:",
            EVIDENCE.replace("size: 1", "size: x"),
            "evidence[0].size is not a whole number",
        ),
    ],
)
def test_a_mistake_is_named_with_what_would_be_right(old: str, new: str, expected: str) -> None:
    """The first sentence names the line, the field and the remedy."""
    assert expected in sentence(changed(old, new))


def test_an_unknown_key_explains_the_missing_one() -> None:
    """A misspelt key is told once, not a second time as the field that is missing."""
    with pytest.raises(BadClaim) as caught:
        read_claims_from(changed("claimant:", "claimnt:").encode(), "application/yaml")
    assert str(caught.value) == "line 2: claimnt is not a known key; did you mean claimant?"


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("退款多退了一个零", f"卡号{CARD}", "story"),
        ("退款多退了一个零", "４１１１１１１１１１１１１１１１", "story"),
        ("王芳", CARD, "customer.name"),
        ("139.12", CARD, "sale.amount.amount"),
        ("story", f"{CARD}", "(a key)"),
        ("story: ", f"{CARD}: {CARD} ", "(a key)"),
        ("story", f"王芳: {{x: {CARD}}}\nstory", "(a key).x"),
    ],
)
def test_a_card_number_is_refused_and_never_repeated(old: str, new: str, place: str) -> None:
    """A full card number anywhere is refused by its place; the sentence does not hold it."""
    text = sentence(changed(old, new))
    assert f"{place} holds a full card number or security code; give the last four" in text
    assert not contains_card_data(text)


PERSONAL = "王芳13800000000"


@pytest.mark.parametrize(
    "text",
    [line for line in CLAIM.splitlines() if ": " in line and "story" not in line],
)
def test_a_sentence_never_repeats_a_value(text: str) -> None:
    """Whatever stands in the wrong place, no message repeats it."""
    key, _, value = text.partition(": ")
    for wrong in (f"{key}: {PERSONAL}<", f"{PERSONAL}: {value}", f"{key}: {{{PERSONAL}: 1}}"):
        with pytest.raises(BadClaim) as caught:
            read_claims_from(CLAIM.replace(text, wrong).encode(), "application/yaml")
        assert "王芳" not in str(caught.value)
        assert "138" not in str(caught.value)


def test_every_pattern_has_words() -> None:
    """No regular expression of the claim model is left without an explanation."""

    def patterns(schema: Any) -> set[str]:
        if isinstance(schema, dict):
            own = {schema["pattern"]} if isinstance(schema.get("pattern"), str) else set()
            return own.union(*map(patterns, schema.values()))
        return set().union(*map(patterns, schema)) if isinstance(schema, list) else set()

    assert patterns(claim_schema()) <= set(PATTERNS)


def test_data_from_other_doors_is_judged_alike() -> None:
    """A form or an API reads a claim by the same rules and says the same."""
    with pytest.raises(BadClaim, match=re.escape("kind is missing")):
        claim_from({"claimant": "customer"})
    with pytest.raises(BadClaim, match="mapping"):
        claim_from(["kind"])

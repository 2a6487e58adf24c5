"""Which rules set a clock for a case, and why the others do not."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.disputes.balls import Ball
from recourse.disputes.claims import Jurisdiction, Kind
from recourse.disputes.clocks import ClockKind, Effect
from recourse.disputes.rules import (
    Anchor,
    Facts,
    Finding,
    Rule,
    Standing,
    When,
    applying,
    resolve,
)
from recourse.disputes.spans import Span, Unit
from recourse.policies.loading import Policies, calendar_named
from tests.disputes.building import NOW

POLICIES = Policies.shipped()
PLACES: tuple[Jurisdiction, ...] = get_args(Jurisdiction)


def told(**known: Any) -> Facts:
    """What is known of a claim of a customer about a sale ten days ago."""
    known = {"kind": "refund_not_received", "claimant": "customer", "jurisdiction": "CN"} | known
    return Facts.model_validate({"opened": NOW, "sale": NOW - timedelta(days=10)} | known)


def findings(facts: Facts, day: date = date(2026, 11, 20)) -> tuple[Finding, ...]:
    place: Any = facts.jurisdiction
    playbook = POLICIES.playbook_for(Kind(facts.kind), place, day)
    return resolve(playbook.clocks, facts, POLICIES.calendar_named(playbook.calendar))


def standing_of(found: tuple[Finding, ...], name: str, regime: str) -> tuple[Standing, str]:
    (one,) = [f for f in found if (f.rule.name, f.rule.regime) == (name, regime)]
    return one.standing, one.fact


@given(
    st.sampled_from(Kind),
    st.sampled_from(PLACES),
    st.sampled_from(("customer", "merchant")),
    st.sampled_from(("", "merchant", "payment_institution", "bank")),
    st.sampled_from(("", "visa", "mastercard", "unionpay", "jcb")),
    st.sampled_from(("", "debit", "credit", "prepaid")),
    st.none() | st.integers(1, 40) | st.integers(1, 2400),
    st.none() | st.integers(1, 40) | st.integers(1, 2400),
    st.none() | st.integers(0, 10),
)
def test_whatever_is_known_every_rule_is_found_once(
    kind: Kind,
    place: Jurisdiction,
    claimant: str,
    institution: str,
    brand: str,
    funding: str,
    sold: int | None,
    refunded: int | None,
    demanded: int | None,
) -> None:
    """Every rule in force has exactly one finding; of one name at most one applies; those that
    apply stand first, strictest first, and are those that set clocks; nothing that applies or
    waits has a condition that fails."""
    facts = Facts(
        kind=kind.value,
        claimant=claimant,
        jurisdiction=place,
        institution=institution,
        brand=brand,
        funding=funding,
        opened=NOW,
        sale=sold and NOW - timedelta(days=sold),
        refund=refunded and NOW - timedelta(days=refunded),
        demands=() if demanded is None else (NOW + timedelta(days=demanded),),
    )
    rules = POLICIES.rules_for(kind, place)
    found = resolve(rules, facts, POLICIES.calendar_named(place))
    held = POLICIES.rules_for(kind, place, facts.day)
    assert sorted(map(repr, held)) == sorted(repr(f.rule) for f in found)
    first = [f for f in found if f.standing is Standing.APPLIES]
    assert found[: len(first)] == tuple(first)
    assert {f.rule.name: f.rule for f in first} == {r.name: r for r in applying(rules, facts)}
    assert len({f.rule.name for f in first}) == len(first)
    dues = [f.due for f in first if f.due is not None]
    assert dues == sorted(dues)
    assert len(dues) == len(first)
    for each in found:
        fails = each.rule.when.fails(facts)
        assert (fails is not None) == (each.standing is Standing.DOES_NOT_APPLY)
    assert "answer" in {f.rule.name for f in first}  # somebody always answers for the claim


def test_what_is_not_known_is_waited_for() -> None:
    """A rule of a card scheme waits until the scheme is known, and then applies or does not."""
    window = ("scheme_window", "visa")
    unknown = told(jurisdiction="UK", refund=NOW)
    assert standing_of(findings(unknown), *window) == (Standing.WAITS, "brand")
    visa = unknown.model_copy(update={"brand": "visa"})
    assert standing_of(findings(visa), *window)[0] is Standing.APPLIES
    other = unknown.model_copy(update={"brand": "unionpay"})
    assert standing_of(findings(other), *window) == (Standing.DOES_NOT_APPLY, "brand")


@pytest.mark.parametrize(
    ("facts", "name", "regime", "why"),
    [
        ({"institution": "bank"}, "answer", "CN", (Standing.APPLIES, "")),
        ({"institution": "merchant"}, "answer", "CN", (Standing.DOES_NOT_APPLY, "institution")),
        ({"institution": "bank"}, "answer", "house", (Standing.GIVES_WAY, "CN")),
        ({"claimant": "merchant"}, "authority_window", "CN", (Standing.DOES_NOT_APPLY, "claimant")),
        (
            {"jurisdiction": "US", "funding": "debit"},
            "issuer_acknowledgement",
            "US",
            (Standing.DOES_NOT_APPLY, "funding"),
        ),
        (
            {"jurisdiction": "US", "funding": "credit"},
            "issuer_acknowledgement",
            "US",
            (Standing.APPLIES, ""),
        ),
    ],
)
def test_each_finding_says_on_account_of_what(
    facts: dict[str, str], name: str, regime: str, why: tuple[Standing, str]
) -> None:
    """Not a yes or no: the fact that decides."""
    assert standing_of(findings(told(**facts)), name, regime) == why


def test_the_version_is_that_of_the_event_and_not_of_today() -> None:
    """The three years of Order 121 bind from its first day on; of limitation the version of the
    day holds, and never two."""

    def in_force(name: str, day: date) -> list[str]:
        rules = POLICIES.rules_for(Kind.WRONG_REFUND, "CN", day)
        return [r.within.source for r in rules if (r.name, r.regime) == (name, "CN")]

    assert in_force("authority_window", date(2026, 4, 14)) == []
    assert len(in_force("authority_window", date(2026, 4, 15))) == 1
    (former,) = in_force("limitation", date(2020, 12, 31))
    (present,) = in_force("limitation", date(2021, 1, 1))
    assert former != present
    assert "Civil Code" in present


def test_of_the_versions_of_a_rule_that_of_the_day_of_the_event_applies() -> None:
    """A case has every version with it; of the event as it is known then, by the days of the
    place, at most one applies, and the others are no findings."""
    rules = POLICIES.playbook_for(Kind.WRONG_REFUND, "CN", date(2026, 11, 20)).clocks
    zone = POLICIES.calendar_named("CN").zone
    assert len([r for r in rules if (r.name, r.regime) == ("limitation", "CN")]) == 2
    new_year = datetime(2020, 12, 31, 16, tzinfo=UTC)
    for moment, source in ((new_year, "Art. 188; a"), (new_year - timedelta(seconds=1), "before")):
        facts = told(kind="wrong_refund", sale=moment, time_zone=zone)
        (limitation,) = [r for r in applying(rules, facts) if r.name == "limitation"]
        assert source in limitation.within.source
        found = resolve(rules, facts, POLICIES.calendar_named("CN"))
        assert [f.rule for f in found if f.rule.name == "limitation"] == [limitation]
    unknown = told(kind="wrong_refund", sale=None, time_zone=zone)
    assert "authority_window" in {r.name for r in rules if r.holds_on(unknown.day)}
    refunded = told(kind="wrong_refund", sale=new_year, refund=NOW, time_zone=zone)
    assert refunded.day == unknown.day == NOW.date()


def a_rule(**given: Any) -> Rule:
    told: dict[str, Any] = {
        "name": "answer",
        "regime": "house",
        "kind": ClockKind.MUST_BY,
        "owner": Ball.US,
        "within": Span(amount=3, unit=Unit.DAYS, source="house"),
        "effect": Effect.WARN,
    }
    return Rule.model_validate(told | given)


def test_a_rule_without_its_moment_sets_no_clock() -> None:
    """What counts from the refund waits while no refund is known; the wider rule of its name
    holds meanwhile."""
    wide = a_rule()
    close = a_rule(anchor=Anchor.REFUND, when=When(jurisdiction=("CN",)), regime="CN")
    calendar = calendar_named("CN")
    found = resolve((wide, close), told(), calendar)
    assert [(f.rule.regime, f.standing, f.fact) for f in found] == [
        ("house", Standing.APPLIES, ""),
        ("CN", Standing.WAITS, "refund"),
    ]
    assert close.clock(told(), NOW, calendar) is None
    found = resolve((wide, close), told(refund=NOW - timedelta(days=2)), calendar)
    assert [(f.rule.regime, f.standing, f.fact) for f in found] == [
        ("CN", Standing.APPLIES, ""),
        ("house", Standing.GIVES_WAY, "CN"),
    ]


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"effect": Effect.BAR}, "effect bar needs the rungs"),
        ({"effect": Effect.OPEN}, "not_before and effect open go together"),
        ({"kind": ClockKind.NOT_BEFORE}, "not_before and effect open go together"),
        (
            {"effective_from": date(2026, 1, 1), "effective_until": date(2026, 1, 1)},
            "effective_until is not after effective_from",
        ),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(given: dict[str, Any], fault: str) -> None:
    """Each refusal names the rule."""
    with pytest.raises(ValueError, match=f"rule answer: {fault}"):
        a_rule(**given)

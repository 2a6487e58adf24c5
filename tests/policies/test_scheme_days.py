"""A scheme counts its own days: no law of the place of a case moves the end of its window."""

from datetime import UTC, date, datetime

import pytest

from recourse.disputes.actions import Actor
from recourse.disputes.actions.base import Situation
from recourse.disputes.actions.times import Extend
from recourse.disputes.balls import Ball
from recourse.disputes.case_facts import facts_of
from recourse.disputes.claims import Kind
from recourse.disputes.clocks import Clock, recounted
from recourse.disputes.consequences import adopted
from recourse.disputes.rules import resolve
from recourse.policies.loading import Policies, regime_files
from recourse.policies.packs import Pack, pack_of
from tests.disputes.building import NOW, PRICE, a_claim, cny
from tests.disputes.living import Life

POLICIES = Policies.shipped()


def life(place: str, brand: str, at: datetime, kind: Kind = Kind.WRONG_REFUND) -> Life:
    """A customer's case in a place about a sale, and a refund, at a moment."""
    sale = {
        "reference": "5",
        "amount": cny(PRICE),
        "at": at,
        "card_last4": "4242",
        "card_brand": brand,
    }
    claim = a_claim(kind, jurisdiction=place, sale=sale, refund={"at": at})
    playbook, calendar = POLICIES.for_claim(claim, NOW.date())
    lived = Life(claim, playbook=playbook, calendar=calendar)
    lived.ball(Ball.MERCHANT)
    return lived


def window(place: str, brand: str, at: datetime) -> Clock:
    return life(place, brand, at).clock("scheme_window")


@pytest.mark.parametrize(
    ("place", "brand", "due"),
    [
        # The hundred and twentieth day is 1 October, the first of eight days free in China.
        ("CN", "visa", "2026-10-01T16:00:00+00:00"),
        ("UK", "visa", "2026-10-01T23:00:00+00:00"),
        ("CN", "mastercard", "2026-10-01T16:00:00+00:00"),
        ("UK", "mastercard", "2026-10-01T23:00:00+00:00"),
        # The hundred and eightieth, 30 November, in Beijing wherever the case is.
        ("CN", "unionpay", "2026-11-30T16:00:00+00:00"),
        ("UK", "unionpay", "2026-11-30T16:00:00+00:00"),
    ],
)
def test_a_window_ends_on_its_day_in_every_place(place: str, brand: str, due: str) -> None:
    """What binds in China rolls over the holidays there; what Visa, Mastercard and UnionPay
    count does not: who believed it had eight days more would have lost the right."""
    clock = window(place, brand, datetime(2026, 6, 3, 4, tzinfo=UTC))
    assert clock.due.isoformat() == due


def test_unionpay_counts_by_the_date_in_beijing() -> None:
    """A sale at half past eleven at night in Beijing settles with the next day there, though
    in London it is still the afternoon before: the window is the same in both cases."""
    late = datetime(2026, 5, 20, 15, 30, tzinfo=UTC)
    assert window("UK", "unionpay", late).due == window("CN", "unionpay", late).due
    # From 21 May: the hundred and eightieth day is 17 November.
    assert window("UK", "unionpay", late).due.isoformat() == "2026-11-17T16:00:00+00:00"


def test_the_law_of_the_place_still_rolls() -> None:
    """Limitation in China, Visa's window and a store's answer run side by side, each by its
    own days: three years to Sunday 4 October 2026 end after the holidays, on the eighth."""
    sold = datetime(2023, 10, 4, 4, tzinfo=UTC)
    lived = life("CN", "visa", sold)
    assert lived.clock("limitation").due.isoformat() == "2026-10-08T16:00:00+00:00"
    assert lived.clock("scheme_window").due.isoformat() == "2024-02-01T16:00:00+00:00"


def test_a_window_is_never_provisional() -> None:
    """When China publishes its holidays, limitation may move; a scheme's window does not."""
    lived = life("CN", "visa", datetime(2026, 11, 13, 1, tzinfo=UTC))
    calendar = lived.case.calendar
    assert lived.clock("scheme_window").due.year == 2027
    assert lived.clock("limitation").provisional(calendar)
    assert not lived.clock("scheme_window").provisional(calendar)
    findings = resolve(lived.case.playbook.clocks, facts_of(lived.case), calendar)
    (found,) = [f for f in findings if (f.rule.name, f.rule.regime) == ("scheme_window", "visa")]
    assert (found.due, found.provisional) == (lived.clock("scheme_window").due, False)


def test_adopting_a_new_calendar_moves_the_law_and_not_the_window() -> None:
    """A day that turns out to be free moves what rolls over it, and no scheme's day."""
    lived = life("CN", "visa", datetime(2026, 11, 13, 1, tzinfo=UTC))
    before = {name: clock.due for name, clock in lived.case.clocks.items()}
    last = date(2027, 3, 13)  # of the window
    law = date(2029, 11, 13)
    calendar = lived.case.calendar
    free = calendar.model_validate(
        calendar.model_dump() | {"version": "2", "holidays": (*calendar.holidays, last, law)}
    )
    clocks, stopped = adopted(lived.case, lived.case.playbook.clocks, free, lived.now)
    moved = {clock.name: clock.due for clock in clocks if clock.due != before[clock.name]}
    assert stopped == ()
    assert "limitation" in moved
    assert "scheme_window" not in moved


HOUSE = dict(regime_files())["house.toml"]
PLAIN = HOUSE.replace('title = "', 'rolls = false\ntitle = "')


def test_more_time_is_counted_in_the_days_of_the_rule() -> None:
    """A goal that an operator counts without looking at holidays is extended in the same days:
    its end rolls no more than it did."""
    claim = a_claim(jurisdiction="CN")
    playbook, calendar = POLICIES.for_claim(claim, NOW.date())
    (ours,) = [
        rule
        for rule in pack_of("house.toml", PLAIN).rules
        if rule.name == "answer" and "CN" in rule.when.jurisdiction
    ]
    others = tuple(rule for rule in playbook.clocks if rule.name != "answer")
    lived = Life(
        claim, playbook=playbook.model_copy(update={"clocks": (*others, ours)}), calendar=calendar
    )
    lived.ball(Ball.US)
    assert lived.clock("answer").due.isoformat() == "2026-12-08T16:00:00+00:00"
    at = Situation(case=lived.case, now=lived.now, actor=Actor(name="li", role="supervisor"))
    (more,) = Extend(clock="answer", days=25, reason="the bank is asked").events(at)
    lived.record(more)
    # Saturday 2 January: free in China.
    longer = lived.clock("answer")
    assert longer.due.isoformat() == "2027-01-02T16:00:00+00:00"
    # Counted anew, it is due when it was: what was granted keeps its own days.
    assert recounted(longer, ours.within, lived.now, calendar).due == longer.due


def test_a_pack_says_for_all_its_limits_by_which_days() -> None:
    """What a pack says of days holds for the time limits of its rules and their longer steps
    that are counted by dates, unless one of them says otherwise; for a warning never."""

    def pack(*, own: str = "") -> Pack:
        return pack_of(
            "bank.toml",
            f"""
            regime = "bank"
            title = "A card scheme"
            rolls = false
            zone = "Asia/Tokyo"
            [[rules]]
            name = "file"
            kind = "must_by"
            owner = "issuer"
            within = {{ amount = 30, unit = "days", source = "house"{own} }}
            warn_before = {{ amount = 3, unit = "days", source = "house" }}
            effect = "warn"
            [[rules.longer]]
            within = {{ amount = 3, unit = "months", source = "house" }}
            needs = "consent"
            [[rules.longer]]
            within = {{ amount = 90, unit = "business_days", source = "house" }}
            needs = "consent"
            """,
        )

    (rule,) = pack().rules
    assert [(s.rolls, s.zone) for s in rule.spans()] == [
        (False, "Asia/Tokyo"),
        (False, "Asia/Tokyo"),
        (None, ""),
    ]
    assert rule.warn_before is not None
    assert (rule.warn_before.rolls, rule.warn_before.zone) == (None, "")
    (other,) = pack(own=', rolls = true, zone = ""').rules
    assert (other.within.rolls, other.within.zone) == (True, "")

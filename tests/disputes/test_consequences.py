"""What clocks do by themselves: once, at once, and nothing that was done already."""

from collections import Counter
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from recourse.disputes import events as ev
from recourse.disputes.balls import Ball
from recourse.disputes.consequences import consequences
from recourse.disputes.events import Event
from recourse.disputes.matching import Grade
from recourse.disputes.notices import Delivery, Role
from recourse.disputes.vocabulary import Outcome
from tests.disputes.building import NOW, a_claim, a_sale
from tests.disputes.living import Life
from tests.disputes.situations import LETTER

DEMAND = ev.DemandSent(
    to=Role.STORE, document=LETTER, delivery=Delivery(message_id="<1@x>", state="sent")
)
HAPPENINGS = st.one_of(
    st.sampled_from(Ball).map(lambda ball: ("ball", ball)),
    st.integers(1, 40).map(lambda days: ("days", days)),
    st.sampled_from(("sale", "demand", "reopen")).map(lambda what: (what, None)),
)


def lived(life: Life, what: str, given_: object) -> Event | None:
    match what:
        case "ball":
            assert isinstance(given_, Ball)
            event: Event = ev.StepTaken(step=life.case.step, ball=given_)
        case "days":
            assert isinstance(given_, int)
            life.passing(days=given_)
            return None
        case "sale":
            event = ev.SaleFound(
                sale=a_sale(card_brand="VISA", card_funding="debit"), grade=Grade.EXACT
            )
        case "demand":
            event = DEMAND
        case _:
            life.record(ev.OutcomeReached(outcome=Outcome.REJECTED))
            life.record(ev.Closed(outcome=Outcome.REJECTED))
            life.passing(days=30)
            event = ev.Reopened(reason="x")
    life.record(event)
    return event


@given(st.sampled_from(("CN", "UK", "US", "EU")), st.lists(HAPPENINGS, max_size=12))
@settings(max_examples=150, deadline=None)
def test_nothing_is_done_twice(place: str, happenings: list[tuple[str, object]]) -> None:
    """After everything that follows has been recorded, nothing more follows; each rule begins
    once, or once more after a reopening; whoever asks again changes nothing."""
    life = Life(a_claim(jurisdiction=place), institution="bank")
    life.ball(Ball.US)
    reopened = 0
    for what, given_ in happenings:
        lived(life, what, given_)
        reopened += what == "reopen"
        last = life.entries[-1].event
        if not isinstance(last, ev.DemandSent | ev.Reopened):
            assert consequences(life.case, last, life.now) == ()
    begun = Counter(
        entry.event.clock.name
        for entry in life.happened(ev.ClockStarted)
        if isinstance(entry.event, ev.ClockStarted)
    )
    assert begun
    assert max(begun.values()) <= 1 + reopened
    for clock in life.case.clocks.values():
        stands = life.case.ball in clock.pauses_while
        assert clock.state != "paused" or stands or life.case.outcome is not None
        assert clock.state != "running" or not stands


def test_what_follows_comes_with_what_it_follows() -> None:
    """A clock of a scheme begins in the moment in which the scheme is known."""
    life = Life(a_claim(jurisdiction="UK", refund={"at": NOW - timedelta(days=3)}))
    life.ball(Ball.US)
    assert "scheme_window" not in life.case.clocks
    life.passing(days=2, hours=3)
    life.record(ev.SaleFound(sale=a_sale(card_brand="VISA"), grade=Grade.EXACT))
    found = life.happened(ev.SaleFound)[0]
    begun = [entry for entry in life.happened(ev.ClockStarted) if entry.seq > found.seq]
    names = [e.event.clock.name for e in begun if isinstance(e.event, ev.ClockStarted)]
    assert sorted(names) == ["scheme_cap", "scheme_window"]
    assert {entry.at for entry in begun} == {found.at} == {NOW + timedelta(days=2, hours=3)}
    assert {entry.by for entry in begun} == {"clock"}

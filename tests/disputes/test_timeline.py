"""The timeline: whoever changes it is found out, and where."""

import hashlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from recourse.disputes import events as ev
from recourse.disputes.claims import Kind
from recourse.disputes.events import Event
from recourse.disputes.timeline import (
    GENESIS,
    BrokenChain,
    Entry,
    digest_of,
    entry_after,
    verify,
)
from tests.disputes.building import NOW, a_claim, entries_of
from tests.disputes.strategies import EVENTS, any_event, timelines

Timeline = tuple[Entry, ...]
TIMELINE: TypeAdapter[Timeline] = TypeAdapter(Timeline)


def broken_at(entries: Timeline) -> int:
    """The entry at which a timeline does not verify; 0 when it does."""
    try:
        verify(entries)
    except BrokenChain as broken:
        return broken.seq
    return 0


@given(timelines())
def test_what_was_written_verifies(entries: Timeline) -> None:
    """A timeline that nobody touched verifies, whatever happened."""
    verify(entries)
    assert entries[0].prev == GENESIS
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))


@given(timelines(most=8), st.data())
def test_a_changed_entry_is_found(entries: Timeline, data: st.DataObject) -> None:
    """Whatever of an entry is changed, that very entry does not verify."""
    place = data.draw(st.integers(0, len(entries) - 1))
    entry = entries[place]
    other = data.draw(any_event.filter(lambda event: event != entry.event))
    change: dict[str, object] = data.draw(
        st.sampled_from(
            [
                {"at": entry.at + timedelta(microseconds=1)},
                {"by": f"{entry.by}x"},
                {"event": other},
                {"request": f"{entry.request}x"},
                {"seq": entry.seq + 1},
                {"prev": "f" * 64},
                {"digest": "f" * 64},
            ]
        )
    )
    forged = entry.model_copy(update=change)
    assert broken_at((*entries[:place], forged, *entries[place + 1 :])) == place + 1


@given(timelines(most=8), st.data())
def test_a_removed_entry_is_found(entries: Timeline, data: st.DataObject) -> None:
    """A removed entry is found where the next one stands in its place. What is cut off the
    end is seen only by who kept the last digest: a case's result does."""
    place = data.draw(st.integers(0, len(entries) - 1))
    left = (*entries[:place], *entries[place + 1 :])
    assert broken_at(left) == (place + 1 if place < len(entries) - 1 else 0)


@given(timelines(most=8), any_event, st.data())
def test_an_entry_put_in_is_found(entries: Timeline, event: Event, data: st.DataObject) -> None:
    """An entry put in, chained to the one before it as it should be, breaks at the next."""
    place = data.draw(st.integers(1, len(entries)))
    before = entries[place - 1]
    forged = entry_after(before, before.at, "agent:mallory", event)
    found = broken_at((*entries[:place], forged, *entries[place:]))
    assert found == (place + 2 if place < len(entries) else 0)


@given(timelines(most=8), st.data())
def test_entries_in_another_order_are_found(entries: Timeline, data: st.DataObject) -> None:
    """Two entries that change places are found at the first of them."""
    if len(entries) < 2:
        return
    place = data.draw(st.integers(0, len(entries) - 2))
    swapped = [*entries]
    swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]
    assert broken_at(tuple(swapped)) == place + 1


def test_a_gap_in_the_numbers_is_found() -> None:
    """Entries that are chained as they should be, and numbered as if one were missing."""
    first = entry_after(None, NOW, "recourse", ev.Noted(text="x"))
    numbered = first.model_copy(update={"seq": 2})
    assert broken_at((first, entry_after(numbered, NOW, "recourse", ev.Noted(text="y")))) == 2


@given(timelines(most=12))
def test_digests_survive_json(entries: Timeline) -> None:
    """What is stored as JSON and read again is the same timeline, and verifies."""
    read = TIMELINE.validate_json(TIMELINE.dump_json(entries))
    assert read == entries
    verify(read)


@pytest.mark.parametrize("kind", list(EVENTS), ids=lambda kind: str(kind.__name__))
def test_every_event_survives_json(kind: type[Event]) -> None:
    """Every kind of event reads back as what it was, with the same digest."""

    @given(EVENTS[kind])
    def round_trip(event: Event) -> None:
        entry = entry_after(None, NOW, "recourse", event)
        read = Entry.model_validate_json(entry.model_dump_json())
        assert type(read.event) is kind
        assert read == entry
        verify((read,))

    round_trip()


def test_times_in_another_zone_survive_json() -> None:
    """The zone a claimant's time was written in is part of what he said, and of the digest."""
    written = "2026-11-20T12:31:00+08:00"
    claim = a_claim(Kind.RECEIPT_LOST, sale={"at": written})
    entries = entries_of(claim=claim)
    read = TIMELINE.validate_json(TIMELINE.dump_json(entries))
    verify(read)
    assert isinstance(read[0].event, ev.CaseOpened)
    assert read[0].event.claim.sale.at is not None
    assert read[0].event.claim.sale.at.isoformat() == written


class NotedLater(ev.Noted):
    """The event as a later version might write it."""

    mood: str = ""
    tags: tuple[str, ...] = ()


def test_a_new_field_with_a_default_leaves_old_digests_true() -> None:
    """A field added later, with a default, changes no digest until it is used."""
    old = digest_of(2, NOW, "agent:mei", ev.Noted(text="hello"), GENESIS)
    assert digest_of(2, NOW, "agent:mei", NotedLater(text="hello"), GENESIS) == old
    assert digest_of(2, NOW, "agent:mei", NotedLater(text="hello", mood="sad"), GENESIS) != old


def test_the_digest_can_be_reckoned_by_anybody() -> None:
    """The digest is SHA-256 over sorted, compact JSON without defaults: a court's expert
    reckons it without our code."""
    entry = entry_after(None, NOW, "agent:mei", ev.Noted(text="退款"), request="q1")
    text = (
        '{"at":"2026-11-23T01:00:00+00:00","by":"agent:mei",'
        '"event":{"text":"退款","type":"noted"},'
        f'"prev":"{"0" * 64}","request":"q1","seq":1}}'
    )
    assert entry.digest == hashlib.sha256(text.encode()).hexdigest()

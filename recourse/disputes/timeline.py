"""The timeline: events in order, each entry holding the digest of the one before."""

import hashlib
import json

from pydantic import AwareDatetime

from recourse.disputes.events import Event
from recourse.disputes.models import Value

GENESIS = "0" * 64


class Entry(Value):
    """One event with when (case time), who, and its place in the chain."""

    seq: int
    at: AwareDatetime
    by: str
    """``recourse``, ``clock``, or a person as ``role:name``."""
    event: Event
    request: str = ""
    """The id of the request that caused it: the same request twice acts once."""
    prev: str
    digest: str


class BrokenChain(ValueError):
    """An entry was changed, removed or put in: ``seq`` names the first that does not fit."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"the timeline does not verify at entry {seq}")
        self.seq = seq


def digest_of(
    seq: int, at: AwareDatetime, by: str, event: Event, prev: str, request: str = ""
) -> str:
    """SHA-256 over the canonical JSON of an entry. Defaults are left out, so that a field
    added later with a default leaves old digests true."""
    body = event.model_dump(mode="json", exclude_defaults=True)
    body["type"] = event.type
    asked = {"request": request} if request else {}
    text = json.dumps(
        {"seq": seq, "at": at.isoformat(), "by": by, "event": body, "prev": prev, **asked},
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(text.encode()).hexdigest()


def entry_after(
    last: Entry | None, at: AwareDatetime, by: str, event: Event, request: str = ""
) -> Entry:
    seq, prev = (last.seq + 1, last.digest) if last else (1, GENESIS)
    return Entry(
        seq=seq,
        at=at,
        by=by,
        event=event,
        request=request,
        prev=prev,
        digest=digest_of(seq, at, by, event, prev, request),
    )


def verify(entries: tuple[Entry, ...]) -> None:
    """Raise BrokenChain unless every entry fits the one before it."""
    prev = GENESIS
    for place, entry in enumerate(entries, start=1):
        true = digest_of(entry.seq, entry.at, entry.by, entry.event, prev, entry.request)
        if entry.seq != place or entry.prev != prev or entry.digest != true:
            raise BrokenChain(place)
        prev = entry.digest

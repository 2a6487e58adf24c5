"""Notifications the faces owe: to whom, about what, and what was told last.

Nothing runs in the background: notifications are sent when the admin API says so, and it
says how they go wrong on the way.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx2
from pydantic import Field

from recourse.acquirers.simulator.store import Store
from recourse.disputes.models import EdgeValue, Value


class Notice(Value):
    """A party that asked to be told about an effect."""

    effect_id: str
    face: str
    url: str
    told: str = ""
    """The state it was told last."""


class Delivery(EdgeValue):
    """How notifications travel this time."""

    copies: int = Field(default=1, ge=0, le=10)
    """0: all are lost on the way, and count as told."""
    newest_first: bool = False


class Delivered(Value):
    """``accepted``: answered with 2xx."""

    sent: int
    accepted: int


@dataclass(frozen=True)
class Letter:
    """A notification as it travels: signed already."""

    url: str
    headers: Mapping[str, str]
    body: bytes


class Notices:
    """In the order in which they were asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def subscribe(self, notice: Notice) -> None:
        """Once an effect; asking again changes nothing."""
        with self._store.transaction() as db:
            db.execute(
                "INSERT OR IGNORE INTO notices (effect_id, face, url, told) VALUES (?, ?, ?, ?)",
                (notice.effect_id, notice.face, notice.url, notice.told),
            )

    def of_face(self, face: str) -> tuple[Notice, ...]:
        rows = self._store.db.execute(
            "SELECT effect_id, face, url, told FROM notices WHERE face = ? ORDER BY rowid", (face,)
        )
        return tuple(Notice.model_validate(dict(row)) for row in rows)

    def told(self, effect_id: str, state: str) -> None:
        with self._store.transaction() as db:
            db.execute("UPDATE notices SET told = ? WHERE effect_id = ?", (state, effect_id))

    def due(self, face: str, state_of: Callable[[str], str]) -> tuple[tuple[Notice, str], ...]:
        """The notices whose effect stands elsewhere than was told, with where it stands."""
        now = ((notice, state_of(notice.effect_id)) for notice in self.of_face(face))
        return tuple((notice, state) for notice, state in now if state != notice.told)


async def post(letters: list[Letter], delivery: Delivery) -> Delivered:
    """Send letters; a receiver that cannot be reached has not accepted."""
    ordered = [letter for letter in letters for _ in range(delivery.copies)]
    if delivery.newest_first:
        ordered.reverse()
    accepted = 0
    async with httpx2.AsyncClient(timeout=5.0) as http:
        for letter in ordered:
            try:
                response = await http.post(
                    letter.url, content=letter.body, headers=dict(letter.headers)
                )
            except httpx2.TransportError:
                continue
            accepted += response.is_success
    return Delivered(sent=len(ordered), accepted=accepted)

"""The simulator behind the ``lakala`` and ``unionpay`` adapters, as adversaries: the same books
and the same faults, in other wire formats and signed."""

import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from recourse.acquirers.simulator import face_keys
from recourse.acquirers.simulator.notices import Delivery
from tests.adversary.peers import Time
from tests.adversary.rest_peer import RestPeer
from worker.processes import Program

_COPIES = (0, 1, 1, 2, 3)
"""Of a notification: lost, sent, or repeated."""


class _FacePeer(RestPeer):
    """Speaks with keys that are made for one run."""

    def __init__(self, port: int, heard_at: str) -> None:
        super().__init__(port, heard_at)
        self.secrets = ()
        self._keys: Path | None = None

    @property
    def keys(self) -> Path:
        assert self._keys is not None, "the program was not asked for"
        return self._keys

    def program(self, home: Path, time: Time) -> Program:
        self._keys = home / "keys"
        face_keys.make_keys(self._keys)
        program = super().program(home, time)
        return replace(program, command=[*program.command, "--faces", str(self._keys)])

    async def tell(self, dice: random.Random) -> None:
        delivery = Delivery(copies=dice.choice(_COPIES), newest_first=dice.random() < 0.5)
        await self.admin.deliver(delivery)


class LakalaPeer(_FacePeer):
    name = "lakala"
    rate = 14_400
    """A day in six seconds: a worker that was killed has forgotten on which days refunds were
    made, and asks for more of them the older its cases have become."""

    def settings(self) -> Mapping[str, Any]:
        settings = face_keys.lakala_settings(self.keys, self.url)
        return settings.model_dump(mode="json") | {"notify_url": self._heard_at}


class UnionPayPeer(_FacePeer):
    name = "unionpay"

    def settings(self) -> Mapping[str, Any]:
        settings = face_keys.unionpay_settings(self.keys, self.url, self._heard_at)
        return settings.model_dump(mode="json")

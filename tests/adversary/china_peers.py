"""The simulator behind the ``lakala`` and ``unionpay`` adapters, as adversaries: the same books
and the same faults, in other wire formats and signed."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from recourse.acquirers.simulator import face_keys
from tests.adversary.peers import Time
from tests.adversary.rest_peer import RestPeer
from worker.processes import Program

NOWHERE = "http://127.0.0.1:9/notify"
"""No notification is sent in an attack: what is not told must be found by asking."""


class _FacePeer(RestPeer):
    """Speaks with keys that are made for one run."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
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


class LakalaPeer(_FacePeer):
    name = "lakala"
    rate = 2_880
    """A refund is looked for on every day since its case was opened: few days must pass."""

    def settings(self) -> Mapping[str, Any]:
        settings = face_keys.lakala_settings(self.keys, self.url)
        return settings.model_dump(mode="json")


class UnionPayPeer(_FacePeer):
    name = "unionpay"

    def settings(self) -> Mapping[str, Any]:
        settings = face_keys.unionpay_settings(self.keys, self.url, NOWHERE)
        return settings.model_dump(mode="json")

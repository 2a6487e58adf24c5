"""Acquirers as adversaries: each a process of its own that can be disturbed, killed and audited."""

import random
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from recourse.disputes.casetime import CaseTime
from recourse.disputes.money import Money
from worker.processes import Program, RestartPolicy

WHENEVER = RestartPolicy(attempts=10_000, longest_delay=timedelta(seconds=1))
"""What is killed on purpose is started again however often, and is mostly there."""


@dataclass(frozen=True)
class Time:
    """Case time as the processes of one run share it."""

    origin: datetime
    started: datetime
    rate: int

    def now(self) -> datetime:
        time = CaseTime(origin=self.origin, started=self.started, rate=self.rate)
        return time.at(datetime.now(UTC))

    def arguments(self) -> list[str]:
        """How a simulator is told."""
        origin, started = self.origin.isoformat(), self.started.isoformat()
        return ["--origin", origin, "--started", started, "--rate", str(self.rate)]


@dataclass(frozen=True)
class Sold:
    """A sale in the acquirer's books that the merchant owes back in full."""

    reference: str
    amount: Money
    at: datetime
    card_last4: str


@dataclass(frozen=True)
class Paid:
    """What the acquirer's books say of one sale, read past the adapter."""

    captured: int
    given: int
    """Credits that are posted or on their way, in minor units."""
    payouts: int
    """How many such credits."""


class Peer(Protocol):
    """One acquirer under attack. It is made with the port it will listen on, and the address at
    which its notices are heard."""

    name: str
    """Of the adapter."""
    rate: int
    """Case seconds in a second."""
    secrets: Sequence[str]
    """What its notices are signed with, where that is a secret."""

    def program(self, home: Path, time: Time) -> Program:
        """The acquirer's process. Killed and started again, it has lost nothing."""
        ...

    def settings(self) -> Mapping[str, Any]:
        """The entry of ``RECOURSE_ACQUIRERS``."""
        ...

    def attended(self) -> AbstractAsyncContextManager[None]:
        """Open what is needed to arrange and to audit, once the process runs."""
        ...

    async def sell(self, number: int, at: datetime) -> Sold: ...

    async def disturb(self, dice: random.Random) -> str:
        """Set one fault for a call still to come; its name."""
        ...

    async def tell(self, dice: random.Random) -> None:
        """Send the notices that are due: none, once or repeatedly, in any order. Nothing to do
        where the acquirer sends them by itself."""
        ...

    async def calm(self) -> None:
        """Take back the faults that have befallen nothing yet."""
        ...

    async def books(self) -> dict[str, Paid]:
        """By sale reference, for every sale that was sold."""
        ...

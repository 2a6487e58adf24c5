"""The worker, killed at every single call that a correction makes at an acquirer without
idempotency: ``python -m tests.adversary.boundaries``."""

import asyncio
import json
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Literal

from tests.adversary.report import Report
from tests.adversary.run import Run
from tests.adversary.stage import staged
from tests.adversary.stripe_peer import StripePeer
from worker.processes import Child, RestartPolicy

AT_ONCE = RestartPolicy(attempts=10_000, longest_delay=timedelta(milliseconds=200))


class When(StrEnum):
    ARRIVED = "arrived"
    """The call is on its way, and is carried out after who made it is dead."""
    ANSWERED = "answered"
    """The call has been carried out; nobody lives to hear the answer."""


@dataclass(frozen=True)
class Boundary:
    """One side of one call. Calls are those that name the sale or a refund of it."""

    stretch: Literal["before", "money"]
    """Up to the call that asks for the money, or from it on."""
    call: int
    """Of its stretch, counted from 1: the first of ``money`` is the one that asks."""
    when: When

    def __str__(self) -> str:
        return f"{self.stretch} {self.call} {self.when}"


Course = tuple[Boundary, ...]
"""Where the worker dies during one correction, one after the other."""
LOOK_UPS = 13
"""Calls before the money of a correction that nothing befalls: the sale looked up and its refunds
listed for the search, the verdict, the guard, and once more right before asking."""
FOLLOWED_BY = 2
"""Calls after the one that asks, of who has not heard the answer: the sale, its refunds."""


def courses() -> list[Course]:
    """Each side of each call once; and, killed at the money, once more at each side of each
    call by which a new worker finds out."""
    asks = [Boundary("money", 1, when) for when in When]
    finds_out = [Boundary("money", 1 + n, when) for n in range(1, FOLLOWED_BY + 1) for when in When]
    looks = [Boundary("before", n, when) for n in range(1, LOOK_UPS + 1) for when in When]
    twice = [(first, second) for first in asks for second in finds_out]
    return [*((one,) for one in (*looks, *asks)), *twice]


def some_courses(looks: int, twice: int, dice: random.Random) -> list[Course]:
    """Both sides of the money, and a few others as the dice say."""
    every = courses()
    early = [course for course in every if course[0].stretch == "before"]
    again = [course for course in every if len(course) > 1]
    money = [c for c in every if c not in early and c not in again]
    return [*dice.sample(early, looks), *money, *dice.sample(again, twice)]


class Reaper:
    """Watches the calls at the proxy, and kills the worker during each correction as its course
    says."""

    def __init__(self, worker: Child, courses: list[Course]) -> None:
        self._worker = worker
        self._waiting = list(courses)
        self._due: dict[str, list[Boundary]] = {}
        """By charge: where it is still to be struck."""
        self._charges: dict[str, str] = {}
        """By refund."""
        self._calls: Counter[tuple[str, str]] = Counter()
        """By charge and stretch."""
        self.kills: list[tuple[Boundary, str]] = []
        """And the call."""

    @property
    def left(self) -> list[Boundary]:
        """Where nobody was struck."""
        return [boundary for due in self._due.values() for boundary in due]

    async def arrived(self, call: str) -> None:
        charge = self._charge_of(call)
        if charge:
            asks = call.startswith("POST /v1/refunds")
            money = asks or self._calls[charge, "money"] > 0
            self._calls[charge, "money" if money else "before"] += 1
            await self._strike(charge, When.ARRIVED, call)

    async def answering(self, call: str, reply: bytes) -> None:
        if call.startswith("POST /v1/refunds"):
            refund = json.loads(reply)
            self._charges[refund["id"]] = refund["charge"]
        charge = self._charge_of(call)
        if charge:
            await self._strike(charge, When.ANSWERED, call)

    def follow(self, charge: str) -> None:
        """This sale is the next to be struck."""
        self._due[charge] = list(self._waiting.pop(0))

    def _charge_of(self, call: str) -> str:
        """Of the sales that are followed; empty for others, and for calls about none."""
        named = [charge for charge in self._due if charge in call]
        named += [charge for refund, charge in self._charges.items() if refund in call]
        return named[0] if named else ""

    async def _strike(self, charge: str, when: When, call: str) -> None:
        due = self._due[charge]
        if not due or due[0].when is not when:
            return
        if due[0].call != self._calls[charge, due[0].stretch]:
            return
        self.kills.append((due.pop(0), call.split(" b", 1)[0]))
        self._worker.kill()
        # Killed for another sale a moment ago, it has left this call alone as well.
        await self._worker.wait()


@dataclass(frozen=True)
class Reaped:
    report: Report
    kills: list[tuple[Boundary, str]]
    left: list[Boundary]

    @property
    def sound(self) -> bool:
        return self.report.sound and not self.left

    def __str__(self) -> str:
        kills = "".join(f"  {boundary}: {call}\n" for boundary, call in self.kills)
        return f"{kills}{self.report}"


async def killed_at(courses: list[Course], home: Path, within: timedelta) -> Reaped:
    """As many corrections at Stripe as courses, all at once, each struck as its own says. Raises
    TimeoutError when they do not end."""
    report = Report(adapter="stripe", corrections=len(courses), seed="of the boundaries")
    began = time.monotonic()
    async with staged("stripe", home, AT_ONCE) as stage:
        assert isinstance(stage.peer, StripePeer)
        reaper = Reaper(stage.children["worker"], courses)
        stage.peer.sold_to = reaper.follow
        stage.peer.proxy.watcher = reaper
        run = Run(stage, report, in_flight=len(courses))
        await run.play(within)
        await run.audit()
    report.seconds = time.monotonic() - began
    report.kills["worker"] = len(reaper.kills)
    return Reaped(report, reaper.kills, reaper.left)


def main() -> int:
    """Every boundary. Exit code 1 when one was missed, or anything paid twice or lost."""
    with tempfile.TemporaryDirectory() as folder:
        reaped = asyncio.run(killed_at(courses(), Path(folder), timedelta(minutes=20)))
    sys.stdout.write(f"{reaped}\n")
    return 0 if reaped.sound else 1


if __name__ == "__main__":
    raise SystemExit(main())

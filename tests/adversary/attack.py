"""The attack: whatever can be lost, late, spoilt, forged or killed, at random."""

import asyncio
import contextlib
import random
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import httpx2

from tests.adversary.report import Report
from tests.adversary.run import AWAY, LOOK_EVERY, Run
from tests.adversary.stage import Stage, staged

DISTURBED_EVERY = (0.02, 0.2)
"""Seconds between two faults, drawn evenly."""
FAULTS_PER_CASE = 4
"""So that most calls pass in the end, and every correction meets a few faults on its way."""
KILLED_EVERY = (4.0, 14.0)
LONG_RUN = (8.0, 30.0)
"""Between two kills of a long run, which has many all the same."""
TOLD_EVERY = (0.2, 2.0)


async def attack(
    name: str,
    home: Path,
    corrections: int,
    seed: str,
    within: timedelta,
    killed_every: tuple[float, float] = KILLED_EVERY,
) -> Report:
    """Run so many corrections against an acquirer whose stack is disturbed and killed, wait until
    each has ended, and audit the acquirer's books. Raises TimeoutError when they do not end."""
    report, began = Report(adapter=name, corrections=corrections, seed=seed), time.monotonic()
    async with staged(name, home) as stage:
        run = Run(stage, report)
        thrower = Thrower(stage, run, report, killed_every)
        await run.play(within, thrower.disturb(), thrower.kill(), thrower.tell(), thrower.count())
        await run.audit()
    report.seconds = time.monotonic() - began
    return report


class Thrower:
    """Throws as the dice say, which the seed of a report throws again."""

    def __init__(
        self, stage: Stage, run: Run, report: Report, killed_every: tuple[float, float]
    ) -> None:
        self._killed_every = killed_every
        self._stage = stage
        self._run = run
        self._report = report
        self._dice = random.Random(report.seed)

    async def disturb(self) -> None:
        while True:
            await asyncio.sleep(self._dice.uniform(*DISTURBED_EVERY))
            if self._run.nearly_done:
                await self._run.insist(self._stage.peer.calm)
                return
            if self._report.faults.total() >= FAULTS_PER_CASE * len(self._run.sold):
                continue
            with contextlib.suppress(*AWAY):
                self._report.faults[await self._stage.peer.disturb(self._dice)] += 1

    async def tell(self) -> None:
        while True:
            await asyncio.sleep(self._dice.uniform(*TOLD_EVERY))
            with contextlib.suppress(*AWAY):
                await self._stage.peer.tell(self._dice)

    async def count(self) -> None:
        """The door counts from its last start on."""
        seen: Counter[str] = Counter()
        async with httpx2.AsyncClient(timeout=1) as http:
            while True:
                await asyncio.sleep(LOOK_EVERY)
                with contextlib.suppress(*AWAY):
                    now = Counter((await http.get(f"{self._stage.door}/health")).json())
                    if now.total() < seen.total():
                        seen = Counter()
                    self._report.notices += now - seen
                    seen = now

    async def kill(self) -> None:
        while True:
            await asyncio.sleep(self._dice.uniform(*self._killed_every))
            name = self._dice.choice(list(self._stage.children))
            if self._stage.children[name].kill():
                self._report.kills[name] += 1

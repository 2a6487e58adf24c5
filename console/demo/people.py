"""The people of the demonstration: each does what the script says when the case is there."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from console.demo.books import arrange
from console.demo.script import ANY, Act, Books, Part
from recourse.acquirers.simulator.admin import SimulatorAdmin
from recourse.disputes.actions import Actor
from recourse.disputes.case import Case
from recourse.disputes.claims import Claim
from recourse.disputes.notices import Role
from recourse.disputes.records import Sale
from workflows.desk import Desk, Listed, NotAllowed

LOOK_EVERY = 0.1
"""Seconds between two looks at where all cases stand."""

ACQUIRER = "acquirer"
"""Who changes the books in the middle of a case: the terminal sends its reversal at last."""


@dataclass
class Played:
    """One case of the demonstration on its way."""

    part: Part
    claim: Claim
    sale: Sale
    case_id: str
    began: float
    acts: list[Act] = field(default_factory=list)
    where: str = ""
    free_at: float = 0
    """No act before this moment: the pause the script asks for has not passed."""
    ended: float = 0
    case: Case | None = None

    @property
    def tag(self) -> str:
        """The example's number, which its file name begins with."""
        head = self.part.claim.partition("-")[0]
        return f"{head}.{self.part.number}" if self.part.number > 1 else head

    @property
    def name(self) -> str:
        return self.part.claim.rpartition(".")[0]


class Stage:
    """Plays all cases at once until each stands where the script says it ends."""

    def __init__(
        self, desk: Desk, admin: SimulatorAdmin, rate: int, say: Callable[[str], None]
    ) -> None:
        self._desk = desk
        self._admin = admin
        self._rate = rate
        self._say = say
        self.cases: list[Played] = []

    async def open(self, part: Part, claim: Claim, sale: Sale) -> None:
        opened = await self._desk.open(claim)
        played = Played(
            part=part,
            claim=claim,
            sale=sale,
            case_id=opened.case_id,
            began=time.monotonic(),
            acts=list(part.acts),
        )
        self.cases.append(played)
        self._tell(played, f"opened from {part.claim}")

    async def play(self, expected: int, give_up: timedelta) -> None:
        """Returns when as many cases as expected have ended, or after ``give_up``."""
        until = time.monotonic() + give_up.total_seconds()
        while time.monotonic() < until:
            listed = {case.case_id: case async for case in self._desk.listed(limit=1000)}
            waiting = [case for case in self.cases if not case.ended]
            if not waiting and len(self.cases) == expected:
                return
            await asyncio.gather(
                *(
                    self._move(case, listed[case.case_id])
                    for case in waiting
                    if case.case_id in listed
                )
            )
            await asyncio.sleep(LOOK_EVERY)

    async def _move(self, case: Played, listed: Listed) -> None:
        outcome = "" if listed.outcome == "open" else listed.outcome
        where = f"{listed.stage} / {listed.step}" + (f" → {outcome}" if outcome else "")
        if where != case.where and listed.step:
            case.where = where
            self._tell(case, where)
            case.free_at = time.monotonic() + self._pause(case)
        if _has_ended(case, listed):
            case.ended = time.monotonic()
            return
        if case.acts and _is_there(case.acts[0], listed) and time.monotonic() >= case.free_at:
            await self._act(case, case.acts.pop(0))
            case.free_at = time.monotonic() + self._pause(case)

    def _pause(self, case: Played) -> float:
        """Real seconds of the days the next act waits."""
        return case.acts[0].after * 86400 / self._rate if case.acts else 0.0

    async def _act(self, case: Played, act: Act) -> None:
        if act.by == ACQUIRER:
            await arrange(Books.model_validate(act.data), case.sale, self._admin)
            self._tell(case, "the acquirer's books change")
            return
        role, _, name = act.by.partition(":")
        try:
            await self._desk.act(
                case.case_id, act.does, act.data, Actor(name=name, role=Role(role))
            )
            self._tell(case, f"{act.by}: {act.does}")
        except NotAllowed as refused:
            self._tell(case, f"{act.by}: {act.does} was refused: {refused}")

    def _tell(self, case: Played, words: str) -> None:
        self._say(f"{case.tag:<5} {case.case_id}  {words}")


def _is_there(act: Act, listed: Listed) -> bool:
    return act.at in (ANY, listed.step)


def _has_ended(case: Played, listed: Listed) -> bool:
    ends = case.part.ends
    if ends.outcome is not None:
        return listed.step == "closed"
    return not case.acts and listed.stage == ends.stage and listed.step == ends.step


def days(first: datetime, last: datetime) -> float:
    return (last - first) / timedelta(days=1)

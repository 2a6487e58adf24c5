"""A stack, the people of a cast, and an eye on both: plays every case to its end, kills or not."""

import asyncio
import contextlib
import gc
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import httpx2

from console.shown import said
from recourse.acquirers.simulator.admin import SimulatorAdmin
from recourse.acquirers.simulator.administration import Counters
from recourse.acquirers.simulator.ledger import SaleTotals
from recourse.disputes import events as ev
from recourse.disputes.case import Case
from recourse.disputes.fold import fold
from recourse.disputes.notices import Template
from recourse.disputes.timeline import Entry, verify
from recourse.disputes.vocabulary import Step
from recourse.mail.mailbox import Mailbox
from tests.eventually import assert_eventually
from tests.stack.cast import DAY, Act, Part
from tests.stack.patience import PatientDesk
from tests.stack.running import Up
from tests.world import START
from workflows.desk import Desk, DeskError, Listed, NobodyAnswers, NotAllowed, Terms
from workflows.messages import Limits

T = TypeVar("T")

SUPERVISED_BY = "supervisor@recourse.example"
LIMITS = Limits(call_seconds=1, give_up_seconds=120)
TRIES_FOR = 5.0
"""Seconds. A client whose server is gone tries less and less often: people try anew."""
LOOK_EVERY = timedelta(milliseconds=100)


RATE = round(86400 / DAY)


@dataclass
class Ended:
    """What a case left behind, in itself and in the world."""

    part: Part
    case: Case
    entries: tuple[Entry, ...]
    totals: SaleTotals | None
    effects: int

    @property
    def told(self) -> Counter[tuple[Template, str]]:
        """Notices by template and recipient."""
        return Counter(
            (entry.event.template, entry.event.to.value)
            for entry in self.entries
            if isinstance(entry.event, ev.Notified)
            and entry.event.template is not Template.REMINDER
        )

    @property
    def message_ids(self) -> list[str]:
        return [
            entry.event.delivery.message_id
            for entry in self.entries
            if isinstance(entry.event, ev.Notified)
        ]

    @property
    def money(self) -> tuple[str, str]:
        """Credited and debited in the acquirer's books."""
        if self.totals is None:
            return "0.00", "0.00"
        return self.totals.credited.text, self.totals.debited.text


@dataclass
class Theatre:
    up: Up
    mailbox: Mailbox
    admin: SimulatorAdmin
    desk: Desk
    gates: list[Callable[[Part, Step | None], Awaitable[None]]] = field(default_factory=list)
    """Passed by everybody before an act, ``None`` standing for the opening."""
    board: dict[str, Listed] = field(default_factory=dict)
    begun: set[int] = field(default_factory=set)
    opened: set[int] = field(default_factory=set)
    until: float = 0

    def at(self, part: Part) -> str:
        """The step a case stands at, a moment ago."""
        listed = self.board.get(part.case_id)
        return listed.step if listed else ""

    async def play(self, parts: list[Part], within: timedelta) -> list[Ended]:
        """Open every case, let everybody act, and return when all are closed."""
        self.until = time.monotonic() + within.total_seconds()
        for part in parts:
            await self._insist(part, partial(part.arrange, self.admin))
        async with asyncio.TaskGroup() as audience:
            watching = audience.create_task(self._watch())
            async with asyncio.TaskGroup() as people:
                for part in parts:
                    people.create_task(self._told(part))
            watching.cancel()
        totals = await self._insist(parts[0], self.admin.totals)
        counters = await self._insist(parts[0], self.admin.counters)
        return [await self._ended(part, totals, counters) for part in parts]

    async def _watch(self) -> None:
        while True:
            # While the server is being killed, what was known before stands.
            with contextlib.suppress(DeskError, TimeoutError):
                async with asyncio.timeout(TRIES_FOR):
                    self.board = {case.case_id: case async for case in self.desk.listed(limit=1000)}
            await asyncio.sleep(LOOK_EVERY.total_seconds())

    async def _told(self, part: Part) -> None:
        """A case that does not get on says what happened to it."""
        try:
            await self._one(part)
        except AssertionError as error:
            with contextlib.suppress(DeskError):
                entries = await self.desk.timeline(part.case_id)
                for entry in entries:
                    error.add_note(f"{entry.at:%m-%d %H:%M} {entry.event.type} {said(entry)}")
            raise

    async def _one(self, part: Part) -> None:
        await self._pass_gates(part, None)
        self.begun.add(part.number)
        await self._insist(part, lambda: self.desk.open(part.claim))
        self.opened.add(part.number)
        for number, act in enumerate(part.role.acts):
            await self._until(part, act.at)
            await self._pass_gates(part, act.at)
            await self._act(part, number, act)
        await self._until(part, Step.CLOSED)

    async def _act(self, part: Part, number: int, act: Act) -> None:
        request = f"{part.case_id}-{number}"
        await self._insist(
            part,
            lambda: self.desk.act(
                part.case_id, act.action, act.data, act.actor, request_id=request
            ),
        )

    async def _pass_gates(self, part: Part, step: Step | None) -> None:
        for gate in self.gates:
            await gate(part, step)

    async def _insist(self, part: Part, call: Callable[[], Awaitable[T]]) -> T:
        """Say it again, under the same id, until somebody answers. What the list said a
        moment ago may no longer be so: then a refusal is looked at again, too."""

        async def answered() -> T:
            try:
                async with asyncio.timeout(TRIES_FOR):
                    return await call()
            except (NobodyAnswers, NotAllowed, TimeoutError, httpx2.HTTPError) as error:
                raise AssertionError(f"{part.name} at {self.at(part)}: {error}") from error

        return await assert_eventually(answered, self._left(), LOOK_EVERY)

    async def _until(self, part: Part, step: Step) -> None:
        async def there() -> None:
            assert self.at(part) == step, (
                f"{part.name} ({part.case_id}) is at {self.at(part)!r}, not {step.value}"
            )

        await assert_eventually(there, self._left(), LOOK_EVERY)

    def _left(self) -> timedelta:
        return timedelta(seconds=max(0.0, self.until - time.monotonic()))

    async def _ended(self, part: Part, totals: dict[str, SaleTotals], counters: Counters) -> Ended:
        entries = await self._insist(part, lambda: self.desk.timeline(part.case_id))
        verify(entries)
        return Ended(
            part=part,
            case=fold(entries),
            entries=entries,
            totals=totals.get(part.reference),
            effects=counters.effects.get(part.reference, 0),
        )


@asynccontextmanager
async def a_theatre(folder: Path) -> AsyncIterator[Theatre]:
    """A stack of its own whose mail goes to a server that outlives it, as real ones do."""
    try:
        async with _a_theatre(folder) as theatre:
            yield theatre
    finally:
        # The client leaves futures of calls that were cut behind. Collected later, while
        # pytest compiles a module, the trace they print breaks that compilation.
        gc.collect()


@asynccontextmanager
async def _a_theatre(folder: Path) -> AsyncIterator[Theatre]:
    async with Mailbox(folder / "mail") as mailbox:
        up = Up(
            folder / "home",
            RECOURSE_SMTP_HOST="127.0.0.1",
            RECOURSE_SMTP_PORT=str(mailbox.port),
            RECOURSE_CALL_SECONDS=str(LIMITS.call_seconds),
            RECOURSE_CASE_ORIGIN=START.isoformat(),
            RECOURSE_CASE_RATE=str(RATE),
        )
        async with up, SimulatorAdmin(up.stack.simulator, up.stack.admin_token) as admin:
            client = await up.client()
            terms = Terms(limits=LIMITS, supervisor=SUPERVISED_BY, origin=START, rate=RATE)
            yield Theatre(up, mailbox, admin, PatientDesk(client, terms))

"""One run: so many corrections on a stack whose every part is disturbed, then the audit."""

import asyncio
import contextlib
import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import httpx2

from console.shown import said
from recourse.acquirers.errors import AcquirerUnavailable
from recourse.acquirers.simulator.admin import SimulatorRefused
from recourse.disputes import events as ev
from recourse.disputes.actions import Actor
from recourse.disputes.case import Case
from recourse.disputes.claims import Claim
from recourse.disputes.notices import Role
from recourse.disputes.vocabulary import Step
from recourse.mail.mailbox import Mailbox
from tests.adversary.cast import peer_named
from tests.adversary.peers import WHENEVER, Paid, Peer, Sold, Time
from tests.adversary.ports import free_port
from tests.stack.patience import PatientDesk
from tests.stack.running import RECOURSE, clean_environment
from tests.world import START, a_claim
from worker.client import connect
from worker.processes import Child, Program, Supervisor
from worker.settings import load_settings
from worker.temporal_server import TemporalServer
from workflows.attributes import ALL
from workflows.desk import Desk, DeskError, Listed, Terms
from workflows.messages import Limits

IN_FLIGHT = 60
"""Cases that wait for their money at once."""
CALL_SECONDS = 1
DISTURBED_EVERY = (0.02, 0.2)
"""Seconds between two faults, drawn evenly."""
FAULTS_PER_CASE = 4
"""So that most calls pass in the end, and every correction meets a few faults on its way."""
KILLED_EVERY = (4.0, 14.0)
TOLD_EVERY = (0.2, 2.0)
LOOK_EVERY = 0.25
TRIES_FOR = 10.0
AWAY = (
    httpx2.HTTPError,
    SimulatorRefused,
    AcquirerUnavailable,
    DeskError,
    TimeoutError,
    OSError,
)
"""What is heard while a part of the stack is being killed."""
T = TypeVar("T")
ACQUIRER = "simulator"
"""The name by which claims call it."""
MEI = Actor(name="mei", role=Role.AGENT)
LI = Actor(name="li", role=Role.SUPERVISOR)


@dataclass
class Report:
    """What was done to the stack, and what the acquirer's books say afterwards."""

    adapter: str
    corrections: int
    seed: str
    seconds: float = 0
    faults: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    notices: Counter[str] = field(default_factory=Counter)
    """What the door for notices answered. What it answered last before it was killed is missing."""
    heard: int = 0
    """Notices that reached a case, each once."""
    payouts: int = 0
    doubled: list[str] = field(default_factory=list)
    """Sales that were paid more than they were owed, or in more than one piece."""
    lost: list[str] = field(default_factory=list)
    """Sales of which something is still owed."""
    over_captured: list[str] = field(default_factory=list)
    disagreeing: list[str] = field(default_factory=list)
    """Cases that believe other than the books say."""
    work_items: int = 0
    """Steps that waited for a person."""

    @property
    def sound(self) -> bool:
        return not (self.doubled or self.lost or self.over_captured or self.disagreeing)

    def __str__(self) -> str:
        faults = ", ".join(f"{n} {name}" for name, n in sorted(self.faults.items()))
        kills = ", ".join(f"{n} of {name}" for name, n in sorted(self.kills.items()))
        notices = ", ".join(f"{n} {name}" for name, n in sorted(self.notices.items()))
        return (
            f"{self.adapter}: {self.corrections} corrections in {self.seconds:.0f} s, "
            f"{self.payouts} payouts; {len(self.doubled)} double, {len(self.lost)} lost, "
            f"{len(self.over_captured)} over captured, {len(self.disagreeing)} cases that differ "
            f"from the books\n  {self.faults.total()} faults ({faults}), {self.kills.total()} "
            f"kills ({kills}), {self.work_items} steps that waited for a person\n  "
            f"{self.notices.total()} notices at the door ({notices}), {self.heard} heard by cases, "
            f"seed {self.seed}"
        )


class Run:
    """Opens the cases, plays the people, throws the stones."""

    def __init__(self, peer: Peer, desk: Desk, door: str, report: Report) -> None:
        self._peer = peer
        self._door = door
        self._desk = desk
        self._report = report
        self._dice = random.Random(report.seed)
        self.sold: dict[str, Sold] = {}
        """By case."""
        self._open: set[str] = set()
        self._busy: set[str] = set()
        self._answered: set[str] = set()

    async def play(self, children: dict[str, Child], within: timedelta) -> None:
        """Until every correction has come to its end. Raises TimeoutError, which says where the
        first of the others stand."""
        try:
            async with asyncio.timeout(within.total_seconds()), asyncio.TaskGroup() as group:
                stones = [
                    group.create_task(self._disturb()),
                    group.create_task(self._kill(children)),
                    group.create_task(self._tell()),
                    group.create_task(self._count()),
                ]
                await self._cases()
                for stone in stones:
                    stone.cancel()
        except TimeoutError as error:
            error.add_note(f"{len(self._open)} cases have not ended")
            for case_id in sorted(self._open)[:2]:
                with contextlib.suppress(*AWAY):
                    for entry in await self._desk.timeline(case_id):
                        error.add_note(f"{entry.at:%m-%d %H:%M} {said(entry)}")
            raise

    async def _cases(self) -> None:
        left = iter(range(1, self._report.corrections + 1))
        exhausted = False
        async with asyncio.TaskGroup() as people:
            while not exhausted or self._open:
                while len(self._open) < IN_FLIGHT and not exhausted:
                    number = next(left, None)
                    if number is None:
                        exhausted = True
                    else:
                        await self._begin(number)
                for listed in await self._listed():
                    if listed.case_id in self._open and listed.case_id not in self._busy:
                        self._busy.add(listed.case_id)
                        people.create_task(self._attend(listed))
                await asyncio.sleep(LOOK_EVERY)

    @property
    def _nearly_done(self) -> bool:
        """Whether only a tenth is left. What is still thrown would hit the same few for ever."""
        ended = len(self.sold) - len(self._open)
        return ended >= 0.9 * self._report.corrections

    async def _begin(self, number: int) -> None:
        sold = await self.insist(lambda: self._peer.sell(number, START - timedelta(days=10)))
        opened = await self.insist(lambda: self._desk.open(_claim(sold)))
        self.sold[opened.case_id] = sold
        self._open.add(opened.case_id)

    async def _listed(self) -> list[Listed]:
        with contextlib.suppress(*AWAY):
            async with asyncio.timeout(TRIES_FOR):
                return [case async for case in self._desk.listed(limit=5000)]
        return []

    async def _attend(self, listed: Listed) -> None:
        """What the people of a case do where it stands. Refused, because the case has moved on
        meanwhile, or not heard, because the server is being killed, they look again."""
        try:
            with contextlib.suppress(*AWAY):
                await self._do(listed)
        finally:
            self._busy.discard(listed.case_id)

    async def _do(self, listed: Listed) -> None:
        case_id = listed.case_id
        if listed.failures:
            await self._resume(case_id)
        elif listed.outcome != "open":
            self._open.discard(case_id)
        elif listed.step == Step.AWAITING_ANSWERS and case_id not in self._answered:
            await self._act(case_id, "reply", {"party": "store", "result": "confirms"}, MEI)
            self._answered.add(case_id)
        elif listed.step == Step.AWAITING_DECISION:
            await self._act(case_id, "decide", {"decision": "full"}, MEI)
        elif listed.step == Step.SECOND_PERSON_REVIEW:
            await self._approve(case_id)
        elif listed.step == Step.AWAITING_CONFIRMATION:
            await self._act(case_id, "confirm_received", {"received": True}, MEI)

    async def _resume(self, case_id: str) -> None:
        case = await self._desk.case(case_id)
        for item in case.open_work:
            self._report.work_items += 1
            await self._act(case_id, "retry", {"item": item.item}, LI)

    async def _approve(self, case_id: str) -> None:
        case = await self._desk.case(case_id)
        if case.decision is not None and case.decision.amount is not None:
            amount = case.decision.amount.model_dump(mode="json", exclude={"minor"})
            await self._act(case_id, "approve", {"amount": amount}, LI)

    async def _act(self, case_id: str, action: str, data: dict[str, object], who: Actor) -> None:
        async with asyncio.timeout(TRIES_FOR):
            await self._desk.act(case_id, action, data, who)

    async def _disturb(self) -> None:
        while True:
            await asyncio.sleep(self._dice.uniform(*DISTURBED_EVERY))
            if self._nearly_done:
                await self.insist(self._peer.calm)
                return
            if self._report.faults.total() >= FAULTS_PER_CASE * len(self.sold):
                continue
            with contextlib.suppress(*AWAY):
                self._report.faults[await self._peer.disturb(self._dice)] += 1

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(self._dice.uniform(*TOLD_EVERY))
            with contextlib.suppress(*AWAY):
                await self._peer.tell(self._dice)

    async def _count(self) -> None:
        """The door counts from its last start on."""
        seen: Counter[str] = Counter()
        async with httpx2.AsyncClient(timeout=1) as http:
            while True:
                await asyncio.sleep(LOOK_EVERY)
                with contextlib.suppress(*AWAY):
                    now = Counter((await http.get(f"{self._door}/health")).json())
                    if now.total() < seen.total():
                        seen = Counter()
                    self._report.notices += now - seen
                    seen = now

    async def _kill(self, children: dict[str, Child]) -> None:
        while True:
            await asyncio.sleep(self._dice.uniform(*KILLED_EVERY))
            name = self._dice.choice(list(children))
            pid = children[name].pid
            if pid is not None and children[name].running:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
                    self._report.kills[name] += 1

    async def insist(self, call: Callable[[], Awaitable[T]]) -> T:
        while True:
            try:
                async with asyncio.timeout(TRIES_FOR):
                    return await call()
            except AWAY:
                await asyncio.sleep(LOOK_EVERY)


async def attack(name: str, home: Path, corrections: int, seed: str, within: timedelta) -> Report:
    """Run so many corrections against an acquirer whose stack is disturbed and killed, wait until
    each has ended, and audit the acquirer's books. Raises TimeoutError when they do not end."""
    report = Report(adapter=name, corrections=corrections, seed=seed)
    began, port = time.monotonic(), free_port()
    door = f"http://127.0.0.1:{port}"
    peer = peer_named(name, f"{door}/webhooks/{ACQUIRER}")
    time_of_run = Time(origin=START, started=datetime.now(UTC), rate=peer.rate)
    async with Mailbox(home / "mail") as mailbox, Supervisor(home) as supervisor:
        server = TemporalServer(home, free_port(), search_attributes=ALL)
        await supervisor.start(server.program())
        acquirer = await supervisor.start(peer.program(home, time_of_run))
        environment = _environment(home, server.address, mailbox.port, peer)
        environment["RECOURSE_WEBHOOKS_PORT"] = str(port)
        worker = await supervisor.start(_part("worker", "taking work", environment))
        webhooks = await supervisor.start(_part("webhooks", "hearing acquirers", environment))
        settings = load_settings(home=home, embedded_temporal=server.address)
        terms = Terms(
            limits=Limits(call_seconds=CALL_SECONDS, give_up_seconds=120),
            origin=START,
            rate=peer.rate,
        )
        async with peer.attended():
            desk = PatientDesk(await connect(settings, role="tests"), terms)
            run = Run(peer, desk, door, report)
            children = {"worker": worker, "acquirer": acquirer, "webhooks": webhooks}
            await run.play(children, within)
            # The acquirer may just have been killed.
            await _audit(report, run, await run.insist(peer.books), desk)
    report.seconds = time.monotonic() - began
    return report


async def _audit(report: Report, run: Run, books: dict[str, Paid], desk: Desk) -> None:
    for case_id, sold in run.sold.items():
        paid = books[sold.reference]
        report.payouts += paid.payouts
        if paid.given > sold.amount.minor or paid.payouts > 1:
            report.doubled.append(sold.reference)
        if paid.given < sold.amount.minor:
            report.lost.append(sold.reference)
        if paid.given > paid.captured:
            report.over_captured.append(sold.reference)
        if _believed(await desk.case(case_id)) != paid.given:
            report.disagreeing.append(case_id)
        timeline = await desk.timeline(case_id)
        report.heard += sum(isinstance(entry.event, ev.WebhookHeard) for entry in timeline)


def _believed(case: Case) -> int:
    return sum(intent.order.amount.minor for intent in case.intents if intent.done)


def _claim(sold: Sold) -> Claim:
    return a_claim(
        sold.reference,
        kind="refund_not_received",
        sale={
            "reference": sold.reference,
            "amount": sold.amount.model_dump(mode="json", exclude={"minor"}),
            "at": sold.at.isoformat(),
            "card_last4": sold.card_last4,
        },
        refund={"requested": sold.amount.model_dump(mode="json", exclude={"minor"})},
    )


def _environment(home: Path, temporal: str, mail_port: int, peer: Peer) -> dict[str, str]:
    return clean_environment(
        home,
        {
            "RECOURSE_EMBEDDED_TEMPORAL": temporal,
            "RECOURSE_ACQUIRERS": json.dumps({ACQUIRER: dict(peer.settings())}),
            "RECOURSE_WEBHOOKS": json.dumps({ACQUIRER: {"secrets": list(peer.secrets)}}),
            "RECOURSE_SMTP_HOST": "127.0.0.1",
            "RECOURSE_SMTP_PORT": str(mail_port),
            "RECOURSE_CALL_SECONDS": str(CALL_SECONDS),
        },
    )


def _part(name: str, ready: str, environment: dict[str, str]) -> Program:
    return Program(
        name=name,
        command=[*RECOURSE, name],
        environment=environment,
        ready_line=ready,
        restart=WHENEVER,
    )

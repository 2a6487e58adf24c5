"""The moments of a case at which everything is killed, and who does the killing."""

import asyncio
import contextlib
import random
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, TypeVar

import httpx2

from recourse.acquirers.simulator.faults import Fault, FaultAction, Route
from recourse.disputes.vocabulary import Step
from recourse.mail.mailbox import Fault as MailFault
from tests.stack.cast import (
    ASKED_AT_ACQUIRER,
    DEMANDED,
    FAILED_LATE,
    FOUND_WITHOUT_SLIP,
    HELD_UP,
    TOPPED_UP,
    WRONG_CARD,
    Part,
)
from tests.stack.theatre import Theatre

T = TypeVar("T")

Whom = Literal["worker", "up", "temporal", "simulator"]

CALLS_LAST = timedelta(milliseconds=300)
"""Well below the second after which the worker gives up a call that is not answered."""
COMPANY = timedelta(seconds=1)
CHILD_KILLS = 4
"""In a row. The supervisor gives a child up that crashes more often within a minute; then
the whole stack is killed instead, which starts the count anew."""


@dataclass
class Moment:
    """When to kill whom. It is prepared with faults that hold the case where it is."""

    name: str
    part: Part
    kills: Whom
    step: Step | None = None
    """The case stands there, and its person waits until the kill has come."""
    started: bool = False
    """The opening is under way (``step`` unset, no fault)."""
    before: bool = False
    """Before the opening."""
    opened: bool = False
    call: Fault | None = None
    """The acquirer is in the middle of a call."""
    mail: MailFault | None = None
    """The mail server has just taken a notice to the customer."""
    armed_at: Step | None = None
    """The mail server, or the acquirer, misbehaves from this step on; its person waits for
    that."""
    written: bool = False
    """Documents of the case are being written."""
    armed: asyncio.Event = field(default_factory=asyncio.Event)
    struck: asyncio.Event = field(default_factory=asyncio.Event)
    number: int = 0
    """Of the fault in the acquirer's queue."""
    mails: int = 0
    """To the customer, when the mail server began to misbehave."""


def _call(part: Part, route: Route, action: FaultAction, **more: object) -> Fault:
    given: dict[str, object] = {"route": route, "action": action, **more}
    if action is FaultAction.SLOW:
        given["seconds"] = 3.0
    if route in (Route.REQUEST_EFFECT, Route.OPEN_REQUEST):
        given["sale"] = part.reference
    if route is Route.EFFECT:
        given["effect_prefix"] = part.case_id
    return Fault.model_validate(given)


def moments() -> list[Moment]:
    """Two dozen moments, each in a case of its own or with another of the same case."""
    topped = [Part(TOPPED_UP, number) for number in range(1, 13)]
    slipless, wrong, asked, demanded = (
        Part(role, number)
        for number, role in enumerate(
            (FOUND_WITHOUT_SLIP, WRONG_CARD, ASKED_AT_ACQUIRER, DEMANDED), start=21
        )
    )
    held = Part(HELD_UP, 31)  # Long enough for other kills to come first.
    silent, lost = MailFault.SILENT_CONTENT, MailFault.LOSE_REPLY
    order, slow = Route.REQUEST_EFFECT, FaultAction.SLOW
    unanswered, reply_lost = FaultAction.TIME_OUT, FaultAction.REPLY_LOST

    def call(part: Part, route: Route, action: FaultAction, **more: object) -> Fault:
        return _call(part, route, action, **more)

    return [
        Moment("before it is opened", topped[0], "worker", before=True),
        Moment("while it is being opened", topped[1], "up", started=True),
        Moment("just opened", topped[2], "worker", opened=True),
        Moment("acknowledgement taken, no answer", topped[3], "worker", mail=silent),
        Moment("acknowledgement taken, answer lost", topped[4], "worker", mail=lost),
        Moment("acknowledgement taken, no answer (2)", topped[10], "up", mail=silent),
        Moment("waiting for answers", topped[5], "up", step=Step.AWAITING_ANSWERS),
        Moment(
            "during the search", slipless, "worker", call=call(slipless, Route.SEARCH_SALES, slow)
        ),
        Moment("waiting for a decision", slipless, "worker", step=Step.AWAITING_DECISION),
        Moment(
            "committed, the answer is lost",
            topped[6],
            "worker",
            call=call(topped[6], order, reply_lost),
        ),
        Moment(
            "committed, no answer", topped[7], "worker", call=call(topped[7], order, unanswered)
        ),
        Moment("ordered, not yet committed", topped[8], "up", call=call(topped[8], order, slow)),
        Moment(
            "ordered, committed after the kill",
            topped[11],
            "worker",
            call=call(topped[11], order, slow),
        ),
        Moment("waiting for approval", wrong, "worker", step=Step.SECOND_PERSON_REVIEW),
        Moment(
            "the second of two effects, no answer",
            wrong,
            "up",
            call=call(wrong, order, unanswered, kind="credit_adjustment"),
        ),
        Moment("pending", held, "up", step=Step.REFUND_PENDING),
        Moment("following up", held, "worker", call=call(held, Route.EFFECT, slow, after=order)),
        Moment(
            "confirmation notice taken, no answer",
            topped[0],
            "worker",
            mail=silent,
            armed_at=Step.AWAITING_ANSWERS,
        ),
        Moment(
            "closing notice taken, no answer",
            topped[2],
            "up",
            mail=silent,
            armed_at=Step.AWAITING_CONFIRMATION,
        ),
        Moment(
            "the inquiry is taken, no answer",
            asked,
            "worker",
            call=call(asked, Route.OPEN_REQUEST, unanswered),
        ),
        Moment("with an open inquiry", asked, "up", step=Step.ACQUIRER_INQUIRY),
        Moment("documents are written", demanded, "worker", written=True),
        Moment("the demand runs", demanded, "up", step=Step.DEMAND_SENT),
        Moment("the file is with counsel", demanded, "worker", step=Step.AWAITING_RESULT),
    ]


def money_moments() -> list[Moment]:
    """Every boundary of a correction: looked up, ordered, committed, answered, waited for,
    queried, followed, failed late, judged anew, issued again and followed again."""
    topped = [Part(TOPPED_UP, number) for number in range(1, 6)]
    held, followed = Part(HELD_UP, 11), Part(HELD_UP, 12)
    late = [Part(FAILED_LATE, number) for number in range(21, 26)]
    order, effect = Route.REQUEST_EFFECT, Route.EFFECT
    slow, unanswered = FaultAction.SLOW, FaultAction.TIME_OUT
    reply_lost, request_lost = FaultAction.REPLY_LOST, FaultAction.REQUEST_LOST

    def call(
        name: str, part: Part, kills: Whom, fault: Fault, armed_at: Step | None = None
    ) -> Moment:
        return Moment(name, part, kills, call=fault, armed_at=armed_at)

    def at(part: Part, route: Route, action: FaultAction) -> Fault:
        return _call(part, route, action)

    def then(part: Part) -> Fault:
        """The next query after the order."""
        return _call(part, effect, slow, after=order)

    pending = Step.REFUND_PENDING
    deciding = Step.AWAITING_DECISION
    return [
        call("looked up, not yet ordered", topped[0], "worker", at(topped[0], effect, slow)),
        call("ordered, committed later", topped[1], "worker", at(topped[1], order, slow)),
        call("committed, no answer", topped[2], "worker", at(topped[2], order, unanswered)),
        call("committed, answer lost", topped[3], "worker", at(topped[3], order, reply_lost)),
        call("in doubt, being queried", topped[3], "worker", then(topped[3])),
        call("never arrived", topped[4], "worker", at(topped[4], order, request_lost)),
        call("in doubt, asked again", topped[4], "worker", at(topped[4], order, slow)),
        Moment("accepted and waited for", held, "worker", step=pending),
        call("followed", followed, "worker", then(followed)),
        call("failing late, followed", late[0], "worker", then(late[0])),
        Moment("failed late, to be decided", late[1], "worker", step=deciding),
        call(
            "issued again, no answer", late[2], "worker", at(late[2], order, unanswered), deciding
        ),
        call("reissued, committed later", late[3], "worker", at(late[3], order, slow), deciding),
        call("reissued, looked up", late[4], "worker", at(late[4], effect, slow), deciding),
    ]


class Killer:
    """Looks for moments and kills; everything that holds at that instant is struck by one."""

    def __init__(self, theatre: Theatre, moments: list[Moment]) -> None:
        self._theatre = theatre
        self._moments = moments
        self._waiting: set[int] = set()
        self._in_a_row = 0
        self._began = time.monotonic()
        self.kills: list[tuple[float, Whom, list[str]]] = []

    @property
    def parts(self) -> list[Part]:
        found = {moment.part.number: moment.part for moment in self._moments}
        return list(found.values())

    @property
    def missed(self) -> list[str]:
        return [moment.name for moment in self._moments if not moment.struck.is_set()]

    async def prepare(self) -> None:
        for moment in self._moments:
            if moment.call is not None and moment.armed_at is None:
                moment.number = (await self._theatre.admin.add_fault(moment.call)).number
                self._waiting.add(moment.number)
            if moment.armed_at is None:
                self._arm(moment)
        self._theatre.gates.append(self._gate)

    async def kill_during(self, play: Coroutine[Any, Any, T]) -> T:
        """Kill while a play goes on, and return what comes of it."""
        async with asyncio.TaskGroup() as both:
            killing = both.create_task(self._run())
            playing = both.create_task(play)
            playing.add_done_callback(lambda _: killing.cancel())
        return playing.result()

    async def _run(self) -> None:
        """Until every moment has been struck."""
        while self.missed:
            present = await self._present()
            if present:
                await self.kill(self._whom(present), present)
            await asyncio.sleep(0.01)

    async def _present(self) -> list[Moment]:
        """The moments to strike together, after a short wait for others to join them. Who
        waits for a person waits for company longer than a call that is about to time out."""
        present = await self._look()
        if not present:
            return []
        passing = any(moment.step is None for moment in present)
        await asyncio.sleep((CALLS_LAST if passing else COMPANY).total_seconds())
        return present + [moment for moment in await self._look() if moment not in present]

    def _whom(self, present: list[Moment]) -> Whom:
        """As the moments want it; where they differ, the other than last time."""
        wanted = {moment.kills for moment in present}
        if len(wanted) == 1:
            return wanted.pop()
        return "up" if self.kills and self.kills[-1][1] == "worker" else "worker"

    async def kill(self, whom: Whom, present: list[Moment]) -> None:
        """Kill, let the struck go on at once, and return when all is up again."""
        up = self._theatre.up
        if whom != "up" and self._in_a_row >= CHILD_KILLS:
            whom = "up"
        after = time.monotonic() - self._began
        self.kills.append((after, whom, [moment.name for moment in present]))
        if whom == "up":
            self._in_a_row = 0
            await up.kill()
        else:
            self._in_a_row += 1
            killed = up.kill_child(whom)
        for moment in present:
            moment.struck.set()
        await (up.start() if whom == "up" else up.child_is_back(whom, killed))

    async def kill_at_random(self, dice: random.Random, until: float) -> None:
        """Anybody, every few seconds, until a moment of ``time.monotonic``."""
        whoever: tuple[Whom, ...] = ("worker", "up", "temporal", "simulator")
        while time.monotonic() < until:
            await self._disturb(dice)
            await asyncio.sleep(dice.uniform(0.1, 5.0))
            (whom,) = dice.choices(whoever, (4, 3, 2, 1))
            await self.kill(whom, [])

    async def _disturb(self, dice: random.Random) -> None:
        """Hold the next mail and the next order in the middle, so that the kill hits them."""
        self._theatre.mailbox.misbehave(
            dice.choice((MailFault.SILENT_CONTENT, MailFault.LOSE_REPLY))
        )
        actions = (FaultAction.SLOW, FaultAction.TIME_OUT, FaultAction.REPLY_LOST)
        fault = Fault(route=Route.REQUEST_EFFECT, action=dice.choice(actions), seconds=3.0)
        with contextlib.suppress(httpx2.HTTPError):
            await self._theatre.admin.add_fault(fault)

    async def _gate(self, part: Part, step: Step | None) -> None:
        """Where somebody must not act before the kill has come, or the trap is set."""
        for moment in self._moments:
            if moment.part != part:
                continue
            if step is None and moment.before:
                await moment.struck.wait()
            if step is not None and moment.step is step:
                await moment.struck.wait()
            if step is not None and moment.armed_at is step:
                await moment.armed.wait()

    async def _look(self) -> list[Moment]:
        """Set the traps that are due, and see which moments there are now."""
        for moment in self._moments:
            if not moment.armed.is_set() and self._theatre.at(moment.part) == moment.armed_at:
                with contextlib.suppress(httpx2.HTTPError):
                    await self._arm_call(moment)
                    self._arm(moment)
        if any(m.call is not None and not m.struck.is_set() for m in self._moments):
            # While the acquirer is down, what it said before stands.
            with contextlib.suppress(httpx2.HTTPError):
                self._waiting = {fault.number for fault in await self._theatre.admin.faults()}
        return [m for m in self._moments if not m.struck.is_set() and self._holds(m)]

    async def _arm_call(self, moment: Moment) -> None:
        if moment.call is not None:
            moment.number = (await self._theatre.admin.add_fault(moment.call)).number
            self._waiting.add(moment.number)

    def _arm(self, moment: Moment) -> None:
        if moment.mail is not None:
            moment.mails = self._mails(moment.part)
            self._theatre.mailbox.misbehave(moment.mail, recipient=moment.part.email)
        moment.armed.set()

    def _mails(self, part: Part) -> int:
        return sum(part.email in mail.to for mail in self._theatre.mailbox.messages())

    def _holds(self, moment: Moment) -> bool:
        part, theatre = moment.part, self._theatre
        if moment.step is not None:
            return theatre.at(part) == moment.step
        if moment.call is not None:
            return moment.armed.is_set() and moment.number not in self._waiting
        if moment.mail is not None:
            return moment.armed.is_set() and self._mails(part) > moment.mails
        if moment.written:
            return any((theatre.up.home / "documents").glob(f"{part.case_id}*"))
        if moment.opened:
            return part.number in theatre.opened
        if moment.started:
            return part.number in theatre.begun
        return moment.before

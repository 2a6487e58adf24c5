"""The verbs that the stages are written in: record, wait, ask, tell, call.

A process holds one case and is the only writer of its timeline. Stage procedures can be left
at any wait (an outcome, another stage) and started again from the top; they therefore ask
the case what is already done before they do anything.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import NoReturn, Protocol, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception
from temporalio.workflow import ActivityHandle

with workflow.unsafe.imports_passed_through():
    from recourse.disputes import clocks as ck
    from recourse.disputes import events as ev
    from recourse.disputes.balls import Ball
    from recourse.disputes.case import Case, WorkItem
    from recourse.disputes.casetime import CaseTime, real_time
    from recourse.disputes.clocks import Clock, ClockKind, Ladder
    from recourse.disputes.consequences import all_consequences, hours_for
    from recourse.disputes.events import Event
    from recourse.disputes.fold import apply, fold, opened
    from recourse.disputes.notices import Role
    from recourse.disputes.spans import Span
    from recourse.disputes.stage_clocks import OwnedClock, StageClock
    from recourse.disputes.timeline import Entry, entry_after
    from recourse.disputes.timeouts import due_effect, run_out, time_out
    from recourse.disputes.vocabulary import Outcome, Stage, Step
    from workflows.attributes import Shown
    from workflows.messages import DisputeInput, Limits, Opening
    from workflows.status import details_of

NOTICE = "notice "
"""How the failed steps of mail begin: nobody is told of them by mail."""

R = TypeVar("R")

US = "recourse"
CLOCK = "clock"


Attend = Callable[["Process", "Clock"], Awaitable[None]]
"""What is done when a clock's moment has come while a procedure waits."""


Inform = Callable[["Process"], Awaitable[None]]
"""How a party is told what a person's act has brought."""


Heed = Callable[["Process"], Awaitable[None]]
"""How the acquirer's word that there is news is looked into."""


Announce = Callable[["Process", "WorkItem"], Awaitable[None]]
"""How people learn of a step that waits for them."""


class Beside(Protocol):
    """What goes on beside the procedures: started and heard whenever one waits."""

    @property
    def busy(self) -> bool: ...

    def has_news(self, case: Case) -> bool: ...

    async def go_on(self, p: "Process") -> None: ...


class StageLeft(Exception):
    """The case is no longer where this procedure stands. Caught by ``run`` alone.

    Every verb that takes a procedure further raises it, so that nothing is decided by one
    that was left while it waited for a call whose answer had to be heard."""


class StepFailed(Exception):
    """A step failed for good and a person said how to go on without it."""

    def __init__(self, item: WorkItem) -> None:
        super().__init__(item.what)
        self.item = item


class Process:
    """One case on its way."""

    def __init__(
        self,
        start: DisputeInput,
        attend: Attend,
        announce: Announce,
        inform: Inform,
        heed: Heed,
        beside: Beside,
    ) -> None:
        self.limits: Limits = start.limits
        self.timeline: list[Entry] = list(start.entries)
        if start.opening is not None:
            self.timeline = [_first_entry(start.opening, workflow.now())]
        self.case: Case = fold(tuple(self.timeline)) if start.entries else opened(self.timeline[0])
        self.revision = 0
        self.standing = self.case.visit
        self._shown = Shown()
        self._attend = attend
        self._announce = announce
        self._inform = inform
        self._heed = heed
        self._beside = beside
        self._midway = 0
        self._between = 0
        """Waits for the morning in the middle of a step, of which one half is written down."""
        self._waiting: list[Callable[[], bool]] = []
        """What the waits in progress wait for, outermost first: while a clock is attended to,
        the wait that it interrupts may come to its end."""
        self._notices = self.case.notice_count
        self.looked: dict[str, tuple[datetime, int]] = {}
        """By effect: when it was last looked up, and how often in vain. Only for the back-off:
        continued as new, a case begins to look a little more often again."""

    # -- what is

    @property
    def now(self) -> datetime:
        """Case time."""
        return self.case.case_time.at(workflow.now())

    @property
    def left(self) -> bool:
        """Whether the case has moved on from where the running procedure stands."""
        return self.case.visit != self.standing

    # -- what happens

    def record(self, *events: Event, by: str = US, request: str = "") -> None:
        """Append events to the timeline, and what the case's clocks do on account of each.
        The one place where a case changes. What has run out by now stands before them: they
        come late, also when a worker was down as it ran out."""
        while (clock := run_out(self.case, self.now)) is not None:
            self._write_down(clock)
        for event in events:
            self._write(event, by, request)

    def catch_up(self) -> None:
        """Write down what has run out by now, each with its effect: before anybody else's act
        is judged, and wherever a case may move on."""
        self._take_effect()
        while (clock := run_out(self.case, self.now)) is not None:
            self._write_down(clock)
            self._take_effect()

    def _write_down(self, clock: Clock) -> None:
        for event in time_out(self.case, clock, self.now):
            self._write(event, CLOCK)

    def _take_effect(self) -> None:
        """What ran out in the middle of a step, or while money was in doubt, has its effect where
        the next step begins."""
        while (event := due_effect(self.case)) is not None:
            self._write(event, CLOCK)

    def _write(self, event: Event, by: str, request: str = "") -> None:
        self._append(event, by, request)
        for more in all_consequences(lambda: self.case, event, self.now):
            self._append(more, CLOCK)

    def _append(self, event: Event, by: str, request: str = "") -> None:
        entry = entry_after(self.timeline[-1], self.now, by, event, request)
        self.timeline.append(entry)
        self.case = apply(self.case, entry)
        self.revision += 1

    def stay(self) -> None:
        """Raise StageLeft unless the procedure still stands where the case is, once what has
        run out has had its effect: no step is taken, and no money ordered, past a time-out."""
        self.catch_up()
        if self.left:
            raise StageLeft

    def number_notice(self) -> int:
        """The ordinal of the next notice. Counted when it is made and not when it has ended:
        a clock may have a notice given while others are still under way, and one ordinal is
        one Message-ID."""
        self._notices += 1
        return self._notices

    def step(self, step: Step, ball: Ball) -> None:
        self.stay()
        if (self.case.step, self.case.ball) != (step, ball):
            self.record(ev.StepTaken(step=step, ball=ball))

    def enter(self, stage: Stage, why: str, rung: str = "") -> NoReturn:
        """Leave this procedure for another stage, or for the same stage anew."""
        self.stay()
        self.record(ev.StageEntered(stage=stage, why=why, rung=rung))
        raise StageLeft

    def reach(self, outcome: Outcome, reason: str = "") -> NoReturn:
        """The case is decided: leave for the closing."""
        self.stay()
        self.record(ev.OutcomeReached(outcome=outcome, reason=reason))
        raise StageLeft

    # -- clocks

    def start_clock(
        self,
        name: StageClock | OwnedClock,
        span: Span,
        *,
        owner: Ball,
        default: str,
        kind: ClockKind = ClockKind.MUST_BY,
        regime: str = "house",
        party: Role | None = None,
        asks: tuple[str, ...] = (),
        since: datetime | None = None,
        whole_case: bool = False,
        remind_every: Span | None = None,
        reminders: int = 0,
        carries_on: bool = False,
    ) -> None:
        """Start a clock; one that ``carries_on`` with what its party had of it in an earlier
        visit, and was granted there."""
        self.stay()
        notices = self.case.playbook.notices
        before = self.case.clocks.get(str(name)) if carries_on else None
        clock = ck.start(
            str(name),
            kind=kind,
            regime=regime,
            owner=owner,
            span=span,
            now=self.now,
            calendar=self.case.calendar,
            default=default,
            party=party,
            asks=asks,
            since=since,
            visit=0 if whole_case else self.case.visit,
            reminders=Ladder(
                every=remind_every, times=reminders, hours=hours_for(self.case, party)
            ),
            warn_before=notices.warn_before if owner is Ball.US else None,
        )
        if before is not None:
            hours = hours_for(self.case, party)
            clock = ck.carried_on(clock, before, self.now, self.case.calendar, hours)
        self.record(ev.ClockStarted(clock=clock))

    def runs(self, name: str) -> bool:
        clock = self.case.clock(name)
        return clock is not None and clock.pending

    def meet(self, name: str) -> None:
        clock = self.case.clock(name)
        if clock is not None and clock.awaited:
            self.record(ev.ClockMet(clock=name))

    # -- waiting

    async def until(
        self, ready: Callable[[Case], bool], *, look_again: datetime | None = None
    ) -> None:
        """Wait until the case is ``ready``, or until ``look_again``; meanwhile attend to
        every clock when its moment comes. One durable timer, for the earliest of all, which
        stays when something happens that moves no clock.

        Raises StageLeft when the case moves on.
        """
        fresh = True
        while True:
            await self._beside.go_on(self)
            self.stay()
            if ready(self.case):
                return
            now = self.now
            if look_again is not None and look_again <= now:
                return
            if self.case.untold and not self._midway:
                await self._inform(self)
                continue
            if self.case.hinted and not self._midway:
                await self._heed(self)
                continue
            first = ck.earliest(self.case.clocks)
            if first is not None and first[0] <= now:
                await self._attend_to(first[1], lambda: ready(self.case))
                continue
            self.publish()
            # Begun again, a procedure reckons its next look from then: that must be now.
            if fresh or look_again is None:
                self._continue_as_new_when_due()
            fresh = False
            moment = first[0] if first is not None else None
            if look_again is not None and (moment is None or look_again < moment):
                await self._changed(self._news(ready), look_again, "look again")
            elif first is not None:
                await self._changed(self._news(ready), first[0], first[1].name)
            else:
                await workflow.wait_condition(self._news(ready))

    async def daytime(
        self, party: Role | None = None, *, unless: Callable[[Case], bool] = lambda case: False
    ) -> None:
        """Wait until a party may be written to: a person by day, a business in office hours.
        For what a clock has brought; an answer to somebody goes out at once."""
        opening = self.case.calendar.opening(self.now, hours_for(self.case, party))
        if opening > self.now:
            self._between += 1
            try:
                await self.until(unless, look_again=opening)
            finally:
                self._between -= 1

    async def _attend_to(self, clock: Clock, interrupted: Callable[[], bool]) -> None:
        self._waiting.append(interrupted)
        try:
            await self._attend(self, clock)
        finally:
            self._waiting.pop()

    def _news(self, ready: Callable[[Case], bool]) -> Callable[[], bool]:
        """Whether something has happened since now that a wait must wake for: it is over, the
        case has moved on or is shown otherwise, or another moment comes first."""
        seen = self.revision
        first = _first_moment(self.case)

        def news() -> bool:
            if self._beside.has_news(self.case):
                return True
            if self.revision == seen:
                return False
            return (
                self.left
                or ready(self.case)
                or bool(self.case.untold)
                or bool(self.case.hinted)
                or _first_moment(self.case) != first
                or self._shown.stale(self.case)
                or workflow.info().is_continue_as_new_suggested()
            )

        return news

    def _moved(self, *, or_when: Callable[[], bool]) -> Callable[[], bool]:
        """Whether another moment comes first than now does, or ``or_when``."""
        first = _first_moment(self.case)
        return lambda: or_when() or _first_moment(self.case) != first

    async def _changed(self, changed: Callable[[], bool], moment: datetime, what: str) -> None:
        """Wait until something has changed, or for the moment."""
        span = self.case.case_time.real_wait(moment - self.now)
        # Rounded up: a timer that fires a hair early would only be started again.
        timeout = timedelta(milliseconds=-(-span // timedelta(milliseconds=1)))
        try:
            await workflow.wait_condition(changed, timeout=timeout, timeout_summary=what)
        except TimeoutError:
            return

    def _continue_as_new_when_due(self) -> None:
        """Only ever at a wait between two steps, with no handler and no step half done."""
        if (
            self._midway
            or self._between
            or self._beside.busy
            or not workflow.all_handlers_finished()
        ):
            return
        if workflow.info().is_continue_as_new_suggested():
            workflow.continue_as_new(DisputeInput(entries=tuple(self.timeline), limits=self.limits))

    def publish(self) -> None:
        """Show where the case stands: search attributes when they changed, and the details
        that the Temporal UI reads."""
        updates = self._shown.changes(self.case)
        if updates:
            workflow.upsert_search_attributes(updates)
            workflow.set_current_details(details_of(self.case))

    # -- the doors

    async def attempt(
        self,
        what: str,
        start: Callable[[], ActivityHandle[R]],
        *,
        money: bool = False,
    ) -> R:
        """Run an activity to its end. When its retries end, the failure becomes a work item
        and the case waits here, with its clocks running, for a person: ``retry`` runs it
        again, anything else raises StepFailed.

        A call that moves money is never abandoned: its answer is awaited whatever happens,
        and the caller writes it down before it takes another step.
        """
        while True:
            if not money:
                self.stay()
            handle = start()
            await self._heard([handle], money=money)
            if self.left and not money:
                await _abandoned(handle)
                raise StageLeft
            try:
                return await handle
            except ActivityError as error:
                item = await self.work_item(what, error_type(error), money=money)
                if item.how != "retry":
                    raise StepFailed(item) from None

    async def together(
        self, handles: Sequence[ActivityHandle[R]]
    ) -> list[R | ActivityError | None]:
        """Wait for several activities at once. When the case moves on, those that have not
        ended are cancelled; ``None`` for one that was, and so never came to an end."""
        await self._heard(handles)
        for handle in handles:
            if not handle.done():
                handle.cancel()
        results: list[R | ActivityError | None] = []
        for handle in handles:
            await workflow.wait_condition(handle.done)
            if handle.cancelled():  # before it was even sent
                results.append(None)
                continue
            try:
                results.append(handle.result())
            except ActivityError as error:
                results.append(None if is_cancelled_exception(error) else error)
        return results

    async def _heard(self, handles: Sequence[ActivityHandle[R]], *, money: bool = False) -> None:
        """Wait until all have ended or the case has moved on, which money does not care
        about. A call may be tried again for long, so clocks are attended to meanwhile; there
        is a timer only for one that could come due before the call is given up."""

        def ended() -> bool:
            return all(handle.done() for handle in handles) or (self.left and not money)

        patience = timedelta(seconds=self.limits.give_up_seconds)
        while not ended():
            self.catch_up()
            if ended():
                return
            first = ck.earliest(self.case.clocks)
            wait = self.case.case_time.real_wait(first[0] - self.now) if first else None
            if first is None or wait is None or wait > patience:
                await workflow.wait_condition(self._moved(or_when=ended))
            elif wait > timedelta():
                await self._changed(self._moved(or_when=ended), first[0], first[1].name)
            else:
                # The calls are still under way: they are heard first, also when the case
                # has moved on.
                with contextlib.suppress(StageLeft):
                    await self._attend_to(first[1], ended)

    async def work_item(
        self,
        what: str,
        error: str,
        *,
        money: bool = False,
        meanwhile: Callable[[Callable[[Case], bool]], Awaitable[None]] | None = None,
    ) -> WorkItem:
        """Put a failure in front of people and wait for what they say. The case keeps its
        place: step and ball come back when the item is done. An item that has lost its
        object, because the case has moved on or the wait that a clock interrupted is over,
        is dropped: nobody is asked about it any more. So it is when ``meanwhile``, which waits in
        place of ``until``, ends without an answer."""
        self.stay()
        name = f"w{self.case.work_count + 1}"
        step, ball = self.case.step, self.case.ball
        self.record(ev.WorkFailed(item=name, what=what, error=error, money=money))
        self.step(Step.WORK_ITEM, Ball.US)
        outer = tuple(self._waiting)
        self._midway += 1
        if not what.startswith(NOTICE):
            await self._announce(self, self.case.work[name])
        wait = meanwhile or self.until
        with contextlib.suppress(StageLeft):
            await wait(lambda case: bool(case.work[name].how) or any(over() for over in outer))
        self._midway -= 1
        if not self.case.work[name].how:
            self.record(ev.WorkResumed(item=name, how="dropped"))
        if not money or self.case.work[name].how != "by_hand":
            self.step(step, ball)
        elif not self.left:  # what was given is written down first, wherever that leads
            self.record(ev.StepTaken(step=step, ball=ball))
        return self.case.work[name]

    async def set_aside(
        self, what: str, error: str, *, evidence: str = "", effect: str = "", money: bool = False
    ) -> None:
        """Put something in front of people, perhaps about a piece of evidence or a correction,
        and go on."""
        name = f"w{self.case.work_count + 1}"
        failed = ev.WorkFailed(
            item=name,
            what=what,
            error=error,
            money=money,
            aside=True,
            evidence=evidence,
            effect=effect,
        )
        self.record(failed)
        await self._announce(self, self.case.work[name])

    async def settle_down(self) -> None:
        """Let what handlers have begun come to an end before the workflow does."""
        await workflow.wait_condition(workflow.all_handlers_finished)
        await asyncio.sleep(0)


def _first_moment(case: Case) -> datetime | None:
    first = ck.earliest(case.clocks)
    return first[0] if first is not None else None


async def _abandoned(handle: ActivityHandle[R]) -> None:
    """Cancel a call whose answer nobody waits for any more, and hear it end. One that was not
    even sent ends as cancelled, which must not be taken for the end of the case."""
    handle.cancel()
    await workflow.wait_condition(handle.done)
    if not handle.cancelled():
        handle.exception()


def error_type(error: ActivityError) -> str:
    """The type of what made an activity fail: a code without data."""
    cause = error.cause
    if isinstance(cause, ApplicationError):
        return cause.type or "ApplicationError"
    return type(cause).__name__ if cause else "ActivityError"


def _first_entry(opening: Opening, real_now: datetime) -> Entry:
    if opening.origin is None:
        case_time = real_time(real_now)
    else:
        case_time = CaseTime(origin=opening.origin, started=real_now, rate=opening.rate)
    event = ev.CaseOpened(
        case_id=opening.case_id,
        claim=opening.claim,
        playbook=opening.playbook,
        calendar=opening.calendar,
        case_time=case_time,
        supervisor=opening.supervisor,
        institution=opening.institution,
        former=opening.former,
        request_id=opening.request_id,
    )
    return entry_after(None, case_time.at(real_now), US, event)

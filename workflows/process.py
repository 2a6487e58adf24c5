"""The verbs that the stages are written in: record, wait, ask, tell, call.

A process holds one case and is the only writer of its timeline. Stage procedures can be left
at any wait (an outcome, another stage) and started again from the top; they therefore ask
the case what is already done before they do anything.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import NoReturn, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception
from temporalio.workflow import ActivityHandle

with workflow.unsafe.imports_passed_through():
    from recourse.disputes import clocks as ck
    from recourse.disputes import events as ev
    from recourse.disputes.case import Case, WorkItem
    from recourse.disputes.casetime import CaseTime, real_time
    from recourse.disputes.clocks import Ball, Clock, ClockKind, Span
    from recourse.disputes.events import Event
    from recourse.disputes.fold import apply, fold, opened
    from recourse.disputes.notices import Role
    from recourse.disputes.timeline import Entry, entry_after
    from recourse.disputes.vocabulary import Outcome, Stage, Step
    from workflows.attributes import Shown
    from workflows.messages import DisputeInput, Limits, Opening
    from workflows.status import details_of

R = TypeVar("R")

US = "recourse"
CLOCK = "clock"


Attend = Callable[["Process", "Clock"], Awaitable[None]]
"""What is done when a clock's moment has come while a procedure waits."""


class StageLeft(Exception):
    """The case is no longer where this procedure stands. Caught by ``run`` alone."""


class StepFailed(Exception):
    """A step failed for good and a person said how to go on without it."""

    def __init__(self, item: WorkItem) -> None:
        super().__init__(item.what)
        self.item = item


class Process:
    """One case on its way."""

    def __init__(self, start: DisputeInput, attend: Attend) -> None:
        self.limits: Limits = start.limits
        self.timeline: list[Entry] = list(start.entries)
        if start.opening is not None:
            self.timeline = [_first_entry(start.opening, workflow.now())]
        self.case: Case = fold(tuple(self.timeline)) if start.entries else opened(self.timeline[0])
        self.revision = 0
        self.standing = self.case.visit
        self._shown = Shown()
        self._attend = attend
        self._midway = 0

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
        """Append events to the timeline. The one place where a case changes."""
        for event in events:
            entry = entry_after(self.timeline[-1], self.now, by, event, request)
            self.timeline.append(entry)
            self.case = apply(self.case, entry)
        self.revision += 1

    def step(self, step: Step, ball: Ball) -> None:
        if (self.case.step, self.case.ball) != (step, ball):
            self.record(ev.StepTaken(step=step, ball=ball))

    def enter(self, stage: Stage, why: str, rung: str = "") -> NoReturn:
        """Leave this procedure for another stage, or for the same stage anew."""
        self.record(ev.StageEntered(stage=stage, why=why, rung=rung))
        raise StageLeft

    def reach(self, outcome: Outcome, reason: str = "") -> NoReturn:
        """The case is decided: leave for the closing."""
        self.record(ev.OutcomeReached(outcome=outcome, reason=reason))
        raise StageLeft

    # -- clocks

    def start_clock(
        self,
        name: str,
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
    ) -> None:
        clock = ck.start(
            name,
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
            remind_every=remind_every,
            reminders=reminders,
        )
        self.record(ev.ClockStarted(clock=clock))

    def meet(self, name: str) -> None:
        clock = self.case.clock(name)
        if clock is not None and clock.running:
            self.record(ev.ClockMet(clock=name))

    # -- waiting

    async def until(
        self, ready: Callable[[Case], bool], *, look_again: datetime | None = None
    ) -> None:
        """Wait until the case is ``ready``, or until ``look_again``; meanwhile attend to
        every clock when its moment comes. One durable timer, for the earliest of all.

        Raises StageLeft when the case moves on.
        """
        while True:
            if self.left:
                raise StageLeft
            if ready(self.case):
                return
            now = self.now
            if look_again is not None and look_again <= now:
                return
            clock = ck.earliest(self.case.clocks)
            if clock is not None and clock.next_moment <= now:
                await self._attend(self, clock)
                continue
            moments = [look_again] if look_again is not None else []
            moments += [clock.next_moment] if clock is not None else []
            await self._sleep_until(min(moments, default=None), clock)

    async def _sleep_until(self, moment: datetime | None, clock: Clock | None) -> None:
        self.publish()
        self._continue_as_new_when_due()
        seen = self.revision
        if moment is None:
            await workflow.wait_condition(lambda: self.revision != seen)
            return
        span = self.case.case_time.real_wait(moment - self.now)
        # Rounded up: a timer that fires a hair early would only be started again.
        timeout = timedelta(milliseconds=-(-span // timedelta(milliseconds=1)))
        try:
            await workflow.wait_condition(
                lambda: self.revision != seen,
                timeout=timeout,
                timeout_summary=clock.name if clock else "look again",
            )
        except TimeoutError:
            return

    def _continue_as_new_when_due(self) -> None:
        """Only ever at a wait between two steps, with no handler and no step half done."""
        if self._midway or not workflow.all_handlers_finished():
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
        again, ``skip`` and ``by_hand`` raise StepFailed.

        A call that moves money is never abandoned: its answer is awaited whatever happens.
        """
        while True:
            handle = start()
            if not money:
                await self._done_or_left([handle])
                if not handle.done():
                    handle.cancel()
                    raise StageLeft
            try:
                return await handle
            except ActivityError as error:
                if is_cancelled_exception(error):
                    raise
                item = await self.work_item(what, error_type(error), money=money)
                if item.how != "retry":
                    raise StepFailed(item) from None

    async def together(
        self, handles: Sequence[ActivityHandle[R]]
    ) -> list[R | ActivityError | None]:
        """Wait for several activities at once. ``None`` for one that was still running when
        the case moved on: it is cancelled."""
        await self._done_or_left(handles)
        results: list[R | ActivityError | None] = []
        for handle in handles:
            if not handle.done():
                handle.cancel()
                results.append(None)
                continue
            try:
                results.append(await handle)
            except ActivityError as error:
                results.append(error)
        return results

    async def _done_or_left(self, handles: Sequence[ActivityHandle[R]]) -> None:
        await workflow.wait_condition(lambda: self.left or all(h.done() for h in handles))

    async def work_item(self, what: str, error: str, *, money: bool = False) -> WorkItem:
        """Put a failure in front of people and wait for what they say. The case keeps its
        place: step and ball come back when the item is done."""
        name = f"w{self.case.work_count + 1}"
        step, ball = self.case.step, self.case.ball
        self.record(ev.WorkFailed(item=name, what=what, error=error, money=money))
        self.step(Step.WORK_ITEM, Ball.US)
        self._midway += 1
        try:
            await self.until(lambda case: bool(case.work[name].how))
        finally:
            self._midway -= 1
        self.step(step, ball)
        return self.case.work[name]

    async def settle_down(self) -> None:
        """Let what handlers have begun come to an end before the workflow does."""
        await workflow.wait_condition(workflow.all_handlers_finished)
        await asyncio.sleep(0)


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
        former=opening.former,
        request_id=opening.request_id,
    )
    return entry_after(None, case_time.at(real_now), US, event)

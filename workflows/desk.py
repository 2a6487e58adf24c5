"""The desk: the typed way to one case. Open, act, show; nothing else reaches a workflow."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from temporalio.client import (
    Client,
    RPCError,
    WithStartWorkflowOperation,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCStatusCode

from recourse.disputes.actions import Actor, BadAction, read_action
from recourse.disputes.calendars import Calendar
from recourse.disputes.case import Case
from recourse.disputes.case_facts import facts_of
from recourse.disputes.claims import Claim, case_id
from recourse.disputes.effects import Hint
from recourse.disputes.explain import Explanation, explain
from recourse.disputes.fold import fold
from recourse.disputes.pan import find_card_data
from recourse.disputes.persons import People
from recourse.disputes.playbooks import Playbook
from recourse.disputes.rules import Anchor
from recourse.disputes.timeline import Entry
from recourse.disputes.view import CaseView, view
from recourse.policies.errors import PolicyError
from recourse.policies.loading import Policies
from workflows import attributes, queues
from workflows.dispute import DisputeWorkflow
from workflows.messages import (
    BAD_ACTION,
    ActReply,
    ActRequest,
    Arrival,
    DisputeInput,
    JoinReply,
    Limits,
    Opening,
)
from workflows.status import summary_of

ANSWER_WITHIN = timedelta(seconds=20)
"""How long a person waits for a worker before being told that none answers."""

HEARD_WITHIN = timedelta(seconds=4)
"""How long an acquirer that brings a notice waits: then it is told to bring it again."""

PINNED_AHEAD = timedelta(days=4 * 366)
"""How far ahead calendar days are pinned: past the longest limitation period we reckon."""

MOST_GENERATIONS = 50
"""Finished cases about one sale before something is wrong with the claims."""


class DeskError(Exception):
    """Base: what the desk could not do."""


class CaseNotFound(DeskError):
    """No case has this id."""


class NotAllowed(DeskError):
    """The rules refuse it now; ``code`` says which."""

    def __init__(self, words: str, code: str = "") -> None:
        super().__init__(words)
        self.code = code


class BadInput(DeskError):
    """What was given does not read: mend the field that is named."""


class DeskConflict(DeskError):
    """Somebody else was quicker in a way that cannot be joined."""


class NobodyAnswers(DeskError):
    """Temporal or its workers are down: try again when they are up."""


@dataclass(frozen=True)
class Opened:
    case_id: str
    joined: bool
    """The claim was brought to a case that was there before."""


@dataclass(frozen=True)
class Listed:
    """One line of a list of cases, from search attributes: a moment behind the truth."""

    case_id: str
    kind: str
    stage: str
    step: str
    ball: str
    outcome: str
    acquirer: str
    failures: int
    next_due: datetime | None


@dataclass(frozen=True)
class Terms:
    """What new cases are opened with."""

    limits: Limits = field(default_factory=Limits)
    supervisor: str = ""
    institution: str = "payment_institution"
    """Who answers the claims: merchant, payment_institution or bank."""
    origin: datetime | None = None
    rate: int = 1


def now() -> datetime:
    return datetime.now(UTC)


class Desk:
    """Speaks to dispute workflows. One instance serves many callers."""

    def __init__(
        self,
        client: Client,
        terms: Terms | None = None,
        clock: Callable[[], datetime] = now,
        policies: Policies | None = None,
        people: People | None = None,
    ) -> None:
        self.client = client
        self._terms = terms or Terms()
        self._clock = clock
        self._policies = policies or Policies.shipped()
        self._people = people

    async def open(self, claim: Claim, *, generation: int = 1) -> Opened:
        """Open a case, or join the one that the sale has. Two callers at once open one case.

        Raises BadInput when no playbook fits, NobodyAnswers.
        """
        for number in range(generation, generation + MOST_GENERATIONS):
            former = case_id(claim, number - 1) if number > 1 else ""
            try:
                return await self._open(claim, case_id(claim, number), former)
            except WorkflowAlreadyStartedError:
                continue  # that case is finished: the next generation follows it
        raise DeskConflict("there are too many finished cases about this sale")

    async def _open(self, claim: Claim, identity: str, former: str) -> Opened:
        request_id = uuid.uuid4().hex
        start = DisputeInput(
            opening=self._opening(claim, identity, former, request_id), limits=self._terms.limits
        )
        operation = WithStartWorkflowOperation(
            DisputeWorkflow.run,
            start,
            id=identity,
            task_queue=queues.CASES,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            search_attributes=attributes.at_start(claim.kind.value, claim.acquirer),
            static_summary=summary_of(identity, claim.kind.value),
        )
        arrival = Arrival(claim=claim, request_id=request_id)
        try:
            reply = await self.client.execute_update_with_start_workflow(
                DisputeWorkflow.join,
                arrival,
                start_workflow_operation=operation,
                id=request_id,
                rpc_timeout=ANSWER_WITHIN,
            )
        except WorkflowUpdateRPCTimeoutOrCancelledError:
            raise NobodyAnswers(
                "no worker has taken the case yet; it is safe to try again"
            ) from None
        except RPCError as error:
            raise unreachable(error) from None
        if reply.forward:
            reply = await self._join(reply.case_id, arrival)
        return Opened(case_id=reply.case_id, joined=not reply.opened)

    async def _join(self, identity: str, arrival: Arrival) -> JoinReply:
        handle = self._handle(identity)
        with _spoken(identity):
            return await handle.execute_update(
                DisputeWorkflow.join, arrival, id=arrival.request_id, rpc_timeout=ANSWER_WITHIN
            )

    def _opening(self, claim: Claim, identity: str, former: str, request_id: str) -> Opening:
        today = (self._terms.origin or self._clock()).date()
        playbook, calendar = self._rules(claim, claim.refund.at or claim.sale.at, today)
        return Opening(
            case_id=identity,
            claim=claim,
            playbook=playbook,
            calendar=calendar,
            supervisor=self._terms.supervisor,
            institution=self._terms.institution,
            former=former,
            request_id=request_id,
            origin=self._terms.origin,
            rate=self._terms.rate,
        )

    def _rules(self, claim: Claim, at: datetime | None, today: date) -> tuple[Playbook, Calendar]:
        """What a case about an event of a moment is worked by, as the policies stand now."""
        try:
            playbook, calendar = self._policies.for_event(claim, at, today)
        except PolicyError as error:
            raise BadInput(str(error)) from None
        first = at.date() if at else today
        return playbook, calendar.window(first - timedelta(days=31), today + PINNED_AHEAD)

    async def _with_rules(self, identity: str, data: dict[str, Any]) -> dict[str, Any]:
        """The rules as they stand now, for a case that is to adopt them: those of the day of
        its event as it is known by now. Nobody types them."""
        typed = {"playbook", "calendar"} & set(data)
        if typed:
            raise BadInput(f"adopt_rules: {min(typed)} is not typed in; it comes from the policies")
        case = await self.case(identity)
        at = facts_of(case).moment(Anchor.EVENT)
        playbook, calendar = self._rules(case.claim, at, case.opened_at.date())
        return data | {
            "playbook": playbook.model_dump(mode="json"),
            "calendar": calendar.model_dump(mode="json"),
        }

    async def act(
        self,
        identity: str,
        action: str,
        data: dict[str, Any],
        actor: Actor,
        *,
        request_id: str = "",
    ) -> ActReply:
        """Act on a case. The same ``request_id`` acts once, however often it is sent.

        Raises BadInput, NotAllowed, CaseNotFound or NobodyAnswers.
        """
        # Beside the data, which the action itself looks through: Temporal keeps request ids
        # in the clear, and the rest is repeated in answers.
        beside = {"action": action, "request_id": request_id, "actor": actor.name}
        place = next(find_card_data(beside), None)
        if place is not None:
            raise BadInput(f"{place} holds a full card number or security code")
        if action == "adopt_rules":
            data = await self._with_rules(identity, data)
        try:
            read_action(action, data)
        except BadAction as error:
            raise BadInput(str(error)) from None
        actor = self.recognised(actor)
        request = ActRequest(
            action=action, data=data, actor=actor, request_id=request_id or uuid.uuid4().hex
        )
        handle = self._handle(identity)
        with _spoken(identity):
            return await handle.execute_update(
                DisputeWorkflow.act, request, id=request.request_id, rpc_timeout=ANSWER_WITHIN
            )

    def recognised(self, actor: Actor) -> Actor:
        """The actor with the human being behind the login, who is never taken from the caller.
        Whoever a table of people does not name is a stranger, who decides nothing about money."""
        person = self._people.person(actor.name) if self._people is not None else ""
        stranger = self._people is not None and not person
        return actor.model_copy(update={"person": person, "stranger": stranger})

    async def heard(self, identity: str, hint: Hint) -> bool:
        """Tell a case that the acquirer has news of one of its effects. Needs no worker: it is
        kept until one is there. False when there is no such case, or it is finished.

        Raises NobodyAnswers.
        """
        handle = self._handle(identity)
        try:
            # The client by itself would try for longer than an acquirer waits.
            async with asyncio.timeout(HEARD_WITHIN.total_seconds()):
                with _spoken(identity):
                    await handle.signal(DisputeWorkflow.heard, hint, rpc_timeout=HEARD_WITHIN)
        except TimeoutError:
            raise NobodyAnswers("Temporal does not answer in time") from None
        except (CaseNotFound, NotAllowed):
            return False
        return True

    async def timeline(self, identity: str) -> tuple[Entry, ...]:
        """Every event of a case. Raises CaseNotFound or NobodyAnswers."""
        handle = self._handle(identity)
        with _spoken(identity):
            reply = await handle.query(DisputeWorkflow.timeline, rpc_timeout=ANSWER_WITHIN)
        return reply.entries

    async def case(self, identity: str) -> Case:
        return fold(await self.timeline(identity))

    async def show(self, identity: str) -> CaseView:
        """The case as its readers see it, at this moment."""
        case = await self.case(identity)
        return view(case, case.case_time.at(self._clock()))

    async def explain(self, identity: str) -> Explanation:
        """Whose time the case's life was, and why each clock is due when it is."""
        entries = await self.timeline(identity)
        case_time = fold(entries).case_time
        return explain(entries, case_time.at(self._clock()))

    async def listed(self, query: str = "", limit: int = 200) -> AsyncIterator[Listed]:
        """Cases by search attributes, e.g. ``RecourseStage = 'legal'``."""
        own = "WorkflowType = 'Dispute'"
        try:
            async for found in self.client.list_workflows(
                f"{own} AND ({query})" if query else own, limit=limit
            ):
                known = found.typed_search_attributes
                yield Listed(
                    case_id=found.id,
                    kind=known.get(attributes.KIND, ""),
                    stage=known.get(attributes.STAGE, ""),
                    step=known.get(attributes.STEP, ""),
                    ball=known.get(attributes.BALL, ""),
                    outcome=known.get(attributes.OUTCOME, ""),
                    acquirer=known.get(attributes.ACQUIRER, ""),
                    failures=known.get(attributes.FAILURES, 0),
                    next_due=known.get(attributes.NEXT_DUE),
                )
        except RPCError as error:
            raise unreachable(error) from None

    def _handle(self, identity: str) -> WorkflowHandle[DisputeWorkflow, Any]:
        return self.client.get_workflow_handle_for(DisputeWorkflow.run, identity)


class _spoken:  # noqa: N801 - reads as a verb at its use
    """The one place where Temporal's errors become the desk's."""

    def __init__(self, identity: str) -> None:
        self._identity = identity

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        match error:
            case WorkflowUpdateFailedError(cause=ApplicationError() as cause):
                if cause.type == BAD_ACTION:
                    raise BadInput(cause.message) from None
                code = str(cause.details[0]) if cause.details else ""
                raise NotAllowed(cause.message, code) from None
            case WorkflowUpdateRPCTimeoutOrCancelledError():
                raise NobodyAnswers("no worker answers; it is safe to try again") from None
            case WorkflowQueryFailedError():
                raise NobodyAnswers(f"{self._identity} cannot be read by this worker") from None
            case RPCError(status=RPCStatusCode.NOT_FOUND) if "completed" in str(error):
                raise NotAllowed("the case is finished", "finished") from None
            case RPCError(status=RPCStatusCode.NOT_FOUND):
                raise CaseNotFound(f"there is no case {self._identity}") from None
            case RPCError():
                raise unreachable(error) from None
            case _:
                return


def unreachable(error: RPCError) -> DeskError:
    if error.status is RPCStatusCode.NOT_FOUND:
        return CaseNotFound("Temporal does not know it")
    return NobodyAnswers(f"Temporal does not answer ({error.status.name.lower()})")

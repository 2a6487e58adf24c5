"""The dispute: one durable workflow for the whole life of one case."""

import contextlib
from collections.abc import Awaitable, Callable

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from recourse.disputes import actions
    from recourse.disputes import events as ev
    from recourse.disputes.actions import Action, BadAction, Situation
    from recourse.disputes.case import Case
    from recourse.disputes.claims import Claim
    from recourse.disputes.effects import Hint
    from recourse.disputes.view import CaseView, view
    from recourse.disputes.vocabulary import Stage
    from workflows.messages import (
        BAD_ACTION,
        REFUSED,
        ActReply,
        ActRequest,
        Arrival,
        CaseResult,
        DisputeInput,
        JoinReply,
        TimelineReply,
        TwinClaim,
    )

from workflows.alias import answer_herald
from workflows.attention import attend
from workflows.closing import closing
from workflows.contact import contact
from workflows.escalation import escalation
from workflows.following import heed
from workflows.legal import legal
from workflows.process import Process, StageLeft
from workflows.statements import Statements
from workflows.telling import announce, inform
from workflows.verification import verification

STAGES: dict[Stage, Callable[[Process], Awaitable[None]]] = {
    Stage.CONTACT: contact,
    Stage.VERIFICATION: verification,
    Stage.ESCALATION: escalation,
    Stage.LEGAL: legal,
}


@workflow.defn(name="Dispute")
class DisputeWorkflow:
    """One dispute, from the claim to the end of the watch period.

    A client may:

    - ``join`` (update): bring a claim about the same sale. The call that opened the case is
      told so, every other that it joined; nothing is ever run twice.
    - ``act`` (update): do one of ``recourse.disputes.actions``. Refused with a reason when the
      rules do not allow it now, and then nothing is written. The same ``request_id`` acts once.
    - ``timeline`` (query): every event so far, from which everything else is folded.
    - ``state`` (query): the case as its readers see it.

    The acquirer's notices come as ``heard`` (signal), each a hint that an effect is to be looked
    up now.

    Another case may ask ``who_holds`` (signal) this case's id, which is the address of its
    sale, and then ``take_twin`` (signal): its claim, when its sale turned out to be this one.

    It returns a ``CaseResult`` and never fails on its own: what cannot be done becomes a work
    item for a person.
    """

    @workflow.init
    def __init__(self, start: DisputeInput) -> None:
        self._process = Process(start, attend, announce, inform, heed, Statements())

    @workflow.run
    async def run(self, start: DisputeInput) -> CaseResult:
        p = self._process
        while not p.case.finished:
            p.standing = p.case.visit
            try:
                await _procedure(p.case)(p)
            except StageLeft:
                continue
        await _free_address(p.case)
        await p.settle_down()
        return CaseResult(
            case_id=p.case.case_id,
            outcome=p.case.outcome,
            reason=p.case.reason,
            path=p.case.path,
            last_digest=p.timeline[-1].digest,
        )

    @workflow.update(description="A claim about the same sale arrives")
    def join(self, arrival: Arrival) -> JoinReply:
        p = self._process
        case = p.case
        opened = arrival.request_id == case.request_id
        if not opened:
            self._receive(arrival.claim, request=arrival.request_id)
        return JoinReply(
            case_id=case.case_id, opened=opened, stage=p.case.stage, outcome=p.case.outcome
        )

    def _receive(self, claim: Claim, *, other_case: str = "", request: str = "") -> None:
        """A claim about the sale of this case. The same words again change nothing; other
        words after the end bring the case back, before a person."""
        p = self._process
        p.catch_up()
        if claim.digest in p.case.claims or p.case.finished:
            return
        joined = ev.ClaimJoined(
            digest=claim.digest,
            channel=claim.channel,
            claimant=claim.claimant,
            story=claim.story,
            other_case=other_case,
        )
        p.record(joined, request=request)
        held = {item.digest for item in p.case.evidence}
        new = [item for item in claim.evidence if item.digest not in held]
        # Cases that were joined before 2026-11-27 have left such evidence in the vault alone;
        # the patch goes when no such case is open any more.
        if new and workflow.patched("evidence-of-joined-claims"):
            p.record(*(ev.EvidenceAdded(item=item) for item in new))
        if p.case.outcome is not None:
            why = "another claim about the same sale"
            p.record(ev.Reopened(reason=why), ev.StageEntered(stage=Stage.VERIFICATION, why=why))

    @workflow.update(description="A person acts on the case")
    def act(self, request: ActRequest) -> ActReply:
        p = self._process
        if request.request_id in p.case.seen_requests:
            return ActReply(view=view(p.case, p.now), repeated=True)
        # What has run out unseen came first: it may forbid what the validator has let in.
        p.catch_up()
        action, situation = self._allowed(request)
        p.record(*action.events(situation), by=str(request.actor), request=request.request_id)
        return ActReply(view=view(p.case, p.now))

    @act.validator
    def _may_act(self, request: ActRequest) -> None:
        if request.request_id not in self._process.case.seen_requests:
            self._allowed(request)

    def _allowed(self, request: ActRequest) -> tuple[Action, Situation]:
        """What is to be done, and on what it is done. Raises ApplicationError when the rules do
        not allow it."""
        p = self._process
        try:
            action = actions.read_action(request.action, request.data)
        except BadAction as error:
            raise ApplicationError(str(error), type=BAD_ACTION) from None
        situation = Situation(case=p.case, actor=request.actor, now=p.now)
        refusal = actions.refusal(action, situation)
        if refusal is not None:
            raise ApplicationError(refusal.words, refusal.code, type=REFUSED)
        return action, situation

    @workflow.signal(description="A case about the same sale hands over its claim")
    def take_twin(self, twin: TwinClaim) -> None:
        self._receive(twin.claim, other_case=twin.case_id)

    @workflow.signal(description="The acquirer says that there is news of an effect")
    def heard(self, hint: Hint) -> None:
        p = self._process
        case = p.case
        known = case.intent(hint.effect_id) is not None and hint.event_id not in case.seen_hints
        # Of an effect that is still to be looked up it says nothing more, and leaves no event:
        # a flood of notices makes a case no longer than the look-ups that it causes.
        if case.finished or not known or hint.effect_id in case.hinted:
            return
        p.record(
            ev.WebhookHeard(event_id=hint.event_id, effect_id=hint.effect_id, kind=hint.kind),
            by=case.claim.acquirer,
        )

    @workflow.signal(description="A herald asks whose address this is")
    async def who_holds(self, herald: str) -> None:
        await answer_herald(herald, self._process.case.case_id)

    @workflow.query(description="Every event of the case so far")
    def timeline(self) -> TimelineReply:
        return TimelineReply(entries=tuple(self._process.timeline))

    @workflow.query(description="Where the case stands")
    def state(self) -> CaseView:
        return view(self._process.case, self._process.now)


def _procedure(case: Case) -> Callable[[Process], Awaitable[None]]:
    """What the case is in: its closing once an outcome is reached, else its stage."""
    return closing if case.outcome is not None else STAGES[case.stage]


async def _free_address(case: Case) -> None:
    """Let go of the sale's address: a later claim about it opens a new case."""
    address = case.links.get("address")
    if address is not None:
        with contextlib.suppress(ApplicationError):  # somebody has ended it by hand
            await workflow.get_external_workflow_handle(address).signal("release")

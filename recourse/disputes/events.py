"""What can happen to a case. The list of these is the case; everything else is derived.

Event models are stored: fields may be added with a default, never removed or retyped, and a
default never changes, because the chain's digests leave defaults out.
"""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from recourse.disputes.balls import Ball
from recourse.disputes.calendars import Calendar
from recourse.disputes.casetime import CaseTime
from recourse.disputes.claims import Claim, EvidenceItem
from recourse.disputes.clocks import Clock
from recourse.disputes.effects import EffectAnswer, EffectOrder, RequestAnswer, RequestOrder
from recourse.disputes.matching import Grade
from recourse.disputes.models import Value
from recourse.disputes.money import Money
from recourse.disputes.notices import Delivery, Role, StoredDocument, Template
from recourse.disputes.plans import Way
from recourse.disputes.playbooks import Playbook
from recourse.disputes.records import Record, Sale
from recourse.disputes.statements import Excerpt
from recourse.disputes.verdicts import Correction, Verdict
from recourse.disputes.vocabulary import Cause, DecisionKind, Outcome, Result, Stage, Step


class CaseOpened(Value):
    type: Literal["case_opened"] = "case_opened"
    case_id: str
    claim: Claim
    playbook: Playbook
    calendar: Calendar
    case_time: CaseTime
    supervisor: str = ""
    """Where approvals and work items are announced."""
    institution: str = ""
    """Who answers the claim: merchant, payment_institution or bank. Rules hang on it."""
    former: str = ""
    """An earlier, finished case about the same sale."""
    request_id: str = ""
    """The call that opened the case: only that call is told "opened", all others "joined"."""


class ClaimJoined(Value):
    """Another claim about the same sale reached this case."""

    type: Literal["claim_joined"] = "claim_joined"
    digest: str
    channel: str
    claimant: str
    story: str = ""
    other_case: str = ""
    """The case the claim came in under, when that was a twin."""


class Notified(Value):
    type: Literal["notified"] = "notified"
    key: str
    template: Template
    to: Role
    delivery: Delivery
    detail: str = ""


class NoticeUndeliverable(Value):
    """The party cannot be reached this way: telling it is not done."""

    type: Literal["notice_undeliverable"] = "notice_undeliverable"
    key: str
    template: Template
    to: Role
    delivery: Delivery


class AnswerReceived(Value):
    type: Literal["answer_received"] = "answer_received"
    party: Role
    result: Result | None = None
    answers: dict[str, str] = Field(default_factory=dict)
    """By question code."""
    text: str = ""


class EvidenceAdded(Value):
    type: Literal["evidence_added"] = "evidence_added"
    item: EvidenceItem


class StatementRead(Value):
    """A piece of evidence was read as a statement. Kept are the lines that bear on the sale."""

    type: Literal["statement_read"] = "statement_read"
    digest: str
    """Of the piece of evidence."""
    excerpt: Excerpt


class Noted(Value):
    type: Literal["noted"] = "noted"
    text: str


class Assigned(Value):
    type: Literal["assigned"] = "assigned"
    to: str


class PromiseMade(Value):
    type: Literal["promise_made"] = "promise_made"
    clock: str
    party: Role
    who: str
    what: str
    due: AwareDatetime


class PromiseKept(Value):
    type: Literal["promise_kept"] = "promise_kept"
    clock: str


class PromiseBroken(Value):
    type: Literal["promise_broken"] = "promise_broken"
    clock: str


class ClockStarted(Value):
    type: Literal["clock_started"] = "clock_started"
    clock: Clock


class ClockMet(Value):
    type: Literal["clock_met"] = "clock_met"
    clock: str


class ClockStopped(Value):
    """The case has moved on and the clock has lost its object."""

    type: Literal["clock_stopped"] = "clock_stopped"
    clock: str


class ClockExtended(Value):
    """A clock was given more time: by the days granted, or by the next step of its own rule."""

    type: Literal["clock_extended"] = "clock_extended"
    clock: str
    due: AwareDatetime
    reason: str
    now: Clock | None = None
    """The clock as it runs from here on."""
    needs: str = ""
    """What its rule asks for the longer time, when the rule itself allows it."""


class ClockPaused(Value):
    """A clock stands still while somebody else has the ball."""

    type: Literal["clock_paused"] = "clock_paused"
    clock: str
    ball: Ball


class ClockResumed(Value):
    """A clock ticks on; it is due when the time it had left has been used up."""

    type: Literal["clock_resumed"] = "clock_resumed"
    clock: str
    ball: Ball
    """Who had the ball meanwhile."""
    due: AwareDatetime
    now: Clock


class ClockRestarted(Value):
    """A clock begins anew: a proven demand restarts limitation."""

    type: Literal["clock_restarted"] = "clock_restarted"
    clock: Clock
    why: str


class ClockWarned(Value):
    """Our people were told that a clock of theirs comes near, or that it has run out and
    still nothing has come (``overdue`` counts how often)."""

    type: Literal["clock_warned"] = "clock_warned"
    clock: str
    overdue: int = 0
    next: AwareDatetime | None = None


class PolicyAdopted(Value):
    """The case moved to other rules or another calendar, by an act and not by itself. What
    its clocks had counted stays counted."""

    type: Literal["policy_adopted"] = "policy_adopted"
    playbook: Playbook
    calendar: Calendar
    reason: str
    clocks: tuple[Clock, ...]
    """The running clocks that the change touches, as they run from here on."""
    stopped: tuple[str, ...] = ()
    """Clocks that no rule sets any more."""


class Reminded(Value):
    type: Literal["reminded"] = "reminded"
    clock: str
    number: int
    next: AwareDatetime | None = None
    """When the owner will be reminded again."""


class TimedOut(Value):
    """A time-out is an event like a person's act: it has an owner and a default result."""

    type: Literal["timed_out"] = "timed_out"
    clock: str
    owner: Ball
    default: str
    overdue_at: AwareDatetime | None = None
    """When our people are told again that still nothing has come."""


class StageEntered(Value):
    type: Literal["stage_entered"] = "stage_entered"
    stage: Stage
    why: str
    rung: str = ""
    """The rung a person asked for; empty: the next one."""


class StepTaken(Value):
    type: Literal["step_taken"] = "step_taken"
    step: Step
    ball: Ball


class SaleFound(Value):
    type: Literal["sale_found"] = "sale_found"
    sale: Sale
    grade: Grade
    reasons: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    """What speaks for and against it, in codes that have words (``matching``)."""


class SaleAmbiguous(Value):
    type: Literal["sale_ambiguous"] = "sale_ambiguous"
    candidates: tuple[Sale, ...]
    question: str
    findings: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """What speaks for and against each candidate, by its reference."""


class SaleNotFound(Value):
    type: Literal["sale_not_found"] = "sale_not_found"
    question: str


class SaleChosen(Value):
    type: Literal["sale_chosen"] = "sale_chosen"
    sale: Sale


class TwinLinked(Value):
    """Another case holds this sale. One carries on, this one ends."""

    type: Literal["twin_linked"] = "twin_linked"
    case_id: str


class AddressHeld(Value):
    """Claims about the sale that was found now meet in this case, under this workflow id."""

    type: Literal["address_held"] = "address_held"
    address: str


class RecordRead(Value):
    type: Literal["record_read"] = "record_read"
    record: Record


class VerdictReached(Value):
    type: Literal["verdict_reached"] = "verdict_reached"
    verdict: Verdict


class DecisionProposed(Value):
    type: Literal["decision_proposed"] = "decision_proposed"
    decision: DecisionKind
    corrections: tuple[Correction, ...] = ()
    reason: str = ""
    by: str
    needs_approval: bool = False
    person: str = ""
    """The human being behind ``by``, where the installation keeps a table of its people."""
    given_up: Money | None = None
    """Of a write-off: what is not fetched back any more."""


class DecisionApproved(Value):
    type: Literal["decision_approved"] = "decision_approved"
    by: str
    amount: Money | None = None
    person: str = ""
    card_last4: str = ""
    """The card that was read back, where it was."""


class DecisionRefused(Value):
    type: Literal["decision_refused"] = "decision_refused"
    by: str
    reason: str


class CorrectionRequested(Value):
    """Written before the acquirer is asked: the intent and its id outlive any crash."""

    type: Literal["correction_requested"] = "correction_requested"
    order: EffectOrder
    part: int
    """Which correction of the decision this intent carries out, from 0."""


class CorrectionAnswered(Value):
    type: Literal["correction_answered"] = "correction_answered"
    effect_id: str
    answer: EffectAnswer
    asked: AwareDatetime | None = None
    """Real time by which the request had been sent; empty when it was only looked up."""
    heeded: bool = False
    """Looked up on the acquirer's word that there is news."""


class WebhookHeard(Value):
    """The acquirer says that there is news of an effect. A hint to look it up, never the news
    itself: whoever forges or repeats one causes a query and nothing else."""

    type: Literal["webhook_heard"] = "webhook_heard"
    event_id: str
    effect_id: str
    kind: str = ""


class CorrectionByHand(Value):
    """A person carried the correction out elsewhere and says under which reference."""

    type: Literal["correction_by_hand"] = "correction_by_hand"
    effect_id: str
    reference: str


class RecoveryWayTaken(Value):
    """A step to fetch back what a receiver has too much."""

    type: Literal["recovery_way_taken"] = "recovery_way_taken"
    way: Way


class RecoveryRecorded(Value):
    """Money came back past the acquirer: paid at the till, by transfer, in parts."""

    type: Literal["recovery_recorded"] = "recovery_recorded"
    amount: Money
    reference: str
    """Where it is booked."""


class ReceiptConfirmed(Value):
    type: Literal["receipt_confirmed"] = "receipt_confirmed"
    received: bool
    text: str = ""


class Escalated(Value):
    type: Literal["escalated"] = "escalated"
    rung: str
    party: Role


class RungLeft(Value):
    """The rung brought nothing; the next one follows."""

    type: Literal["rung_left"] = "rung_left"
    rung: str


class RequestOpened(Value):
    type: Literal["request_opened"] = "request_opened"
    order: RequestOrder
    answer: RequestAnswer


class RequestAnswered(Value):
    type: Literal["request_answered"] = "request_answered"
    effect_id: str
    answer: RequestAnswer


class ResultRecorded(Value):
    """What the party of a rung, an authority or a court came back with."""

    type: Literal["result_recorded"] = "result_recorded"
    rung: str
    result: Result
    text: str = ""
    amount: Money | None = None


class HoldPlaced(Value):
    """Nothing of this case may be deleted any more."""

    type: Literal["hold_placed"] = "hold_placed"
    reason: str


class FileAssembled(Value):
    type: Literal["file_assembled"] = "file_assembled"
    documents: tuple[StoredDocument, ...]


class DemandSent(Value):
    """The demand went out. Its delivery is evidence: a proven demand restarts limitation
    (Civil Code Art. 195)."""

    type: Literal["demand_sent"] = "demand_sent"
    to: Role
    document: StoredDocument
    delivery: Delivery
    amount: Money | None = None

    @property
    def delivered(self) -> bool:
        """Whether its delivery can be shown: a server took it, or a person has a receipt."""
        return self.delivery.state in ("sent", "by_hand")


class Settled(Value):
    type: Literal["settled"] = "settled"
    terms: str
    amount: Money | None = None
    between: Role | None = None


class Withdrawn(Value):
    type: Literal["withdrawn"] = "withdrawn"
    reason: str


class OutcomeReached(Value):
    """The case is decided; it closes when everybody has been told."""

    type: Literal["outcome_reached"] = "outcome_reached"
    outcome: Outcome
    reason: str = ""
    cause: Cause | None = None
    lesson: str = ""


class Closed(Value):
    type: Literal["closed"] = "closed"
    outcome: Outcome
    reason: str = ""
    cause: Cause | None = None
    lesson: str = ""


class Reopened(Value):
    type: Literal["reopened"] = "reopened"
    reason: str


class WatchEnded(Value):
    type: Literal["watch_ended"] = "watch_ended"


class WorkFailed(Value):
    """A step could not be carried out. It waits for a person; the case keeps its place."""

    type: Literal["work_failed"] = "work_failed"
    item: str
    what: str
    error: str
    """The error's type: what the caller should do, never personal data."""
    money: bool = False
    """Whether money may hang on it: such an item cannot be skipped."""
    aside: bool = False
    """Whether the case goes on meanwhile: then it keeps its step."""
    evidence: str = ""
    """Digest of the piece of evidence that it is about."""


class WorkResumed(Value):
    type: Literal["work_resumed"] = "work_resumed"
    item: str
    how: Literal["retry", "skip", "by_hand", "dropped"]
    """``dropped``: by nobody; the case has moved on and the step has lost its object."""
    reference: str = ""
    reason: str = ""


Event = Annotated[
    CaseOpened
    | ClaimJoined
    | Notified
    | NoticeUndeliverable
    | AnswerReceived
    | EvidenceAdded
    | StatementRead
    | Noted
    | Assigned
    | PromiseMade
    | PromiseKept
    | PromiseBroken
    | ClockStarted
    | ClockMet
    | ClockStopped
    | ClockExtended
    | ClockPaused
    | ClockResumed
    | ClockRestarted
    | ClockWarned
    | PolicyAdopted
    | Reminded
    | TimedOut
    | StageEntered
    | StepTaken
    | SaleFound
    | SaleAmbiguous
    | SaleNotFound
    | SaleChosen
    | TwinLinked
    | AddressHeld
    | RecordRead
    | VerdictReached
    | DecisionProposed
    | DecisionApproved
    | DecisionRefused
    | CorrectionRequested
    | CorrectionAnswered
    | CorrectionByHand
    | WebhookHeard
    | RecoveryWayTaken
    | RecoveryRecorded
    | ReceiptConfirmed
    | Escalated
    | RungLeft
    | RequestOpened
    | RequestAnswered
    | ResultRecorded
    | HoldPlaced
    | FileAssembled
    | DemandSent
    | Settled
    | Withdrawn
    | OutcomeReached
    | Closed
    | Reopened
    | WatchEnded
    | WorkFailed
    | WorkResumed,
    Field(discriminator="type"),
]

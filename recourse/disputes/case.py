"""The case: a fold over its timeline. Nothing in it is ever set but by an event."""

from pydantic import AwareDatetime, Field

from recourse.disputes.balls import Ball
from recourse.disputes.calendars import Calendar
from recourse.disputes.casetime import CaseTime
from recourse.disputes.claims import Claim, ClaimedSale, EvidenceItem
from recourse.disputes.clocks import Clock, Effect
from recourse.disputes.effects import AnswerKind, EffectAnswer, EffectOrder, RequestAnswer
from recourse.disputes.models import Value
from recourse.disputes.money import Money
from recourse.disputes.notices import Role, StoredDocument, Template
from recourse.disputes.plans import Way
from recourse.disputes.playbooks import Playbook
from recourse.disputes.records import Record, RefundStatus, Sale
from recourse.disputes.statements import Excerpt
from recourse.disputes.verdicts import Correction, Verdict, Words, amount_of
from recourse.disputes.vocabulary import (
    Cause,
    CorrectionState,
    DecisionKind,
    Outcome,
    Result,
    Stage,
    Step,
)

GOODWILL = DecisionKind.GOODWILL.value
"""The reason of an order that gives what is not owed."""


class Decision(Value):
    """What is to be done, who proposed it, and whether a second person has agreed."""

    kind: DecisionKind
    corrections: tuple[Correction, ...] = ()
    reason: str = ""
    by: str
    person: str = ""
    """The human being behind ``by``, where that is known."""
    needs_approval: bool = False
    approved_by: str = ""
    given_up: Money | None = None
    """What a receiver owes and is then not asked for any more."""

    @property
    def final(self) -> bool:
        return bool(self.approved_by) or not self.needs_approval

    @property
    def amount(self) -> Money | None:
        """What it is about: the money that it moves, or that it writes off."""
        written_off = self.given_up if self.kind is DecisionKind.WRITE_OFF else None
        return written_off or amount_of(self.corrections)

    @property
    def to_read_back(self) -> Money | None:
        """What a second person reads back: what is moved, or else what is given up."""
        return self.amount or self.given_up


class Recovered(Value):
    """Money that came back past the acquirer."""

    amount: Money
    reference: str
    at: AwareDatetime


class Intent(Value):
    """A movement of money we want once, and the last that was heard of it."""

    order: EffectOrder
    part: int
    visit: int
    """The visit to verification it belongs to."""
    at: AwareDatetime | None = None
    """When it was written down."""
    answer: EffectAnswer | None = None
    by_hand: str = ""
    by_hand_at: AwareDatetime | None = None
    """When a person said so."""
    asked: AwareDatetime | None = None
    """Real time by which the last request for it had been sent."""
    taken: bool = False
    """The acquirer has once said that it has it: "never seen" is no answer any more."""
    doubted: AwareDatetime | None = None
    """Since when the acquirer cannot say what became of it."""
    names: tuple[str, ...] = ()
    """``plain`` references and ARNs under which the acquirer has told of it."""

    @property
    def state(self) -> CorrectionState:
        return _state_of(self)

    @property
    def elsewhere(self) -> bool:
        """A person gave it by hand. Not so where the person named what the acquirer was asked
        for: then the acquirer's word of it goes before the person's, once there is one."""
        named = plain(self.by_hand) in self.names and not self._unsure
        return bool(self.by_hand) and not named

    @property
    def goodwill(self) -> bool:
        """Whether it gives what is not owed."""
        return self.order.reason == GOODWILL

    @property
    def may_pay_too(self) -> bool:
        """A person gave it elsewhere, and the acquirer, which was asked for it, has not said
        that it will not carry it out as well."""
        if not self.elsewhere:
            return False
        if self.answer is None:
            return self.asked is not None
        ended = self.answer.kind in (AnswerKind.SUCCEEDED, AnswerKind.ABSENT)
        failed = self.answer.kind is AnswerKind.FAILED
        return not ended and (not failed or self.answer.status is RefundStatus.ABNORMAL)

    @property
    def paid_twice(self) -> bool:
        """A person gave it elsewhere, and the acquirer has carried it out as well."""
        return self.elsewhere and self._heard(AnswerKind.SUCCEEDED)

    @property
    def held(self) -> bool:
        """The acquirer has the money and cannot give it on: a person must decide where to."""
        status = self.answer.status if self.answer is not None and not self.elsewhere else None
        return status is RefundStatus.ABNORMAL

    @property
    def failed_late(self) -> bool:
        """It was under way, or even posted, and came to nothing after all."""
        late = (RefundStatus.FAILED, RefundStatus.RETURNED)
        return self.failed and self.answer is not None and self.answer.status in late

    @property
    def done(self) -> bool:
        return self.elsewhere or self._heard(AnswerKind.SUCCEEDED)

    @property
    def in_doubt(self) -> bool:
        return self._unsure and not self.elsewhere

    @property
    def failed(self) -> bool:
        return self._heard(AnswerKind.FAILED) and not self.elsewhere

    @property
    def _unsure(self) -> bool:
        return self.answer is None or self.answer.unsure

    def _heard(self, kind: AnswerKind) -> bool:
        return self.answer is not None and self.answer.kind is kind


def plain(name: str) -> str:
    """A reference as it is compared: people type it as they like."""
    return name.strip().casefold()


def _state_of(intent: Intent) -> CorrectionState:
    answer = intent.answer
    if intent.paid_twice:
        return CorrectionState.PAID_TWICE
    if intent.elsewhere:
        return CorrectionState.BY_HAND
    if answer is None:
        return CorrectionState.REQUESTED
    match answer.kind:
        case AnswerKind.UNKNOWN | AnswerKind.ABSENT:
            return CorrectionState.IN_DOUBT
        case AnswerKind.SUCCEEDED:
            return CorrectionState.POSTED
        case AnswerKind.ACCEPTED if answer.status is RefundStatus.NEEDS_ACTION:
            return CorrectionState.NEEDS_ACTION
        case AnswerKind.ACCEPTED:
            return CorrectionState.PENDING if answer.reason else CorrectionState.ACCEPTED
        case AnswerKind.FAILED if answer.status is RefundStatus.ABNORMAL:
            return CorrectionState.ABNORMAL
        case AnswerKind.FAILED if answer.status is RefundStatus.RETURNED:
            return CorrectionState.RETURNED
        case AnswerKind.FAILED:
            return CorrectionState.FAILED


class WorkItem(Value):
    item: str
    what: str
    error: str
    since: AwareDatetime
    money: bool = False
    aside: bool = False
    """Whether the case goes on meanwhile."""
    evidence: str = ""
    """Digest of the piece of evidence that it is about."""
    effect: str = ""
    """Id of the correction that it is about."""
    how: str = ""
    """Empty while it waits for a person; then retry, skip, by_hand or dropped."""
    reference: str = ""


class Told(Value):
    """A notice that was given."""

    key: str
    template: Template
    to: Role
    at: AwareDatetime
    message_id: str
    state: str
    attempts: int = 1


class Untold(Value):
    """Something that a person's act has brought and a party is still to be told of."""

    template: Template
    to: Role
    clock: str = ""
    detail: str = ""


class Case(Value):
    """Everything known of a case now."""

    case_id: str
    claim: Claim
    playbook: Playbook
    calendar: Calendar
    case_time: CaseTime
    supervisor: str = ""
    institution: str = ""
    request_id: str = ""
    opened_at: AwareDatetime
    closed_at: AwareDatetime | None = None
    reopened_at: AwareDatetime | None = None
    """When it last was: our own goals count from there."""
    finished: bool = False
    stage: Stage = Stage.CONTACT
    step: Step = Step.RECEIVED
    ball: Ball = Ball.US
    path: tuple[Stage, ...] = (Stage.CONTACT,)
    visit: int = 1
    """Counts entries into stages: a procedure that finds it changed has been left."""
    outcome: Outcome | None = None
    reason: str = ""
    cause: Cause | None = None
    lesson: str = ""
    assigned: str = ""
    known: ClaimedSale
    """What is known of the sale: the claim, then what answers added."""
    words: Words = Words()
    """What parties and the acquirer's people said, as far as the verdict rests on it."""
    answered: tuple[Role, ...] = ()
    sale: Sale | None = None
    sale_by: str = ""
    candidates: tuple[Sale, ...] = ()
    findings: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """What speaks for and against each candidate, by its reference."""
    question: str = ""
    record: Record | None = None
    """Read in this visit to verification; none after the stage was entered anew."""
    books: Record | None = None
    """The acquirer's record as last read, whenever that was."""
    verdict: Verdict | None = None
    decision: Decision | None = None
    intents: tuple[Intent, ...] = ()
    hinted: tuple[str, ...] = ()
    """Effects of which the acquirer says that there is news, and which nobody has looked up."""
    seen_hints: tuple[str, ...] = ()
    """The last ids of the acquirer's notices: the same one again says nothing."""
    consent: bool | None = None
    """Whether who received too much agrees that it is taken from the card."""
    ways_taken: tuple[Way, ...] = ()
    """Steps taken to fetch back what a receiver has too much, in order."""
    owed_back: Money | None = None
    """What a receiver still has too much; none while no verdict finds that."""
    recoveries: tuple[Recovered, ...] = ()
    confirmed: bool | None = None
    """Whether the customer says the money, or the slip, came."""
    target_rung: str = ""
    rung: str = ""
    rungs_climbed: tuple[str, ...] = ()
    rung_result: Result | None = None
    rung_over: bool = False
    requests: dict[str, RequestAnswer] = Field(default_factory=dict)
    request_count: int = 0
    on_hold: bool = False
    documents: tuple[StoredDocument, ...] = ()
    demand: StoredDocument | None = None
    demand_made: bool = False
    """Whether payment was demanded, by letter or by mail alone, be it that it reached nobody."""
    demand_told: bool = False
    """Whether the claimant was told of that, be it that he could not be reached."""
    demands: tuple[AwareDatetime, ...] = ()
    """When each demand went out whose delivery is proven, in order."""
    clocks: dict[str, Clock] = Field(default_factory=dict)
    promises: int = 0
    told: tuple[Told, ...] = ()
    notice_count: int = 0
    untold: tuple[Untold, ...] = ()
    """What acts have brought and nobody has been told yet, oldest first."""
    evidence: tuple[EvidenceItem, ...] = ()
    statements: dict[str, Excerpt] = Field(default_factory=dict)
    """What was read of statements among the evidence, by digest."""
    claims: tuple[str, ...] = ()
    """Digests of the claims that met here."""
    links: dict[str, str] = Field(default_factory=dict)
    work: dict[str, WorkItem] = Field(default_factory=dict)
    work_count: int = 0
    seen_requests: tuple[str, ...] = ()
    """The last ids of requests carried out: the same one again acts no more."""
    legal_result: Result | None = None
    """What the debtor, counsel or a court came back with after the demand."""
    settled_amount: Money | None = None

    @property
    def language(self) -> str:
        return self.claim.language

    def clock(self, name: str) -> Clock | None:
        """A clock of the whole case or of this visit to the stage; older ones are history."""
        clock = self.clocks.get(name)
        return clock if clock is not None and clock.visit in (0, self.visit) else None

    def over(self, name: str) -> bool:
        """Whether a clock has come to its end, by an answer or by time."""
        clock = self.clock(name)
        return clock is not None and not clock.pending

    def expired(self, name: str) -> bool:
        clock = self.clock(name)
        return clock is not None and clock.state == "expired"

    @property
    def barred(self) -> frozenset[str]:
        """The rungs that are not open any more: the right to them has been lost by time."""
        return frozenset(
            rung
            for clock in self.clocks.values()
            if clock.state == "expired" and clock.default == Effect.BAR
            for rung in clock.rungs
        )

    def intent(self, effect_id: str) -> Intent | None:
        return next((i for i in self.intents if i.order.effect_id == effect_id), None)

    def intents_of_visit(self) -> tuple[Intent, ...]:
        return tuple(i for i in self.intents if i.visit == self.visit)

    @property
    def open_work(self) -> tuple[WorkItem, ...]:
        return tuple(item for item in self.work.values() if not item.how)

    @property
    def money_in_flight(self) -> bool:
        """Whether an effect was asked for of which it is not known that the acquirer has it.
        What was accepted is known: it is followed wherever the case goes."""
        return any(intent.in_doubt for intent in self.intents)

    def was_told(self, template: Template, to: Role) -> bool:
        return any(t.template is template and t.to is to for t in self.told)

    def thread(self, to: Role) -> tuple[str, ...]:
        """Keys of the notices a party was given, oldest first."""
        return tuple(t.key for t in self.told if t.to is to)

"""What is decided, and how the money moves."""

from typing import Literal

from pydantic import AwareDatetime

from recourse.disputes.effects import EffectAnswer, EffectOrder
from recourse.disputes.models import Value
from recourse.disputes.money import Money
from recourse.disputes.plans import Way
from recourse.disputes.verdicts import Correction
from recourse.disputes.vocabulary import DecisionKind


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
    """What a receiver owes and is not asked for any more."""


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
    asked: AwareDatetime | None = None
    """Real time by which a request for it may have been sent, unheard; empty when none was, or
    when what became of it was heard."""


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


CorrectionEvent = (
    DecisionProposed
    | DecisionApproved
    | DecisionRefused
    | CorrectionRequested
    | CorrectionAnswered
    | WebhookHeard
    | CorrectionByHand
    | RecoveryWayTaken
    | RecoveryRecorded
)

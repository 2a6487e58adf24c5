"""What goes in and out of a dispute workflow. Stored: fields are added with defaults only."""

from typing import Any

from pydantic import AwareDatetime, Field

from recourse.disputes.actions import Actor
from recourse.disputes.calendars import Calendar
from recourse.disputes.claims import Claim
from recourse.disputes.holds import Hold, Holds
from recourse.disputes.models import Value
from recourse.disputes.playbooks import Playbook
from recourse.disputes.timeline import Entry
from recourse.disputes.view import CaseView
from recourse.disputes.vocabulary import Outcome, Stage


class Limits(Value):
    """How long a case waits for the doors, in real seconds, pinned with the case."""

    call_seconds: int = 15
    """One call to a mail server or an acquirer; a little above their own time-outs."""
    give_up_seconds: int = 1800
    """After so long of retrying, a failed step becomes a work item for a person."""


class Opening(Value):
    """Everything a case is opened with. Picked outside, pinned here."""

    case_id: str
    claim: Claim
    playbook: Playbook
    calendar: Calendar
    supervisor: str = ""
    institution: str = ""
    """Who answers the claim: merchant, payment_institution or bank."""
    former: str = ""
    request_id: str = ""
    origin: AwareDatetime | None = None
    """First moment in case time; none: case time is real time."""
    rate: int = 1


class DisputeInput(Value):
    """A new case has an opening; one that continues as new has its timeline."""

    opening: Opening | None = None
    entries: tuple[Entry, ...] = ()
    limits: Limits = Limits()


class Arrival(Value):
    """A claim that came in, and the call that brought it."""

    claim: Claim
    request_id: str


class JoinReply(Value):
    """Which case the claim is in, and whether this call opened it."""

    case_id: str
    opened: bool
    forward: bool = False
    """The case lives under another workflow id: bring the claim there."""
    stage: Stage = Stage.CONTACT
    outcome: Outcome | None = None


class ActRequest(Value):
    """An action as its door hands it over. ``request_id`` makes it act once."""

    action: str
    data: dict[str, Any] = Field(default_factory=dict)
    actor: Actor
    request_id: str


class ActReply(Value):
    view: CaseView
    repeated: bool = False
    """This request had been carried out before; nothing was done now."""


class TimelineReply(Value):
    entries: tuple[Entry, ...]


class TwinClaim(Value):
    """A case found that its sale is this case's: its claim comes over."""

    case_id: str
    claim: Claim


class CaseResult(Value):
    """What a finished case leaves behind."""

    case_id: str
    outcome: Outcome | None
    reason: str
    path: tuple[Stage, ...]
    last_digest: str
    """Digest of the last entry: seals the whole timeline."""


class AliasInput(Value):
    """The address of a sale whose case was opened before the sale was known."""

    case_id: str


class AddressInput(Value):
    """A case that asks for the address of the sale it has found."""

    case_id: str
    address: str


class HoldsInput(Value):
    """The holds of a sale; those of the run before, when it continues as new."""

    holds: Holds = Holds()


class HoldReply(Value):
    """Held. ``others`` is what others had taken before."""

    others: tuple[Hold, ...] = ()
    again: bool = False
    """Whether another attempt of the same effect had taken this hold and not let it go."""


class Release(Value):
    """The end of an effect is known. ``grip``: only the attempt that holds it may say so."""

    effect_id: str
    grip: str = ""


REFUSED = "ActionRefused"
"""Error type: the rules do not allow it now. Details: code."""
BAD_ACTION = "BadAction"
"""Error type: the data does not read."""

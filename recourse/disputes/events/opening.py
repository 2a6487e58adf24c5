"""A case begins, and claims about the same sale meet."""

from typing import Literal

from recourse.disputes.calendars import Calendar
from recourse.disputes.casetime import CaseTime
from recourse.disputes.claims import Claim
from recourse.disputes.models import Value
from recourse.disputes.playbooks import Playbook


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


class TwinLinked(Value):
    """Another case holds this sale. One carries on, this one ends."""

    type: Literal["twin_linked"] = "twin_linked"
    case_id: str


class AddressHeld(Value):
    """Claims about the sale that was found now meet in this case, under this workflow id."""

    type: Literal["address_held"] = "address_held"
    address: str


OpeningEvent = CaseOpened | ClaimJoined | TwinLinked | AddressHeld

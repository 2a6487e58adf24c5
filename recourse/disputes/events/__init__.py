"""What can happen to a case. The list of these is the case; everything else is derived.

Event models are stored: fields may be added with a default, never removed or retyped, and a
default never changes, because the chain's digests leave defaults out.
"""

from typing import Annotated

from pydantic import Field

from recourse.disputes.events.clocks import (
    ClockEvent,
    ClockExtended,
    ClockMet,
    ClockPaused,
    ClockRestarted,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    ClockWarned,
    PolicyAdopted,
    PromiseBroken,
    PromiseKept,
    PromiseMade,
    Reminded,
    TimedOut,
)
from recourse.disputes.events.corrections import (
    CorrectionAnswered,
    CorrectionByHand,
    CorrectionEvent,
    CorrectionRequested,
    DecisionApproved,
    DecisionProposed,
    DecisionRefused,
    RecoveryRecorded,
    RecoveryWayTaken,
    WebhookHeard,
)
from recourse.disputes.events.course import (
    Closed,
    CourseEvent,
    OutcomeReached,
    Reopened,
    StageEntered,
    StepTaken,
    WatchEnded,
    Withdrawn,
)
from recourse.disputes.events.desk import (
    Assigned,
    DeskEvent,
    Noted,
)
from recourse.disputes.events.legal import (
    DemandSent,
    FileAssembled,
    HoldPlaced,
    LegalEvent,
    Settled,
)
from recourse.disputes.events.opening import (
    AddressHeld,
    CaseOpened,
    ClaimJoined,
    OpeningEvent,
    TwinLinked,
)
from recourse.disputes.events.parties import (
    AnswerReceived,
    EvidenceAdded,
    NoticeUndeliverable,
    Notified,
    PartyEvent,
    ReceiptConfirmed,
    StatementRead,
)
from recourse.disputes.events.rungs import (
    Escalated,
    RequestAnswered,
    RequestOpened,
    ResultRecorded,
    RungEvent,
    RungLeft,
)
from recourse.disputes.events.sales import (
    RecordRead,
    SaleAmbiguous,
    SaleChosen,
    SaleEvent,
    SaleFound,
    SaleNotFound,
    VerdictReached,
)
from recourse.disputes.events.work import WorkEvent, WorkFailed, WorkResumed

__all__ = [
    "AddressHeld",
    "AnswerReceived",
    "Assigned",
    "CaseOpened",
    "ClaimJoined",
    "ClockExtended",
    "ClockMet",
    "ClockPaused",
    "ClockRestarted",
    "ClockResumed",
    "ClockStarted",
    "ClockStopped",
    "ClockWarned",
    "Closed",
    "CorrectionAnswered",
    "CorrectionByHand",
    "CorrectionRequested",
    "DecisionApproved",
    "DecisionProposed",
    "DecisionRefused",
    "DemandSent",
    "Escalated",
    "Event",
    "EvidenceAdded",
    "FileAssembled",
    "HoldPlaced",
    "Noted",
    "NoticeUndeliverable",
    "Notified",
    "OutcomeReached",
    "PolicyAdopted",
    "PromiseBroken",
    "PromiseKept",
    "PromiseMade",
    "ReceiptConfirmed",
    "RecordRead",
    "RecoveryRecorded",
    "RecoveryWayTaken",
    "Reminded",
    "Reopened",
    "RequestAnswered",
    "RequestOpened",
    "ResultRecorded",
    "RungLeft",
    "SaleAmbiguous",
    "SaleChosen",
    "SaleFound",
    "SaleNotFound",
    "Settled",
    "StageEntered",
    "StatementRead",
    "StepTaken",
    "TimedOut",
    "TwinLinked",
    "VerdictReached",
    "WatchEnded",
    "WebhookHeard",
    "Withdrawn",
    "WorkFailed",
    "WorkResumed",
]

Event = Annotated[
    OpeningEvent
    | PartyEvent
    | DeskEvent
    | ClockEvent
    | CourseEvent
    | SaleEvent
    | CorrectionEvent
    | RungEvent
    | LegalEvent
    | WorkEvent,
    Field(discriminator="type"),
]

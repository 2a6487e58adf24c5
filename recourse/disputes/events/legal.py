"""What is kept and sent when nothing else has helped."""

from typing import Literal

from recourse.disputes.models import Value
from recourse.disputes.money import Money
from recourse.disputes.notices import Delivery, Role, StoredDocument


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
    document: StoredDocument | None = None
    """The letter; none when it could not be written, and the mail alone demands."""
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


LegalEvent = HoldPlaced | FileAssembled | DemandSent | Settled

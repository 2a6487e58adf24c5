"""The port to the holds of a sale: taken before its books are read, kept until an end is known."""

from typing import Protocol

from recourse.acquirers.errors import AcquirerUnavailable
from recourse.disputes.holds import Hold, Holds


class HoldNotHad(AcquirerUnavailable):
    """The sale cannot be held now. Nothing was asked: call again later."""


class HeldByAnother(HoldNotHad):
    """Others hold what is left of the sale. Nothing was asked: call again when their end is
    known."""


class Holding(Protocol):
    """Keeps the holds of every sale. Both calls raise HoldNotHad when nobody answers."""

    async def take(self, acquirer: str, sale: str, hold: Hold) -> tuple[Hold, ...]:
        """Hold money of a sale; gives what others held at that moment. The same effect again
        is the same hold."""
        ...

    async def release(self, acquirer: str, sale: str, effect_id: str, grip: str = "") -> None:
        """Let go. Nothing happens when it is not held, or by another grip."""
        ...


class HoldsInMemory:
    """For one process and as long as it lives: trials and tests, never several workers."""

    def __init__(self) -> None:
        self.sales: dict[tuple[str, str], Holds] = {}

    async def take(self, acquirer: str, sale: str, hold: Hold) -> tuple[Hold, ...]:
        holds = self.sales.get((acquirer, sale), Holds()).with_(hold)
        self.sales[acquirer, sale] = holds
        return holds.besides(hold.effect_id)

    async def release(self, acquirer: str, sale: str, effect_id: str, grip: str = "") -> None:
        holds = self.sales.get((acquirer, sale), Holds()).without(effect_id, grip)
        self.sales[acquirer, sale] = holds

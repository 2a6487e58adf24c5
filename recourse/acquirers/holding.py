"""The port to the holds of a sale: taken before its books are read, kept until an end is known."""

from typing import NamedTuple, Protocol

from recourse.acquirers.errors import AcquirerError, AcquirerUnavailable
from recourse.disputes.holds import Hold, Holds


class HoldNotHad(AcquirerUnavailable):
    """The sale cannot be held now. Nothing was asked: call again later."""


class HeldByAnother(HoldNotHad):
    """Others hold what is left of the sale. Nothing was asked: call again when their end is
    known."""


class NotLetGo(AcquirerError):
    """The acquirer has answered, and the keeper of holds has not: look up again, and let go."""


class Taken(NamedTuple):
    """A hold that was taken."""

    others: tuple[Hold, ...]
    """What others had taken before."""
    again: bool
    """Whether an attempt before this one had taken it and not let it go."""


class Holding(Protocol):
    """Keeps the holds of every sale. Both calls raise HoldNotHad when nobody answers."""

    async def take(self, acquirer: str, sale: str, hold: Hold) -> Taken:
        """Hold money of a sale. The same effect again is the same hold, in its old place."""
        ...

    async def release(self, acquirer: str, sale: str, effect_id: str, grip: str = "") -> None:
        """Let go. Nothing happens when it is not held, or by another grip."""
        ...


class HoldsInMemory:
    """For one process and as long as it lives: trials and tests, never several workers."""

    def __init__(self) -> None:
        self.sales: dict[tuple[str, str], Holds] = {}

    async def take(self, acquirer: str, sale: str, hold: Hold) -> Taken:
        before = self.sales.get((acquirer, sale), Holds())
        holds = self.sales[acquirer, sale] = before.with_(hold)
        again = before.had_by(hold.effect_id, hold.grip)
        return Taken(holds.before(hold.effect_id), again)

    async def release(self, acquirer: str, sale: str, effect_id: str, grip: str = "") -> None:
        holds = self.sales.get((acquirer, sale), Holds()).without(effect_id, grip)
        self.sales[acquirer, sale] = holds

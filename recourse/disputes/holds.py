"""Holds on the money of one sale: what orders are about to move, before the books show it.

Two cases about one sale may read its books at the same moment and both see room. So each
takes a hold first, and then reads: whatever another order has in hand is either in the books
that are read, or was taken before and is in the list that was given with the own hold, or was
taken later and has this one in its list. So the older goes first, and no two wait for each other.
"""

from recourse.disputes.models import Value
from recourse.disputes.money import Money


class Hold(Value):
    """What one order may be moving."""

    effect_id: str
    amount: Money
    payout: bool
    """Out to the cardholder, or in from the cardholder: each direction has its own room."""
    grip: str = ""
    """Which attempt has it. An attempt that was given up and still runs lets go of nothing
    that a later one holds."""


class Holds(Value):
    """Everything held on one sale, in the order it was taken."""

    held: tuple[Hold, ...] = ()

    def with_(self, hold: Hold) -> "Holds":
        """Taken, in its old place when this effect had a hold before."""
        if any(h.effect_id == hold.effect_id for h in self.held):
            held = tuple(hold if h.effect_id == hold.effect_id else h for h in self.held)
            return Holds(held=held)
        return Holds(held=(*self.held, hold))

    def without(self, effect_id: str, grip: str = "") -> "Holds":
        """Let go, by the attempt that has it; without a grip, by whoever knows its end."""
        held = tuple(h for h in self.held if h.effect_id != effect_id or (grip and h.grip != grip))
        return Holds(held=held)

    def before(self, effect_id: str) -> tuple[Hold, ...]:
        """What others took before this effect took its own, or all that is held without one."""
        ids = [h.effect_id for h in self.held]
        return self.held[: ids.index(effect_id)] if effect_id in ids else self.held

    def had_by(self, effect_id: str, grip: str) -> bool:
        """Whether another attempt of an effect has its hold: it may have sent its order."""
        return any(h.effect_id == effect_id and h.grip != grip for h in self.held)

"""Holds on the money of one sale: what orders are about to move, before the books show it.

Two cases about one sale may read its books at the same moment and both see room. So each
takes a hold first, and then reads: whatever another order has in hand is either in the books
that are read, or in the list of holds that was given with the own one, or was taken later and
sees this one in its list.
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

    def besides(self, effect_id: str) -> tuple[Hold, ...]:
        """What others hold."""
        return tuple(h for h in self.held if h.effect_id != effect_id)

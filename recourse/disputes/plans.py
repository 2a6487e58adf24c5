"""What a playbook says of money that is fetched back, given up, or given beyond what is owed."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from recourse.disputes.models import EdgeValue
from recourse.disputes.money import Money
from recourse.disputes.spans import Span

Network = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,19}$")]
SchemeCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.]{1,12}$")]


class Way(StrEnum):
    """How money that was given too much comes back, from the mildest to the last."""

    ASK = "ask"
    """The receiver is asked to agree, or to pay it back by other means."""
    AGREED_DEBIT = "agreed_debit"
    """The acquirer takes it from the card with the receiver's consent."""
    ADJUSTMENT = "adjustment"
    """The acquirer takes it by the scheme's rules, without consent."""
    CIVIL = "civil"
    """A demand, and what follows it."""


class RecoveryStep(EdgeValue):
    """One step of the way. Steps are taken in the order in which they stand."""

    way: Way
    within: Span | None = None
    """For the receiver's answer; silence goes on to the next step."""
    remind_every: Span | None = None
    reminders: int = Field(default=0, ge=0, le=5)
    networks: tuple[Network, ...] = ()
    """Where the scheme allows the step; empty: everywhere."""
    codes: dict[Network, SchemeCode] = Field(default_factory=dict)
    """The scheme's reason code, by network: codes of different schemes collide."""
    source: Annotated[str, StringConstraints(min_length=1)]


class Recovery(EdgeValue):
    """How money is fetched back from who received too much."""

    steps: tuple[RecoveryStep, ...]
    write_off_up_to: tuple[Money, ...] = ()
    """Per currency: up to this anybody proposes to give the rest up; above it, and without
    an entry, a supervisor does. A second person always agrees."""

    def step(self, way: Way, network: str) -> RecoveryStep | None:
        """The step of a way, where the network of the card has it."""
        return next(
            (s for s in self.steps if s.way is way and (not s.networks or network in s.networks)),
            None,
        )


class Goodwill(EdgeValue):
    """What may be given although it is not owed."""

    up_to: tuple[Money, ...]
    """Per currency: never more in one case. No entry: nothing."""
    alone_up_to: tuple[Money, ...] = ()
    """Per currency: above this in one case a second person agrees."""

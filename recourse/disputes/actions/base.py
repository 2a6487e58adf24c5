"""What every action is: its data, when it makes sense, why it is refused, what it makes happen."""

from datetime import datetime
from typing import Annotated, Any, ClassVar

from pydantic import StringConstraints, model_validator

from recourse.disputes.case import Case
from recourse.disputes.events import ClockMet, Event
from recourse.disputes.models import EdgeValue, Value
from recourse.disputes.money import Money
from recourse.disputes.notices import Role
from recourse.disputes.pan import find_card_data
from recourse.disputes.persons import same_person

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,40}$")]


class Actor(Value):
    """Who acts: a person's name and role, as the door has established them."""

    name: str
    role: Role = Role.AGENT
    person: str = ""
    """The human being behind the name, from the installation's table of people."""
    stranger: bool = False
    """The installation has a table of its people, and this login is not in it."""

    def __str__(self) -> str:
        return f"{self.role.value}:{self.name}"

    def is_who(self, by: str, person: str) -> bool:
        """Whether this is the human being who acted as ``by``, a ``role:name``."""
        return same_person((self.name, self.person), (by.partition(":")[2], person))


class Refusal(Value):
    """Why an action is not allowed now: a code for programs, words for people."""

    code: str
    words: str


UNKNOWN_PERSON = Refusal(
    code="unknown_person",
    words="nobody knows whose login this is; RECOURSE_PEOPLE does not name it",
)


class Situation(Value):
    """What an action meets: the case as it is, who acts, and the case time."""

    case: Case
    actor: Actor
    now: datetime


class Action(EdgeValue):
    """An action and its data. Card numbers are refused here as at every door."""

    name: ClassVar[str]

    @model_validator(mode="before")
    @classmethod
    def _no_card_numbers(cls, data: Any) -> Any:
        place = next(find_card_data(data), None) if isinstance(data, dict) else None
        if place is not None:
            raise ValueError(
                f"{place} holds a full card number or security code; give the last four digits only"
            )
        return data

    @classmethod
    def unavailable(cls, case: Case) -> Refusal | None:
        """Why this action makes no sense now, whatever its data."""
        return closed(case)

    def decides_about_money(self, case: Case) -> bool:
        """Whether it counts who somebody really is: money is paid, given up, or said to have
        come on their word."""
        return False

    def refusal(self, at: Situation) -> Refusal | None:
        """Why this very request is refused, once the action as such is available."""
        return None

    def events(self, at: Situation) -> tuple[Event, ...]:
        """What it makes happen, once it is not refused."""
        raise TypeError(f"{self.name} does nothing")


def closed(case: Case) -> Refusal | None:
    if case.finished:
        return Refusal(code="finished", words="the case is finished; open a new one about the sale")
    if case.closed_at or case.outcome:
        return Refusal(code="closed", words="the case is closed; reopen it first")
    return None


def money_in_flight(case: Case) -> Refusal | None:
    if case.money_in_flight:
        return Refusal(
            code="money_in_flight",
            words="a correction is under way; its end must be known first",
        )
    return None


def second_person(at: Situation) -> Refusal | None:
    """Only a supervisor who is another human being than the one that decided."""
    decided = at.case.decision
    if decided is None:
        return Refusal(code="second_person", words="nobody has decided it before a second person")
    if at.actor.is_who(decided.by, decided.person):
        return Refusal(code="same_person", words="who decided cannot be the second person")
    if at.actor.role is not Role.SUPERVISOR:
        return Refusal(
            code="not_a_supervisor", words="a supervisor approves; act as supervisor:NAME"
        )
    return None


def not_positive(amount: Money | None) -> Refusal | None:
    if amount is not None and amount.minor <= 0:
        return Refusal(code="no_amount", words="amount must be more than zero")
    return None


def met(case: Case, clock: str) -> tuple[Event, ...]:
    """The event that a clock was met, if it is waited for."""
    found = case.clock(clock)
    return (ClockMet(clock=clock),) if found is not None and found.awaited else ()

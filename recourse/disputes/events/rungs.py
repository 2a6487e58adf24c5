"""Somebody higher is turned to, and what comes of it."""

from typing import Literal

from recourse.disputes.effects import RequestAnswer, RequestOrder
from recourse.disputes.models import Value
from recourse.disputes.money import Money
from recourse.disputes.notices import Role
from recourse.disputes.vocabulary import Result


class Escalated(Value):
    type: Literal["escalated"] = "escalated"
    rung: str
    party: Role


class RungLeft(Value):
    """The rung brought nothing; the next one follows."""

    type: Literal["rung_left"] = "rung_left"
    rung: str


class RequestOpened(Value):
    type: Literal["request_opened"] = "request_opened"
    order: RequestOrder
    answer: RequestAnswer


class RequestAnswered(Value):
    type: Literal["request_answered"] = "request_answered"
    effect_id: str
    answer: RequestAnswer


class ResultRecorded(Value):
    """What the party of a rung, an authority or a court came back with."""

    type: Literal["result_recorded"] = "result_recorded"
    rung: str
    result: Result
    text: str = ""
    amount: Money | None = None


RungEvent = Escalated | RungLeft | RequestOpened | RequestAnswered | ResultRecorded

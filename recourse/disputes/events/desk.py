"""What our own people do with a case."""

from typing import Literal

from recourse.disputes.models import Value


class Noted(Value):
    type: Literal["noted"] = "noted"
    text: str


class Assigned(Value):
    type: Literal["assigned"] = "assigned"
    to: str


DeskEvent = Noted | Assigned

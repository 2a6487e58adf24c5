"""Windows of a day: ``09:00-12:00``. A day ends at 24:00, so that one without a gap exists."""

import re
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Any

from pydantic import model_serializer, model_validator

from recourse.disputes.models import Value

MINUTES = 24 * 60

_WINDOW = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$")


class Weekday(StrEnum):
    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"

    @classmethod
    def of(cls, day: date) -> "Weekday":
        return list(cls)[day.weekday()]


class Hours(Value):
    """One window of a day, in minutes from midnight: from ``opens`` until before ``closes``.
    Written and stored as ``09:00-12:00``; the end of the day is ``24:00``."""

    opens: int
    closes: int

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: Any) -> Any:
        if not isinstance(data, str):
            return data
        found = _WINDOW.match(data)
        if found is None:
            raise ValueError(f"{data!r} is no window such as 09:00-12:00")
        numbers = [int(number) for number in found.groups()]
        return {"opens": numbers[0] * 60 + numbers[1], "closes": numbers[2] * 60 + numbers[3]}

    @model_validator(mode="after")
    def _sound(self) -> "Hours":
        if not 0 <= self.opens < self.closes <= MINUTES:
            raise ValueError(f"{self} does not end after it begins, by 24:00")
        return self

    @model_serializer
    def _write(self) -> str:
        return str(self)

    def __str__(self) -> str:
        begin, end = divmod(self.opens, 60), divmod(self.closes, 60)
        return f"{begin[0]:02}:{begin[1]:02}-{end[0]:02}:{end[1]:02}"

    @classmethod
    def whole_day(cls) -> "Hours":
        return _WHOLE_DAY


_WHOLE_DAY = Hours(opens=0, closes=MINUTES)


def in_order(hours: tuple[Hours, ...]) -> tuple[Hours, ...]:
    """The same windows. Raises ValueError when one begins before the one before it ends."""
    for earlier, later in pairwise(hours):
        if later.opens < earlier.closes:
            raise ValueError(f"{later} begins before {earlier} ends")
    return hours

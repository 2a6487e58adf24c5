"""Case time: the time a case lives in, which a demonstration may run faster than the wall."""

from datetime import datetime, timedelta

from pydantic import AwareDatetime, Field

from recourse.disputes.models import Value


class CaseTime(Value):
    """``origin + (now - started) x rate``.

    ``origin`` is the case's first moment in case time, ``started`` the same moment in
    real time. In production they are equal and ``rate`` is 1: case time is real time.
    """

    origin: AwareDatetime
    started: AwareDatetime
    rate: int = Field(default=1, ge=1)

    def at(self, real: datetime) -> datetime:
        """The case time of a real moment."""
        return self.origin + (real - self.started) * self.rate

    def real_wait(self, case_span: timedelta) -> timedelta:
        """How long a span of case time lasts in real time."""
        return case_span / self.rate


def real_time(now: datetime) -> CaseTime:
    return CaseTime(origin=now, started=now)

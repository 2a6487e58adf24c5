"""The simulator's time: case time over the wall clock, so that it agrees with the cases."""

from collections.abc import Callable
from datetime import UTC, datetime

from recourse.disputes.casetime import CaseTime, real_time


def wall_clock() -> datetime:
    """The one place where the simulator looks at the real time."""
    return datetime.now(UTC)


class Clock:
    """Tells the simulator what time it is. Without a case time it is real time.

    A simulator that is restarted must be given the same case time again, or the schedules
    in its ledger lie in another time.
    """

    def __init__(
        self, time: CaseTime | None = None, now: Callable[[], datetime] = wall_clock
    ) -> None:
        self._now = now
        self.time = time or real_time(now())

    def now(self) -> datetime:
        return self.time.at(self._now())

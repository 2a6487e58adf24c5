"""How fast due times are reckoned, ``python -m bench.dues``: no case may wait for its calendar."""

import random
import sys
import time
from datetime import UTC, datetime, timedelta

from recourse.disputes.calendars import Calendar
from recourse.disputes.spans import Span, Unit
from recourse.policies.loading import calendar_named

COMPUTATIONS = 10_000
AT_MOST_SECONDS = 1.0
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
TWO_YEARS = 730
MOST = {
    Unit.HOURS: 240,
    Unit.WORKING_HOURS: 80,
    Unit.DAYS: 120,
    Unit.BUSINESS_DAYS: 45,
    Unit.MONTHS: 12,
}


def two_years() -> Calendar:
    """China's calendar of two years, as a case pins it."""
    first = BEGIN.date()
    return calendar_named("CN").window(first, first + timedelta(days=TWO_YEARS))


def seconds_for(computations: int = COMPUTATIONS, seed: int = 1) -> float:
    """How long so many due times of every unit take on one core, in seconds."""
    rng = random.Random(seed)
    units = list(Unit)
    calendar = two_years()
    wanted = [
        (
            Span(amount=rng.randint(1, MOST[unit]), unit=unit),
            BEGIN + timedelta(seconds=rng.randrange(365 * 86400)),
        )
        for unit in (rng.choice(units) for _ in range(computations))
    ]
    began = time.perf_counter()
    for span, start in wanted:
        span.end(start, calendar)
    return time.perf_counter() - began


def main() -> int:
    """Exit code 1 when it takes too long."""
    took = seconds_for()
    print(f"{COMPUTATIONS:,} due times over a two-year calendar: {took:.3f} s on one core")
    return 1 if took > AT_MOST_SECONDS else 0


if __name__ == "__main__":
    sys.exit(main())

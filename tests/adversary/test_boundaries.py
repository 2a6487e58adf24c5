"""A correction at an acquirer without idempotency, whose worker dies at any of its calls."""

import random
from datetime import timedelta
from pathlib import Path

import pytest

from tests.adversary.boundaries import killed_at, some_courses
from tests.telling import Tell

SEED = "short"
LOOK_UPS = 1
TWICE = 1


@pytest.mark.chaos
@pytest.mark.timeout(240)
async def test_killed_at_the_money_and_at_what_follows_pays_the_same(
    tmp_path: Path, tell: Tell
) -> None:
    """What is owed is paid once, whether a call is carried out after the worker's death or its
    answer is heard by nobody. ``make adversary`` kills at every call."""
    courses = some_courses(LOOK_UPS, TWICE, random.Random(SEED))
    reaped = await killed_at(courses, tmp_path, timedelta(seconds=200))
    tell(reaped)
    assert reaped.left == []
    assert len(reaped.kills) == sum(map(len, courses))
    assert reaped.report.payouts == len(courses)
    assert (reaped.report.doubled, reaped.report.lost) == ([], [])
    assert (reaped.report.over_captured, reaped.report.disagreeing) == ([], [])

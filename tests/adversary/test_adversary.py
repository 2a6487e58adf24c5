"""A short attack on the ``rest`` adapter; ``make adversary`` makes a thousand corrections on each.

The adapters of the others are attacked alone in ``tests/acquirers/china`` and
``tests/acquirers/test_stripe_chaos.py``.
"""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.adversary.attack import attack
from tests.telling import Tell

CORRECTIONS = 40
SEED = "short"


@pytest.mark.chaos
@pytest.mark.timeout(240)
@pytest.mark.parametrize("adapter", ["rest"])
async def test_nothing_is_paid_twice_or_lost(adapter: str, tmp_path: Path, tell: Tell) -> None:
    """Whatever is lost, slow, refused, killed or started anew: what is owed is paid once, and the
    cases know it."""
    report = await attack(adapter, tmp_path, CORRECTIONS, SEED, timedelta(seconds=200))
    tell(report)
    assert report.faults.total() >= CORRECTIONS
    assert report.kills.total() >= 2
    assert report.payouts == CORRECTIONS
    assert (report.doubled, report.lost, report.over_captured) == ([], [], [])
    assert report.disagreeing == []

"""A short attack; ``make adversary`` makes a thousand corrections on every adapter.

Lakala takes too long for a short one, because a day of case time must last half a minute there:
two hundred corrections behind its adapter are attacked in ``tests/acquirers/china``.
"""

import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.adversary.cast import PEERS, peer_named
from tests.adversary.run import attack

CORRECTIONS = 40
SEED = "short"


@pytest.mark.chaos
@pytest.mark.timeout(240)
@pytest.mark.parametrize("adapter", sorted({*PEERS} - {"lakala"}))
async def test_nothing_is_paid_twice_or_lost(
    adapter: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is lost, slow, refused, killed or started anew: what is owed is paid once, and the
    cases know it."""
    report = await attack(peer_named(adapter), tmp_path, CORRECTIONS, SEED, timedelta(seconds=200))
    with capsys.disabled():
        sys.stdout.write(f"\n{report}\n")
    assert report.faults.total() >= CORRECTIONS
    assert report.kills.total() >= 2
    assert report.payouts == CORRECTIONS
    assert (report.doubled, report.lost, report.over_captured) == ([], [], [])
    assert report.disagreeing == []

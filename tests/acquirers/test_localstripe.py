"""The peer itself: what it has told, it keeps, however it ends."""

from pathlib import Path

from tests.peers.localstripe import LocalStripe
from worker.home import free_port


async def test_killed_right_after_its_answer_it_has_kept_its_books(tmp_path: Path) -> None:
    """Killed the moment it has answered, and started again, it knows the charge and the refund."""
    peer = LocalStripe(free_port(), tmp_path / "books")
    await peer.start()
    for number in range(3):
        charge = await peer.charge(1000 + number)
        await peer.refund(charge, 10)
        await peer.kill()
        await peer.start()
        assert await peer.given(charge) == [10]
    await peer.stop()

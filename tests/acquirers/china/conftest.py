"""One simulator for all tests of the Chinese adapters, its books emptied before each."""

from collections.abc import AsyncIterator

import pytest

from recourse.acquirers.lakala import LakalaAcquirer
from recourse.acquirers.simulator.admin import SimulatorAdmin
from recourse.acquirers.unionpay import UnionPayAcquirer
from tests.acquirers.china.peers import MERCHANT, Peer, a_peer, make_lakala, make_unionpay
from tests.acquirers.conftest import START, a_sale


@pytest.fixture(scope="session")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Peer]:
    async with a_peer(tmp_path_factory.mktemp("china")) as peer:
        yield peer


@pytest.fixture(scope="session")
async def admin(served: Peer) -> AsyncIterator[SimulatorAdmin]:
    async with served.admin() as admin:
        yield admin


@pytest.fixture(scope="session")
async def lakala(served: Peer) -> AsyncIterator[LakalaAcquirer]:
    acquirer = make_lakala(served.folder, served.url)
    yield acquirer
    await acquirer.aclose()


@pytest.fixture(scope="session")
async def unionpay(served: Peer) -> AsyncIterator[UnionPayAcquirer]:
    acquirer = make_unionpay(served.folder, served.url)
    yield acquirer
    await acquirer.aclose()


@pytest.fixture
async def peer(served: Peer, admin: SimulatorAdmin) -> Peer:
    """Empty books but for a sale by card and one by a scanned code, at START."""
    db = served.ledger._store.db
    for table in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
        db.execute(f"DELETE FROM {table['name']}")  # noqa: S608 - names from the schema itself
    served.wall.moment = START
    await admin.put_sale(a_sale(merchant=MERCHANT, card_funding="credit"))
    await admin.put_sale(a_sale("scanned", merchant=MERCHANT, card_last4=""))
    return served

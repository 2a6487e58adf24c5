"""One stack in real time for every test that needs nothing killed."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.stack.commands import Recourse
from tests.stack.running import ROOT, Up

LEDGER = ROOT / "examples" / "ledger" / "uk-retail-invoices.csv"


@pytest_asyncio.fixture(scope="session")
async def up(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Up]:
    async with Up(tmp_path_factory.mktemp("stack") / "home", "--load", str(LEDGER)) as running:
        yield running


@pytest.fixture(scope="session")
def recourse(up: Up) -> Recourse:
    return Recourse(up.home)

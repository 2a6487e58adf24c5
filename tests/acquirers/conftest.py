"""A simulator on a real socket, in a time the test moves by hand."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from recourse.acquirers.rest import RestAcquirer
from recourse.acquirers.simulator.admin import SimulatorAdmin
from recourse.acquirers.simulator.clock import Clock
from recourse.acquirers.simulator.ledger import Ledger
from recourse.acquirers.simulator.server import Tokens, create_app, serving
from recourse.disputes.casetime import CaseTime
from recourse.disputes.effects import EffectOrder, Remedy
from recourse.disputes.money import Money
from recourse.disputes.records import Sale

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TOKENS = Tokens(public="till-token", admin="admin-token")


class HandClock:
    """A wall clock that goes only when it is moved."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        return self.moment

    def move(self, **span: float) -> None:
        self.moment += timedelta(**span)


@dataclass
class Simulated:
    """The simulator, how it is arranged, and the adapter that speaks to it."""

    url: str
    ledger: Ledger
    wall: HandClock
    admin: SimulatorAdmin
    acquirer: RestAcquirer


@pytest.fixture(scope="session")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Simulated]:
    """One server for all tests: starting and ending one takes longer than most of them."""
    wall = HandClock()
    ledger = Ledger(tmp_path_factory.mktemp("simulator") / "ledger.sqlite")
    app = create_app(ledger, Clock(CaseTime(origin=START, started=START), wall), TOKENS)
    async with serving(app) as port:
        url = f"http://127.0.0.1:{port}"
        admin = SimulatorAdmin(url, TOKENS.admin)
        acquirer = RestAcquirer("simulator", url, TOKENS.public, timeout=5)
        yield Simulated(url, ledger, wall, admin, acquirer)
        await acquirer.aclose()
        await admin.aclose()
    ledger.close()


@pytest.fixture
async def simulated(running: Simulated) -> Simulated:
    """Empty books but for one sale, at START."""
    db = running.ledger._store.db
    for table in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
        db.execute(f"DELETE FROM {table['name']}")  # noqa: S608 - names from the schema itself
    running.wall.moment = START
    await running.admin.put_sale(a_sale())
    return running


def cny(minor: int) -> Money:
    return Money(minor=minor, currency="CNY")


def a_sale(reference: str = "536365", **fields: object) -> Sale:
    return Sale.model_validate(
        {
            "reference": reference,
            "at": START - timedelta(hours=5),
            "amount": cny(13912),
            "captured": cny(13912),
            "merchant": "M100",
            "store": "S01",
            "terminal": "T0000001",
            "card_last4": "4242",
            "rrn": "632404123456",
            "auth_code": "887464",
            "stan": "123456",
            **fields,
        }
    )


def an_order(effect_id: str = "case-1.1", minor: int = 10000, **fields: object) -> EffectOrder:
    return EffectOrder.model_validate(
        {
            "effect_id": effect_id,
            "remedy": Remedy.REFUND,
            "sale": "536365",
            "amount": cny(minor),
            **fields,
        }
    )

"""Clearing files of the simulator: what stands in them, from when on, and what may be put there."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from recourse.acquirers.errors import AcquirerRejected
from recourse.acquirers.simulator.clearing import Clearing
from recourse.acquirers.simulator.ledger import Ledger
from recourse.acquirers.simulator.lifecycle import Step
from recourse.acquirers.simulator.refunds import TillRefund
from recourse.disputes.effects import Remedy
from recourse.disputes.records import (
    Refund,
    RefundStatus,
    Settlement,
    SettlementLine,
    TerminalEvent,
    TerminalEventKind,
)
from tests.acquirers.conftest import START, Simulated, a_sale, an_order, cny

TODAY = date(2026, 11, 20)
"""Of START, five in the afternoon in Beijing. The sale was at noon."""


async def read(simulated: Simulated) -> Settlement:
    found = await simulated.acquirer.settlement("536365")
    assert found is not None
    return found


def line(day: date, direction: str, minor: int, reference: str = "") -> SettlementLine:
    return SettlementLine.model_validate(
        {"day": day, "direction": direction, "amount": cny(minor), "reference": reference}
    )


def till_refund(at: datetime, *then: Step, **fields: Any) -> TillRefund:
    refund = {
        "reference": "R1",
        "sale": "536365",
        "amount": cny(1000),
        "at": at,
        "status": RefundStatus.POSTED,
    }
    return TillRefund(refund=Refund.model_validate(refund | fields), then=then)


async def test_a_file_comes_the_morning_after(simulated: Simulated) -> None:
    """The file of a settlement day is complete at eleven on the next morning, Beijing time;
    before that nothing is said of the day."""
    simulated.wall.moment = datetime.fromisoformat("2026-11-21T10:59:59+08:00")
    assert await read(simulated) == Settlement(through=TODAY - timedelta(days=1))
    simulated.wall.move(seconds=1)
    assert await read(simulated) == Settlement(through=TODAY, lines=(line(TODAY, "charge", 13912),))


async def test_a_settlement_day_ends_at_eleven_at_night(simulated: Simulated) -> None:
    """What is sold at 23:00 Beijing time stands in the file of the next day."""
    late = datetime.fromisoformat("2026-11-20T23:00:00+08:00")
    await simulated.admin.put_sale(a_sale(at=late))
    simulated.wall.move(days=1)
    assert (await read(simulated)).lines == ()
    simulated.wall.move(days=1)
    assert (await read(simulated)).lines == (line(TODAY + timedelta(days=1), "charge", 13912),)


async def test_a_refund_that_came_back_is_taken_away_again(simulated: Simulated) -> None:
    """A posted refund is credited on its day; one that the issuer sent back has a second line
    against it. One that never posted has none."""
    back = Step(at=START + timedelta(days=2), status=RefundStatus.RETURNED)
    await simulated.admin.put_refund(till_refund(START, back))
    await simulated.admin.put_refund(till_refund(START, reference="R2", status=RefundStatus.FAILED))
    simulated.wall.move(days=1)
    assert (await read(simulated)).lines[1:] == (line(TODAY, "credit", 1000, "R1"),)
    simulated.wall.move(days=4)
    credited = line(TODAY, "credit", 1000, "R1")
    taken = line(TODAY, "charge", 1000, "R1")
    assert (await read(simulated)).lines[1:] == (credited, taken)


async def test_a_reversal_does_not_rewrite_yesterdays_file(simulated: Simulated) -> None:
    """A sale that is reversed days later stands in the file of its day, and its reversal in
    the one of its own; the sale says when it was reversed."""
    simulated.wall.move(days=3)
    order = an_order(minor=13912, remedy=Remedy.REVERSAL)
    await simulated.acquirer.request_effect(order)
    sale = await simulated.acquirer.sale("536365")
    assert sale is not None
    assert (sale.status, sale.reversed_at) == ("reversed", START + timedelta(days=3))
    assert (await read(simulated)).lines == (line(TODAY, "charge", 13912),)
    simulated.wall.move(days=1)
    undone = line(TODAY + timedelta(days=3), "credit", 13912)
    assert (await read(simulated)).lines == (line(TODAY, "charge", 13912), undone)


async def test_files_can_be_told_to_say_otherwise(simulated: Simulated) -> None:
    """What is put there stands in place of what the books make, from its day on."""
    other = line(TODAY, "charge", 1)
    tomorrow = line(TODAY + timedelta(days=1), "credit", 1)
    await simulated.admin.put_clearing(Clearing(sale="536365", lines=(other, tomorrow)))
    simulated.wall.move(days=1)
    assert (await read(simulated)).lines == (other,)
    await simulated.admin.put_clearing(Clearing(sale="536365"))
    assert (await read(simulated)).lines == ()


async def test_an_unknown_sale_has_no_files(simulated: Simulated) -> None:
    """Asked about a sale that it does not know the acquirer refuses: a file without a line
    would be an answer."""
    with pytest.raises(AcquirerRejected):
        await simulated.acquirer.settlement("999")


async def test_what_was_answered_is_kept(simulated: Simulated) -> None:
    """Response, reversal reason and ARN of a sale come back with it, by reference and by
    search, and are gone when it is put anew without them; so do the message types of refunds
    and of the journal."""
    told = a_sale(response="A2", reversal_reason="4021", arn="7" * 23)
    assert await simulated.admin.put_sale(told) == told
    assert await simulated.acquirer.sale("536365") == told
    await simulated.admin.put_sale(a_sale())
    assert await simulated.acquirer.sale("536365") == a_sale()
    void = till_refund(START, mti="0200", processing_code="200000")
    refund = await simulated.admin.put_refund(void)
    assert (refund.mti, refund.processing_code) == ("0200", "200000")
    event = TerminalEvent(
        terminal="T0000001",
        at=START,
        kind=TerminalEventKind.DECLINED,
        amount=cny(5),
        response="25",
        mti="0220",
        processing_code="200000",
    )
    await simulated.admin.put_terminal_events([event])
    until = START + timedelta(seconds=1)
    assert await simulated.acquirer.terminal_events("T0000001", START, until) == (event,)


def test_a_ledger_of_an_earlier_version_goes_on(tmp_path: Any) -> None:
    """A file whose tables lack columns of today is opened, keeps what it holds, and takes
    more."""
    path = tmp_path / "ledger.sqlite"
    ledger = Ledger(path)
    kind = TerminalEventKind.PAPER_OUT
    event = TerminalEvent(terminal="T1", at=START, kind=kind, sale="1", detail="x")
    ledger.sales.add_events([event])
    ledger._store.db.execute("ALTER TABLE terminal_events DROP COLUMN body")
    ledger._store.db.execute("ALTER TABLE refunds DROP COLUMN mti")
    ledger._store.db.execute("ALTER TABLE refunds DROP COLUMN processing_code")
    ledger.close()
    again = Ledger(path)
    later = event.model_copy(update={"at": START + timedelta(seconds=1), "amount": cny(5)})
    again.sales.add_events([later])
    until = START + timedelta(minutes=1)
    assert again.sales.events("T1", START, until) == (event, later)
    again.refunds.put(till_refund(START), a_sale())
    assert again.refunds.get("R1", START).mti == ""
    again.close()

"""``recourse case holds`` and ``recourse case free``, as an operator uses them."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

from recourse.acquirers.simulator.admin import SimulatorAdmin
from recourse.disputes.holds import Hold
from recourse.disputes.money import parse
from recourse.disputes.records import Sale
from tests.eventually import assert_eventually
from tests.stack.commands import Recourse
from tests.stack.running import Up
from tests.stack.test_command_line import assert_one_line, opened
from worker.holds import TemporalHolds

SALE = Sale(
    reference="HELD-1",
    at=datetime(2026, 11, 20, 4, 31, tzinfo=UTC),
    amount=parse("139.12", "CNY"),
    captured=parse("139.12", "CNY"),
    merchant="M100",
    store="S01",
    terminal="T0000001",
    card_last4="4242",
)
ORDER = "RC-GONE:refund:1@20261120T000000Z"
"""Of a case that Temporal does not know any more."""


async def test_what_a_lost_case_holds_is_seen_and_freed(
    up: Up, recourse: Recourse, tmp_path: Path
) -> None:
    """What is held is shown with whose it is; a supervisor frees it, and the case keeps who did
    it and why."""
    async with SimulatorAdmin(up.stack.simulator, up.stack.admin_token) as admin:
        await admin.put_sale(SALE)
    known = json.loads(SALE.model_dump_json(include={"reference", "amount", "at", "card_last4"}))
    case_id = await opened(recourse, tmp_path, sale=known)
    assert_one_line(await recourse("case", "holds", case_id), 2)  # Which sale is not known yet.
    store = '{"party": "store", "result": "confirms"}'
    assert (await recourse("case", "act", case_id, "reply", "--data", store)).code == 0

    async def nothing_held() -> None:
        said = await recourse("case", "holds", case_id)
        assert (said.code, said.out) == (0, "nothing is held on this sale\n"), said

    await assert_eventually(nothing_held)
    held = Hold(effect_id=ORDER, amount=parse("139.12", "CNY"), payout=True)
    await TemporalHolds(await up.client()).take("simulator", SALE.reference, held)
    (told,) = (await recourse("case", "holds", case_id, "-o", "json")).json
    assert (told["order"], told["case_id"], told["case_runs"]) == (ORDER, "RC-GONE", False)
    shown = (await recourse("case", "holds", case_id)).out
    assert all(word in shown for word in (ORDER, "139.12 CNY", "to the cardholder", "no more"))

    because = ("--reason", "no trace of it in the acquirer's portal")
    agent, other = await asyncio.gather(
        recourse("case", "free", case_id, ORDER, *because, "--as", "mei"),
        recourse("case", "free", case_id, "RC-X:1", *because, "--as", "supervisor:li"),
    )
    assert_one_line(agent, 5)
    assert_one_line(other, 2)
    freed = await recourse("case", "free", case_id, ORDER, *because, "--as", "supervisor:li")
    assert (freed.code, freed.out) == (0, f"{ORDER} holds nothing any more\n")
    assert (await recourse("case", "holds", case_id, "-o", "json")).json == []
    timeline = (await recourse("case", "timeline", case_id, "-o", "json")).json
    notes = [entry for entry in timeline if entry["event"]["type"] == "noted"]
    assert [(n["by"], "portal" in n["event"]["text"]) for n in notes] == [("supervisor:li", True)]

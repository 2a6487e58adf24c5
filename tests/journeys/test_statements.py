"""Statements among the evidence: read beside the case; what cannot be read holds nothing up."""

from datetime import timedelta
from typing import Any

import pytest

from recourse.disputes import events as ev
from recourse.disputes.notices import Role
from recourse.disputes.statement_lines import Point, Stance, what_it_says
from recourse.disputes.vocabulary import Outcome, Stage, Step
from tests.journeys.endings import assert_money
from tests.world import START, World, a_claim

SOLD = START - timedelta(days=10)


def statement() -> str:
    """The sale, a refund of ten yuan two days later, and somebody's lunch a year before."""
    day = f"{SOLD + timedelta(hours=8):%Y-%m-%d %H:%M:%S}"
    later = f"{SOLD + timedelta(days=2, hours=8):%Y-%m-%d %H:%M:%S}"
    return (
        "某某银行信用卡账单\n卡号：6228****4242\n\n"
        "交易时间,交易类型,商户名称,交易金额,订单号\n"
        f"{day},消费,云膳过桥米线,-139.12,998877\n"
        f"{later},退款,云膳过桥米线,10.00,998877\n"
        "2025-11-13 12:00:00,消费,某餐厅,-23.00,112233\n"
    )


def evidence(world: World, data: bytes, name: str = "statement.csv") -> dict[str, Any]:
    digest = world.vault.put(data)
    kind = {"kind": "bank_statement", "name": name, "media_type": "text/csv"}
    return {**kind, "digest": digest, "size": len(data), "given_by": Role.CUSTOMER}


async def test_a_statement_of_the_claim_is_read(world: World) -> None:
    """A statement that comes with the claim is read while the store is asked, and of its lines
    the case keeps those that bear on the sale."""
    sale = await world.sale("ST-1")
    await world.refund(sale, "10.00")
    item = evidence(world, statement().encode("gb18030"))
    opened = await world.open(a_claim("ST-1", evidence=[item]))
    await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    await world.settled(opened.case_id)
    case = await world.case(opened.case_id)
    excerpt = case.statements[item["digest"]]
    assert (excerpt.count, len(excerpt.lines), excerpt.account_last4) == (3, 2, "4242")
    said = {each.point: each for each in what_it_says(excerpt, case.claim, case.sale)}
    assert said[Point.CHARGED].stance is Stance.SUPPORTS
    assert said[Point.REFUNDED].amount == sale.amount.model_copy(update={"minor": 1000})
    assert said[Point.REFUND_AMOUNT].reasons == ("less_than_asked", "as_reported")
    assert not case.work


@pytest.mark.parametrize(
    ("how", "data"),
    [("skip", {"reason": "the books are enough"}), ("by_hand", {"reference": "read by mei"})],
)
async def test_what_cannot_be_read_waits_beside_the_case(
    world: World, how: str, data: dict[str, Any]
) -> None:
    """A file that cannot be read becomes a work item; the case keeps its step and goes on to its
    end without it, and whoever reads it by hand, or does not, says so."""
    reference = f"ST-2-{how}"
    sale = await world.sale(reference)
    await world.refund(sale, "10.00")
    opened = await world.open(a_claim(reference))
    case_id = opened.case_id
    await world.until(case_id, step=Step.AWAITING_ANSWERS)
    await world.act(case_id, "add_evidence", item=evidence(world, b"%PDF-1.7", "statement.pdf"))
    (mail,) = await world.mailed(case_id, "work_item")
    assert "statement.pdf" in world.text(mail)
    case = await world.case(case_id)
    (item,) = case.open_work
    assert (item.error, item.aside, case.step) == ("unreadable_pdf", True, Step.AWAITING_ANSWERS)
    await world.act(case_id, "reply", party="customer", answers={"sale_amount": "139.12"})
    await world.act(case_id, "reply", party="store", result="confirms")
    await world.until(case_id, stage=Stage.VERIFICATION, step=Step.REFUND_PENDING)
    await world.act(case_id, how, item=item.item, **data)
    await world.settled(case_id)
    case = await world.case(case_id)
    assert (case.open_work, case.statements, case.step) == ((), {}, Step.REFUND_PENDING)
    assert len(await world.events(case_id, ev.WorkFailed)) == 1
    await world.pass_time(case_id, days=4)
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    await assert_money(world, reference, credited="100.00")


async def test_read_again_when_a_person_says_so(world: World) -> None:
    """Evidence that is not in the vault waits for a person; put there, it is read on retry."""
    await world.sale("ST-3")
    data = statement().encode()
    item = evidence(world, data)
    place = world.vault._place(item["digest"])
    place.unlink()
    opened = await world.open(a_claim("ST-3", evidence=[item]))
    await world.mailed(opened.case_id, "work_item")
    (work,) = (await world.case(opened.case_id)).open_work
    assert work.error == "evidence_missing"
    world.vault.put(data)
    await world.act(opened.case_id, "retry", item=work.item)
    await world.settled(opened.case_id)
    case = await world.case(opened.case_id)
    assert item["digest"] in case.statements
    assert not case.open_work


async def test_a_decided_case_asks_nobody_any_more(world: World) -> None:
    """What nobody read by the end of the case is dropped, and stops nothing."""
    await world.sale("ST-4")
    item = evidence(world, b"\x89PNG\r\n\x1a\n", "photo.png")
    opened = await world.open(a_claim("ST-4", evidence=[item]))
    await world.mailed(opened.case_id, "work_item")
    await world.act(opened.case_id, "withdraw", reason="found it")
    case = await world.until(opened.case_id, step=Step.CLOSED)
    assert case.outcome is Outcome.WITHDRAWN
    ((_, resumed),) = await world.events(opened.case_id, ev.WorkResumed)
    assert resumed.how == "dropped"

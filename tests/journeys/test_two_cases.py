"""Two cases about one sale, at an acquirer that would pay both: one payout, whatever happens."""

import asyncio

import pytest
from temporalio.worker import Worker

from recourse.acquirers.simulator.faults import Fault, FaultAction, Route
from recourse.disputes import events as ev
from recourse.disputes.records import Chargeback, ChargebackStatus
from recourse.disputes.vocabulary import Outcome, Stage, Step
from tests.journeys.endings import assert_money
from tests.world import AGENT, START, SUPERVISOR, World, a_claim, yuan
from worker.sandbox import workflow_runner
from worker.worker import WORKFLOWS
from workflows import queues
from workflows.desk import BadInput, NotAllowed
from workflows.holds_desk import HoldsDesk


def known(reference: str) -> dict[str, object]:
    return {"reference": reference, "amount": yuan("800.00")}


async def a_refund_case(world: World, reference: str) -> str:
    """A refund that was promised and never made: all of the sale is owed."""
    opened = await world.open(
        a_claim(
            reference,
            kind="refund_not_received",
            refund={"requested": yuan("800.00")},
            sale=known(reference),
        )
    )
    await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    await world.act(opened.case_id, "reply", party="store", result="confirms")
    await world.until(opened.case_id, step=Step.AWAITING_DECISION)
    return opened.case_id


async def a_charge_case(world: World, reference: str) -> str:
    """The same sale, said to have been paid a second time in cash: another family, so another
    case."""
    opened = await world.open(
        a_claim(
            reference,
            kind="receipt_not_printed",
            form="paid_twice",
            refund={},
            sale=known(reference),
        )
    )
    await world.settled(opened.case_id)
    await world.act(opened.case_id, "reply", party="customer", answers={"paid_again": "cash"})
    await world.act(opened.case_id, "reply", party="store", result="confirms")
    await world.until(opened.case_id, step=Step.AWAITING_DECISION)
    return opened.case_id


async def two_cases(world: World, reference: str) -> tuple[str, str]:
    await world.sale(reference, "800.00")
    cases = await a_refund_case(world, reference), await a_charge_case(world, reference)
    assert cases[0] != cases[1]
    await world.admin.add_fault(Fault(action=FaultAction.LENIENT, sale=reference, times=9))
    return cases


async def test_two_cases_race_for_one_sale(world: World) -> None:
    """Both decide at the same moment and both read books with room: one is paid, and the other
    finds that nothing is left and goes back to a person."""
    first, second = await two_cases(world, "B-1")
    slow = Fault(action=FaultAction.SLOW, route=Route.REFUNDS, sale="B-1", times=2, seconds=0.5)
    await world.admin.add_fault(slow)
    await asyncio.gather(
        world.act(first, "decide", decision="full"), world.act(second, "decide", decision="full")
    )
    for case_id in (first, second):
        await world.settled(case_id)
    ends = {case_id: (await world.case(case_id)).intents[0] for case_id in (first, second)}
    failed = [i.answer.reason for i in ends.values() if i.failed and i.answer]
    assert failed == ["over_captured"]
    (winner,) = [case_id for case_id, intent in ends.items() if not intent.failed]
    (loser,) = {first, second} - {winner}
    await world.until(loser, stage=Stage.VERIFICATION, decision=None)
    await world.pass_time(winner, days=4)
    await world.until(winner, step=Step.AWAITING_CONFIRMATION)
    await assert_money(world, "B-1", credited="800.00")


async def test_an_unknown_payout_holds_the_sale_over_a_restart(world: World) -> None:
    """While nobody knows whether the one case was paid, the other is not, also when every worker
    of cases was replaced meanwhile; when the end is known, the books decide."""
    first, second = await two_cases(world, "B-2")
    lost = Fault(action=FaultAction.REQUEST_LOST, route=Route.REQUEST_EFFECT, sale="B-2")
    await world.admin.add_fault(lost)
    await world.act(first, "decide", decision="full")
    await world.until(first, step=Step.CORRECTION_IN_DOUBT)
    await world.working.pop(queues.CASES).__aexit__(None, None, None)
    worker = Worker(
        world.client,
        task_queue=queues.CASES,
        workflows=WORKFLOWS,
        workflow_runner=workflow_runner(),
    )
    world.working[queues.CASES] = await worker.__aenter__()
    await world.act(second, "decide", decision="full")
    await world.until(second, step=Step.CORRECTION_SUBMITTED)
    await asyncio.sleep(3)  # two attempts: at once, and after two seconds
    held = await world.case(second)
    assert (held.step, held.intents[0].answer) == (Step.CORRECTION_SUBMITTED, None)
    await world.wait_out(first, hours=13)
    await world.until(first, step=Step.CORRECTION_IN_DOUBT)
    await world.wait_out(first, hours=25)
    await world.until(first, step=Step.REFUND_PENDING)
    case = await world.until(second, stage=Stage.VERIFICATION, decision=None)
    answer = case.intents[0].answer
    assert answer is not None
    assert answer.reason == "over_captured"
    await world.pass_time(first, days=4)
    await assert_money(world, "B-2", credited="800.00")


async def test_a_chargeback_while_the_refund_is_on_its_way(world: World) -> None:
    """A refund that posts beside a chargeback has paid twice: the customer is not asked to be
    glad of it, the case finds out what was given twice, and a person decides."""
    await world.sale("B-3", "800.00")
    case_id = await a_refund_case(world, "B-3")
    await world.act(case_id, "decide", decision="full")
    await world.until(case_id, step=Step.REFUND_PENDING)
    taken = Chargeback(
        reference="CB-3", sale="B-3", amount=yuan("800.00"), at=START, reason="unionpay/4532"
    )
    await world.admin.put_chargeback(taken)
    await world.pass_time(case_id, days=4)
    case = await world.until(case_id, step=Step.AWAITING_DECISION)
    assert case.verdict is not None
    assert case.verdict.finding == "refunded_and_charged_back"
    assert [str(c.amount) for c in case.verdict.corrections] == ["800.00 CNY"]
    shown = await world.desk.show(case_id)
    assert str(shown.money.charged_back) == "800.00 CNY"
    assert str(shown.money.refundable) == "0.00 CNY"
    assert not await world.mails(case_id, "money_posted")


async def test_charged_back_before_it_is_refunded(world: World) -> None:
    """A chargeback that comes between decision and payout is seen by the guard, also when the
    acquirer would pay; the claim is then being paid elsewhere."""
    await world.sale("B-4", "800.00")
    case_id = await a_refund_case(world, "B-4")
    await world.admin.add_fault(Fault(action=FaultAction.LENIENT, sale="B-4", times=9))
    taken = Chargeback(reference="CB-4", sale="B-4", amount=yuan("800.00"), at=START)
    await world.admin.put_chargeback(taken)
    await world.act(case_id, "decide", decision="full")
    case = await world.until(case_id, step=Step.AWAITING_DECISION, visit=3)
    assert case.verdict is not None
    assert (case.verdict.upheld, case.verdict.reason) == (False, "claimed_elsewhere")
    assert "B-4" not in await world.admin.totals()
    await world.admin.put_chargeback(taken.model_copy(update={"status": ChargebackStatus.LOST}))
    await world.act(case_id, "decide", decision="reject", reason="claimed_elsewhere")
    await world.until(case_id, outcome=Outcome.REJECTED)
    assert not await world.events(case_id, ev.ReceiptConfirmed)


async def test_what_a_terminated_case_holds_is_freed_by_a_supervisor(world: World) -> None:
    """A case that an operator terminated while its order was in doubt never lets go. The other
    waits, is seen to wait, and is paid once a supervisor has found out and freed the money."""
    first, second = await two_cases(world, "B-9")
    lost = Fault(action=FaultAction.REQUEST_LOST, route=Route.REQUEST_EFFECT, sale="B-9")
    await world.admin.add_fault(lost)
    await world.act(first, "decide", decision="full")
    await world.until(first, step=Step.CORRECTION_IN_DOUBT)
    to = HoldsDesk(world.desk)
    (held,) = await to.held(second)
    order = held.hold.effect_id
    assert (held.case_id, held.working, str(held.hold.amount)) == (first, True, "800.00 CNY")
    with pytest.raises(NotAllowed, match="still runs"):
        await to.free(second, order, "no trace of it", SUPERVISOR)
    await world.handle(first).terminate("by mistake")
    with pytest.raises(NotAllowed, match="a supervisor"):
        await to.free(second, order, "no trace of it", AGENT)
    with pytest.raises(BadInput, match="holds nothing"):
        await to.free(second, f"{order}9", "no trace of it", SUPERVISOR)
    await world.act(second, "decide", decision="full")
    await world.wait_out(second, hours=1)
    case = await world.until(second, step=Step.WORK_ITEM)
    (item,) = case.open_work
    assert (item.error, item.money) == ("Held", True)
    await to.free(second, order, "the acquirer has no trace of it", SUPERVISOR)
    assert await to.held(second) == ()
    ((entry, note),) = await world.events(second, ev.Noted)
    assert (entry.by, order in note.text, "no trace" in note.text) == ("supervisor:li", True, True)
    await world.act(second, "retry", actor=SUPERVISOR, item=item.item)
    await world.until(second, step=Step.REFUND_PENDING)
    await world.pass_time(second, days=4)
    await assert_money(world, "B-9", credited="800.00")


async def test_what_was_given_by_hand_holds_the_sale_while_the_acquirer_may_pay_it_too(
    world: World,
) -> None:
    """A person who gives money elsewhere does not know that the acquirer will not carry out the
    order of unknown end. The other case waits until that is known, or a supervisor knows it."""
    first, second = await two_cases(world, "B-10")
    order = await given_elsewhere_in_doubt(world, first, "B-10")
    to = HoldsDesk(world.desk)
    assert [held.hold.effect_id for held in await to.held(second)] == [order]
    await world.act(second, "decide", decision="full")
    await world.wait_out(second, hours=1)
    case = await world.until(second, step=Step.WORK_ITEM)
    assert [item.error for item in case.open_work] == ["Held"]
    await world.wait_out(first, days=8)  # it says now that it has never seen the order
    assert await to.held(second) == ()
    await world.act(second, "retry", actor=SUPERVISOR, item=case.open_work[0].item)
    await world.until(second, step=Step.REFUND_PENDING)


async def test_a_supervisor_frees_what_was_given_by_hand(world: World) -> None:
    """Also while its case runs: that waits for an acquirer who may never tell."""
    first, second = await two_cases(world, "B-11")
    order = await given_elsewhere_in_doubt(world, first, "B-11")
    to = HoldsDesk(world.desk)
    await to.free(second, order, "the acquirer has called it off", SUPERVISOR)
    assert await to.held(second) == ()
    await world.act(second, "decide", decision="full")
    await world.until(second, step=Step.REFUND_PENDING)


async def given_elsewhere_in_doubt(world: World, case_id: str, reference: str) -> str:
    """A payout of unknown end that a person has given elsewhere; its effect id."""
    lost = Fault(action=FaultAction.REQUEST_LOST, route=Route.REQUEST_EFFECT, sale=reference)
    await world.admin.add_fault(lost)
    await world.act(case_id, "decide", decision="full")
    await world.until(case_id, step=Step.CORRECTION_IN_DOUBT)
    world.acquirer.undecided = True
    await world.wait_out(case_id, hours=25)
    case = await world.until(case_id, step=Step.WORK_ITEM)
    (item,) = case.open_work
    assert item.error == "Unknown"
    await world.act(case_id, "by_hand", actor=SUPERVISOR, item=item.item, reference="BANK-1")
    await world.settled(case_id)
    world.acquirer.undecided = False
    (intent,) = (await world.case(case_id)).intents
    assert intent.may_pay_too
    return intent.order.effect_id

"""Journal, books and clearing files that disagree: held until they agree, or a person decides."""

from datetime import timedelta

from recourse.acquirers.simulator.clearing import Clearing
from recourse.disputes import events as ev
from recourse.disputes.case import Case
from recourse.disputes.claims import Claim
from recourse.disputes.records import SettlementLine, TerminalEvent, TerminalEventKind
from recourse.disputes.settlement import UNIONPAY
from recourse.disputes.verdicts import Confidence, Source
from recourse.disputes.vocabulary import Cause, Outcome, Step
from tests.journeys.endings import (
    CONTACT,
    VERIFICATION,
    assert_ended,
    assert_money,
)
from tests.world import START, World, a_claim, yuan


def no_slip(reference: str) -> Claim:
    return a_claim(reference, kind="receipt_not_printed", refund={}, story="没有小票")


async def told_all(world: World, case_id: str) -> None:
    """The customer has answered; nobody else's word is waited for."""
    await world.settled(case_id)
    if (await world.case(case_id)).step is Step.AWAITING_ANSWERS:
        await world.act(case_id, "reply", party="customer", answers={"paid_again": "no"})


def says(case: Case, source: Source) -> list[str]:
    assert case.verdict is not None
    return [said.says for said in case.verdict.said if said.source is source]


async def test_a_reversal_that_waits_holds_until_the_terminal_sends_it(world: World) -> None:
    """While the terminal of an idle shop still has to send the reversal, the books call the
    sale good: nothing is printed or paid, and the customer is told once not to pay again.
    When the terminal has sent it and the books show it, the case ends by itself."""
    sale = await world.sale("Z-1")
    line = TerminalEvent(
        terminal=sale.terminal,
        at=sale.at + timedelta(minutes=1),
        kind=TerminalEventKind.REVERSAL_QUEUED,
        sale="Z-1",
        response="4021",
    )
    await world.happened(line)
    opened = await world.open(no_slip("Z-1"))
    await told_all(world, opened.case_id)
    case = await world.until(opened.case_id, step=Step.IN_DOUBT_HOLD)
    assert case.verdict is not None
    assert (case.verdict.finding, case.verdict.missing) == ("reversal_waits", ("terminal_log",))
    assert says(case, Source.POS) == ["till_reversal_queued"]
    assert says(case, Source.ACQUIRER) == ["sale_captured"]
    assert not case.intents
    sent = line.model_copy(
        update={"at": line.at + timedelta(hours=1), "kind": TerminalEventKind.REVERSAL_SENT}
    )
    await world.happened(sent)
    nothing = sale.amount - sale.amount
    reversed_sale = sale.model_copy(update={"status": "reversed", "captured": nothing})
    await world.admin.put_sale(reversed_sale)
    await world.pass_time(opened.case_id, hours=3)
    await world.until(opened.case_id, step=Step.AWAITING_CONFIRMATION)
    await world.act(opened.case_id, "confirm_received", received=True)
    ended = await assert_ended(
        world,
        opened.case_id,
        Outcome.SATISFIED,
        CONTACT,
        VERIFICATION,
        told="acknowledge:customer hold_do_not_pay_again:customer ask_store:store "
        "ask_customer:customer decision:customer closed:customer closed:store",
        reason="reversed_by_itself",
    )
    assert ended.cause is Cause.REVERSED_BY_TIMEOUT
    assert not ended.intents


async def test_a_refund_of_the_till_is_awaited_before_it_is_made_again(world: World) -> None:
    """The till's journal has a refund that the books do not. Until the clearing file of its
    day is complete it may still come, and to make it again would pay twice. When the file has
    none either, a person decides with the conflict before their eyes, and it is made once."""
    sale = await world.sale("Z-2")
    made = START - timedelta(hours=13)  # yesterday evening; its file comes at eleven today
    await world.happened(
        TerminalEvent(
            terminal=sale.terminal,
            at=made,
            kind=TerminalEventKind.REFUND,
            sale="Z-2",
            amount=yuan("100.00"),
            mti="0220",
            processing_code="200000",
        )
    )
    claim = a_claim(
        "Z-2",
        kind="refund_not_received",
        refund={"requested": yuan("100.00"), "at": made},
        story="没收到",
    )
    opened = await world.open(claim)
    await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    await world.act(opened.case_id, "reply", party="store", result="confirms")
    case = await world.until(opened.case_id, step=Step.IN_DOUBT_HOLD)
    assert case.verdict is not None
    assert case.verdict.finding == "refund_not_booked_yet"
    assert says(case, Source.SETTLEMENT) == ["line_sale", "no_file_yet"]
    await world.pass_time(opened.case_id, hours=13)
    case = await world.until(opened.case_id, step=Step.AWAITING_DECISION)
    assert case.verdict is not None
    assert case.verdict.confidence is Confidence.LIKELY
    assert case.verdict.finding == "no_refund_on_record"
    assert says(case, Source.POS) == ["till_refunded"]
    assert says(case, Source.SETTLEMENT) == ["line_sale", "no_line"]
    assert not case.intents
    await world.act(opened.case_id, "decide", decision="full")
    await world.until(opened.case_id, step=Step.REFUND_PENDING)
    await world.pass_time(opened.case_id, days=4)
    await world.until(opened.case_id, step=Step.AWAITING_CONFIRMATION)
    await world.act(opened.case_id, "confirm_received", received=True)
    await world.until(opened.case_id, outcome=Outcome.CORRECTED)
    await assert_money(world, "Z-2", credited="100.00")


async def test_a_file_that_says_otherwise_holds_a_refund(world: World) -> None:
    """The clearing file has a refund that the books do not list: nothing is paid again. When
    the books have caught up, the customer is told how to trace it."""
    sale = await world.sale("Z-3")
    day = UNIONPAY.day_of(sale.at)
    lines = (
        SettlementLine(day=day, direction="charge", amount=sale.amount),
        SettlementLine(day=day, direction="credit", amount=yuan("100.00"), reference="R-Z-3"),
    )
    await world.admin.put_clearing(Clearing(sale="Z-3", lines=lines))
    opened = await world.open(
        a_claim(
            "Z-3", kind="refund_not_received", refund={"requested": yuan("100.00")}, story="没收到"
        )
    )
    await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    await world.act(opened.case_id, "reply", party="store", result="confirms")
    case = await world.until(opened.case_id, step=Step.IN_DOUBT_HOLD)
    assert case.verdict is not None
    assert case.verdict.finding == "books_and_settlement_differ"
    assert says(case, Source.SETTLEMENT) == ["line_sale", "line_refund"]
    await world.refund(sale, "100.00", reference="R-Z-3", posted_at=sale.at + timedelta(days=1))
    await world.pass_time(opened.case_id, hours=13)
    await world.pass_time(opened.case_id, hours=12)  # found at night, told in the morning
    case = await world.until(opened.case_id, step=Step.AWAITING_CONFIRMATION)
    assert case.verdict is not None
    assert (case.verdict.finding, case.verdict.said) == ("refund_posted_trace_by_arn", ())
    await world.act(opened.case_id, "confirm_received", received=True)
    await world.until(opened.case_id, outcome=Outcome.SATISFIED)
    verdicts = [event.verdict for _, event in await world.events(opened.case_id, ev.VerdictReached)]
    assert [verdict.in_doubt for verdict in verdicts] == [True, False]
    assert not (await world.case(opened.case_id)).intents
    await assert_money(world, "Z-3", credited="100.00")

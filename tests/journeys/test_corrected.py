"""Cases that end with the money put right at verification."""

from recourse.acquirers.simulator.faults import Fault, FaultAction, Route
from recourse.disputes import events as ev
from recourse.disputes.vocabulary import Cause, Outcome, Step
from tests.journeys.endings import (
    CONTACT,
    VERIFICATION,
    assert_ended,
    assert_money,
    notices,
    size_of,
)
from tests.world import SUPERVISOR, World, a_claim, yuan

OPENING = "acknowledge:customer ask_store:store"
CLOSING = "closed:customer closed:store"


async def test_refund_too_little_is_topped_up_and_confirmed(world: World) -> None:
    """A refund that was too small is made up once, followed until posted, and confirmed."""
    sale = await world.sale("D-1")
    await world.refund(sale, "10.00")
    opened = await world.open(a_claim("D-1"))
    assert not opened.joined
    await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    await world.act(opened.case_id, "reply", party="store", result="confirms", text="少退了九十")
    await world.until(opened.case_id, step=Step.REFUND_PENDING)
    await world.pass_time(opened.case_id, days=4)
    await world.until(opened.case_id, step=Step.AWAITING_CONFIRMATION)
    await world.act(opened.case_id, "confirm_received", received=True)
    case = await assert_ended(
        world,
        opened.case_id,
        Outcome.CORRECTED,
        CONTACT,
        VERIFICATION,
        told=f"{OPENING} money_posted:customer {CLOSING}",
        reason="refunded_too_little",
    )
    assert case.cause is Cause.OPERATOR_ERROR
    await assert_money(world, "D-1", credited="100.00")
    activities, events = size_of(await world.handle(case.case_id).fetch_history())
    assert activities <= 12
    assert events <= 80


async def test_what_only_the_customer_says_is_put_before_a_person(world: World) -> None:
    """How much was to be refunded the customer says alone: the store does not know, and nothing is
    paid before a person has seen the application."""
    sale = await world.sale("D-9")
    await world.refund(sale, "50.00")
    opened = await world.open(a_claim("D-9", refund={"requested": yuan("100.00")}))
    await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    await world.act(opened.case_id, "reply", party="store", result="unknown", text="查不到")
    case = await world.until(opened.case_id, step=Step.AWAITING_DECISION)
    assert case.verdict is not None
    assert case.verdict.missing == ("refund_application",)
    await assert_money(world, "D-9", credited="50.00")


async def test_silence_after_the_money_was_posted_is_a_yes(world: World) -> None:
    """A customer who does not say whether the money came is taken to have received it."""
    sale = await world.sale("D-2")
    await world.refund(sale, "10.00")
    opened = await world.open(a_claim("D-2"))
    await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    await world.act(opened.case_id, "reply", party="store", result="confirms")
    await world.pass_time(opened.case_id, days=4)
    await world.until(opened.case_id, step=Step.AWAITING_CONFIRMATION)
    await world.pass_time(opened.case_id, days=8)
    case = await assert_ended(
        world,
        opened.case_id,
        Outcome.CORRECTED,
        CONTACT,
        VERIFICATION,
        told=f"{OPENING} money_posted:customer {CLOSING}",
    )
    assert case.confirmed is None
    assert [e.clock for _, e in await world.events(case.case_id, ev.TimedOut)] == ["confirm"]
    await assert_money(world, "D-2", credited="100.00")


async def over_refunded(world: World, reference: str, *refunds: str) -> str:
    """A merchant's case about refunds that were too much; the customer agrees to pay back."""
    sale = await world.sale(reference, "1500.00")
    for number, amount in enumerate(refunds):
        await world.refund(sale, amount, reference=f"R-{reference}-{number}")
    opened = await world.open(
        a_claim(
            reference,
            claimant="merchant",
            refund={"requested": yuan("100.00"), "reported": yuan("1000.00")},
            sale={"reference": reference, "amount": yuan("1500.00")},
        )
    )
    await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    await world.act(opened.case_id, "reply", party="customer", answers={"accept_recovery": "yes"})
    await world.act(opened.case_id, "reply", party="store", result="confirms")
    await world.until(opened.case_id, step=Step.AWAITING_DECISION)
    return opened.case_id


MERCHANT_OPENING = (
    "acknowledge:store wrong_refund_apology:customer ask_customer:customer ask_store:store"
)


async def test_over_refund_is_taken_back_by_two_persons(world: World) -> None:
    """Money is taken from a cardholder only when a person decides and another agrees, and the
    customer is told before the case closes."""
    case_id = await over_refunded(world, "D-3", "1000.00")
    assert "D-3" in await world.admin.totals()
    await world.act(case_id, "decide", decision="full")
    await world.until(case_id, step=Step.SECOND_PERSON_REVIEW)
    await world.act(case_id, "approve", SUPERVISOR, amount=yuan("900.00"))
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=4)
    await assert_ended(
        world,
        case_id,
        Outcome.CORRECTED,
        CONTACT,
        VERIFICATION,
        told=f"{MERCHANT_OPENING} approval_needed:supervisor decision:customer "
        "closed:store closed:customer",
        reason="",
    )
    await assert_money(world, "D-3", credited="1000.00", debited="900.00")


async def test_refunded_twice_is_taken_back_once(world: World) -> None:
    """Of two equal refunds the second is the one too many, and it alone is taken back."""
    case_id = await over_refunded(world, "D-4", "100.00", "100.00")
    case = await world.case(case_id)
    assert case.verdict is not None
    assert (case.verdict.finding, str(case.verdict.amount)) == ("refunded_twice", "100.00 CNY")
    await world.act(case_id, "decide", decision="full")
    await world.pass_time(case_id, days=4)
    await assert_ended(
        world,
        case_id,
        Outcome.CORRECTED,
        CONTACT,
        VERIFICATION,
        told=f"{MERCHANT_OPENING} decision:customer closed:store closed:customer",
    )
    await assert_money(world, "D-4", credited="200.00", debited="100.00")


async def test_wrong_card_is_put_right_by_two_corrections(world: World) -> None:
    """A refund to a wrong card is fetched back first and then given to the right card, each
    followed until posted in its own time; the customer is told of one amount."""
    sale = await world.sale("D-5")
    await world.refund(sale, "100.00", card_last4="1111")
    opened = await world.open(
        a_claim(
            "D-5",
            form="wrong_card",
            refund={"requested": yuan("100.00"), "reported": yuan("100.00")},
        )
    )
    case_id = opened.case_id
    await world.until(case_id, step=Step.AWAITING_ANSWERS)
    await world.act(case_id, "reply", party="store", result="confirms")
    await world.until(case_id, step=Step.AWAITING_DECISION)
    await world.act(case_id, "decide", decision="full")
    await world.act(case_id, "approve", SUPERVISOR, amount=yuan("100.00"))
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=4)
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=4)
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    await world.act(case_id, "confirm_received", received=True)
    case = await assert_ended(
        world,
        case_id,
        Outcome.CORRECTED,
        CONTACT,
        VERIFICATION,
        told=f"{OPENING} approval_needed:supervisor money_posted:customer {CLOSING}",
    )
    assert [i.order.remedy.value for i in case.intents] == ["debit_adjustment", "credit_adjustment"]
    posts = [e.clock for _, e in await world.events(case_id, ev.ClockStarted)]
    assert [clock.name for clock in posts].count("post") == 2
    (mail,) = await world.mails(case_id, "money_posted")
    assert "100.00" in world.text(mail)
    assert notices(case)["money_posted:customer"] == 1
    await assert_money(world, "D-5", credited="200.00", debited="100.00")


async def test_what_was_fetched_back_by_hand_may_be_given(world: World) -> None:
    """The whole sale went to a wrong card. What a person got back from there, past the acquirer,
    is there to be given to the right one, although the books do not show it."""
    sale = await world.sale("D-7")
    await world.refund(sale, "139.12", card_last4="1111")
    asked = {"requested": yuan("139.12"), "reported": yuan("139.12")}
    case_id = (await world.open(a_claim("D-7", form="wrong_card", refund=asked))).case_id
    await world.until(case_id, step=Step.AWAITING_ANSWERS)
    await world.act(case_id, "reply", party="store", result="confirms")
    await world.until(case_id, step=Step.AWAITING_DECISION)
    await world.act(case_id, "decide", decision="full")
    down = Fault(action=FaultAction.STATUS, route=Route.EFFECT, times=40)
    await world.admin.add_fault(down)
    await world.act(case_id, "approve", SUPERVISOR, amount=yuan("139.12"))
    await world.until(case_id, step=Step.WORK_ITEM)
    await world.admin.clear_faults()
    await world.admin.add_fault(Fault(action=FaultAction.LENIENT, sale="D-7", times=9))
    await world.act(case_id, "by_hand", item="w1", reference="BANK-82")
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=4)
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    await assert_money(world, "D-7", credited="278.24")

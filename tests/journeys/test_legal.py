"""The last stage: hold, demand with proof, answer window, counsel, result."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from recourse.disputes import events as ev
from recourse.disputes.case import Case
from recourse.disputes.notices import Role, Template
from recourse.disputes.vocabulary import Outcome, Step
from recourse.mail.mailbox import Fault
from tests.journeys.endings import (
    CONTACT,
    LEGAL,
    VERIFICATION,
    assert_ended,
    assert_timed_out,
)
from tests.journeys.test_mail_failing import given_up
from tests.world import World, a_claim, yuan

OPENING = "acknowledge:store ask_customer:customer ask_store:store"


async def to_decide(world: World, reference: str, **given: Any) -> str:
    """A merchant's payment was returned; its customer refuses, and a person is to decide."""
    sale = await world.sale(reference)
    nothing = sale.amount - sale.amount
    await world.admin.put_sale(sale.model_copy(update={"status": "reversed", "captured": nothing}))
    opened = await world.open(
        a_claim(reference, kind="payment_reversed", claimant="merchant", refund={}, **given)
    )
    case_id = opened.case_id
    await world.until(case_id, step=Step.AWAITING_ANSWERS)
    await world.act(case_id, "reply", party="store", result="confirms")
    await world.until(case_id, step=Step.AWAITING_DECISION)
    return case_id


async def to_legal(world: World, reference: str) -> str:
    """Such a merchant goes to law."""
    case_id = await to_decide(world, reference)
    await world.act(case_id, "escalate", to="legal", reason="customer refuses")
    await world.until(case_id, step=Step.DEMAND_SENT)
    return case_id


async def to_legal_again(world: World, case_id: str, letters: int = 1) -> Case:
    """Withdrawn and reopened, the case goes to law a second time; it is not demanded a second
    time."""
    await world.act(case_id, "withdraw", reason="changed_my_mind")
    world.mailbox.go_on()
    await world.until(case_id, step=Step.CLOSED)
    await world.act(case_id, "reopen", reason="the customer does not pay after all")
    await world.until(case_id, step=Step.AWAITING_DECISION)
    await world.act(case_id, "escalate", to="legal", reason="once more")
    case = await world.until(case_id, step=Step.DEMAND_SENT)
    assert len(await world.mails(case_id, "demand_letter")) == letters
    assert len(await world.events(case_id, ev.DemandSent)) == 1
    return case


def assert_counted_from_the_letter(case: Case) -> None:
    """The demand, the debtor's time and limitation are dated by when the letter was taken."""
    (letter,) = [told for told in case.told if told.template is Template.DEMAND_LETTER]
    assert letter.state == "sent"
    assert case.demands == (letter.at,)
    for name in ("demand_answer", "limitation"):
        clock = case.clocks[name]
        assert (clock.counted_from or clock.started) == letter.at
        assert clock.pending


async def assert_told_of_the_demand(world: World, case_id: str) -> None:
    """The claimant has had one mail about it, which says by when the debtor must answer."""
    (mail,) = await world.mailed(case_id, "escalated_claimant")
    assert "2026年12月8日" in world.text(mail)
    await world.settled(case_id)
    assert len(await world.mails(case_id, "escalated_claimant")) == 1


async def test_demand_window_counsel_and_judgment(world: World) -> None:
    """The demand goes out with the letter attached, is reminded of once, and after the answer
    window the finished file goes to counsel; the result ends the case."""
    case_id = await to_legal(world, "L-1")
    case = await world.case(case_id)
    assert case.on_hold
    (mail,) = await world.mails(case_id, "demand_letter")
    (attached,) = world.mailbox.read(mail).iter_attachments()
    content = attached.get_content()
    data = content if isinstance(content, bytes) else str(content).encode()
    assert case.demand is not None
    stored = world.documents.read(case.demand.digest, case_id)
    assert hashlib.sha256(stored).hexdigest() == case.demand.digest
    assert data.replace(b"\r\n", b"\n").strip() == stored.replace(b"\r\n", b"\n").strip()
    ((_, sent),) = await world.events(case_id, ev.DemandSent)
    assert sent.delivery.state == "sent"
    assert str(sent.amount) == "139.12 CNY"
    await world.pass_time(case_id, days=8)
    assert len(await world.mails(case_id, "reminder")) == 1
    await world.pass_time(case_id, days=8)
    await world.until(case_id, step=Step.AWAITING_RESULT)
    await world.act(case_id, "record_result", result="judgment", text="支付令")
    case = await assert_ended(
        world,
        case_id,
        Outcome.JUDGMENT,
        CONTACT,
        VERIFICATION,
        LEGAL,
        told=f"{OPENING} deadline_near:supervisor deadline_missed:supervisor "
        "demand_letter:customer escalated_claimant:store "
        "reminder:customer "
        "closed:store closed:customer",
        reason="payment_order",
    )
    assert len(case.documents) >= 3
    files = [world.documents.read(each.digest, case_id).decode() for each in case.documents]
    restarts = [line for text in files for line in text.splitlines() if "limitation" in line]
    assert restarts, "the file does not say that limitation began anew"
    assert not [line for line in restarts if "counted_from" in line]
    assert [t.state for t in case.told if t.template is Template.COUNSEL_HANDOVER] == [
        "unaddressed"
    ]
    await assert_timed_out(
        world,
        case_id,
        ("answer", "us", "escalate"),
        ("demand_answer", "customer", "prepare_payment_order"),
    )
    assert "L-1" not in await world.admin.totals()


async def test_a_demand_does_not_wait_for_the_claimant_to_be_told(world: World) -> None:
    """The claimant cannot be written to for days: the demand is on record since its letter was
    taken, the debtor's time and limitation count from then, and he is sent no second one. The
    claimant is told when he can be."""
    case_id = await to_decide(world, "L-6")
    world.mailbox.misbehave(Fault.DEFER_RECIPIENT, times=400, recipient="store@example.com")
    await world.act(case_id, "escalate", to="legal", reason="customer refuses")
    case = await given_up(world, case_id)
    assert [item.what for item in case.open_work] == ["notice escalated_claimant to store"]
    assert_counted_from_the_letter(case)
    await world.pass_time(case_id, days=3)
    world.mailbox.behave()
    assert_counted_from_the_letter(await to_legal_again(world, case_id))
    await assert_told_of_the_demand(world, case_id)


async def test_a_demand_that_went_out_as_the_case_moved_on_is_not_sent_again(world: World) -> None:
    """The mail server has the letter when the case is withdrawn: it is heard to its end, and is
    the demand. The claimant, who was not told of it then, is told when the case is back."""
    case_id = await to_decide(world, "L-7")
    world.mailbox.misbehave(Fault.LATE_CONTENT, recipient="wang.fang@example.com")
    await world.act(case_id, "escalate", to="legal", reason="customer refuses")
    await world.mailed(case_id, "demand_letter")
    assert (await world.case(case_id)).demand is None
    assert_counted_from_the_letter(await to_legal_again(world, case_id))
    await assert_told_of_the_demand(world, case_id)


async def to_legal_without_a_document(
    world: World, monkeypatch: pytest.MonkeyPatch, case_id: str
) -> Case:
    """The letter cannot be stored, and a person goes on without it."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(world.documents, "put", full)
    await world.act(case_id, "escalate", to="legal", reason="customer refuses")
    case = await given_up(world, case_id)
    await world.act(case_id, "skip", item=case.open_work[0].item, reason="the disk is full")
    case = await world.until(case_id, step=Step.DEMAND_SENT)
    assert case.demand is None
    return case


async def test_a_demand_without_a_document_is_a_demand(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demand is the mail itself, which is dated and not sent again."""
    case_id = await to_decide(world, "L-8")
    case = await to_legal_without_a_document(world, monkeypatch, case_id)
    assert_counted_from_the_letter(case)
    assert_counted_from_the_letter(await to_legal_again(world, case_id))


async def test_a_demand_that_reached_nobody_is_made_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a letter nor an address: nothing was sent and nothing is dated by it, and yet it is
    neither made nor told of a second time."""
    case_id = await to_decide(world, "L-10", customer={"name": "王芳"})
    case = await to_legal_without_a_document(world, monkeypatch, case_id)
    monkeypatch.undo()
    await world.settled(case_id)
    assert case.demands == ()
    await to_legal_again(world, case_id, letters=0)
    await world.settled(case_id)
    assert len(await world.mails(case_id, "escalated_claimant")) == 1


async def test_time_that_a_debtor_was_granted_holds_when_the_law_is_entered_again(
    world: World,
) -> None:
    """Reminded, and given three more days, the debtor keeps them when the case is withdrawn,
    reopened and taken to law again, and is reminded no second time."""
    case_id = await to_legal(world, "L-11")
    first = (await world.case(case_id)).clocks["demand_answer"]
    await world.pass_time(case_id, days=8)
    await world.act(case_id, "extend", clock="demand_answer", days=3, reason="he is in hospital")
    await world.settled(case_id)
    before = (await world.case(case_id)).clocks["demand_answer"]
    assert (before.due, before.reminded) == (first.due + timedelta(days=3), 1)
    after = (await to_legal_again(world, case_id)).clocks["demand_answer"]
    assert after.pending
    assert (after.due, after.extensions) == (before.due, before.extensions)
    assert (after.reminded, after.reminders_left) == (1, before.reminders_left)


async def test_paid_after_the_demand(world: World) -> None:
    """Who pays within the window has settled, and nothing goes to counsel."""
    case_id = await to_legal(world, "L-2")
    await world.act(case_id, "record_result", result="paid", amount=yuan("139.12"))
    case = await assert_ended(
        world,
        case_id,
        Outcome.SETTLED,
        CONTACT,
        VERIFICATION,
        LEGAL,
        told=f"{OPENING} demand_letter:customer escalated_claimant:store "
        "settled:store settled:customer",
        reason="after_demand",
    )
    assert not case.was_told(Template.COUNSEL_HANDOVER, Role.COUNSEL)


@pytest.mark.parametrize("how", ["record_result", "reply"])
@pytest.mark.parametrize("result", ["denies", "refused"])
async def test_a_debtor_who_refuses_is_handed_over_at_once(
    world: World, how: str, result: str
) -> None:
    """A no ends the answer window and not the case; before a court no word but a result
    does, and the case waits for it however often it is asked."""
    case_id = await to_legal(world, f"L-3-{how}-{result}")
    data: dict[str, Any] = {"result": result} | ({"party": "customer"} if how == "reply" else {})
    await world.act(case_id, how, **data)
    await world.until(case_id, step=Step.AWAITING_RESULT)
    for word in ("unknown", "no_record"):
        await world.act(case_id, "record_result", result=word)
        await world.settled(case_id)
    await world.until(case_id, step=Step.AWAITING_RESULT)
    await world.act(case_id, "record_result", result="written_off")
    await world.until(case_id, outcome=Outcome.WRITTEN_OFF)


async def test_an_answer_without_a_word_on_the_debt_ends_nothing(world: World) -> None:
    """ "We will look at it" leaves the answer window as it is."""
    case_id = await to_legal(world, "L-4")
    await world.act(case_id, "reply", party="customer", text="我再看看")
    await world.settled(case_id)
    case = await world.until(case_id, step=Step.DEMAND_SENT)
    clock = case.clock("demand_answer")
    assert clock is not None
    assert clock.pending


async def test_no_result_in_time_is_looked_at_by_a_person(world: World) -> None:
    """When the time such a route takes has passed, the ball is ours, and the case stays open."""
    case_id = await to_legal(world, "L-5")
    await world.pass_time(case_id, days=16)
    await world.pass_time(case_id, days=50)
    case = await world.until(case_id, step=Step.AWAITING_RESULT)
    assert case.ball.value == "us"
    await world.act(case_id, "record_result", result="rejected")
    await world.until(case_id, outcome=Outcome.REJECTED)

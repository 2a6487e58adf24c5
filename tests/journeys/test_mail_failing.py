"""When people cannot be written to: tried again, then put before a person, never lost."""

from datetime import timedelta
from typing import Any

import pytest

from recourse.disputes import events as ev
from recourse.disputes.case import Case
from recourse.disputes.vocabulary import Outcome, Stage, Step
from recourse.mail.mailbox import Fault
from tests.eventually import assert_eventually
from tests.journeys.endings import assert_ended, assert_timed_out, notices
from tests.world import World, a_claim


def claim(reference: str, customer: str = "wang.fang@example.com") -> Any:
    return a_claim(reference, customer={"name": "王芳", "email": customer})


async def given_up(world: World, case_id: str) -> Case:
    """Let retries run out for one notice."""

    async def failed() -> Case:
        await world.wait_out(case_id, seconds=5)
        case = await world.case(case_id)
        assert case.open_work
        return case

    return await assert_eventually(failed)


async def unsent(world: World, reference: str) -> tuple[str, Case]:
    """A case whose acknowledgement could not be sent although it was tried again and again."""
    who = f"{reference.lower()}@example.com"
    await world.sale(reference)
    world.mailbox.misbehave(Fault.DEFER_RECIPIENT, times=40, recipient=who)
    opened = await world.open(claim(reference, who))
    case = await given_up(world, opened.case_id)
    assert (case.step, case.stage) == (Step.WORK_ITEM, Stage.CONTACT)
    (item,) = case.open_work
    assert (item.what, item.error, item.money) == ("notice acknowledge to customer", "Away", False)
    assert notices(case) == {"ask_store:store": 1}
    return opened.case_id, case


async def test_a_few_failures_are_nobodys_business(world: World) -> None:
    """A mail server that is busy for a moment is tried again, and the notice comes once."""
    await world.sale("E-1")
    world.mailbox.misbehave(Fault.BUSY, times=3)
    opened = await world.open(a_claim("E-1"))
    case = await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    assert not case.work
    assert len(await world.mails(opened.case_id)) == 2
    assert max(told.attempts for told in case.told) > 1


@pytest.mark.parametrize(
    ("how", "data", "state"),
    [
        ("retry", {}, "sent"),
        ("skip", {"reason": "told by telephone"}, "skipped"),
        ("by_hand", {"reference": "letter 17"}, "by_hand"),
    ],
)
async def test_a_failed_notice_waits_for_a_person(
    world: World, how: str, data: dict[str, Any], state: str
) -> None:
    """A notice that cannot be sent becomes a work item; the case keeps its place and goes on
    by retry, skip or by hand."""
    case_id, case = await unsent(world, f"E-2-{how}")
    world.mailbox.behave()
    await world.act(case_id, how, item=case.open_work[0].item, **data)
    case = await world.until(case_id, step=Step.AWAITING_ANSWERS)
    assert [t.state for t in case.told if t.template.value == "acknowledge"] == [state]
    assert len(await world.mails(case_id, "acknowledge")) == (1 if how == "retry" else 0)
    assert [w.how for w in case.work.values()] == [how]


async def test_nobodys_time_runs_before_they_are_asked(world: World) -> None:
    """While a question waits for a person, our own clock runs out to the second; the store's
    begins when it has been asked, so that nobody is reminded of what they never read."""
    case_id, case = await unsent(world, "E-3")
    await world.pass_time(case_id, days=4)
    case = await world.until(case_id, step=Step.WORK_ITEM, stage=Stage.CONTACT)
    assert "answer:store" not in case.clocks
    world.mailbox.behave()
    await world.act(case_id, "retry", item=case.open_work[0].item)
    case = await world.until(case_id, step=Step.AWAITING_ANSWERS)
    await assert_timed_out(
        world, case_id, ("acknowledge", "us", "warn"), ("handling", "us", "warn")
    )
    assert case.clocks["answer:store"].started - case.opened_at >= timedelta(days=4)
    assert "reminder:store" not in notices(case)
    await world.pass_time(case_id, days=6)
    case = await world.until(case_id, step=Step.TIER2)
    assert notices(case)["reminder:store"] == 2
    keys = [told.key for told in case.told]
    assert len(set(keys)) == len(keys)


async def test_an_item_that_has_lost_its_object_is_dropped(world: World) -> None:
    """When the case ends while a failed notice waits for a person, nobody is asked about the
    notice any more."""
    case_id, _ = await unsent(world, "E-8")
    world.mailbox.behave()
    await world.act(case_id, "withdraw", reason="changed_my_mind")
    case = await world.until(case_id, step=Step.CLOSED)
    assert not case.open_work
    assert [w.how for w in case.work.values()] == ["dropped"]
    assert case.told[1].state == "abandoned"


async def test_a_reminder_that_fails_does_not_hold_an_answer_up(world: World) -> None:
    """The answer that a failed reminder was to bring ends the wait for it, and the item."""
    await world.sale("E-9")
    opened = await world.open(a_claim("E-9"))
    case_id = opened.case_id
    await world.until(case_id, step=Step.AWAITING_ANSWERS)
    world.mailbox.misbehave(Fault.DEFER_RECIPIENT, times=40, recipient="store@example.com")
    await world.wait_out(case_id, hours=24)
    await given_up(world, case_id)
    await world.act(case_id, "reply", party="store", result="confirms")
    case = await world.until(case_id, stage=Stage.VERIFICATION)
    assert [w.how for w in case.work.values()] == ["dropped"]


async def test_a_clock_does_not_wait_for_a_mail_server(world: World) -> None:
    """A clock that comes due while a notice is being tried again is attended to at its very
    second, not when the server is back."""
    await world.sale("E-4")
    opened = await world.open(a_claim("E-4"))
    case_id = opened.case_id
    await world.until(case_id, step=Step.AWAITING_ANSWERS)
    due = (await world.case(case_id)).clocks["answer:store"].due
    now = (await world.desk.show(case_id)).opened_at
    await world.pass_time(case_id, seconds=(due - now).total_seconds() - 10)
    world.mailbox.misbehave(
        Fault.DEFER_RECIPIENT, times=40, recipient="supervisor@recourse.example"
    )
    await world.act(
        case_id,
        "promise",
        party="platform",
        what="look",
        due=(due - timedelta(seconds=5)).isoformat(),
    )
    await world.wait_out(case_id, seconds=30)
    await world.until(case_id, stage=Stage.ESCALATION)
    await assert_timed_out(
        world,
        case_id,
        ("promise:1", "platform", "promise_broken"),
        ("answer:store", "merchant", "escalate"),
    )


async def test_an_address_that_does_not_exist_holds_nothing_up(world: World) -> None:
    """A wrong address is known as such: the party has not been told, and the case goes on."""
    await world.sale("E-5")
    world.mailbox.misbehave(Fault.REFUSE_RECIPIENT, recipient="nobody@example.com")
    opened = await world.open(claim("E-5", "nobody@example.com"))
    case = await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    assert not case.work
    ((_, undelivered),) = await world.events(opened.case_id, ev.NoticeUndeliverable)
    assert undelivered.template.value == "acknowledge"
    assert undelivered.delivery.state == "refused"


async def test_closing_waits_for_the_mail_and_nothing_disturbs_it(world: World) -> None:
    """A case that is decided closes when everybody has been told. While the mail is down no
    clock takes it elsewhere, and each party is told once."""
    who = "e-6@example.com"
    await world.sale("E-6")
    opened = await world.open(claim("E-6", who))
    case_id = opened.case_id
    await world.until(case_id, step=Step.AWAITING_ANSWERS)
    world.mailbox.misbehave(Fault.DEFER_RECIPIENT, times=40, recipient=who)
    await world.act(case_id, "settle", terms="paid in cash")
    await given_up(world, case_id)
    await world.pass_time(case_id, days=20)
    case = await world.until(case_id, outcome=Outcome.SETTLED, closed_at=None)
    world.mailbox.behave()
    await world.act(case_id, "retry", item=case.open_work[0].item)
    await assert_ended(
        world,
        case_id,
        Outcome.SETTLED,
        Stage.CONTACT,
        told="acknowledge:customer ask_store:store settled:customer settled:store",
    )


async def test_what_is_on_its_way_when_the_case_moves_on_is_told_apart(world: World) -> None:
    """A notice that is still being tried when the case ends is given up, and on record as
    such; one that went out is on record as sent."""
    who = "e-7@example.com"
    await world.sale("E-7")
    world.mailbox.misbehave(Fault.DEFER_RECIPIENT, times=3, recipient=who)
    opened = await world.open(claim("E-7", who))
    case_id = opened.case_id

    async def store_was_asked() -> None:
        assert len(await world.mails(case_id, "ask_store")) == 1

    await assert_eventually(store_was_asked)
    await world.act(case_id, "withdraw", reason="changed_my_mind")
    world.mailbox.behave()
    case = await world.until(case_id, step=Step.CLOSED)
    states = {f"{t.template.value}:{t.to.value}": t.state for t in case.told}
    assert states == {
        "acknowledge:customer": "abandoned",
        "ask_store:store": "sent",
        "withdrawn:customer": "sent",
        "withdrawn:store": "sent",
    }
    assert len(await world.mails(case_id, "acknowledge")) == 0


async def test_a_notice_in_the_hands_of_the_server_is_heard_to_its_end(world: World) -> None:
    """A notice that is being handed over when the case moves on is known to have gone out."""
    await world.sale("E-10")
    world.mailbox.misbehave(Fault.LATE_CONTENT, recipient="e-10@example.com")
    opened = await world.open(claim("E-10", "e-10@example.com"))
    await world.mailed(opened.case_id, "acknowledge")
    assert "acknowledge" not in [t.template for t in (await world.case(opened.case_id)).told]
    await world.act(opened.case_id, "withdraw", reason="changed_my_mind")
    world.mailbox.go_on()
    case = await world.until(opened.case_id, step=Step.CLOSED)
    assert [t.state for t in case.told] == ["sent"] * 4
    assert len(await world.mails(opened.case_id)) == 4

"""Law and schemes: each clock of a case runs out on its very second, and does what it says."""

from datetime import datetime, timedelta
from typing import Any

from recourse.acquirers.simulator.requests import Answer, Programme
from recourse.disputes import events as ev
from recourse.disputes.claims import Claim
from recourse.disputes.clocks import ClockKind
from recourse.disputes.vocabulary import Outcome, Result, Stage, Step
from tests.journeys.endings import armed, assert_one_timer, assert_punctual
from tests.world import SUPERVISOR, World, a_claim


def abroad(reference: str, jurisdiction: str, currency: str, **sale: Any) -> Claim:
    """A customer's claim in English that a refund never came."""
    told = a_claim(reference).model_dump(mode="json")["sale"]
    price = {"amount": "139.12", "currency": currency}
    return a_claim(
        reference,
        kind="refund_not_received",
        jurisdiction=jurisdiction,
        language="en",
        sale=told | {"amount": price} | sale,
        refund={"requested": {"amount": "100.00", "currency": currency}},
    )


async def dues(world: World, case_id: str) -> dict[str, datetime]:
    """When each clock of the whole case is due, as it stands."""
    case = await world.case(case_id)
    return {name: clock.due for name, clock in case.clocks.items() if not clock.visit}


async def ran_out(world: World, case_id: str) -> dict[str, datetime]:
    """When clocks ran out, and when waiting times were over."""
    late = await world.events(case_id, ev.TimedOut)
    met = await world.events(case_id, ev.ClockMet)
    return {e.clock: entry.at for entry, e in late} | {e.clock: entry.at for entry, e in met}


async def assert_to_the_second(world: World, case_id: str, *names: str) -> None:
    """Each of these clocks ended when it was due, and not before."""
    ended, due = await ran_out(world, case_id), await dues(world, case_id)
    timers = await armed(world, case_id)
    for name in names:
        assert_punctual(ended[name], due[name], timers)


async def silent_store(world: World, claim: Claim) -> str:
    """Opened, and nobody but the customer answers."""
    opened = await world.open(claim)
    await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    await world.act(opened.case_id, "reply", party="customer", answers={"refund_promise": "yes"})
    return opened.case_id


async def test_a_british_case(world: World) -> None:
    """DISP: our people are warned a working day before the fifteen are over; the fifteenth
    escalates the case at midnight in London; the thirty-fifth is told when the office opens."""
    await world.sale("G-1", currency="GBP", card_brand="")
    case_id = await silent_store(world, abroad("G-1", "UK", "GBP"))
    due = await dues(world, case_id)
    assert due["answer"].isoformat() == "2026-12-15T00:00:00+00:00"
    assert due["final_answer"].isoformat() == "2027-01-15T00:00:00+00:00"
    await world.pass_time(case_id, days=25)
    case = await world.case(case_id)
    assert case.stage is Stage.ESCALATION
    await assert_to_the_second(world, case_id, "summary_resolution", "answer")
    await world.pass_time(case_id, days=30)
    await assert_to_the_second(world, case_id, "final_answer")
    warned = [
        (event.clock, entry.at)
        for entry, event in await world.events(case_id, ev.ClockWarned)
        if event.clock in ("answer", "final_answer")
    ]
    assert [(name, at.strftime("%m-%d %H:%M")) for name, at in warned] == [
        ("answer", "12-14 09:00"),
        ("final_answer", "01-15 09:00"),
    ]
    await assert_one_timer(world, case_id)


async def test_a_holding_reply_gives_the_longer_time(world: World) -> None:
    """What the rule itself allows is taken by a supervisor, counted from the same day, and the
    claimant is told by when: no other clock moves."""
    await world.sale("G-2", currency="GBP", card_brand="")
    case_id = await silent_store(world, abroad("G-2", "UK", "GBP"))
    before = await dues(world, case_id)
    await world.act(case_id, "extend", SUPERVISOR, clock="answer", reason="the bank is asked")
    await world.settled(case_id)
    after = await dues(world, case_id)
    assert after.pop("answer") == before["final_answer"]
    before.pop("answer")
    assert after == before
    (mail,) = await world.mailed(case_id, "holding_reply")
    assert "14 January 2027" in world.text(mail)
    assert "the bank is asked" in world.text(mail)


async def test_an_american_debit_card(world: World) -> None:
    """Regulation E binds the issuer: its ten business days, the consumer's sixty days, and the
    ninety of a purchase at a till each run out by themselves and are told, no more."""
    await world.sale("US-1", currency="USD", card_brand="", card_funding="debit")
    claim = abroad("US-1", "US", "USD", card_funding="debit")
    case_id = await silent_store(world, claim)
    due = await dues(world, case_id)
    assert due["issuer_investigation"].isoformat() == "2026-12-08T05:00:00+00:00"
    assert due["notice_of_error"].isoformat() == "2027-01-12T05:00:00+00:00"
    assert due["issuer_final"].isoformat() == "2027-02-21T05:00:00+00:00"
    for days in (16, 36, 42):
        await world.pass_time(case_id, days=days)
    await assert_to_the_second(
        world, case_id, "issuer_investigation", "notice_of_error", "issuer_final"
    )
    case = await world.case(case_id)
    assert case.outcome is None
    assert "issuer_acknowledgement" not in case.clocks  # of credit cards alone
    assert len(await world.mails(case_id, "deadline_missed")) >= 3
    await assert_one_timer(world, case_id)


async def test_a_chinese_claim_until_it_is_barred_by_limitation(world: World) -> None:
    """Three years after the refund limitation is over, told and not decided; a proven demand
    before that begins the three years anew."""
    await world.sale("L-9")
    opened = await world.open(a_claim("L-9"))
    case_id = opened.case_id
    await world.until(case_id, step=Step.AWAITING_ANSWERS)
    first = (await dues(world, case_id))["limitation"]
    await world.act(case_id, "escalate", to="legal", reason="the store is gone")
    await world.until(case_id, step=Step.DEMAND_SENT)
    await world.settled(case_id)
    (restarted,) = await world.events(case_id, ev.ClockRestarted)
    second = (await dues(world, case_id))["limitation"]
    assert first.isoformat() == "2029-11-13T16:00:00+00:00"
    assert restarted[1].clock.started == restarted[0].at
    assert second.isoformat() == "2029-11-23T16:00:00+00:00"
    for _ in range(11):
        await world.wait_out(case_id, days=100)
    await world.settled(case_id)
    await assert_to_the_second(world, case_id, "limitation", "authority_window")
    case = await world.case(case_id)
    assert (case.outcome, case.stage) == (None, Stage.LEGAL)
    assert "regulator" in case.barred
    await assert_one_timer(world, case_id)


async def test_a_visa_dispute_is_won_by_silence(world: World) -> None:
    """The waiting time of Visa 13.6 is kept, then the other side's silence is its consent: the
    claim goes back to be carried out, on the second."""
    await world.sale("V-1", currency="GBP", card_brand="visa")
    late = Answer(after_days=90, finding="rejected")
    await world.admin.add_programme(Programme(kind="dispute", sale="V-1", answer=late))
    refunded = a_claim("V-1").sale.at
    assert refunded is not None
    claim = abroad("V-1", "UK", "GBP")
    claim = claim.model_copy(
        update={"refund": claim.refund.model_copy(update={"at": refunded + timedelta(days=8)})}
    )
    case_id = await silent_store(world, claim)
    case = await world.until(case_id, step=Step.AWAITING_ANSWERS)
    assert "scheme_window" not in case.clocks  # the card's scheme is not known yet
    await world.pass_time(case_id, days=4)
    await world.until(case_id, stage=Stage.VERIFICATION)
    case = await world.case(case_id)
    assert case.clocks["scheme_window"].kind is ClockKind.AUTO_LOSE
    await world.act(case_id, "escalate", to="scheme_dispute", reason="the store does not pay")
    await world.pass_time(case_id, days=12)
    case = await world.until(case_id, step=Step.SCHEME_DISPUTE)
    clock = case.clocks["rung:scheme_dispute"]
    assert clock.kind is ClockKind.AUTO_WIN
    await world.pass_time(case_id, seconds=(clock.due - clock.started).total_seconds())
    (found,) = [
        (entry, event)
        for entry, event in await world.events(case_id, ev.ResultRecorded)
        if event.text == "by silence"
    ]
    assert found[1].result is Result.UPHELD
    assert_punctual(found[0].at, clock.due, await armed(world, case_id))
    case = await world.case(case_id)
    assert case.path[-1] is Stage.VERIFICATION
    await assert_one_timer(world, case_id)


async def test_a_visa_route_is_lost_by_time(world: World) -> None:
    """A hundred and twenty days after the credit the scheme's route is closed, and with it
    nothing else: the rung cannot be climbed any more, the claim stands."""
    await world.sale("V-2", currency="GBP", card_brand="visa")
    case_id = await silent_store(world, abroad("V-2", "UK", "GBP", card_brand="visa"))
    await world.act(case_id, "escalate", to="legal", reason="the store is gone")
    await world.until(case_id, step=Step.LEGAL_HOLD)  # it is one at night in London
    await world.pass_time(case_id, days=120)
    await assert_to_the_second(world, case_id, "scheme_window")
    case = await world.case(case_id)
    assert case.barred == {"scheme_dispute"}
    assert case.outcome is not Outcome.REJECTED
    await assert_one_timer(world, case_id)

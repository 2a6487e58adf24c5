"""Law and schemes: each clock of a case runs out on its very second, and does what it says."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from recourse.acquirers.simulator.requests import Answer, Programme
from recourse.disputes import events as ev
from recourse.disputes.claims import Claim, ClaimedRefund, Kind
from recourse.disputes.clocks import ClockKind
from recourse.disputes.vocabulary import Outcome, Result, Stage, Step
from tests.journeys.endings import armed, assert_one_timer, assert_punctual
from tests.world import START, SUPERVISOR, World, a_claim
from workflows.desk import Desk


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


async def undecided(world: World, reference: str, jurisdiction: str, currency: str) -> str:
    """A bank's case that nobody decides: only what binds the bank moves it."""
    sale = await world.sale(reference, "2000.00", currency=currency, card_brand="")
    await world.refund(sale, "100.00")

    def money(amount: str) -> dict[str, str]:
        return {"amount": amount, "currency": currency}

    claim = a_claim(
        reference,
        jurisdiction=jurisdiction,
        sale={"reference": reference, "amount": money("2000.00"), "at": sale.at},
        refund={
            "requested": money("1000.00"),
            "reported": money("100.00"),
            "at": sale.at + timedelta(days=1),
        },
    )
    bank = Desk(world.client, replace(world.terms, institution="bank"))
    case_id = (await bank.open(claim)).case_id
    await world.until(case_id, step=Step.AWAITING_ANSWERS)
    await world.act(case_id, "reply", party="store", result="confirms")
    await world.until(case_id, step=Step.AWAITING_DECISION)
    await world.act(case_id, "extend", clock="decide", days=90, reason="the store is asked again")
    return case_id


async def moved_by(world: World, case_id: str, clock: str) -> list[datetime]:
    """When the end of a clock moved the case on to escalation."""
    return [
        entry.at
        for entry, event in await world.events(case_id, ev.StageEntered)
        if (event.stage, event.why) == (Stage.ESCALATION, f"{clock} has run out")
    ]


async def missed(world: World, case_id: str) -> set[tuple[str, str]]:
    """The clocks that ran out, each with its effect."""
    return {(event.clock, event.default) for _, event in await world.events(case_id, ev.TimedOut)}


async def at_law(world: World, claim: Claim, step: Step) -> str:
    """A case whose stages are behind it: only law and schemes still count."""
    case_id = await silent_store(world, claim)
    await world.act(case_id, "escalate", to="legal", reason="the store is gone")
    await world.until(case_id, step=step)
    return case_id


async def test_a_british_case(world: World) -> None:
    """DISP: our people are warned a working day before the fifteen are over. The fifteenth ends at
    midnight in London, and the thirty-fifth; of a case that is escalated already both are told when
    the office opens."""
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
        ("answer", "12-15 09:00"),
        ("final_answer", "01-15 09:00"),
    ]
    await assert_one_timer(world, case_id)


async def test_an_answer_meets_every_clock_that_asks_for_one(world: World) -> None:
    """Answered on the first day, a British claimant has the answer, the final answer and the
    resolution within three days that DISP asks for: nobody is told that one was missed."""
    sale = await world.sale("G-3", currency="GBP", card_brand="")
    await world.refund(sale, "100.00")
    case_id = await silent_store(world, abroad("G-3", "UK", "GBP"))
    await world.act(case_id, "reply", party="store", result="confirms")
    await world.pass_time(case_id, hours=9)  # it was one at night in London
    case = await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    asked = ("answer", "final_answer", "summary_resolution")
    assert {name: case.clocks[name].state for name in asked} == dict.fromkeys(asked, "met")
    await world.pass_time(case_id, days=6)
    assert not await world.mails(case_id, "deadline_missed")
    assert not {e.clock for _, e in await world.events(case_id, ev.TimedOut)} & {*asked}


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


async def test_a_chinese_bank_in_all_its_time(world: World) -> None:
    """Fifteen days, thirty for what is complex, sixty for what is specially so: each is taken
    by a supervisor who says which, and the last one escalates the case, on the second."""
    case_id = await undecided(world, "CN-1", "CN", "CNY")
    due = [(await dues(world, case_id))["answer"]]
    for needs in ("internal_approval", "senior_approval"):
        why = {"clock": "answer", "needs": needs, "reason": "the terminal is abroad"}
        await world.act(case_id, "extend", SUPERVISOR, **why)
        due.append((await dues(world, case_id))["answer"])
    assert [at.isoformat() for at in due] == [
        "2026-12-08T16:00:00+00:00",
        "2026-12-23T16:00:00+00:00",
        "2027-01-22T16:00:00+00:00",
    ]
    await world.pass_time(case_id, days=60)
    case = await world.case(case_id)
    assert (case.stage, case.clocks["answer"].state) == (Stage.VERIFICATION, "running")
    await world.pass_time(case_id, days=1)
    await assert_to_the_second(world, case_id, "answer")
    assert await moved_by(world, case_id, "answer") == [(await ran_out(world, case_id))["answer"]]
    await assert_one_timer(world, case_id)


async def test_a_european_case_without_a_holding_reply(world: World) -> None:
    """The fifteen business days of the Directive escalate what nobody has answered, at midnight
    in Brussels; the thirty-five are told, and so are the thirteen months."""
    case_id = await undecided(world, "EU-1", "EU", "EUR")
    due = await dues(world, case_id)
    assert due["answer"].isoformat() == "2026-12-14T23:00:00+00:00"
    assert due["final_answer"].isoformat() == "2027-01-13T23:00:00+00:00"
    assert due["notification"].isoformat() == "2027-12-14T23:00:00+00:00"
    for days in (22, 30, 100, 100, 100, 40):
        await world.pass_time(case_id, days=days)
    await assert_to_the_second(world, case_id, "answer", "final_answer", "notification")
    assert await moved_by(world, case_id, "answer") == [(await ran_out(world, case_id))["answer"]]
    assert {("final_answer", "warn"), ("notification", "warn")} <= await missed(world, case_id)
    await assert_one_timer(world, case_id)


async def test_a_european_holding_reply_only_warns(world: World) -> None:
    """Thirty-five in all is one reading of the Directive: with a holding reply the case goes
    on where it is when they are over, and our people are told."""
    case_id = await undecided(world, "EU-2", "EU", "EUR")
    await world.act(case_id, "extend", SUPERVISOR, clock="answer", reason="the bank is asked")
    due = await dues(world, case_id)
    assert due["answer"] == due["final_answer"]
    await world.pass_time(case_id, days=53)
    await assert_to_the_second(world, case_id, "answer", "final_answer")
    assert {("answer", "warn"), ("final_answer", "warn")} <= await missed(world, case_id)
    assert (await world.case(case_id)).stage is Stage.VERIFICATION
    assert await moved_by(world, case_id, "answer") == []
    assert await world.mailed(case_id, "deadline_missed")
    await assert_one_timer(world, case_id)


async def test_a_late_credit_meets_visas_cap(world: World) -> None:
    """Where the credit came long after the sale, the five hundred and forty days of the sale
    are over before the hundred and twenty of the credit: they close the scheme's route."""
    credited = START - timedelta(days=2)
    sold = START - timedelta(days=530)
    await world.sale("V-3", currency="GBP", card_brand="visa", at=sold)
    claim = abroad("V-3", "UK", "GBP", card_brand="visa", at=sold)
    claim = claim.model_copy(update={"refund": claim.refund.model_copy(update={"at": credited})})
    case_id = await at_law(world, claim, Step.LEGAL_HOLD)  # it is one at night in London
    due = await dues(world, case_id)
    assert due["scheme_cap"].isoformat() == "2026-12-04T00:00:00+00:00"
    assert due["scheme_window"].isoformat() == "2027-03-22T00:00:00+00:00"
    await world.pass_time(case_id, days=11)
    await assert_to_the_second(world, case_id, "scheme_cap")
    case = await world.case(case_id)
    assert case.barred == {"scheme_dispute"}
    assert case.clocks["scheme_window"].state == "running"
    await assert_one_timer(world, case_id)


async def test_a_mastercard_route_in_china(world: World) -> None:
    """4853 waits for fifteen days and closes after a hundred and twenty, both on a Sunday: what
    rolls by Chinese law rolls for no scheme."""
    await world.sale("MC-1", card_brand="mastercard")
    claim = abroad("MC-1", "CN", "CNY", card_brand="mastercard")
    credited = START - timedelta(days=2)
    claim = claim.model_copy(update={"refund": claim.refund.model_copy(update={"at": credited})})
    case_id = await at_law(world, claim, Step.DEMAND_SENT)
    due = await dues(world, case_id)
    assert due["credit_wait"].isoformat() == "2026-12-06T16:00:00+00:00"
    assert due["scheme_window"].isoformat() == "2027-03-21T16:00:00+00:00"
    for days in (20, 60, 40):
        await world.pass_time(case_id, days=days)
    await assert_to_the_second(world, case_id, "credit_wait", "scheme_window")
    case = await world.case(case_id)
    assert case.barred == {"scheme_dispute"}
    assert case.outcome is not Outcome.REJECTED
    await assert_one_timer(world, case_id)


async def test_a_mastercard_window_of_which_sources_differ(world: World) -> None:
    """4834 has ninety days or more: after the ninety our people are told, and no route
    is closed."""
    await world.sale("MC-2", card_brand="mastercard")
    sale = {"card_brand": "mastercard"}
    claim = abroad("MC-2", "CN", "CNY", **sale)
    claim = claim.model_copy(update={"kind": Kind.PAYMENT_REVERSED, "refund": ClaimedRefund()})
    case_id = await at_law(world, claim, Step.DEMAND_SENT)
    assert (await dues(world, case_id))["scheme_window"].isoformat() == "2027-02-11T16:00:00+00:00"
    for days in (40, 42):
        await world.pass_time(case_id, days=days)
    await assert_to_the_second(world, case_id, "scheme_window")
    assert ("scheme_window", "warn") in await missed(world, case_id)
    assert not (await world.case(case_id)).barred
    await assert_one_timer(world, case_id)


async def test_a_unionpay_card_abroad(world: World) -> None:
    """A hundred and twenty days for the slip, a hundred and eighty for the chargeback, by the
    dates of Beijing though the case is a British one: told, and nothing is closed."""
    sold = START - timedelta(days=10) + timedelta(hours=14, minutes=30)  # half past eleven there
    await world.sale("UP-1", currency="GBP", card_brand="unionpay", at=sold)
    claim = abroad("UP-1", "UK", "GBP", card_brand="unionpay", at=sold)
    claim = claim.model_copy(update={"kind": Kind.RECEIPT_LOST, "refund": ClaimedRefund()})
    case_id = await at_law(world, claim, Step.LEGAL_HOLD)  # it is one at night in London
    due = await dues(world, case_id)
    assert due["retrieval_window"].isoformat() == "2027-03-13T16:00:00+00:00"
    assert due["scheme_window"].isoformat() == "2027-05-13T16:00:00+00:00"
    for days in (60, 60, 60):
        await world.pass_time(case_id, days=days)
    await assert_to_the_second(world, case_id, "retrieval_window", "scheme_window")
    assert {("retrieval_window", "warn"), ("scheme_window", "warn")} <= await missed(world, case_id)
    assert not (await world.case(case_id)).barred


async def test_a_visa_route_opens_again_when_the_credit_is_read(world: World) -> None:
    """Counted from the sale, as nobody told of a credit, the hundred and twenty days are over
    and the route is barred; the books show a credit of last month, and the rung is climbed."""
    sold = START - timedelta(days=150)
    sale = await world.sale("V-9", currency="GBP", card_brand="visa", at=sold)
    await world.refund(sale, "100.00", at=START - timedelta(days=25))
    case_id = await silent_store(
        world, abroad("V-9", "UK", "GBP", card_brand="visa", at=sold.isoformat())
    )
    await world.pass_time(case_id, hours=9)
    assert (await world.case(case_id)).barred == {"scheme_dispute"}
    await world.act(case_id, "reply", party="store", result="confirms")
    case = await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    assert case.barred == frozenset()
    assert case.clocks["scheme_window"].state == "running"
    await world.act(case_id, "escalate", to="scheme_dispute", reason="nothing came")
    await world.until(case_id, rung="scheme_dispute")
    await world.settled(case_id)
    assert await world.events(case_id, ev.RequestOpened)
    await assert_one_timer(world, case_id)

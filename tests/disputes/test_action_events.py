"""Actions: what each makes happen."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from recourse.disputes import actions
from recourse.disputes import events as ev
from recourse.disputes.actions import (
    ACTIONS,
    Actor,
    Situation,
    refusal,
)
from recourse.disputes.balls import Ball
from recourse.disputes.case import Case
from recourse.disputes.clocks import ClockKind
from recourse.disputes.effects import AnswerKind, EffectAnswer, Remedy
from recourse.disputes.events import Event
from recourse.disputes.ledger import objection
from recourse.disputes.money import Money
from recourse.disputes.notices import Role
from recourse.disputes.records import RefundStatus, Sale
from recourse.disputes.verdicts import Correction
from recourse.disputes.vocabulary import DecisionKind, Outcome, Step
from tests.disputes.building import (
    NOW,
    PRICE,
    a_record,
    a_refund,
    a_sale,
    an_order,
    cny,
    jpy,
)
from tests.disputes.situations import (
    ASKED_BACK,
    CUSTOMER_CLOCK,
    DEMANDED,
    ELSEWHERE,
    ENDED,
    ESCALATING,
    FAILED,
    GOOD,
    ITEM,
    JUDGED,
    LEGAL,
    LI,
    MEI,
    MONEY_FAILED,
    OVERPAID,
    PAID_BACK,
    READ,
    VERIFYING,
    WAITING,
    after,
    decided,
    fix,
    given_up,
    opened,
    overpaid,
    running,
    verdict,
)


@dataclass(frozen=True)
class Yes:
    """A request that is allowed, and the types of the events it makes."""

    action: str
    case: Case
    makes: tuple[str, ...]
    data: dict[str, Any] = field(default_factory=dict)
    actor: Actor = MEI


STORE_ASKED = opened(
    running("answer:store", party=Role.STORE),
    running("promise:1", party=Role.STORE, kind=ClockKind.PROMISE),
    running("answer:customer", party=Role.CUSTOMER),
)
TIER2_ASKED = opened(
    ESCALATING,
    ev.Escalated(rung="tier2", party=Role.HIGHER_SERVICE),
    running("rung:tier2", party=Role.HIGHER_SERVICE, visit=2),
)
CONFIRMING = opened(
    VERIFYING,
    running("confirm", visit=2),
    ev.StepTaken(step=Step.AWAITING_CONFIRMATION, ball=Ball.CUSTOMER),
)
WITH_CLOCKS = opened(
    VERIFYING, READ, verdict(fix()), running("decide", visit=2), running("approve", visit=2)
)

LITTLE = opened(VERIFYING, READ, overpaid(5000))
OWING = after(OVERPAID, *ASKED_BACK[:2], LEGAL, running("demand_answer", visit=3))
GIVING_UP = after(OWING, given_up(90000))
AGREED = ("decision_approved", "result_recorded")
AGREED_UPON = after(
    OVERPAID,
    given_up(90000, DecisionKind.NO_CORRECTION),
    ev.DecisionApproved(by="supervisor:li"),
)
PAID_OFF = after(OVERPAID, ev.RecoveryRecorded(amount=cny(90000), reference="cash 1"))
ASTRAY = opened(
    VERIFYING,
    READ,
    ev.VerdictReached(
        verdict=verdict(fix(90000, Remedy.DEBIT_ADJUSTMENT), fix(90000)).verdict.model_copy(
            update={"finding": "refunded_to_wrong_card"}
        )
    ),
)
"""The customer's refund is on somebody else's card: what that one has is no debt of the claim's."""

ALLOWED = [
    Yes("reply", opened(), ("answer_received",)),
    Yes("reply", STORE_ASKED, ("answer_received", "clock_met", "promise_kept")),
    Yes(
        "reply",
        TIER2_ASKED,
        ("answer_received", "clock_met", "result_recorded"),
        {"party": "higher_service", "result": "upheld"},
    ),
    Yes("reply", TIER2_ASKED, ("answer_received",), {"party": "store", "result": "confirms"}),
    Yes("note", opened(), ("noted",)),
    Yes("note", ENDED, ("noted",)),
    Yes("assign", ENDED, ("assigned",)),
    Yes("add_evidence", opened(), ("evidence_added",)),
    Yes("add_evidence", opened(ev.EvidenceAdded(item=ITEM)), ()),
    Yes(
        "choose_sale",
        opened(ev.SaleAmbiguous(candidates=(a_sale(),), question="x"), running("clarify:customer")),
        ("sale_chosen", "clock_met"),
    ),
    Yes("extend", opened(running("answer:store")), ("clock_extended",)),
    Yes("adopt_rules", opened(), ("policy_adopted",), {}, LI),
    Yes("promise", opened(), ("promise_made", "clock_started")),
    Yes("decide", WITH_CLOCKS, ("decision_proposed", "clock_met")),
    Yes("decide", JUDGED, ("decision_proposed",), decided("full")),
    Yes("decide", JUDGED, ("decision_proposed",), decided("full", 9000)),
    Yes("decide", JUDGED, ("decision_proposed",), decided("reject", reason="outside_conditions")),
    Yes("decide", JUDGED, ("decision_proposed",), decided("no_correction")),
    Yes("decide", JUDGED, ("decision_proposed",), decided("goodwill", PRICE - 1000)),
    Yes(
        "decide",
        opened(VERIFYING, PAID_BACK, verdict()),
        ("decision_proposed",),
        decided("recollect"),
    ),
    Yes("record_recovery", OVERPAID, ("recovery_recorded",)),
    Yes("record_recovery", after(OVERPAID, LEGAL), ("recovery_recorded",)),
    Yes(
        "record_recovery",
        OVERPAID,
        ("recovery_recorded", "outcome_reached"),
        {"amount": cny(90000)},
    ),
    Yes("decide", LITTLE, ("decision_proposed",), decided("write_off")),
    Yes("decide", LITTLE, ("decision_proposed",), decided("write_off", 5000)),
    Yes("decide", after(LITTLE, *ASKED_BACK), ("decision_proposed",), decided("write_off")),
    Yes(
        "record_result",
        OWING,
        ("result_recorded", "clock_met"),
        {"result": "paid", "amount": cny(90000)},
    ),
    Yes("record_result", OWING, ("result_recorded", "clock_met"), {"result": "judgment"}),
    Yes("decide", OWING, ("decision_proposed",), decided("write_off")),
    Yes("decide", after(OVERPAID, ESCALATING), ("decision_proposed",), decided("write_off"), LI),
    Yes("decide", OVERPAID, ("decision_proposed",), decided("write_off"), LI),
    Yes("decide", OVERPAID, ("decision_proposed",), decided("no_correction"), LI),
    Yes("decide", OVERPAID, ("decision_proposed",), decided("partial", 85000)),
    *(
        Yes("record_result", GIVING_UP, (*AGREED, "clock_met"), {"result": result}, LI)
        for result in ("written_off", "rejected", "agreed")
    ),
    Yes("approve", GIVING_UP, ("decision_approved", "outcome_reached"), {"amount": cny(90000)}, LI),
    Yes("refuse", GIVING_UP, ("decision_refused",), actor=LI),
    Yes("close", GIVING_UP, ("decision_approved", "outcome_reached"), actor=LI),
    Yes("settle", GIVING_UP, ("decision_approved", "settled", "outcome_reached"), actor=LI),
    Yes("withdraw", GIVING_UP, ("decision_approved", "withdrawn", "outcome_reached"), actor=LI),
    Yes("close", AGREED_UPON, ("outcome_reached",)),
    Yes("close", PAID_OFF, ("outcome_reached",)),
    Yes("settle", ASTRAY, ("settled", "outcome_reached")),
    Yes("withdraw", ASTRAY, ("withdrawn", "outcome_reached")),
    Yes("approve", WAITING, ("decision_approved",), {"amount": cny(9000)}, LI),
    Yes(
        "approve", WAITING, ("decision_approved",), {"amount": cny(9000), "card_last4": "4242"}, LI
    ),
    Yes(
        "approve",
        ELSEWHERE,
        ("decision_approved",),
        {"amount": cny(9000), "card_last4": "1881"},
        LI,
    ),
    Yes("refuse", WAITING, ("decision_refused",), actor=LI),
    Yes("escalate", opened(), ("stage_entered",)),
    Yes("escalate", opened(), ("stage_entered",), {"to": "", "reason": "x"}),
    Yes("withdraw", opened(), ("withdrawn", "outcome_reached")),
    Yes("withdraw", DEMANDED, ("withdrawn", "outcome_reached")),
    Yes("settle", opened(), ("settled", "outcome_reached")),
    Yes("confirm_received", CONFIRMING, ("receipt_confirmed", "clock_met")),
    Yes("confirm_received", CONFIRMING, ("receipt_confirmed", "clock_met"), {"received": False}),
    Yes("confirm_received", ENDED, ("receipt_confirmed",)),
    Yes(
        "confirm_received",
        ENDED,
        ("receipt_confirmed", "reopened", "stage_entered"),
        {"received": False},
    ),
    Yes(
        "confirm_received",
        opened(ev.OutcomeReached(outcome=Outcome.CORRECTED)),
        ("receipt_confirmed", "reopened", "stage_entered"),
        {"received": False},
    ),
    Yes("record_result", TIER2_ASKED, ("result_recorded", "clock_met")),
    Yes("record_result", DEMANDED, ("result_recorded", "clock_met"), {"result": "paid"}),
    Yes(
        "record_result",
        opened(LEGAL, running("demand_answer", visit=2)),
        ("result_recorded", "clock_met"),
        {"result": "judgment"},
    ),
    Yes("retry", MONEY_FAILED, ("work_resumed",)),
    Yes("skip", FAILED, ("work_resumed",)),
    Yes("by_hand", MONEY_FAILED, ("work_resumed",)),
    Yes(
        "retry",
        opened(
            ev.OutcomeReached(outcome=Outcome.SETTLED),
            ev.Closed(outcome=Outcome.SETTLED),
            ev.WorkFailed(item="w1", what="farewell", error="Away"),
        ),
        ("work_resumed",),
    ),
    Yes("close", opened(), ("outcome_reached",)),
    Yes("reopen", ENDED, ("reopened", "stage_entered")),
]


def done(yes: Yes) -> tuple[Event, ...]:
    action = actions.ACTIONS[yes.action].model_validate(GOOD[yes.action] | yes.data)
    at = Situation(case=yes.case, actor=yes.actor, now=NOW)
    assert refusal(action, at) is None
    return action.events(at)


@pytest.mark.parametrize("yes", ALLOWED, ids=lambda yes: f"{yes.action}-{'-'.join(yes.makes)}")
def test_what_each_action_makes_happen(yes: Yes) -> None:
    """Each action makes its own events and meets the clocks that waited for it, no others."""
    assert tuple(event.type for event in done(yes)) == yes.makes


def test_every_action_is_allowed_somewhere() -> None:
    """Every action is seen allowed."""
    assert {yes.action for yes in ALLOWED} == set(ACTIONS)


ABOUT_MONEY = {
    "decide",
    "approve",
    "refuse",
    "withdraw",
    "settle",
    "close",
    "record_result",
    "record_recovery",
    "retry",
    "by_hand",
}


@pytest.mark.parametrize("yes", ALLOWED, ids=lambda yes: f"{yes.action}-{'-'.join(yes.makes)}")
def test_a_stranger_decides_nothing_about_money(yes: Yes) -> None:
    """Where there is a table of people, a login that it does not name does everything but decide
    about money: neither what is paid, nor what is given up, nor whether it has come; a mail that
    failed anybody sends again."""
    stranger = yes.actor.model_copy(update={"stranger": True})
    action = actions.ACTIONS[yes.action].model_validate(GOOD[yes.action] | yes.data)
    why = refusal(action, Situation(case=yes.case, actor=stranger, now=NOW))
    work = yes.action in ("retry", "by_hand")
    about_money = yes.action in ABOUT_MONEY and not (work and not yes.case.work["w1"].money)
    assert (why.code if why else "") == ("unknown_person" if about_money else "")


def proposal(case: Case, **data: Any) -> ev.DecisionProposed:
    event = done(Yes("decide", case, (), data))[0]
    assert isinstance(event, ev.DecisionProposed)
    return event


@pytest.mark.parametrize(
    ("data", "corrections"),
    [
        (decided("full"), (fix(),)),
        (decided("partial", 500), (fix(500),)),
        (decided("goodwill", 700), (fix(700).model_copy(update={"reason": "goodwill"}),)),
        (decided("reject", reason="outside_conditions"), ()),
        (decided("no_correction"), ()),
    ],
)
def test_a_decision_says_what_will_be_done(
    data: dict[str, Any], corrections: tuple[Correction, ...]
) -> None:
    """The corrections of a decision are what the decision means, in the proposer's name."""
    made = proposal(JUDGED, **data)
    assert made.corrections == corrections
    assert made.by == "agent:mei"


def test_a_payment_that_was_returned_is_collected_whole_or_in_part() -> None:
    """Collecting again takes the sale's amount, or less when a person says so."""
    case = opened(VERIFYING, PAID_BACK, verdict())
    whole = Correction(remedy=Remedy.DEBIT_ADJUSTMENT, amount=cny(PRICE))
    assert proposal(case, **decided("recollect")).corrections == (whole,)
    part = Correction(remedy=Remedy.DEBIT_ADJUSTMENT, amount=cny(5))
    assert proposal(case, **decided("recollect", 5)).corrections == (part,)


def test_another_card_is_always_approved() -> None:
    """Money that goes to another card goes as a credit, behind a second person, however
    small; and what the acquirer holds for a void card may go there."""
    held = ev.RecordRead(record=a_record(a_refund(PRICE, RefundStatus.ABNORMAL)))
    case = opened(VERIFYING, held, verdict())
    made = proposal(case, **decided("goodwill", 100, card_last4="1111"))
    assert made.needs_approval
    (correction,) = made.corrections
    assert (correction.remedy, correction.card_last4) == (Remedy.CREDIT_ADJUSTMENT, "1111")
    order = an_order(minor=100, card_last4=correction.card_last4)
    assert case.books is not None
    assert objection(order, case.books) == ""
    refund = opened(VERIFYING, READ, verdict(fix(remedy=Remedy.REFUND)))
    (other,) = proposal(refund, **decided("full", card_last4="1111")).corrections
    assert other.remedy is Remedy.CREDIT_ADJUSTMENT


@pytest.mark.parametrize(("minor", "alone"), [(50000, True), (50001, False)])
def test_small_amounts_need_no_second_person(minor: int, alone: bool) -> None:
    """Up to the playbook's threshold a decision stands alone, above it it does not."""
    rich = ev.RecordRead(record=a_record(sale=a_sale(captured=90000)))
    case = opened(VERIFYING, rich, verdict(fix(90000)))
    assert proposal(case, **decided("partial", minor)).needs_approval is not alone


@pytest.mark.parametrize(("minor", "alone"), [(2000, True), (2001, False)])
def test_goodwill_has_a_threshold_of_its_own(minor: int, alone: bool) -> None:
    """What is not owed is given alone only up to a lower threshold, and is marked as such."""
    made = proposal(JUDGED, **decided("goodwill", minor))
    assert made.needs_approval is not alone
    assert [c.reason for c in made.corrections] == ["goodwill"]


def given(minor: int, reason: str = "", **answer: Any) -> tuple[Event, ...]:
    """An earlier credit of the case and its end, then the books and the verdict anew."""
    order = an_order("e1", minor=minor, reason=reason)
    heard = EffectAnswer.model_validate({"kind": AnswerKind.SUCCEEDED} | answer)
    return (
        ev.CorrectionRequested(order=order, part=0),
        ev.CorrectionAnswered(effect_id="e1", answer=heard),
        VERIFYING,
        RICH,
        verdict(fix(90000)),
    )


RICH = ev.RecordRead(record=a_record(sale=a_sale(captured=200000)))
JUDGED_RICH = opened(VERIFYING, RICH, verdict(fix(90000)))
LOST = {"kind": AnswerKind.FAILED}
UNKNOWN = {"kind": AnswerKind.UNKNOWN}


@pytest.mark.parametrize(
    ("earlier", "minor", "alone"),
    [
        (given(1500, "goodwill"), 500, True),
        (given(1500, "goodwill"), 501, False),
        (given(1500, "goodwill", **UNKNOWN), 501, False),
        (given(1500, "goodwill", **LOST), 2000, True),
        (given(1500), 2000, True),
    ],
)
def test_goodwill_counts_over_the_case(earlier: tuple[Event, ...], minor: int, alone: bool) -> None:
    """What one person gives that is not owed is counted over all visits to verification: parts
    add up unless they failed, and what was owed is no part of it."""
    case = after(JUDGED_RICH, *earlier)
    assert proposal(case, **decided("goodwill", minor)).needs_approval is not alone


@pytest.mark.parametrize(
    ("earlier", "minor", "alone"),
    [
        (given(30000), 20000, True),
        (given(30000), 20001, False),
        (given(30000, **UNKNOWN), 20001, False),
        (given(30000, **LOST), 50000, True),
    ],
)
def test_the_threshold_counts_over_the_case(
    earlier: tuple[Event, ...], minor: int, alone: bool
) -> None:
    """A payout is not divided to stay under the threshold: all that the case has given counts,
    unless it failed."""
    case = after(JUDGED_RICH, *earlier)
    assert proposal(case, **decided("partial", minor)).needs_approval is not alone


def test_a_debit_and_a_payout_are_counted_apart() -> None:
    """What was taken is no part of what is given, and the other way round."""
    taken = an_order("e1", Remedy.DEBIT_ADJUSTMENT, 40000)
    case = after(JUDGED_RICH, ev.CorrectionRequested(order=taken, part=0), *given(1)[2:])
    assert not proposal(case, **decided("partial", 40000)).needs_approval
    owing = after(OVERPAID, *given(40000)[:2], VERIFYING, RICH, overpaid(40000))
    assert not proposal(owing, **decided("full")).needs_approval


def test_another_currency_is_for_two() -> None:
    """What cannot be added up to what was given before is not given alone."""
    other = an_order("e1", minor=1).model_copy(update={"amount": jpy(1)})
    case = after(JUDGED_RICH, ev.CorrectionRequested(order=other, part=0), *given(1)[2:])
    assert proposal(case, **decided("partial", 1)).needs_approval


def test_a_write_off_is_for_two() -> None:
    """What is given up is the whole rest, moves nothing, and always needs a second person."""
    made = proposal(LITTLE, **decided("write_off", reason=""))
    assert (made.given_up, made.corrections, made.reason) == (cny(5000), (), "low_value")
    assert made.needs_approval


@pytest.mark.parametrize(
    ("data", "given_up", "moves"),
    [
        (decided("full"), None, cny(90000)),
        (decided("partial", 85000), cny(5000), cny(85000)),
        (decided("partial", 10000), cny(80000), cny(10000)),
        (decided("reject"), cny(90000), None),
        (decided("no_correction"), cny(90000), None),
        (decided("goodwill", 1000), cny(90000), cny(1000)),
    ],
)
def test_what_leaves_a_debt_unpaid_is_for_two(
    data: dict[str, Any], given_up: Money | None, moves: Money | None
) -> None:
    """While a receiver has too much, a decision that does not fetch all of it back says how much
    it gives up, and a second person agrees, who reads back what moves or else what is left."""
    case = after(
        OVERPAID, ev.RecordRead(record=a_record(a_refund(100000), sale=a_sale(captured=200000)))
    )
    at = Situation(case=case, actor=LI, now=NOW)
    action = actions.ACTIONS["decide"].model_validate(GOOD["decide"] | data)
    assert refusal(action, at) is None
    (made,) = action.events(at)
    assert isinstance(made, ev.DecisionProposed)
    assert made.given_up == given_up
    assert made.needs_approval
    decision = after(case, made).decision
    assert decision is not None
    assert (decision.amount, decision.to_read_back) == (moves, moves or given_up)


def test_what_comes_back_meanwhile_is_not_given_up() -> None:
    """A proposal to give a debt up shrinks with the debt."""
    paid = ev.RecoveryRecorded(amount=cny(30000), reference="cash 1")
    decision = after(GIVING_UP, paid).decision
    assert decision is not None
    assert decision.to_read_back == cny(60000)
    debit = an_order("e1", Remedy.DEBIT_ADJUSTMENT, 40000)
    posted = ev.CorrectionAnswered(effect_id="e1", answer=EffectAnswer(kind=AnswerKind.SUCCEEDED))
    asked = ev.CorrectionRequested(order=debit, part=0)
    after_debit = after(OWING, asked, given_up(90000), posted).decision
    assert after_debit is not None
    assert after_debit.to_read_back == cny(50000)


def test_a_promise_gets_a_clock_of_its_own() -> None:
    """Two promises are two clocks, each owned by who promised."""
    first = done(Yes("promise", opened(), ()))
    assert isinstance(first[1], ev.ClockStarted)
    assert first[1].clock.name == "promise:1"
    assert first[1].clock.owner is Ball.MERCHANT
    second = done(Yes("promise", opened(*first), ()))
    assert isinstance(second[1], ev.ClockStarted)
    assert second[1].clock.name == "promise:2"


def test_more_time_moves_one_clock() -> None:
    """The customer's extension moves the customer's clock and no other."""
    case = opened(CUSTOMER_CLOCK, running("answer:store"), running("cn_complaint", regime="CN"))
    data = {"clock": "answer:customer", "days": 3, "reason": "x"}
    after = opened(
        CUSTOMER_CLOCK,
        running("answer:store"),
        running("cn_complaint", regime="CN"),
        *done(Yes("extend", case, (), data)),
    )
    moved = {n for n, c in after.clocks.items() if c.due != case.clocks[n].due}
    assert moved == {"answer:customer"}
    assert len(after.clocks["answer:customer"].extensions) == 1


def test_the_sale_that_was_chosen_is_the_candidate() -> None:
    """Choosing names one of the candidates and takes its data from the acquirer's books."""
    other: Sale = a_sale(reference="536366", card_last4="1111")
    case = opened(ev.SaleAmbiguous(candidates=(a_sale(), other), question="card_last4"))
    (event,) = done(Yes("choose_sale", case, (), {"reference": "536366"}))
    assert event == ev.SaleChosen(sale=other)

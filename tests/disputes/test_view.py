"""The view: what lists and pages show of a case, as the contract says."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given

from recourse.disputes import events as ev
from recourse.disputes.actions import allowed
from recourse.disputes.balls import Ball
from recourse.disputes.case import Case
from recourse.disputes.effects import Remedy
from recourse.disputes.events import Event
from recourse.disputes.notices import Role
from recourse.disputes.verdicts import Confidence, Correction, Verdict
from recourse.disputes.view import CaseView, view
from recourse.disputes.vocabulary import Cause, DecisionKind, Outcome, Stage, Step
from tests.disputes.building import CASE_ID, NOW, a_case, a_clock, a_record, a_refund, a_sale, cny
from tests.disputes.strategies import cases

CONTRACT = {
    "": """case_id kind claimant stage step ball money clocks outcome reason cause opened_at
        closed_at next_action allowed_actions links failures""",
    "money": "claimed refundable refunded posted recovered",
    "clocks": "name regime kind owner state due elapsed",
    "next_action": "ball step due",
    "links": "kind case_id",
    "failures": "item what error since money",
}
"""Every field a client may rely on."""


def running(name: str, owner: Ball = Ball.US, days: float = 5, **given: Any) -> ev.ClockStarted:
    return ev.ClockStarted(clock=a_clock(name, owner, days, **given))


def step(ball: Ball) -> ev.StepTaken:
    return ev.StepTaken(step=Step.AWAITING_ANSWERS, ball=ball)


VERDICT = Verdict(
    cause=Cause.SYSTEM_FAULT,
    finding="refunded_too_little",
    corrections=(Correction(remedy=Remedy.CREDIT_ADJUSTMENT, amount=cny(9000)),),
    confidence=Confidence.SURE,
)


def a_full_case() -> Case:
    return a_case(
        running("answer:store", Ball.MERCHANT),
        ev.TwinLinked(case_id="RC-OTHER"),
        ev.Assigned(to="mei"),
        ev.StageEntered(stage=Stage.VERIFICATION, why="x"),
        ev.RecordRead(record=a_record(a_refund(1000))),
        ev.VerdictReached(verdict=VERDICT),
        ev.WorkFailed(item="w1", what="send a notice", error="Away"),
    )


def test_the_contract_is_kept() -> None:
    """Every field of the contract is in the JSON of a case, and inside each of its parts."""
    shown = json.loads(view(a_full_case(), NOW).model_dump_json())
    parts: dict[str, Any] = {
        "": shown,
        "money": shown["money"],
        "clocks": shown["clocks"][0],
        "next_action": shown["next_action"],
        "links": shown["links"][0],
        "failures": shown["failures"][0],
    }
    for part, names in CONTRACT.items():
        assert set(names.split()) <= set(parts[part]), part
    assert shown["case_id"] == CASE_ID
    assert shown["money"]["refunded"] == {"amount": "10.00", "currency": "CNY", "minor": 1000}
    assert shown["clocks"][0]["regime"] == "house"
    assert shown["links"] == [{"kind": "twin", "case_id": "RC-OTHER"}]
    assert shown["failures"][0]["error"] == "Away"
    assert shown["cause"] == "system_fault"
    assert shown["assigned"] == "mei"
    assert shown["sale"] == "536365"
    assert shown["allowed_actions"] == list(allowed(a_full_case()))


@given(cases)
def test_a_view_survives_json(case: Case) -> None:
    """A view reads back from its JSON as what it was, whatever the case."""
    shown = view(case, NOW + timedelta(days=300))
    assert CaseView.model_validate_json(shown.model_dump_json()) == shown


@given(cases)
def test_a_view_shows_what_is(case: Case) -> None:
    """Nothing in a view is older than the case: same stage, clocks, work and actions."""
    shown = view(case, NOW)
    assert (shown.stage, shown.step, shown.ball) == (case.stage, case.step, case.ball)
    assert {clock.name: clock.due for clock in shown.clocks} == {
        name: None if clock.state == "paused" else clock.due for name, clock in case.clocks.items()
    }
    assert all(clock.elapsed >= timedelta() for clock in shown.clocks)
    assert [failure.item for failure in shown.failures] == [w.item for w in case.open_work]
    assert shown.allowed_actions == allowed(case)
    assert (shown.next_action is None) == (case.closed_at is not None)


ACK = running("acknowledge", Ball.US, 1)
STORE = running("answer:store", Ball.MERCHANT, 5)
SECOND = running("answer:supplier", Ball.MERCHANT, 3)
CUSTOMER = running("answer:customer", Ball.CUSTOMER, 2)


@pytest.mark.parametrize(
    ("events", "clock", "days"),
    [
        ([ACK, STORE, SECOND, CUSTOMER, step(Ball.MERCHANT)], "answer:supplier", 3),
        ([ACK, STORE, SECOND, CUSTOMER, step(Ball.CUSTOMER)], "answer:customer", 2),
        ([ACK, STORE, SECOND, CUSTOMER, step(Ball.US)], "acknowledge", 1),
        ([STORE, SECOND, CUSTOMER, step(Ball.ACQUIRER)], "answer:customer", 2),
        (
            [STORE, SECOND, ev.ClockMet(clock="answer:supplier"), step(Ball.MERCHANT)],
            "answer:store",
            5,
        ),
        ([step(Ball.MERCHANT)], "", None),
    ],
)
def test_the_next_action_is_of_who_has_the_ball(
    events: list[Event], clock: str, days: int | None
) -> None:
    """What is next is the earliest clock of who has the ball; when they have none, the
    earliest of all; and what comes when it runs out."""
    case = a_case(*events)
    shown = view(case, NOW).next_action
    assert shown is not None
    assert shown.ball is case.ball
    assert shown.step is case.step
    assert shown.clock == clock
    assert shown.due == (NOW + timedelta(days=days) if days is not None else None)
    assert shown.default == ("escalate" if clock else "")


def test_a_closed_case_waits_for_nothing() -> None:
    """After closing nothing is next, though the watch runs."""
    case = a_case(
        ev.OutcomeReached(outcome=Outcome.CORRECTED, reason="x"),
        ev.Closed(outcome=Outcome.CORRECTED, reason="x"),
        running("watch", Ball.NOBODY, 30),
    )
    shown = view(case, NOW)
    assert shown.next_action is None
    assert shown.outcome is Outcome.CORRECTED
    assert shown.closed_at == NOW + timedelta(hours=2)


@pytest.mark.parametrize(
    ("state", "elapsed"), [("running", timedelta(days=2)), ("met", timedelta(hours=2))]
)
def test_elapsed_stops_with_the_clock(state: str, elapsed: timedelta) -> None:
    """Elapsed counts to now, or to when the clock ended."""
    events: list[Event] = [running("answer:store")]
    if state == "met":
        events.append(ev.ClockMet(clock="answer:store"))
    (clock,) = view(a_case(*events), NOW + timedelta(days=2)).clocks
    assert (clock.state, clock.elapsed) == (state, elapsed)


@pytest.mark.parametrize(
    ("events", "proposed"),
    [
        ([], ""),
        ([ev.VerdictReached(verdict=VERDICT)], "verdict refunded_too_little 90.00 CNY"),
        (
            [
                ev.VerdictReached(verdict=VERDICT),
                ev.DecisionProposed(
                    decision=DecisionKind.PARTIAL,
                    corrections=(Correction(remedy=Remedy.REFUND, amount=cny(5000)),),
                    by="agent:mei",
                ),
            ],
            "partial 50.00 CNY",
        ),
        (
            [ev.DecisionProposed(decision=DecisionKind.REJECT, by="agent:mei")],
            "reject",
        ),
    ],
)
def test_what_is_proposed(events: list[Event], proposed: str) -> None:
    """The proposal is the decision, or while there is none the verdict, with its amount."""
    assert view(a_case(*events), NOW).proposed == proposed


def test_sales_to_choose_from_are_shown() -> None:
    """While a sale waits to be chosen, its candidates, what speaks for and against each, and the
    question are shown; once it is chosen, none of it."""
    other = a_sale(reference="536366")
    findings = {"536365": ("sale_amount_agrees",), "536366": ("sale_amount_tip",)}
    asked = ev.SaleAmbiguous(candidates=(a_sale(), other), question="card_last4", findings=findings)
    shown = view(a_case(asked), NOW)
    assert shown.candidates == ("536365", "536366")
    assert shown.findings == findings
    assert shown.question == "card_last4"
    assert "choose_sale" in shown.allowed_actions
    chosen = view(a_case(asked, ev.SaleChosen(sale=other)), NOW)
    assert (chosen.candidates, chosen.findings, chosen.question) == ((), {}, "")
    missing = view(a_case(asked, ev.SaleNotFound(question="sale_date")), NOW)
    assert (missing.candidates, missing.findings) == ((), {})


def test_steps_that_were_done_are_no_failures() -> None:
    """A failed step leaves the list when a person has said how it goes on."""
    failed = ev.WorkFailed(item="w1", what="x", error="Away", money=True)
    case = a_case(failed)
    (failure,) = view(case, NOW).failures
    assert failure.money
    assert {"retry", "skip", "by_hand"} <= set(view(case, NOW).allowed_actions)
    after = a_case(failed, ev.WorkResumed(item="w1", how="by_hand", reference="x"))
    assert view(after, NOW).failures == ()


def test_the_ladder_is_shown() -> None:
    """The rung a case stands on and the way it came are shown."""
    case = a_case(
        ev.StageEntered(stage=Stage.ESCALATION, why="x"),
        ev.Escalated(rung="tier2", party=Role.HIGHER_SERVICE),
    )
    shown = view(case, NOW)
    assert shown.rung == "tier2"
    assert shown.path == (Stage.CONTACT, Stage.ESCALATION)

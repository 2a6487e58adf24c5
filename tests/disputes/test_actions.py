"""Actions: what a person may do now, and why not."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.disputes import actions
from recourse.disputes import events as ev
from recourse.disputes.actions import (
    ACTIONS,
    Actor,
    Situation,
    allowed,
    read_action,
    refusal,
)
from recourse.disputes.balls import Ball
from recourse.disputes.case import Case
from recourse.disputes.claims import Kind
from recourse.disputes.effects import AnswerKind, EffectAnswer, Remedy
from recourse.disputes.notices import Role
from recourse.disputes.spans import Span, Unit
from recourse.disputes.vocabulary import DecisionKind, Outcome
from tests.disputes.building import (
    NOW,
    PRICE,
    a_record,
    a_sale,
    an_order,
    calendar,
    cny,
    jpy,
    playbook,
)
from tests.disputes.situations import (
    ASKED_BACK,
    BY_HAND,
    CANDIDATES,
    CUSTOMER_CLOCK,
    DEMANDED,
    ELSEWHERE,
    ENDED,
    ESCALATING,
    EXTENDED,
    FAILED,
    FINISHED,
    FLYING,
    GOOD,
    JUDGED,
    LEGAL,
    LI,
    MEI,
    MONEY_FAILED,
    ON_RUNG,
    OVERPAID,
    PAID_BACK,
    PROPOSED,
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
from tests.disputes.strategies import cases, later_event


@given(cases)
def test_allowed_is_what_is_not_unavailable(case: Case) -> None:
    """The actions a case lists are exactly those it does not refuse as such; a finished case
    lists none, and one with money in doubt neither ends nor moves on."""
    names = allowed(case)
    assert set(names) == {name for name, a in ACTIONS.items() if a.unavailable(case) is None}
    if case.finished:
        assert names == ()
    if case.money_in_flight:
        assert {"withdraw", "settle", "close", "escalate"}.isdisjoint(names)
    if case.closed_at or case.outcome:
        assert set(names) <= {
            "note",
            "assign",
            "add_evidence",
            "confirm_received",
            "retry",
            "skip",
            "by_hand",
            "reopen",
        }


@given(cases, st.sampled_from((MEI, LI)))
def test_every_action_answers_in_every_case(case: Case, actor: Actor) -> None:
    """Whatever a case has come to, an action either says why not or makes events: a listed
    one with its own reason, an unlisted one with the reason it is not listed."""
    at = Situation(case=case, actor=actor, now=NOW)
    for name, data in GOOD.items():
        action = read_action(name, data)
        why = refusal(action, at)
        if name not in allowed(case):
            assert why == type(action).unavailable(case)
        if why is None:
            action.events(at)
        else:
            assert re.fullmatch(r"[a-z_]+", why.code)
            assert why.words
            assert len(why.words) < 2000


@dataclass(frozen=True)
class No:
    """A request and the code it is refused with."""

    code: str
    action: str
    case: Case
    data: dict[str, Any] = field(default_factory=dict)
    actor: Actor = MEI


BANKS = opened(running("answer", regime="CN", span=Span(amount=15, unit=Unit.DAYS))).model_copy(
    update={"institution": "bank"}
)
"""A bank's case: the rule itself allows more time, in steps."""
LOST_ROUTE = running("scheme_window", regime="visa", default="bar", rungs=("scheme_dispute",))
LOST_ROUTE_BY_TIME = ev.TimedOut(clock="scheme_window", owner=Ball.ISSUER, default="bar")

LITTLE = opened(VERIFYING, READ, overpaid(5000))
OWING = after(OVERPAID, *ASKED_BACK[:2], LEGAL, running("demand_answer", visit=3))
GIVING_UP = after(OWING, given_up(90000))
"""In the legal stage mei has proposed not to pursue it any more."""
PARTLY_GIVEN_UP = after(OVERPAID, given_up(30000))
NOTHING_TO_FETCH = after(OVERPAID, given_up(90000, DecisionKind.NO_CORRECTION))
BEFORE_REGULATOR = after(OVERPAID, ESCALATING, ev.Escalated(rung="regulator", party=Role.REGULATOR))
ASKED = ev.CorrectionRequested(order=an_order("e7", Remedy.DEBIT_ADJUSTMENT, minor=90000), part=0)
BY_LI = after(OWING, given_up(90000).model_copy(update={"by": "supervisor:li", "person": "P-017"}))
UNDECIDED = after(OVERPAID, LEGAL, running("demand_answer", visit=3))
BOSS_MEI = Actor(name="Mei", role=Role.SUPERVISOR)
LI_AT_NIGHT = Actor(name="night-desk", role=Role.SUPERVISOR, person="P-017")
GENEROUS = opened(
    VERIFYING, ev.RecordRead(record=a_record(sale=a_sale(captured=50000))), verdict(fix())
)
GIVEN = after(
    GENEROUS,
    ev.CorrectionRequested(order=an_order(minor=15000, reason="goodwill"), part=0),
    ev.CorrectionAnswered(effect_id="e1", answer=EffectAnswer(kind=AnswerKind.SUCCEEDED)),
)
"""It has been given 150 yuan that were not owed."""
DEBIT = an_order(remedy=Remedy.DEBIT_ADJUSTMENT, minor=90000)
DEBITING = after(OVERPAID, ev.CorrectionRequested(order=DEBIT, part=0))
DEBIT_ACCEPTED = after(
    DEBITING,
    ev.CorrectionAnswered(effect_id="e1", answer=EffectAnswer(kind=AnswerKind.ACCEPTED)),
)


DEBIT_NAMED = after(
    DEBITING,
    ev.CorrectionAnswered(
        effect_id="e1", answer=EffectAnswer(kind=AnswerKind.ACCEPTED, reference="D-7")
    ),
    ev.CorrectionByHand(effect_id="e1", reference="D-7"),
)


def indebted() -> st.SearchStrategy[Case]:
    """Cases in which a receiver owes, wherever they are, after whatever else has happened."""
    places = (OVERPAID, LITTLE, OWING, GIVING_UP, NOTHING_TO_FETCH, DEBITING, DEBIT_ACCEPTED)
    elsewhere = (BEFORE_REGULATOR, after(OVERPAID, *ASKED_BACK), after(OVERPAID, ESCALATING))
    return st.builds(
        lambda case, more: after(case, *more),
        st.sampled_from((*places, *elsewhere)),
        st.lists(later_event, max_size=3),
    )


@given(cases | indebted())
def test_no_ending_is_offered_that_gives_a_debt_up(case: Case) -> None:
    """While a receiver has too much and nobody has proposed to give it all up, no ending is
    listed."""
    decision = case.decision
    proposed = decision.given_up if decision is not None else None
    if case.owed_back and (proposed is None or proposed < case.owed_back):
        assert {"withdraw", "settle", "close"}.isdisjoint(allowed(case))


@given(cases | indebted())
def test_two_can_always_end_a_case(case: Case) -> None:
    """Whatever a receiver owes, and wherever the case is: unless money is on its way with an
    unknown end, two supervisors end it, if need be by way of the next stage."""
    if case.finished or case.outcome or case.closed_at or case.money_in_flight:
        return
    for steps in (
        (("close", MEI_BOSS),),
        (("decide", MEI_BOSS), ("close", LI)),
        (("refuse", LI), ("decide", MEI_BOSS), ("close", LI)),
        (("refuse", MEI_BOSS), ("decide", LI), ("close", MEI_BOSS)),
        (("close", LI),),
        (("escalate", LI), ("decide", MEI_BOSS), ("close", LI)),
        (("escalate", LI), ("close", LI)),
        (("escalate", LI), ("close", MEI_BOSS)),
    ):
        if _ends(case, steps):
            return
    raise AssertionError("nobody can end it")


MEI_BOSS = Actor(name="mei", role=Role.SUPERVISOR)


def _ends(case: Case, steps: tuple[tuple[str, Actor], ...]) -> bool:
    for name, actor in steps:
        data = decided("write_off", reason="") if name == "decide" else {}
        at = Situation(case=case, actor=actor, now=NOW)
        action = ACTIONS[name].model_validate(GOOD[name] | data)
        if refusal(action, at) is not None:
            return False
        case = after(case, *action.events(at))
    return case.outcome is not None


REFUSALS = [
    No("finished", "note", FINISHED),
    No("finished", "assign", FINISHED),
    No("finished", "add_evidence", FINISHED),
    No("finished", "reopen", FINISHED),
    No("finished", "confirm_received", FINISHED),
    No(
        "finished",
        "retry",
        opened(FAILED_FIRST := ev.WorkFailed(item="w1", what="x", error="x"), ev.WatchEnded()),
    ),
    No("closed", "reply", ENDED),
    No("closed", "withdraw", ENDED),
    No("closed", "escalate", ENDED),
    No("closed", "promise", ENDED),
    No(
        "closed",
        "decide",
        opened(VERIFYING, READ, verdict(fix()), ev.OutcomeReached(outcome=Outcome.SETTLED)),
    ),
    No("money_in_flight", "withdraw", FLYING),
    No("money_in_flight", "settle", FLYING),
    No("money_in_flight", "close", FLYING),
    No("money_in_flight", "escalate", FLYING),
    No("no_candidates", "choose_sale", opened()),
    No("not_a_candidate", "choose_sale", CANDIDATES, {"reference": "999"}),
    No("no_verdict", "decide", opened()),
    No("no_verdict", "decide", opened(VERIFYING)),
    No("no_verdict", "decide", opened(VERIFYING, READ, verdict(in_doubt=True))),
    No("no_verdict", "decide", opened(VERIFYING, READ, verdict(fix()), ESCALATING)),
    No("decided", "decide", WAITING),
    No("no_reason", "decide", JUDGED, decided("reject", reason="")),
    No("nothing_proposed", "decide", opened(VERIFYING, READ, verdict()), decided("full")),
    No("other_amount", "decide", JUDGED, decided("full", 8999)),
    No("no_amount", "decide", JUDGED, decided("partial")),
    No("no_amount", "decide", JUDGED, decided("partial", 0)),
    No("nothing_owed", "record_recovery", JUDGED),
    No("closed", "record_recovery", ENDED),
    No("no_amount", "record_recovery", OVERPAID, {"amount": cny(0)}),
    No("too_much", "record_recovery", OVERPAID, {"amount": cny(90001)}),
    No("other_currency", "record_recovery", OVERPAID, {"amount": jpy(1)}),
    No("money_in_flight", "record_recovery", DEBITING),
    No("being_debited", "record_recovery", DEBIT_ACCEPTED),
    No("being_debited", "record_recovery", DEBIT_NAMED),
    No("nothing_owed", "decide", JUDGED, decided("write_off")),
    No("too_much", "decide", OVERPAID, decided("write_off")),
    No("other_amount", "decide", LITTLE, decided("write_off", 4999)),
    No("decided", "decide", after(LITTLE, *ASKED_BACK[:2]), decided("write_off")),
    No("decided", "decide", after(LITTLE, *ASKED_BACK), decided("no_correction")),
    *(
        No("second_person", "close", case, {"outcome": outcome}, actor)
        for outcome in ("satisfied", "written_off", "rejected", "settled")
        for case in (LITTLE, OVERPAID, OWING)
        for actor in (MEI, LI)
    ),
    No("second_person", "settle", OVERPAID, {"terms": "pays nothing"}, LI),
    No("second_person", "withdraw", OVERPAID, actor=LI),
    *(
        No("second_person", "record_result", OWING, {"result": result, "amount": None}, LI)
        for result in ("written_off", "rejected", "agreed", "confirms")
    ),
    No("second_person", "record_result", BEFORE_REGULATOR, {"result": "rejected"}, LI),
    No("second_person", "record_result", BEFORE_REGULATOR, {"result": "agreed"}, LI),
    No("second_person", "reply", BEFORE_REGULATOR, {"party": "regulator", "result": "denies"}, LI),
    No("second_person", "close", PARTLY_GIVEN_UP, actor=LI),
    *(
        No("too_much", "decide", OVERPAID, decided(kind, minor, reason="x"))
        for kind, minor in (("reject", None), ("no_correction", None), ("partial", 84999))
    ),
    No("decided", "decide", GIVING_UP, decided("write_off")),
    No("no_verdict", "decide", OWING, decided("no_correction")),
    No("too_much", "decide", after(OVERPAID, ESCALATING), decided("write_off")),
    No("money_in_flight", "decide", after(OWING, ASKED), decided("write_off")),
    No("money_in_flight", "approve", after(GIVING_UP, ASKED), {"amount": cny(90000)}, LI),
    No("other_amount", "approve", GIVING_UP, {"amount": cny(89999)}, LI),
    No("amount_not_read", "approve", NOTHING_TO_FETCH, {"amount": None}, LI),
    *(
        No("same_person", name, GIVING_UP, data, BOSS_MEI)
        for name, data in (
            ("approve", {"amount": cny(90000)}),
            ("close", {}),
            ("settle", {}),
            ("withdraw", {}),
            ("record_result", {"result": "written_off"}),
        )
    ),
    No("not_a_supervisor", "close", GIVING_UP, actor=Actor(name="jun")),
    No("same_person", "record_result", BY_LI, {"result": "written_off"}, LI_AT_NIGHT),
    No("second_person", "record_result", UNDECIDED, {"result": "written_off"}, LI),
    No("unknown_person", "record_recovery", OWING, actor=Actor(name="jun", stranger=True)),
    No("not_a_supervisor", "record_result", GIVING_UP, {"result": "written_off"}, Actor(name="x")),
    No("a_part", "record_result", OWING, {"result": "paid", "amount": cny(89999)}),
    No("above_limit", "decide", GENEROUS, decided("goodwill", 20001)),
    No("above_limit", "decide", GIVEN, decided("goodwill", 5001)),
    No("no_amount", "decide", JUDGED, decided("goodwill", -5)),
    No("other_currency", "decide", JUDGED, {"decision": "partial", "amount": jpy(5)}),
    No("other_currency", "decide", JUDGED, {"decision": "goodwill", "amount": jpy(5)}),
    No("too_much", "decide", JUDGED, decided("partial", 9001)),
    No("too_much", "decide", JUDGED, decided("goodwill", PRICE - 999)),
    No("too_much", "decide", BY_HAND, decided("goodwill", PRICE - 9999)),
    No("too_much", "decide", opened(VERIFYING, READ, verdict()), decided("partial", 1)),
    No(
        "no_parts",
        "decide",
        opened(VERIFYING, READ, verdict(fix(remedy=Remedy.REPRINT))),
        decided("partial", 1),
    ),
    No(
        "no_parts",
        "decide",
        opened(VERIFYING, READ, verdict(fix(5, Remedy.DEBIT_ADJUSTMENT), fix(5))),
        decided("partial", 1),
    ),
    No("not_reversed", "decide", JUDGED, decided("recollect")),
    No("not_reversed", "decide", JUDGED, decided("recollect", 5)),
    No(
        "too_much",
        "decide",
        opened(VERIFYING, PAID_BACK, verdict()),
        decided("recollect", PRICE + 1),
    ),
    No("no_amount", "decide", opened(VERIFYING, PAID_BACK, verdict()), decided("recollect", 0)),
    No(
        "other_currency",
        "decide",
        opened(VERIFYING, PAID_BACK, verdict()),
        {"decision": "recollect", "amount": jpy(5)},
    ),
    No("nothing_to_approve", "approve", JUDGED, actor=LI),
    No(
        "nothing_to_approve",
        "refuse",
        opened(VERIFYING, PROPOSED, ev.DecisionApproved(by="supervisor:li")),
        actor=LI,
    ),
    No(
        "same_person", "approve", WAITING, {"amount": None}, Actor(name="mei", role=Role.SUPERVISOR)
    ),
    No(
        "same_person",
        "approve",
        WAITING,
        {"amount": None},
        Actor(name=" MEI ", role=Role.SUPERVISOR),
    ),
    No(
        "same_person",
        "approve",
        WAITING,
        {"amount": None},
        Actor(name="Ｍei", role=Role.SUPERVISOR),
    ),
    No("same_person", "refuse", WAITING, actor=Actor(name="Mei", role=Role.SUPERVISOR)),
    No("not_a_supervisor", "approve", WAITING, {"amount": None}, Actor(name="jun")),
    No("not_a_supervisor", "refuse", WAITING, actor=Actor(name="wang", role=Role.CUSTOMER)),
    No(
        "same_person",
        "approve",
        WAITING,
        {"amount": None},
        Actor(name="mei+2", role=Role.SUPERVISOR),
    ),
    No(
        "same_person", "approve", WAITING, {"amount": None}, Actor(name="mеі", role=Role.SUPERVISOR)
    ),
    No(
        "same_person",
        "approve",
        WAITING,
        {"amount": None},
        Actor(name="mei@a.example", role=Role.SUPERVISOR),
    ),
    No("other_amount", "approve", WAITING, {"amount": cny(8999)}, LI),
    No("amount_not_read", "approve", WAITING, {"amount": None}, LI),
    No("other_card", "approve", WAITING, {"amount": cny(9000), "card_last4": "1881"}, LI),
    No("card_not_read", "approve", ELSEWHERE, {"amount": cny(9000)}, LI),
    No("other_card", "approve", ELSEWHERE, {"amount": cny(9000), "card_last4": "4242"}, LI),
    No("last_stage", "escalate", DEMANDED),
    No("no_rung", "escalate", opened(), {"to": "president", "reason": "x"}),
    No("climbed", "escalate", ON_RUNG, {"to": "tier2", "reason": "x"}),
    No("nobody_asked", "record_result", opened()),
    No("nobody_asked", "record_result", opened(ESCALATING)),
    No("nobody_asked", "record_result", opened(LEGAL)),
    No("not_legal", "record_result", ON_RUNG, {"result": "judgment"}),
    No("not_legal", "record_result", ON_RUNG, {"result": "paid"}),
    No("no_amount", "record_result", ON_RUNG, {"result": "upheld", "amount": cny(0)}),
    No("no_amount", "settle", opened(), {"terms": "x", "amount": cny(-1)}),
    No("no_clock", "extend", opened()),
    No("no_clock", "extend", opened(running("decide"))),
    No(
        "no_clock",
        "extend",
        opened(running("answer:store"), running("decide"), ev.ClockMet(clock="answer:store")),
    ),
    No("statutory", "extend", opened(running("answer:store", regime="CN"))),
    No(
        "too_long",
        "extend",
        opened(CUSTOMER_CLOCK),
        {"clock": "answer:customer", "days": 90, "reason": "x"},
    ),
    No(
        "extended_enough",
        "extend",
        opened(CUSTOMER_CLOCK, EXTENDED, EXTENDED, EXTENDED),
        {"clock": "answer:customer", "days": 1, "reason": "x"},
    ),
    No("no_days", "extend", opened(CUSTOMER_CLOCK), {"clock": "answer:customer", "days": None}),
    No(
        "paused",
        "extend",
        opened(running("answer:store"), ev.ClockPaused(clock="answer:store", ball=Ball.US)),
    ),
    No("by_rule", "extend", BANKS, {"clock": "answer"}, LI),
    No("supervisor", "extend", BANKS, {"clock": "answer", "days": None}),
    No("which_step", "extend", BANKS, {"clock": "answer", "days": None}, LI),
    No("which_step", "extend", BANKS, {"clock": "answer", "days": None, "needs": "time"}, LI),
    No("no_days", "extend", opened(CUSTOMER_CLOCK), {"clock": "answer:customer", "needs": "time"}),
    No("supervisor", "adopt_rules", opened()),
    No(
        "other_playbook",
        "adopt_rules",
        opened(),
        {"playbook": playbook(Kind.RECEIPT_LOST).model_dump(mode="json")},
        LI,
    ),
    No(
        "same_rules",
        "adopt_rules",
        opened(),
        {
            "playbook": playbook(Kind.WRONG_REFUND).model_dump(mode="json"),
            "calendar": calendar().model_dump(mode="json"),
        },
        LI,
    ),
    No("barred", "escalate", opened(LOST_ROUTE, LOST_ROUTE_BY_TIME), {"to": "scheme_dispute"}),
    No("no_due", "promise", opened(), {"days": None}),
    No(
        "no_due",
        "promise",
        opened(),
        {"party": "store", "what": "x", "days": 1, "due": "2027-01-01T00:00:00Z"},
    ),
    No(
        "past_due",
        "promise",
        opened(),
        {"days": None, "due": "2026-11-01T00:00:00Z"},
    ),
    No("nothing_to_confirm", "confirm_received", opened()),
    No("nothing_to_confirm", "confirm_received", JUDGED),
    No("no_work_item", "retry", opened()),
    No("no_work_item", "skip", FAILED, {"item": "w2", "reason": "x"}),
    No("no_work_item", "by_hand", opened(FAILED_FIRST, ev.WorkResumed(item="w1", how="retry"))),
    No("money", "skip", MONEY_FAILED),
    No("open", "reopen", opened()),
]


@pytest.mark.parametrize("no", REFUSALS, ids=lambda no: f"{no.action}-{no.code}")
def test_each_refusal(no: No) -> None:
    """Every request that the rules do not allow is refused with its own code, in words."""
    action = actions.ACTIONS[no.action].model_validate(GOOD[no.action] | no.data)
    why = refusal(action, Situation(case=no.case, actor=no.actor, now=NOW))
    assert why is not None
    assert why.code == no.code
    assert why.words
    assert not why.words.endswith(".")


def test_no_refusal_is_left_out() -> None:
    """Every code in the source is refused with somewhere in the table."""
    source = Path(actions.__file__).parent
    codes = {
        code
        for file in source.glob("*.py")
        for code in re.findall(r'code="([a-z_]+)"', file.read_text("utf-8"))
    }
    assert {no.code for no in REFUSALS} | {"excluded"} == codes


def test_an_excluded_rung_is_refused() -> None:
    """A rung that an earlier one excludes is not climbed: the regulator refuses a case that
    is before a consumer association."""
    base = opened(ESCALATING)
    rungs = base.playbook.rungs("customer")
    first, second = rungs[0], rungs[1]
    ladder = (first.model_copy(update={"excludes": (second.name,)}), *rungs[1:])
    playbook = base.playbook.model_copy(update={"escalation": ladder})
    case = base.model_copy(update={"playbook": playbook, "rungs_climbed": (first.name,)})
    why = refusal(
        read_action("escalate", {"to": second.name, "reason": "x"}),
        Situation(case=case, actor=MEI, now=NOW),
    )
    assert why is not None
    assert why.code == "excluded"

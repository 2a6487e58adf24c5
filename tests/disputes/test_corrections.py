"""Where a correction is, as the fold makes it of what was heard."""

from datetime import timedelta
from typing import Any

import pytest

from recourse.disputes import events as ev
from recourse.disputes.approval import decided_by_playbook
from recourse.disputes.case import Case
from recourse.disputes.effects import AnswerKind, EffectAnswer, Hint
from recourse.disputes.fold.corrections import REMEMBERED_HINTS
from recourse.disputes.ledger import objection
from recourse.disputes.records import RefundStatus
from recourse.disputes.verdicts import Confidence, Correction, Verdict
from recourse.disputes.vocabulary import Cause, CorrectionState, Stage
from tests.disputes.building import NOW, a_case, a_record, a_refund, an_answer, an_order, cny

ASKED = ev.CorrectionRequested(order=an_order(), part=0)


def heard(kind: AnswerKind, **given: object) -> ev.CorrectionAnswered:
    return ev.CorrectionAnswered(effect_id="e1", answer=an_answer(kind, **given))


BY_HAND = ev.CorrectionByHand(effect_id="e1", reference="BANK-1")


def state(case: Case) -> CorrectionState:
    return case.intents[0].state


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (None, "requested"),
        (heard(AnswerKind.UNKNOWN, reason="time_out"), "in_doubt"),
        (heard(AnswerKind.ABSENT), "in_doubt"),
        (heard(AnswerKind.ACCEPTED, status="pending"), "accepted"),
        (heard(AnswerKind.ACCEPTED, status="pending", reason="funds"), "pending"),
        (heard(AnswerKind.ACCEPTED, status="needs_action", reason="iban"), "needs_action"),
        (heard(AnswerKind.SUCCEEDED, status="posted"), "posted"),
        (heard(AnswerKind.FAILED, reason="over_refund"), "failed"),
        (heard(AnswerKind.FAILED, status="failed", reason="declined"), "failed"),
        (heard(AnswerKind.FAILED, status="abnormal"), "abnormal"),
        (heard(AnswerKind.FAILED, status="returned"), "returned"),
        (BY_HAND, "by_hand"),
        ((BY_HAND, heard(AnswerKind.SUCCEEDED, status="posted")), "paid_twice"),
    ],
)
def test_every_state_has_its_answer(answer: Any, expected: str) -> None:
    """Each state that publishers name is one of ours, and no answer is without one."""
    answers = answer if isinstance(answer, tuple) else (answer,) if answer is not None else ()
    assert state(a_case(ASKED, *answers)).value == expected


def test_every_state_is_expected() -> None:
    """The table above leaves no state out."""
    marks = test_every_state_has_its_answer.pytestmark
    assert {row[1] for row in marks[0].args[1]} == {state.value for state in CorrectionState}


@pytest.mark.parametrize(
    ("told", "may"),
    [
        ((heard(AnswerKind.ACCEPTED, status="needs_action"), BY_HAND), True),
        ((heard(AnswerKind.ACCEPTED, status="pending"), BY_HAND), True),
        ((heard(AnswerKind.UNKNOWN), BY_HAND), True),
        ((BY_HAND.model_copy(update={"asked": NOW}),), True),
        ((BY_HAND, heard(AnswerKind.FAILED, status="abnormal")), True),
        ((BY_HAND,), False),
        ((heard(AnswerKind.ABSENT), BY_HAND), False),
        ((BY_HAND, heard(AnswerKind.FAILED, status="failed")), False),
        ((BY_HAND, heard(AnswerKind.FAILED, reason="over_refund")), False),
        ((BY_HAND, heard(AnswerKind.SUCCEEDED, status="posted")), False),
        ((heard(AnswerKind.ACCEPTED, status="needs_action"),), False),
    ],
)
def test_what_was_given_by_hand_may_be_paid_too(told: tuple[ev.Event, ...], *, may: bool) -> None:
    """Given elsewhere, a correction is open for as long as its acquirer has not said that it will
    not carry it out; one that nobody was ever asked for is not."""
    assert a_case(ASKED, *told).intents[0].may_pay_too is may


@pytest.mark.parametrize("reference", ["R-7", " r-7", "745"])
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (heard(AnswerKind.ACCEPTED, status="pending", reason="funds"), "pending"),
        (heard(AnswerKind.ACCEPTED, status="needs_action"), "needs_action"),
        (heard(AnswerKind.SUCCEEDED, status="posted", reference="R-7"), "posted"),
        (heard(AnswerKind.FAILED, status="failed"), "failed"),
        (heard(AnswerKind.FAILED, status="returned"), "returned"),
        (heard(AnswerKind.FAILED, status="abnormal"), "abnormal"),
        (heard(AnswerKind.UNKNOWN), "by_hand"),
    ],
)
def test_the_acquirers_own_reference_is_no_payment_of_its_own(
    reference: str, answer: ev.CorrectionAnswered, expected: str
) -> None:
    """Whoever answers by hand with the reference of the very refund that was asked for has given
    nothing besides: what the acquirer says of it goes before that, and may be bad news. Only
    while it says nothing the person's word stands."""
    taken = heard(AnswerKind.ACCEPTED, status="pending", reference="R-7", arn="745")
    told = ev.CorrectionByHand(effect_id="e1", reference=reference)
    for case in (a_case(ASKED, taken, told, answer), a_case(ASKED, taken, answer, told)):
        (intent,) = case.intents
        assert intent.state.value == expected
        assert intent.done is (expected in ("posted", "by_hand"))
        assert intent.failed is (expected in ("failed", "returned", "abnormal"))
        assert intent.held is (expected == "abnormal")
        assert intent.may_pay_too is (expected == "by_hand")


def test_once_taken_never_absent_for_good() -> None:
    """That the acquirer has once had it is remembered; what was only refused never was there."""
    assert not a_case(ASKED, heard(AnswerKind.ABSENT)).intents[0].taken
    assert not a_case(ASKED, heard(AnswerKind.FAILED, reason="over_refund")).intents[0].taken
    taken = a_case(ASKED, heard(AnswerKind.ACCEPTED), heard(AnswerKind.UNKNOWN))
    assert taken.intents[0].taken


def test_since_when_nobody_knows() -> None:
    """A doubt begins with the first answer that tells nothing, and ends with one that does."""
    doubtful = a_case(ASKED, heard(AnswerKind.ACCEPTED), heard(AnswerKind.UNKNOWN))
    assert doubtful.intents[0].doubted == NOW + timedelta(hours=3)
    longer = a_case(ASKED, heard(AnswerKind.UNKNOWN), heard(AnswerKind.ABSENT))
    assert longer.intents[0].doubted == NOW + timedelta(hours=2)
    known = a_case(ASKED, heard(AnswerKind.UNKNOWN), heard(AnswerKind.ACCEPTED))
    assert known.intents[0].doubted is None


def test_when_it_was_last_asked_is_kept() -> None:
    """The last request counts, and looking up changes nothing of it."""
    asked = heard(AnswerKind.UNKNOWN).model_copy(update={"asked": NOW})
    again = heard(AnswerKind.UNKNOWN).model_copy(update={"asked": NOW + timedelta(hours=1)})
    case = a_case(ASKED, asked, heard(AnswerKind.ABSENT), again, heard(AnswerKind.ABSENT))
    assert case.intents[0].asked == NOW + timedelta(hours=1)


def test_hints() -> None:
    """A hint waits until it is heeded; one about another's effect, and one that was heard
    before, is none; only so many are remembered."""
    hint = ev.WebhookHeard(event_id="n1", effect_id="e1")
    other = ev.WebhookHeard(event_id="n2", effect_id="e9")
    waiting = a_case(ASKED, hint, other)
    assert (waiting.hinted, waiting.seen_hints) == (("e1",), ("n1",))
    answer = heard(AnswerKind.ACCEPTED)
    assert a_case(ASKED, hint, answer).hinted == ("e1",)
    heeded = answer.model_copy(update={"heeded": True})
    assert a_case(ASKED, hint, heeded).hinted == ()
    assert a_case(ASKED, hint, heeded, hint).hinted == ()
    # What a person gave elsewhere is looked up all the same while the acquirer may pay it too.
    assert a_case(ASKED, hint, BY_HAND).hinted == ()
    assert a_case(ASKED, answer, hint, BY_HAND).hinted == ("e1",)
    # So is its own refund, when the person has named no other.
    named = answer.model_copy(update={"answer": an_answer(AnswerKind.ACCEPTED, arn="BANK-1")})
    assert a_case(ASKED, named, hint, BY_HAND).hinted == ("e1",)
    flood = [ev.WebhookHeard(event_id=f"m{n}", effect_id="e1") for n in range(300)]
    assert len(a_case(ASKED, *flood).seen_hints) == REMEMBERED_HINTS


@pytest.mark.parametrize(
    ("effect_id", "case_id"),
    [("RC-A-B-C:refund:1", "RC-A-B-C"), ("", ""), ("RC-A-B-C", ""), ("X:refund:1", "")],
)
def test_a_hint_names_its_case(effect_id: str, case_id: str) -> None:
    """The case is what an effect id of ours begins with."""
    assert Hint(event_id="n", effect_id=effect_id).case_id == case_id


@pytest.mark.parametrize(
    ("allowed", "answers", "expected"),
    [
        (0, ("failed",), False),
        (1, ("failed",), True),
        (1, ("returned",), True),
        (1, ("abnormal",), False),
        (1, (None,), False),
        (1, ("failed", "failed"), False),
        (2, ("failed", "failed"), True),
    ],
)
def test_issued_again_by_the_playbook(
    allowed: int, answers: tuple[str | None, ...], *, expected: bool
) -> None:
    """Only what failed late is issued again without a person, and only as often as the playbook
    says; what was refused, or is held, never is."""
    events: list[ev.Event] = []
    for number, status in enumerate(answers):
        order = an_order(f"e{number}")
        answer = EffectAnswer(
            kind=AnswerKind.FAILED, status=RefundStatus(status) if status else None
        )
        events += [
            ev.CorrectionRequested(order=order, part=0),
            ev.CorrectionAnswered(effect_id=order.effect_id, answer=answer),
        ]
    fix = Correction(remedy=an_order().remedy, amount=cny(100))
    verdict = Verdict(
        cause=Cause.SYSTEM_FAULT, finding="x", corrections=(fix,), confidence=Confidence.SURE
    )
    case = a_case(
        ev.StageEntered(stage=Stage.VERIFICATION, why="x"),
        *events,
        ev.VerdictReached(verdict=verdict),
    )
    plan = case.playbook.verification.model_copy(update={"reissue_alone": allowed})
    book = case.playbook.model_copy(update={"verification": plan})
    assert decided_by_playbook(case.model_copy(update={"playbook": book})) is expected


def test_what_needs_action_counts_as_given() -> None:
    """Money that waits for somebody to act may still go out: it is not given a second time."""
    record = a_record(a_refund(10000, RefundStatus.NEEDS_ACTION))
    assert objection(an_order(minor=5000), record) == "over_captured"

"""Recovery: each step once and in order, parts counted, and never more than is owed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.disputes import events as ev
from recourse.disputes.case import Case
from recourse.disputes.chargebacks import beside_chargebacks
from recourse.disputes.claims import Kind
from recourse.disputes.effects import AnswerKind, EffectAnswer, Remedy
from recourse.disputes.fold import apply
from recourse.disputes.ledger import ledger_of, objection
from recourse.disputes.notices import Role
from recourse.disputes.plans import Way
from recourse.disputes.reckoning import as_known, reckon
from recourse.disputes.records import ChargebackStatus, Record, RefundStatus
from recourse.disputes.recovery import (
    demanded,
    is_used_up,
    next_way,
    owed_by_receiver,
    recovers,
    scheme_code,
)
from recourse.disputes.verdicts import Words, judge
from recourse.disputes.vocabulary import Result
from tests.disputes.building import (
    NOW,
    PRICE,
    a_chargeback,
    a_record,
    a_refund,
    a_sale,
    an_order,
    cny,
)
from tests.disputes.situations import (
    OVERPAID,
    READ,
    TAKING,
    VERIFYING,
    after,
    fix,
    opened,
    overpaid,
    verdict,
)
from tests.disputes.strategies import cases, later_event, one, timelines
from workflows.legal_file import legal_file

DEBIT = an_order(remedy=Remedy.DEBIT_ADJUSTMENT, minor=90000)
PART = an_order(remedy=Remedy.DEBIT_ADJUSTMENT, minor=40000)


def owing(brand: str = "unionpay") -> Case:
    """A receiver has 900 yuan too much, and it was decided to fetch them back."""
    record = a_record(a_refund(100000), sale=a_sale(card_brand=brand))
    return opened(VERIFYING, ev.RecordRead(record=record), overpaid(), TAKING)


def says(**given: Any) -> ev.AnswerReceived:
    return ev.AnswerReceived(party=Role.CUSTOMER, **given)


def takes(way: Way) -> ev.RecoveryWayTaken:
    return ev.RecoveryWayTaken(way=way)


def answered(kind: AnswerKind) -> ev.CorrectionAnswered:
    return ev.CorrectionAnswered(effect_id="e1", answer=EffectAnswer(kind=kind))


def test_a_debit_counts_once_whoever_tells_of_it_first() -> None:
    """What a person has named is less owed; the acquirer's word that it is only on its way makes
    it owed again, and that it is posted ends that, once."""
    told = ev.CorrectionByHand(effect_id="e1", reference="D-7")
    taken = EffectAnswer(kind=AnswerKind.ACCEPTED, reference="D-7")
    case = after(owing(), ev.CorrectionRequested(order=PART, part=0), told)
    assert case.owed_back == cny(50000)
    case = after(case, ev.CorrectionAnswered(effect_id="e1", answer=taken))
    assert case.owed_back == cny(90000)
    posted = taken.model_copy(update={"kind": AnswerKind.SUCCEEDED})
    case = after(case, ev.CorrectionAnswered(effect_id="e1", answer=posted))
    assert case.owed_back == cny(50000)


@pytest.mark.parametrize(
    ("given", "consent"),
    [
        ({"result": Result.AGREED}, True),
        ({"answers": {"accept_recovery": " Yes"}}, True),
        ({"answers": {"accept_recovery": "同意"}}, True),
        ({"result": Result.REFUSED}, False),
        ({"result": Result.DENIES}, False),
        ({"answers": {"accept_recovery": "不同意"}}, False),
        ({"answers": {"accept_recovery": "yes, but only half of it"}}, None),
        ({"result": Result.CONFIRMS}, None),
        ({"text": "yes"}, None),
    ],
)
def test_consent_is_a_plain_word(given: dict[str, Any], consent: bool | None) -> None:
    """Only a plain yes of the receiver is consent to a debit, and a plain no a refusal; the last
    one counts, and what says neither changes nothing."""
    assert after(owing(), says(**given)).consent is consent
    before = after(owing(), says(result=Result.AGREED))
    assert after(before, says(**given)).consent is (True if consent is None else consent)


def test_nobody_agrees_for_the_receiver() -> None:
    """What the store or the acquirer agrees to is no consent of the receiver's."""
    agreed = ev.AnswerReceived(party=Role.STORE, result=Result.AGREED)
    assert after(owing(), agreed).consent is None


LADDER = [
    ("unionpay", True, (), Way.AGREED_DEBIT),
    ("unionpay", False, (Way.ASK,), Way.ADJUSTMENT),
    ("unionpay", None, (Way.ASK,), Way.ADJUSTMENT),
    ("unionpay", True, (Way.AGREED_DEBIT,), Way.ADJUSTMENT),
    ("unionpay", None, (Way.ADJUSTMENT,), Way.CIVIL),
    ("visa", True, (), Way.AGREED_DEBIT),
    ("visa", None, (Way.ASK,), Way.CIVIL),
    ("visa", True, (Way.AGREED_DEBIT,), Way.CIVIL),
    ("", None, (Way.ASK,), Way.CIVIL),
]


@pytest.mark.parametrize(("brand", "consent", "taken", "way"), LADDER)
def test_the_next_step(brand: str, consent: bool | None, taken: tuple[Way, ...], way: Way) -> None:
    """By consent when there is consent; without it only where the scheme has an adjustment;
    each once; then civil."""
    case = after(owing(brand), *(takes(each) for each in taken))
    assert next_way(case.model_copy(update={"consent": consent})) is way


def test_the_code_is_of_the_step_and_the_network() -> None:
    """An order bears the scheme's own code of the step that is under way, and none elsewhere."""
    assert scheme_code(owing()) == ""
    assert scheme_code(after(owing(), takes(Way.AGREED_DEBIT))) == "unionpay/9722"
    without = after(owing(), takes(Way.AGREED_DEBIT), takes(Way.ADJUSTMENT))
    assert scheme_code(without) == "unionpay/9652"
    assert scheme_code(after(owing("visa"), takes(Way.AGREED_DEBIT))) == ""
    other = opened(VERIFYING, READ, verdict(fix()))
    assert scheme_code(after(other, takes(Way.AGREED_DEBIT))) == ""


def test_used_up_is_when_the_last_debit_failed() -> None:
    """Civil steps follow by themselves when no debit is left to try, and not before one failed."""
    asked = after(owing(), takes(Way.ADJUSTMENT), ev.CorrectionRequested(order=DEBIT, part=0))
    assert not is_used_up(asked)
    failed = after(asked, answered(AnswerKind.FAILED))
    assert is_used_up(failed)
    assert not is_used_up(after(asked, answered(AnswerKind.SUCCEEDED)))
    left = after(owing(), takes(Way.AGREED_DEBIT), ev.CorrectionRequested(order=DEBIT, part=0))
    assert not is_used_up(after(left, answered(AnswerKind.FAILED)))


def test_parts_count() -> None:
    """What comes back in parts lowers what is owed, decided and demanded, and is shown as
    recovered; nothing is owed when a debit has posted."""
    case = owing()
    assert (case.owed_back, recovers(case)) == (cny(90000), True)
    part = ev.RecoveryRecorded(amount=cny(30000), reference="cash 1")
    case = after(case, part)
    assert case.owed_back == demanded(case) == cny(60000)
    assert case.decision is not None
    assert case.decision.amount == cny(60000)
    assert reckon(case).recovered == cny(30000)
    assert reckon(case).owed_back == cny(60000)
    case = after(case, part)
    done = after(
        case,
        ev.CorrectionRequested(order=an_order(remedy=Remedy.DEBIT_ADJUSTMENT, minor=30000), part=0),
        answered(AnswerKind.SUCCEEDED),
        answered(AnswerKind.SUCCEEDED),
    )
    assert done.owed_back == demanded(done) == cny(0)
    assert legal_file(done, (), NOW, 15).demand == cny(0)


def test_the_next_verdict_knows_what_came_back() -> None:
    """Judged anew, a case asks for the rest alone."""
    case = after(owing(), ev.RecoveryRecorded(amount=cny(80000), reference="cash"))
    record = as_known(case, a_record(a_refund(100000), sale=a_sale(captured=200000)))
    claim = case.claim
    judged = beside_chargebacks(claim, judge(claim, record, Words(), store_decides=False), record)
    assert owed_by_receiver(judged) == cny(10000)


def test_other_debits_are_no_recovery() -> None:
    """A wrong card's holder and a payment that is collected again are not asked by this way."""
    assert not recovers(opened(VERIFYING, READ, verdict(fix()), TAKING))
    assert demanded(opened(kind=Kind.WRONG_REFUND)) == opened().claim.claimed


@given(timelines(), st.lists(later_event, max_size=5))
def test_what_is_owed_is_never_less_than_nothing(entries: Any, more: list[Any]) -> None:
    """Whatever happens in whatever order, what is owed back and what is decided to be debited
    are never negative."""
    case = after(OVERPAID, *more)
    for entry in entries[1:]:
        case = apply(case, entry)
        assert case.owed_back is None or case.owed_back.minor >= 0
        for correction in case.decision.corrections if case.decision else ():
            assert correction.amount.minor > 0


@given(cases)
def test_the_ladder_ends(case: Case) -> None:
    """From any case the steps come to civil at last: each of them is taken once."""
    for _ in range(len(Way)):
        way = next_way(case)
        if way is Way.CIVIL:
            return
        assert way not in case.ways_taken
        case = after(case, takes(way))
    raise AssertionError("the ladder has no end")


MOVES = st.lists(
    st.tuples(
        st.sampled_from(("refund", "debit", "charge", "post", "fail", "return", "win", "lose")),
        st.integers(1, PRICE),
        st.integers(0, 5),
    ),
    max_size=20,
)


def moved(record: Record, what: str, minor: int, which: int) -> Record:
    """The books after one thing that may happen to them: an order of ours as far as the guard
    lets it pass, a chargeback that nobody asks us about, or the end of one of either."""
    refunds, chargebacks = list(record.refunds), list(record.chargebacks)
    if what in ("refund", "debit"):
        remedy = Remedy.REFUND if what == "refund" else Remedy.DEBIT_ADJUSTMENT
        order = an_order(f"e{len(refunds)}", remedy, minor)
        if objection(order, record):
            return record
        refunds.append(
            a_refund(
                minor,
                RefundStatus.PENDING,
                effect_id=order.effect_id,
                direction="credit" if what == "refund" else "debit",
            )
        )
    elif what == "charge":
        chargebacks.append(a_chargeback(minor, number=len(chargebacks)))
    elif what in ("post", "fail", "return") and refunds:
        place = which % len(refunds)
        now, then = {
            "post": (RefundStatus.PENDING, RefundStatus.POSTED),
            "fail": (RefundStatus.PENDING, RefundStatus.FAILED),
            "return": (RefundStatus.POSTED, RefundStatus.RETURNED),
        }[what]
        if refunds[place].status is now:
            refunds[place] = refunds[place].model_copy(update={"status": then})
    elif what in ("win", "lose") and chargebacks:
        end = ChargebackStatus.WON if what == "win" else ChargebackStatus.LOST
        place = which % len(chargebacks)
        chargebacks[place] = chargebacks[place].model_copy(update={"status": end})
    return record.model_copy(update={"refunds": tuple(refunds), "chargebacks": tuple(chargebacks)})


@given(st.integers(1, PRICE), MOVES)
def test_partial_amounts_in_any_order(captured: int, moves: list[tuple[str, int, int]]) -> None:
    """However partial refunds, debits, chargebacks, failures and returns follow each other on a
    partial capture: what is refundable is never negative and never more than there is, an
    order that passes the guard leaves the ledger in balance, and only what nobody asked us
    about ever puts out more than came in, which the ledger then shows."""
    record = a_record(sale=a_sale(captured=captured))
    overdrawn = False
    for what, minor, which in moves:
        before, record = record, moved(record, what, minor, which)
        ledger = ledger_of(record)
        # Neither a chargeback nor a debit that the issuer sends back is asked of a guard.
        overdrawn = overdrawn or (what in ("charge", "return") and record != before)
        assert 0 <= ledger.refundable.minor <= ledger.refundable_elsewhere.minor
        assert ledger.refundable.minor <= captured + ledger.recovered.minor
        assert ledger.collectable.minor >= 0
        out = ledger.credited.minor + ledger.charged_back.minor - ledger.recovered.minor
        if not overdrawn:
            assert out <= captured
        elif out > captured + ledger.recovering.minor:
            assert ledger.overpaid.minor == out - captured - ledger.recovering.minor
        if what in ("refund", "debit") and record != before:
            assert ledger.room.minor >= 0 or what == "debit"


@given(one(AnswerKind), st.integers(1, 90000))
def test_only_a_done_debit_lowers_what_is_owed(kind: AnswerKind, minor: int) -> None:
    """An order that is under way, unknown or failed has brought nothing back yet."""
    order = an_order(remedy=Remedy.DEBIT_ADJUSTMENT, minor=minor)
    case = after(owing(), ev.CorrectionRequested(order=order, part=0), answered(kind))
    back = minor if kind is AnswerKind.SUCCEEDED else 0
    assert case.owed_back == cny(90000 - back)

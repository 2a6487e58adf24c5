"""A chargeback beside a refund: the cardholder is paid once, and what was paid twice is found."""

from hypothesis import given
from hypothesis import strategies as st

from recourse.disputes.chargebacks import BOTH, beside_chargebacks
from recourse.disputes.claims import Claim, Kind
from recourse.disputes.effects import Remedy
from recourse.disputes.ledger import PAYOUTS, ledger_of
from recourse.disputes.money import Money
from recourse.disputes.records import ChargebackStatus, Record, RefundStatus
from recourse.disputes.verdicts import Confidence, Verdict, Words, judge
from tests.disputes.building import PRICE, a_chargeback, a_claim, a_record, a_refund, cny
from tests.disputes.strategies import claims, records, said

OPEN, LOST, WON = ChargebackStatus.OPEN, ChargebackStatus.LOST, ChargebackStatus.WON
CONFIRMED = Words(store="confirms")


def verdict_on(claim: Claim, record: Record, words: Words = CONFIRMED) -> Verdict:
    judged = judge(claim, record, words, store_decides=False)
    return beside_chargebacks(claim, judged, record)


def charged(minor: int, status: ChargebackStatus, *refunds: int) -> Record:
    made = (a_refund(each, number=n) for n, each in enumerate(refunds, 1))
    return a_record(*made).model_copy(update={"chargebacks": (a_chargeback(minor, status),)})


def asks(kind: Kind, requested: int) -> Claim:
    return a_claim(kind, refund={"requested": cny(requested)})


def paid_out(verdict: Verdict) -> list[Money]:
    return [c.amount for c in verdict.corrections if c.remedy in PAYOUTS]


def test_nothing_is_refunded_that_was_charged_back() -> None:
    """While a chargeback of the whole sale is open the claim is being paid elsewhere; when it
    is lost the cardholder has his money. Neither is carried out without a person."""
    for status, reason in ((OPEN, "claimed_elsewhere"), (LOST, "charged_back")):
        for kind in (Kind.REFUND_NOT_RECEIVED, Kind.RECEIPT_LOST, Kind.WRONG_REFUND):
            verdict = verdict_on(asks(kind, PRICE), charged(PRICE, status))
            assert (verdict.upheld, verdict.reason, verdict.corrections) == (False, reason, ())
            assert verdict.confidence is Confidence.LIKELY


def test_what_a_partial_chargeback_leaves_can_be_refunded() -> None:
    """Beside a partial chargeback the rest is given, and a person looks at it first."""
    verdict = verdict_on(asks(Kind.RECEIPT_LOST, PRICE), charged(5000, OPEN))
    assert paid_out(verdict) == [cny(PRICE - 5000)]
    assert verdict.confidence is Confidence.UNCLEAR
    small = verdict_on(asks(Kind.RECEIPT_LOST, 1000), charged(5000, OPEN))
    assert (paid_out(small), small.confidence) == ([cny(1000)], Confidence.LIKELY)


def test_a_chargeback_that_was_won_changes_nothing() -> None:
    """Won, the money is the merchant's, and the verdict is what it was."""
    claim = asks(Kind.RECEIPT_LOST, PRICE)
    assert verdict_on(claim, charged(PRICE, WON)) == verdict_on(claim, a_record())


def test_refunded_and_charged_back_is_taken_back() -> None:
    """What a refund and a chargeback gave twice is proposed to be taken back, for any claim."""
    for kind in (Kind.WRONG_REFUND, Kind.REFUND_NOT_RECEIVED, Kind.RECEIPT_LOST):
        verdict = verdict_on(asks(kind, PRICE), charged(PRICE, LOST, PRICE))
        assert verdict.finding == BOTH
        assert [(c.remedy, c.amount) for c in verdict.corrections] == [
            (Remedy.DEBIT_ADJUSTMENT, cny(PRICE))
        ]
    part = verdict_on(asks(Kind.WRONG_REFUND, 5000), charged(3000, OPEN, 5000))
    assert [c.amount for c in part.corrections] == [cny(3000)]


def test_a_partial_refund_and_the_rest_charged_back_are_once() -> None:
    """Refund and chargeback that together make the price have given nothing twice."""
    verdict = verdict_on(asks(Kind.WRONG_REFUND, PRICE), charged(PRICE - 5000, LOST, 5000))
    assert (verdict.finding, verdict.upheld) == ("charged_back", False)


def test_a_refund_gone_astray_was_not_had_by_who_charged_back() -> None:
    """The wrong card is debited; the right one, whose issuer has paid, is given nothing more."""
    astray = a_refund(PRICE, card_last4="1111")
    record = a_record(astray).model_copy(update={"chargebacks": (a_chargeback(PRICE, LOST),)})
    verdict = verdict_on(asks(Kind.WRONG_REFUND, PRICE), record)
    assert [(c.remedy, c.card_last4) for c in verdict.corrections] == [
        (Remedy.DEBIT_ADJUSTMENT, "1111")
    ]


@given(claims, records, said, st.booleans())
def test_no_verdict_pays_what_an_issuer_has_paid(
    claim: Claim, record: Record, words: Words, store_decides: bool
) -> None:
    """Whatever is claimed, said and on record, what a verdict gives out fits beside refunds and
    chargebacks, its own debits counted; and it takes back no more than can be."""
    judged = judge(claim, record, words, store_decides=store_decides)
    verdict = beside_chargebacks(claim, judged, record)
    ledger = ledger_of(record)
    fetched = sum(
        c.amount.minor for c in verdict.corrections if c.remedy is Remedy.DEBIT_ADJUSTMENT
    )
    assert fetched <= ledger.collectable.minor
    out = sum(amount.minor for amount in paid_out(verdict))
    assert out <= max(0, ledger.room.minor + fetched)
    if ledger.charged_back and not verdict.in_doubt and verdict.corrections:
        pays = out or verdict.finding == BOTH
        assert not pays or verdict.confidence is not Confidence.SURE


def test_a_refund_on_its_way_counts_beside_a_chargeback() -> None:
    """A chargeback that comes while a refund is on its way makes the refund the second payment."""
    pending = a_refund(PRICE, RefundStatus.PENDING)
    record = a_record(pending).model_copy(update={"chargebacks": (a_chargeback(PRICE),)})
    assert verdict_on(asks(Kind.REFUND_NOT_RECEIVED, PRICE), record).finding == BOTH

"""What each source is taken to say, and what a contradiction may do to a verdict."""

from datetime import UTC, datetime, timedelta

import pytest

from recourse.disputes.claims import Kind
from recourse.disputes.codes import (
    ISO_8583,
    UNIONPAY,
    network_of,
    response,
    reversal_reason,
)
from recourse.disputes.records import (
    Record,
    Refund,
    RefundStatus,
)
from recourse.disputes.settlement import UNIONPAY as UNIONPAY_DAY
from recourse.disputes.verdicts import Confidence, Source, Words
from recourse.disputes.verdicts.messages import Deed, Till, is_void, till, void_or_refund
from recourse.disputes.verdicts.sources import Says, hear, impossible
from recourse.disputes.verdicts.voices import DEEDS
from recourse.disputes.vocabulary import Cause, Result
from templates.words import LANGUAGES, words
from tests.disputes.building import PRICE, SOLD, a_claim, a_record, a_refund, a_sale, cny
from tests.disputes.witnesses import ARN, REFUND, VOID, a_line, an_event, files, judged, told_by


@pytest.mark.parametrize(
    ("mti", "processing_code", "deed"),
    [
        ("0200", "200000", Deed.VOID),
        ("0201", "200000", Deed.VOID),
        ("0220", "200000", Deed.REFUND),
        ("0221", "203000", Deed.REFUND),
        ("0200", "000000", None),
        ("", "200000", None),
        ("0220", "", None),
    ],
)
def test_void_and_refund_differ_by_message_type_alone(
    mti: str, processing_code: str, deed: Deed | None
) -> None:
    """Void and refund share processing code 20; the message type tells them apart, and its
    last digit only marks a repeat."""
    assert void_or_refund(mti, processing_code) is deed


def test_a_void_that_the_till_calls_a_refund_is_a_void() -> None:
    """The message type goes before what a journal calls the line."""
    assert till(told_by(an_event("refund", **VOID))) is Till.UNDONE
    assert till(told_by(an_event("void", **REFUND))) is Till.SILENT
    assert till(told_by(an_event("void"))) is Till.UNDONE


def a_void(minor: int = PRICE, hours: int = 1, number: int = 1) -> Refund:
    return a_refund(minor, number=number, at=SOLD + timedelta(hours=hours), **VOID)


@pytest.mark.parametrize(
    ("refunds", "wrong"),
    [
        ((a_void(),), 0),
        ((a_void(PRICE - 1),), 1),
        ((a_void(hours=48),), 1),
        ((a_refund(100, number=2, at=SOLD + timedelta(minutes=1)), a_void()), 1),
        ((a_void(), a_refund(100, number=2)), 0),
        ((a_refund(PRICE - 1),), 0),
    ],
    ids=["whole", "part", "another day", "after a refund", "before one", "a refund"],
)
def test_a_void_gives_all_back_on_the_day(refunds: tuple[Refund, ...], wrong: int) -> None:
    """A void returns the whole sale on its settlement day and never after a refund: anything
    else that is called one is reported, and nothing is paid upon it."""
    record = a_record(*refunds)
    assert len(impossible(record)) == wrong
    verdict = judged(a_claim(refund={"requested": cny(PRICE)}), record)
    if wrong:
        assert verdict.finding == "books_contradict_themselves"
        assert not verdict.corrections
        assert "void_impossible" in {voice.says for voice in verdict.said}


def test_a_settlement_day_ends_at_eleven() -> None:
    """A void at half past eleven of a sale in the afternoon is of the next settlement day."""
    afternoon = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
    late = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
    void = a_refund(PRICE, at=late, **VOID)
    assert impossible(a_record(void, sale=a_sale(at=afternoon))) == (void,)
    assert impossible(a_record(void, sale=a_sale(at=late - timedelta(minutes=5)))) == ()
    assert is_void(void)


def test_a_refund_has_an_arn_of_its_own() -> None:
    """A refund under the ARN of its sale is a contradiction, and is reported with it."""
    record = a_record(a_refund(10000, arn=ARN), sale=a_sale(arn=ARN))
    verdict = judged(a_claim(Kind.REFUND_NOT_RECEIVED, refund={"requested": cny(10000)}), record)
    assert verdict.missing == ("arn_trace",)
    assert ("refund_with_arn_of_sale", ARN) in {(v.says, v.code) for v in verdict.said}
    other = a_record(a_refund(10000, arn="7" * 23), sale=a_sale(arn=ARN))
    assert impossible(other) == ()


@pytest.mark.parametrize("code", ["A2", "A4", "A5", "A6", "68", "96", "98"])
def test_shown_as_success_is_not_success_yet(code: str) -> None:
    """Defective success and time-outs are in doubt wherever they are read, until the
    clearing file has the sale; then the sale is good."""
    sale = a_sale(card_brand="unionpay", response=code)
    for record in (Record(sale=sale), told_by(an_event("approved", response=code))):
        claim = a_claim(Kind.RECEIPT_NOT_PRINTED)
        verdict = judged(claim, record)
        assert (verdict.in_doubt, verdict.finding) == (True, "success_unconfirmed")
        line = a_line("charge", PRICE)
        settled = record.model_copy(update={"settlement": files(line)})
        assert judged(claim, settled).finding == "sale_good_slip_missing"


def test_a_reversal_that_waits_holds_everything() -> None:
    """While a reversal waits for the terminal's next online transaction nothing is paid,
    whatever the claim; when it was sent and booked, the hold is over."""
    queued = an_event("reversal_queued", response="4021")
    for kind in Kind:
        verdict = judged(a_claim(kind, refund={"requested": cny(100)}), told_by(queued))
        assert (verdict.in_doubt, verdict.finding) == (True, "reversal_waits"), kind
        assert verdict.missing == ("terminal_log",)
    sent = an_event("reversal_sent", 2)
    booked = told_by(queued, sent, sale=a_sale("reversed", card_brand="unionpay"))
    verdict = judged(a_claim(Kind.RECEIPT_NOT_PRINTED), booked)
    assert (verdict.finding, verdict.cause) == ("reversed_by_itself", Cause.REVERSED_BY_TIMEOUT)


@pytest.mark.parametrize(
    ("told", "cause"),
    [
        ("4005", Cause.AMOUNT_MISMATCH),
        ("4006", Cause.REVERSED_BY_TIMEOUT),
        ("4007", Cause.SYSTEM_FAULT),
        ("4013", Cause.NETWORK_DELAY),
        ("4021", Cause.REVERSED_BY_TIMEOUT),
        ("4353", Cause.REVERSED_BY_TIMEOUT),
        ("", Cause.REVERSED_IN_ERROR),
        ("9999", Cause.REVERSED_IN_ERROR),
    ],
)
def test_a_reversal_names_its_cause(told: str, cause: Cause) -> None:
    """The reason code of a reversal names the cause of a payment that came back."""
    sale = a_sale("reversed", card_brand="unionpay", reversal_reason=told)
    assert judged(a_claim(Kind.PAYMENT_REVERSED, claimant="merchant"), Record(sale=sale)).cause is (
        cause
    )


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("12", Cause.OPERATOR_ERROR),
        ("14", Cause.WRONG_CARD_DATA),
        ("22", Cause.POLICY_RESTRICTION),
        ("25", Cause.OPERATOR_ERROR),
        ("58", Cause.MISCONFIGURATION),
        ("64", Cause.AMOUNT_MISMATCH),
        ("94", Cause.SYSTEM_FAULT),
        ("05", Cause.REFUND_NEVER_SUBMITTED),
    ],
)
def test_a_refused_refund_names_its_cause(code: str, cause: Cause) -> None:
    """The answer with which a till's refund was refused names why it never arrived."""
    refused = an_event("declined", response=code, amount=cny(5000), **REFUND)
    claim = a_claim(Kind.REFUND_NOT_RECEIVED, refund={"requested": cny(5000)})
    verdict = judged(claim, told_by(refused), Words(store=Result.CONFIRMS))
    assert (verdict.finding, verdict.cause) == ("no_refund_on_record", cause)


def test_codes_belong_to_a_network() -> None:
    """A code means what its own network says. Of a network that is not known it means what
    leaves the most in doubt."""
    assert response(UNIONPAY, "A2") is not None
    assert response(ISO_8583, "A2") is None
    assert reversal_reason(UNIONPAY, "4353") is not None
    assert reversal_reason(ISO_8583, "4353") is None
    unknown = response("", "98")
    assert unknown is not None
    assert unknown.doubt
    assert [network_of(brand) for brand in ("UnionPay", "visa", "")] == [UNIONPAY, ISO_8583, ""]


def test_another_sales_lines_say_nothing() -> None:
    """Lines about another sale, or about another amount without naming a sale, are not
    heard."""
    others = told_by(
        an_event("declined", sale="999"),
        an_event("declined", sale=""),
        an_event("declined", sale="", amount=cny(PRICE + 1)),
        an_event("reversal_queued", sale="", amount=cny(PRICE + 1)),
    )
    assert till(others) is Till.SILENT
    assert till(told_by(an_event("declined", sale="", amount=cny(PRICE)))) is Till.DECLINED


@pytest.mark.parametrize(
    ("refund", "lines", "says"),
    [
        (a_refund(100), ((100, {}),), Says.PRESENT),
        (a_refund(100), ((99, {}),), Says.CONTRADICTING),
        (a_refund(100), ((100, {"card_last4": "1111"}),), Says.CONTRADICTING),
        (a_refund(100), ((100, {"reference": "R9"}),), Says.CONTRADICTING),
        (a_refund(100), ((100, {}), (-100, {})), Says.CONTRADICTING),
        (a_refund(100), (), Says.ABSENT),
        (a_refund(100, RefundStatus.PENDING), (), Says.OPEN),
        (a_refund(100, RefundStatus.PENDING), ((100, {}),), Says.PRESENT),
        (a_refund(100, RefundStatus.FAILED), ((100, {}),), Says.CONTRADICTING),
        (a_refund(100, RefundStatus.RETURNED), ((100, {}),), Says.CONTRADICTING),
        (a_refund(100, RefundStatus.RETURNED), ((100, {}), (-100, {})), Says.PRESENT),
        (a_refund(100, RefundStatus.ABNORMAL), ((100, {}),), Says.PRESENT),
        (a_refund(100, posted_at=SOLD + timedelta(days=30)), (), Says.OPEN),
    ],
)
def test_a_refund_against_its_lines(
    refund: Refund, lines: tuple[tuple[int, dict[str, str]], ...], says: Says
) -> None:
    """A posted refund has a line of its amount and card by its day; one that came back has
    another that takes it away again, and while it has not, the money is out. Of days whose
    file is not complete nothing is said."""
    found = [
        a_line("credit" if minor > 0 else "charge", abs(minor), **({"reference": "R1"} | told))
        for minor, told in lines
    ]
    record = a_record(refund).model_copy(update={"settlement": files(*found)})
    assert hear(a_claim(refund={"requested": cny(100)}), record).settlement is says


def test_a_reversal_in_a_file_to_come_is_no_contradiction() -> None:
    """A sale that was reversed days later stands in the file of its own day: only the file
    of the reversal's day can contradict."""
    line = a_line("charge", PRICE)
    for days, says in ((3, Says.OPEN), (8, Says.PRESENT)):
        sale = a_sale("reversed", reversed_at=SOLD + timedelta(days=6))
        record = Record(sale=sale, settlement=files(line, days=days))
        assert hear(a_claim(Kind.RECEIPT_NOT_PRINTED), record).settlement is says


def test_once_the_acquirer_has_answered_a_person_decides() -> None:
    """A conflict is held until the acquirer's people have answered; then what the books
    prove is proposed, never as sure, with who says what."""
    record = told_by(an_event("declined", response="51"))
    claim = a_claim(Kind.RECEIPT_LOST)
    assert judged(claim, record).in_doubt
    verdict = judged(claim, record, Words(acquirer=Result.UPHELD))
    assert not verdict.in_doubt
    assert verdict.amount == cny(PRICE)
    assert verdict.confidence is Confidence.UNCLEAR
    assert verdict.said


def test_the_report_says_who_says_what() -> None:
    """A conflict report has every source, each with amount, moment or day, and code."""
    sent = an_event("reversal_sent", amount=cny(PRICE), response="4021")
    record = told_by(sent).model_copy(update={"settlement": files(a_line("charge", PRICE))})
    claim = a_claim(Kind.RECEIPT_NOT_PRINTED)
    verdict = judged(claim, record)
    assert verdict.finding == "taken_against_terminal"
    assert [(v.source, v.says, v.amount, v.code) for v in verdict.said] == [
        (Source.CLAIM, "claim_receipt_not_printed", cny(PRICE), ""),
        (Source.POS, "till_reversal_sent", cny(PRICE), "4021"),
        (Source.ACQUIRER, "sale_captured", cny(PRICE), ""),
        (Source.SETTLEMENT, "line_sale", cny(PRICE), ""),
    ]
    assert verdict.said[3].day == UNIONPAY_DAY.day_of(SOLD)


def test_everything_a_source_can_say_has_words() -> None:
    """Every code of a conflict report reads in every language."""
    said_codes = {
        *(f"claim_{kind.value}" for kind in Kind),
        *DEEDS.values(),
        "till_silent",
        "till_defective_success",
        *(f"sale_{s}" for s in ("captured", "failed", "reversed", "in_doubt", "unconfirmed")),
        *(f"{what}_{s.value}" for what in ("refund", "void", "debit") for s in RefundStatus),
        "void_impossible",
        "refund_with_arn_of_sale",
        *(f"line_{what}" for what in ("sale", "reversal", "refund", "return")),
        "line_debit",
        "line_debit_returned",
        "no_line",
        "no_file_yet",
        "settlement_not_asked",
    }
    for language in LANGUAGES:
        assert {code for code in said_codes if not words(language).has("voices", code)} == set()
        assert all(words(language).has("sources", source.value) for source in Source)

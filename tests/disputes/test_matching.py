"""Finding the sale without its slip: how sure, why, and what to ask next."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recourse.disputes.claims import ClaimedSale
from recourse.disputes.matching import Gathering, Grade, compare, match, queries_for
from recourse.disputes.records import Sale, SaleQuery
from tests.acquirers.answering import agrees
from tests.disputes.building import PRICE, SOLD, a_sale, cny

AMOUNT = {"amount": cny(PRICE)}
DAY = {"at": SOLD + timedelta(days=2)}
CARD = {"card_last4": "4242"}
LONG_AFTER = {"at": SOLD + timedelta(days=50)}
KEYS = {"auth_code": "887464", "terminal": "T0000001"}


def known(**fields: Any) -> ClaimedSale:
    return ClaimedSale.model_validate(fields)


@pytest.mark.parametrize(
    ("told", "store", "grade", "question"),
    [
        ({"reference": "536365"}, "", Grade.EXACT, ""),
        ({"rrn": "632404123456"} | DAY, "", Grade.EXACT, ""),
        ({"rrn": "632404123456"}, "", Grade.WEAK, "sale_amount"),
        (KEYS | AMOUNT | DAY, "", Grade.EXACT, ""),
        (KEYS | AMOUNT, "", Grade.WEAK, "sale_date"),
        (AMOUNT | DAY | CARD, "S01", Grade.STRONG, ""),
        (AMOUNT | DAY | CARD | {"terminal": "T0000001"}, "", Grade.STRONG, ""),
        (AMOUNT | DAY | CARD, "", Grade.WEAK, "statement_line"),
        (AMOUNT | DAY | CARD, "S02", Grade.WEAK, "statement_line"),
        (AMOUNT | DAY, "S01", Grade.WEAK, "card_last4"),
        (AMOUNT | DAY, "", Grade.WEAK, "card_last4"),
        (AMOUNT | {"at": SOLD + timedelta(days=9)} | CARD, "S01", Grade.WEAK, "sale_date"),
        (AMOUNT | DAY | {"card_last4": "1111"}, "S01", Grade.WEAK, "card_last4"),
        ({"amount": cny(99)} | DAY | CARD, "S01", Grade.WEAK, "sale_amount"),
        ({}, "S01", Grade.WEAK, "sale_amount"),
    ],
)
def test_one_candidate_is_graded_by_what_agrees(
    told: dict[str, Any], store: str, grade: Grade, question: str
) -> None:
    """One candidate is taken for the sale only when enough agrees; amount and day alone are
    weak, and ask on."""
    found = match(known(**told), store, (a_sale(),))
    assert (found.grade, found.question) == (grade, question)
    if grade is Grade.WEAK:
        assert found.sale is None
        assert found.candidates == (a_sale(),)
    else:
        assert found.sale == a_sale()


def test_the_reasons_are_what_agrees() -> None:
    """The reasons of a match name every field that agrees and no other."""
    told = known(**AMOUNT, **DAY, card_last4="1111", terminal="T0000001")
    assert set(match(told, "S01", (a_sale(),)).reasons) == {
        "terminal",
        "store",
        "sale_amount",
        "sale_date",
    }


def test_nothing_told_agrees_with_nothing() -> None:
    """Fields that nobody told do not agree because both are empty."""
    bare = a_sale(terminal="", store="", rrn="", auth_code="", card_last4="")
    assert match(known(), "", (bare,)).reasons == ()


@pytest.mark.parametrize(
    ("told", "question"),
    [
        ({}, "sale_amount"),
        (AMOUNT, "sale_date"),
        (AMOUNT | DAY, "card_last4"),
        (AMOUNT | DAY | CARD, "statement_line"),
    ],
)
def test_no_candidate_asks_for_what_is_missing(told: dict[str, Any], question: str) -> None:
    """Nothing found: the most telling thing nobody has told is asked for."""
    found = match(known(**told), "S01", ())
    assert (found.grade, found.sale, found.question) == (Grade.NONE, None, question)


def two(**second: Any) -> tuple[Sale, ...]:
    return (a_sale(), a_sale(reference="536366", **second))


@pytest.mark.parametrize(
    ("told", "sales", "question"),
    [
        ({}, two(card_last4="1111"), "card_last4"),
        ({}, two(at=SOLD + timedelta(days=1)), "sale_date"),
        ({"at": SOLD}, two(at=SOLD + timedelta(days=1)), "statement_line"),
        (DAY, two(at=SOLD + timedelta(days=1)), "sale_date"),
        (CARD, two(card_last4="4242", card_brand="visa"), "card_brand"),
        (
            {"card_last4": "0000"},
            (a_sale(wallet=True), a_sale(reference="2", wallet=True, card_last4="1111")),
            "card_last4",
        ),
        ({}, two(amount=cny(5), captured=5), "sale_amount"),
        ({}, two(), "statement_line"),
        (DAY, two(at=SOLD + timedelta(days=1), card_last4="1111"), "card_last4"),
        (
            {},
            (
                a_sale(),
                a_sale(reference="2", card_last4="1111"),
                a_sale(reference="3", card_last4="2222", at=SOLD + timedelta(days=1)),
            ),
            "card_last4",
        ),
    ],
)
def test_several_candidates_ask_what_splits_them_best(
    told: dict[str, Any], sales: tuple[Sale, ...], question: str
) -> None:
    """Of several sales the question is the one nobody answered yet that tells most apart. An
    answer that agrees with none of them, as that of a plastic card paid by telephone, is asked
    for once more."""
    found = match(known(**told), "S01", sales)
    assert (found.grade, found.question) == (Grade.AMBIGUOUS, question)


def test_when_all_are_contradicted_those_least_so_are_shown() -> None:
    """Of sales that something told rules out, none is called fitting; those are shown of which
    the least speaks against them, the very amount first, and what they differ in is asked."""
    near = a_sale(reference="2", card_last4="1111", amount=cny(PRICE * 11 // 10), at=SOLD)
    same = a_sale(reference="1", card_last4="2222", at=SOLD - timedelta(days=1))
    off = a_sale(reference="3", card_last4="3333", store="S02")
    found = match(known(**AMOUNT, at=SOLD, card_last4="9999"), "S01", (near, same, off))
    assert (found.grade, found.sale) == (Grade.WEAK, None)
    assert [sale.reference for sale in found.candidates] == ["1", "2"]
    assert found.question == "card_last4"


several = st.lists(
    st.builds(
        lambda number, card, days: a_sale(
            reference=f"S{number}", card_last4=card, at=SOLD + timedelta(days=days)
        ),
        st.integers(0, 99),
        st.sampled_from(("4242", "1111", "")),
        st.integers(0, 5),
    ),
    min_size=2,
    max_size=30,
).map(tuple)
some_fields = st.fixed_dictionaries(
    {},
    optional={
        "reference": st.just("S1"),
        "rrn": st.just("632404123456"),
        "auth_code": st.just("887464"),
        "terminal": st.just("T0000001"),
        "amount": st.just(cny(PRICE)),
        "at": st.just(SOLD),
        "card_last4": st.sampled_from(("4242", "1111")),
    },
)


@settings(deadline=None)
@given(some_fields, several)
def test_none_of_several_is_chosen(told: dict[str, Any], sales: tuple[Sale, ...]) -> None:
    """Of several that nothing contradicts none is taken: a person chooses, or the customer
    answers one question."""
    found = match(known(**told), "S01", sales)
    standing = [hit for hit in found.hits if hit.stands]
    if len(standing) == 1:
        assert found.sale in (None, standing[0].sale)
        return
    assert found.sale is None
    if len(standing) > 1:
        assert found.grade is Grade.AMBIGUOUS
        assert set(found.candidates) <= {hit.sale for hit in standing}
    else:
        assert found.grade is Grade.WEAK
    assert found.question
    assert set(found.candidates) <= set(sales)
    assert len(found.candidates) <= 20


@settings(deadline=None)
@given(some_fields, st.integers(0, 60))
def test_what_is_asked_goes_from_narrow_to_wide(told: dict[str, Any], days: int) -> None:
    """A reference comes first and alone: what people misremember must not hide the sale it
    names. Then all that is told narrows the search, and no query is about everybody's sales."""
    asked = queries_for(known(**told), "S01", days)
    assert len(asked) == len(set(asked)) <= 7
    assert SaleQuery() not in asked
    assert SaleQuery(store="S01") not in asked
    if "reference" in told:
        assert asked[0] == SaleQuery(reference="S1")
        asked = asked[1:]
    if set(told) <= {"reference", "terminal"}:
        assert not asked
        return
    narrow = asked[0]
    assert narrow.store == "S01"
    for name in ("rrn", "auth_code", "terminal", "amount", "card_last4"):
        assert getattr(narrow, name) == told.get(name, getattr(SaleQuery(), name))
    span = timedelta(days=days)
    bounds = (SOLD.astimezone(UTC) - span, SOLD.astimezone(UTC) + span)
    assert (narrow.since, narrow.until) == (bounds if "at" in told else (None, None))


def found_by(told: dict[str, Any], **sale: Any) -> bool:
    """Whether some query of those for what is told is one that the sale agrees with."""
    held = a_sale(**sale)
    return any(agrees(held, query) for query in queries_for(known(**told), "S01", 3))


TOLD = AMOUNT | {"at": SOLD, "card_last4": "4242"}


@pytest.mark.parametrize(
    ("told", "held"),
    [
        (TOLD, {}),
        (TOLD, {"card_last4": "1111"}),
        (TOLD, {"amount": cny(PRICE * 6 // 5), "captured": PRICE * 6 // 5}),
        (TOLD, {"amount": cny(PRICE * 2)}),
        (TOLD, {"at": SOLD - timedelta(days=4)}),
        (TOLD, {"store": "S02"}),
        (TOLD | {"terminal": "T9"}, {}),
        (TOLD | {"reference": "1"}, {}),
        (TOLD | {"auth_code": "000000"}, {}),
        (TOLD | {"rrn": "000000000000"}, {}),
        (TOLD | {"rrn": "632404123456"}, {"amount": cny(5), "captured": 5, "card_last4": ""}),
        (TOLD | {"auth_code": "887464"}, {"amount": cny(5), "captured": 5, "card_last4": ""}),
        ({"stan": "000042", "batch": "000007", "terminal": "T0000001", "at": SOLD}, {}),
        ({"stan": "000042", "batch": "000009", "terminal": "T0000001", "at": SOLD}, {}),
        ({"at": SOLD, "card_last4": "4242", "terminal": "T9"}, {}),
        ({"at": SOLD, "card_last4": "1111", "terminal": "T0000001"}, {}),
    ],
)
def test_what_people_misremember_hides_no_sale(told: dict[str, Any], held: dict[str, Any]) -> None:
    """A tip, a part that was approved, another card's digits, a day further off, another store
    and a number read wrongly are each found all the same."""
    assert found_by(told, **({"stan": "000042", "batch": "000007"} | held))


def test_a_search_has_its_limits() -> None:
    """What is told wrongly in everything is not found: the whole book is never an answer."""
    assert not found_by(TOLD, amount=cny(PRICE * 9), card_last4="1111", store="S02")
    assert not found_by(TOLD, at=SOLD - timedelta(days=5))


def findings(told: dict[str, Any], **sale: Any) -> dict[str, str]:
    """What is said of each field, by its code."""
    found = compare(known(**told), "", a_sale(**sale))
    return {finding.field: finding.code for finding in found}


@pytest.mark.parametrize(
    ("told", "held", "taken", "code"),
    [
        (10_000, 10_000, 10_000, "sale_amount_agrees"),
        (10_000, 11_500, 11_500, "sale_amount_tip"),
        (10_000, 13_000, 13_000, "sale_amount_tip"),
        (10_000, 13_001, 13_001, "sale_amount_contradicts"),
        (10_000, 9_800, 9_800, "sale_amount_rounded"),
        (10_000, 9_799, 9_799, "sale_amount_contradicts"),
        (6_000, 10_000, 6_000, "sale_amount_partial_approval"),
        (10_000, 10_000, 6_000, "sale_amount_agrees"),
        (11_500, 10_000, 11_500, "sale_amount_tip"),
        (6_000, 10_000, 0, "sale_amount_contradicts"),
        (10_000, 100_000, 100_000, "sale_amount_contradicts"),
    ],
)
def test_amounts_with_an_innocent_reason(told: int, held: int, taken: int, code: str) -> None:
    """A tip, a rounding and a partial approval explain a difference; nothing else does."""
    said = findings({"amount": cny(told)}, amount=cny(held), captured=taken)
    assert said["sale_amount"] == code


def test_another_currency_says_nothing() -> None:
    """The holder of a foreign card tells what his statement shows."""
    assert findings({"amount": {"amount": "139.12", "currency": "USD"}}) == {}


@pytest.mark.parametrize(
    ("off", "code"),
    [
        (timedelta(), "sale_date_agrees"),
        (timedelta(minutes=-10), "sale_date_agrees"),
        (timedelta(hours=8), "sale_date_agrees"),
        (timedelta(hours=22, minutes=59), "sale_date_agrees"),
        (timedelta(hours=-8), "sale_date_time_zone"),
        (timedelta(hours=-8, minutes=4), "sale_date_time_zone"),
        (timedelta(days=2, hours=1, minutes=20), "sale_date_clearing_date"),
        (timedelta(days=3), "sale_date_clearing_date"),
        (timedelta(days=3, seconds=1), "sale_date_contradicts"),
        (timedelta(days=-4), "sale_date_contradicts"),
    ],
)
def test_times_with_an_innocent_reason(off: timedelta, code: str) -> None:
    """The same day is the same day; else clocks are a little apart, zones by whole hours,
    clearing by days; beyond that it is another sale."""
    assert findings({"at": SOLD + off})["sale_date"] == code


def test_the_day_is_the_day_of_whoever_tells_it() -> None:
    """A sale at eleven at night in Shanghai is of that day, whatever day it is in London."""
    sold = datetime.fromisoformat("2026-11-20T15:20:00+00:00")
    told = datetime.fromisoformat("2026-11-20T09:47:00+08:00")
    assert findings({"at": told}, at=sold)["sale_date"] == "sale_date_agrees"


def test_a_telephones_token_contradicts_no_plastic() -> None:
    """Other last four digits say nothing when a telephone paid, and everything when a card did."""
    assert findings(CARD | {"card_last4": "1111"}, wallet=True) == {
        "card_last4": "card_last4_wallet"
    }
    assert findings({"card_last4": "1111"}) == {"card_last4": "card_last4_contradicts"}
    assert findings(CARD, wallet=True) == {"card_last4": "card_last4_agrees"}


def test_a_misread_reference_is_not_taken() -> None:
    """A reference that names a sale of quite another amount is a misreading until somebody says
    otherwise; one whose amount agrees is right, whatever was told of the day."""
    reference = {"reference": "536365"}
    other = match(known(**reference, amount=cny(99_900)), "", (a_sale(),))
    assert (other.grade, other.sale) == (Grade.WEAK, None)
    late = match(known(**reference, **AMOUNT, at=SOLD + timedelta(days=30)), "", (a_sale(),))
    assert late.grade is Grade.STRONG
    assert late.findings == {
        "536365": ("reference_agrees", "sale_amount_agrees", "sale_date_contradicts")
    }
    alone = match(known(**reference, at=SOLD + timedelta(days=30)), "", (a_sale(),))
    assert (alone.grade, alone.sale, alone.question) == (Grade.WEAK, None, "sale_date")


@pytest.mark.parametrize(
    ("told", "grade"),
    [
        (AMOUNT | {"card_last4": "1111"}, Grade.STRONG),
        (AMOUNT | {"card_last4": "1111", "card_brand": "visa"}, Grade.STRONG),
        (AMOUNT | LONG_AFTER, Grade.STRONG),
        (AMOUNT | LONG_AFTER | {"card_last4": "1111"}, Grade.WEAK),
        (AMOUNT | LONG_AFTER | {"card_brand": "visa"}, Grade.WEAK),
        ({"amount": cny(PRICE * 9 // 10)} | LONG_AFTER, Grade.WEAK),
        ({"amount": cny(PRICE * 9 // 10), "card_last4": "1111"}, Grade.WEAK),
        (
            {"amount": cny(PRICE * 7 // 9), "card_last4": "1111", "card_brand": "visa"}
            | LONG_AFTER,
            Grade.WEAK,
        ),
    ],
)
def test_a_reference_is_vouched_for_by_the_very_amount(told: dict[str, Any], grade: Grade) -> None:
    """A reference that is told is believed against one thing that was told otherwise, the day or
    the card, when the amount is the very one; about the amount is what a neighbour's sale has
    too, and two things that are wrong are another sale."""
    sale = a_sale(card_brand="unionpay")
    found = match(known(reference="536365", **told), "S01", (sale,))
    assert (found.grade, found.sale) == (grade, sale if grade is Grade.STRONG else None)


def test_a_slip_of_another_number_is_not_taken() -> None:
    """A sale with all that is told but for the reference is shown, and taken by nobody."""
    told = known(reference="536364", **AMOUNT, **CARD, at=SOLD)
    assert match(told, "S01", (a_sale(),)).grade is Grade.WEAK
    gathered = Gathering(told, "S01")
    assert not gathered.add([a_sale()])
    assert gathered.add([a_sale(reference="536364"), a_sale(reference="3")])
    assert gathered.add([])
    assert [one.sale.reference for one in gathered.match.hits] == ["536364", "536365", "3"]


NUMBERED = {"reference": "536365"}
CODED = KEYS | AMOUNT


@pytest.mark.parametrize(
    ("told", "held", "ends"),
    [
        (AMOUNT | CARD | {"at": SOLD}, {}, False),
        (AMOUNT | {"at": SOLD}, {}, True),
        (AMOUNT | {"at": SOLD}, {"at": SOLD - timedelta(days=1)}, False),
        (AMOUNT | CARD | {"at": SOLD}, {"at": SOLD - timedelta(days=1)}, False),
        (AMOUNT | CARD | {"at": SOLD}, {"amount": cny(PRICE * 9 // 10)}, False),
        (AMOUNT | CARD | {"at": SOLD}, {"card_last4": "1111", "wallet": True}, True),
        (NUMBERED | AMOUNT | {"at": SOLD}, {"at": SOLD - timedelta(days=1)}, True),
        (NUMBERED | AMOUNT | {"at": SOLD}, {"at": SOLD - timedelta(days=9)}, True),
        ({"rrn": "632404123456", "at": SOLD}, {"at": SOLD - timedelta(days=1)}, True),
        (CODED | {"at": SOLD}, {"at": SOLD - timedelta(days=1)}, True),
    ],
)
def test_what_is_only_near_or_remembered_ends_no_search(
    told: dict[str, Any], held: dict[str, Any], ends: bool
) -> None:
    """A day or an amount that is only near leaves room for a sale that fits better, and card and
    amount for another of the same customer; a number that names one sale leaves none."""
    assert Gathering(known(**told), "S01").add([a_sale(**held)]) is ends


def test_what_is_only_near_is_not_taken_where_the_search_was_cut_short() -> None:
    """Card and amount take a sale of another day when no other fits in the whole search, not when
    the rest of it was refused; the very day or a reference does, whatever is refused."""
    gathered = Gathering(known(**AMOUNT, **CARD, **DAY), "S01")
    assert not gathered.add([a_sale()])
    assert gathered.match.grade is Grade.STRONG
    gathered.cut_short()
    assert (gathered.match.grade, gathered.match.candidates) == (Grade.WEAK, (a_sale(),))
    assert match(known(**AMOUNT, **CARD, **DAY), "S01", (a_sale(),), whole=False).sale is None
    the_day = known(**AMOUNT, **CARD, at=SOLD)
    assert match(the_day, "S01", (a_sale(),), whole=False).grade is Grade.STRONG
    vouched = known(reference="536365", **AMOUNT, **LONG_AFTER)
    assert match(vouched, "S01", (a_sale(),), whole=False).grade is Grade.STRONG


def test_where_there_may_be_more_none_is_taken() -> None:
    """An answer that is as long as anybody looks at may have left the right one out: a number
    that names one sale is believed still, and amount and card of the very day; amount and card of
    another day are not."""
    others = tuple(a_sale(reference=f"X{n}", store="S02") for n in range(19))
    found = match(known(**AMOUNT, **DAY, **CARD), "S01", (a_sale(), *others))
    assert (found.grade, found.candidates) == (Grade.WEAK, (a_sale(),))
    fewer = match(known(**AMOUNT, **DAY, **CARD), "S01", (a_sale(), *others[1:]))
    assert fewer.grade is Grade.STRONG
    same = match(known(**AMOUNT, **CARD, at=SOLD), "S01", (a_sale(), *others))
    assert same.grade is Grade.STRONG
    slip = known(rrn="632404123456", **DAY)
    numbered = match(slip, "", (a_sale(), *(o.model_copy(update={"rrn": "1"}) for o in others)))
    assert numbered.grade is Grade.EXACT


def test_the_likeliest_are_kept() -> None:
    """Of more than anybody looks at those are kept that fit best, not the newest."""
    newer = tuple(
        a_sale(reference=f"X{n}", card_last4="1111", at=SOLD + timedelta(hours=n))
        for n in range(40)
    )
    gathered = Gathering(known(**AMOUNT, **CARD), "S01")
    assert not gathered.add(newer)
    assert gathered.add([a_sale()])
    assert gathered.match.hits[0].sale == a_sale()
    assert len(gathered.match.hits) == 20


def test_a_trace_number_needs_its_batch() -> None:
    """A trace number names a sale with batch, till and day; alone it is worth little, because
    it wraps."""
    sale = a_sale(stan="000042", batch="000007")
    slip = {"stan": "000042", "terminal": "T0000001"} | DAY
    assert match(known(**slip), "", (sale,)).grade is Grade.WEAK
    assert match(known(**slip, batch="000007"), "", (sale,)).grade is Grade.EXACT


def test_what_contradicts_falls_out() -> None:
    """Of two sales of one amount the one on another card is not the one; the reasons say why."""
    sales = two(card_last4="1111")
    found = match(known(**AMOUNT, **DAY, **CARD), "S01", sales)
    assert (found.grade, found.sale) == (Grade.STRONG, sales[0])
    assert [hit.sale for hit in found.hits] == list(sales)
    assert "card_last4_contradicts" in {finding.code for finding in found.hits[1].findings}


@settings(deadline=None)
@given(some_fields, several, st.randoms(use_true_random=False))
def test_the_order_of_candidates_never_matters(
    told: dict[str, Any], sales: tuple[Sale, ...], dice: random.Random
) -> None:
    """However the acquirer sorts its answer, the grade, the sale and the question are the same."""
    shuffled = list(sales)
    dice.shuffle(shuffled)
    one, other = (match(known(**told), "S01", tuple(s)) for s in (sales, shuffled))
    assert (one.grade, one.sale, one.question) == (other.grade, other.sale, other.question)


ORDER = [Grade.NONE, Grade.WEAK, Grade.AMBIGUOUS, Grade.STRONG, Grade.EXACT]
AGREEING = {
    "reference": "536365",
    "rrn": "632404123456",
    "auth_code": "887464",
    "terminal": "T0000001",
    "amount": cny(PRICE),
    "at": SOLD,
    "card_last4": "4242",
}


@settings(deadline=None)
@given(st.sets(st.sampled_from(sorted(AGREEING))), st.sampled_from(sorted(AGREEING)))
def test_more_that_agrees_never_lowers_the_grade(told: set[str], more: str) -> None:
    """Whoever tells more that is true is believed no less."""
    before = match(known(**{name: AGREEING[name] for name in told}), "S01", (a_sale(),))
    after = match(known(**{name: AGREEING[name] for name in told | {more}}), "S01", (a_sale(),))
    assert ORDER.index(after.grade) >= ORDER.index(before.grade)


WRONG = {
    "reference": "999999",
    "rrn": "000000000000",
    "auth_code": "000000",
    "terminal": "T9999999",
    "amount": cny(PRICE * 10),
    "at": SOLD + timedelta(days=40),
    "card_last4": "0000",
}


@settings(deadline=None)
@given(st.sets(st.sampled_from(sorted(AGREEING))), st.sampled_from(sorted(WRONG)))
def test_what_contradicts_never_raises_the_grade(told: set[str], wrong: str) -> None:
    """Whoever tells something false is believed no more for it."""
    true = {name: AGREEING[name] for name in told - {wrong}}
    before = match(known(**true), "S01", (a_sale(),))
    after = match(known(**true, **{wrong: WRONG[wrong]}), "S01", (a_sale(),))
    assert ORDER.index(after.grade) <= ORDER.index(before.grade)


@settings(deadline=None)
@given(some_fields, several, st.sampled_from(("4242", "1111")))
def test_what_contradicts_takes_no_other_grade_than_by_falling_out(
    told: dict[str, Any], sales: tuple[Sale, ...], card: str
) -> None:
    """One more field told never brings a sale back that has fallen out, unless its reference and
    its amount vouch for it."""
    before = match(known(**told), "S01", sales)
    after = match(known(**(told | {"card_last4": card})), "S01", sales)
    if "card_last4" in told:
        return
    stood = {hit.sale for hit in before.hits if hit.stands}
    assert {hit.sale for hit in after.hits if hit.stands} <= stood

"""Stripe's states and errors, each with its place in the port. Stripe's answers are written out
here as its documentation shows them, because the server beside us knows few of them."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import httpx2
import pytest

from recourse.acquirers.errors import (
    AcquirerCannot,
    AcquirerMisconfigured,
    AcquirerRejected,
    AcquirerUnavailable,
)
from recourse.acquirers.stripe.adapter import StripeAcquirer
from recourse.acquirers.stripe.wire import EFFECT, from_money, to_money
from recourse.disputes.effects import AnswerKind, Remedy, RequestKind, RequestOrder
from recourse.disputes.money import Money
from recourse.disputes.records import RefundStatus, SaleQuery
from tests.acquirers.conftest import START, an_order, cny

EFFECT_ID = "case-1:refund:1"
SECRET = "sk_test_secret"
NAME = "Wang Fang"

Answering = Callable[[httpx2.Request], httpx2.Response]


def charge(**more: Any) -> dict[str, Any]:
    return {
        "id": "ch_1",
        "object": "charge",
        "amount": 13912,
        "amount_captured": 13912,
        "captured": True,
        "currency": "cny",
        "created": int(START.timestamp()),
        "status": "succeeded",
        "payment_intent": "pi_1",
        "billing_details": {"name": NAME},
        "payment_method_details": {
            "type": "card_present",
            "card_present": {"last4": "4242", "brand": "visa", "funding": "credit"},
        },
        "metadata": {"terminal": "T1", "store": "S01"},
        **more,
    }


def refund(status: str = "succeeded", effect_id: str = EFFECT_ID, **more: Any) -> dict[str, Any]:
    return {
        "id": "re_1",
        "object": "refund",
        "amount": 10000,
        "charge": "ch_1",
        "currency": "cny",
        "created": int(START.timestamp()) + 60,
        "status": status,
        "metadata": {EFFECT: effect_id},
        **more,
    }


class Account:
    """Answers reads from what is given; an order is answered by ``creating``."""

    def __init__(self, *refunds: dict[str, Any], creating: Answering | None = None) -> None:
        self.charge = charge()
        self.others: list[Any] = []
        """What a search finds besides."""
        self.refunds = list(refunds)
        self.intent: dict[str, Any] = {"id": "pi_1", "status": "requires_capture"}
        self.more = False
        """Whether there are more charges than a search has shown."""
        self.creating = creating
        self.orders: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            self.orders.append(request)
            return self.creating(request) if self.creating else httpx2.Response(200, json=refund())
        if request.url.path == "/v1/refunds":
            return httpx2.Response(200, json={"data": self.refunds, "has_more": False})
        if request.url.path == "/v1/charges":
            found = [self.charge, *self.others]
            return httpx2.Response(200, json={"data": found, "has_more": self.more})
        if request.url.path == "/v1/payment_intents/pi_1":
            return httpx2.Response(200, json=self.intent)
        return httpx2.Response(200, json=self.charge)


def stripe(answering: Answering) -> StripeAcquirer:
    return StripeAcquirer("card", SECRET, transport=httpx2.MockTransport(answering))


def error(status: int, kind: str = "invalid_request_error", code: str = "") -> httpx2.Response:
    body = {"type": kind, "message": f"{NAME} has no card"} | ({"code": code} if code else {})
    return httpx2.Response(status, json={"error": body})


def order(minor: int = 10000, **more: Any) -> Any:
    return an_order(EFFECT_ID, minor, **{"sale": "ch_1", **more})


@pytest.mark.parametrize(
    ("told", "kind", "status", "reason"),
    [
        ({"status": "succeeded"}, AnswerKind.SUCCEEDED, RefundStatus.POSTED, ""),
        (
            {"status": "pending", "pending_reason": "insufficient_funds"},
            AnswerKind.ACCEPTED,
            RefundStatus.PENDING,
            "insufficient_funds",
        ),
        ({"status": "requires_action"}, AnswerKind.ACCEPTED, RefundStatus.NEEDS_ACTION, ""),
        (
            {"status": "failed", "failure_reason": "expired_or_canceled_card"},
            AnswerKind.FAILED,
            RefundStatus.FAILED,
            "expired_or_canceled_card",
        ),
        ({"status": "canceled"}, AnswerKind.FAILED, RefundStatus.FAILED, "canceled"),
        ({"status": "frozen"}, AnswerKind.ACCEPTED, RefundStatus.PENDING, "frozen"),
    ],
)
async def test_every_state_of_a_refund_has_its_place(
    told: dict[str, str], kind: AnswerKind, status: RefundStatus, reason: str
) -> None:
    """All five states of Stripe's, with why; one that nobody knows yet counts as on its way."""
    acquirer = stripe(Account(refund(**told)))
    answer = await acquirer.effect(EFFECT_ID, "ch_1")
    assert (answer.kind, answer.status, answer.reason) == (kind, status, reason)
    (listed,) = await acquirer.refunds("ch_1")
    assert (listed.status, listed.effect_id, listed.card_last4) == (status, EFFECT_ID, "4242")


async def test_a_refund_has_its_own_arn() -> None:
    """The acquirer reference number of the refund, as soon as the network has given it one."""
    card = {
        "reference": "7" * 23,
        "reference_status": "available",
        "reference_type": "acquirer_reference_number",
    }
    told = refund(destination_details={"type": "card", "card": card})
    assert (await stripe(Account(told)).effect(EFFECT_ID, "ch_1")).arn == "7" * 23
    assert (await stripe(Account(refund())).effect(EFFECT_ID, "ch_1")).arn == ""


async def test_of_a_card_only_four_digits_and_the_brand_are_read() -> None:
    """A charge reads as a sale; what Stripe knows of the person is dropped."""
    (sale,) = await stripe(Account()).find_sales(SaleQuery(card_last4="4242", terminal="T1"))
    assert (sale.reference, sale.captured, sale.status) == ("ch_1", cny(13912), "captured")
    assert (sale.card_last4, sale.card_brand, sale.store) == ("4242", "visa", "S01")
    assert NAME not in sale.model_dump_json()
    assert await stripe(Account()).find_sales(SaleQuery(card_last4="1111")) == ()


@pytest.mark.parametrize(
    "other",
    [
        charge(id="ch_2", currency="xxx"),
        charge(id="ch_2", currency="isk", amount=13950),
        {"id": "ch_2", "object": "charge", "billing_details": {"name": NAME}},
    ],
)
async def test_one_charge_that_cannot_be_read_ends_no_search(
    other: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """A charge in a currency that we do not know is left out and counted; it may not hide the
    sale that is looked for. Named itself it is still refused."""
    account = Account()
    account.others = [other]
    (sale,) = await stripe(account).find_sales(SaleQuery(amount=cny(13912)))
    assert sale.reference == "ch_1"
    assert "card: 1 of 2 charges could not be read" in caplog.text
    assert NAME not in caplog.text
    account.charge = other
    with pytest.raises(AcquirerRejected):
        await stripe(account).find_sales(SaleQuery(reference="ch_2"))


async def test_a_list_of_which_nothing_can_be_read_is_no_empty_one() -> None:
    """When no charge of a list is one, Stripe has changed or is another: no sale was not found."""
    account = Account()
    account.charge, account.others = {"id": "ch_1"}, [{"id": "ch_2"}]
    with pytest.raises(AcquirerRejected):
        await stripe(account).find_sales(SaleQuery())


@pytest.mark.parametrize("last", [{"object": "charge"}, {"id": None}, {"id": ""}, "ch_2", None])
async def test_a_list_that_cannot_be_gone_on_with_is_refused(last: Any) -> None:
    """The next page begins after the last charge of this one. Where that has no id, what follows
    is not known, and nobody takes a part of the list for the whole."""
    account = Account()
    account.others, account.more = [last], True
    with pytest.raises(AcquirerRejected, match="has no id"):
        await stripe(account).find_sales(SaleQuery())


async def test_a_charge_in_a_young_currency_is_a_sale() -> None:
    """The Caribbean guilder, since 2025, and the Antillean one that it took the place of."""
    for currency in ("xcg", "ang"):
        account = Account()
        account.charge = charge(currency=currency)
        (sale,) = await stripe(account).find_sales(SaleQuery())
        assert str(sale.amount) == f"139.12 {currency.upper()}"


async def test_an_order_says_who_asks() -> None:
    """A refund carries its effect id as metadata and a key made of it, the same each time."""
    account = Account()
    for _ in range(2):
        await stripe(account).request_effect(order())
    first, second = account.orders
    body = parse_qs(first.content.decode())
    assert body == {"charge": ["ch_1"], "amount": ["10000"], f"metadata[{EFFECT}]": [EFFECT_ID]}
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]


async def test_what_is_listed_is_not_asked_for_again() -> None:
    """A refund with our id answers the order; one with another amount is a conflict."""
    account = Account(refund("pending"))
    assert (await stripe(account).request_effect(order())).kind is AnswerKind.ACCEPTED
    conflict = await stripe(account).request_effect(order(9999))
    assert (conflict.kind, conflict.reason) == (AnswerKind.FAILED, "effect_conflict")
    assert account.orders == []


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ({"minor": 3913}, "over_refund"),
        ({"minor": 13912, "remedy": Remedy.REVERSAL}, "refunds_exist"),
        ({"minor": 100, "card_last4": "1111"}, "card_mismatch"),
        ({"minor": 0}, "amount_invalid"),
    ],
)
async def test_what_cannot_be_right_is_not_asked_for(wanted: dict[str, Any], reason: str) -> None:
    """The guard counts what is on its way; another card and a half reversal are refused."""
    account = Account(refund("requires_action", "another"))
    answer = await stripe(account).request_effect(order(**wanted))
    assert (answer.kind, answer.reason) == (AnswerKind.FAILED, reason)
    assert account.orders == []


@pytest.mark.parametrize(
    ("currency", "charged", "minor", "reason"),
    [
        ("KWD", 13910, 1234, "amount_invalid"),
        ("BHD", 13910, 1, "amount_invalid"),
        ("KWD", 13910, 1230, ""),
        ("MGA", 13910, 100050, "amount_invalid"),
        ("MGA", 13910, 100000, ""),
        ("CNY", 13912, 1234, ""),
    ],
)
async def test_an_amount_that_stripe_cannot_give_is_not_asked_for(
    currency: str, charged: int, minor: int, reason: str
) -> None:
    """Of dinars Stripe takes no thousandths, and of ariaries no fifths: that is said at once, as
    a refusal that ends the order, and nothing is sent."""

    def given(request: httpx2.Request) -> httpx2.Response:
        amount = int(parse_qs(request.content.decode())["amount"][0])
        return httpx2.Response(200, json=refund(amount=amount, currency=currency.lower()))

    account = Account(creating=given)
    account.charge = charge(amount=charged, amount_captured=charged, currency=currency.lower())
    wanted = Money(minor=minor, currency=currency)
    answer = await stripe(account).request_effect(order().model_copy(update={"amount": wanted}))
    assert answer.reason == reason
    assert answer.kind is (AnswerKind.FAILED if reason else AnswerKind.SUCCEEDED)
    assert len(account.orders) == (0 if reason else 1)


@pytest.mark.parametrize("minor", [13913, 1])
async def test_an_authorisation_alone_is_given_back_whole(minor: int) -> None:
    """Nor is another amount asked for of a charge that was not captured and has no intent."""
    account = Account()
    account.charge = charge(captured=False, amount_captured=0, payment_intent=None)
    answer = await stripe(account).request_effect(order(minor, remedy=Remedy.REVERSAL))
    assert (answer.kind, answer.reason) == (AnswerKind.FAILED, "amount_mismatch")
    assert account.orders == []


@pytest.mark.parametrize("mark", [{EFFECT: "case-2:reversal:1"}, {}, None])
async def test_what_is_canceled_already_is_neither_marked_nor_canceled_again(
    mark: dict[str, str] | None,
) -> None:
    """A second reversal is told that there was one, by another effect or by nobody we know; the
    mark stays with the one that did it."""
    account = Account()
    account.charge = charge(captured=False, amount_captured=0)
    account.intent |= {"status": "canceled", "metadata": mark}
    answer = await stripe(account).request_effect(order(13912, remedy=Remedy.REVERSAL))
    assert (answer.kind, answer.reason) == (AnswerKind.FAILED, "already_reversed")
    assert account.orders == []


@pytest.mark.parametrize("earlier", [EFFECT_ID, "case-2:reversal:1"])
async def test_a_mark_alone_is_no_reversal(earlier: str) -> None:
    """An intent that was marked and is not canceled yet is marked and canceled, whoever's the
    mark is: one that was refused may not stand in the way of the next."""
    done = {"id": "pi_1", "status": "canceled"}
    account = Account(creating=lambda _: httpx2.Response(200, json=done))
    account.charge = charge(captured=False, amount_captured=0)
    account.intent |= {"metadata": {EFFECT: earlier}}
    answer = await stripe(account).request_effect(order(13912, remedy=Remedy.REVERSAL))
    assert (answer.kind, answer.reference) == (AnswerKind.SUCCEEDED, "pi_1")
    marked, _ = account.orders
    assert parse_qs(marked.content.decode()) == {f"metadata[{EFFECT}]": [EFFECT_ID]}


async def test_a_failed_refund_leaves_its_room() -> None:
    """What failed or was canceled has given nothing."""
    account = Account(refund("failed", "another"), refund("canceled", "a third"))
    assert (await stripe(account).request_effect(order(13912))).kind is AnswerKind.SUCCEEDED


async def test_a_reversal_that_failed_late_is_issued_again() -> None:
    """Only refunds that are alive stand in the way of a reversal: what failed or was canceled has
    given nothing, also when it was a reversal itself."""
    account = Account(refund("failed", "another"), refund("canceled", "a third"))
    again = order(13912, remedy=Remedy.REVERSAL)
    assert (await stripe(account).request_effect(again)).kind is AnswerKind.SUCCEEDED
    assert len(account.orders) == 1


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (error(400, code="charge_already_refunded"), AnswerKind.FAILED, "charge_already_refunded"),
        (error(402, "card_error", "card_declined"), AnswerKind.FAILED, "card_declined"),
        (error(400, "idempotency_error"), AnswerKind.FAILED, "effect_conflict"),
        (error(409), AnswerKind.UNKNOWN, "http_409"),
        (error(500, "api_error"), AnswerKind.UNKNOWN, "http_500"),
        (httpx2.Response(400, text="<html>proxy</html>"), AnswerKind.UNKNOWN, "http_400"),
        (httpx2.Response(200, text="<html>"), AnswerKind.UNKNOWN, "http_200"),
        (httpx2.Response(200, json={"id": "re_1"}), AnswerKind.UNKNOWN, "unreadable"),
        (
            httpx2.Response(200, json=refund(effect_id="another")),
            AnswerKind.UNKNOWN,
            "unreadable",
        ),
    ],
)
async def test_an_order_is_refused_or_unknown(
    answer: httpx2.Response, kind: AnswerKind, reason: str
) -> None:
    """Only an error of Stripe's own that says so is a no; everything else may have been done.
    Each is sent once: the library does not try again by itself."""
    account = Account(creating=lambda _: answer)
    heard = await stripe(account).request_effect(order())
    assert (heard.kind, heard.reason) == (kind, reason)
    assert len(account.orders) == 1


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (httpx2.ConnectError("refused"), AcquirerUnavailable),
        (httpx2.ReadTimeout("late"), AnswerKind.UNKNOWN),
        (httpx2.RemoteProtocolError("closed"), AnswerKind.UNKNOWN),
    ],
)
async def test_only_a_connection_that_was_never_made_has_carried_nothing(
    failure: Exception, expected: Any
) -> None:
    """A refused connection may be tried again; a broken or silent one is unknown."""

    def fail(_: httpx2.Request) -> httpx2.Response:
        raise failure

    asked = stripe(Account(creating=fail)).request_effect(order())
    if expected is AcquirerUnavailable:
        with pytest.raises(AcquirerUnavailable):
            await asked
    else:
        assert (await asked).kind is expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (error(401), AcquirerMisconfigured),
        (error(403), AcquirerMisconfigured),
        (error(429), AcquirerUnavailable),
        (error(500, "api_error"), AcquirerUnavailable),
        (error(400), AcquirerRejected),
        (httpx2.Response(404, text="<html>nowhere</html>"), AcquirerRejected),
        (httpx2.Response(200, json={"id": "ch_1"}), AcquirerRejected),
    ],
)
async def test_errors_of_reads_say_what_to_do(
    answer: httpx2.Response, expected: type[Exception]
) -> None:
    """Wait, mend the settings, or give up; and no message holds a name or the key."""
    with pytest.raises(expected) as raised:
        await stripe(lambda _: answer).sale("ch_1")
    assert NAME not in str(raised.value)
    assert SECRET not in str(raised.value)


async def test_stripes_own_404_is_an_answer() -> None:
    """There is no such charge; an effect of one is no "absent"."""
    nowhere = stripe(lambda _: error(404, code="resource_missing"))
    assert await nowhere.sale("ch_1") is None
    with pytest.raises(AcquirerRejected):
        await nowhere.effect(EFFECT_ID, "ch_1")
    with pytest.raises(AcquirerRejected):
        await nowhere.effect(EFFECT_ID)


async def test_what_stripe_cannot_do_is_said() -> None:
    """A debit, a reprint and an inquiry are no failure of the acquirer's; what a terminal did
    is not known."""
    account = Account()
    acquirer = stripe(account)
    for remedy in (Remedy.DEBIT_ADJUSTMENT, Remedy.REPRINT):
        assert not acquirer.capabilities.can(remedy)
        with pytest.raises(AcquirerCannot):
            await acquirer.request_effect(order(remedy=remedy))
    asked = RequestOrder(effect_id="q", kind=RequestKind.INQUIRY, sale="ch_1")
    with pytest.raises(AcquirerCannot):
        await acquirer.open_request(asked)
    assert await acquirer.terminal_events("T1", START, START) == ()
    assert account.orders == []


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (Money(minor=13912, currency="CNY"), 13912),
        (Money(minor=500, currency="JPY"), 500),
        (Money(minor=500, currency="ISK"), 50000),
        (Money(minor=500, currency="UGX"), 50000),
        (Money(minor=50000, currency="MGA"), 500),
        (Money(minor=1250, currency="KWD"), 1250),
    ],
)
def test_stripe_counts_some_currencies_otherwise(ours: Money, theirs: int) -> None:
    """Krónur and shillings have hundredths there and none here; the ariary the other way."""
    assert from_money(ours) == theirs
    assert to_money(theirs, ours.currency.lower()) == ours


async def test_the_library_logs_no_bodies(caplog: pytest.LogCaptureFixture) -> None:
    """Not even at the lowest level: Stripe's bodies name customers."""
    caplog.set_level("DEBUG")
    with pytest.raises(AcquirerRejected):
        await stripe(lambda _: error(400)).sale("ch_1")
    await stripe(Account()).sale("ch_1")
    assert NAME not in caplog.text
    assert json.dumps(NAME) not in caplog.text

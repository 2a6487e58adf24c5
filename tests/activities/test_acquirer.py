"""The acquirer's door: money moves once, and every error says what to do."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from activities.acquirer import AcquirerDoor, RequestCall, SaleRef, Search, _spans
from activities.asking import CorrectionCall
from activities.errors import AWAY, CANNOT_DO, MISCONFIGURED, REFUSED
from activities.follow_ups import EffectRef, FollowUps
from recourse.acquirers.holding import HoldsInMemory
from recourse.acquirers.port import Capabilities
from recourse.acquirers.rest import RestAcquirer
from recourse.acquirers.simulator.faults import Fault, FaultAction, Route
from recourse.acquirers.simulator.refunds import TillRefund
from recourse.disputes.case import Intent
from recourse.disputes.claims import ClaimedSale
from recourse.disputes.effects import (
    AnswerKind,
    EffectAnswer,
    EffectOrder,
    Remedy,
    RequestKind,
    RequestOrder,
)
from recourse.disputes.elsewhere import Elsewhere
from recourse.disputes.records import (
    Chargeback,
    Refund,
    RefundStatus,
    SaleQuery,
    TerminalEvent,
    TerminalEventKind,
)
from tests.acquirers.conftest import START, Simulated, a_sale, an_order, cny
from tests.activities.conftest import EFFECT, correction, fails, fault, run

NAMED = ClaimedSale(reference="536365")
BY_REFERENCE = SaleQuery(reference="536365")


def inquiry(acquirer: str = "simulator") -> RequestCall:
    order = RequestOrder(effect_id=EFFECT, kind=RequestKind.INQUIRY, sale="536365")
    return RequestCall(acquirer=acquirer, order=order)


def calls(
    door: AcquirerDoor, follow_ups: FollowUps, acquirer: str
) -> list[tuple[Callable[[Any], Awaitable[Any]], Any]]:
    """Every activity of the acquirer's, asked of one by name."""
    return [
        (door.find_sale, Search(acquirer=acquirer, queries=(BY_REFERENCE,))),
        (door.read_record, SaleRef(acquirer=acquirer, reference="536365")),
        (door.request_correction, correction(acquirer)),
        (door.open_request, inquiry(acquirer)),
        (follow_ups.follow_correction, EffectRef(acquirer=acquirer, effect_id=EFFECT)),
        (follow_ups.follow_request, EffectRef(acquirer=acquirer, effect_id=EFFECT)),
    ]


async def asked(simulated: Simulated) -> dict[str, int]:
    """How often each effect id was sent to the acquirer."""
    return (await simulated.admin.counters()).asked


@pytest.mark.parametrize(
    ("acquirer", "kind", "final"),
    [
        ("nobody", MISCONFIGURED, True),
        ("locked", MISCONFIGURED, True),
        ("nowhere", AWAY, False),
    ],
)
async def test_errors_say_what_to_do(
    door: AcquirerDoor, follow_ups: FollowUps, acquirer: str, kind: str, final: bool
) -> None:
    """A name that is not in the settings and a wrong token are for a person to mend; an
    acquirer that is away is tried again. So for every call, and no error holds a token."""
    for activity, argument in calls(door, follow_ups, acquirer):
        error = await fails(activity, argument)
        assert (error.type, error.non_retryable) == (kind, final), activity
        assert "till-token" not in str(error)


@pytest.mark.parametrize(("status", "kind", "final"), [(503, AWAY, False), (429, AWAY, False)])
async def test_a_read_that_fails_for_now_is_tried_again(
    door: AcquirerDoor, simulated: Simulated, status: int, kind: str, final: bool
) -> None:
    """A server's own trouble and its wish for patience are both over some time."""
    await fault(simulated, FaultAction.STATUS, status=status)
    error = await fails(door.read_record, SaleRef(acquirer="simulator", reference="536365"))
    assert (error.type, error.non_retryable) == (kind, final)


async def test_a_sale_that_is_gone_is_final(door: AcquirerDoor) -> None:
    """Reading a sale that the acquirer does not know is not tried again."""
    error = await fails(door.read_record, SaleRef(acquirer="simulator", reference="999"))
    assert (error.type, error.non_retryable) == (REFUSED, True)


async def test_a_reference_that_is_no_reference_is_final(door: AcquirerDoor) -> None:
    """What cannot be asked at all is refused, and not tried again."""
    error = await fails(door.read_record, SaleRef(acquirer="simulator", reference=".."))
    assert (error.type, error.non_retryable) == (REFUSED, True)


async def test_one_sale_comes_with_its_record(door: AcquirerDoor, simulated: Simulated) -> None:
    """A search that finds one sale brings its refunds and what its terminal did around it,
    but not what the terminal did for other sales."""
    sale = a_sale()
    refund = Refund(
        reference="R1", sale="536365", amount=cny(1000), at=START, status=RefundStatus.PENDING
    )
    await simulated.admin.put_refund(TillRefund(refund=refund))
    kinds = TerminalEventKind
    own = TerminalEvent(terminal="T0000001", at=sale.at, kind=kinds.PAPER_OUT, sale="536365")
    general = TerminalEvent(terminal="T0000001", at=sale.at, kind=kinds.NETWORK_LOSS)
    others = TerminalEvent(terminal="T0000001", at=sale.at, kind=kinds.OPERATOR_VOID, sale="1")
    late = general.model_copy(update={"at": sale.at + timedelta(days=2)})
    await simulated.admin.put_terminal_events([own, general, others, late])
    search = Search(acquirer="simulator", queries=(BY_REFERENCE,), known=NAMED)
    found = await run(door.find_sale, search)
    assert found.record is not None
    assert [r.reference for r in found.record.refunds] == ["R1"]
    assert set(found.record.terminal_events) == {own, general}
    ref = SaleRef(acquirer="simulator", reference="536365")
    assert await run(door.read_record, ref) == found.record


async def test_files_that_are_refused_were_not_asked(
    door: AcquirerDoor, simulated: Simulated
) -> None:
    """An acquirer that refuses to answer about its clearing files is read without them; one
    that is away is asked again."""
    ref = SaleRef(acquirer="simulator", reference="536365")
    refused = Fault(action=FaultAction.STATUS, route=Route.SETTLEMENT, status=404)
    await simulated.admin.add_fault(refused)
    assert (await run(door.read_record, ref)).settlement is None
    assert (await run(door.read_record, ref)).settlement is not None
    await simulated.admin.add_fault(refused.model_copy(update={"status": 503}))
    error = await fails(door.read_record, ref)
    assert not error.non_retryable


async def test_the_journal_is_read_around_refunds_too(
    door: AcquirerDoor, simulated: Simulated
) -> None:
    """What the till did around a refund that it made, and around the one that the claim tells
    of, is read beside what it did around the sale; what we asked for ourselves is not looked
    for in a journal, and no line comes twice."""
    sale = a_sale()

    def line(days: float) -> TerminalEvent:
        at = sale.at + timedelta(days=days)
        kind = TerminalEventKind.REFUND
        return TerminalEvent(
            terminal="T0000001", at=at, kind=kind, sale="536365", amount=cny(1000), mti="0220"
        )

    for number, (days, effect) in enumerate(((1, ""), (20, ""), (40, "e1"))):
        refund = Refund(
            reference=f"R{number}",
            sale="536365",
            amount=cny(1000),
            at=sale.at + timedelta(days=days),
            status=RefundStatus.PENDING,
            effect_id=effect,
        )
        await simulated.admin.put_refund(TillRefund(refund=refund))
    lines = [line(days) for days in (0.5, 1.5, 10, 20.5, 40, 60)]
    await simulated.admin.put_terminal_events(lines)
    told = sale.at + timedelta(days=60)
    ref = SaleRef(acquirer="simulator", reference="536365", refund_at=told)
    record = await run(door.read_record, ref)
    assert list(record.terminal_events) == [lines[0], lines[1], lines[3], lines[5]]
    unasked = await run(door.read_record, SaleRef(acquirer="simulator", reference="536365"))
    assert list(unasked.terminal_events) == [lines[0], lines[1], lines[3]]


async def test_a_misread_number_does_not_end_the_search(
    door: AcquirerDoor, simulated: Simulated
) -> None:
    """A query that finds only what contradicts is followed by the next, in the same call; all
    that came to light is shown, the likeliest first, and no record is read of it."""
    await simulated.admin.put_sale(a_sale("536366", card_last4="1111"))
    known = ClaimedSale(reference="536366", card_last4="4242", amount=cny(99_900))
    queries = (SaleQuery(reference="536366"), SaleQuery(card_last4="4242"))
    found = await run(door.find_sale, Search(acquirer="simulator", queries=queries, known=known))
    assert [sale.reference for sale in found.sales] == ["536366", "536365"]
    assert found.record is None


async def test_a_search_ends_with_what_fits(door: AcquirerDoor, simulated: Simulated) -> None:
    """When a query finds a sale that fits, no wider one is made."""
    await simulated.admin.put_sale(a_sale("536366", card_last4="1111"))
    queries = (SaleQuery(reference="536365"), SaleQuery(card_last4="1111"))
    found = await run(door.find_sale, Search(acquirer="simulator", queries=queries, known=NAMED))
    assert [sale.reference for sale in found.sales] == ["536365"]


async def test_several_sales_come_without_a_record(
    door: AcquirerDoor, simulated: Simulated
) -> None:
    """Of several sales none is read further: nobody has chosen one."""
    await simulated.admin.put_sale(a_sale("536366"))
    query = SaleQuery(card_last4="4242")
    found = await run(door.find_sale, Search(acquirer="simulator", queries=(query,)))
    assert {sale.reference for sale in found.sales} == {"536365", "536366"}
    assert found.record is None


async def test_no_sale_is_an_answer(door: AcquirerDoor) -> None:
    """Nothing found is no error, by reference and by search."""
    for query in (SaleQuery(reference="999"), SaleQuery(card_last4="9999")):
        found = await run(door.find_sale, Search(acquirer="simulator", queries=(query,)))
        assert (found.sales, found.record) == ((), None)


async def test_money_is_asked_for_once(door: AcquirerDoor, simulated: Simulated) -> None:
    """A correction is asked for once, and the same call again, as another attempt or as
    another activity after a crash, hears of the same effect."""
    first = await run(door.request_correction, correction())
    assert first.kind is AnswerKind.ACCEPTED
    assert await run(door.request_correction, correction(), attempt=2) == first
    assert await run(door.request_correction, correction()) == first
    assert await asked(simulated) == {EFFECT: 1}
    assert len(await simulated.acquirer.refunds("536365")) == 1


@pytest.mark.parametrize("action", [FaultAction.REPLY_LOST, FaultAction.TIME_OUT])
async def test_a_lost_answer_is_unknown_and_never_an_error(
    door: AcquirerDoor, simulated: Simulated, action: FaultAction
) -> None:
    """Money that may have moved is ``unknown``: no retry policy may send it again. The
    second attempt finds it by its id and does not ask."""
    await fault(simulated, action, route=Route.REQUEST_EFFECT)
    heard = await run(door.request_correction, correction("hasty"))
    assert heard.kind is AnswerKind.UNKNOWN
    again = await run(door.request_correction, correction("hasty"), attempt=2)
    assert again.kind is AnswerKind.ACCEPTED
    assert await asked(simulated) == {EFFECT: 1}
    assert len(await simulated.acquirer.refunds("536365")) == 1


async def test_an_order_that_never_arrived_is_asked_again(
    door: AcquirerDoor, simulated: Simulated
) -> None:
    """When the acquirer has never seen the id, the second attempt asks for it."""
    await fault(simulated, FaultAction.REQUEST_LOST, route=Route.REQUEST_EFFECT)
    assert (await run(door.request_correction, correction())).kind is AnswerKind.UNKNOWN
    again = await run(door.request_correction, correction(), attempt=2)
    assert again.kind is AnswerKind.ACCEPTED
    assert await asked(simulated) == {EFFECT: 1}


async def test_nothing_is_asked_when_the_effect_cannot_be_looked_up(
    door: AcquirerDoor, simulated: Simulated
) -> None:
    """An acquirer that cannot say whether it has the effect is asked again later, and for no
    money now."""
    await run(door.request_correction, correction())
    await fault(simulated, FaultAction.STATUS, route=Route.EFFECT, status=503)
    error = await fails(door.request_correction, correction(), attempt=2)
    assert (error.type, error.non_retryable) == (AWAY, False)
    assert await asked(simulated) == {EFFECT: 1}


async def test_a_wish_for_patience_took_nothing(door: AcquirerDoor, simulated: Simulated) -> None:
    """429 says that nothing was taken: the same order is sent again."""
    await fault(simulated, FaultAction.STATUS, route=Route.REQUEST_EFFECT, status=429)
    error = await fails(door.request_correction, correction())
    assert (error.type, error.non_retryable) == (AWAY, False)
    assert await asked(simulated) == {}
    again = await run(door.request_correction, correction(), attempt=2)
    assert again.kind is AnswerKind.ACCEPTED


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"minor": 13913}, "over_captured"),
        ({"minor": 1, "remedy": Remedy.DEBIT_ADJUSTMENT}, "over_recovered"),
        ({"amount": {"amount": "1", "currency": "JPY"}}, "other_currency"),
        ({"sale": "999"}, "sale_unknown"),
    ],
)
async def test_the_guard_stands_before_the_acquirer(
    door: AcquirerDoor, simulated: Simulated, fields: dict[str, Any], reason: str
) -> None:
    """What the guard objects to is not sent: it fails with the guard's reason."""
    heard = await run(door.request_correction, correction(**fields))
    assert (heard.kind, heard.reason, heard.retryable) == (AnswerKind.FAILED, reason, False)
    assert await asked(simulated) == {}


async def test_the_guard_reads_the_books_as_they_are_now(
    door: AcquirerDoor, simulated: Simulated
) -> None:
    """A refund made at the till, or by another case, a moment ago counts."""
    other = EffectOrder(effect_id="case-2.1", remedy=Remedy.REFUND, sale="536365", amount=cny(5000))
    await simulated.acquirer.request_effect(other)
    heard = await run(door.request_correction, correction())
    assert (heard.kind, heard.reason) == (AnswerKind.FAILED, "over_captured")


async def test_the_guard_counts_what_was_given_by_hand(
    door: AcquirerDoor, simulated: Simulated
) -> None:
    """What a person gave past the acquirer is gone, though its books do not show it; once they
    do, because it was made in the acquirer's own system, it is gone once."""
    by_hand = Intent(order=an_order("case-1.1", 9000), part=0, visit=1, by_hand="BANK-1")
    known = Elsewhere(opened_at=START, by_hand=(by_hand,))

    def call(number: int, minor: int) -> CorrectionCall:
        order = an_order(f"case-1.{number}", minor)
        return CorrectionCall(acquirer="simulator", order=order, elsewhere=known)

    heard = await run(door.request_correction, call(2, 4913))
    assert (heard.kind, heard.reason) == (AnswerKind.FAILED, "over_captured")
    assert (await run(door.request_correction, call(3, 4000))).kind is AnswerKind.ACCEPTED
    posted = RefundStatus.POSTED
    there = Refund(reference="BANK-1", sale="536365", amount=cny(9000), at=START, status=posted)
    await simulated.admin.put_refund(TillRefund(refund=there))
    assert (await run(door.request_correction, call(4, 912))).kind is AnswerKind.ACCEPTED
    heard = await run(door.request_correction, call(5, 1))
    assert (heard.kind, heard.reason) == (AnswerKind.FAILED, "over_captured")


async def test_a_chargeback_is_weighed_with_what_was_given_by_hand(
    door: AcquirerDoor, simulated: Simulated
) -> None:
    """Whether a payout that posts has paid too much beside a chargeback hangs on all that was
    given."""
    by_hand = Intent(order=an_order("case-1.1", 6000), part=0, visit=1, by_hand="BANK-1")
    known = Elsewhere(opened_at=START, by_hand=(by_hand,))
    taken = Chargeback(reference="CB-1", sale="536365", amount=cny(8000), at=START)
    await simulated.admin.put_chargeback(taken)
    posted = EffectAnswer(kind=AnswerKind.SUCCEEDED)
    assert (await door.beside("simulator", "536365", posted)).overpaid is None
    assert (await door.beside("simulator", "536365", posted, known)).overpaid == cny(88)


async def test_a_sale_in_doubt_is_not_paid_out(door: AcquirerDoor, simulated: Simulated) -> None:
    """In doubt means query: nothing is given out of a sale that may not be."""
    await simulated.admin.put_sale(a_sale(status="in_doubt"))
    heard = await run(door.request_correction, correction())
    assert (heard.kind, heard.reason) == (AnswerKind.FAILED, "sale_in_doubt")


async def test_a_refusal_is_an_answer(door: AcquirerDoor, simulated: Simulated) -> None:
    """What the acquirer refuses on business grounds is an answer with its reason, the same
    again when it is asked again."""
    await fault(simulated, FaultAction.REFUSE, reason="card_closed")
    first = await run(door.request_correction, correction())
    assert (first.kind, first.reason, first.retryable) == (AnswerKind.FAILED, "card_closed", False)
    again = await run(door.request_correction, correction(), attempt=2)
    assert (again.kind, again.reason, again.retryable) == (first.kind, first.reason, False)
    assert await asked(simulated) == {EFFECT: 1}


async def test_a_refusal_for_now_is_asked_again(door: AcquirerDoor, simulated: Simulated) -> None:
    """What the acquirer refuses for now is sent again under the same id."""
    await fault(simulated, FaultAction.REFUSE, reason="limit_of_today", retryable=True)
    first = await run(door.request_correction, correction())
    assert first.retryable
    again = await run(door.request_correction, correction(), attempt=2)
    assert again.kind is AnswerKind.ACCEPTED


async def test_accepted_is_not_posted(
    door: AcquirerDoor, follow_ups: FollowUps, simulated: Simulated
) -> None:
    """A correction is followed: accepted, then posted with its ARN; unknown ids are absent."""
    ref = EffectRef(acquirer="simulator", effect_id=EFFECT)
    assert (await run(follow_ups.follow_correction, ref)).kind is AnswerKind.ABSENT
    await run(door.request_correction, correction())
    assert (await run(follow_ups.follow_correction, ref)).kind is AnswerKind.ACCEPTED
    simulated.wall.move(days=4)
    posted = await run(follow_ups.follow_correction, ref)
    assert posted.kind is AnswerKind.SUCCEEDED
    assert len(posted.arn) == 23


async def test_an_inquiry_is_opened_once_and_followed(
    door: AcquirerDoor, follow_ups: FollowUps, simulated: Simulated
) -> None:
    """A question is asked once under its id, also when its answer is lost."""
    ref = EffectRef(acquirer="simulator", effect_id=EFFECT)
    assert (await run(follow_ups.follow_request, ref)).kind is AnswerKind.ABSENT
    await fault(simulated, FaultAction.REPLY_LOST, route=Route.OPEN_REQUEST)
    assert (await run(door.open_request, inquiry())).kind is AnswerKind.UNKNOWN
    sent = (await simulated.admin.counters()).requests["open_request"]
    again = await run(door.open_request, inquiry(), attempt=2)
    assert again.kind is AnswerKind.ACCEPTED
    assert again.state == "open"
    assert (await simulated.admin.counters()).requests["open_request"] == sent
    assert await run(follow_ups.follow_request, ref) == again


async def test_the_guard_counts_chargebacks(door: AcquirerDoor, simulated: Simulated) -> None:
    """What an issuer has taken back is not refunded besides, also by an acquirer that would."""
    await fault(simulated, FaultAction.LENIENT)
    taken = Chargeback(reference="CB-1", sale="536365", amount=cny(13912), at=START)
    await simulated.admin.put_chargeback(taken)
    ref = SaleRef(acquirer="simulator", reference="536365")
    assert (await run(door.read_record, ref)).chargebacks == (taken,)
    heard = await run(door.request_correction, correction(minor=1))
    assert (heard.kind, heard.reason) == (AnswerKind.FAILED, "over_captured")
    assert await asked(simulated) == {}


def test_of_many_refunds_the_newest_are_read_around() -> None:
    """However many refunds there are, the journal is read in three stretches at most: around
    the sale, and around the newest refunds."""
    days = [timedelta(days=n) for n in (0, 1, 10, 20, 30)]
    day = timedelta(days=1)
    assert _spans([START + span for span in days]) == [
        (START - day, START + 2 * day),
        (START + 19 * day, START + 21 * day),
        (START + 29 * day, START + 31 * day),
    ]
    assert _spans([START]) == [(START - day, START + day)]


async def test_what_the_adapter_cannot_do_is_final_and_asks_nothing(
    simulated: Simulated, follow_ups: FollowUps
) -> None:
    """A step that the adapter does not have ends at once, under its own name, without a call;
    what a terminal did is then simply not known."""
    poor = RestAcquirer(
        "simulator",
        simulated.url,
        "till-token",
        capabilities=Capabilities(
            debits=False, reprint=False, inquiries=False, reversals=False, terminal_events=False
        ),
    )
    door = AcquirerDoor({"simulator": poor}, HoldsInMemory())
    for remedy in (Remedy.DEBIT_ADJUSTMENT, Remedy.REPRINT, Remedy.REVERSAL):
        error = await fails(door.request_correction, correction(remedy=remedy))
        assert (error.type, error.non_retryable) == (CANNOT_DO, True)
    error = await fails(door.open_request, inquiry())
    assert (error.type, error.non_retryable) == (CANNOT_DO, True)
    assert await asked(simulated) == {}
    await simulated.admin.put_terminal_events(
        [TerminalEvent(terminal="T0000001", at=START, kind=TerminalEventKind.PAPER_OUT)]
    )
    record = await run(door.read_record, SaleRef(acquirer="simulator", reference="536365"))
    assert record.terminal_events == ()
    assert (await run(door.request_correction, correction())).kind is AnswerKind.ACCEPTED
    await poor.aclose()

"""What any adapter of the acquirer port must do. A new adapter is added to ADAPTERS."""

import asyncio
from datetime import timedelta

import pytest

from recourse.acquirers.errors import AcquirerRejected
from recourse.acquirers.port import Acquirer
from recourse.disputes.effects import AnswerKind, Remedy, RequestKind, RequestOrder
from recourse.disputes.records import RefundStatus, SaleQuery, TerminalEvent, TerminalEventKind
from tests.acquirers.conftest import START, Simulated, a_sale, an_order, cny

ADAPTERS = ("rest",)


@pytest.fixture(params=ADAPTERS)
async def acquirer(request: pytest.FixtureRequest, simulated: Simulated) -> Acquirer:
    return {"rest": simulated.acquirer}[request.param]


async def test_a_sale_reads_as_it_was_recorded(acquirer: Acquirer) -> None:
    """A sale comes back with every field the acquirer recorded."""
    assert await acquirer.sale("536365") == a_sale()


async def test_an_unknown_sale_is_none(acquirer: Acquirer) -> None:
    """A sale that is not in the books is None, not an error."""
    assert await acquirer.sale("no/such sale?x=1#y") is None


@pytest.mark.parametrize("reference", ["", ".", ".."])
async def test_a_reference_cannot_walk_the_path(acquirer: Acquirer, reference: str) -> None:
    """A reference that would name another resource is refused before it is sent."""
    with pytest.raises(AcquirerRejected):
        await acquirer.sale(reference)


async def test_a_reference_may_hold_any_sign(acquirer: Acquirer, simulated: Simulated) -> None:
    """A reference with slashes, blanks and Chinese signs is one reference."""
    odd = a_sale("2026/11 单?号#1%2F")
    await simulated.admin.put_sale(odd)
    assert await acquirer.sale(odd.reference) == odd
    assert await acquirer.refunds(odd.reference) == ()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["C", "B", "A", "536365"]),
        ({"reference": "B"}, ["B"]),
        ({"rrn": "632404999999"}, ["A"]),
        ({"auth_code": "000001", "terminal": "T0000002"}, ["B"]),
        ({"auth_code": "000001", "terminal": "T0000001"}, []),
        ({"store": "S02"}, ["B"]),
        ({"amount": cny(500)}, ["C", "A"]),
        ({"amount": cny(500), "card_last4": "1111"}, ["C"]),
        ({"since": START + timedelta(hours=2)}, ["C", "B"]),
        ({"until": START + timedelta(hours=2)}, ["A", "536365"]),
        ({"card_last4": "9999"}, []),
    ],
)
async def test_a_search_finds_what_agrees_with_everything(
    acquirer: Acquirer, simulated: Simulated, query: dict[str, object], found: list[str]
) -> None:
    """A search finds the sales that agree with every stated field, newest first."""
    for sale in (
        a_sale("A", at=START + timedelta(hours=1), amount=cny(500), rrn="632404999999"),
        a_sale(
            "B",
            at=START + timedelta(hours=2),
            terminal="T0000002",
            store="S02",
            auth_code="000001",
        ),
        a_sale("C", at=START + timedelta(hours=3), amount=cny(500), card_last4="1111"),
    ):
        await simulated.admin.put_sale(sale)
    sales = await acquirer.find_sales(SaleQuery.model_validate(query))
    assert [sale.reference for sale in sales] == found
    first = await acquirer.find_sales(SaleQuery.model_validate(query), limit=1)
    assert [sale.reference for sale in first] == found[:1]


async def test_accepted_is_not_posted(acquirer: Acquirer, simulated: Simulated) -> None:
    """A refund is accepted first and posted days later, with an ARN of its own."""
    asked = await acquirer.request_effect(an_order())
    assert (asked.kind, asked.status, asked.arn) == (AnswerKind.ACCEPTED, RefundStatus.PENDING, "")
    simulated.wall.move(days=3, seconds=-1)
    assert (await acquirer.effect("case-1.1")).kind is AnswerKind.ACCEPTED
    simulated.wall.move(seconds=1)
    posted = await acquirer.effect("case-1.1")
    assert (posted.kind, posted.status) == (AnswerKind.SUCCEEDED, RefundStatus.POSTED)
    assert posted.posted_at == START + timedelta(days=3)
    assert len(posted.arn) == 23
    assert posted.arn.isdigit()
    [refund] = await acquirer.refunds("536365")
    assert (refund.effect_id, refund.amount, refund.arn) == ("case-1.1", cny(10000), posted.arn)
    assert (refund.reference, refund.card_last4) == (posted.reference, "4242")


async def test_the_same_effect_twice_is_one_effect(acquirer: Acquirer) -> None:
    """The same order sent again is answered with the effect that is there."""
    first = await acquirer.request_effect(an_order())
    assert await acquirer.request_effect(an_order()) == first
    assert len(await acquirer.refunds("536365")) == 1


async def test_two_hundred_at_once_are_one_effect(acquirer: Acquirer) -> None:
    """The same order sent two hundred times at once is one refund."""
    answers = await asyncio.gather(
        *(acquirer.request_effect(an_order(minor=100)) for _ in range(200))
    )
    assert {answer.kind for answer in answers} == {AnswerKind.ACCEPTED}
    assert len({answer.reference for answer in answers}) == 1
    assert len(await acquirer.refunds("536365")) == 1


async def test_an_effect_id_stands_for_one_order(acquirer: Acquirer) -> None:
    """Another order under a used effect id is rejected and changes nothing."""
    await acquirer.request_effect(an_order(minor=100))
    with pytest.raises(AcquirerRejected, match="effect_conflict"):
        await acquirer.request_effect(an_order(minor=101))
    assert [refund.amount for refund in await acquirer.refunds("536365")] == [cny(100)]


async def test_an_unseen_effect_is_absent(acquirer: Acquirer) -> None:
    """The query of an effect that was never sent has a definite answer."""
    assert (await acquirer.effect("case-9.9")).kind is AnswerKind.ABSENT
    assert (await acquirer.request("case-9.9")).kind is AnswerKind.ABSENT


async def test_an_over_refund_is_refused_for_good(acquirer: Acquirer) -> None:
    """Refunds together never exceed what was captured, and the refusal is kept."""
    await acquirer.request_effect(an_order("case-1.1", 13900))
    refused = await acquirer.request_effect(an_order("case-1.2", 13))
    assert (refused.kind, refused.reason) == (AnswerKind.FAILED, "over_refund")
    assert not refused.retryable
    assert (await acquirer.effect("case-1.2")).reason == "over_refund"
    last = await acquirer.request_effect(an_order("case-1.3", 12))
    assert last.kind is AnswerKind.ACCEPTED


async def test_a_debit_adjustment_is_no_refund(acquirer: Acquirer) -> None:
    """A debit adjustment is listed as money coming back, and is bounded by what moved."""
    debit = an_order("case-1.1", 5000, remedy=Remedy.DEBIT_ADJUSTMENT)
    assert (await acquirer.request_effect(debit)).kind is AnswerKind.ACCEPTED
    [refund] = await acquirer.refunds("536365")
    assert refund.direction == "debit"
    too_much = an_order("case-1.2", 8913, remedy=Remedy.DEBIT_ADJUSTMENT)
    assert (await acquirer.request_effect(too_much)).reason == "over_debit"


async def test_a_reversal_undoes_the_capture(acquirer: Acquirer) -> None:
    """After a reversal nothing is captured, and what was reversed can be collected again."""
    order = an_order("case-1.1", 13912, remedy=Remedy.REVERSAL)
    assert (await acquirer.request_effect(order)).kind is AnswerKind.SUCCEEDED
    sale = await acquirer.sale("536365")
    assert sale is not None
    assert (sale.status, sale.captured) == ("reversed", cny(0))
    again = order.model_copy(update={"effect_id": "case-1.2"})
    assert (await acquirer.request_effect(again)).reason == "already_reversed"
    assert (await acquirer.request_effect(an_order("case-1.3", 1))).reason == "over_refund"
    collect = an_order("case-1.4", 13912, remedy=Remedy.DEBIT_ADJUSTMENT)
    assert (await acquirer.request_effect(collect)).kind is AnswerKind.ACCEPTED


async def test_a_reprint_is_done_at_once_and_logged(acquirer: Acquirer) -> None:
    """A reprint succeeds at once and leaves an event at the terminal of the sale."""
    answer = await acquirer.request_effect(an_order(minor=0, remedy=Remedy.REPRINT))
    assert answer.kind is AnswerKind.SUCCEEDED
    [event] = await acquirer.terminal_events("T0000001", START, START + timedelta(seconds=1))
    assert (event.kind, event.sale) == (TerminalEventKind.REPRINTED, "536365")
    assert await acquirer.refunds("536365") == ()


async def test_terminal_events_are_of_one_terminal_and_span(
    acquirer: Acquirer, simulated: Simulated
) -> None:
    """Terminal events come oldest first, the start included and the end not."""
    events = [
        TerminalEvent(terminal=terminal, at=START + timedelta(hours=hours), kind=kind)
        for terminal, hours, kind in (
            ("T0000001", 2, TerminalEventKind.RESTARTED),
            ("T0000001", 0, TerminalEventKind.PAPER_OUT),
            ("T0000001", 3, TerminalEventKind.PRINTED),
            ("T0000002", 1, TerminalEventKind.NETWORK_LOSS),
        )
    ]
    await simulated.admin.put_terminal_events([*events, *events])
    found = await acquirer.terminal_events("T0000001", START, START + timedelta(hours=3))
    assert [e.kind for e in found] == [TerminalEventKind.PAPER_OUT, TerminalEventKind.RESTARTED]


@pytest.mark.parametrize(
    ("kind", "days"),
    [(RequestKind.INQUIRY, 2), (RequestKind.RETRIEVAL, 10), (RequestKind.DISPUTE, 30)],
)
async def test_a_request_is_opened_once_and_answered_in_time(
    acquirer: Acquirer, simulated: Simulated, kind: RequestKind, days: int
) -> None:
    """A request is open until its day and then answered, under one reference."""
    order = RequestOrder(effect_id="case-1.7", kind=kind, sale="536365", amount=cny(500))
    opened = await acquirer.open_request(order)
    assert (opened.kind, opened.state, opened.finding) == (AnswerKind.ACCEPTED, "open", "")
    assert await acquirer.open_request(order) == opened
    simulated.wall.move(days=days, seconds=-1)
    assert (await acquirer.request("case-1.7")).state == "open"
    simulated.wall.move(seconds=1)
    answered = await acquirer.request("case-1.7")
    assert (answered.kind, answered.state, answered.finding) == (
        AnswerKind.SUCCEEDED,
        "answered",
        "upheld",
    )
    assert (answered.reference, answered.amount) == (opened.reference, cny(500))


async def test_an_effect_id_stands_for_one_request(acquirer: Acquirer) -> None:
    """Another request under a used effect id is rejected."""
    order = RequestOrder(effect_id="case-1.7", kind=RequestKind.INQUIRY, sale="536365")
    await acquirer.open_request(order)
    with pytest.raises(AcquirerRejected):
        await acquirer.open_request(order.model_copy(update={"note": "other"}))


async def test_card_numbers_are_refused_at_the_door(acquirer: Acquirer) -> None:
    """An order that carries a card number is refused, and the refusal does not repeat it."""
    order = RequestOrder(
        effect_id="case-1.7",
        kind=RequestKind.INQUIRY,
        sale="536365",
        note="card 4242 4242 4242 4242",
    )
    with pytest.raises(AcquirerRejected) as raised:
        await acquirer.open_request(order)
    assert "4242" not in str(raised.value)
    assert (await acquirer.request("case-1.7")).kind is AnswerKind.ABSENT

"""Every fault of the simulator, as the adapter sees it over a real socket."""

import asyncio
import socket
from datetime import timedelta

import pytest

from recourse.acquirers.errors import (
    AcquirerMisconfigured,
    AcquirerRejected,
    AcquirerUnavailable,
)
from recourse.acquirers.rest import RestAcquirer
from recourse.acquirers.simulator.faults import Fault, FaultAction, Route
from recourse.disputes.effects import AnswerKind, Remedy, RequestKind, RequestOrder
from recourse.disputes.records import RefundStatus, SaleQuery
from tests.acquirers.conftest import START, TOKENS, Simulated, an_order
from tests.eventually import assert_eventually


async def test_a_lost_reply_is_unknown_and_the_query_tells(simulated: Simulated) -> None:
    """A reply lost after the commit is unknown; the query shows the one refund there is."""
    await simulated.admin.add_fault(
        Fault(action=FaultAction.REPLY_LOST, route=Route.REQUEST_EFFECT)
    )
    lost = await simulated.acquirer.request_effect(an_order())
    assert (lost.kind, lost.reason) == (AnswerKind.UNKNOWN, "disconnected")
    assert (await simulated.acquirer.effect("case-1.1")).kind is AnswerKind.ACCEPTED
    again = await simulated.acquirer.request_effect(an_order())
    assert again.kind is AnswerKind.ACCEPTED
    assert len(await simulated.acquirer.refunds("536365")) == 1


async def test_a_lost_request_is_unknown_and_the_query_says_absent(simulated: Simulated) -> None:
    """A request lost on its way looks the same as a lost reply; only the query tells."""
    await simulated.admin.add_fault(
        Fault(action=FaultAction.REQUEST_LOST, route=Route.REQUEST_EFFECT)
    )
    lost = await simulated.acquirer.request_effect(an_order())
    assert (lost.kind, lost.reason) == (AnswerKind.UNKNOWN, "disconnected")
    assert (await simulated.acquirer.effect("case-1.1")).kind is AnswerKind.ABSENT


async def test_silence_is_unknown(simulated: Simulated) -> None:
    """An acquirer that does it and never answers ends as unknown after the time-out."""
    impatient = RestAcquirer("simulator", simulated.url, TOKENS.public, timeout=0.2)
    await simulated.admin.add_fault(Fault(action=FaultAction.TIME_OUT, times=2))
    lost = await impatient.request_effect(an_order())
    assert (lost.kind, lost.reason) == (AnswerKind.UNKNOWN, "time_out")
    with pytest.raises(AcquirerUnavailable, match="ReadTimeout"):
        await impatient.effect("case-1.1")
    assert (await impatient.effect("case-1.1")).kind is AnswerKind.ACCEPTED
    await impatient.aclose()


async def test_a_slow_answer_may_come_too_late(simulated: Simulated) -> None:
    """An acquirer slower than the time-out carries the effect out after we gave up."""
    impatient = RestAcquirer("simulator", simulated.url, TOKENS.public, timeout=0.1)
    await simulated.admin.add_fault(
        Fault(action=FaultAction.SLOW, seconds=0.3, route=Route.REQUEST_EFFECT)
    )
    assert (await impatient.request_effect(an_order())).kind is AnswerKind.UNKNOWN
    assert (await impatient.effect("case-1.1")).kind is AnswerKind.ABSENT

    async def taken() -> None:
        assert (await impatient.effect("case-1.1")).kind is AnswerKind.ACCEPTED

    await assert_eventually(taken)
    await impatient.aclose()


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_5xx_on_an_order_is_unknown(simulated: Simulated, status: int) -> None:
    """An order answered with 5xx may have been carried out: it is unknown."""
    await simulated.admin.add_fault(Fault(action=FaultAction.STATUS, status=status))
    answer = await simulated.acquirer.request_effect(an_order())
    assert (answer.kind, answer.reason) == (AnswerKind.UNKNOWN, f"http_{status}")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (429, AcquirerUnavailable),
        (500, AcquirerUnavailable),
        (503, AcquirerUnavailable),
        (401, AcquirerMisconfigured),
        (403, AcquirerMisconfigured),
        (400, AcquirerRejected),
        (404, AcquirerRejected),
        (409, AcquirerRejected),
        (422, AcquirerRejected),
    ],
)
async def test_a_read_says_what_to_do(
    simulated: Simulated, status: int, error: type[Exception]
) -> None:
    """A read that fails raises the error that says whether to wait, to mend or to stop."""
    await simulated.admin.add_fault(Fault(action=FaultAction.STATUS, status=status, times=8))
    acquirer = simulated.acquirer
    with pytest.raises(error):
        await acquirer.find_sales(SaleQuery())
    with pytest.raises(error):
        await acquirer.sale("536365")
    with pytest.raises(error):
        await acquirer.refunds("536365")
    with pytest.raises(error):
        await acquirer.terminal_events("T0000001", START, START)
    with pytest.raises(error):
        await acquirer.effect("case-1.1")
    with pytest.raises(error):
        await acquirer.request("case-1.1")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (429, AcquirerUnavailable),
        (401, AcquirerMisconfigured),
        (403, AcquirerMisconfigured),
        (400, AcquirerRejected),
        (404, AcquirerRejected),
    ],
)
async def test_an_order_that_was_surely_not_taken_raises(
    simulated: Simulated, status: int, error: type[Exception]
) -> None:
    """An order answered with a status that says nothing was done raises, and nothing was."""
    await simulated.admin.add_fault(Fault(action=FaultAction.STATUS, status=status, times=2))
    with pytest.raises(error):
        await simulated.acquirer.request_effect(an_order())
    with pytest.raises(error):
        await simulated.acquirer.open_request(an_inquiry())
    assert (await simulated.acquirer.effect("case-1.1")).kind is AnswerKind.ABSENT


async def test_a_connection_that_was_never_made_sent_nothing() -> None:
    """A refused connection raises AcquirerUnavailable also for an order: nothing was sent."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    nobody = RestAcquirer("nobody", f"http://127.0.0.1:{port}", "token")
    with pytest.raises(AcquirerUnavailable):
        await nobody.request_effect(an_order())
    with pytest.raises(AcquirerUnavailable):
        await nobody.sale("536365")
    await nobody.aclose()


async def test_a_refusal_carries_its_code(simulated: Simulated) -> None:
    """A business refusal is failed with the acquirer's code, now and at every query."""
    await simulated.admin.add_fault(Fault(action=FaultAction.REFUSE, reason="merchant_blocked"))
    refused = await simulated.acquirer.request_effect(an_order())
    assert (refused.kind, refused.reason, refused.retryable) == (
        AnswerKind.FAILED,
        "merchant_blocked",
        False,
    )
    assert await simulated.acquirer.request_effect(an_order()) == refused
    assert await simulated.acquirer.refunds("536365") == ()


async def test_a_retryable_refusal_may_be_sent_again(simulated: Simulated) -> None:
    """The order of a retryable refusal may be sent again under the same effect id."""
    await simulated.admin.add_fault(
        Fault(action=FaultAction.REFUSE, reason="insufficient_funds", retryable=True)
    )
    assert (await simulated.acquirer.request_effect(an_order())).retryable
    assert (await simulated.acquirer.effect("case-1.1")).retryable
    assert (await simulated.acquirer.request_effect(an_order())).kind is AnswerKind.ACCEPTED
    assert (await simulated.acquirer.effect("case-1.1")).kind is AnswerKind.ACCEPTED


async def test_a_refused_request_is_failed(simulated: Simulated) -> None:
    """A request the acquirer does not open is failed, now and at every query."""
    await simulated.admin.add_fault(
        Fault(action=FaultAction.REFUSE, kind="inquiry", reason="too_late")
    )
    refused = await simulated.acquirer.open_request(an_inquiry())
    assert (refused.kind, refused.detail) == (AnswerKind.FAILED, "too_late")
    assert (await simulated.acquirer.request("case-1.5")).kind is AnswerKind.FAILED


async def test_a_lost_reply_to_a_request_is_unknown(simulated: Simulated) -> None:
    """A request whose reply was lost is unknown, and open when queried."""
    await simulated.admin.add_fault(Fault(action=FaultAction.REPLY_LOST))
    lost = await simulated.acquirer.open_request(an_inquiry())
    assert lost.kind is AnswerKind.UNKNOWN
    assert (await simulated.acquirer.request("case-1.5")).kind is AnswerKind.ACCEPTED


@pytest.mark.parametrize(
    ("fault", "life"),
    [
        (Fault(action=FaultAction.PENDING, days=9), [(8.9, "pending"), (9, "posted")]),
        (
            Fault(action=FaultAction.FAIL, days=2, reason="declined"),
            [(1.9, "pending"), (2, "failed"), (30, "failed")],
        ),
        (
            Fault(action=FaultAction.FAIL, days=6, reason="declined"),
            [(2.9, "pending"), (3, "posted"), (6, "failed")],
        ),
        (
            Fault(action=FaultAction.ABNORMAL, days=1, reason="card_frozen"),
            [(0.9, "pending"), (1, "abnormal"), (30, "abnormal")],
        ),
        (
            Fault(action=FaultAction.RETURN, days=4, reason="account_closed"),
            [(2.9, "pending"), (3, "posted"), (6.9, "posted"), (7, "returned")],
        ),
    ],
)
async def test_a_refund_lives_as_told(
    simulated: Simulated, fault: Fault, life: list[tuple[float, str]]
) -> None:
    """A bent schedule is seen by day in the effect and in the refund alike."""
    await simulated.admin.add_fault(fault)
    assert (await simulated.acquirer.request_effect(an_order())).kind is AnswerKind.ACCEPTED
    for day, status in life:
        simulated.wall.moment = START + timedelta(days=day)
        answer = await simulated.acquirer.effect("case-1.1")
        [refund] = await simulated.acquirer.refunds("536365")
        bad = status in ("failed", "abnormal", "returned")
        assert answer.status == refund.status == RefundStatus(status)
        assert answer.kind is {"pending": AnswerKind.ACCEPTED, "posted": AnswerKind.SUCCEEDED}.get(
            status, AnswerKind.FAILED
        )
        assert answer.reason == (fault.reason if bad else "")


async def test_money_that_came_back_can_be_refunded_again(simulated: Simulated) -> None:
    """A failed refund frees its amount; one that waits frees it for another card alone."""
    await simulated.admin.add_fault(Fault(action=FaultAction.FAIL, days=1))
    await simulated.admin.add_fault(Fault(action=FaultAction.ABNORMAL, days=1))
    acquirer = simulated.acquirer
    await acquirer.request_effect(an_order("case-1.1", 13912))
    simulated.wall.move(days=1)
    assert (await acquirer.request_effect(an_order("case-1.2", 13912))).kind is AnswerKind.ACCEPTED
    simulated.wall.move(days=1)
    assert (await acquirer.effect("case-1.2")).status is RefundStatus.ABNORMAL
    assert (await acquirer.request_effect(an_order("case-1.3", 13912))).reason == "over_refund"
    other = {"remedy": Remedy.CREDIT_ADJUSTMENT, "card_last4": "1881"}
    redirected = await acquirer.request_effect(an_order("case-1.4", 13912, **other))
    assert redirected.kind is AnswerKind.ACCEPTED
    twice = await acquirer.request_effect(an_order("case-1.5", 1, **other))
    assert twice.reason == "over_refund"


async def test_a_duplicate_is_two_refunds_of_one_effect(simulated: Simulated) -> None:
    """A duplicating acquirer is told by two refunds that bear one effect id."""
    await simulated.admin.add_fault(Fault(action=FaultAction.DUPLICATE))
    await simulated.acquirer.request_effect(an_order())
    refunds = await simulated.acquirer.refunds("536365")
    assert [refund.effect_id for refund in refunds] == ["case-1.1", "case-1.1"]
    assert len({refund.reference for refund in refunds}) == 2
    simulated.wall.move(days=3)
    assert (await simulated.admin.totals())["536365"].credited.minor == 20000


async def test_a_fault_befalls_only_what_it_names(simulated: Simulated) -> None:
    """A fault waits for the call it names and is used up by as many calls as it was set for."""
    await simulated.admin.add_fault(
        Fault(
            action=FaultAction.STATUS,
            route=Route.REQUEST_EFFECT,
            kind="refund",
            sale="536365",
            effect_prefix="case-2.",
            times=2,
        )
    )
    acquirer = simulated.acquirer
    assert await acquirer.sale("536365") is not None
    for untouched in (
        an_order("case-1.1", 100),
        an_order("case-2.1", 100, remedy=Remedy.CREDIT_ADJUSTMENT),
    ):
        assert (await acquirer.request_effect(untouched)).kind is AnswerKind.ACCEPTED
    named = an_order("case-2.2", 100)
    kinds = [(await acquirer.request_effect(named)).kind for _ in range(3)]
    assert kinds == [AnswerKind.UNKNOWN, AnswerKind.UNKNOWN, AnswerKind.ACCEPTED]
    assert await simulated.admin.faults() == ()


async def test_a_fault_waits_for_the_call_it_comes_after(simulated: Simulated) -> None:
    """What comes after an order befalls the query that follows it, not the one before it, nor
    that of another case; after an order the next order, not the same."""
    query, order = Route.EFFECT, Route.REQUEST_EFFECT
    acquirer = simulated.acquirer
    for route in (query, order):
        await simulated.admin.add_fault(
            Fault(action=FaultAction.STATUS, route=route, effect_prefix="case-1.", after=order)
        )
    assert (await acquirer.effect("case-1.1")).kind is AnswerKind.ABSENT
    assert (await acquirer.request_effect(an_order("case-2.1", 100))).kind is AnswerKind.ACCEPTED
    assert (await acquirer.effect("case-1.1")).kind is AnswerKind.ABSENT
    assert (await acquirer.request_effect(an_order("case-1.1", 100))).kind is AnswerKind.ACCEPTED
    assert (await acquirer.effect("case-2.1")).kind is AnswerKind.ACCEPTED
    with pytest.raises(AcquirerUnavailable):
        await acquirer.effect("case-1.1")
    assert (await acquirer.effect("case-1.1")).kind is AnswerKind.ACCEPTED
    assert (await acquirer.request_effect(an_order("case-1.2", 100))).kind is AnswerKind.UNKNOWN
    assert await simulated.admin.faults() == ()


async def test_a_fault_used_up_under_load_befalls_exactly_its_times(simulated: Simulated) -> None:
    """Of many calls at once exactly as many are disturbed as the fault was set for."""
    await simulated.admin.add_fault(Fault(action=FaultAction.REPLY_LOST, times=7))
    answers = await asyncio.gather(
        *(simulated.acquirer.request_effect(an_order(f"case-{n}.1", 10)) for n in range(40))
    )
    assert [answer.kind for answer in answers].count(AnswerKind.UNKNOWN) == 7
    assert len(await simulated.acquirer.refunds("536365")) == 40


def an_inquiry() -> RequestOrder:
    return RequestOrder(effect_id="case-1.5", kind=RequestKind.INQUIRY, sale="536365")

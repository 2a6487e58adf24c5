"""What both adapters do the same, against the simulator's faces over HTTP."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from activities.acquirer import AcquirerDoor, SaleRef
from recourse.acquirers.contract import ErrorCode
from recourse.acquirers.errors import (
    AcquirerMisconfigured,
    AcquirerRejected,
    AcquirerUnavailable,
)
from recourse.acquirers.lakala import LakalaAcquirer
from recourse.acquirers.simulator.admin import SimulatorAdmin
from recourse.acquirers.simulator.faults import Fault, FaultAction, Route
from recourse.acquirers.unionpay import UnionPayAcquirer
from recourse.disputes.effects import AnswerKind, Remedy, RequestKind, RequestOrder
from recourse.disputes.records import RefundStatus, SaleQuery
from tests.acquirers.china import pki
from tests.acquirers.china.peers import Peer, an_intent, make_lakala, make_unionpay
from tests.acquirers.conftest import START, a_sale, an_order, cny
from tests.eventually import assert_eventually

Adapter = LakalaAcquirer | UnionPayAcquirer


@pytest.fixture(params=["lakala", "unionpay"])
def adapter(request: pytest.FixtureRequest) -> Adapter:
    adapter: Adapter = request.getfixturevalue(request.param)
    return adapter


async def test_a_sale_is_read(adapter: Adapter, peer: Peer) -> None:
    """A sale comes with amount, time and the last four of its masked card, nothing more."""
    sale = await adapter.sale("536365")
    assert sale is not None
    assert (sale.amount, sale.captured, sale.status) == (cny(13912), cny(13912), "captured")
    assert (sale.at, sale.card_last4) == (START - timedelta(hours=5), "4242")
    assert (sale.terminal, sale.card_funding) == ("T0000001", "credit")
    assert await adapter.find_sales(SaleQuery(reference="536365")) == (sale,)
    assert await adapter.sale("unknown") is None


@pytest.mark.parametrize(("status", "told"), [("failed", "failed"), ("in_doubt", "in_doubt")])
async def test_a_sale_that_took_nothing(
    adapter: Adapter, peer: Peer, admin: SimulatorAdmin, status: str, told: str
) -> None:
    """A sale that failed, or whose end nobody knows, has captured nothing."""
    await admin.put_sale(a_sale(status=status, captured=cny(0)))
    sale = await adapter.sale("536365")
    assert sale is not None
    assert (sale.status, sale.captured) == (told, cny(0))


async def test_what_it_cannot_do_is_data(adapter: Adapter, peer: Peer) -> None:
    """Adjustments, reprints, inquiries, search, listing and events: none of them is there."""
    able = adapter.capabilities
    assert able.idempotent
    assert able.reversals
    assert not any(
        (able.adjustments, able.reprint, able.inquiries, able.search, able.refund_listing)
    )
    assert not able.terminal_events
    with pytest.raises(AcquirerRejected, match="cannot search"):
        await adapter.find_sales(SaleQuery(amount=cny(13912)))
    for remedy in (Remedy.DEBIT_ADJUSTMENT, Remedy.REPRINT):
        answer = await adapter.request_effect(an_intent(remedy=remedy))
        assert (answer.kind, answer.reason) == (AnswerKind.FAILED, ErrorCode.REMEDY_UNSUPPORTED)
    inquiry = RequestOrder(effect_id="RC-1:trace:1", kind=RequestKind.INQUIRY, sale="536365")
    assert (await adapter.open_request(inquiry)).kind is AnswerKind.FAILED
    assert (await adapter.request("RC-1:trace:1")).kind is AnswerKind.ABSENT
    assert await adapter.refunds("536365") == ()
    assert await adapter.settlement("536365") is None
    assert await adapter.terminal_events("T0000001", START, START) == ()
    assert peer.made("536365") == ()


async def test_a_record_says_that_refunds_are_not_listed(adapter: Adapter, peer: Peer) -> None:
    """A case is told that no refund in the record is no evidence of none."""
    door = AcquirerDoor({adapter.name: adapter})
    record = await door.read_record(SaleRef(acquirer=adapter.name, reference="536365"))
    assert (record.refunds, record.refunds_listed) == ((), False)
    peer.ledger.sales.put(a_sale(terminal=""))
    record = await door.read_record(SaleRef(acquirer=adapter.name, reference="536365"))
    assert record.refunds_listed is False


async def test_accepted_is_not_posted(adapter: Adapter, peer: Peer) -> None:
    """A refund that was taken is pending until a query says that it is done."""
    order = an_intent()
    assert (await adapter.effect(order.effect_id)).kind is AnswerKind.ABSENT
    taken = await adapter.request_effect(order)
    assert (taken.kind, taken.status) == (AnswerKind.ACCEPTED, RefundStatus.PENDING)
    heard = await adapter.effect(order.effect_id, sale=order.sale)
    assert (heard.kind, heard.amount) == (AnswerKind.ACCEPTED, cny(10000))
    assert heard.reference == taken.reference != ""
    peer.wall.move(days=4)
    posted = await adapter.effect(order.effect_id)
    assert (posted.kind, posted.status) == (AnswerKind.SUCCEEDED, RefundStatus.POSTED)
    (refund,) = peer.made("536365")
    assert (refund.amount, refund.effect_id[:32]) == (
        cny(10000),
        adapter.number_of(order.effect_id)[:32],
    )


async def test_sent_again_is_the_same_refund(adapter: Adapter, peer: Peer) -> None:
    """The same order, now, days later or from another process, is one refund."""
    order = an_intent()
    first = await adapter.request_effect(order)
    other = (make_lakala if adapter.name == "lakala" else make_unionpay)(peer.folder, peer.url)
    assert (await other.request_effect(order)).reference == first.reference
    await other.aclose()
    peer.wall.move(days=2)
    again = await adapter.request_effect(order)
    assert (again.kind, again.reference) == (AnswerKind.ACCEPTED, first.reference)
    peer.wall.move(days=2)
    assert (await adapter.request_effect(order)).kind in (AnswerKind.ACCEPTED, AnswerKind.SUCCEEDED)
    assert len(peer.made("536365")) == 1


async def test_a_refund_sent_on_a_later_day_is_found(adapter: Adapter, peer: Peer) -> None:
    """What could not be sent on the day of the intent is found on the day it was sent."""
    order = an_intent()
    peer.wall.move(days=9)
    await adapter.request_effect(order)
    peer.wall.move(days=9)
    assert (await adapter.effect(order.effect_id)).kind is AnswerKind.SUCCEEDED


async def test_too_much_is_refused(adapter: Adapter, peer: Peer) -> None:
    """The acquirer refuses what would give back more than was taken, and nothing moves."""
    await adapter.request_effect(an_intent("RC-1", 10000))
    answer = await adapter.request_effect(an_intent("RC-2", 4000))
    assert (answer.kind, answer.retryable) == (AnswerKind.FAILED, False)
    assert answer.reason in ("SIM_over_refund", "36")
    assert (await adapter.request_effect(an_intent("RC-3", 3912))).kind is AnswerKind.ACCEPTED
    assert sum(refund.amount.minor for refund in peer.made("536365")) == 13912


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"sale": "unknown"}, ErrorCode.SALE_UNKNOWN),
        ({"card_last4": "0005"}, ErrorCode.CARD_MISMATCH),
        ({"amount": {"minor": 100, "currency": "USD"}}, ErrorCode.CURRENCY_MISMATCH),
        ({"amount": {"minor": 0, "currency": "CNY"}}, ErrorCode.AMOUNT_INVALID),
    ],
)
async def test_what_cannot_be_right_is_not_sent(
    adapter: Adapter, peer: Peer, fields: dict[str, Any], reason: str
) -> None:
    """An order that the sale itself contradicts fails before it is sent."""
    answer = await adapter.request_effect(an_intent(**fields))
    assert (answer.kind, answer.reason) == (AnswerKind.FAILED, reason)
    assert peer.ledger.effects.times_asked() == {}


async def test_an_id_without_a_moment_is_not_sent(adapter: Adapter, peer: Peer) -> None:
    """Without the moment of the intent there is no identity, so nothing is sent or guessed."""
    with pytest.raises(AcquirerRejected, match="no moment"):
        await adapter.request_effect(an_order("RC-1:refund:1"))
    with pytest.raises(AcquirerRejected, match="no moment"):
        await adapter.effect("RC-1:refund:1")
    assert peer.made("536365") == ()


LOST = [
    (FaultAction.REPLY_LOST, {}, True, "disconnected"),
    (FaultAction.REQUEST_LOST, {}, False, "disconnected"),
    (FaultAction.TIME_OUT, {}, True, "timeout"),
    (FaultAction.STATUS, {"status": 500}, False, "http_500"),
    (FaultAction.STATUS, {"status": 404}, False, "http_404"),
]


@pytest.mark.parametrize(("action", "how", "done", "reason"), LOST)
async def test_a_lost_answer_is_unknown_until_queried(
    adapter: Adapter,
    peer: Peer,
    admin: SimulatorAdmin,
    action: FaultAction,
    how: dict[str, int],
    done: bool,
    reason: str,
) -> None:
    """When the answer to an order is lost it is unknown, and a query settles it."""
    fault = {"action": action, "route": Route.REQUEST_EFFECT, **how}
    await admin.add_fault(Fault.model_validate(fault))
    order = an_intent()
    answer = await adapter.request_effect(order)
    assert (answer.kind, answer.reason) == (AnswerKind.UNKNOWN, reason)
    heard = await adapter.effect(order.effect_id)
    assert heard.kind is (AnswerKind.ACCEPTED if done else AnswerKind.ABSENT)
    assert (await adapter.request_effect(order)).kind is AnswerKind.ACCEPTED
    assert len(peer.made("536365")) == 1


async def test_a_refusal_whose_answer_was_lost_is_found(
    adapter: Adapter, peer: Peer, admin: SimulatorAdmin
) -> None:
    """A refusal nobody heard is heard by query or when asked again; nothing moves."""
    await adapter.request_effect(an_intent("RC-1", 10000))
    fault = Fault(action=FaultAction.REPLY_LOST, route=Route.REQUEST_EFFECT)
    await admin.add_fault(fault)
    order = an_intent("RC-2", 4000)
    assert (await adapter.request_effect(order)).kind is AnswerKind.UNKNOWN
    assert (await adapter.effect(order.effect_id)).kind is AnswerKind.FAILED
    assert (await adapter.request_effect(order)).kind is AnswerKind.FAILED
    assert len(peer.made("536365")) == 1


async def test_429_was_not_taken(adapter: Adapter, peer: Peer, admin: SimulatorAdmin) -> None:
    """Too many requests: nothing was taken, and the same order may be sent again."""
    await admin.add_fault(Fault(action=FaultAction.STATUS, status=429, route=Route.REQUEST_EFFECT))
    with pytest.raises(AcquirerUnavailable):
        await adapter.request_effect(an_intent())
    assert peer.made("536365") == ()


@pytest.mark.parametrize("action", [FaultAction.REQUEST_LOST, FaultAction.STATUS])
async def test_a_read_that_failed_is_unavailable(
    adapter: Adapter, peer: Peer, admin: SimulatorAdmin, action: FaultAction
) -> None:
    """A query without an answer says nothing: it is asked again, and nothing is concluded."""
    order = an_intent()
    for route in (Route.SALE, Route.EFFECT):
        await admin.add_fault(Fault(action=action, route=route))
    with pytest.raises(AcquirerUnavailable):
        await adapter.request_effect(order)
    with pytest.raises(AcquirerUnavailable):
        await adapter.effect(order.effect_id)
    assert peer.ledger.effects.times_asked() == {}


ENDS = [
    (FaultAction.PENDING, 30, 20, AnswerKind.ACCEPTED, RefundStatus.PENDING),
    (FaultAction.PENDING, 30, 31, AnswerKind.SUCCEEDED, RefundStatus.POSTED),
    (FaultAction.FAIL, 2, 3, AnswerKind.FAILED, RefundStatus.FAILED),
    (FaultAction.FAIL, 20, 21, AnswerKind.FAILED, RefundStatus.FAILED),
    (FaultAction.RETURN, 5, 9, AnswerKind.FAILED, RefundStatus.FAILED),
]


@pytest.mark.parametrize(("action", "days", "after", "kind", "status"), ENDS)
async def test_how_a_refund_ends(
    adapter: Adapter,
    peer: Peer,
    admin: SimulatorAdmin,
    action: FaultAction,
    days: float,
    after: float,
    kind: AnswerKind,
    status: RefundStatus,
) -> None:
    """Pending for weeks, failed early, failed after it was posted, sent back: all are heard."""
    await admin.add_fault(Fault(action=action, days=days, reason="63"))
    order = an_intent()
    await adapter.request_effect(order)
    peer.wall.move(days=after)
    heard = await adapter.effect(order.effect_id)
    assert (heard.kind, heard.status, heard.retryable) == (kind, status, False)
    if kind is AnswerKind.FAILED:
        assert heard.reason == "63"


async def test_money_that_waits_at_the_acquirer_is_never_posted(
    adapter: Adapter, peer: Peer, admin: SimulatorAdmin
) -> None:
    """A card that is void or frozen: Lakala calls it an exception, UnionPay a success it
    cannot stand for. The one is abnormal, the other in doubt; neither is done."""
    await admin.add_fault(Fault(action=FaultAction.ABNORMAL, days=1))
    order = an_intent()
    await adapter.request_effect(order)
    peer.wall.move(days=2)
    heard = await adapter.effect(order.effect_id)
    expected = {
        "lakala": (AnswerKind.FAILED, RefundStatus.ABNORMAL),
        "unionpay": (AnswerKind.UNKNOWN, None),
    }
    assert (heard.kind, heard.status) == expected[adapter.name]


async def test_an_unknown_code_is_unknown(
    adapter: Adapter, peer: Peer, admin: SimulatorAdmin
) -> None:
    """A code that stands in no table is never taken for a failure."""
    await admin.add_fault(Fault(action=FaultAction.REFUSE, reason="Z9"))
    answer = await adapter.request_effect(an_intent())
    assert (answer.kind, answer.reason) == (AnswerKind.UNKNOWN, "Z9")


async def test_a_slow_order_is_unknown_and_one(
    adapter: Adapter, peer: Peer, admin: SimulatorAdmin
) -> None:
    """An order that is carried out after we gave up waiting is still one refund."""
    make = make_lakala if adapter.name == "lakala" else make_unionpay
    hasty = make(peer.folder, peer.url, timeout=0.1)
    await admin.add_fault(Fault(action=FaultAction.SLOW, seconds=0.3, route=Route.REQUEST_EFFECT))
    order = an_intent()
    assert (await hasty.request_effect(order)).kind is AnswerKind.UNKNOWN
    assert (await adapter.request_effect(order)).kind is AnswerKind.ACCEPTED

    async def both_arrived() -> None:
        assert list(peer.ledger.effects.times_asked().values()) == [2]

    await assert_eventually(both_arrived)
    await hasty.aclose()
    assert len(peer.made("536365")) == 1


async def test_nobody_there_is_unavailable(adapter: Adapter, peer: Peer) -> None:
    """A connection that was never made: nothing was sent."""
    make = make_lakala if adapter.name == "lakala" else make_unionpay
    alone = make(peer.folder, "http://127.0.0.1:9")
    for call in (alone.sale("536365"), alone.request_effect(an_intent())):
        with pytest.raises(AcquirerUnavailable):
            await call
    await alone.aclose()


async def test_an_order_signed_by_another_key_is_refused(adapter: Adapter, peer: Peer) -> None:
    """A key the acquirer does not know is a setting to mend, and nothing is done."""
    thief = pki.a_certificate(pki.a_key("thief"), "thief")
    changed: dict[str, object] = {"key_file": pki.write_key(peer.folder, "thief")}
    make: Callable[..., Adapter] = make_lakala
    if adapter.name == "unionpay":
        changed["certificate_file"] = pki.write_certificate(peer.folder, "thief", thief)
        make = make_unionpay
    other = make(peer.folder, peer.url, **changed)
    with pytest.raises(AcquirerMisconfigured):
        await other.sale("536365")
    with pytest.raises(AcquirerMisconfigured):
        await other.request_effect(an_intent())
    await other.aclose()
    assert peer.made("536365") == ()


async def test_an_answer_signed_by_another_is_none(adapter: Adapter, peer: Peer) -> None:
    """An answer the acquirer did not sign proves nothing: a read is rejected, and so is a
    key that is not the acquirer's in the settings."""
    changed: dict[str, object]
    if adapter.name == "lakala":
        other_certificate = pki.write_certificate(
            peer.folder, "not-lakala", pki.certificate_of("thief")
        )
        changed = {"lakala_certificate_file": other_certificate}
        other: Adapter = make_lakala(peer.folder, peer.url, **changed)
    else:
        other_root = pki.a_certificate(pki.a_key("other root"), "Another root", ca=True)
        changed = {"root_file": pki.write_certificate(peer.folder, "not-root", other_root)}
        other = make_unionpay(peer.folder, peer.url, **changed)
    with pytest.raises(AcquirerRejected):
        await other.sale("536365")
    await other.aclose()


@pytest.mark.parametrize("content", ["", "no key"])
def test_a_key_file_that_is_none_is_a_setting_to_mend(peer: Peer, content: str) -> None:
    """A key file that is missing or unreadable is named at once, without its content."""
    path = peer.folder / "broken.pem"
    path.write_text(content)
    for key_file in (path, peer.folder / "missing.pem"):
        with pytest.raises(AcquirerMisconfigured, match=key_file.name):
            make_lakala(peer.folder, peer.url, key_file=key_file)
        with pytest.raises(AcquirerMisconfigured, match=key_file.name):
            make_unionpay(peer.folder, peer.url, root_file=key_file)


def test_a_certificate_of_another_key_is_a_setting_to_mend(peer: Peer) -> None:
    """UnionPay is told which certificate signs: it must be of the key that does."""
    with pytest.raises(AcquirerMisconfigured, match="not of the private key"):
        make_unionpay(peer.folder, peer.url, key_file=pki.write_key(peer.folder, "thief"))

"""Notifications of both, sent by the simulator and verified by the adapters."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from fastapi import FastAPI, Request, Response

from recourse.acquirers.hints import Hint, NotificationRefused
from recourse.acquirers.lakala import LakalaAcquirer
from recourse.acquirers.lakala.signing import Signer
from recourse.acquirers.simulator.admin import SimulatorAdmin
from recourse.acquirers.simulator.faults import Fault, FaultAction
from recourse.acquirers.simulator.notices import Delivery
from recourse.acquirers.simulator.server import serving
from recourse.acquirers.unionpay import UnionPayAcquirer, wire
from recourse.acquirers.unionpay.signing import Signer as UnionPaySigner
from recourse.disputes.effects import AnswerKind
from tests.acquirers.china import pki
from tests.acquirers.china.peers import (
    APPID,
    LAKALA_SERIAL,
    MER_ID,
    Peer,
    an_intent,
    make_lakala,
    make_unionpay,
    unionpay_face_for,
)

Adapter = LakalaAcquirer | UnionPayAcquirer


@dataclass
class Receiver:
    """A door that keeps what comes, as it came."""

    url: str = ""
    came: list[tuple[httpx2.Headers, bytes]] = field(default_factory=list)

    def hints(self, adapter: Adapter) -> list[Hint]:
        return [adapter.verify_webhook(headers, body) for headers, body in self.came]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    app, receiver = FastAPI(), Receiver()

    @app.post("/notify")
    async def notify(request: Request) -> Response:
        receiver.came.append((httpx2.Headers(request.headers.raw), await request.body()))
        return Response("ok")

    async with serving(app) as port:
        receiver.url = f"http://127.0.0.1:{port}/notify"
        yield receiver


@pytest.fixture(params=["lakala", "unionpay"])
async def adapter(
    request: pytest.FixtureRequest, peer: Peer, receiver: Receiver
) -> AsyncIterator[Adapter]:
    adapter: Adapter
    if request.param == "lakala":
        adapter = make_lakala(peer.folder, peer.url, notify_url=receiver.url)
    else:
        adapter = make_unionpay(peer.folder, peer.url, back_url=receiver.url)
    yield adapter
    await adapter.aclose()


async def test_a_posted_refund_is_told_once(
    adapter: Adapter, peer: Peer, admin: SimulatorAdmin, receiver: Receiver
) -> None:
    """Nothing is told while a refund is pending; posted, it is told once, and the key leads
    to the effect that was asked."""
    order = an_intent()
    await adapter.request_effect(order)
    assert (await admin.deliver()).sent == 0
    peer.wall.move(days=4)
    delivered = await admin.deliver()
    assert (delivered.sent, delivered.accepted) == (1, 1)
    assert (await admin.deliver()).sent == 0
    (hint,) = receiver.hints(adapter)
    assert hint.key == adapter.number_of(order.effect_id)
    assert hint.effect_id in ("", order.effect_id)
    assert hint.effect_id or adapter.name == "lakala"
    assert (await adapter.effect(order.effect_id)).kind is AnswerKind.SUCCEEDED


async def test_copies_and_disorder_are_only_hints(
    adapter: Adapter, peer: Peer, admin: SimulatorAdmin, receiver: Receiver
) -> None:
    """Three copies of each, newest first: every one verifies, and says nothing but what to
    look up."""
    orders = [an_intent(f"RC-{n}", 100) for n in range(4)]
    for order in orders:
        await adapter.request_effect(order)
    peer.wall.move(days=4)
    assert (await admin.deliver(Delivery(copies=3, newest_first=True))).accepted == 12
    keys = [hint.key for hint in receiver.hints(adapter)]
    expected = [adapter.number_of(order.effect_id) for order in reversed(orders)]
    assert keys == [key for key in expected for _ in range(3)]
    assert len(peer.made("536365")) == 4


async def test_a_late_failure_is_told_after_the_success(
    adapter: Adapter, peer: Peer, admin: SimulatorAdmin, receiver: Receiver
) -> None:
    """A refund that fails after it was posted is told twice; the query says which holds."""
    await admin.add_fault(Fault(action=FaultAction.FAIL, days=20, reason="63"))
    order = an_intent()
    await adapter.request_effect(order)
    for days in (4, 20):
        peer.wall.move(days=days)
        await admin.deliver()
    assert len(receiver.hints(adapter)) == 2
    assert (await adapter.effect(order.effect_id)).kind is AnswerKind.FAILED


async def test_a_lost_notification_changes_nothing(
    adapter: Adapter, peer: Peer, admin: SimulatorAdmin, receiver: Receiver
) -> None:
    """Notifications that never come leave the query, which is what counts."""
    order = an_intent()
    await adapter.request_effect(order)
    peer.wall.move(days=4)
    await admin.deliver(Delivery(copies=0))
    assert (await admin.deliver()).sent == 0
    assert receiver.came == []
    assert (await adapter.effect(order.effect_id)).kind is AnswerKind.SUCCEEDED


async def test_a_tampered_notification_is_refused(
    adapter: Adapter, peer: Peer, admin: SimulatorAdmin, receiver: Receiver
) -> None:
    """Any byte of the body changed, or the header of another notification, is refused."""
    await adapter.request_effect(an_intent())
    peer.wall.move(days=4)
    await admin.deliver()
    ((headers, body),) = receiver.came
    for at in range(0, len(body), 7):
        touched = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
        with pytest.raises(NotificationRefused):
            adapter.verify_webhook(headers, touched)
    with pytest.raises(NotificationRefused):
        adapter.verify_webhook({}, b"")
    with pytest.raises(NotificationRefused):
        adapter.verify_webhook({}, b"<html>")


def test_an_old_notification_of_lakala_is_refused(lakala: LakalaAcquirer) -> None:
    """A notification that is sent again after five minutes is a replay, and refused."""
    signer = Signer(APPID, LAKALA_SERIAL, pki.a_key("lakala"))
    body = b'{"out_trade_no": "A"}'
    now = datetime.now(UTC)
    fresh = {"Authorization": signer.notification(body, now)}
    assert lakala.verify_webhook(fresh, body).key == "A"
    old = {"Authorization": signer.notification(body, now - timedelta(minutes=6))}
    with pytest.raises(NotificationRefused, match="too old"):
        lakala.verify_webhook(old, body)
    stranger = Signer(APPID, LAKALA_SERIAL, pki.a_key("thief"))
    with pytest.raises(NotificationRefused, match="does not hold"):
        lakala.verify_webhook({"Authorization": stranger.notification(body, now)}, body)
    nothing = {"Authorization": signer.notification(b"{}", now)}
    with pytest.raises(NotificationRefused, match="cannot be read"):
        lakala.verify_webhook(nothing, b"{}")


def test_an_effect_id_of_another_order_is_not_believed(unionpay: UnionPayAcquirer) -> None:
    """The id that comes back counts only when it gives the order the notification is about;
    one of another merchant is refused."""
    face, order = unionpay_face_for(), an_intent()
    key = unionpay.number_of(order.effect_id)
    reserved = "UkMtMjpyZWZ1bmQ6MUAyMDI2MTEyMFQwOTAwMDBa"  # RC-2:refund:1@20261120T090000Z
    for sent, believed in ((reserved, ""), ("%%%", ""), ("5LiA", ""), ("", "")):
        told = {"merId": MER_ID, "orderId": key, "reqReserved": sent, "respCode": "00"}
        hint = unionpay.verify_webhook({}, wire.form(face.signed(told)))
        assert (hint.key, hint.effect_id) == (key, believed)
    for told in ({"merId": "000000000000000", "orderId": key}, {"merId": MER_ID}):
        with pytest.raises(NotificationRefused, match="no order of this merchant"):
            unionpay.verify_webhook({}, wire.form(face.signed(told)))


def test_a_notification_of_a_stranger_is_refused(unionpay: UnionPayAcquirer) -> None:
    """A notification signed with a certificate no authority vouches for is refused."""
    thief = UnionPaySigner(pki.a_key("thief"), pki.certificate_of("thief"))
    told = {"merId": MER_ID, "orderId": "ORDER00001", "signPubKeyCert": pki.pem(thief.certificate)}
    with pytest.raises(NotificationRefused, match="another signer"):
        unionpay.verify_webhook({}, wire.form(thief.signed(told)))

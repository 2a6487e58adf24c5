"""Notifications of both, sent by the simulator and verified by the adapters."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI, Request, Response

from recourse.acquirers import numbers
from recourse.acquirers.lakala import LakalaAcquirer, LakalaSettings, lakala_acquirer
from recourse.acquirers.lakala.signing import Signer
from recourse.acquirers.simulator.admin import SimulatorAdmin
from recourse.acquirers.simulator.faults import Fault, FaultAction
from recourse.acquirers.simulator.notices import Delivery
from recourse.acquirers.simulator.server import serving
from recourse.acquirers.unionpay import (
    UnionPayAcquirer,
    UnionPaySettings,
    unionpay_acquirer,
    wire,
)
from recourse.acquirers.unionpay.signing import Signer as UnionPaySigner
from recourse.acquirers.webhooks import Arrived, Verifier, WebhookRefused
from recourse.disputes.effects import AnswerKind
from tests.acquirers.china import pki
from tests.acquirers.china.peers import (
    APPID,
    LAKALA_SERIAL,
    MER_ID,
    Peer,
    an_intent,
    lakala_settings,
    unionpay_face_for,
    unionpay_settings,
)

Adapter = LakalaAcquirer | UnionPayAcquirer
MakeSettings = Callable[..., LakalaSettings | UnionPaySettings]


@dataclass
class Receiver:
    """A door that keeps what comes, as it came."""

    url: str = ""
    came: list[Arrived] = field(default_factory=list)


@dataclass
class Told:
    """An adapter, and the verifier of what it is told."""

    adapter: Adapter
    verify: Verifier


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    app, receiver = FastAPI(), Receiver()

    @app.post("/notify")
    async def notify(request: Request) -> Response:
        effect = request.query_params.get("effect", "")
        receiver.came.append(
            Arrived(request.headers, await request.body(), datetime.now(UTC), effect)
        )
        return Response("ok")

    async with serving(app) as port:
        receiver.url = f"http://127.0.0.1:{port}/notify"
        yield receiver


@pytest.fixture(params=["lakala", "unionpay"])
async def told(
    request: pytest.FixtureRequest, peer: Peer, receiver: Receiver
) -> AsyncIterator[Told]:
    adapter: Adapter
    if request.param == "lakala":
        lakala = lakala_settings(peer.folder, peer.url, notify_url=receiver.url)
        adapter, verify = lakala_acquirer("lakala", lakala), lakala.verifier([])
    else:
        unionpay = unionpay_settings(peer.folder, peer.url, back_url=receiver.url)
        adapter, verify = unionpay_acquirer("unionpay", unionpay), unionpay.verifier([])
    yield Told(adapter, verify)
    await adapter.aclose()


async def test_a_posted_refund_is_told_once(
    told: Told, peer: Peer, admin: SimulatorAdmin, receiver: Receiver
) -> None:
    """Nothing is told while a refund is pending; posted, it is told once, and the effect that
    was asked is named."""
    order = an_intent()
    await told.adapter.request_effect(order)
    assert (await admin.deliver()).sent == 0
    peer.wall.move(days=4)
    delivered = await admin.deliver()
    assert (delivered.sent, delivered.accepted) == (1, 1)
    assert (await admin.deliver()).sent == 0
    (hint,) = map(told.verify, receiver.came)
    assert hint.effect_id == order.effect_id
    assert (await told.adapter.effect(order.effect_id)).kind is AnswerKind.SUCCEEDED


async def test_copies_and_disorder_are_only_hints(
    told: Told, peer: Peer, admin: SimulatorAdmin, receiver: Receiver
) -> None:
    """Three copies of each, newest first: every one verifies, and says nothing but what to
    look up; the copies have one event id."""
    orders = [an_intent(f"RC-{n}", 100) for n in range(4)]
    for order in orders:
        await told.adapter.request_effect(order)
    peer.wall.move(days=4)
    assert (await admin.deliver(Delivery(copies=3, newest_first=True))).accepted == 12
    hints = [told.verify(arrived) for arrived in receiver.came]
    expected = [order.effect_id for order in reversed(orders)]
    assert [hint.effect_id for hint in hints] == [one for one in expected for _ in range(3)]
    assert len({hint.event_id for hint in hints}) == 4
    assert len(peer.made("536365")) == 4


async def test_a_late_failure_is_told_after_the_success(
    told: Told, peer: Peer, admin: SimulatorAdmin, receiver: Receiver
) -> None:
    """A refund that fails after it was posted is told twice, which are two events; the query
    says which holds."""
    await admin.add_fault(Fault(action=FaultAction.FAIL, days=20, reason="63"))
    order = an_intent()
    await told.adapter.request_effect(order)
    for days in (4, 20):
        peer.wall.move(days=days)
        await admin.deliver()
    hints = [told.verify(arrived) for arrived in receiver.came]
    assert [hint.effect_id for hint in hints] == [order.effect_id] * 2
    assert len({hint.event_id for hint in hints}) == 2
    assert (await told.adapter.effect(order.effect_id)).kind is AnswerKind.FAILED


async def test_a_lost_notification_changes_nothing(
    told: Told, peer: Peer, admin: SimulatorAdmin, receiver: Receiver
) -> None:
    """Notifications that never come leave the query, which is what counts."""
    order = an_intent()
    await told.adapter.request_effect(order)
    peer.wall.move(days=4)
    await admin.deliver(Delivery(copies=0))
    assert (await admin.deliver()).sent == 0
    assert receiver.came == []
    assert (await told.adapter.effect(order.effect_id)).kind is AnswerKind.SUCCEEDED


async def test_a_tampered_notification_is_refused(
    told: Told, peer: Peer, admin: SimulatorAdmin, receiver: Receiver
) -> None:
    """Any byte of the body changed, or the header of another notification, is refused."""
    await told.adapter.request_effect(an_intent())
    peer.wall.move(days=4)
    await admin.deliver()
    (arrived,) = receiver.came
    for at in range(0, len(arrived.body), 7):
        touched = arrived.body[:at] + bytes([arrived.body[at] ^ 1]) + arrived.body[at + 1 :]
        with pytest.raises(WebhookRefused):
            told.verify(replace(arrived, body=touched))
    for body in (b"", b"<html>"):
        with pytest.raises(WebhookRefused):
            told.verify(Arrived({}, body, arrived.at))


@pytest.mark.parametrize("make", [lakala_settings, unionpay_settings])
def test_no_secret_verifies_them(make: MakeSettings, tmp_path: Path) -> None:
    """They are verified by certificate: a secret in the settings is a misunderstanding."""
    with pytest.raises(ValueError, match="by certificate"):
        make(tmp_path, "http://127.0.0.1:9").verifier(["secret"])


NOW = datetime.now(UTC)


@pytest.fixture
def lakala_says(tmp_path: Path) -> Verifier:
    return lakala_settings(tmp_path, "http://127.0.0.1:9").verifier([])


@pytest.fixture
def unionpay_says(tmp_path: Path) -> Verifier:
    return unionpay_settings(tmp_path, "http://127.0.0.1:9").verifier([])


def of_lakala(body: bytes, at: datetime = NOW, key: str = "lakala", effect: str = "") -> Arrived:
    signer = Signer(APPID, LAKALA_SERIAL, pki.a_key(key))
    return Arrived({"authorization": signer.notification(body, at)}, body, NOW, effect)


def test_an_old_notification_of_lakala_is_refused(lakala_says: Verifier) -> None:
    """A notification that is sent again after five minutes is a replay, and refused."""
    body = b'{"out_trade_no": "A"}'
    assert lakala_says(of_lakala(body)).effect_id == ""
    with pytest.raises(WebhookRefused, match="too old"):
        lakala_says(of_lakala(body, NOW - timedelta(minutes=6)))
    with pytest.raises(WebhookRefused, match="does not hold"):
        lakala_says(of_lakala(body, key="thief"))
    with pytest.raises(WebhookRefused, match="cannot be read"):
        lakala_says(of_lakala(b"{}"))


def test_an_address_of_another_order_is_not_believed(lakala_says: Verifier) -> None:
    """Anybody can call the door under any address: the effect in it counts only when it gives
    the number that Lakala signed."""
    ours = an_intent().effect_id
    body = json.dumps({"out_trade_no": numbers.lakala_number(ours)}).encode()
    for effect, believed in ((ours, ours), (an_intent("RC-2").effect_id, ""), ("", "")):
        assert lakala_says(of_lakala(body, effect=effect)).effect_id == believed


def test_an_effect_id_of_another_order_is_not_believed(unionpay_says: Verifier) -> None:
    """The id that comes back counts only when it gives the order the notification is about;
    one of another merchant is refused."""
    face, order = unionpay_face_for(), an_intent()
    number = numbers.unionpay_number(order.effect_id)
    reserved = "UkMtMjpyZWZ1bmQ6MUAyMDI2MTEyMFQwOTAwMDBa"  # RC-2:refund:1@20261120T090000Z
    for sent in (reserved, "%%%", "5LiA", ""):
        told = {"merId": MER_ID, "orderId": number, "reqReserved": sent, "respCode": "00"}
        arrived = Arrived({}, wire.form(face.signed(told)), NOW)
        assert unionpay_says(arrived).effect_id == ""
    for told in ({"merId": "000000000000000", "orderId": number}, {"merId": MER_ID}):
        with pytest.raises(WebhookRefused, match="no order of this merchant"):
            unionpay_says(Arrived({}, wire.form(face.signed(told)), NOW))


def test_a_notification_of_a_stranger_is_refused(unionpay_says: Verifier) -> None:
    """A notification signed with a certificate no authority vouches for is refused."""
    thief = UnionPaySigner(pki.a_key("thief"), pki.certificate_of("thief"))
    told = {"merId": MER_ID, "orderId": "ORDER00001", "signPubKeyCert": pki.pem(thief.certificate)}
    with pytest.raises(WebhookRefused, match="another signer"):
        unionpay_says(Arrived({}, wire.form(thief.signed(told)), NOW))

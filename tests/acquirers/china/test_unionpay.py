"""What UnionPay alone does: identity, settlement days, codes, and answers it never made."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from recourse.acquirers.contract import ErrorCode
from recourse.acquirers.errors import (
    AcquirerMisconfigured,
    AcquirerRejected,
    AcquirerUnavailable,
)
from recourse.acquirers.simulator.admin import SimulatorAdmin
from recourse.acquirers.unionpay import UnionPayAcquirer, codes, unionpay_acquirer, wire
from recourse.acquirers.unionpay.adapter import BACK_TRANS, QUERY
from recourse.acquirers.unionpay.signing import Signer
from recourse.disputes.effect_ids import effect_id
from recourse.disputes.effects import AnswerKind, EffectAnswer, EffectOrder, Remedy
from tests.acquirers.china import pki
from tests.acquirers.china.peers import (
    MER_ID,
    NOWHERE,
    Peer,
    an_intent,
    unionpay_face_for,
    unionpay_settings,
)
from tests.acquirers.conftest import START, a_sale, an_order, cny

CUT = START.replace(hour=15)
"""23:00 in Beijing."""


def undo(case: str = "RC-9", minor: int = 13912, at: Any = START, **fields: Any) -> EffectOrder:
    fields = {"remedy": Remedy.REVERSAL, **fields}
    return an_order(effect_id(case, "reversal", 1, at), minor, **fields)


async def test_a_sale_is_voided_in_its_settlement_day(
    unionpay: UnionPayAcquirer, peer: Peer
) -> None:
    """In the settlement day of the sale the whole of it is voided, once, in real time."""
    assert (await unionpay.request_effect(undo())).kind is AnswerKind.ACCEPTED
    assert (await unionpay.effect(undo().effect_id)).kind is AnswerKind.SUCCEEDED
    assert (await unionpay.request_effect(undo())).kind is AnswerKind.SUCCEEDED
    second = await unionpay.request_effect(undo("RC-10"))
    assert (second.kind, second.reason) == (AnswerKind.FAILED, "45")
    refund = await unionpay.request_effect(an_intent("RC-11", 1))
    assert refund.kind is AnswerKind.FAILED
    assert peer.made("536365") == ()


@pytest.mark.parametrize(
    ("sold", "intended", "reason"),
    [
        (CUT - timedelta(minutes=1), CUT - timedelta(seconds=1), ""),
        (CUT - timedelta(minutes=1), CUT, "not_same_day"),
        (CUT, CUT + timedelta(hours=23, minutes=59), ""),
        (CUT, CUT + timedelta(hours=24), "not_same_day"),
    ],
)
async def test_the_day_runs_from_23_to_23(
    unionpay: UnionPayAcquirer,
    peer: Peer,
    admin: SimulatorAdmin,
    sold: Any,
    intended: Any,
    reason: str,
) -> None:
    """A void belongs to the settlement day of the sale, which ends at 23:00 in Beijing."""
    await admin.put_sale(a_sale(at=sold))
    peer.wall.moment = intended
    answer = await unionpay.request_effect(undo(at=intended))
    expected = (AnswerKind.FAILED, reason) if reason else (AnswerKind.ACCEPTED, "")
    assert (answer.kind, answer.reason) == expected


async def test_a_void_sent_too_late_is_refused_there(
    unionpay: UnionPayAcquirer, peer: Peer
) -> None:
    """What was intended in time and sent after 23:00 is refused by the gateway, finally."""
    peer.wall.moment = CUT
    answer = await unionpay.request_effect(undo())
    assert (answer.kind, answer.reason, answer.retryable) == (AnswerKind.FAILED, "39", False)


@pytest.mark.parametrize(
    ("sale", "minor", "reason"),
    [
        ({"status": "in_doubt", "captured": cny(0)}, 13912, "sale_in_doubt"),
        ({"status": "failed", "captured": cny(0)}, 13912, "sale_in_doubt"),
        ({}, 100, ErrorCode.AMOUNT_MISMATCH),
    ],
)
async def test_what_cannot_be_voided(
    unionpay: UnionPayAcquirer,
    peer: Peer,
    admin: SimulatorAdmin,
    sale: dict[str, Any],
    minor: int,
    reason: str,
) -> None:
    """A sale whose success is not certain is reversed by its maker and never voided, and a
    void is for the whole amount."""
    await admin.put_sale(a_sale(**sale))
    answer = await unionpay.request_effect(undo(minor=minor))
    assert (answer.kind, answer.reason) == (AnswerKind.FAILED, reason)
    assert peer.ledger.effects.times_asked() == {}


async def test_after_a_refund_there_is_no_void(unionpay: UnionPayAcquirer, peer: Peer) -> None:
    """A sale with a refund is not voided."""
    await unionpay.request_effect(an_intent("RC-1", 100))
    assert (await unionpay.request_effect(undo())).reason == "45"


def ordered(**changed: str) -> dict[str, str]:
    return {
        "version": "5.1.0",
        "encoding": "UTF-8",
        "txnType": "04",
        "txnSubType": "00",
        "bizType": "000201",
        "channelType": "07",
        "accessType": "0",
        "merId": MER_ID,
        "certId": str(pki.certificate_of("merchant").serial_number),
        "orderId": "ORDER00001",
        "txnTime": "20261120170000",
        "txnAmt": "100",
        "origQryId": "536365",
        "backUrl": NOWHERE,
        **changed,
    }


async def ask(peer: Peer, fields: dict[str, str]) -> dict[str, str]:
    """An order signed as the merchant, past the adapter."""
    signer = Signer(pki.a_key("merchant"), pki.certificate_of("merchant"))
    async with httpx2.AsyncClient() as http:
        response = await http.post(
            f"{peer.url}/unionpay{BACK_TRANS}", content=wire.form(signer.signed(fields))
        )
    return wire.read_bare(response.content)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, "00"),
        ({"orderId": "ORDER-0001"}, "10"),
        ({"orderId": "ORDER_0001"}, "10"),
        ({"orderId": "SHORT"}, "10"),
        ({"txnAmt": "1.00"}, "10"),
        ({"txnType": "01"}, "10"),
        ({"backUrl": ""}, "13"),
        ({"bizType": ""}, "13"),
        ({"merId": "000000000000000"}, "31"),
        ({"certId": "1"}, "31"),
        ({"origQryId": "unknown"}, "35"),
        ({"txnAmt": "13913"}, "36"),
    ],
)
async def test_the_rules_of_an_order(peer: Peer, changed: dict[str, str], code: str) -> None:
    """The face keeps UnionPay's rules: alphabet of the orderId, mandatory fields, merchant,
    the sale, and no more than was taken."""
    assert (await ask(peer, ordered(**changed)))["respCode"] == code
    assert len(peer.made("536365")) == (1 if code == "00" else 0)


async def test_an_order_is_unique_within_its_day(peer: Peer) -> None:
    """The same orderId again on the day is a duplicate, whatever else stands in it; on
    another day it is another transaction."""
    answers = [
        (await ask(peer, ordered(**changed)))["respCode"]
        for changed in (
            {},
            {},
            {"txnTime": "20261120170001"},
            {"txnTime": "20261121170000"},
        )
    ]
    assert answers == ["00", "12", "12", "00"]
    assert len(peer.made("536365")) == 2


async def test_a_tampered_order_is_refused(peer: Peer) -> None:
    """An order whose amount was changed on the way is refused, by a signed answer."""
    signer = Signer(pki.a_key("merchant"), pki.certificate_of("merchant"))
    body = wire.form({**signer.signed(ordered()), "txnAmt": "13912"})
    async with httpx2.AsyncClient() as http:
        response = await http.post(f"{peer.url}/unionpay{BACK_TRANS}", content=body)
    assert wire.read_bare(response.content)["respCode"] == "11"
    assert peer.made("536365") == ()


FACE = unionpay_face_for()


def told(**fields: str) -> httpx2.Response:
    kept = {"merId": MER_ID, **fields}
    return httpx2.Response(200, content=wire.bare(FACE.signed(kept)))


SALE = {
    "respCode": "00",
    "origRespCode": "00",
    "queryId": "536365",
    "txnAmt": "13912",
    "txnTime": "20261120120000",
    "accNo": "622202*********4242",
    "currencyCode": "156",
}
Making = Callable[[str, dict[str, str]], httpx2.Response]


def replying(folder: Path, make: Making) -> UnionPayAcquirer:
    def answer(request: httpx2.Request) -> httpx2.Response:
        path = request.url.path.removeprefix("/unionpay")
        return make(path, wire.read_form(request.content))

    settings = unionpay_settings(folder, "http://peer")
    return unionpay_acquirer("odd", settings, transport=httpx2.MockTransport(answer))


async def refunding(folder: Path, reply: httpx2.Response) -> EffectAnswer:
    """What the adapter makes of a reply to an order. The sale is told as it should be, and
    the order is unknown to a query."""

    def make(path: str, asked: dict[str, str]) -> httpx2.Response:
        if path == QUERY:
            return told(**SALE) if "queryId" in asked else told(respCode="34")
        return reply

    acquirer = replying(folder, make)
    try:
        return await acquirer.request_effect(an_intent())
    finally:
        await acquirer.aclose()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("00", AnswerKind.ACCEPTED),
        ("05", AnswerKind.ACCEPTED),
        ("03", AnswerKind.UNKNOWN),
        ("04", AnswerKind.UNKNOWN),
        ("A6", AnswerKind.UNKNOWN),
        ("12", AnswerKind.UNKNOWN),
        ("02", AnswerKind.UNKNOWN),
        ("06", AnswerKind.UNKNOWN),
        ("Z9", AnswerKind.UNKNOWN),
        ("", AnswerKind.UNKNOWN),
        *((code, AnswerKind.FAILED) for code in codes.FAILED),
    ],
)
async def test_what_each_code_of_an_order_means(
    tmp_path: Path, code: str, kind: AnswerKind
) -> None:
    """00 is accepted and never done; a code of the table has failed; all else is unknown."""
    answer = await refunding(tmp_path, told(respCode=code, queryId="1"))
    assert answer.kind is kind
    if kind is AnswerKind.FAILED:
        assert (answer.reason, answer.retryable) == (code, False)


@pytest.mark.parametrize(("code", "error"), [("10", AcquirerRejected), ("13", AcquirerRejected)])
async def test_an_order_spoken_wrongly(tmp_path: Path, code: str, error: type[Exception]) -> None:
    """An order UnionPay cannot read was not carried out, and sending it again is useless."""
    with pytest.raises(error):
        await refunding(tmp_path, told(respCode=code))
    with pytest.raises(AcquirerMisconfigured):
        await refunding(tmp_path, told(respCode="11"))


STRANGER = Signer(pki.a_key("thief"), pki.certificate_of("thief"))


def _tampered() -> httpx2.Response:
    fields = FACE.signed({"merId": MER_ID, "respCode": "36"})
    return httpx2.Response(200, content=wire.bare({**fields, "respCode": "00"}))


def _by_a_stranger() -> httpx2.Response:
    fields = {"merId": MER_ID, "respCode": "00", "signPubKeyCert": pki.pem(STRANGER.certificate)}
    return httpx2.Response(200, content=wire.bare(STRANGER.signed(fields)))


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (_tampered(), "unverified"),
        (_by_a_stranger(), "unverified"),
        (httpx2.Response(200, content=b"Invalid request."), "unreadable"),
        (told(respCode="00", orderId="ANOTHER1"), "unreadable"),
        (told(respCode="00", txnTime="20261120170001"), "unreadable"),
        (told(respCode="36", orderId="ANOTHER1"), "unreadable"),
        (told(respCode="00", merId="000000000000000"), "unreadable"),
        (httpx2.Response(502), "http_502"),
    ],
)
async def test_an_answer_that_proves_nothing_is_unknown(
    tmp_path: Path, reply: httpx2.Response, reason: str
) -> None:
    """An answer to an order that is tampered with, signed by another, or about another order
    leaves it unknown; its refusals too."""
    answer = await refunding(tmp_path, reply)
    assert (answer.kind, answer.reason) == (AnswerKind.UNKNOWN, reason)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("00", AnswerKind.SUCCEEDED),
        ("03", AnswerKind.ACCEPTED),
        ("04", AnswerKind.ACCEPTED),
        ("05", AnswerKind.ACCEPTED),
        ("A6", AnswerKind.UNKNOWN),
        ("Z9", AnswerKind.UNKNOWN),
        ("", AnswerKind.UNKNOWN),
        *((code, AnswerKind.FAILED) for code in codes.FAILED),
    ],
)
async def test_what_a_query_means(tmp_path: Path, code: str, kind: AnswerKind) -> None:
    """Only a query that succeeded about a transaction that succeeded is done; 03, 04 and 05
    go on; a defective success stays in doubt."""

    def make(_: str, asked: dict[str, str]) -> httpx2.Response:
        identity = {key: asked[key] for key in ("orderId", "txnTime")}
        return told(respCode="00", origRespCode=code, txnAmt="10000", **identity)

    acquirer = replying(tmp_path, make)
    heard = await acquirer.effect(an_intent().effect_id)
    assert (heard.kind, heard.amount) == (kind, cny(10000))
    await acquirer.aclose()


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (told(respCode="02"), AcquirerUnavailable),
        (told(respCode="03"), AcquirerUnavailable),
        (told(respCode="06"), AcquirerUnavailable),
        (told(respCode="37"), AcquirerUnavailable),
        (told(respCode="01"), AcquirerRejected),
        (told(respCode="11"), AcquirerMisconfigured),
        (told(respCode="00", origRespCode="00", orderId="ANOTHER1"), AcquirerRejected),
        (told(respCode="00", origRespCode="00"), AcquirerRejected),
        (_tampered(), AcquirerRejected),
        (_by_a_stranger(), AcquirerRejected),
        (httpx2.Response(200, content=b"<html>"), AcquirerRejected),
        (httpx2.Response(503), AcquirerUnavailable),
    ],
)
async def test_a_query_that_proves_nothing(
    tmp_path: Path, reply: httpx2.Response, error: type[Exception]
) -> None:
    """A query is only what UnionPay signed about what was asked; absent is its 34 alone."""
    acquirer = replying(tmp_path, lambda *_: reply)
    with pytest.raises(error):
        await acquirer.effect(an_intent().effect_id)
    await acquirer.aclose()


async def test_identity_never_takes_an_attempts_clock(tmp_path: Path) -> None:
    """orderId and txnTime are the same in every attempt and in every query, by any process."""
    seen = set()

    def make(_: str, asked: dict[str, str]) -> httpx2.Response:
        if "queryId" in asked:
            return told(**SALE)
        identity = {key: asked[key] for key in ("orderId", "txnTime")}
        seen.add((identity["orderId"], identity["txnTime"]))
        return told(respCode="00", origRespCode="05", txnAmt="10000", **identity)

    order = an_intent()
    for _ in range(3):
        acquirer = replying(tmp_path, make)
        await acquirer.request_effect(order)
        await acquirer.effect(order.effect_id)
        await acquirer.aclose()
    assert seen == {(acquirer.number_of(order.effect_id), "20261120170000")}
    assert len(acquirer.number_of(order.effect_id)) == 40


async def test_a_refusal_of_what_was_made_before_is_no_failure(tmp_path: Path) -> None:
    """A repetition may be refused as too much; what the query finds of it counts."""

    def make(path: str, asked: dict[str, str]) -> httpx2.Response:
        if "queryId" in asked:
            return told(**SALE)
        if path == BACK_TRANS:
            return told(respCode="36")
        identity = {key: asked[key] for key in ("orderId", "txnTime")}
        return told(respCode="00", origRespCode="00", txnAmt="10000", **identity)

    acquirer = replying(tmp_path, make)
    assert (await acquirer.request_effect(an_intent())).kind is AnswerKind.SUCCEEDED
    await acquirer.aclose()

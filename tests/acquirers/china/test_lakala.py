"""What Lakala alone does: its rules, its days, its codes, and replies it never made."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from recourse.acquirers.contract import ErrorCode
from recourse.acquirers.errors import AcquirerRejected, AcquirerUnavailable
from recourse.acquirers.lakala import LakalaAcquirer, lakala_acquirer
from recourse.acquirers.lakala import messages as m
from recourse.acquirers.lakala.messages import last_four
from recourse.acquirers.lakala.signing import Signer
from recourse.acquirers.simulator.lakala_face import CARD_MISSING, NOT_SAME_DAY
from recourse.disputes.effects import AnswerKind, EffectAnswer, Remedy
from recourse.disputes.records import RefundStatus
from tests.acquirers.china import pki
from tests.acquirers.china.peers import (
    APPID,
    LAKALA_SERIAL,
    MERCHANT,
    OUR_SERIAL,
    Peer,
    an_intent,
    lakala_settings,
)
from tests.acquirers.conftest import cny

SIGNER = Signer(APPID, LAKALA_SERIAL, pki.a_key("lakala"))


def undo(case: str = "RC-9", minor: int = 13912, **fields: Any) -> Any:
    return an_intent(case, minor, **{"remedy": Remedy.REVERSAL, "sale": "scanned", **fields})


async def test_a_scanned_code_is_revoked_on_its_day(lakala: LakalaAcquirer, peer: Peer) -> None:
    """On the day of the sale the whole of a scanned code is undone, once."""
    taken = await lakala.request_effect(undo())
    assert taken.kind is AnswerKind.ACCEPTED
    heard = await lakala.effect(undo().effect_id)
    assert (heard.kind, heard.status, heard.amount) == (
        AnswerKind.SUCCEEDED,
        RefundStatus.POSTED,
        cny(13912),
    )
    sale = await lakala.sale("scanned")
    assert sale is not None
    assert (sale.status, sale.captured) == ("reversed", cny(0))
    peer.wall.move(days=1)
    assert (await lakala.request_effect(undo())).kind is AnswerKind.ACCEPTED
    assert (await lakala.request_effect(undo("RC-10"))).kind is AnswerKind.FAILED


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"minor": 100}, ErrorCode.AMOUNT_MISMATCH),
        ({"sale": "536365"}, ErrorCode.REMEDY_UNSUPPORTED),
    ],
)
async def test_what_cannot_be_revoked(
    lakala: LakalaAcquirer, peer: Peer, fields: dict[str, Any], reason: str
) -> None:
    """A part of a sale, and a sale by card, are never revoked."""
    answer = await lakala.request_effect(undo(**fields))
    assert (answer.kind, answer.reason) == (AnswerKind.FAILED, reason)
    assert peer.ledger.effects.times_asked() == {}


async def test_the_day_after_is_too_late(lakala: LakalaAcquirer, peer: Peer) -> None:
    """What was intended on the day of the sale and sent after midnight is refused there."""
    peer.wall.move(hours=7)  # 17:00 to 00:00 Beijing time
    answer = await lakala.request_effect(undo())
    assert (answer.kind, answer.reason) == (AnswerKind.FAILED, NOT_SAME_DAY)


async def test_after_a_refund_there_is_nothing_to_revoke(
    lakala: LakalaAcquirer, peer: Peer
) -> None:
    """A sale with a refund is not revoked: it would give back more than was taken."""
    await lakala.request_effect(an_intent("RC-1", 100, sale="scanned"))
    assert (await lakala.request_effect(undo())).reason == "SIM_refunds_exist"


async def ask(peer: Peer, path: str, **data: object) -> dict[str, Any]:
    """A request signed as the merchant, past the adapter."""
    body = json.dumps({"req_time": "20261120170000", "version": "3.0", "req_data": data}).encode()
    signer = Signer(APPID, OUR_SERIAL, pki.a_key("merchant"))
    headers = {"Authorization": signer.request(body, datetime.now(UTC))}
    async with httpx2.AsyncClient() as http:
        response = await http.post(f"{peer.url}/lakala{path}", content=body, headers=headers)
    assert response.status_code == 200
    answer: dict[str, Any] = response.json()
    return answer


async def order_for(peer: Peer, **changed: object) -> dict[str, Any]:
    trade = (await ask(peer, m.TRADE_QUERY, merchant_no=MERCHANT, term_no="A1", trade_no="536365"))[
        "resp_data"
    ]
    return {
        "merchant_no": MERCHANT,
        "term_no": "A1",
        "out_trade_no": "A" * 32,
        "refund_amount": "100",
        "origin_biz_type": "1",
        "origin_trade_date": "20261120",
        "origin_log_no": trade["log_no"],
        "origin_trade_no": "536365",
        "origin_card_no": trade["crd_no"],
        **changed,
    }


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, "000000"),
        ({"origin_card_no": ""}, CARD_MISSING),
        ({"origin_card_no": "622202****0005"}, "SIM_card_mismatch"),
        ({"origin_trade_date": "20261119"}, "SIM_sale_unknown"),
        ({"origin_log_no": "66000000000000"}, "SIM_sale_unknown"),
        ({"refund_amount": "13913"}, "SIM_over_refund"),
        ({"refund_amount": "1.00"}, "SIM400"),
        ({"merchant_no": "another"}, "SIM400"),
    ],
)
async def test_the_rules_of_a_refund(peer: Peer, changed: dict[str, object], code: str) -> None:
    """The face keeps Lakala's rules: a card number for cards, the sale's own day and number,
    amounts in whole fen, no more than was taken."""
    assert (await ask(peer, m.REFUND, **await order_for(peer, **changed)))["code"] == code
    assert len(peer.made("536365")) == (1 if code == "000000" else 0)


async def test_a_number_is_one_refund(peer: Peer) -> None:
    """The same out_trade_no is the same refund, and refused for another one."""
    order = await order_for(peer)
    first, again = await ask(peer, m.REFUND, **order), await ask(peer, m.REFUND, **order)
    assert first["resp_data"]["log_no"] == again["resp_data"]["log_no"]
    other = await ask(peer, m.REFUND, **{**order, "refund_amount": "200"})
    assert other["code"] == "SIM_effect_conflict"
    assert [refund.amount for refund in peer.made("536365")] == [cny(100)]


async def test_it_is_looked_for_no_further_than_today(lakala: LakalaAcquirer, peer: Peer) -> None:
    """A refund is looked for on each day from its intent to the acquirer's today, and after
    forty days by a person."""
    peer.wall.move(days=39)
    assert (await lakala.effect("RC-1:refund:1@20261120T090000Z")).kind is AnswerKind.ABSENT
    peer.wall.move(days=1)
    with pytest.raises(AcquirerRejected, match="look it up"):
        await lakala.effect("RC-1:refund:1@20261120T090000Z")


def replying(
    folder: Path, make: Callable[[str, dict[str, Any]], httpx2.Response], **changed: object
) -> LakalaAcquirer:
    """An adapter whose peer says what ``make`` makes of the path and what was asked."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        path = request.url.path.removeprefix("/lakala")
        return make(path, json.loads(request.content)["req_data"])

    settings = lakala_settings(folder, "http://peer", **changed)
    return lakala_acquirer("odd", settings, transport=httpx2.MockTransport(answer))


def signed(
    code: str, data: object, at: datetime | None = None, signer: Signer = SIGNER
) -> httpx2.Response:
    told = {"code": code, "msg": "", "resp_time": "20261120180000", "resp_data": data}
    body = json.dumps(told).encode()
    return httpx2.Response(
        200, content=body, headers=signer.response(body, at or datetime.now(UTC))
    )


TRADE = {
    "trade_no": "536365",
    "trade_state": "SUCCESS",
    "total_amount": "13912",
    "log_no": "26000000000001",
    "trade_time": "20261120120000",
    "crd_no": "622202****4242",
}


def row(state: str, **changed: object) -> dict[str, object]:
    return {"refund_list": [{"trade_state": state, "refund_amount": "10000", **changed}]}


async def refunding(folder: Path, reply: httpx2.Response) -> EffectAnswer:
    """What the adapter makes of a reply to an order. The sale is told as it should be."""

    def make(path: str, asked: dict[str, Any]) -> httpx2.Response:
        if path == m.TRADE_QUERY:
            found = asked.get("trade_no") == "536365"
            return signed("BBS00000", TRADE) if found else signed("SIM404", None)
        return reply if path == m.REFUND else signed("000000", {"refund_list": []})

    acquirer = replying(folder, make)
    try:
        return await acquirer.request_effect(an_intent())
    finally:
        await acquirer.aclose()


STRANGER = Signer(APPID, LAKALA_SERIAL, pki.a_key("thief"))
OLD = datetime.now(UTC) - timedelta(minutes=10)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (signed("000000", {"log_no": "26"}, signer=STRANGER), "unverified"),
        (signed("000000", {"log_no": "26"}, at=OLD), "unverified"),
        (httpx2.Response(200, content=b"<html>thank you</html>"), "unverified"),
        (signed("000000", {"log_no": "26", "out_trade_no": "another"}), "unreadable"),
        (signed("000000", None), "000000"),
        (signed("BBS11112", None), "BBS11112"),
        (signed("RFD11105", None), "RFD11105"),
        (signed("QQQ99999", None), "QQQ99999"),
        (httpx2.Response(302, headers={"Location": "http://elsewhere"}), "http_302"),
    ],
)
async def test_a_reply_that_proves_nothing_is_unknown(
    tmp_path: Path, reply: httpx2.Response, reason: str
) -> None:
    """An answer to an order that is unsigned, stale, about another refund, or of a code we do
    not know, leaves it unknown."""
    answer = await refunding(tmp_path, reply)
    assert (answer.kind, answer.reason) == (AnswerKind.UNKNOWN, reason)


async def test_only_a_named_code_is_a_refusal(tmp_path: Path) -> None:
    """A refund has failed at once only when the settings name the code as a refusal."""
    answer = await refunding(tmp_path, signed("SIM_over_refund", None))
    assert (answer.kind, answer.reason) == (AnswerKind.FAILED, "SIM_over_refund")


async def test_a_refusal_of_what_was_made_before_is_no_failure(tmp_path: Path) -> None:
    """A repetition may be refused as too much; what the query finds of it counts, and while
    the query is not answered the order is unknown."""
    found: list[httpx2.Response] = []

    def make(path: str, asked: dict[str, Any]) -> httpx2.Response:
        if path == m.TRADE_QUERY:
            return signed("BBS00000", TRADE)
        if path == m.REFUND:
            return signed("SIM_over_refund", None)
        if not found:
            return signed("BBS11112", None)
        return signed("000000", row("SUCCESS", out_trade_no=asked["origin_out_trade_no"]))

    acquirer = replying(tmp_path, make)
    answer = await acquirer.request_effect(an_intent())
    assert (answer.kind, answer.reason) == (AnswerKind.UNKNOWN, "SIM_over_refund")
    found.append(signed("000000", None))
    assert (await acquirer.request_effect(an_intent())).kind is AnswerKind.SUCCEEDED
    await acquirer.aclose()


@pytest.mark.parametrize(
    ("state", "kind", "status"),
    [
        ("INIT", AnswerKind.ACCEPTED, RefundStatus.PENDING),
        ("DEAL", AnswerKind.ACCEPTED, RefundStatus.PENDING),
        ("PROCESSING", AnswerKind.ACCEPTED, RefundStatus.PENDING),
        ("SUCCESS", AnswerKind.SUCCEEDED, RefundStatus.POSTED),
        ("FAIL", AnswerKind.FAILED, RefundStatus.FAILED),
        ("EXCEPTION", AnswerKind.FAILED, RefundStatus.ABNORMAL),
        ("TIMEOUT", AnswerKind.UNKNOWN, None),
        ("UNKNOWN", AnswerKind.UNKNOWN, None),
        ("A_NEW_ONE", AnswerKind.UNKNOWN, None),
    ],
)
async def test_what_each_state_means(
    tmp_path: Path, state: str, kind: AnswerKind, status: RefundStatus | None
) -> None:
    """Taken is not made, an exception is abnormal, and a state we do not know is unknown."""

    def make(_: str, asked: dict[str, Any]) -> httpx2.Response:
        return signed("000000", row(state, out_trade_no=asked["origin_out_trade_no"]))

    acquirer = replying(tmp_path, make)
    heard = await acquirer.effect(an_intent().effect_id)
    assert (heard.kind, heard.status, heard.amount) == (kind, status, cny(10000))
    await acquirer.aclose()


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (signed("BBS11112", None), AcquirerUnavailable),
        (signed("BBS00000", None), AcquirerRejected),
        (signed("QQQ99999", None), AcquirerRejected),
        (signed("BBS00000", {**TRADE, "trade_no": "another"}), AcquirerRejected),
        (signed("BBS00000", {**TRADE, "total_amount": "139.12"}), AcquirerRejected),
        (signed("BBS00000", {**TRADE, "trade_time": "yesterday"}), AcquirerRejected),
        (signed("BBS00000", TRADE, signer=STRANGER), AcquirerRejected),
        (signed("BBS00000", TRADE, at=OLD), AcquirerRejected),
        (httpx2.Response(200, content=b"{}"), AcquirerRejected),
    ],
)
async def test_a_read_that_proves_nothing(
    tmp_path: Path, reply: httpx2.Response, error: type[Exception]
) -> None:
    """A read is only what Lakala signed, now, about what was asked."""
    acquirer = replying(tmp_path, lambda *_: reply)
    with pytest.raises(error):
        await acquirer.sale("536365")
    await acquirer.aclose()


async def test_without_a_named_code_nothing_is_absent(tmp_path: Path) -> None:
    """No code for 'not found' is published: until one is set, it is a refusal to be read."""
    acquirer = replying(tmp_path, lambda *_: signed("SIM404", None), absent_codes=[])
    with pytest.raises(AcquirerRejected, match="SIM404"):
        await acquirer.sale("536365")
    await acquirer.aclose()


@pytest.mark.parametrize(
    ("state", "status", "captured"),
    [
        ("SUCCESS", "captured", 13912),
        ("PART_REFUND", "captured", 13912),
        ("REFUND", "captured", 13912),
        ("REVOKED", "reversed", 0),
        ("CLOSE", "failed", 0),
        ("FAIL", "failed", 0),
        ("DEAL", "in_doubt", 0),
        ("A_NEW_ONE", "in_doubt", 0),
    ],
)
async def test_what_each_state_of_a_sale_means(
    tmp_path: Path, state: str, status: str, captured: int
) -> None:
    """Money was taken only where Lakala says so; what we do not know is in doubt."""
    acquirer = replying(tmp_path, lambda *_: signed("BBS00000", {**TRADE, "trade_state": state}))
    sale = await acquirer.sale("536365")
    assert sale is not None
    assert (sale.status, sale.captured) == (status, cny(captured))
    await acquirer.aclose()


@pytest.mark.parametrize(
    ("masked", "digits"),
    [
        ("6226****8223", "8223"),
        ("622202******1234", "1234"),
        ("****8223", "8223"),
        ("4242424242424242", ""),
        ("", ""),
        ("6226****82", ""),
        ("6226****８２２３", ""),
    ],
)
def test_only_a_masked_number_gives_its_last_four(masked: str, digits: str) -> None:
    """A card number that was not masked gives nothing at all."""
    assert last_four(masked) == digits

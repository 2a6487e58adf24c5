"""The simulator as UnionPay's gateway, ACP 5.1.0, over the same books."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from fastapi import APIRouter, Request, Response

from recourse.acquirers.contract import Effect, EffectBody, EffectState, ErrorCode
from recourse.acquirers.keys import rsa_key
from recourse.acquirers.simulator.clock import wall_clock
from recourse.acquirers.simulator.faults import Call, Route
from recourse.acquirers.simulator.notices import Letter, Notice
from recourse.acquirers.simulator.public import Front
from recourse.acquirers.unionpay import adapter, codes, records, wire
from recourse.acquirers.unionpay.signing import CERTIFICATE, BadSignature, Signer, check
from recourse.acquirers.unionpay.wire import Fields, Unreadable
from recourse.disputes.effects import Remedy
from recourse.disputes.money import Money
from recourse.disputes.records import Sale
from recourse.disputes.settlement import UNIONPAY

_REFUSALS = {
    ErrorCode.SALE_UNKNOWN: "35",
    ErrorCode.OVER_REFUND: "36",
    ErrorCode.AMOUNT_MISMATCH: "36",
    ErrorCode.CARD_MISMATCH: "36",
    ErrorCode.CURRENCY_MISMATCH: "36",
    ErrorCode.ALREADY_REVERSED: "45",
    ErrorCode.REFUNDS_EXIST: "45",
    ErrorCode.AMOUNT_INVALID: "10",
}
_OUT_OF_HOURS = "39"
_STATES = {
    EffectState.PENDING: "05",
    EffectState.POSTED: codes.SUCCESS,
    EffectState.ABNORMAL: codes.DEFECTIVE,
}
_SALES = {"captured": codes.SUCCESS, "reversed": codes.SUCCESS, "failed": "01"}
_REMEDIES = {adapter.REFUND: Remedy.REFUND, adapter.VOID: Remedy.REVERSAL}
_MANDATORY = [
    "version",
    "encoding",
    "certId",
    "signature",
    "signMethod",
    "txnType",
    "txnSubType",
    "bizType",
    "channelType",
    "accessType",
    "merId",
]
_OF_ORDERS = ("orderId", "txnTime", "txnAmt", "origQryId", "backUrl")
_ECHOED = ("orderId", "txnTime", "txnAmt", "txnType", "txnSubType", "origQryId", "reqReserved")


@dataclass(frozen=True)
class UnionPayFace:
    """``signer`` is UnionPay's, ``merchant`` the certificate the merchant signs with."""

    signer: Signer
    merchant: x509.Certificate
    mer_id: str
    real_now: Callable[[], datetime] = wall_clock
    prefix: str = "/unionpay"

    def routes(self, front: Front) -> APIRouter:
        router = APIRouter()
        desk = _Desk(self, front)

        @router.post(adapter.BACK_TRANS)
        async def back_trans(request: Request) -> Response:
            return await desk.hear(request, desk.order)

        @router.post(adapter.QUERY)
        async def query(request: Request) -> Response:
            return await desk.hear(request, desk.question)

        return router

    def letters(self, front: Front) -> list[Letter]:
        now = front.clock.now()
        letters = []
        for notice, state in front.ledger.notices.due(
            self.prefix, lambda effect_id: front.ledger.effects.get(effect_id, now).state.value
        ):
            effect = front.ledger.effects.get(notice.effect_id, now)
            url, _, reserved = notice.url.partition("\n")
            number, _, txn_time = effect.effect_id.partition("@")
            told = {
                **_common(self.mer_id),
                "orderId": number,
                "txnTime": txn_time,
                "txnAmt": str(effect.amount.minor),
                "queryId": effect.reference,
                "reqReserved": reserved,
                "respCode": _code(effect),
            }
            letters.append(
                Letter(
                    url=url,
                    headers={"Content-Type": "application/x-www-form-urlencoded"},
                    body=wire.form(self.signed(told)),
                )
            )
            front.ledger.notices.told(notice.effect_id, state)
        return letters

    def signed(self, fields: Fields) -> Fields:
        certificate = self.signer.certificate.public_bytes(Encoding.PEM).decode()
        return self.signer.signed({**fields, CERTIFICATE: certificate})


class _Desk:
    """Answers what the merchant asks."""

    def __init__(self, face: UnionPayFace, front: Front) -> None:
        self._face = face
        self._front = front
        self._ledger = front.ledger

    async def hear(
        self, request: Request, act: Callable[[Fields], tuple[Call, Callable[[], Fields]]]
    ) -> Response:
        """Verify, do, sign. Whatever is wrong with a request is told by a code."""
        try:
            asked = wire.read_form(await request.body())
            missing = [key for key in _MANDATORY if not asked.get(key)]
            if missing:
                return self._answer({"respCode": "13", "respMsg": f"{missing[0]} is missing"})
            check(asked, rsa_key(self._face.merchant))
        except Unreadable as error:
            return self._answer({"respCode": "10", "respMsg": str(error)})
        except BadSignature as error:
            return self._answer({"respCode": codes.BAD_SIGNATURE, "respMsg": str(error)})
        cert_id = str(self._face.merchant.serial_number)
        if (asked["certId"], asked["merId"]) != (cert_id, self._face.mer_id):
            return self._answer({"respCode": "31", "respMsg": "another merchant"})
        call, answer = act(asked)
        echoed = {key: asked[key] for key in _ECHOED if asked.get(key)}
        return await self._front.disturbed(call, lambda: self._answer({**echoed, **answer()}))

    def order(self, asked: Fields) -> tuple[Call, Callable[[], Fields]]:
        remedy = _REMEDIES.get(asked["txnType"])
        call = Call(
            route=Route.REQUEST_EFFECT,
            kind=remedy.value if remedy else "",
            sale=asked.get("origQryId", ""),
            effect_id=_effect_id(asked),
        )
        return call, lambda: self._ordered(asked, remedy)

    def question(self, asked: Fields) -> tuple[Call, Callable[[], Fields]]:
        if asked.get("queryId"):
            call = Call(route=Route.SALE, sale=asked["queryId"])
            return call, lambda: self._sale(asked["queryId"])
        call = Call(route=Route.EFFECT, effect_id=_effect_id(asked))
        return call, lambda: self._effect(_effect_id(asked))

    def _ordered(self, asked: Fields, remedy: Remedy | None) -> Fields:
        missing = [key for key in _OF_ORDERS if not asked.get(key)]
        if missing:
            return {"respCode": "13", "respMsg": f"{missing[0]} is missing"}
        if remedy is None or not _well_formed(asked):
            return {"respCode": "10"}
        now = self._front.clock.now()
        effect_id, number = _effect_id(asked), asked["orderId"]
        known = self._ledger.effects.known_from(f"{number}@{asked['txnTime'][:8]}")
        sale = self._ledger.sales.get(asked["origQryId"])
        amount = Money(minor=int(asked["txnAmt"]), currency=sale.amount.currency if sale else "CNY")
        body = EffectBody(
            effect_id=effect_id, remedy=remedy, sale=asked["origQryId"], amount=amount
        )
        if known:
            # Counted as asked when it is the same order; never carried out again.
            if effect_id in known:
                self._ledger.effects.take(body, now)
            return {"respCode": codes.DUPLICATE}
        if remedy is Remedy.REVERSAL and sale is not None:
            if UNIONPAY.day_of(sale.at) != UNIONPAY.day_of(now):
                return {"respCode": _OUT_OF_HOURS}
            if sale.status not in ("captured", "reversed"):
                return {"respCode": "35"}
        effect, _ = self._ledger.effects.take(body, now)
        if effect.state is EffectState.REFUSED:
            return {"respCode": _refusal(effect.reason)}
        # The notification gives back what was sent along, so it is kept beside the address.
        url = f"{asked['backUrl']}\n{asked.get('reqReserved', '')}"
        told = EffectState.PENDING.value
        self._ledger.notices.subscribe(
            Notice(effect_id=effect_id, face=self._face.prefix, url=url, told=told)
        )
        return {"respCode": codes.SUCCESS, "queryId": effect.reference}

    def _sale(self, reference: str) -> Fields:
        sale = self._ledger.sales.get(reference)
        if sale is None:
            return {"respCode": codes.NOT_FOUND}
        return {
            "respCode": codes.SUCCESS,
            "origRespCode": _SALES.get(sale.status, "04"),
            "queryId": sale.reference,
            "txnTime": records.written(sale.at),
            "txnAmt": str(sale.amount.minor),
            "currencyCode": records.CNY if sale.amount.currency == "CNY" else "000",
            "traceNo": sale.stan,
            "settleDate": UNIONPAY.day_of(sale.at).strftime("%m%d"),
            "termId": sale.terminal,
            **_card(sale),
        }

    def _effect(self, effect_id: str) -> Fields:
        if self._ledger.effects.taken_at(effect_id) is None:
            return {"respCode": codes.NOT_FOUND}
        effect = self._ledger.effects.get(effect_id, self._front.clock.now())
        return {
            "respCode": codes.SUCCESS,
            "origRespCode": _code(effect),
            "queryId": effect.reference,
            "txnAmt": str(effect.amount.minor),
            "currencyCode": records.CNY,
        }

    def _answer(self, fields: Fields) -> Response:
        told = self._face.signed({**_common(self._face.mer_id), **fields})
        return Response(wire.bare(told), 200, media_type="text/html;charset=UTF-8")


def _common(mer_id: str) -> Fields:
    return {"version": wire.VERSION, "encoding": wire.ENCODING, "merId": mer_id}


def _effect_id(asked: Fields) -> str:
    """The identity of a transaction: orderId and txnTime, of the one merchant there is."""
    return f"{asked.get('orderId', '')}@{asked.get('txnTime', '')}"


def _well_formed(asked: Fields) -> bool:
    return bool(
        re.fullmatch(r"[A-Za-z0-9]{8,40}", asked["orderId"])
        and re.fullmatch(r"[0-9]{14}", asked["txnTime"])
        and re.fullmatch(r"[0-9]{1,12}", asked["txnAmt"])
    )


def _card(sale: Sale) -> Fields:
    if not sale.card_last4:
        return {}
    kind = {"debit": "01", "credit": "02", "prepaid": "05"}.get(sale.card_funding, "")
    return {"accNo": f"622202*********{sale.card_last4}", "payCardType": kind}


def _code(effect: Effect) -> str:
    if effect.state is EffectState.REFUSED:
        return _refusal(effect.reason)
    known = _STATES.get(effect.state)
    return known or (effect.reason if effect.reason in codes.FAILED else "01")


def _refusal(reason: str) -> str:
    """A fault may refuse with a response code of its own."""
    try:
        return _REFUSALS[ErrorCode(reason)]
    except (KeyError, ValueError):
        return reason if re.fullmatch(r"[0-9A-Z]{2}", reason) else "01"

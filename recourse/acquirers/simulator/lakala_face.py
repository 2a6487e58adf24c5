"""The simulator as Lakala: its endpoints, envelopes and signatures over the same books.

Codes that Lakala does not publish begin with ``SIM``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import TypeVar

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from recourse.acquirers.contract import Effect, EffectBody, EffectState, ErrorCode
from recourse.acquirers.lakala import messages as m
from recourse.acquirers.lakala.signing import BadSignature, Signer, Verifier
from recourse.acquirers.lakala.states import REVOCATION
from recourse.acquirers.simulator.clock import wall_clock
from recourse.acquirers.simulator.errors import Refusal
from recourse.acquirers.simulator.faults import Call, Route
from recourse.acquirers.simulator.notices import Letter, Notice
from recourse.acquirers.simulator.public import Front
from recourse.disputes.effects import Remedy
from recourse.disputes.models import Value
from recourse.disputes.money import Money
from recourse.disputes.records import Sale

ABSENT = "SIM404"
REFUSALS = {
    code: f"SIM_{code.value}"
    for code in (
        ErrorCode.SALE_UNKNOWN,
        ErrorCode.OVER_REFUND,
        ErrorCode.AMOUNT_INVALID,
        ErrorCode.CARD_MISMATCH,
        ErrorCode.ALREADY_REVERSED,
        ErrorCode.AMOUNT_MISMATCH,
        ErrorCode.REFUNDS_EXIST,
        ErrorCode.REMEDY_UNSUPPORTED,
        ErrorCode.EFFECT_CONFLICT,
    )
}
CARD_MISSING = "SIM_origin_card_no"
NOT_SAME_DAY = "SIM_not_same_day"
REFUSAL_CODES = frozenset({*REFUSALS.values(), CARD_MISSING, NOT_SAME_DAY})
"""What the settings of an adapter must name as refusals."""
MALFORMED = "SIM400"

_STATES = {
    EffectState.PENDING: "DEAL",
    EffectState.POSTED: "SUCCESS",
    EffectState.FAILED: "FAIL",
    EffectState.ABNORMAL: "EXCEPTION",
    EffectState.RETURNED: "FAIL",
    EffectState.REFUSED: "FAIL",
}
_SALE_STATES = {"captured": "SUCCESS", "failed": "FAIL", "reversed": "REVOKED"}
V = TypeVar("V", bound=Value)


class _Said(Exception):
    """Answer with this code and no data."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class LakalaFace:
    """``signer`` is Lakala's; ``verifier`` knows the merchant's certificate."""

    signer: Signer
    verifier: Verifier
    merchant_no: str
    real_now: Callable[[], datetime] = wall_clock
    prefix: str = "/lakala"

    def routes(self, front: Front) -> APIRouter:
        router = APIRouter()
        desk = _Desk(self, front)

        @router.post(m.TRADE_QUERY)
        async def trade_query(request: Request) -> Response:
            return await desk.hear(request, m.TradeQuery, desk.trade_query)

        @router.post(m.REFUND)
        async def refund(request: Request) -> Response:
            return await desk.hear(request, m.RefundOrder, desk.refund)

        @router.post(m.REFUND_QUERY)
        async def refund_query(request: Request) -> Response:
            return await desk.hear(request, m.RefundQuery, desk.refund_query)

        @router.post(m.REVOKE)
        async def revoke(request: Request) -> Response:
            return await desk.hear(request, m.RevokeOrder, desk.revoke)

        return router

    def letters(self, front: Front) -> list[Letter]:
        now = front.clock.now()
        letters = []
        for notice, state in front.ledger.notices.due(
            self.prefix, lambda effect_id: front.ledger.effects.get(effect_id, now).state.value
        ):
            effect = front.ledger.effects.get(notice.effect_id, now)
            body = m.RefundRow(
                out_trade_no=effect.effect_id,
                trade_state=_STATES[effect.state],
                log_no=log_no(effect.reference, now),
                refund_amount=str(effect.amount.minor),
            )
            content = body.model_dump_json().encode()
            authorization = self.signer.notification(content, self.real_now())
            letters.append(
                Letter(
                    url=notice.url,
                    headers={
                        "Authorization": authorization,
                        "Content-Type": "application/json",
                    },
                    body=content,
                )
            )
            front.ledger.notices.told(notice.effect_id, state)
        return letters


class _Desk:
    """Answers what the merchant asks."""

    def __init__(self, face: LakalaFace, front: Front) -> None:
        self._face = face
        self._front = front
        self._ledger = front.ledger

    async def hear(
        self, request: Request, model: type[V], act: Callable[[V], tuple[Call, Callable[[], Value]]]
    ) -> Response:
        """Verify, read, do, sign. What cannot be verified is answered with 401."""
        body = await request.body()
        try:
            authorization = request.headers.get("Authorization", "")
            self._face.verifier.request(authorization, body, self._face.real_now())
        except BadSignature as error:
            return Response(str(error), 401, media_type="text/plain")
        try:
            asked = _Envelope.model_validate_json(body)
            data = model.model_validate(asked.req_data)
            call, answer = act(data)
        except ValidationError:
            return self._signed(MALFORMED, "the request cannot be read", None)

        def respond() -> Response:
            try:
                if getattr(data, "merchant_no", "") != self._face.merchant_no:
                    raise _Said(MALFORMED, "another merchant")
                return self._signed("000000", "执行成功", answer())
            except _Said as said:
                return self._signed(said.code, said.message, None)
            except Refusal as refusal:
                code = _refusal_code(refusal.body.code)
                return self._signed(code, refusal.body.message, None)

        return await self._front.disturbed(call, respond)

    def trade_query(self, asked: m.TradeQuery) -> tuple[Call, Callable[[], Value]]:
        if asked.trade_no:
            call = Call(route=Route.SALE, sale=asked.trade_no)
            return call, lambda: self._sale(asked.trade_no)
        call = Call(route=Route.EFFECT, effect_id=asked.out_trade_no)
        return call, lambda: self._traded(asked.out_trade_no)

    def refund(self, asked: m.RefundOrder) -> tuple[Call, Callable[[], Value]]:
        call = Call(
            route=Route.REQUEST_EFFECT,
            kind=Remedy.REFUND.value,
            sale=asked.origin_trade_no,
            effect_id=asked.out_trade_no,
        )

        def act() -> Value:
            sale = self._known(asked.origin_trade_no)
            trade = _trade(sale)
            if asked.origin_trade_date != m.written_day(sale.at.astimezone(m.BEIJING).date()):
                raise _Said(REFUSALS[ErrorCode.SALE_UNKNOWN], "no such trade on this day")
            if (asked.origin_log_no, asked.origin_biz_type) != (trade.log_no, trade.biz_type):
                raise _Said(REFUSALS[ErrorCode.SALE_UNKNOWN], "no such trade")
            if trade.biz_type == m.BANK_CARD and not asked.origin_card_no:
                raise _Said(CARD_MISSING, "银行卡退款必填原交易银行卡号")
            if asked.origin_card_no and asked.origin_card_no != trade.crd_no:
                raise _Said(REFUSALS[ErrorCode.CARD_MISMATCH], "another card")
            return self._take(
                asked.out_trade_no, Remedy.REFUND, sale, int(asked.refund_amount), asked.notify_url
            )

        return call, act

    def revoke(self, asked: m.RevokeOrder) -> tuple[Call, Callable[[], Value]]:
        call = Call(
            route=Route.REQUEST_EFFECT,
            kind=Remedy.REVERSAL.value,
            sale=asked.origin_trade_no,
            effect_id=asked.out_trade_no,
        )

        def act() -> Value:
            sale = self._known(asked.origin_trade_no)
            now = self._front.clock.now()
            again = self._ledger.effects.taken_at(asked.out_trade_no) is not None
            if not again and _day(sale.at) != _day(now):
                raise _Said(NOT_SAME_DAY, "only on the day of the trade")
            if _trade(sale).biz_type != m.SCAN:
                raise _Said(REFUSALS[ErrorCode.REMEDY_UNSUPPORTED], "only scanned codes")
            return self._take(
                asked.out_trade_no, Remedy.REVERSAL, sale, sale.amount.minor, notify_url=""
            )

        return call, act

    def refund_query(self, asked: m.RefundQuery) -> tuple[Call, Callable[[], Value]]:
        number = asked.origin_out_trade_no

        def act() -> Value:
            taken_at = self._ledger.effects.taken_at(number)
            if taken_at is None or m.written_day(_day(taken_at)) != asked.origin_trade_date:
                return m.RefundList()
            effect = self._ledger.effects.get(number, self._front.clock.now())
            trade = _trade(self._known(effect.sale))
            if effect.remedy is Remedy.REVERSAL or trade.biz_type != asked.origin_biz_type:
                return m.RefundList()
            return m.RefundList(
                refund_list=(
                    m.RefundRow(
                        out_trade_no=number,
                        trade_state=_STATES[effect.state],
                        log_no=log_no(effect.reference, taken_at),
                        refund_amount=str(effect.amount.minor),
                        trade_time=m.written(taken_at),
                        crd_no=trade.crd_no,
                        channel_ret_desc=f"{effect.reason}#{effect.state.value}",
                    ),
                )
            )

        return Call(route=Route.EFFECT, effect_id=number), act

    def _take(
        self, number: str, remedy: Remedy, sale: Sale, minor: int, notify_url: str
    ) -> m.RefundTaken:
        now = self._front.clock.now()
        amount = Money(minor=minor, currency=sale.amount.currency)
        body = EffectBody(effect_id=number, remedy=remedy, sale=sale.reference, amount=amount)
        effect, _ = self._ledger.effects.take(body, now)
        if effect.state is EffectState.REFUSED:
            raise _Said(_refusal_code(effect.reason), "refused")
        if notify_url:
            told = EffectState.PENDING.value
            self._ledger.notices.subscribe(
                Notice(effect_id=number, face=self._face.prefix, url=notify_url, told=told)
            )
        return m.RefundTaken(
            log_no=log_no(effect.reference, now),
            out_trade_no=number,
            refund_amount=str(effect.amount.minor),
        )

    def _sale(self, reference: str) -> Value:
        sale = self._ledger.sales.get(reference)
        if sale is None:
            raise _Said(ABSENT, "no such trade")
        return _trade(sale)

    def _traded(self, number: str) -> Value:
        taken_at = self._ledger.effects.taken_at(number)
        if taken_at is None:
            raise _Said(ABSENT, "no such trade")
        effect: Effect = self._ledger.effects.get(number, self._front.clock.now())
        reversal = effect.remedy is Remedy.REVERSAL
        return m.Trade(
            trade_no=effect.reference,
            out_trade_no=number,
            trade_state=_STATES[effect.state],
            total_amount=str(effect.amount.minor),
            log_no=log_no(effect.reference, taken_at),
            trade_main_type=REVOCATION if reversal else "REFUND",
            trade_time=m.written(taken_at),
        )

    def _known(self, reference: str) -> Sale:
        sale = self._ledger.sales.get(reference)
        if sale is None:
            raise _Said(REFUSALS[ErrorCode.SALE_UNKNOWN], "no such trade")
        return sale

    def _signed(self, code: str, message: str, data: Value | None) -> Response:
        reply = m.Reply[Value](
            code=code, msg=message, resp_time=m.written(self._front.clock.now()), resp_data=None
        )
        told = {**reply.model_dump(), "resp_data": None if data is None else data.model_dump()}
        body = _Told.model_validate(told).model_dump_json().encode()
        headers = self._face.signer.response(body, self._face.real_now())
        return Response(body, 200, headers, media_type="application/json")


class _Envelope(Value):
    req_time: str
    version: str
    req_data: dict[str, object]


class _Told(Value):
    code: str
    msg: str
    resp_time: str
    resp_data: dict[str, object] | None


def log_no(reference: str, at: datetime, start: str = "") -> str:
    """A reconciliation number of 14 digits: 66 for a scanned code, the year for a card."""
    digits = int.from_bytes(sha256(reference.encode()).digest()[:8]) % 10**12
    return f"{start or at.astimezone(m.BEIJING).strftime('%y')}{digits:012d}"


def _trade(sale: Sale) -> m.Trade:
    """A sale without a card was paid by a scanned code."""
    card = bool(sale.card_last4)
    return m.Trade(
        trade_no=sale.reference,
        trade_state=_SALE_STATES.get(sale.status, "DEAL"),
        total_amount=str(sale.amount.minor),
        log_no=log_no(sale.reference, sale.at, "" if card else "66"),
        trade_main_type="" if card else "MICROPAY",
        trade_time=m.written(sale.at),
        account_type="" if card else "UQRCODEPAY",
        crd_no=f"622202****{sale.card_last4}" if card else "",
        pay_mode={"debit": "00", "credit": "01"}.get(sale.card_funding, ""),
        term_no=sale.terminal,
        merchant_no=sale.merchant,
    )


def _refusal_code(code: str) -> str:
    """A fault may refuse with a code of its own."""
    try:
        return REFUSALS[ErrorCode(code)]
    except (KeyError, ValueError):
        return code


def _day(moment: datetime) -> date:
    return moment.astimezone(m.BEIJING).date()

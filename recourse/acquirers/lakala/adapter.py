"""The ``lakala`` adapter: queries, refunds and same-day revocations over Lakala's open API.

Bodies are never logged. The merchant's ``out_trade_no`` is Lakala's handle of identity: it is
derived from the effect id (``recourse.acquirers.numbers``), so whatever is sent again is the
same refund. An answer that Lakala did not sign is no answer.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from datetime import date, datetime, timedelta
from typing import TypeVar

import httpx2
from pydantic import ValidationError

from recourse.acquirers import keys
from recourse.acquirers.by_number import CREDITS, ByNumber, objection_to, refused, wall_clock
from recourse.acquirers.contract import ErrorCode
from recourse.acquirers.errors import AcquirerRejected, AcquirerUnavailable
from recourse.acquirers.exchange import Unsure
from recourse.acquirers.lakala import messages as m
from recourse.acquirers.lakala import records, states
from recourse.acquirers.lakala.days import Days, inwards
from recourse.acquirers.lakala.notices import address_for, signature_verifier
from recourse.acquirers.lakala.settings import LakalaSettings
from recourse.acquirers.lakala.signing import BadSignature, Signer, Verifier, new_nonce
from recourse.acquirers.numbers import lakala_number
from recourse.disputes.effects import AnswerKind, EffectAnswer, EffectOrder, Remedy, Requested
from recourse.disputes.models import Value
from recourse.disputes.records import RefundStatus, Sale

MOST_DAYS = 120
"""Days over which a refund is looked for: those between its first request and its last, or,
where these are not known, between the opening of its case and today."""
CARRIED_OUT = timedelta(days=1)
"""How long after a request its refund may be made, at the most."""
CLOCKS_DIFFER = timedelta(minutes=5)
"""How far ours and Lakala's may lie apart."""
AT_ONCE = 4
"""Days asked for at the same time: four months are looked through well within a call's time."""

V = TypeVar("V", bound=Value)
R = TypeVar("R")


def lakala_acquirer(
    name: str,
    settings: LakalaSettings,
    *,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> "LakalaAcquirer":
    """Raises AcquirerMisconfigured when a key file cannot be used."""
    signer = Signer(
        appid=settings.appid,
        serial=settings.serial_no,
        key=keys.read_private_key(settings.key_file),
    )
    verifier = signature_verifier(settings)
    return LakalaAcquirer(name, settings, signer, verifier, transport=transport)


class LakalaAcquirer(ByNumber):
    """One merchant at Lakala. A sale's reference is Lakala's ``trade_no``.

    Safe for concurrent use; close it with ``aclose``. ``now`` is the real time signatures
    are made and judged by, never a case's.
    """

    def __init__(
        self,
        name: str,
        settings: LakalaSettings,
        signer: Signer,
        verifier: Verifier,
        *,
        now: Callable[[], datetime] = wall_clock,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        super().__init__(name, settings.base_url, settings.timeout, transport)
        self._settings = settings
        self._signer = signer
        self._verifier = verifier
        self._now = now
        self._days = Days()

    def number_of(self, effect_id: str) -> str:
        return lakala_number(effect_id)

    async def sale(self, reference: str) -> Sale | None:
        trade = await self._trade(reference)
        return None if trade is None else records.sale(trade)

    async def request_effect(self, order: EffectOrder) -> EffectAnswer:
        """Ask for a refund or, of a scanned code on the day of the sale, its revocation.
        Raises AcquirerUnavailable only when nothing was sent: the same order may be sent
        again."""
        self.moment_of(order.effect_id)
        if order.remedy not in (*CREDITS, Remedy.REVERSAL):
            return refused(ErrorCode.REMEDY_UNSUPPORTED)
        trade = await self._trade(order.sale)
        if trade is None:
            return refused(ErrorCode.SALE_UNKNOWN)
        objection = self._objection(order, trade)
        if objection is not None:
            return refused(objection)
        try:
            if order.remedy is Remedy.REVERSAL:
                answer = await self._revoke(order)
            else:
                answer = await self._refund(order, trade)
            if answer.kind is AnswerKind.FAILED:
                return await self._refused_for_good(order, answer)
            return answer
        except Unsure as unsure:
            return EffectAnswer(kind=AnswerKind.UNKNOWN, reason=unsure.why)

    async def effect(
        self, effect_id: str, sale: str = "", requested: Requested | None = None
    ) -> EffectAnswer:
        """How an effect stands; of what kind its sale is, is asked first. ``absent`` only after
        every day and kind it could be under was asked. Raises AcquirerRejected when those are
        too many."""
        number = self.number_of(effect_id)
        first = self._day_of(self.moment_of(effect_id))
        last: date | None = None
        if requested is not None:
            first = max(first, self._day_of(requested.since - CLOCKS_DIFFER))
            last = self._day_of(requested.until + CARRIED_OUT) if requested.until else None
        trade = await self._trade(sale) if sale else None
        biz_types = (trade.biz_type,) if trade else self._settings.biz_types
        asked: set[date] = set()
        days = [self._days.likely(number) or first]
        while days:
            if len(asked) == MOST_DAYS:
                raise AcquirerRejected(
                    f"{self.name}: asked {MOST_DAYS} days or more ago; look it up there"
                )
            days = days[: MOST_DAYS - len(asked)]
            heard = await _all(self._refund_made(number, day, biz_types) for day in days)
            for day, (row, _) in zip(days, heard, strict=True):
                if row is not None:
                    return self._found(number, day, row)
            asked.update(days)
            today = max(now for _, now in heard)
            until = min(today, last) if last else today
            days = [day for day in inwards(first, until) if day not in asked][:AT_ONCE]
        return await self._of_no_day(number, asked)

    def _day_of(self, moment: datetime) -> date:
        return moment.astimezone(m.BEIJING).date()

    def _objection(self, order: EffectOrder, trade: m.Trade) -> str | None:
        """Why Lakala would not do it, as far as the sale alone tells."""
        sale = records.sale(trade)
        objection = objection_to(order, sale)
        if objection is not None or order.remedy is not Remedy.REVERSAL:
            return objection
        if trade.biz_type != m.SCAN:
            return ErrorCode.REMEDY_UNSUPPORTED
        if order.amount != sale.amount:
            return ErrorCode.AMOUNT_MISMATCH
        if self._day_of(self.moment_of(order.effect_id)) != self._day_of(sale.at):
            return "not_same_day"
        return None

    async def _refund(self, order: EffectOrder, trade: m.Trade) -> EffectAnswer:
        sold_at = m.read_time(trade.trade_time)
        if sold_at is None:
            raise AcquirerRejected(f"{self.name}: the sale has no trade_time")
        body = m.RefundOrder(
            merchant_no=self._settings.merchant_no,
            term_no=trade.term_no or self._settings.term_no,
            out_trade_no=self.number_of(order.effect_id),
            refund_amount=str(order.amount.minor),
            origin_biz_type=trade.biz_type,
            origin_trade_date=m.written_day(sold_at.date()),
            origin_log_no=trade.log_no,
            origin_trade_no=trade.trade_no,
            origin_card_no=trade.crd_no if trade.biz_type == m.BANK_CARD else "",
            refund_type=self._settings.refund_type,
            notify_url=address_for(self._settings.notify_url, order.effect_id),
        )
        return await self._send(m.REFUND, body, body.out_trade_no)

    async def _revoke(self, order: EffectOrder) -> EffectAnswer:
        body = m.RevokeOrder(
            merchant_no=self._settings.merchant_no,
            term_no=self._settings.term_no,
            out_trade_no=self.number_of(order.effect_id),
            origin_trade_no=order.sale,
            location_info=m.Location(request_ip=self._settings.request_ip),
        )
        return await self._send(m.REVOKE, body, body.out_trade_no)

    async def _refused_for_good(self, order: EffectOrder, refusal: EffectAnswer) -> EffectAnswer:
        """A refund that was made before may be refused now as too much: a refusal counts
        only when there is none of this number."""
        try:
            heard = await self.effect(order.effect_id, order.sale)
        except (AcquirerUnavailable, AcquirerRejected) as error:
            raise Unsure(refusal.reason) from error
        if heard.kind is AnswerKind.FAILED:
            return heard.model_copy(update={"reason": refusal.reason})
        return refusal if heard.kind is AnswerKind.ABSENT else heard

    async def _send(self, path: str, data: Value, number: str) -> EffectAnswer:
        """Ask once. Success means taken; what becomes of it is the query's to say."""
        body, headers = self._signed(data)
        response = await self._exchange.order(path, body, headers)
        try:
            self._verifier.response(response.headers, response.content, self._now())
            reply = m.Reply[m.RefundTaken].model_validate_json(response.content)
        except BadSignature as error:
            raise Unsure("unverified") from error
        except ValidationError as error:
            raise Unsure("unreadable") from error
        if reply.code in self._settings.refusal_codes:
            return refused(reply.code)
        if reply.code not in states.SUCCESS or reply.resp_data is None:
            raise Unsure(reply.code)
        taken, taken_at = reply.resp_data, m.read_time(reply.resp_time)
        if taken.out_trade_no not in ("", number):
            # An answer about another refund says nothing about ours.
            raise Unsure("unreadable")
        if taken_at is not None:
            self._days.made(number, taken_at.date())
        return EffectAnswer(
            kind=AnswerKind.ACCEPTED,
            reference=taken.log_no or taken.trade_no,
            status=RefundStatus.PENDING,
            amount=m.read_fen(taken.refund_amount),
        )

    async def _refund_made(
        self, number: str, day: date, biz_types: tuple[str, ...]
    ) -> tuple[m.RefundRow | None, date]:
        """The refund of our number that was made on a day, and Lakala's today."""
        today = day
        for biz_type in biz_types:
            question = m.RefundQuery(
                merchant_no=self._settings.merchant_no,
                term_no=self._settings.term_no,
                out_trade_no=new_nonce(),
                origin_out_trade_no=number,
                origin_trade_date=m.written_day(day),
                origin_biz_type=biz_type,
            )
            reply = await self._ask(m.REFUND_QUERY, question, m.RefundList)
            asked_at = m.read_time(reply.resp_time)
            if asked_at is None:
                raise AcquirerRejected(f"{self.name}: {m.REFUND_QUERY}: no resp_time")
            today = asked_at.date()
            rows = reply.resp_data.refund_list if reply.resp_data else ()
            row = next((row for row in rows if row.out_trade_no == number), None)
            if row is not None:
                return row, today
        return None, today

    def _found(self, number: str, day: date, row: m.RefundRow) -> EffectAnswer:
        self._days.made(number, day)
        return records.answer(row.trade_state, row.log_no, row.refund_amount, row.channel_ret_desc)

    async def _of_no_day(self, number: str, asked: set[date]) -> EffectAnswer:
        """What was made on none of the days asked: a revocation, nothing, or a refund of a day
        on which nobody looked for it, because clocks differ by more than they may."""
        trade = await self._trade_query(out_trade_no=number)
        if trade is None:
            return EffectAnswer(kind=AnswerKind.ABSENT)
        if trade.out_trade_no != number:
            raise AcquirerRejected(f"{self.name}: asked about one trade, told about another")
        if trade.trade_main_type != states.REVOCATION:
            made = m.read_time(trade.trade_time)
            day = self._day_of(made) if made is not None else None
            if day is not None and day not in asked:
                row, _ = await self._refund_made(number, day, (trade.biz_type,))
                if row is not None:
                    return self._found(number, day, row)
            # A refund that was made since the refund query: that one tells more.
            raise AcquirerUnavailable(f"{self.name}: {m.TRADE_QUERY}: made just now")
        return records.answer(trade.trade_state, trade.log_no, trade.total_amount)

    async def _trade(self, trade_no: str) -> m.Trade | None:
        trade = await self._trade_query(trade_no=trade_no)
        if trade is not None and trade.trade_no != trade_no:
            raise AcquirerRejected(f"{self.name}: asked about one trade, told about another")
        return trade

    async def _trade_query(self, *, trade_no: str = "", out_trade_no: str = "") -> m.Trade | None:
        question = m.TradeQuery(
            merchant_no=self._settings.merchant_no,
            term_no=self._settings.term_no,
            trade_no=trade_no,
            out_trade_no=out_trade_no,
        )
        reply = await self._ask(m.TRADE_QUERY, question, m.Trade)
        if reply.resp_data is None and reply.code in states.SUCCESS:
            raise AcquirerRejected(f"{self.name}: {m.TRADE_QUERY}: found, but not told")
        return reply.resp_data

    async def _ask(self, path: str, data: Value, model: type[V]) -> m.Reply[V]:
        """A question. The reply to one of ``absent_codes`` has no data."""
        body, headers = self._signed(data)
        response = await self._exchange.read(path, body, headers)
        try:
            self._verifier.response(response.headers, response.content, self._now())
            head = m.Reply[Value].model_validate_json(response.content)
            if head.code in self._settings.absent_codes:
                return m.Reply[model](code=head.code, resp_time=head.resp_time)  # type: ignore[valid-type]
            if head.code in states.SUCCESS:
                return m.Reply[model].model_validate_json(response.content)  # type: ignore[valid-type]
        except BadSignature as error:
            raise AcquirerRejected(f"{self.name}: {path}: {error}") from error
        except ValidationError as error:
            raise AcquirerRejected(f"{self.name}: {path}: the reply cannot be read") from error
        if head.code in states.IN_PROGRESS:
            raise AcquirerUnavailable(f"{self.name}: {path}: {head.code}")
        raise AcquirerRejected(f"{self.name}: {path}: {head.code}")

    def _signed(self, data: Value) -> tuple[bytes, dict[str, str]]:
        now = self._now()
        request = {
            "req_time": m.written(now),
            "version": m.VERSION,
            "req_data": {key: value for key, value in data.model_dump().items() if value != ""},
        }
        body = json.dumps(request, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {
            "Authorization": self._signer.request(body, now),
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        return body, headers


async def _all(questions: Iterable[Awaitable[R]]) -> list[R]:
    """Every answer, in order; the first error once all have been heard."""
    heard = await asyncio.gather(*questions, return_exceptions=True)
    answers: list[R] = []
    for one in heard:
        if isinstance(one, BaseException):
            raise one
        answers.append(one)
    return answers

"""The ``unionpay`` adapter: queries, refunds and same-day voids over ACP 5.1.0.

UnionPay knows a transaction by merId + orderId + txnTime. Both are the intent's: orderId is
derived from the effect id (``recourse.acquirers.numbers``), txnTime is the moment the id
carries (``recourse.disputes.effect_ids``). So an order that is sent again, by whichever worker
at whatever time, is the same transaction, and UnionPay refuses it as a duplicate.
"""

import base64
from collections.abc import Callable
from datetime import datetime

import httpx2

from recourse.acquirers import keys
from recourse.acquirers.by_number import CREDITS, ByNumber, objection_to, refused, wall_clock
from recourse.acquirers.contract import ErrorCode
from recourse.acquirers.errors import (
    AcquirerMisconfigured,
    AcquirerRejected,
    AcquirerUnavailable,
)
from recourse.acquirers.exchange import Unsure
from recourse.acquirers.numbers import unionpay_number
from recourse.acquirers.unionpay import codes, records, wire
from recourse.acquirers.unionpay.certificates import TrustedSigners
from recourse.acquirers.unionpay.notices import trusted_signers
from recourse.acquirers.unionpay.settings import UnionPaySettings
from recourse.acquirers.unionpay.signing import CERTIFICATE, BadSignature, Signer, check
from recourse.acquirers.unionpay.wire import Fields, Unreadable
from recourse.disputes.effects import AnswerKind, EffectAnswer, EffectOrder, Remedy, Requested
from recourse.disputes.records import RefundStatus, Sale
from recourse.disputes.settlement import UNIONPAY

BACK_TRANS = "/gateway/api/backTransReq.do"
QUERY = "/gateway/api/queryTrans.do"
REFUND, VOID, QUESTION = "04", "31", "00"
BY_QUERY_ID = "02"

_HEADERS = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}


def unionpay_acquirer(
    name: str,
    settings: UnionPaySettings,
    *,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> "UnionPayAcquirer":
    """Raises AcquirerMisconfigured when a file cannot be used."""
    signer = Signer(
        key=keys.read_private_key(settings.key_file),
        certificate=keys.read_certificate(settings.certificate_file),
    )
    if signer.key.public_key() != signer.certificate.public_key():
        raise AcquirerMisconfigured(f"{name}: the certificate is not of the private key")
    signers = trusted_signers(settings)
    return UnionPayAcquirer(name, settings, signer, signers, transport=transport)


class UnionPayAcquirer(ByNumber):
    """One merchant at UnionPay. A sale's reference is its ``queryId``.

    Safe for concurrent use; close it with ``aclose``. ``now`` is the real time certificates
    are judged by, never a case's.
    """

    def __init__(
        self,
        name: str,
        settings: UnionPaySettings,
        signer: Signer,
        signers: TrustedSigners,
        *,
        now: Callable[[], datetime] = wall_clock,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        super().__init__(name, settings.base_url, settings.timeout, transport)
        self._settings = settings
        self._signer = signer
        self._signers = signers
        self._now = now

    def number_of(self, effect_id: str) -> str:
        return unionpay_number(effect_id)

    async def sale(self, reference: str) -> Sale | None:
        """A sale that was undone still stands here as made: a query tells only how the
        sale itself ended."""
        told = await self._ask({"txnSubType": BY_QUERY_ID, "queryId": reference})
        if told is None:
            return None
        if told.get("queryId") != reference:
            raise AcquirerRejected(f"{self.name}: asked about one sale, told about another")
        return records.sale(told)

    async def request_effect(self, order: EffectOrder) -> EffectAnswer:
        """Ask for a refund (退货), or for a void (消费撤销) on the sale's settlement day.
        Raises AcquirerUnavailable only when nothing was sent."""
        txn_time = self._txn_time(order.effect_id)
        if order.remedy not in (*CREDITS, Remedy.REVERSAL):
            return refused(ErrorCode.REMEDY_UNSUPPORTED)
        sale = await self.sale(order.sale)
        if sale is None:
            return refused(ErrorCode.SALE_UNKNOWN)
        objection = self._objection(order, sale)
        if objection is not None:
            return refused(objection)
        fields = {
            "txnType": VOID if order.remedy is Remedy.REVERSAL else REFUND,
            "txnSubType": "00",
            "bizType": self._settings.biz_type,
            "channelType": "07",
            "orderId": self.number_of(order.effect_id),
            "txnTime": txn_time,
            "txnAmt": str(order.amount.minor),
            "currencyCode": records.CNY,
            "origQryId": order.sale,
            "backUrl": self._settings.back_url,
            "reqReserved": base64.b64encode(order.effect_id.encode()).decode(),
        }
        try:
            return await self._send(order, fields)
        except Unsure as unsure:
            return EffectAnswer(kind=AnswerKind.UNKNOWN, reason=unsure.why)

    async def effect(
        self, effect_id: str, sale: str = "", requested: Requested | None = None
    ) -> EffectAnswer:
        """How an effect stands; ``absent`` when UnionPay knows no transaction of its
        identity (34)."""
        identity = {
            "orderId": self.number_of(effect_id),
            "txnTime": self._txn_time(effect_id),
        }
        told = await self._ask({"txnSubType": "00", **identity})
        if told is None:
            return EffectAnswer(kind=AnswerKind.ABSENT)
        if any(told.get(key) != value for key, value in identity.items()):
            raise AcquirerRejected(f"{self.name}: asked about one effect, told about another")
        return records.answer(told)

    def _objection(self, order: EffectOrder, sale: Sale) -> str | None:
        """Why UnionPay would not do it, as far as the sale alone tells."""
        objection = objection_to(order, sale)
        if objection is not None or order.remedy is not Remedy.REVERSAL:
            return objection
        # A sale that is not clearly made is reversed (冲正) by whoever made it, not voided.
        if sale.status != "captured":
            return "sale_in_doubt"
        if order.amount != sale.captured:
            return ErrorCode.AMOUNT_MISMATCH
        moment = self.moment_of(order.effect_id)
        if UNIONPAY.day_of(moment) != UNIONPAY.day_of(sale.at):
            return "not_same_day"
        return None

    async def _send(self, order: EffectOrder, fields: Fields) -> EffectAnswer:
        body = wire.form(self._signed(fields))
        response = await self._exchange.order(BACK_TRANS, body, _HEADERS)
        try:
            told = self._read(response)
        except (Unreadable, BadSignature) as error:
            unread = isinstance(error, Unreadable)
            raise Unsure("unreadable" if unread else "unverified") from error
        code = told.get("respCode", "")
        self._check_spoken(code, BACK_TRANS)
        identity = ("merId", "orderId", "txnTime")
        ours = {**fields, "merId": self._settings.mer_id}
        if any(told.get(key, ours[key]) != ours[key] for key in identity):
            # An answer about another order says nothing about ours.
            raise Unsure("unreadable")
        if code == codes.DUPLICATE:
            return await self._as_made_before(order, None)
        if code in (codes.SUCCESS, "05"):
            return EffectAnswer(
                kind=AnswerKind.ACCEPTED,
                reference=told.get("queryId", ""),
                status=RefundStatus.PENDING,
                amount=order.amount,
            )
        if code in codes.FAILED:
            return await self._as_made_before(order, refused(code))
        raise Unsure(code or "unreadable")

    async def _as_made_before(
        self, order: EffectOrder, refusal: EffectAnswer | None
    ) -> EffectAnswer:
        """A refund that was made before may be refused now, as a duplicate or as too much: a
        refusal counts only when there is none of this identity."""
        why = refusal.reason if refusal is not None else "duplicate"
        try:
            heard = await self.effect(order.effect_id)
        except (AcquirerUnavailable, AcquirerRejected) as error:
            raise Unsure(why) from error
        if heard.kind is not AnswerKind.ABSENT:
            return heard
        if refusal is None:
            raise Unsure(why)
        return refusal

    async def _ask(self, fields: Fields) -> Fields | None:
        """A question; None when there is no such transaction."""
        question = {"txnType": QUESTION, "bizType": "000000", "channelType": "07", **fields}
        response = await self._exchange.read(QUERY, wire.form(self._signed(question)), _HEADERS)
        try:
            told = self._read(response)
        except (Unreadable, BadSignature) as error:
            raise AcquirerRejected(f"{self.name}: {QUERY}: {error}") from error
        code = told.get("respCode", "")
        self._check_spoken(code, QUERY)
        if code == codes.NOT_FOUND:
            return None
        if code in codes.NOT_NOW or code in codes.PROCESSING:
            raise AcquirerUnavailable(f"{self.name}: {QUERY}: {code}")
        if code != codes.SUCCESS or told.get("merId") != self._settings.mer_id:
            raise AcquirerRejected(f"{self.name}: {QUERY}: {code}")
        return told

    def _signed(self, fields: Fields) -> Fields:
        return self._signer.signed(
            {
                "version": wire.VERSION,
                "encoding": wire.ENCODING,
                "certId": self._signer.cert_id,
                "accessType": "0",
                "merId": self._settings.mer_id,
                **fields,
            }
        )

    def _read(self, response: httpx2.Response) -> Fields:
        fields = wire.read_bare(response.content)
        self._verify(fields)
        return fields

    def _verify(self, fields: Fields) -> None:
        check(fields, self._signers.key_of(fields.get(CERTIFICATE, ""), self._now()))

    def _check_spoken(self, code: str, path: str) -> None:
        if code == codes.BAD_SIGNATURE:
            raise AcquirerMisconfigured(f"{self.name}: {path}: our signature was refused")
        if code in codes.SPOKEN_WRONGLY:
            raise AcquirerRejected(f"{self.name}: {path}: {code}")

    def _txn_time(self, effect_id: str) -> str:
        return records.written(self.moment_of(effect_id))

"""UnionPay's fields as our records."""

import base64
import binascii
import re
from datetime import datetime
from zoneinfo import ZoneInfo

from recourse.acquirers.errors import AcquirerRejected
from recourse.acquirers.unionpay import codes
from recourse.acquirers.unionpay.wire import Fields
from recourse.disputes.effects import AnswerKind, EffectAnswer
from recourse.disputes.money import Money
from recourse.disputes.records import RefundStatus, Sale

BEIJING = ZoneInfo("Asia/Shanghai")
CNY = "156"
"""ISO 4217, numeric. UnionPay's gateway settles domestic merchants in it."""

_FUNDING = {"01": "debit", "02": "credit", "03": "credit", "05": "prepaid"}
_LAST4 = re.compile(r"\d{0,6}\*+(\d{4})", re.ASCII)


def written(moment: datetime) -> str:
    """txnTime."""
    return moment.astimezone(BEIJING).strftime("%Y%m%d%H%M%S")


def sale(told: Fields) -> Sale:
    """Raises AcquirerRejected when the answer cannot be read as a sale."""
    at, amount = _time(told.get("txnTime", "")), _money(told)
    if at is None or amount is None:
        raise AcquirerRejected("unionpay: the sale has no time or no amount")
    code = told.get("origRespCode", "")
    nothing = amount.model_copy(update={"minor": 0})
    status, captured = "in_doubt", nothing
    if code == codes.SUCCESS:
        status, captured = "captured", amount
    elif code in codes.FAILED:
        status = "failed"
    return Sale(
        reference=told.get("queryId", ""),
        at=at,
        amount=amount,
        captured=captured,
        status=status,
        merchant=told.get("merId", ""),
        terminal=told.get("termId", ""),
        card_last4=_last_four(told.get("accNo", "")),
        card_brand="unionpay",
        card_funding=_FUNDING.get(told.get("payCardType", ""), ""),
        stan=told.get("traceNo", ""),
    )


def answer(told: Fields) -> EffectAnswer:
    """How the transaction a query was about stands."""
    code = told.get("origRespCode", "")
    reference, amount = told.get("queryId", ""), _money(told)
    if code == codes.SUCCESS:
        return EffectAnswer(
            kind=AnswerKind.SUCCEEDED,
            reference=reference,
            status=RefundStatus.POSTED,
            amount=amount,
        )
    if code in codes.PROCESSING:
        return EffectAnswer(
            kind=AnswerKind.ACCEPTED,
            reference=reference,
            status=RefundStatus.PENDING,
            amount=amount,
        )
    if code in codes.FAILED:
        return EffectAnswer(
            kind=AnswerKind.FAILED,
            reference=reference,
            status=RefundStatus.FAILED,
            reason=code,
            amount=amount,
        )
    return EffectAnswer(
        kind=AnswerKind.UNKNOWN, reference=reference, reason=code or "unreadable", amount=amount
    )


def reserved(fields: Fields) -> str:
    """The effect id we sent along in ``reqReserved``; empty when there is none."""
    try:
        return base64.b64decode(fields.get("reqReserved", ""), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _money(told: Fields) -> Money | None:
    text = told.get("txnAmt", "")
    if not re.fullmatch(r"\d{1,12}", text, re.ASCII) or told.get("currencyCode", CNY) != CNY:
        return None
    return Money(minor=int(text), currency="CNY")


def _time(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=BEIJING)
    except ValueError:
        return None


def _last_four(masked: str) -> str:
    """Of a masked number only: a card number must not come near us."""
    found = _LAST4.fullmatch(masked)
    return found[1] if found else ""

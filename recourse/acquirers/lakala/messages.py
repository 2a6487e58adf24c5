"""Lakala's messages, as far as a correction needs them. Amounts are strings of fen, times
are ``yyyyMMddHHmmss`` in Beijing time."""

import re
from datetime import date, datetime
from typing import Annotated, Generic, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, ConfigDict, StringConstraints

from recourse.disputes.models import Value
from recourse.disputes.money import Money

BEIJING = ZoneInfo("Asia/Shanghai")
VERSION = "3.0"
TRADE_QUERY = "/api/v3/labs/query/tradequery"
REFUND = "/api/v3/lams/trade/trade_refund"
REFUND_QUERY = "/api/v3/lams/trade/trade_refund_query"
REVOKE = "/api/v3/labs/relation/revoked"

Fen = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,12}$")]
BANK_CARD, SCAN = "1", "3"
"""origin_biz_type. 2 (foreign card) and 4 (online) are not sold at a till."""

_SCAN_LOG = "66"
_LAST4 = re.compile(r"\d{0,6}\*+(\d{4})", re.ASCII)

D = TypeVar("D", bound=Value)


class Reply(Value, Generic[D]):
    """``resp_data`` may be missing or empty when ``code`` is not success."""

    code: str
    msg: str = ""
    resp_time: str = ""
    resp_data: D | None = None


class Location(Value):
    """Where the request comes from; Lakala's risk control asks for the address."""

    request_ip: str
    location: str = ""


class TradeQuery(Value):
    """One of the two numbers; ``trade_no`` wins."""

    merchant_no: str
    term_no: str
    out_trade_no: str = ""
    trade_no: str = ""


def _text(value: object) -> object:
    """Lakala leaves fields out or sends null; both mean that it does not say."""
    return "" if value is None else value


Text = Annotated[str, BeforeValidator(_text)]


class Trade(Value):
    """A trade as ``tradequery`` tells it: a sale, or a revocation asked by ``out_trade_no``."""

    trade_no: str
    trade_state: str
    total_amount: Fen
    log_no: Text = ""
    out_trade_no: Text = ""
    trade_main_type: Text = ""
    trade_time: Text = ""
    account_type: Text = ""
    crd_no: Text = ""
    """The card, masked: 6226****8223. Only of bank cards."""
    pay_mode: Text = ""
    """00 debit | 01 credit | 02 semi-credit."""
    term_no: Text = ""
    merchant_no: Text = ""

    @property
    def biz_type(self) -> str:
        """Reconciliation numbers of scan trades begin with 66, of card trades with the year."""
        return SCAN if self.log_no.startswith(_SCAN_LOG) else BANK_CARD


class RefundOrder(Value):
    merchant_no: str
    term_no: str
    out_trade_no: str
    refund_amount: Fen
    origin_biz_type: str
    origin_trade_date: str
    origin_log_no: str = ""
    origin_trade_no: str = ""
    origin_card_no: str = ""
    refund_type: str = ""
    notify_url: str = ""
    """Listed for the newer refund_front; trade_refund may ignore it (unverified)."""


class RefundTaken(Value):
    """What trade_refund answers: that it was taken, never that it was made."""

    log_no: Text = ""
    trade_no: Text = ""
    out_trade_no: Text = ""
    refund_amount: Text = ""
    trade_state: Text = ""


class RefundQuery(Value):
    merchant_no: str
    term_no: str
    out_trade_no: str
    """Of this question, not of the refund."""
    origin_out_trade_no: str
    origin_trade_date: str
    """The Beijing day of the refund."""
    origin_biz_type: str


class RefundRow(Value):
    out_trade_no: Text = ""
    trade_state: str
    trade_no: Text = ""
    log_no: Text = ""
    refund_amount: Text = ""
    trade_time: Text = ""
    crd_no: Text = ""
    channel_ret_desc: Text = ""


class RefundList(Value):
    refund_list: tuple[RefundRow, ...] = ()


class RevokeOrder(Value):
    merchant_no: str
    term_no: str
    out_trade_no: str
    origin_trade_no: str
    location_info: Location


class Notification(Value):
    """What is read of a notification: only what it is about."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    out_trade_no: str
    trade_no: Text = ""
    log_no: Text = ""


def written(moment: datetime) -> str:
    return moment.astimezone(BEIJING).strftime("%Y%m%d%H%M%S")


def written_day(day: date) -> str:
    return day.strftime("%Y%m%d")


def read_time(text: str) -> datetime | None:
    """None for what is not a time."""
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=BEIJING)
    except ValueError:
        return None


def read_fen(text: str) -> Money | None:
    """Lakala settles in CNY alone."""
    if not re.fullmatch(r"\d{1,12}", text, re.ASCII):
        return None
    return Money(minor=int(text), currency="CNY")


def last_four(masked: str) -> str:
    """The last four digits of a masked card number. A number that is not masked gives
    nothing: a card number must not come near us."""
    found = _LAST4.fullmatch(masked)
    return found[1] if found else ""

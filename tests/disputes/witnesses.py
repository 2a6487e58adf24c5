"""Lines of journals and of clearing files, and what is judged from them."""

from datetime import timedelta
from typing import Any

from recourse.disputes.claims import Claim
from recourse.disputes.records import Record, Sale, Settlement, SettlementLine, TerminalEvent
from recourse.disputes.settlement import UNIONPAY
from recourse.disputes.verdicts import Verdict, Words, judge
from tests.disputes.building import SOLD, a_sale, cny

ARN = "74537604221431003881234"
REFUND: dict[str, Any] = {"mti": "0220", "processing_code": "200000"}
VOID: dict[str, Any] = {"mti": "0200", "processing_code": "200000"}


def an_event(kind: str, minutes: int = 1, **told: Any) -> TerminalEvent:
    at = SOLD + timedelta(minutes=minutes)
    return TerminalEvent.model_validate(
        {"terminal": "T0000001", "at": at, "kind": kind, "sale": "536365"} | told
    )


def judged(claim: Claim, record: Record, heard: Words = Words()) -> Verdict:  # noqa: B008 - frozen
    return judge(claim, record, heard, store_decides=False)


def told_by(*events: TerminalEvent, sale: Sale | None = None) -> Record:
    return Record(sale=sale or a_sale(card_brand="unionpay"), terminal_events=events)


def a_line(direction: str, minor: int, **fields: Any) -> SettlementLine:
    return SettlementLine.model_validate(
        {"day": UNIONPAY.day_of(SOLD), "direction": direction, "amount": cny(minor)} | fields
    )


def files(*lines: SettlementLine, days: int = 3) -> Settlement:
    return Settlement(through=UNIONPAY.day_of(SOLD + timedelta(days=days)), lines=lines)

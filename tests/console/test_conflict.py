"""How a case whose sources disagree looks to who has to decide it."""

import json
from datetime import timedelta

import pytest

from console import output, shown
from recourse.disputes import events as ev
from recourse.disputes.claims import Kind
from recourse.disputes.records import Record, Settlement, SettlementLine, TerminalEvent
from recourse.disputes.settlement import UNIONPAY
from recourse.disputes.verdicts import Words, judge
from recourse.disputes.view import CaseView, view
from tests.disputes.building import NOW, PRICE, SOLD, a_case, a_claim, a_record, a_sale, cny


def seen(record: Record) -> CaseView:
    claim = a_claim(Kind.RECEIPT_NOT_PRINTED)
    verdict = judge(claim, record, Words(), store_decides=False)
    return view(a_case(ev.VerdictReached(verdict=verdict), claim=claim), NOW)


@pytest.fixture
def disputed() -> CaseView:
    """The terminal sent a reversal, the acquirer took the money, the files cleared it."""
    sent = TerminalEvent.model_validate(
        {
            "terminal": "T0000001",
            "at": SOLD + timedelta(minutes=1),
            "kind": "reversal_sent",
            "sale": "536365",
            "response": "4021",
        }
    )
    day = UNIONPAY.day_of(SOLD)
    line = SettlementLine(day=day, direction="charge", amount=cny(PRICE))
    return seen(
        Record(
            sale=a_sale(),
            terminal_events=(sent,),
            settlement=Settlement(through=day, lines=(line,)),
        )
    )


def test_the_json_says_who_says_what(disputed: CaseView) -> None:
    """The JSON of a case has each source with what it says, and the evidence that decides."""
    told = json.loads(disputed.model_dump_json())
    assert [(said["source"], said["says"]) for said in told["conflict"]] == [
        ("claim", "claim_receipt_not_printed"),
        ("pos", "till_reversal_sent"),
        ("acquirer", "sale_captured"),
        ("settlement", "line_sale"),
    ]
    assert told["conflict"][3]["amount"]["amount"] == "139.12"
    assert told["conflict"][3]["day"] == UNIONPAY.day_of(SOLD).isoformat()
    assert told["missing"] == ["journal_line"]


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("", ("终端", "冲正已发出", "4021", "消费已入账", "消费已清算", "待证")),
        ("en", ("Terminal", "Reversal sent", "4021", "Sale captured", "Sale settled", "decides")),
    ],
)
def test_the_terminal_shows_it_in_words(
    disputed: CaseView, lang: str, expected: tuple[str, ...]
) -> None:
    """``case show`` tells it in the language of the case, or in the one that is asked for."""
    with output.out.capture() as captured:
        shown.case(disputed, lang)
    text = captured.get()
    for words in (*expected, "139.12 CNY"):
        assert words in text


def test_where_the_sources_agree_nothing_is_shown() -> None:
    """Without a conflict there is no report."""
    agreed = seen(a_record())
    assert agreed.conflict == ()
    with output.out.capture() as captured:
        shown.case(agreed)
    assert "来源" not in captured.get()

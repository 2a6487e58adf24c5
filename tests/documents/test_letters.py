"""Demand letter and legal file: complete, the same for the same data, and safe to open."""

from datetime import UTC, datetime
from typing import Any

import pytest

from recourse.disputes.money import parse
from recourse.disputes.notices import (
    ChronologyLine,
    Contact,
    Exhibit,
    LegalFile,
    NoticeFacts,
    Role,
)
from recourse.documents.letters import demand_letter, drafts, legal_file
from recourse.documents.missing import missing_items
from templates.words import LANGUAGES
from tests.mail.reading import read

CASE = "C-2026-0007"
AT = datetime(2026, 12, 5, 2, 0, tzinfo=UTC)
FORMS = ("html", "text")


def line(what: str, who: str, **more: str) -> ChronologyLine:
    return ChronologyLine(at=AT, what=what, who=who, **more)


def a_file(**changes: Any) -> LegalFile:
    fields: dict[str, Any] = {
        "case_id": CASE,
        "language": "zh-CN",
        "jurisdiction": "CN",
        "kind": "wrong_refund",
        "facts": NoticeFacts(
            case_id=CASE,
            kind="wrong_refund",
            claimant="merchant",
            sale_reference="536365",
            sale_amount=parse("139.12", "CNY"),
            sale_at=AT,
            card_last4="4242",
            detail="退款多退了一个零",
            cause="operator_error",
        ),
        "claimant": Contact(role=Role.MERCHANT, name="云膳过桥米线", email="store@example.com"),
        "respondent": Contact(role=Role.CUSTOMER, name="王芳", phone="+8613800000000"),
        "demand": parse("900", "CNY"),
        "answer_days": 15,
        "answer_due": datetime(2026, 12, 20, 10, 0, tzinfo=UTC),
        "legal_basis": ("《中华人民共和国民法典》第九百八十五条",),
        "amounts": {"demanded": parse("900", "CNY"), "captured": parse("139.12", "CNY")},
        "chronology": (line("case_opened", "merchant", digest="a" * 64),),
        "exhibits": (
            Exhibit(
                number=1, kind="refund_slip", name="签购单.jpg", digest="c" * 64, given_by="store"
            ),
        ),
        "notices": (line("reminder", "customer"), line("approval_needed", "supervisor")),
        "clocks": (line("limitation", "merchant", detail="2029-11-20"),),
        "at": AT,
    }
    return LegalFile(**{**fields, **changes})


BARE = a_file(
    facts=NoticeFacts(case_id=CASE, kind="refund_not_received", claimant="customer"),
    kind="refund_not_received",
    jurisdiction="",
    claimant=Contact(role=Role.CUSTOMER),
    respondent=Contact(role=Role.STORE),
    demand=None,
    answer_days=0,
    answer_due=None,
    legal_basis=(),
    amounts={},
    chronology=(),
    exhibits=(),
    notices=(),
    clocks=(),
)


@pytest.mark.parametrize("file", [a_file(), BARE], ids=["full", "bare"])
@pytest.mark.parametrize("spoken", LANGUAGES)
def test_every_document_reads(file: LegalFile, spoken: str) -> None:
    """Letter and file render in both languages and forms, with everything and with nothing."""
    made = drafts(file.model_copy(update={"language": spoken}))
    assert [name for name, _, _ in made] == [
        "demand_letter.html", "demand_letter.txt", "legal_file.html", "legal_file.txt",
    ]  # fmt: skip
    for _, media_type, content in made:
        text = content.decode()
        assert media_type.endswith("charset=utf-8")
        assert CASE in text
        assert "None" not in text
        assert "{{" not in text
        if media_type.startswith("text/html"):
            read(text)


def test_same_data_same_bytes() -> None:
    """Equal files give equal bytes, whatever order their amounts were put in."""
    amounts = a_file().amounts
    turned = a_file(amounts=dict(reversed(amounts.items())))
    assert a_file() == turned
    assert drafts(a_file()) == drafts(turned)


@pytest.mark.parametrize("form", FORMS)
def test_chinese_demand_states_what_a_demand_must(form: Any) -> None:
    """The letter names parties, sale, breach, sum in capitals, time, rules and limitation."""
    text = demand_letter(a_file(), form).content.decode()
    for stated in (
        "王芳", "云膳过桥米线", "536365", "¥139.12", "尾号 4242", "退款多退了一个零",
        "多退部分至今未返还", "¥900.00", "人民币玖佰元整", "15 日内", "2026年12月20日 18:00",
        "第九百八十五条", "第一百九十五条", "诉讼时效", "c" * 64, "2026年12月5日", "催办",
    ):  # fmt: skip
        assert stated in text, stated


def test_other_law_carries_no_chinese_remark() -> None:
    """The remark on limitation stands only where Chinese law rules, in either language."""
    english = a_file(language="en")
    assert "article 195" in demand_letter(english).content.decode()
    assert (
        "article 195"
        not in demand_letter(english.model_copy(update={"jurisdiction": "UK"})).content.decode()
    )
    assert "诉讼时效" not in demand_letter(a_file(jurisdiction="EU")).content.decode()


def test_internal_notices_stay_inside() -> None:
    """What our own people wrote each other is in counsel's file and not in the letter."""
    assert "待复核" not in demand_letter(a_file()).content.decode()
    assert "待复核" in legal_file(a_file()).content.decode()


def test_breach_depends_on_who_claims() -> None:
    """A customer who got too little and one who kept too much are told different things."""
    by_customer = a_file(facts=a_file().facts.model_copy(update={"claimant": "customer"}))
    assert "多退部分至今未返还" not in demand_letter(by_customer).content.decode()


@pytest.mark.parametrize("form", FORMS)
def test_legal_file_holds_every_part(form: Any) -> None:
    """Counsel finds parties, sums, chronology and exhibits with digests, clocks and gaps."""
    text = legal_file(a_file(), form).content.decode()
    for stated in (
        "目录", "当事人", "金额计算", "原交易扣款金额", "案件登记", "a" * 64, "退款签购单",
        "2026-12-05T02:00:00Z", "往来函件", "诉讼时效", "尚缺材料", "通讯地址",
    ):  # fmt: skip
        assert stated in text, stated


def test_gaps_are_listed() -> None:
    """A file says what it lacks, and what we never keep."""
    assert set(missing_items(a_file())) == {
        "claimant_address", "claimant_identity", "respondent_address", "authority",
    }  # fmt: skip
    assert {"sale_amount", "demand", "respondent_name", "exhibits", "correspondence"} <= set(
        missing_items(BARE)
    )


def test_hostile_words_stay_words() -> None:
    """Markup in a story, a name or an exhibit is shown, never run."""
    hostile = "</td><script>alert(1)</script>\n\n<b>x"
    file = a_file(
        facts=a_file().facts.model_copy(update={"detail": hostile, "store": hostile}),
        respondent=Contact(role=Role.CUSTOMER, name=hostile),
        exhibits=(Exhibit(number=1, kind=hostile, name=hostile, digest="c", given_by=hostile),),
        chronology=(line(hostile, hostile, detail=hostile),),
        legal_basis=(hostile,),
    )
    for document in (demand_letter(file), legal_file(file)):
        assert read(document.content.decode()).tags.isdisjoint({"script", "b"})

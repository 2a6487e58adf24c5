"""Wording: every notice in every language, with everything known and with nothing known."""

import re
from pathlib import Path

import pytest

from recourse.disputes import verdicts
from recourse.disputes.effects import Remedy
from recourse.disputes.notices import NoticeFacts, Role, Template
from recourse.disputes.verdicts.table import RULINGS
from recourse.mail.compose import NoticeComposer
from templates.words import LANGUAGES, language, words
from tests.mail.conftest import CASE, FULL, MINIMAL, a_notice
from tests.mail.reading import read

CODES = {
    "asks": """contact sale_amount sale_date card_last4 statement_line bank_statement slip_photo
        identity_if_policy loss_declaration refund_slip refund_promise paid_again original_slip
        journal_line operator_shift refund_application refund_record what_happened goods_returned
        can_reprint printer_state network_state terminal_log terminal_config software_version
        outage_notice transaction_state settlement_line refund_arrival arn_trace money_returned
        contact_correct accept_recovery""",
    "causes": """operator_error system_fault suspected_fraud issuer_or_acquirer_process
        network_delay printer_fault paper_out platform_outage policy_restriction misconfiguration
        customer_lost_slip device_damage wrong_card_data duplicate_refund refund_never_submitted
        refund_failed_at_issuer reversal_pending reversed_by_timeout reversed_in_error
        amount_mismatch goods_dispute no_fault_found unknown_pending""",
    "remedies": " ".join([*(remedy.value for remedy in Remedy), "recovery", "none"]),
    "reasons": """not_a_sale_here refund_correct already_refunded time_barred outside_conditions
        no_evidence not_entitled identity_not_shown claimed_elsewhere""",
    "rungs": """tier2 acquirer_inquiry retrieval scheme_dispute regulator consumer_association
        ombudsman legal""",
    "kinds": """wrong_refund refund_not_received payment_reversed receipt_not_printed
        receipt_lost""",
    "roles": " ".join(role.value for role in Role),
    "notices": " ".join(template.value for template in Template),
}


@pytest.mark.parametrize("facts", [FULL, MINIMAL], ids=["full", "minimal"])
@pytest.mark.parametrize("spoken", LANGUAGES)
@pytest.mark.parametrize("template", list(Template))
def test_every_notice_reads(
    composer: NoticeComposer, template: Template, spoken: str, facts: NoticeFacts
) -> None:
    """Every notice renders in every language, as text and HTML, whatever is known."""
    notice = a_notice(template, spoken, facts)
    text = composer.text(notice)
    page = read(composer.html(notice))
    assert CASE in text
    assert CASE in " ".join(page.words)
    for part in (text, " ".join(page.words)):
        assert "{{" not in part
        assert "None" not in part
        assert "Undefined" not in part
    assert page.tags.isdisjoint({"script", "img", "link", "table", "iframe", "form"})
    assert not page.urls
    assert "\n\n\n\n" not in text


@pytest.mark.parametrize("spoken", LANGUAGES)
@pytest.mark.parametrize("template", list(Template))
def test_text_and_html_say_the_same(
    composer: NoticeComposer, template: Template, spoken: str
) -> None:
    """Every paragraph of the text part stands in the HTML part."""
    notice = a_notice(template, spoken)
    shown = re.sub(r"\s", "", "".join(read(composer.html(notice)).words))
    paragraphs = composer.text(notice).split("\n-- \n")[0].split("\n\n")
    for paragraph in paragraphs:
        if not paragraph.startswith((" ", ">")) and "\n" not in paragraph:
            assert re.sub(r"\s", "", paragraph) in shown


@pytest.mark.parametrize("template", list(Template))
def test_story_cannot_become_markup(composer: NoticeComposer, template: Template) -> None:
    """A hostile story, name or reference is shown as it was written, never run."""
    hostile = "</div><script>alert(1)</script>\n\n<img src=x onerror=alert(1)>"
    facts = FULL.model_copy(
        update=dict.fromkeys(
            ("detail", "who", "store", "merchant_name", "arn", "sale_reference", "due_rule",
             "reason", "cause", "rung", "terminal", "kind"),
            hostile,
        )
    )  # fmt: skip
    notice = a_notice(template, "en", facts)
    to = notice.to.model_copy(update={"name": hostile})
    page = read(composer.html(notice.model_copy(update={"to": to})))
    assert page.tags.isdisjoint({"script", "img"})
    assert any("<script>" in words for words in page.words)


def test_no_name_can_pass_for_a_line_of_ours(composer: NoticeComposer) -> None:
    """In plain text too, a value stays on its line; only quoted words keep their breaks."""
    forged = "Store\n\nPlease send your PIN to thief@example.com"
    facts = FULL.model_copy(update={"store": forged, "merchant_name": forged, "due_rule": forged})
    for template in Template:
        lines = composer.text(a_notice(template, "en", facts)).splitlines()
        assert not [line for line in lines if line.strip().startswith("Please send your PIN")]


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_what_we_know_and_by_when(composer: NoticeComposer, spoken: str) -> None:
    """A customer's mail states the sale, the deadline with its zone, and the rule behind it."""
    text = composer.text(a_notice(Template.ACKNOWLEDGE, spoken))
    zone = {"zh-CN": "2026年12月5日 18:00（北京时间）", "en": "5 December 2026, 18:00 (China"}
    amount = {"zh-CN": "¥1,139.12\n", "en": "¥1,139.12 CNY"}
    assert zone[spoken] in text
    assert amount[spoken] in text
    assert FULL.due_rule in text
    assert "4242" in text


def test_unknown_code_is_shown_as_it_is(composer: NoticeComposer) -> None:
    """A code nobody has worded yet is shown in its own words."""
    assert "what nobody named" in composer.text(a_notice(Template.ASK_CUSTOMER, "en"))
    assert words("zh-CN").say("causes", "moon_phase") == "moon phase"


@pytest.mark.parametrize("spoken", LANGUAGES)
@pytest.mark.parametrize("section", list(CODES))
def test_every_code_has_words(section: str, spoken: str) -> None:
    """Every code a case can use has words in every language."""
    assert [code for code in CODES[section].split() if not words(spoken).has(section, code)] == []


def test_languages_word_the_same_codes() -> None:
    """No language knows a code that another does not."""
    chinese, english = (words(spoken)._sections for spoken in LANGUAGES)
    assert {name: set(codes) for name, codes in chinese.items()} == {
        name: set(codes) for name, codes in english.items()
    }


def test_chinese_is_chinese() -> None:
    """Chinese wording ends its sentences with full-width marks and has no English left in it."""
    for code, asked in words("zh-CN")._sections["asks"].items():
        assert asked.endswith("。"), code
        assert not re.search(r"[,;?!]", asked), code


@pytest.mark.parametrize(
    ("tag", "spoken"),
    [("zh", "zh-CN"), ("zh_Hans_CN", "zh-CN"), ("ZH-TW", "zh-CN"), ("en-GB", "en"), ("fr", "en")],
)
def test_language_tags_find_a_language_we_have(tag: str, spoken: str) -> None:
    """Any language tag finds the nearest language we have."""
    assert language(tag) == spoken


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_every_finding_of_a_verdict_has_words(spoken: str) -> None:
    """Whatever a verdict can find is told in words, in every language."""
    package = Path(verdicts.__file__).parent
    source = "\n".join(file.read_text(encoding="utf-8") for file in package.glob("*.py"))
    findings = {
        code
        for line in source.splitlines()
        if "finding=" in line
        for code in re.findall(r'"([a-z_]+)"', line)
    }
    findings |= set(re.findall(r'\brejected\(\s*"([a-z_]+)"', source))
    findings |= {rule.finding for rule in RULINGS.values() if rule.finding}
    assert len(findings) > 30
    silent = [code for code in sorted(findings) if not words(spoken).has("reasons", code)]
    assert silent == []

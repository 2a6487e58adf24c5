"""Notices, a composer and a mailbox to try them with."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from recourse.disputes.money import parse
from recourse.disputes.notices import Contact, Notice, NoticeFacts, Role, Template
from recourse.mail.compose import NoticeComposer
from recourse.mail.mailbox import Mailbox

CASE = "C-2026-0007"
STORY = "退款多退了一个零\n\n<script>alert('x')</script> & \"quoted\""
MINIMAL = NoticeFacts(case_id=CASE, kind="wrong_refund", claimant="customer")
FULL = NoticeFacts(
    case_id=CASE,
    kind="wrong_refund",
    claimant="customer",
    customer_name="王芳",
    merchant_name="云膳过桥米线",
    store="人民路店",
    sale_reference="536365",
    sale_amount=parse("1139.12", "CNY"),
    sale_at=datetime(2026, 11, 20, 4, 31, tzinfo=UTC),
    card_last4="4242",
    terminal="T0000001",
    refund_requested=parse("100", "CNY"),
    refund_reported=parse("1000", "CNY"),
    amount=parse("900", "CNY"),
    cause="operator_error",
    remedy="credit_adjustment",
    reason="refund_correct",
    detail=STORY,
    asks=("contact", "card_last4", "what_nobody_named"),
    reminder=2,
    due=datetime(2026, 12, 5, 10, 0, tzinfo=UTC),
    due_rule="《银行业保险业消费投诉处理管理办法》：15 日",
    arn="74537604221431003881234",
    rung="acquirer_inquiry",
    who="张经理",
)


def a_notice(
    template: Template = Template.ACKNOWLEDGE,
    language: str = "zh-CN",
    facts: NoticeFacts = FULL,
    *,
    key: str = f"{CASE}.3",
    email: str = "wang.fang@example.com",
    thread: tuple[str, ...] = (),
) -> Notice:
    return Notice(
        key=key,
        template=template,
        language=language,
        to=Contact(role=Role.CUSTOMER, name="王芳", email=email),
        facts=facts,
        thread=thread,
        at=datetime(2026, 11, 20, 6, 0, tzinfo=UTC),
    )


@pytest.fixture
def composer() -> NoticeComposer:
    return NoticeComposer("recourse.example", "support@recourse.example", sender_name="云膳客服")


@pytest.fixture
async def mailbox(tmp_path: Path) -> AsyncIterator[Mailbox]:
    async with Mailbox(tmp_path / "mail") as running:
        yield running

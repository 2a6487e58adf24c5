"""The account of a case's time as its readers see it: every sentence is true, in both languages."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from console.explained import Teller
from recourse.disputes import events as ev
from recourse.disputes.balls import Ball
from recourse.disputes.explain import explain
from recourse.disputes.spans import Span, Unit
from tests.disputes.building import NOW
from tests.disputes.living import Life
from tests.disputes.test_consequences import DEMAND
from tests.disputes.test_explain import act, british, moved

Said = Callable[[Life, str, str], str]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """What is told of one clock of a life, on one line."""

    def text(life: Life, name: str, language: str) -> str:
        told = explain(life.timeline, life.now)
        only = tuple(clock for clock in told.clocks if clock.name == name)
        capsys.readouterr()
        Teller(told.model_copy(update={"clocks": only}), language).show()
        return " ".join(capsys.readouterr().out.split())

    return text


def test_a_holding_reply_is_told_as_the_change_it_is(said: Said) -> None:
    """Fifteen days first, then thirty-five in all; each number beside its own date and its own
    source."""
    life = british()
    life.passing(days=2)
    act(life, "extend", clock="answer", reason="we still wait for the bank")
    english = said(life, "answer", "en")
    assert (
        "15 business days from the opening of the case (2026-11-23 01:00): due 2026-12-14 24:00 "
        "the longer time that the rule allows (with a holding reply), taken on 2026-11-25 01:00: "
        "35 business days in all, to 2027-01-14 24:00 (we still wait for the bank) "
        "so it is due 2027-01-14 24:00"
    ) in english
    first, _, later = english.partition("rule since 2026-11-25 01:00: ")
    assert "rule: DISP 1.6.2A" in first
    assert later.startswith("DISP 1.6.2A, with a holding response")
    chinese = said(life, "answer", "zh-CN")
    assert "自立案（2026-11-23 01:00）起 15 个工作日，截至 2026-12-14 24:00" in chinese
    assert (
        "2026-11-25 01:00 按规则允许（已作阶段性答复）延长：共 35 个工作日，"
        "截至 2027-01-14 24:00（we still wait for the bank）"
    ) in chinese
    assert "holding_reply" not in english + chinese


def test_other_rules_are_told_with_their_own_span(said: Said) -> None:
    """The ten days of the new rule never stand beside the due time of the old."""
    life = british()
    life.passing(days=2)
    ten = Span(amount=10, unit=Unit.BUSINESS_DAYS, source="DISP new [K3]")
    moved(life, "answer", ten)
    english = said(life, "answer", "en")
    assert (
        "15 business days from the opening of the case (2026-11-23 01:00): due 2026-12-14 24:00 "
        "moved to other rules on 2026-11-25 01:00: 10 business days, to 2026-12-07 24:00 "
        "(the law has changed) so it is due 2026-12-07 24:00"
    ) in english
    assert "rule since 2026-11-25 01:00: DISP new [K3]" in english
    assert english.count("[K3] FCA Handbook") == 1
    chinese = said(life, "answer", "zh-CN")
    assert (
        "2026-11-25 01:00 改用新规则：10 个工作日，截至 2026-12-07 24:00（the law has changed）"
    ) in chinese


def test_a_clock_that_stands_still_is_moved_without_a_due_time(said: Said) -> None:
    """Other rules say how long; when, is known once it goes on."""
    life = Life()
    life.ball(Ball.MERCHANT)
    life.passing(hours=3)
    moved(life, "handling", Span(amount=24, unit=Unit.WORKING_HOURS, source="house"))
    english = said(life, "handling", "en")
    assert "moved to other rules on 2026-11-23 12:00: 24 working hours (the law has changed)" in (
        english
    )
    assert "改用新规则：24 个工作小时（the law has changed）" in said(life, "handling", "zh-CN")


def test_time_that_was_granted_is_told_with_its_length(said: Said) -> None:
    """Five days more, and to when."""
    life = Life()
    life.ball(Ball.US)
    act(life, "extend", clock="answer", days=5, reason="the terminal is abroad")
    assert (
        "more time granted on 2026-11-23 09:00: 5 calendar days, to 2026-12-14 24:00 "
        "(the terminal is abroad)"
    ) in said(life, "answer", "en")
    assert (
        "2026-11-23 09:00 批准延长：5 个自然日，截至 2026-12-14 24:00（the terminal is abroad）"
    ) in said(life, "answer", "zh-CN")


def test_time_granted_by_an_event_without_its_clock_is_told_without_a_length(said: Said) -> None:
    """A timeline that says only to when is told as far as it goes."""
    life = Life()
    life.ball(Ball.US)
    due = life.clock("answer").due
    life.record(ev.ClockExtended(clock="answer", due=due, reason="x"))
    assert "more time granted on 2026-11-23 09:00, to 2026-12-08 24:00 (x)" in said(
        life, "answer", "en"
    )


def test_a_demand_is_what_limitation_counts_from(said: Said) -> None:
    """Three years from the demand, and why: in words, in both languages, and never a code."""
    life = Life()
    life.ball(Ball.MERCHANT)
    life.passing(days=30)
    life.record(DEMAND)
    english = said(life, "limitation", "en")
    assert "36 months from the proven demand (2026-12-23 09:00): due 2029-12-24 24:00" in english
    assert (
        "begun anew on 2026-12-23 09:00, to 2029-12-24 24:00 (the delivery of a demand is proven)"
    ) in english
    chinese = said(life, "limitation", "zh-CN")
    assert "自已送达的催告（2026-12-23 09:00）起 36 个月，截至 2029-12-24 24:00" in chinese
    assert "2026-12-23 09:00 重新起算，截至 2029-12-24 24:00（催告已证明送达）" in chinese
    assert "demand_proven" not in english + chinese


@pytest.mark.parametrize(
    ("changed", "why", "english", "chinese"),
    [
        (
            {"anchor": "refund"},
            "recounted",
            (
                "from the refund (2026-11-23 09:00): due 2026-12-08 24:00 counted anew on "
                "2026-11-24 09:00, to 2026-12-08 24:00 (other facts have become known)"
            ),
            "重新计算，截至 2026-12-08 24:00（查明了新的事实）",
        ),
        (
            {"due": NOW + timedelta(days=2)},
            "in_time",
            (
                "from the opening of the case (2026-11-23 09:00): due 2026-12-08 24:00 counted "
                "anew on 2026-11-24 09:00, to 2026-11-25 09:00 (the wait ends before a time "
                "limit that closes the route behind it) so it is due 2026-11-25 09:00"
            ),
            "重新计算，截至 2026-11-25 09:00（等待期须在争议期限届满之前结束）",
        ),
        (
            {"state": "stopped", "ended": NOW + timedelta(days=1)},
            "does_not_apply",
            (
                "stopped on 2026-11-24 09:00 (its rule does not hold for this case) "
                "ended 2026-11-24 09:00: stopped"
            ),
            "停止计时（查明该规则不适用于本案）",
        ),
    ],
)
def test_what_more_knowledge_did_to_a_clock_is_told_in_words(
    said: Said, changed: dict[str, object], why: str, english: str, chinese: str
) -> None:
    """Counted from another moment, it is that moment that is told; where only the end was
    moved, what it counts from stays what it was; why, is never a code."""
    life = Life()
    life.ball(Ball.MERCHANT)
    life.passing(days=1)
    clock = life.clock("answer").model_copy(update=changed)
    if clock.state == "stopped":
        without = tuple(r for r in life.case.playbook.clocks if r.name != "answer")
        ruled = life.case.playbook.model_copy(update={"clocks": without})
        life.case = life.case.model_copy(update={"playbook": ruled})
    life.record(ev.ClockRestarted(clock=clock, why=why))
    assert english in said(life, "answer", "en")
    assert chinese in said(life, "answer", "zh-CN")


def test_stops_and_changes_are_told_as_they_came(said: Said) -> None:
    """What happened first stands first."""
    life = Life()
    life.ball(Ball.MERCHANT)
    life.passing(days=1)
    life.ball(Ball.US)
    moved(life, "handling", Span(amount=24, unit=Unit.WORKING_HOURS, source="house"))
    life.passing(hours=2)
    life.ball(Ball.CUSTOMER)
    english = said(life, "handling", "en")
    places = [english.index(word) for word in ("stood still", "moved to", "stands still since")]
    assert places == sorted(places)

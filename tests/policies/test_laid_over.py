"""An operator's own rules, playbooks and calendars, laid over the shipped ones."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from recourse.disputes.claims import Kind
from recourse.policies.errors import PolicyError
from recourse.policies.lint import lint_with
from recourse.policies.loading import Policies, playbook_files, regime_files
from recourse.policies.loading import files_in as read
from tests.disputes.building import NOW, a_claim

HOUSE = dict(regime_files())["house.toml"]
STRICTER = HOUSE.replace('amount = 15, unit = "days"', 'amount = 9, unit = "days"')
SHIPPED = Policies.shipped()
CN_DAYS = (Path(__file__).parents[2] / "recourse/policies/calendars/CN.toml").read_text("utf-8")


def days_to_answer(policies: Policies) -> int:
    rules = policies.rules_for(Kind.WRONG_REFUND, "CN", date(2026, 11, 20))
    (answer,) = [r for r in rules if (r.name, r.regime) == ("answer", "house")]
    return answer.within.amount


def test_a_pack_replaces_the_one_of_its_regime(tmp_path: Path) -> None:
    """A file or a folder: the regime's other rules go, other regimes stay."""
    (tmp_path / "house.toml").write_text(STRICTER, "utf-8")
    for path in (tmp_path, tmp_path / "house.toml"):
        laid = SHIPPED.with_packs(path)
        assert (days_to_answer(SHIPPED), days_to_answer(laid)) == (15, 9)
        assert {p.regime for p in laid.packs} == {p.regime for p in SHIPPED.packs}
        assert laid.playbooks == SHIPPED.playbooks


def test_a_folder_may_hold_playbooks_and_calendars(tmp_path: Path) -> None:
    """A playbook file replaces the playbooks of its kind, a calendar the one of its name."""
    for folder in ("regimes", "playbooks", "calendars"):
        (tmp_path / folder).mkdir()
    lost = dict(playbook_files())["receipt_lost.toml"]
    (tmp_path / "regimes" / "house.toml").write_text(STRICTER, "utf-8")
    (tmp_path / "playbooks" / "receipt_lost.toml").write_text(
        lost.replace("reminders = 2", "reminders = 1", 1), "utf-8"
    )
    (tmp_path / "calendars" / "CN.toml").write_text(
        CN_DAYS.replace("13:30-18:00", "13:30-17:30"), "utf-8"
    )
    laid = SHIPPED.with_packs(tmp_path)
    assert days_to_answer(laid) == 9
    changed = [b for b in laid.playbooks if b not in SHIPPED.playbooks]
    assert {book.kind for book in changed} == {Kind.RECEIPT_LOST}
    evening = datetime(2026, 11, 23, 9, 45, tzinfo=UTC)  # 17:45 in Beijing
    assert SHIPPED.calendar_named("CN").opening(evening) == evening
    assert laid.calendar_named("CN").opening(evening) > evening
    assert lint_with(tmp_path) == []


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (lambda path: None, "there is no such file or folder"),
        (lambda path: path.mkdir(), "holds no policies: no file ends in .toml"),
        (lambda path: path.write_bytes(b"\xff\xfe"), "cannot be read as UTF-8 text"),
    ],
)
def test_what_is_no_policy_is_refused_by_its_name(tmp_path: Path, make: object, fault: str) -> None:
    """One error, with the file's name and not its path."""
    path = tmp_path / "own"
    assert callable(make)
    make(path)
    with pytest.raises(PolicyError, match=f"^own: {fault}"):
        read(path)


def test_faults_of_ones_own_rules_are_found_beside_the_shipped(tmp_path: Path) -> None:
    """A second default answer in a pack of one's own clashes with the shipped one."""
    own = STRICTER.replace('regime = "house"', 'regime = "store"').replace(
        'title = "Our own goals"', 'title = "Ours"'
    )
    (tmp_path / "store.toml").write_text(own, "utf-8")
    faults = lint_with(tmp_path)
    assert any("answer" in fault and "house" in fault and "store" in fault for fault in faults)


def test_the_day_of_the_event_is_the_local_day() -> None:
    """A refund at half past midnight in Beijing is of that day, though Greenwich has the day
    before: the rules of the new day hold."""
    at = datetime(2026, 4, 14, 16, 30, tzinfo=UTC)
    after, calendar = SHIPPED.for_claim(a_claim(refund={"at": at}), NOW.date())
    before, _ = SHIPPED.for_claim(a_claim(refund={"at": at.replace(hour=15)}), NOW.date())
    assert (before.version, after.version) == ("2020-01-01", "2026-04-15")
    assert calendar.name == "CN"
    # What a claim tells is not the last word: the books may know better.
    known, _ = SHIPPED.for_event(a_claim(refund={"at": at}), at.replace(hour=15), NOW.date())
    assert known == before
    assert before.clocks == after.clocks

"""Rules are tried as new cases would get them: laid over those of the operator."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.trying import policies_with, tried
from recourse.disputes.balls import Ball
from recourse.disputes.casetime import CaseTime
from recourse.policies.loading import Policies, regime_files
from tests.disputes.building import NOW, a_claim
from tests.disputes.living import Life
from worker.settings import Settings

FILES = dict(regime_files())
NINE_DAYS = FILES["house.toml"].replace(
    'amount = 15, unit = "days"', 'amount = 9, unit = "days"', 1
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An operator who answers within nine days."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "house.toml").write_text(NINE_DAYS, "utf-8")
    return Settings(home=tmp_path, policies=own)


def opened_under(policies: Policies) -> Life:
    """A case of twelve days, opened by an operator's rules, that nobody answers."""
    started = datetime.now(UTC) - timedelta(days=12)
    case_time = CaseTime(origin=NOW, started=started, rate=1)
    playbook, calendar = policies.for_claim(a_claim(), NOW.date())
    life = Life(playbook=playbook, calendar=calendar, case_time=case_time)
    life.ball(Ball.MERCHANT)
    life.passing(days=12)
    return life


def test_a_pack_is_laid_over_the_rules_of_the_operator(settings: Settings, tmp_path: Path) -> None:
    """A pack of another regime, tried as it is, changes nothing: the nine days of the house
    hold on."""
    pack = tmp_path / "visa.toml"
    pack.write_text(FILES["visa.toml"], "utf-8")
    life = opened_under(Policies.shipped().with_packs(tmp_path / "own"))
    assert life.clock("answer").state == "expired"
    assert tried(life.timeline, policies_with(str(pack), settings)) == ()


def test_a_pack_replaces_the_operators_own_of_its_regime(
    settings: Settings, tmp_path: Path
) -> None:
    """The house's own goals are tried anew by a pack of the house."""
    pack = tmp_path / "house.toml"
    pack.write_text(FILES["house.toml"], "utf-8")
    life = opened_under(Policies.shipped().with_packs(tmp_path / "own"))
    (found,) = tried(life.timeline, policies_with(str(pack), settings))
    assert (found.clock, found.breaches) == ("answer", -1)


def test_the_shipped_rules_are_tried_without_the_operators(settings: Settings) -> None:
    """Asked for by name, the shipped rules are those alone."""
    assert policies_with("shipped", settings) == Policies.shipped()


def test_policies_of_the_settings_that_cannot_be_read_are_refused_by_their_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command ends as for a pack that is none."""
    pack = tmp_path / "visa.toml"
    pack.write_text(FILES["visa.toml"], "utf-8")
    with pytest.raises(SystemExit) as ended:
        policies_with(str(pack), Settings(home=tmp_path, policies=tmp_path / "gone"))
    assert ended.value.code == 2
    assert "gone: there is no such file" in capsys.readouterr().err

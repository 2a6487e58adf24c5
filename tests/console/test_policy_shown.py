"""What ``recourse policy show`` tells of a day."""

import json

import pytest

from console.output import Form
from console.policies import show
from recourse.disputes.claims import Kind


@pytest.mark.parametrize(("day", "held"), [("2026-04-14", False), ("2026-04-15", True)])
def test_the_rules_in_force_on_a_day_are_shown(
    day: str, held: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """A case has every version of a rule with it; who asks about a day is told what holds then."""
    show(Kind.WRONG_REFUND, "CN", on=day, output=Form.JSON)
    rules = [(r["regime"], r["name"]) for r in json.loads(capsys.readouterr().out)["clocks"]]
    assert rules.count(("CN", "limitation")) == 1
    assert (("CN", "authority_window") in rules) is held

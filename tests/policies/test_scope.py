"""docs/scope.md: complete, and written in names that exist."""

import re
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from recourse.disputes.actions import ACTIONS
from recourse.disputes.claims import Claim, Kind
from recourse.disputes.events import Event
from recourse.disputes.notices import Role, Template
from recourse.disputes.playbooks import QUESTIONS, Playbook
from recourse.disputes.vocabulary import Cause, Step
from recourse.policies.loading import Policies, all_playbooks

SCOPE = (Path(__file__).parents[2] / "docs" / "scope.md").read_text("utf-8")

ROWS = {"000": 47, "001": 21, "002": 21, "003": 44, "004": 28}
"""How many rows each article has; they are numbered from 1."""

IDS = re.compile(r"\b00\d-\d\d\b")


def fields(model: type[BaseModel]) -> set[str]:
    """The names of a model's fields and of those of the models in it."""
    names: set[str] = set()
    for name, field in model.model_fields.items():
        names.add(name)
        for part in (field.annotation, *get_args(field.annotation)):
            if isinstance(part, type) and issubclass(part, BaseModel):
                names |= fields(part)
    return names


def events() -> set[str]:
    union = get_args(get_args(Event)[0])
    return {event.model_fields["type"].default for event in union}


NAMES = (
    events()
    | {*Cause, *Step, *Template, *Role, *Kind, *QUESTIONS}
    | set(ACTIONS)
    | fields(Playbook)
    | set(Claim.model_fields)
    | {rule.name for pack in Policies.shipped().packs for rule in pack.rules}
    | {rung.name for playbook in all_playbooks() for rung in playbook.escalation}
)


def test_every_row_is_there_once() -> None:
    """Each row of the five articles stands in the scope exactly once."""
    expected = [f"{article}-{n:02}" for article, last in ROWS.items() for n in range(1, last + 1)]
    assert len(expected) == 161
    assert sorted(IDS.findall(SCOPE)) == expected


def test_a_table_row_has_one_id() -> None:
    """A row of a table is about one id, and the rows come in order."""
    for part in SCOPE.split("\n## ")[1:]:
        ids = IDS.findall(part)
        assert ids == sorted(ids)
    for line in SCOPE.splitlines():
        if line.startswith("| 00"):
            assert len(IDS.findall(line)) == 1
            assert line.count("|") == 4


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`([a-z_0-9]+)`", SCOPE)) - {"code"}))
def test_names_exist(name: str) -> None:
    """What the scope names as ours exists: an event, question, cause, template, rung, action,
    role, step, or a field of a playbook or a claim."""
    assert name in NAMES

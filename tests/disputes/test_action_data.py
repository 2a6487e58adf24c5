"""The data of actions: what reads, and how what does not is told."""

from typing import Any

import pytest

from recourse.disputes.actions import (
    ACTIONS,
    BadAction,
    read_action,
)
from tests.disputes.situations import GOOD, ITEM, PAN


def sentence(name: str, data: dict[str, Any]) -> str:
    with pytest.raises(BadAction) as caught:
        read_action(name, data)
    return str(caught.value)


def test_every_action_is_tried_with_every_field() -> None:
    """No action and no field of one is left out of the tables below."""
    assert set(GOOD) == set(ACTIONS)
    for name, data in GOOD.items():
        assert set(data) | {"due"} == set(ACTIONS[name].model_fields) | {"due"}
        read_action(name, data)


TEXTS = [
    (name, key)
    for name, data in GOOD.items()
    for key, value in data.items()
    if isinstance(value, str | dict)
]


@pytest.mark.parametrize(("name", "key"), TEXTS)
def test_card_numbers_are_refused_in_every_field(name: str, key: str) -> None:
    """A full card number is refused wherever it is put, and not repeated."""
    value = GOOD[name][key]
    put = {**value, next(iter(value)): PAN} if isinstance(value, dict) else PAN
    said = sentence(name, GOOD[name] | {key: put})
    assert "full card number" in said
    assert key in said
    assert "4111" not in said


@pytest.mark.parametrize("name", list(ACTIONS))
def test_unknown_keys_are_named(name: str) -> None:
    """A key that an action does not know is named, with those it does."""
    said = sentence(name, GOOD[name] | {"resaon": "Wang Fang"})
    assert said.startswith(f"{name}: resaon is not known; it takes ")
    assert "Wang" not in said
    for key in ACTIONS[name].model_fields:
        assert key in said


NEEDED = [
    (name, key)
    for name, action in ACTIONS.items()
    for key, info in action.model_fields.items()
    if info.is_required()
]


@pytest.mark.parametrize(("name", "key"), NEEDED)
def test_missing_fields_are_named(name: str, key: str) -> None:
    """A field that is missing is named in one sentence."""
    data = {other: value for other, value in GOOD[name].items() if other != key}
    assert sentence(name, data) == f"{name}: {key} is missing"


@pytest.mark.parametrize(
    ("name", "data", "key"),
    [
        ("reply", {"party": "Wang Fang"}, "party"),
        ("reply", {"party": "store", "result": "Wang Fang"}, "result"),
        ("reply", {"party": "store", "answers": {"Wang!": "x"}}, "answers"),
        ("reply", {"party": "store", "answers": {"a": "Wang" * 200}}, "answers.a"),
        ("note", {"text": "  "}, "text"),
        ("note", {"text": "Wang" * 2000}, "text"),
        ("extend", {"clock": "decide", "days": "Wang", "reason": "x"}, "days"),
        ("extend", {"clock": "decide", "days": 91, "reason": "x"}, "days"),
        ("extend", {"clock": "decide", "needs": "Wang Fang", "reason": "x"}, "needs"),
        ("promise", {"party": "store", "what": "x", "due": "Wang"}, "due"),
        ("promise", {"party": "store", "what": "x", "due": "2026-12-01T10:00:00"}, "due"),
        (
            "decide",
            {"decision": "partial", "amount": {"amount": "Wang", "currency": "CNY"}},
            "amount",
        ),
        (
            "decide",
            {"decision": "partial", "amount": {"amount": "1", "currency": "Wang"}},
            "amount",
        ),
        (
            "decide",
            {"decision": "partial", "amount": {"amount": "1.234", "currency": "CNY"}},
            "amount",
        ),
        ("decide", {"decision": "partial", "amount": {"amount": 1.5, "currency": "CNY"}}, "amount"),
        ("decide", {"decision": "partial", "amount": 12}, "amount"),
        ("decide", {"decision": "reject", "reason": "Wang Fang"}, "reason"),
        ("close", {"outcome": "Wang", "reason": "x"}, "outcome"),
        ("add_evidence", {"item": ITEM | {"digest": "Wang"}}, "item.digest"),
        ("confirm_received", {"received": "Wang"}, "received"),
    ],
)
def test_what_does_not_read_is_told_in_one_sentence(
    name: str, data: dict[str, Any], key: str
) -> None:
    """A wrong value is told by its field, never by itself: it may be somebody's name."""
    said = sentence(name, data)
    assert said.startswith(f"{name}: {key}")
    assert "Wang" not in said.removeprefix(f"{name}: {key}").replace(".Wang!", "")
    assert "1.234" not in said
    assert "\n" not in said


def test_an_action_that_does_not_exist() -> None:
    """An unknown action is told with those there are."""
    assert "actions are reply, note" in sentence("chargeback", {})

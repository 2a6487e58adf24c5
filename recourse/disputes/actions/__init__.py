"""What a person may do now, and why not. The rules behind every update of a case."""

import json
from typing import Any

from pydantic import ValidationError

from recourse.disputes.actions.base import (
    UNKNOWN_PERSON,
    Action,
    Actor,
    Refusal,
    Situation,
)
from recourse.disputes.actions.judgement import (
    Approve,
    ChooseSale,
    ConfirmReceived,
    Decide,
    Refuse,
)
from recourse.disputes.actions.passage import (
    Close,
    Escalate,
    RecordResult,
    Reopen,
    Settle,
    Withdraw,
)
from recourse.disputes.actions.recovering import RecordRecovery
from recourse.disputes.actions.talk import AddEvidence, Assign, Note, Promise, Reply
from recourse.disputes.actions.times import AdoptRules, Extend
from recourse.disputes.actions.work import ByHand, Retry, Skip
from recourse.disputes.case import Case
from recourse.disputes.money import MoneyError

_ALL: tuple[type[Action], ...] = (
    Reply,
    Note,
    Assign,
    AddEvidence,
    ChooseSale,
    Extend,
    Promise,
    Decide,
    Approve,
    Refuse,
    Escalate,
    Withdraw,
    Settle,
    ConfirmReceived,
    RecordResult,
    RecordRecovery,
    Retry,
    Skip,
    ByHand,
    Close,
    Reopen,
    AdoptRules,
)
ACTIONS: dict[str, type[Action]] = {action.name: action for action in _ALL}
"""Every action by its name."""


class BadAction(ValueError):
    """The data of an action does not read: names the field and what would be right."""


def read_action(name: str, data: dict[str, Any]) -> Action:
    """The typed action. Raises BadAction in one sentence, without the values."""
    model = ACTIONS.get(name)
    if model is None:
        raise BadAction(f"action {name!r} does not exist; actions are {', '.join(ACTIONS)}")
    try:
        return model.model_validate_json(json.dumps(data, ensure_ascii=False, default=str))
    except ValidationError as error:
        raise BadAction(f"{name}: {_one_sentence(model, error)}") from None


def refusal(action: Action, at: Situation) -> Refusal | None:
    """Why this action is refused now, or nothing when it may be done."""
    return type(action).unavailable(at.case) or _unknown_person(action, at) or action.refusal(at)


def _unknown_person(action: Action, at: Situation) -> Refusal | None:
    """Where there is a table of people, nobody who is not in it decides about money: a second
    login that the table does not know would be a second person."""
    return UNKNOWN_PERSON if at.actor.stranger and action.decides_about_money(at.case) else None


def allowed(case: Case) -> tuple[str, ...]:
    """The actions that somebody may do now."""
    return tuple(name for name, action in ACTIONS.items() if action.unavailable(case) is None)


_MONEY = '{"amount": "139.12", "currency": "CNY"}'


def _one_sentence(model: type[Action], error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "data"
    if isinstance(first.get("ctx", {}).get("error"), MoneyError):
        return f"{place} is no amount of money; write {_MONEY}"
    match first["type"]:
        case "extra_forbidden":
            return f"{place} is not known; it takes {', '.join(model.model_fields) or 'nothing'}"
        case "missing":
            return f"{place} is missing"
        case "value_error":
            said = first["msg"].removeprefix("Value error, ")
            return said if place == "data" else f"{place}: {said}"
        case _:
            return f"{place}: {first['msg'][:1].lower()}{first['msg'][1:]}"


__all__ = [
    "ACTIONS",
    "UNKNOWN_PERSON",
    "Action",
    "Actor",
    "BadAction",
    "Refusal",
    "Situation",
    "allowed",
    "read_action",
    "refusal",
]

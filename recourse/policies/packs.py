"""Rule packs: the time limits of one regime, a file each.

A pack names its regime and lists its rules. What it says of days (``rolls``, ``zone``) holds for
the time limits of all its rules that say nothing else. A later file of the same regime replaces
the whole pack: numbers of two editions never stand beside each other.
"""

import tomllib
from typing import Any

from pydantic import ValidationError

from recourse.disputes.models import Value
from recourse.disputes.rules import Rule
from recourse.disputes.spans import BY_DATE
from recourse.policies.errors import PolicyError

REQUIRED = ("regime", "title", "rules")
DAYS = ("rolls", "zone")

Table = dict[str, Any]


class Pack(Value):
    """The rules of one regime."""

    regime: str
    title: str
    rules: tuple[Rule, ...]


def pack_of(file: str, text: str) -> Pack:
    """The pack of one file. Raises PolicyError, naming file, rule and field."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{file}: {error}") from None
    for field in REQUIRED:
        if not table.get(field):
            raise PolicyError(f"{file}: {field} is missing")
    unknown = sorted(set(table) - {*REQUIRED, *DAYS})
    if unknown:
        raise PolicyError(f"{file}: {unknown[0]}: there is no such field")
    days = {field: table[field] for field in DAYS if field in table}
    rules = tuple(_rule(file, table["regime"], _counted(each, days)) for each in table["rules"])
    return Pack(regime=table["regime"], title=table["title"], rules=rules)


def _counted(rule: Any, days: Table) -> Any:
    """A rule whose time limits are counted as its pack says, as far as they do not say it."""

    def counted(holder: Any) -> Any:
        match holder:
            case {"within": {"unit": unit} as span} if unit in BY_DATE:
                return {**holder, "within": {**days, **span}}
            case _:
                return holder

    match rule:
        case {"longer": [*steps]}:
            return {**counted(rule), "longer": [counted(step) for step in steps]}
        case _:
            return counted(rule)


def _rule(file: str, regime: str, table: Table) -> Rule:
    name = table.get("name", "without a name")
    try:
        return Rule.model_validate({"regime": regime, **table})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "rule"
        said = first["msg"].removeprefix("Value error, ")
        raise PolicyError(f"{file}: rule {name}: {field}: {said}") from None

"""Rule packs: the time limits of one regime, a file each.

A pack names its regime and lists its rules. A later file of the same regime replaces the whole
pack: numbers of two editions never stand beside each other.
"""

import tomllib
from typing import Any

from pydantic import ValidationError

from recourse.disputes.models import Value
from recourse.disputes.rules import Rule
from recourse.policies.errors import PolicyError


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
    for field in ("regime", "title", "rules"):
        if not table.get(field):
            raise PolicyError(f"{file}: {field} is missing")
    unknown = sorted(set(table) - {"regime", "title", "rules"})
    if unknown:
        raise PolicyError(f"{file}: {unknown[0]}: there is no such field")
    rules = tuple(_rule(file, table["regime"], each) for each in table["rules"])
    return Pack(regime=table["regime"], title=table["title"], rules=rules)


def _rule(file: str, regime: str, table: dict[str, Any]) -> Rule:
    name = table.get("name", "without a name")
    try:
        return Rule.model_validate({"regime": regime, **table})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "rule"
        said = first["msg"].removeprefix("Value error, ")
        raise PolicyError(f"{file}: rule {name}: {field}: {said}") from None

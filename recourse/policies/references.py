"""Where a rule can be read: the sources behind the keys that policies name."""

from recourse.disputes.models import Value
from recourse.policies.lint_rules import known_sources


class Reference(Value):
    """One source."""

    key: str
    title: str
    url: str
    weak: bool = False
    """A page about the rule and not the rule itself."""


def reference(key: str) -> Reference | None:
    """The source of a key such as ``C4``; none when it is not known."""
    found = known_sources().get(key)
    return Reference.model_validate({"key": key, **found}) if found else None

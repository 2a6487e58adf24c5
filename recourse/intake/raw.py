"""A claim as it stands in a file, before it means anything: text, mappings and lists."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_INTEGER = re.compile(r"-?\d{1,18}")

DEEPEST = 16
"""Levels of nesting. A claim has five; deeper is an attack on the reader."""


@dataclass(frozen=True)
class RawClaim:
    """``data`` holds every number as the text that was written, so that none passes a
    binary float."""

    data: Any
    line: int = 0
    """Where the claim begins, from 1; 0 when the format does not tell."""
    lines: Mapping[str, int] = field(default_factory=dict)
    """Where its fields stand, by dotted name."""

    def line_of(self, name: str) -> int:
        """The line of a field, or of the nearest thing around it."""
        while name:
            if name in self.lines:
                return self.lines[name]
            name = name[: max(name.rfind("."), name.rfind("["), 0)]
        return self.line


def without_gaps(data: Any) -> Any:
    """The same data in which an empty value (``null``, ``~``) is an absent one, and minor
    units are integers again."""
    if isinstance(data, dict):
        return {
            key: int(value)
            if key == "minor" and isinstance(value, str) and _INTEGER.fullmatch(value)
            else without_gaps(value)
            for key, value in data.items()
            if value is not None
        }
    if isinstance(data, list):
        return [without_gaps(item) for item in data]
    return data


def too_deep(data: Any) -> bool:
    """Whether data is nested beyond what a claim needs. Does not recurse itself."""
    level = [data]
    for _ in range(DEEPEST + 1):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return bool(level)

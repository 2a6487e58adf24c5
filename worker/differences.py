"""Differences between what history recorded and what today's code asks for, in words."""

import dataclasses
import json
import secrets
from collections.abc import Iterator
from enum import StrEnum
from hashlib import blake2b
from itertools import zip_longest

from temporalio.api.failure.v1 import Failure

from worker.steps import PRIVATE, Facts, Plain, failure_words


class Change(StrEnum):
    CHANGED = "changed"
    ADDED = "added"
    """Today's code asks for something that history does not have."""
    REMOVED = "removed"
    """History has something that today's code no longer asks for."""
    NONDETERMINISM = "non-determinism"
    """Temporal itself would refuse to go on with this case."""
    BROKEN = "broken"
    """The workflow task failed for another reason, for example an exception in the code."""


@dataclasses.dataclass(frozen=True)
class Difference:
    """One difference. ``before`` (history) and ``after`` (today) are ready to be printed:
    for what travels encrypted they are kinds, lengths and keyed hashes, unless
    ``strict_replay`` was asked to show values."""

    workflow_id: str
    event_id: int | None
    subject: str
    path: str
    change: Change
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        place = f"event {self.event_id}: " if self.event_id is not None else ""
        words = f"{place}{self.subject}: "
        if self.path:
            words += f"{self.path} "
        words += str(self.change)
        if self.before and self.after:
            words += f": {self.before} → {self.after}"
        elif self.before or self.after:
            words += f": {self.before or self.after}"
        return words


class Printer:
    """Finds what differs and says it without saying whom it is about."""

    def __init__(self, *, show_values: bool) -> None:
        self._show_values = show_values
        # Keyed, because the plain hash of a phone number gives the number away.
        self._key = secrets.token_bytes(16)

    def differences(self, before: Facts, after: Facts) -> Iterator[tuple[str, Change, str, str]]:
        """Path, change, and the words for the value before and after ("" when absent)."""
        for fact in before:
            shown = self._show_values or fact not in PRIVATE
            for path, was, now in _walk(fact, *_unwrapped(before[fact], after[fact])):
                change = Change.CHANGED
                if was is _ABSENT:
                    change = Change.ADDED
                elif now is _ABSENT:
                    change = Change.REMOVED
                yield path, change, self._words(was, shown=shown), self._words(now, shown=shown)

    def failure(self, failure: Failure) -> str:
        """The exception's type and its place in the code; its message may quote a person."""
        words, message, place = failure_words(failure)
        return f"{words}{place}: {message}" if self._show_values else f"{words}{place}"

    def _words(self, value: object, *, shown: bool) -> str:
        if value is _ABSENT:
            return ""
        if value is None or isinstance(value, bool):
            return json.dumps(value)
        if shown:
            return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        text = json.dumps(value, ensure_ascii=False, sort_keys=True)
        digest = blake2b(text.encode(), key=self._key, digest_size=4).hexdigest()
        if isinstance(value, str | list | dict):
            return f"{_NOUNS[type(value)]} of {len(value)} ({digest})"
        return f"number ({digest})"


_NOUNS: dict[type, str] = {str: "text", list: "list", dict: "object"}
_ABSENT = object()


def _unwrapped(before: Plain, after: Plain) -> tuple[Plain, Plain]:
    """One argument is spoken of as ``input.x``, several as ``input[0].x``."""
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after) == 1:
        return before[0], after[0]
    return before, after


def _walk(path: str, before: object, after: object) -> Iterator[tuple[str, object, object]]:
    """Where two plain values differ. 1, 1.0 and true are three values: another type of
    number is another payload."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            yield from _walk(f"{path}.{key}", before.get(key, _ABSENT), after.get(key, _ABSENT))
    elif isinstance(before, list) and isinstance(after, list):
        pairs = zip_longest(before, after, fillvalue=_ABSENT)
        for index, (was, now) in enumerate(pairs):
            yield from _walk(f"{path}[{index}]", was, now)
    elif type(before) is not type(after) or before != after:
        yield path, before, after

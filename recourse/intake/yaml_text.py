"""YAML in which every scalar stays the text that was written.

YAML would make ``0042`` the number 34, ``No`` a truth value, ``139.12`` a binary float and a
time of day a date without its zone. Built from parser events, so that aliases (which can
grow a small file without end), tags and doubled keys are refused before anything is made.
"""

from collections.abc import Iterator
from typing import Any

import yaml

from recourse.intake.errors import BadClaim, dotted, shown
from recourse.intake.raw import DEEPEST, RawClaim

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = ("", "~", "null", "Null", "NULL")
_PLAIN_TAGS = (
    None,
    "!",
    "tag:yaml.org,2002:str",
    "tag:yaml.org,2002:map",
    "tag:yaml.org,2002:seq",
)
_IN_QUOTES = "put text that begins with a sign such as & or * or ! in quotes"


def read_yaml(text: str) -> list[RawClaim]:
    """The claims of one document, of a list, or of several documents. Raises BadClaim."""
    claims: list[RawClaim] = []
    try:
        events = iter(yaml.parse(text, Loader=_LOADER))
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                claims.extend(_Document(events).claims())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BadClaim(
            "the file is not valid YAML",
            hint="look at indentation, colons and quotes at or above this line",
            line=mark.line + 1 if mark else 0,
        ) from None
    except yaml.YAMLError:
        raise BadClaim(
            "the file holds a control character", hint="save it as plain UTF-8 text"
        ) from None
    return claims


class _Document:
    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self._lines: dict[str, int] = {}

    def claims(self) -> list[RawClaim]:
        event = next(self._events)
        if not isinstance(event, yaml.SequenceStartEvent):
            return self._claim(event)
        self._refuse_references(event)
        claims: list[RawClaim] = []
        for item in self._events:
            if isinstance(item, yaml.SequenceEndEvent):
                break
            claims.extend(self._claim(item))
        return claims

    def _claim(self, event: Any) -> list[RawClaim]:
        self._lines = {}
        line = event.start_mark.line + 1
        data = self._value(event, ())
        return [] if data is None else [RawClaim(data, line, self._lines)]

    def _value(self, event: Any, path: tuple[str | int, ...]) -> Any:
        self._refuse_references(event)
        if len(path) > DEEPEST:
            raise BadClaim("the claim is nested too deeply", line=event.start_mark.line + 1)
        self._lines.setdefault(dotted(path), event.start_mark.line + 1)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        plain = not event.style and event.tag is None
        return None if plain and event.value in _NULLS else event.value

    def _mapping(self, path: tuple[str | int, ...]) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key in self._events:
            if isinstance(key, yaml.MappingEndEvent):
                break
            self._refuse_references(key)
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarEvent):
                raise BadClaim("a key is not a name", line=line)
            if key.value in mapping:
                raise BadClaim(
                    f"{shown(key.value)} stands twice", hint="keep one of the two", line=line
                )
            self._lines[dotted((*path, key.value))] = line
            mapping[key.value] = self._value(next(self._events), (*path, key.value))
        return mapping

    def _sequence(self, path: tuple[str | int, ...]) -> list[Any]:
        items: list[Any] = []
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._value(event, (*path, len(items))))
        return items

    def _refuse_references(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise BadClaim("anchors and aliases are not read", hint=_IN_QUOTES, line=line)
        if event.tag not in _PLAIN_TAGS:
            raise BadClaim("tags are not read", hint=_IN_QUOTES, line=line)

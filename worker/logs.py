"""Logging: one line an event, written by a thread of its own, with no card number in it."""

import contextlib
import copy
import json
import logging
import logging.handlers
import queue
import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TextIO

from pydantic import BaseModel

from recourse.disputes.pan import is_pan
from worker.settings import LogFormat, LogLevel

IDS = ("workflow_id", "run_id", "workflow_type", "activity_type", "activity_id", "attempt")
"""What of Temporal's context goes into a line. None of it is personal."""

_GROUPS = re.compile(r"\d+(?:[ \-]\d+)*")
_GROUP = re.compile(r"\d+")
_LONGEST = 19
"""Digits of a card number (ISO/IEC 7812-1), so groups at most."""


def mask_cards(text: str) -> str:
    """``text`` with every card number replaced by its last four digits.

    A card number is what ``recourse.disputes.pan`` says, solid or in groups with a single
    space or hyphen between them, whatever stands before or after. Full-width digits count.
    """
    # Digit for digit, so that positions in both agree.
    plain = "".join(_digit(character) for character in text)
    parts, end = [], 0
    for chain in _GROUPS.finditer(plain):
        for start, stop, digits in _cards(plain, chain.start(), chain.end()):
            parts += [text[end:start], f"[card ending {digits[-4:]}]"]
            end = stop
    return "".join([*parts, text[end:]])


def _digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


def _cards(text: str, start: int, stop: int) -> Iterator[tuple[int, int, str]]:
    """The card numbers in a chain of digit groups, from left to right, the longest first."""
    groups = list(_GROUP.finditer(text, start, stop))
    first = 0
    while first < len(groups):
        for last in range(min(len(groups), first + _LONGEST), first, -1):
            digits = "".join(group[0] for group in groups[first:last])
            if is_pan(digits):
                yield groups[first].start(), groups[last - 1].end(), digits
                first = last - 1
                break
        first += 1


class _Handler(logging.handlers.QueueHandler):
    """Hands records over ready made: the caller's objects may change after the call, and
    nothing that a handler does can block a workflow thread."""

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        kept = copy.copy(record)
        kept.msg, kept.args = _without_models(record.msg), _arguments(record.args)
        kept.msg, kept.args = kept.getMessage(), None
        if record.exc_info:
            kept.exc_text = logging.Formatter().formatException(record.exc_info)
            kept.exc_info = None
        return kept


def _arguments(
    arguments: tuple[object, ...] | Mapping[str, object] | None,
) -> tuple[object, ...] | Mapping[str, object] | None:
    if isinstance(arguments, Mapping):
        return {name: _without_models(value) for name, value in arguments.items()}
    return tuple(_without_models(value) for value in arguments) if arguments else None


def _without_models(value: object) -> object:
    """A model is a case or a person; its type alone may be told."""
    return f"<{type(value).__name__}>" if isinstance(value, BaseModel) else value


class ConsoleFormatter(logging.Formatter):
    """Lines for people."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).astimezone()
        line = f"{moment:%H:%M:%S} {record.levelname.lower():7} {record.getMessage()}"
        return mask_cards(f"{line}\n{record.exc_text}" if record.exc_text else line)


class JsonFormatter(logging.Formatter):
    """One JSON object a line, its keys from a fixed list."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": mask_cards(record.getMessage()),
        }
        for context in ("temporal_workflow", "temporal_activity"):
            known = getattr(record, context, None)
            if isinstance(known, Mapping):
                line |= {name: known[name] for name in IDS if name in known}
        if record.exc_text:
            line["exception"] = mask_cards(record.exc_text)
        return json.dumps(line, ensure_ascii=False, default=str)


@contextlib.contextmanager
def logging_to(
    stream: TextIO | None = None,
    *,
    level: LogLevel = LogLevel.INFO,
    form: LogFormat = LogFormat.CONSOLE,
) -> Iterator[None]:
    """Log the whole process to ``stream`` (by default standard error); on leaving, write
    what is still waiting."""
    root = logging.getLogger()
    before, threshold = list(root.handlers), root.level
    lines: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    writer = logging.StreamHandler(stream or sys.stderr)
    writer.setFormatter(JsonFormatter() if form is LogFormat.JSON else ConsoleFormatter())
    listener = logging.handlers.QueueListener(lines, writer)
    root.handlers[:] = [_Handler(lines)]
    root.setLevel(level.value.upper())
    listener.start()
    try:
        yield
    finally:
        root.handlers[:] = before
        root.setLevel(threshold)
        listener.stop()

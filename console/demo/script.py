"""The script of the demonstration: what people do, what the books hold, how cases must end."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, ValidationError

from recourse.acquirers.simulator.faults import Fault
from recourse.acquirers.simulator.requests import Answer
from recourse.disputes.models import EdgeValue
from recourse.disputes.records import RefundStatus, TerminalEventKind
from recourse.disputes.vocabulary import Outcome, Stage, Step

ANY = "any"
"""An act that waits for no step, only for the act before it."""


class ScriptError(ValueError):
    """The script does not read."""


class BooksRefund(EdgeValue):
    """A refund made at the till before the case."""

    amount: str
    days_after_sale: float
    status: RefundStatus = RefundStatus.POSTED
    posts_after_days: float | None = None
    card_last4: str = ""


class BooksEvent(EdgeValue):
    kind: TerminalEventKind
    minutes_after_sale: int


class BooksSale(EdgeValue):
    """What the acquirer's record says of the sale other than that it went well."""

    status: str
    captured: str


class Books(EdgeValue):
    sale: BooksSale | None = None
    refunds: tuple[BooksRefund, ...] = ()
    terminal: tuple[BooksEvent, ...] = ()
    inquiry: Answer | None = None
    retrieval: Answer | None = None
    faults: tuple[Fault, ...] = ()
    """What goes wrong at the acquirer with the first effect on the sale."""


class Act(EdgeValue):
    at: Step | str
    after: float = 0
    by: str
    does: str
    data: dict[str, Any] = Field(default_factory=dict)


class Ends(EdgeValue):
    """What must be true at the end. Empty: not asked."""

    outcome: Outcome | None = None
    reason: str = ""
    stage: Stage | None = None
    step: Step | None = None
    path: tuple[Stage, ...] = ()
    credited: str = ""
    """Posted to the cardholder in the acquirer's books, in all."""
    recovered: str = ""
    failed: tuple[str, ...] = ()
    """Why corrections did not go through, in their order: stopped by the guard, or failed at the
    acquirer."""
    letters: bool = False


class Part(EdgeValue):
    claim: str
    number: int = 1
    """Which claim of a file with several."""
    sale: str = ""
    """The sale it is about, where the claim alone does not tell."""
    books: Books = Books()
    acts: tuple[Act, ...] = ()
    ends: Ends


def read_script(path: Path) -> tuple[Part, ...]:
    """Raises ScriptError naming the entry and the field."""
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ScriptError(f"{path.name}: {error}") from None
    parts = []
    for number, entry in enumerate(entries, start=1):
        try:
            parts.append(Part.model_validate(entry))
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise ScriptError(f"{path.name}, entry {number}, {place}: {first['msg']}") from None
    return tuple(parts)

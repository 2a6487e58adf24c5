"""Log lines: complete, one an event, without models and without card numbers."""

import io
import json
import logging

import pytest
from pydantic import BaseModel

from worker.logs import logging_to, mask_cards
from worker.settings import LogFormat, LogLevel

VISA, UNIONPAY = "4242424242424242", "6212345678901232"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"paid with {VISA}.", "paid with [card ending 4242]."),
        ("4242 4242 4242 4242", "[card ending 4242]"),
        ("4242-4242-4242-4242", "[card ending 4242]"),
        (f"{VISA} 5 times", "[card ending 4242] 5 times"),
        (f"2026-11-23 {VISA} 12-28", "2026-11-23 [card ending 4242] 12-28"),
        (f"{VISA} 4242 4242 4242 4242", "[card ending 4242] [card ending 4242]"),
        ("４２４２４２４２４２４２４２４２", "[card ending 4242]"),
        ("378282246310005 and 5555555555554444", "[card ending 0005] and [card ending 4444]"),
        (f"卡号{UNIONPAY}，", "卡号[card ending 1232]，"),
        ("6200000000000000000", "[card ending 0000]"),
        ("4242424242424241", "4242424242424241"),
        ("1234567812345670", "1234567812345670"),
        (f"0{VISA}{VISA}", f"0{VISA}{VISA}"),
        ("order 20261123000017, 13:05:59.123456", "order 20261123000017, 13:05:59.123456"),
    ],
)
def test_card_numbers_are_masked(text: str, masked: str) -> None:
    """Issuer prefix, length and Luhn make a card number; what is no card number stays."""
    assert mask_cards(text) == masked


class Person(BaseModel):
    name: str


def test_json_line_holds_message_ids_and_exception() -> None:
    """A line is one JSON object with the case's ids, cards masked in message and stack."""
    stream = io.StringIO()
    with logging_to(stream, form=LogFormat.JSON):
        try:
            raise ValueError(f"card {VISA}")
        except ValueError:
            context = {"workflow_id": "case/1", "headers": "x"}
            extra = {"temporal_workflow": context, "customer": "Wang Fang"}
            logging.getLogger("t").exception("refund of %s failed, 100%%", VISA, extra=extra)
    line = json.loads(stream.getvalue())
    assert line["message"] == "refund of [card ending 4242] failed, 100%"
    assert line["exception"].endswith("ValueError: card [card ending 4242]")
    assert line["workflow_id"] == "case/1"
    assert set(line) == {"time", "level", "logger", "message", "exception", "workflow_id"}


@pytest.mark.parametrize("form", list(LogFormat))
def test_models_are_never_logged(form: LogFormat) -> None:
    """A model in a log call shows as its type."""
    stream = io.StringIO()
    person = Person(name="Wang Fang")
    with logging_to(stream, form=form):
        logging.getLogger("t").warning("mail to %s", person)
        logging.getLogger("t").warning("mail to %(who)s", {"who": person})
        logging.getLogger("t").warning(person)
    assert stream.getvalue().count("<Person>") == 3
    assert "Wang" not in stream.getvalue()


def test_level_and_handlers_are_put_back() -> None:
    """Only the level asked for is written, and on leaving logging is as it was."""
    root, stream = logging.getLogger(), io.StringIO()
    before = (list(root.handlers), root.level)
    with logging_to(stream, level=LogLevel.WARNING):
        logging.getLogger("t").info("quiet")
        logging.getLogger("t").warning("loud")
    assert "loud" in stream.getvalue()
    assert "quiet" not in stream.getvalue()
    assert (list(root.handlers), root.level) == before

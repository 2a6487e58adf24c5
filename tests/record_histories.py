"""Record the histories that every later version must replay: ``python -m tests.record_histories``.

It walks the journeys listed here and keeps the history of each case that ended. Names of
machines and traces of code are taken out; payloads are plain, and all data is made up.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent / "histories"

SCENARIOS = {
    "test_contact.py::test_settled_between_the_parties": "settled_at_contact",
    "test_contact.py::test_withdrawn_at_first_contact": "withdrawn",
    "test_contact.py::test_money_of_unknown_end_holds_the_case[withdraw-data0]": "reply_lost",
    "test_corrected.py::test_refund_too_little_is_topped_up_and_confirmed": "too_little",
    "test_corrected.py::test_over_refund_is_taken_back_by_two_persons": "too_much",
    "test_corrected.py::test_wrong_card_is_put_right_by_two_corrections": "wrong_card",
    "test_approval.py::test_refused_by_the_supervisor_is_decided_again": "refused_then_approved",
    "test_approval.py::test_rejected_with_a_reason": "rejected",
    "test_not_received.py::test_refund_on_its_way_posts_by_itself": "refund_on_its_way",
    "test_not_received.py::test_never_submitted_is_found_by_the_acquirers_people": "inquiry_upheld",
    "test_not_printed.py::test_good_sale_is_reprinted": "reprinted",
    "test_not_printed.py::test_sale_in_doubt_is_held_and_looked_up_less_and_less_often": "in_doubt",
    "test_receipt_lost.py::test_ambiguous_is_asked_one_question": "lost_and_ambiguous",
    "test_ladder.py::test_silence_climbs_to_the_regulator_who_mediates": "mediated",
    "test_legal.py::test_demand_window_counsel_and_judgment": "judgment",
    "test_after_closing.py::test_reopened_in_the_watch_period": "reopened",
    "test_twins.py::test_a_claim_without_reference_meets_the_case_of_its_sale": "duplicate",
    "test_acquirer_failing.py::test_down_on_money": "money_by_hand",
    "test_mail_failing.py::test_closing_waits_for_the_mail_and_nothing_disturbs_it": "mail_down",
}
"""The journeys whose first ended case is kept, and under which name."""

_TRACES = ("stackTrace",)
_PROCESS = re.compile(r"\d+@[\w.-]+")
"""How a worker names itself, also in the queue it keeps to itself: process and machine."""


KEEPING = pytest.StashKey[Path]()


class Keeper:
    """A pytest plugin: has the journeys keep their histories."""

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[KEEPING] = FOLDER


def place_of(request: pytest.FixtureRequest) -> Path | None:
    """Where the history of this journey is kept: nowhere, unless histories are recorded."""
    folder = request.config.stash.get(KEEPING, None)
    if folder is None:
        return None
    return folder / f"{SCENARIOS[f'{request.path.name}::{request.node.name}']}.json"


def without_machine(value: Any) -> Any:
    """A history as JSON without names of machines and traces of code."""
    match value:
        case dict():
            return {k: "" if k in _TRACES else without_machine(v) for k, v in value.items()}
        case list():
            return [without_machine(inner) for inner in value]
        case str():
            return "recourse" if _PROCESS.match(value) else value
        case _:
            return value


def write(path: Path, history: str) -> None:
    path.parent.mkdir(exist_ok=True)
    text = json.dumps(without_machine(json.loads(history)), ensure_ascii=False, indent=None)
    path.write_text(text + "\n", encoding="utf-8")


def main() -> int:
    for old in FOLDER.glob("*.json"):
        old.unlink()
    journeys = Path(__file__).parent / "journeys"
    places = [f"{journeys}/{place}" for place in SCENARIOS]
    return pytest.main([*places, "-q"], plugins=[Keeper()])


if __name__ == "__main__":
    # Not this copy of the module: the journeys look into the one that is imported.
    from tests import record_histories

    sys.exit(record_histories.main())

"""The command line: what is printed, and the exit code that says what to do."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.end_to_end.conftest import CLAIMS, ROOT, Up

CONTRACT = [
    "case_id",
    "kind",
    "claimant",
    "stage",
    "step",
    "ball",
    "money",
    "clocks",
    "outcome",
    "reason",
    "cause",
    "opened_at",
    "closed_at",
    "next_action",
    "allowed_actions",
    "links",
    "failures",
]
MONEY = ("claimed", "refundable", "refunded", "posted", "recovered")
CLOCK = ("name", "regime", "kind", "owner", "state", "due", "elapsed")

WRONG_REFUND = """
kind: wrong_refund
claimant: customer
customer: {name: 王芳, email: wang.fang@example.com}
merchant: {id: M100, name: 云膳过桥米线}
acquirer: simulator
sale: {reference: "%s", amount: {amount: "139.12", currency: CNY}}
"""


def test_open_prints_the_id_and_again_says_that_it_joined(up: Up) -> None:
    """Opening a file prints the case's id; opening it again prints the same and says so."""
    first = up.run("case", "open", CLAIMS / "02-refund-too-little-corrected.yaml")
    second = up.run("case", "open", CLAIMS / "02-refund-too-little-corrected.yaml")
    assert (first.returncode, second.returncode) == (0, 0)
    assert first.stdout.startswith("RC-")
    assert second.stdout.split()[0] == first.stdout.split()[0]
    assert "joined" in second.stdout
    assert "joined" not in first.stdout


def test_two_at_once_open_one_case(up: Up, tmp_path: Path) -> None:
    """Two processes that open the same claim at once get one case, and one of them opened it."""
    claim = tmp_path / "claim.yaml"
    claim.write_text(WRONG_REFUND % "536370", encoding="utf-8")
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: up.run("case", "open", claim, "-o", "json"), range(2)))
    opened = [json.loads(one.stdout)[0] for one in done]
    assert opened[0]["case_id"] == opened[1]["case_id"]
    assert sorted(one["joined"] for one in opened) == [False, True]


def test_show_has_every_field_of_the_contract(up: Up) -> None:
    """``case show -o json`` has every field that programs were promised."""
    case_id = up.open("01-refund-too-little-settled-at-contact.yaml")
    shown = json.loads(up.run("case", "show", case_id, "-o", "json").stdout)
    assert [field for field in CONTRACT if field not in shown] == []
    assert [field for field in MONEY if field not in shown["money"]] == []
    assert shown["clocks"]
    for clock in shown["clocks"]:
        assert [field for field in CLOCK if field not in clock] == []


def test_an_action_acts_once_for_one_request_id(up: Up) -> None:
    """The same request id sent twice acts once."""
    case_id = up.open("03-refund-too-much-one-zero.yaml")
    for _ in range(2):
        noted = up.run(
            "case", "act", case_id, "note", "--data", '{"text": "来电"}', "--request-id", "call-1"
        )
        assert noted.returncode == 0, noted.stderr
    timeline = json.loads(up.run("case", "timeline", case_id, "-o", "json").stdout)
    notes = [entry["event"]["text"] for entry in timeline if entry["event"]["type"] == "noted"]
    assert notes == ["来电"]


def test_json_is_not_escaped_and_text_has_no_colours(up: Up) -> None:
    """Chinese stays readable in JSON, and a pipe gets no terminal codes."""
    case_id = up.open("04-refunded-twice.yaml")
    timeline = up.run("case", "timeline", case_id, "-o", "json").stdout
    assert "赵明" in timeline
    assert "\x1b" not in up.run("case", "show", case_id).stdout
    assert "\x1b" not in up.run("case", "list").stdout


@pytest.mark.parametrize("command", ["show", "timeline", "explain"])
@pytest.mark.parametrize("form", ["table", "json"])
def test_every_view_of_a_case_is_given_in_both_forms(up: Up, command: str, form: str) -> None:
    """Each view of a case prints as a table and as JSON."""
    case_id = up.open("02-refund-too-little-corrected.yaml")
    done = up.run("case", command, case_id, "-o", form)
    assert done.returncode == 0, done.stderr
    if form == "json":
        json.loads(done.stdout)
    assert done.stdout.strip()


def test_list_finds_by_stage(up: Up) -> None:
    """Cases are listed, and can be asked for by where they stand."""
    case_id = up.open("02-refund-too-little-corrected.yaml")
    every = json.loads(up.run("case", "list", "-o", "json").stdout)
    assert case_id in [case["case_id"] for case in every]
    legal = json.loads(
        up.run("case", "list", "--where", "RecourseStage = 'legal'", "-o", "json").stdout
    )
    assert case_id not in [case["case_id"] for case in legal]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (WRONG_REFUND % "1" + "colour: red\n", "colour"),
        ((WRONG_REFUND % "1").replace('"139.12"', '"139.125"'), "sale.amount"),
        ((WRONG_REFUND % "1").replace('"139.12"', "lots"), "sale.amount"),
        ((WRONG_REFUND % "1").replace("currency: CNY", "currency: XYZ"), "currency"),
        ((WRONG_REFUND % "1").replace("CNY}}", "CNY}, at: 2026-11-20T12:31:00}"), "sale.at"),
        ((WRONG_REFUND % "1").replace("CNY}}", "CNY}, at: 20261120}"), "sale.at"),
        ((WRONG_REFUND % "1") + "story: " + "长" * 100_000 + "\n", "256 KiB"),
        ((WRONG_REFUND % "1") + "story: 卡号 4242 4242 4242 4242\n", "story"),
        ("kind: [", "line 2"),
    ],
    ids=["key", "digits", "word", "currency", "zone", "number", "size", "card", "yaml"],
)
def test_bad_input_names_the_field_and_starts_nothing(
    up: Up, tmp_path: Path, content: str, says: str
) -> None:
    """What cannot be read is one clear sentence, exit code 2, and no case."""
    before = json.loads(up.run("case", "list", "-o", "json").stdout)
    claim = tmp_path / "claim.yaml"
    claim.write_text(content, encoding="utf-8")
    done = up.run("case", "open", claim)
    assert done.returncode == 2
    assert says in done.stderr
    assert "4242 4242" not in done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads(up.run("case", "list", "-o", "json").stdout) == before


def test_card_numbers_are_refused_in_actions(up: Up) -> None:
    """A full card number typed into an action is refused, and never repeated."""
    case_id = up.open("02-refund-too-little-corrected.yaml")
    for action, data in (
        ("note", '{"text": "card 5555 5555 5555 4444"}'),
        ("reply", '{"party": "store", "text": "6212341111111111 5555555555554444"}'),
    ):
        done = up.run("case", "act", case_id, action, "--data", data)
        assert done.returncode == 2, done.stdout
        assert "text" in done.stderr
        assert "4444" not in done.stderr


def test_exit_codes_say_what_to_do(up: Up, tmp_path: Path) -> None:
    """2 bad input, 3 not found, 4 conflict, 5 refused by the rules, 6 a service is down."""
    case_id = up.open("02-refund-too-little-corrected.yaml")
    assert up.run("case", "act", case_id, "note", "--data", "not json").returncode == 2
    assert up.run("case", "act", case_id, "dance").returncode == 2
    assert up.run("case", "show", "RC-NONE").returncode == 3
    assert up.run("up", "--no-ui").returncode == 4
    refused = up.run("case", "act", case_id, "approve", "--as", "supervisor:li")
    assert refused.returncode == 5
    assert "no decision" in refused.stderr
    down = Up(tmp_path).run("case", "list", TEMPORAL_ADDRESS="127.0.0.1:9")
    assert down.returncode == 6
    assert len(down.stderr.strip().splitlines()) == 1


def test_rules_and_calendars_can_be_read_without_a_stack(tmp_path: Path) -> None:
    """Playbooks and working days are shown and checked by themselves."""
    alone = Up(tmp_path)
    assert alone.run("policy", "lint").returncode == 0
    shown = json.loads(alone.run("policy", "show", "receipt_lost", "-o", "json").stdout)
    assert shown["kind"] == "receipt_lost"
    year = json.loads(alone.run("calendar", "show", "CN", "2026", "-o", "json").stdout)
    assert "2026-10-10" in year["workdays"]
    assert year["confirmed"]
    assert alone.run("policy", "show", "receipt_lost", "MARS").returncode == 2


def test_help_is_quick_to_say_what_there_is() -> None:
    """``recourse --help`` lists every command."""
    done = subprocess.run(
        [sys.executable, "-m", "console.main", "--help"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    for command in ("demo", "up", "worker", "case", "replay", "policy", "calendar"):
        assert command in done.stdout

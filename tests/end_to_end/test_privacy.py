"""Nothing personal and no card number can be read where Temporal keeps its cases."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.end_to_end.conftest import CLAIMS, Up

TEST_PAN = "4242424242424242"
"""A public test number of a scheme: it is offered at a door and must be found nowhere."""


def personal_words() -> set[str]:
    """Every name, address, telephone number and story of the example claims."""
    words: set[str] = set()
    for path in sorted(CLAIMS.glob("*.yaml")):
        claim = yaml.safe_load(path.read_text(encoding="utf-8"))
        words |= {str(value) for value in claim["customer"].values()}
        words |= {claim["merchant"]["email"], claim["story"].strip()[:24]}
    return {word for word in words if len(word) >= 2}


def spellings(word: str) -> Iterator[bytes]:
    """How a word can stand in bytes: as UTF-8, UTF-16, JSON escapes, and base64 of each at
    every offset."""
    plain = [
        word.encode(),
        word.encode("utf-16-le"),
        word.encode("utf-16-be"),
        json.dumps(word)[1:-1].encode(),
    ]
    yield from plain
    for data in plain:
        for offset in range(3):
            coded = base64.b64encode(b"\0" * offset + data)
            # The ends depend on the neighbours: only the middle is certain.
            middle = coded[4 if offset else 0 : len(coded) - 4]
            if len(middle) >= 6:
                yield middle


def found_in(words: set[str], files: list[Path]) -> dict[str, str]:
    """Which words can be read in which file."""
    found: dict[str, str] = {}
    for file in files:
        content = file.read_bytes()
        for word in words:
            if any(spelling in content for spelling in spellings(word)):
                found[word] = file.name
    return found


def test_the_search_can_find(tmp_path: Path) -> None:
    """The search sees a word in each spelling, also inside base64: it can fail."""
    word = "王芳@example.com"
    for number, spelling in enumerate(spellings(word)):
        file = tmp_path / f"planted-{number}"
        file.write_bytes(b"xx" + spelling + b"yy")
        assert found_in({word}, [file]) == {word: file.name}


@pytest.fixture(scope="module")
def worked(up: Up) -> Up:
    """A stack in which every example was opened, and one was worked on."""
    for path in sorted(CLAIMS.glob("*.yaml")):
        up.open(path.name)
    case_id = up.open("02-refund-too-little-corrected.yaml")
    noted = up.run(
        "case", "act", case_id, "note", "--data", '{"text": "陈思远 called from 13800000102"}'
    )
    assert noted.returncode == 0, noted.stderr
    refused = up.run(
        "case", "act", case_id, "note", "--data", json.dumps({"text": f"card {TEST_PAN}"})
    )
    assert refused.returncode == 2
    return up


def test_the_database_of_temporal_tells_nothing(worked: Up) -> None:
    """No name, address, mail, telephone number, story or card number stands in the raw bytes
    of Temporal's database, its journal included."""
    files = sorted(worked.home.glob("temporal.db*"))
    assert sum(file.stat().st_size for file in files) > 100_000
    words = personal_words() | {TEST_PAN, "4242 4242 4242 4242", "13800000102"}
    assert len(words) > 50
    assert found_in(words, files) == {}


def test_logs_tell_nothing(worked: Up) -> None:
    """Nor do the logs of any part."""
    files = sorted((worked.home / "logs").glob("*.log"))
    assert files
    assert found_in(personal_words() | {TEST_PAN}, files) == {}


def test_the_keys_are_for_their_owner_alone(worked: Up) -> None:
    """The key file, and the file with the tokens, can be read by their owner only."""
    for name in ("keyring.json", "stack.json"):
        assert (worked.home / name).stat().st_mode & 0o077 == 0

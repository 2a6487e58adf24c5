"""Nothing personal and no card number can be read where Temporal keeps its cases."""

import json
import tempfile
from pathlib import Path

import pytest

from console.demo.secrecy import personal_words, readable, spellings
from recourse.intake.files import ClaimSource, read_claims
from recourse.vault.store import Vault
from tests.end_to_end.conftest import CLAIMS, Up

TEST_PAN = "4242424242424242"
"""A public test number of a scheme: it is offered at a door and must be found nowhere."""


def example_words() -> set[str]:
    sources = [s for path in sorted(CLAIMS.glob("*.yaml")) for s in _read(path)]
    return personal_words(source.claim for source in sources)


def _read(path: Path) -> list[ClaimSource]:
    with tempfile.TemporaryDirectory() as folder:
        return read_claims(path, vault=Vault(Path(folder)), root=CLAIMS.parent)


def test_the_search_can_find(tmp_path: Path) -> None:
    """The search sees a word in each spelling, also inside base64: it can fail."""
    word = "王芳@example.com"
    for number, spelling in enumerate(spellings(word)):
        file = tmp_path / f"planted-{number}"
        file.write_bytes(b"xx" + spelling + b"yy")
        assert readable({word}, [file]) == {word: file.name}


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
    words = example_words() | {TEST_PAN, "4242 4242 4242 4242", "13800000102"}
    assert len(words) > 50
    assert readable(words, files) == {}


def test_logs_tell_nothing(worked: Up) -> None:
    """Nor do the logs of any part."""
    files = sorted((worked.home / "logs").glob("*.log"))
    assert files
    assert readable(example_words() | {TEST_PAN}, files) == {}


def test_the_keys_are_for_their_owner_alone(worked: Up) -> None:
    """The key file, and the file with the tokens, can be read by their owner only."""
    for name in ("keyring.json", "stack.json"):
        assert (worked.home / name).stat().st_mode & 0o077 == 0

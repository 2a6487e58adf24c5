"""The documents: links that lead somewhere, commands that exist, tables that are complete."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
import typer
import typer.main

from console.main import app
from recourse.disputes.events import Event
from recourse.disputes.reckoning import Reckoning
from recourse.disputes.view import CaseView
from worker.settings import PREFIX, Settings

ROOT = Path(__file__).parents[1]
DOCUMENTS = (
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").glob("*.md")),
)
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")

LINK = re.compile(r"!?\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)\)")
FENCE = re.compile(r"^ *```(?P<language>\w*)\n(?P<body>.*?)^ *```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#+) ", re.MULTILINE)
NAME = re.compile(r"`(\w+)`")


def text(document: Path) -> str:
    return document.read_text("utf-8")


def prose(document: Path) -> str:
    return FENCE.sub("", text(document))


def links(document: Path) -> Iterator[tuple[str, str]]:
    for found in LINK.finditer(prose(document)):
        if not found["target"].startswith("https://"):
            yield found["text"], found["target"]


def commands(document: Path) -> Iterator[str]:
    """What a reader is told to type: lines of code blocks, and code in the running text."""
    for block in FENCE.finditer(text(document)):
        for line in block["body"].splitlines():
            if line.strip().startswith(("recourse ", "make ")):
                yield line.strip()
    for code in re.findall(r"`([^`\n]+)`", prose(document)):
        if code.startswith(("recourse ", "make ")):
            yield code


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    """Every relative link names a file or folder of the repository, or a heading that is there."""
    for _, target in links(document):
        path, _, anchor = target.partition("#")
        there = (document.parent / path).resolve() if path else document
        assert there.exists(), f"{document.name}: {target} leads nowhere"
        assert there.is_relative_to(ROOT), f"{document.name}: {target} leaves the repository"
        if anchor and there.suffix == ".md":
            assert anchor in anchors(there), f"{document.name}: {target} names no heading"


def anchors(document: Path) -> set[str]:
    """The anchors of a document's headings, as code hosts make them."""
    titles = re.findall(r"^#+ (.+)$", prose(document), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_linked_name_stands_where_the_link_leads(document: Path) -> None:
    """A link whose text is a name leads to a file that has it; with a line, to that very line."""
    for words, target in links(document):
        path, _, anchor = target.partition("#")
        there = document.parent / path
        name = re.fullmatch(NAME, words)
        if name is None or not there.is_file():
            continue
        content = text(there)
        if anchor.startswith("L"):
            content = content.splitlines()[int(anchor[1:]) - 1]
        assert re.search(rf"\b{name[1]}\b", content), f"{document.name}: {name[1]} not in {target}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_shown_commands_exist(document: Path) -> None:
    """Every command of ``recourse`` and every target of ``make`` that is shown exists, with its
    options."""
    targets = set(re.findall(r"^([a-z]+):", text(ROOT / "Makefile"), re.MULTILINE))
    for line in commands(document):
        program, *words = shlex.split(line.replace("…", "ELLIPSIS"))
        if program == "make":
            assert set(words) <= targets, f"{document.name}: {line}"
        else:
            assert missing(words) is None, f"{document.name}: {line}: {missing(words)}"


def missing(words: list[str]) -> str | None:
    """The first word of a command line that the command line tool does not know."""
    command = typer.main.get_command(app)
    for number, word in enumerate(words):
        inside = getattr(command, "commands", None)
        if inside is None:
            known = {name for parameter in command.params for name in parameter.opts}
            options = [w for w in words[number:] if re.fullmatch(r"-o|--[a-z-]+", w)]
            return next((option for option in options if option not in known), None)
        if word == "ELLIPSIS":
            return None
        if word not in inside:
            return word
        command = inside[word]
    return None


def test_both_readmes_say_the_same() -> None:
    """The READMEs have the same sections in the same order, the same links and the same code."""
    english, chinese = READMES
    levels = [HEADING.findall(prose(readme)) for readme in READMES]
    assert levels[0] == levels[1]
    blocks = [[m.group(0) for m in FENCE.finditer(text(readme))] for readme in READMES]
    assert blocks[0] == blocks[1]
    pictures = {"docs/stages.svg": "docs/stages.zh-CN.svg", "README.zh-CN.md": "README.md"}
    expected = [pictures.get(target, target) for _, target in links(english)]
    assert sorted(expected) == sorted(target for _, target in links(chinese))


def table(document: str, marker: str) -> str:
    """The table that follows a marker, up to the next heading."""
    after = text(ROOT / "docs" / document).partition(f"<!-- {marker}")[2]
    assert after, f"{document} has no table marked {marker}"
    return re.split(r"^#", after, maxsplit=1, flags=re.MULTILINE)[0]


def first_cells(rows: str) -> list[str]:
    cells = re.findall(r"^\| ([^|]+) \|", rows, re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]


def test_every_setting_is_documented() -> None:
    """The settings in docs/operations.md are the fields of the settings, no more and no less."""
    shown = first_cells(table("operations.md", "settings"))
    assert sorted(shown) == sorted(PREFIX + name.upper() for name in Settings.model_fields)


def test_documented_defaults_are_true() -> None:
    """A default that is written as a word or a number in docs/operations.md is the field's."""
    rows = re.findall(
        r"^\| `RECOURSE_(\w+)` \| `([\w.]+)` \|", table("operations.md", "settings"), re.MULTILINE
    )
    assert len(rows) > 10
    for name, default in rows:
        assert str(Settings.model_fields[name.lower()].default) == default, name


def test_every_event_is_documented() -> None:
    """docs/data-model.md has one line for each event, and for nothing else."""
    union = get_args(get_args(Event)[0])
    known = [event.model_fields["type"].default for event in union]
    assert sorted(first_cells(table("data-model.md", "events"))) == sorted(known)


def test_every_field_of_a_case_is_documented() -> None:
    """docs/data-model.md names every field of a case as JSON, and of its money."""
    assert sorted(first_cells(table("data-model.md", "view"))) == sorted(CaseView.model_fields)
    money = text(ROOT / "docs" / "data-model.md").partition("\n## Money")[2]
    assert sorted(first_cells(money)) == sorted(Reckoning.model_fields)


def test_every_library_is_documented() -> None:
    """docs/libraries.md names every pinned library with its version, and no other."""
    pinned: set[tuple[str, str]] = set()
    for file in (ROOT / "requirements").glob("*.in"):
        pinned |= set(re.findall(r"^([a-z0-9-]+)==(\S+)$", text(file), re.MULTILINE))
    shown = re.findall(
        r"^\| ([a-z0-9-]+) \| ([0-9.]+) \|", text(ROOT / "docs" / "libraries.md"), re.MULTILINE
    )
    assert sorted(shown) == sorted(pinned)


@pytest.mark.parametrize("picture", ["stages.svg", "stages.zh-CN.svg"])
def test_pictures_read_in_light_and_dark(picture: str) -> None:
    """Each picture has colours of its own for dark pages, and words for who cannot see it."""
    drawing = text(ROOT / "docs" / picture)
    assert "prefers-color-scheme:dark" in drawing
    assert "<title>" in drawing

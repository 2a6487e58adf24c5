"""Which playbook and which calendar hold: read from the shipped files, once per process."""

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError

from recourse.disputes.calendars import Calendar
from recourse.disputes.claims import Jurisdiction, Kind
from recourse.disputes.playbooks import Playbook
from recourse.policies.errors import PolicyError
from recourse.policies.layers import playbooks_of


def playbook_for(kind: Kind, jurisdiction: Jurisdiction, on: date) -> Playbook:
    """The one playbook for a case, by the local date of the event it is about.

    Raises PolicyError when no version holds on that day, or when more than one does.
    """
    known = [p for p in all_playbooks() if p.kind is kind and p.jurisdiction == jurisdiction]
    holding = [playbook for playbook in known if playbook.holds_on(on)]
    if len(holding) == 1:
        return holding[0]
    if holding:
        raise PolicyError(
            f"{kind.value}.toml: more than one version holds in {jurisdiction} on {on}: "
            + ", ".join(playbook.version for playbook in holding)
        )
    spans = [f"{p.effective_from} to {p.effective_until or 'further notice'}" for p in known]
    raise PolicyError(
        f"{kind.value}.toml: no version holds in {jurisdiction} on {on}; "
        f"covered: {', '.join(spans) or 'nothing'}"
    )


@cache
def all_playbooks() -> tuple[Playbook, ...]:
    """Every version of every shipped playbook. Raises PolicyError for the first fault."""
    return tuple(
        playbook for file, text in playbook_files() for playbook in playbooks_of(file, text)
    )


def playbook_files() -> tuple[tuple[str, str], ...]:
    """Name and text of each shipped playbook file, by name."""
    return tuple((entry.name, entry.read_text("utf-8")) for entry in _shipped("playbooks"))


@cache
def calendar_named(name: str) -> Calendar:
    """A shipped calendar. Raises PolicyError for an unknown name or a faulty file."""
    known = {entry.name.removesuffix(".toml"): entry for entry in _shipped("calendars")}
    if name not in known:
        raise PolicyError(f"there is no calendar {name!r}; known: {', '.join(known)}")
    return calendar_of(known[name].name, known[name].read_text("utf-8"))


def calendar_names() -> tuple[str, ...]:
    return tuple(entry.name.removesuffix(".toml") for entry in _shipped("calendars"))


def calendar_of(file: str, text: str) -> Calendar:
    """The calendar of one file. Raises PolicyError, naming file and field."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{file}: {error}") from None
    # The model forgives unknown keys, because it is stored; a file is not forgiven.
    unknown = sorted(set(table) - set(Calendar.model_fields))
    if unknown:
        raise PolicyError(f"{file}: {unknown[0]}: there is no such field")
    try:
        calendar = Calendar.model_validate(table)
        ZoneInfo(calendar.zone)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise PolicyError(f"{file}: {field}: {first['msg']}") from None
    except (ZoneInfoNotFoundError, ValueError):
        raise PolicyError(f"{file}: zone: {table['zone']!r} is no time zone") from None
    return calendar


def _shipped(folder: str) -> list[Traversable]:
    entries = files("recourse.policies").joinpath(folder).iterdir()
    return sorted((e for e in entries if e.name.endswith(".toml")), key=lambda e: e.name)

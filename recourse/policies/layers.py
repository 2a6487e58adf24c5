"""From a policy file to playbooks: a base, an overlay per jurisdiction, its dated versions.

The rules of laying one over the other:

- tables merge key by key, the later one wins;
- a span or an amount of money is replaced whole, so that a number never stands beside the
  source of another;
- ``escalation`` in an overlay is a table by rung name and changes the rungs of that name;
- any other list is replaced.
"""

import tomllib
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import ValidationError

from recourse.disputes.claims import Jurisdiction
from recourse.disputes.playbooks import Playbook
from recourse.policies.errors import PolicyError

JURISDICTIONS: tuple[Jurisdiction, ...] = get_args(Jurisdiction)

Table = dict[str, Any]


def playbooks_of(file: str, text: str) -> tuple[Playbook, ...]:
    """The playbooks of one file, by jurisdiction and date. Raises PolicyError, naming file and
    field, for the first thing wrong."""
    return tuple(_playbook(file, place, table) for place, table in versions_of(file, text))


def versions_of(file: str, text: str) -> Iterator[tuple[str, Table]]:
    """Each version of a file as one merged table, before it is checked, with its place in the
    file in words. Raises PolicyError."""
    try:
        base = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{file}: {error}") from None
    overlays = base.pop("jurisdictions", {})
    _check_jurisdictions(file, "jurisdictions", overlays)
    for index, rung in enumerate(base.get("escalation", ())):
        _check_jurisdictions(
            file, f"escalation.{index}.jurisdictions", rung.get("jurisdictions", ())
        )
    for jurisdiction, overlay in overlays.items():
        versions = overlay.pop("versions", [])
        if not versions:
            raise PolicyError(f"{file}: jurisdictions.{jurisdiction}.versions: there is none")
        for version in versions:
            place = f"{jurisdiction} {version.get('version', 'without version')}"
            table = _laid_over(file, base, overlay)
            table = _laid_over(file, table, version)
            table["jurisdiction"] = jurisdiction
            table["escalation"] = [
                rung
                for rung in table.get("escalation", ())
                if jurisdiction in rung.get("jurisdictions", JURISDICTIONS)
            ]
            yield place, table


def _playbook(file: str, place: str, table: Table) -> Playbook:
    try:
        return Playbook.model_validate(table)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "playbook"
        raise PolicyError(f"{file} ({place}): {field}: {first['msg']}") from None


def _check_jurisdictions(file: str, field: str, names: Any) -> None:
    unknown = [name for name in names if name not in JURISDICTIONS]
    if unknown:
        raise PolicyError(
            f"{file}: {field}: {unknown[0]!r} is not one of {', '.join(JURISDICTIONS)}"
        )


def _laid_over(file: str, base: Table, over: Table) -> Table:
    merged = dict(base)
    for key, value in over.items():
        if key == "escalation":
            merged[key] = _changed_rungs(file, base.get(key, []), value)
        else:
            merged[key] = _merged(base.get(key), value)
    return merged


def _merged(base: Any, over: Any) -> Any:
    if not isinstance(base, dict) or not isinstance(over, dict) or "amount" in over:
        return over
    return base | {key: _merged(base.get(key), value) for key, value in over.items()}


def _changed_rungs(file: str, rungs: list[Table], changes: dict[str, Table]) -> list[Table]:
    unknown = set(changes) - {rung.get("name") for rung in rungs}
    if unknown:
        raise PolicyError(f"{file}: escalation.{min(unknown, key=str)}: there is no such rung")
    return [_merged(rung, changes.get(rung.get("name", ""), {})) for rung in rungs]

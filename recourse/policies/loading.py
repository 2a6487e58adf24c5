"""Which playbook, rules and calendar hold: the shipped files, and an operator's laid over them."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from recourse.disputes.calendars import Calendar, known_zone
from recourse.disputes.claims import Claim, Jurisdiction, Kind
from recourse.disputes.playbooks import Playbook
from recourse.disputes.rules import Rule
from recourse.policies.errors import PolicyError
from recourse.policies.layers import playbooks_of
from recourse.policies.packs import Pack, pack_of

Files = tuple[tuple[str, str], ...]
"""Names and texts."""


@dataclass(frozen=True)
class Policies:
    """Everything a case is worked by, as data. One instance serves a process."""

    playbooks: tuple[Playbook, ...]
    packs: tuple[Pack, ...]
    calendars: dict[str, Calendar]

    @classmethod
    def shipped(cls) -> "Policies":
        """What comes with Recourse. Raises PolicyError for the first fault."""
        return _shipped()

    def with_packs(self, path: Path) -> "Policies":
        """These policies with a file of rules, or a folder of rule packs, ``playbooks/`` and
        ``calendars/``, laid over them: a pack replaces the one of its regime, a playbook file
        all playbooks of its kind, a calendar the one of its name. Raises PolicyError."""
        return self._laid_over(*files_in(path))

    def _laid_over(self, packs: Files, playbooks: Files, calendars: Files) -> "Policies":
        new = {pack.regime: pack for pack in (pack_of(*each) for each in packs)}
        kept = {pack.regime: pack for pack in self.packs}
        books = [book for each in playbooks for book in playbooks_of(*each)]
        kinds = {book.kind for book in books}
        days = {day.name: day for day in (calendar_of(*each) for each in calendars)}
        return Policies(
            playbooks=(*(b for b in self.playbooks if b.kind not in kinds), *books),
            packs=tuple((kept | new).values()),
            calendars=self.calendars | days,
        )

    def playbook_for(self, kind: Kind, jurisdiction: Jurisdiction, on: date) -> Playbook:
        """The one playbook for a case, by the local date of the event it is about, with every
        version of the rules: the day may turn out to be another.

        Raises PolicyError when no version holds on that day, or when more than one does.
        """
        known = [p for p in self.playbooks if p.kind is kind and p.jurisdiction == jurisdiction]
        holding = [playbook for playbook in known if playbook.holds_on(on)]
        if len(holding) == 1:
            rules = self.rules_for(kind, jurisdiction)
            return holding[0].model_copy(update={"clocks": (*holding[0].clocks, *rules)})
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

    def rules_for(
        self, kind: Kind, jurisdiction: Jurisdiction, on: date | None = None
    ) -> tuple[Rule, ...]:
        """The rules of every pack that can hold for such a case, those in force on a day or
        all versions; whether they do hold hangs on what is known of it."""
        return tuple(
            rule
            for pack in self.packs
            for rule in pack.rules
            if (on is None or rule.holds_on(on))
            and (not rule.when.kind or kind.value in rule.when.kind)
            and (not rule.when.jurisdiction or jurisdiction in rule.when.jurisdiction)
        )

    def for_claim(self, claim: Claim, today: date) -> tuple[Playbook, Calendar]:
        """What a case about a claim is worked by, by the day of the event as it is told: of
        ``today`` when none is. Raises PolicyError."""
        return self.for_event(claim, claim.refund.at or claim.sale.at, today)

    def for_event(
        self, claim: Claim, at: datetime | None, today: date
    ) -> tuple[Playbook, Calendar]:
        """What a case about a claim is worked by when its event is known to have been at a
        moment, on the day that the calendar of the place has then. Raises PolicyError."""
        on = self.calendar_named(claim.jurisdiction).local_date(at) if at else today
        playbook = self.playbook_for(claim.kind, claim.jurisdiction, on)
        return playbook, self.calendar_named(playbook.calendar)

    def calendar_named(self, name: str) -> Calendar:
        """A calendar. Raises PolicyError for an unknown name."""
        if name not in self.calendars:
            known = ", ".join(self.calendars)
            raise PolicyError(f"there is no calendar {name!r}; known: {known}")
        return self.calendars[name]


def files_in(path: Path) -> tuple[Files, Files, Files]:
    """Rule packs, playbooks and calendars of a file or folder: name and text of each. Raises
    PolicyError."""
    if path.is_file():
        return ((path.name, _text(path)),), (), ()
    if not path.is_dir():
        raise PolicyError(f"{path.name}: there is no such file or folder of policies")
    packs = (*_in(path), *_in(path / "regimes"))
    playbooks, calendars = _in(path / "playbooks"), _in(path / "calendars")
    if not (packs or playbooks or calendars):
        raise PolicyError(f"{path.name}: holds no policies: no file ends in .toml")
    return packs, playbooks, calendars


@cache
def _shipped() -> Policies:
    return Policies(
        playbooks=all_playbooks(),
        packs=tuple(pack_of(*each) for each in regime_files()),
        calendars={day.name: day for day in (calendar_of(*each) for each in _files("calendars"))},
    )


def playbook_for(kind: Kind, jurisdiction: Jurisdiction, on: date) -> Playbook:
    """The shipped playbook for a case, with its rules. Raises PolicyError."""
    return Policies.shipped().playbook_for(kind, jurisdiction, on)


@cache
def all_playbooks() -> tuple[Playbook, ...]:
    """Every version of every shipped playbook. Raises PolicyError for the first fault."""
    return tuple(book for each in playbook_files() for book in playbooks_of(*each))


def playbook_files() -> Files:
    """Name and text of each shipped playbook file, by name."""
    return _files("playbooks")


def regime_files() -> Files:
    """Name and text of each shipped rule pack, by name."""
    return _files("regimes")


def calendar_named(name: str) -> Calendar:
    """A shipped calendar. Raises PolicyError for an unknown name or a faulty file."""
    return Policies.shipped().calendar_named(name)


def calendar_names() -> tuple[str, ...]:
    return tuple(Policies.shipped().calendars)


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
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise PolicyError(f"{file}: {field}: {first['msg']}") from None
    if not known_zone(calendar.zone):
        raise PolicyError(f"{file}: zone: {calendar.zone!r} is no time zone")
    return calendar


@cache
def _files(folder: str) -> Files:
    entries = files("recourse.policies").joinpath(folder).iterdir()
    return _by_name((e.name, e.read_text("utf-8")) for e in entries if e.name.endswith(".toml"))


def _in(folder: Path) -> Files:
    if not folder.is_dir():
        return ()
    return _by_name((path.name, _text(path)) for path in folder.glob("*.toml"))


def _by_name(found: Iterable[tuple[str, str]]) -> Files:
    return tuple(sorted(found))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise PolicyError(f"{path.name}: cannot be read as UTF-8 text") from None

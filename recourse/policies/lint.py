"""What is wrong with the policies, in words. An empty list is a clean bill.

Reading a policy already refuses what no model holds. This finds what reads well and works
badly: a question nobody has words for, a number without a source, a rung nobody follows up, a
reminder that never falls, a day on which no version holds or two do.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

from pydantic import BaseModel

from recourse.disputes.calendars import Calendar
from recourse.disputes.claims import Kind
from recourse.disputes.clocks import Ladder
from recourse.disputes.notices import Role, Template
from recourse.disputes.plans import Way
from recourse.disputes.playbooks import QUESTIONS, Ask, Playbook, Rung
from recourse.disputes.rules import Rule
from recourse.disputes.spans import Span
from recourse.policies.errors import PolicyError
from recourse.policies.layers import JURISDICTIONS, playbooks_of
from recourse.policies.lint_rules import (
    DOUBTFUL,
    faults_of_rules,
    faults_of_source,
    faults_of_span,
    spans_of_rules,
)
from recourse.policies.loading import (
    calendar_named,
    calendar_of,
    files_in,
    playbook_files,
    regime_files,
)
from recourse.policies.packs import pack_of
from recourse.policies.reminders import all_fall

LANGUAGES = ("zh-CN", "en")

ASKED_BY: dict[Role, Template] = {
    Role.CUSTOMER: Template.ASK_CUSTOMER,
    Role.STORE: Template.ASK_STORE,
    Role.MERCHANT: Template.ASK_STORE,
    Role.POS_SUPPLIER: Template.ASK_POS_SUPPLIER,
    Role.PLATFORM: Template.ASK_PLATFORM,
}

OPEN_FROM = datetime(2026, 3, 9, tzinfo=UTC)
"""A Monday without holidays near it in any calendar."""


def lint(
    sources: Mapping[str, str] | None = None,
    *,
    packs: Mapping[str, str] | None = None,
    calendar: Callable[[str], Calendar] = calendar_named,
    has_wording: Callable[[Template, str], bool] | None = None,
) -> list[str]:
    """The problems of playbook files and rule packs, by default of the shipped ones.

    ``sources`` and ``packs`` map file names to TOML; ``calendar`` finds the calendar of a
    name, raising PolicyError; ``has_wording`` says whether a template
    exists in a language, by default by looking into the mail room.
    """
    has_wording = has_wording or _has_wording
    problems: list[str] = []
    playbooks: list[Playbook] = []
    for file, text in (sources if sources is not None else dict(playbook_files())).items():
        try:
            found = playbooks_of(file, text)
        except PolicyError as error:
            problems.append(str(error))
            continue
        playbooks += found
        problems += [
            f"{file}: its kind is {playbook.kind.value}"
            for playbook in found[:1]
            if file != f"{playbook.kind.value}.toml"
        ]
    for playbook in playbooks:
        problems += [
            f"{playbook.id}: {problem}" for problem in _faults(playbook, calendar, has_wording)
        ]
    problems += _coverage(playbooks)
    texts = packs if packs is not None else dict(regime_files())
    rules: list[Rule] = [rule for playbook in playbooks for rule in playbook.clocks]
    for file, text in texts.items():
        try:
            pack = pack_of(file, text)
        except PolicyError as error:
            problems.append(str(error))
            continue
        rules += pack.rules
        problems += [f"{file}: its regime is {pack.regime}"] * (file != f"{pack.regime}.toml")
    problems += faults_of_rules(rules, {rung.name for p in playbooks for rung in p.escalation})
    problems += [
        f"{where}: {fault}"
        for where, span in spans_of_rules(rules)
        for fault in faults_of_span(span)
    ]
    problems += _doors(playbooks, rules)
    problems += _disagreements(
        [(p.id, where, span) for p in playbooks for where, span in spans(p)]
        + [(where, "within", span) for where, span in spans_of_rules(rules)]
    )
    return problems


def lint_with(path: Path) -> list[str]:
    """The problems of the policies that a file or folder, laid over the shipped ones, makes.
    Raises PolicyError when it cannot be read or a calendar in it is none."""
    packs, playbooks, calendars = files_in(path)
    days = {day.name: day for day in (calendar_of(*each) for each in calendars)}
    return lint(
        dict(playbook_files()) | dict(playbooks),
        packs=dict(regime_files()) | dict(packs),
        calendar=lambda name: days.get(name) or calendar_named(name),
    )


def _faults(
    playbook: Playbook,
    calendar_named: Callable[[str], Calendar],
    has_wording: Callable[[Template, str], bool],
) -> Iterator[str]:
    try:
        calendar = calendar_named(playbook.calendar)
        if calendar.zone != playbook.time_zone:
            yield f"time_zone {playbook.time_zone} is not the calendar's, {calendar.zone}"
    except PolicyError as error:
        yield f"calendar: {error}"
        return
    if calendar.opening(OPEN_FROM) > OPEN_FROM + timedelta(days=14):
        yield f"calendar {calendar.name} is not open for two weeks: hours are missing"
    for where, span in spans(playbook):
        yield from (f"{where}: {fault}" for fault in faults_of_span(span))
        if DOUBTFUL.search(span.source):
            yield f"{where}: an unverified number may only warn"
    for ask in playbook.contact.asks:
        yield from _faults_of_ask(ask)
    for rung in playbook.escalation:
        yield from _faults_of_rung(playbook, rung)
    timed: list[tuple[str, Ask | Rung]] = [
        *((f"asks of {ask.party.value}", ask) for ask in playbook.contact.asks),
        *((f"rung {rung.name}", rung) for rung in playbook.escalation),
    ]
    for where, asked in timed:
        ladder = Ladder(
            every=asked.remind_every,
            times=asked.reminders,
            hours=playbook.notices.daytime if asked.party is Role.CUSTOMER else None,
        )
        if not all_fall(calendar, asked.answer_within, ladder):
            yield f"{where}: {asked.reminders} reminders do not all fall before it is due"
    yield from _faults_of_recovery(playbook, calendar)
    legal = playbook.legal
    demand = Ladder(every=legal.remind_every, times=legal.reminders)
    if not all_fall(calendar, legal.demand_answer_within, demand):
        yield f"legal: {legal.reminders} reminders do not all fall before the demand is due"
    for template in _templates(playbook):
        for language in LANGUAGES:
            if not has_wording(template, language):
                yield f"template {template.value} is missing in {language}"


def _faults_of_ask(ask: Ask) -> Iterator[str]:
    for code in ask.asks:
        if code not in QUESTIONS:
            yield f"asks of {ask.party.value}: {code!r} is no question"
    if ASKED_BY.get(ask.party) is not ask.template:
        yield f"asks of {ask.party.value}: {ask.template.value} is not written for that party"


def _faults_of_recovery(playbook: Playbook, calendar: Calendar) -> Iterator[str]:
    steps = playbook.recovery.steps if playbook.recovery is not None else ()
    ways = [step.way for step in steps]
    if ways != sorted(set(ways), key=list(Way).index):
        yield "recovery: steps are taken once each, from the mildest to the last"
    for step in steps:
        yield from (f"recovery: {step.way.value}: {f}" for f in faults_of_source(step.source))
        asks = step.way is Way.ASK
        if asks != (step.within is not None):
            yield f"recovery: {step.way.value}: only who is asked is given time, and always"
        hours = playbook.notices.daytime
        ladder = Ladder(every=step.remind_every, times=step.reminders, hours=hours)
        if step.within is not None and not all_fall(calendar, step.within, ladder):
            yield f"recovery: {step.reminders} reminders do not all fall before it is due"


def _faults_of_rung(playbook: Playbook, rung: Rung) -> Iterator[str]:
    if rung.request is None and not (rung.reminders and rung.remind_every):
        yield f"rung {rung.name}: written to, and never reminded"
    if rung.request is not None and rung.query_every is None:
        yield f"rung {rung.name}: asked of the acquirer, and never looked up"
    for other in rung.excludes:
        if other not in {each.name for each in playbook.escalation}:
            yield f"rung {rung.name}: excludes {other!r}, which is no rung"


def _doors(playbooks: Iterable[Playbook], rules: Iterable[Rule]) -> Iterator[str]:
    """A rung that waits for a clock waits for one that there is."""
    names = {rule.name for rule in rules}
    for playbook in playbooks:
        for rung in playbook.escalation:
            if rung.after and rung.after not in names:
                where = f"{playbook.id}: rung {rung.name}"
                yield f"{where}: waits for {rung.after!r}, which is no clock"


def _coverage(playbooks: Iterable[Playbook]) -> Iterator[str]:
    """Each kind in each jurisdiction, from a first day on without a gap or an overlap."""
    playbooks = list(playbooks)
    for kind in Kind:
        for jurisdiction in JURISDICTIONS:
            where = f"{kind.value}/{jurisdiction}"
            versions = sorted(
                (p for p in playbooks if p.kind is kind and p.jurisdiction == jurisdiction),
                key=lambda playbook: playbook.effective_from,
            )
            if not versions:
                yield f"{where}: there is no playbook"
                continue
            if len({playbook.version for playbook in versions}) < len(versions):
                yield f"{where}: two versions have the same name"
            for earlier, later in pairwise(versions):
                until = earlier.effective_until
                if until is None or until > later.effective_from:
                    yield f"{where}: versions {earlier.version} and {later.version} overlap"
                elif until < later.effective_from:
                    yield f"{where}: no version holds from {until} to {later.effective_from}"
            if versions[-1].effective_until is not None:
                yield f"{where}: no version holds from {versions[-1].effective_until} on"


def _disagreements(found: Iterable[tuple[str, str, Span]]) -> Iterator[str]:
    """A rule that several files name must have the same number in all of them."""
    numbers: dict[str, tuple[str, str]] = {}
    for owner, where, span in found:
        if span.source.startswith("house") or not span.source:
            continue
        words, first = numbers.setdefault(span.source, (span.words, owner))
        if words != span.words:
            yield f"{owner}: {where}: {span.source} is {span.words} here and {words} in {first}"


def spans(playbook: Playbook) -> Iterator[tuple[str, Span]]:
    """Every span of a playbook with where it stands, e.g. ``contact.asks.1.answer_within``."""
    return _spans("", playbook)


def _spans(where: str, value: object) -> Iterator[tuple[str, Span]]:
    if isinstance(value, Rule):
        return
    if isinstance(value, Span):
        yield where, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _spans(f"{where}.{name}" if where else name, getattr(value, name))
    elif isinstance(value, tuple):
        for index, each in enumerate(value):
            yield from _spans(f"{where}.{index}", each)


def _templates(playbook: Playbook) -> list[Template]:
    named = {
        *playbook.contact.greeting,
        *(ask.template for ask in playbook.contact.asks),
        *(rung.template for rung in playbook.escalation if rung.request is None),
    }
    if playbook.recovery is not None:
        named |= {Template.ASK_RECOVERY, Template.RECOVERY_GOES_ON}
    return sorted(named)


def _has_wording(template: Template, language: str) -> bool:
    return files("templates").joinpath("mail", language, f"{template.value}.j2").is_file()

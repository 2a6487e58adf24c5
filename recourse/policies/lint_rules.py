"""What is wrong with rules of law, schemes and the house, in words."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import combinations, groupby

from recourse.disputes.balls import Ball
from recourse.disputes.clocks import HOUSE, ClockKind, Effect
from recourse.disputes.rules import Rule, When
from recourse.disputes.spans import BY_DATE, Span, Unit

KEY = re.compile(r"\[([A-Z][a-z]?\d+)\]")
DOUBTFUL = re.compile(r"unverified|\[BG\]|\(L\)")

_SILENT = {
    ClockKind.AUTO_LOSE: (Effect.LOSE, Effect.BAR),
    ClockKind.AUTO_WIN: (Effect.WIN,),
    ClockKind.NOT_BEFORE: (Effect.OPEN,),
}
"""The effects that are what a kind of clock says."""

_HOURS_OF = {
    Unit.HOURS: 1.0,
    Unit.WORKING_HOURS: 3.0,
    Unit.DAYS: 24.0,
    Unit.BUSINESS_DAYS: 24.0,
    Unit.MONTHS: 24.0 * 28,
}
"""At least how long a unit lasts, for saying that a warning comes too soon."""


def faults_of_rules(rules: Iterable[Rule], rungs: set[str]) -> Iterator[str]:
    """What is wrong with single rules, then with rules of one name beside each other."""
    rules = list(rules)
    for rule in rules:
        yield from (f"{_named(rule)}: {fault}" for fault in _faults(rule, rungs))
    for _, group in groupby(sorted(rules, key=lambda rule: rule.name), lambda rule: rule.name):
        yield from _clashes(list(group))


def _faults(rule: Rule, rungs: set[str]) -> Iterator[str]:
    doubtful = [effect for span, effect in rule.ends() if DOUBTFUL.search(span.source)]
    if any(effect is not Effect.WARN for effect in doubtful):
        yield "an unverified number may only warn"
    if rule.kind in _SILENT and rule.effect not in _SILENT[rule.kind]:
        yield f"{rule.kind.value} does not go with effect {rule.effect.value}"
    if rule.effect in (Effect.LOSE, Effect.BAR) and rule.kind is not ClockKind.AUTO_LOSE:
        yield f"effect {rule.effect.value} is of an auto_lose clock"
    for rung in rule.rungs:
        if rung not in rungs:
            yield f"rungs: {rung!r} is no rung of any playbook"
    if rule.warn_before and _least(rule.warn_before) >= _least(rule.within):
        yield f"warns {rule.warn_before.words} before the end of {rule.within.words}"
    if rule.pauses_while and rule.regime not in HOUSE and "pause" not in rule.within.source:
        yield "stands still by no rule that its source names"
    if rule.overdue_times and rule.overdue_every is None:
        yield "overdue_times without overdue_every"
    if _of_scheme(rule) and any(s.unit in BY_DATE and s.rolls is None for s in rule.spans()):
        yield "binds wherever the card is: say by rolls whether a last day that is free rolls"
    if rule.effect is Effect.ESCALATE and rule.owner is Ball.US and not rule.met_by:
        yield 'escalates also what was answered in time: say met_by = "answer"'
    if rule.leaves is not None and rule.kind is not ClockKind.NOT_BEFORE:
        yield "leaves is of a waiting time (not_before)"
    if rule.within.amount == 0:
        yield "within: no time at all"
    lengths = [_least(span) for span in rule.spans()]
    if lengths != sorted(lengths) or len(set(lengths)) < len(lengths):
        yield "longer: each step must be longer than the one before"


def _of_scheme(rule: Rule) -> bool:
    """Whether it holds on account of the card, and not of the place of the case: what the law
    there says of days does not bind it."""
    return rule.regime not in HOUSE and bool(rule.when.brand or not rule.when.jurisdiction)


def _clashes(rules: Sequence[Rule]) -> Iterator[str]:
    """Of the rules of one name at most one may fit a case best."""
    for one, other in combinations(rules, 2):
        if not _meet_in_time(one, other):
            continue
        if one.regime == other.regime and one.when == other.when:
            yield f"{_named(one)}: two versions hold at the same time for the same cases"
        elif len(one.when.conditions) == len(other.when.conditions) and _meet(one.when, other.when):
            yield f"{_named(one)} and {_named(other)} both fit some case, and neither fits better"


def _meet_in_time(one: Rule, other: Rule) -> bool:
    first, second = sorted(
        (one, other), key=lambda r: (r.effective_from is not None, r.effective_from or 0)
    )
    return first.effective_until is None or (
        second.effective_from is None or second.effective_from < first.effective_until
    )


def _meet(one: When, other: When) -> bool:
    """Whether there are facts for which both hold."""
    return all(
        set(one.values(fact)) & set(other.values(fact))
        for fact in one.conditions
        if other.values(fact)
    )


def spans_of_rules(rules: Iterable[Rule]) -> Iterator[tuple[str, Span]]:
    """Every span of every rule, with whose it is."""
    for rule in rules:
        more = (rule.warn_before, rule.overdue_every, rule.leaves)
        for span in (*rule.spans(), *(each for each in more if each)):
            yield _named(rule), span


def faults_of_span(span: Span) -> Iterator[str]:
    """A number names where it comes from: ``house``, or a key of sources.toml."""
    if not span.source:
        yield f"{span.words} names no source"
    else:
        yield from faults_of_source(span.source)


def faults_of_source(source: str) -> Iterator[str]:
    """A source is ``house``, or names keys of sources.toml."""
    keys = KEY.findall(source)
    if not source.startswith("house") and not keys and "no public source" not in source:
        yield f"{source!r} is neither house nor a key of sources.toml"
    for key in keys:
        if key not in known_sources():
            yield f"source [{key}] is not in sources.toml"


@cache
def known_sources() -> dict[str, dict[str, object]]:
    """Each source by its key, with its title and where it can be read."""
    text = files("recourse.policies").joinpath("sources.toml").read_text("utf-8")
    return tomllib.loads(text)


def _named(rule: Rule) -> str:
    return f"{rule.regime} {rule.name}"


def _least(span: Span) -> float:
    return span.amount * _HOURS_OF[span.unit]

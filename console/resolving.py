"""``recourse policy resolve``: which clocks a claim would set, which not, and why."""

import tempfile
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from console.access import policies_of
from console.explained import span_in_words
from console.output import Exit, Form, as_json, clean, fail, out, run
from console.shown import moment
from recourse.disputes.calendars import Calendar
from recourse.disputes.case_facts import facts_of_claim
from recourse.disputes.claims import Claim
from recourse.disputes.rules import FACTS, Facts, Finding, Standing, resolve
from recourse.intake.files import read_claims
from recourse.policies.errors import PolicyError
from recourse.policies.loading import Policies
from recourse.vault.store import Vault
from templates.words import Words, words
from worker.settings import Institution
from worker.stack import running_settings


def resolve_claims(
    files: Annotated[list[Path], typer.Argument(help="claims: .yaml, .json or .csv")],
    on: Annotated[str, typer.Option(help="received on YYYY-MM-DD; by default now")] = "",
    institution: Annotated[
        Institution | None, typer.Option(help="who answers the claim; by default the setting")
    ] = None,
    lang: Annotated[str, typer.Option(help="en or zh-CN; by default the claim's")] = "",
    output: Annotated[Form, typer.Option("-o", "--output", help="table or json")] = Form.TABLE,
) -> None:
    """Which rules of law, schemes and the house would set a clock for a claim, strictest first;
    which wait for something that is not known yet, which do not apply, and why. Opens nothing."""

    async def work() -> None:
        settings = running_settings()
        policies = policies_of(settings)
        who = (institution or settings.institution).value
        read: list[dict[str, Any]] = []
        with tempfile.TemporaryDirectory() as folder:
            vault = Vault(Path(folder))
            claims = [(s.source, s.claim) for p in files for s in read_claims(p, vault=vault)]
        for source, claim in claims:
            facts, calendar, findings = resolved(claim, policies, who, on)
            read.append(
                {"source": source, "facts": facts, "calendar": calendar.name, "rules": findings}
            )
            if output is Form.TABLE:
                _Shown(words(lang or claim.language), calendar).claim(source, facts, findings)
        if output is Form.JSON:
            as_json(read)

    run(work)


def resolved(
    claim: Claim, policies: Policies, institution: str, on: str
) -> tuple[Facts, Calendar, tuple[Finding, ...]]:
    """What is known of a claim, and what the resolver finds about every rule in force."""
    now = datetime.now(UTC)
    try:
        playbook, calendar = policies.for_claim(claim, now.date())
    except PolicyError as error:
        fail(str(error), Exit.USAGE)
    opened = _received(on, calendar) if on else now
    facts = facts_of_claim(claim, institution=institution, opened=opened, time_zone=calendar.zone)
    return facts, calendar, resolve(playbook.clocks, facts, calendar)


def _received(on: str, calendar: Calendar) -> datetime:
    """The opening of the office on a day that is told."""
    try:
        midnight = datetime.combine(date.fromisoformat(on), time(), ZoneInfo(calendar.zone))
    except ValueError:
        fail("--on must be a date such as 2026-11-20", Exit.USAGE)
    return calendar.opening(midnight)


class _Shown:
    """How the findings about one claim look in a terminal."""

    def __init__(self, chosen: Words, calendar: Calendar) -> None:
        self._words = chosen
        self._calendar = calendar

    def claim(self, source: str, facts: Facts, findings: tuple[Finding, ...]) -> None:
        out.print(clean(source), style="bold")
        for fact in FACTS:
            told = facts.of(fact)
            value = self._words.say("fact_values", told) if told else self._say("not_known")
            out.print(f"  {self._words.say('facts', fact)}: {clean(value)}")
        out.print(f"  {self._words.say('facts', 'opened')}: {self._moment(facts.opened)}")
        for standing in Standing:
            rules = [finding for finding in findings if finding.standing is standing]
            if rules:
                out.print(f"\n{self._words.say('standings', standing.value)}", style="bold")
            for finding in rules:
                self._finding(finding, facts)
        out.print()

    def _finding(self, finding: Finding, facts: Facts) -> None:
        rule = finding.rule
        name = self._words.say("clocks", rule.name)
        out.print(clean(f"  {name} ({rule.regime})  {self._why(finding, facts)}"))
        if finding.standing in (Standing.APPLIES, Standing.WAITS):
            effect = self._words.say("effects", rule.effect.value)
            out.print(clean(f"    {self._words.say('explain', 'then').format(effect=effect)}"))
            told = self._words.say("explain", "rule").format(rule=rule.within.source)
            out.print(clean(f"    {told}"))

    def _why(self, finding: Finding, facts: Facts) -> str:
        rule = finding.rule
        span = span_in_words(self._words, rule.within)
        anchor = self._words.say("anchors", rule.anchor.value)
        if finding.due is not None:
            since = facts.moment(rule.anchor)
            counted = self._words.say("explain", "counted").format(
                span=span,
                anchor=anchor,
                since=self._moment(since) if since else "",
                due=self._moment(finding.due),
            )
            if finding.provisional:
                return f"{counted} ({self._say('provisional')})"
            return counted
        match finding.standing:
            case Standing.WAITS:
                return self._say("until_known").format(span=span, fact=self._fact(finding.fact))
            case Standing.GIVES_WAY:
                return self._say("gives_way_to").format(regime=finding.fact)
            case _:
                wanted = rule.when.values(finding.fact) if finding.fact in FACTS else ()
                said = ", ".join(self._words.say("fact_values", value) for value in wanted)
                return self._say("only_for").format(fact=self._fact(finding.fact), values=said)

    def _fact(self, fact: str) -> str:
        section = "facts" if self._words.has("facts", fact) else "anchors"
        return self._words.say(section, fact)

    def _moment(self, at: datetime) -> str:
        return moment(at, ZoneInfo(self._calendar.zone))

    def _say(self, sentence: str) -> str:
        return self._words.say("resolving", sentence)

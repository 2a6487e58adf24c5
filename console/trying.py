"""``recourse policy try``: what would change in stored cases if other rules held."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from console.access import desk, policies_of
from console.output import Exit, Form, as_json, fail, out, run, table
from console.shown import moment
from recourse.disputes.case_facts import facts_of
from recourse.disputes.fold import fold
from recourse.disputes.rules import Anchor
from recourse.disputes.timeline import Entry
from recourse.disputes.whatif import Difference, Foreseen, compare
from recourse.policies.errors import PolicyError
from recourse.policies.loading import Policies
from worker.settings import Settings
from worker.stack import running_settings

MOST_CASES = 10_000


def try_pack(
    pack: Annotated[
        str,
        typer.Argument(
            help="a rule pack (.toml) or a folder of them, laid over RECOURSE_POLICIES; or shipped"
        ),
    ],
    since: Annotated[str, typer.Option(help="only cases opened on or after YYYY-MM-DD")] = "",
    output: Annotated[Form, typer.Option("-o", "--output", help="table or json")] = Form.TABLE,
) -> None:
    """Re-run the clocks of stored cases under other rules, and say what would change. Nothing
    is written; a case moves to other rules by its own act, adopt_rules."""

    async def work() -> None:
        settings = running_settings()
        policies, first = policies_with(pack, settings), _day(since)
        read = 0
        found: list[tuple[str, tuple[Difference, ...]]] = []
        async with desk(settings) as to:
            async for listed in to.listed("", MOST_CASES):
                entries = await to.timeline(listed.case_id)
                if first is not None and entries[0].at.date() < first:
                    continue
                read += 1
                differences = tried(entries, policies)
                if differences:
                    found.append((listed.case_id, differences))
        _show(found, read, output)

    run(work)


def tried(entries: tuple[Entry, ...], policies: Policies) -> tuple[Difference, ...]:
    """What would differ in one case under these policies, at this moment of its time."""
    case = fold(entries)
    at = facts_of(case).moment(Anchor.EVENT)
    playbook, calendar = policies.for_event(case.claim, at, case.opened_at.date())
    now = case.case_time.at(datetime.now(UTC))
    return compare(entries, playbook.clocks, calendar, now)


def policies_with(pack: str, settings: Settings) -> Policies:
    """The policies to try: those that new cases get, with a pack laid over them; or the
    shipped ones alone."""
    if pack == "shipped":
        return Policies.shipped()
    try:
        return policies_of(settings).with_packs(Path(pack))
    except PolicyError as error:
        fail(str(error), Exit.USAGE)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        fail("--since must be a date such as 2026-11-20", Exit.USAGE)


def _show(found: list[tuple[str, tuple[Difference, ...]]], read: int, output: Form) -> None:
    every = [each for _, differences in found for each in differences]
    summary: dict[str, Any] = {
        "cases_read": read,
        "cases_changed": len(found),
        "breaches": sum(each.breaches for each in every),
        "escalations": sum(each.escalations for each in every),
        "notices_to_our_people": sum(each.work for each in every),
    }
    if output is Form.JSON:
        cases = [
            {"case_id": case_id, "clocks": [each.model_dump(mode="json") for each in differences]}
            for case_id, differences in found
        ]
        as_json(summary | {"cases": cases})
        return
    if found:
        table(("case", "clock", "now", "then", "changes"), list(_rows(found)))
        out.print()
    out.print(
        f"{read} cases read, {len(found)} would change: breaches {summary['breaches']:+}, "
        f"escalations {summary['escalations']:+}, "
        f"notices to our people {summary['notices_to_our_people']:+}"
    )


def _rows(
    found: Iterable[tuple[str, tuple[Difference, ...]]],
) -> Iterable[tuple[str, str, str, str, str]]:
    for case_id, differences in found:
        for each in differences:
            said = [
                f"{name} {count:+}"
                for name, count in (
                    ("breach", each.breaches),
                    ("escalation", each.escalations),
                    ("notices", each.work),
                )
                if count
            ]
            yield case_id, each.clock, _stands(each.before), _stands(each.after), ", ".join(said)


def _stands(clock: Foreseen | None) -> str:
    return f"{clock.state}, due {moment(clock.due)}" if clock else "none"

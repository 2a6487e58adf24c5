"""``recourse policy …`` and ``recourse calendar …``: what the rules are, and whether they hold."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from console.access import policies_of
from console.output import Exit, Form, as_json, fail, out, run, table
from console.resolving import resolve_claims
from console.trying import try_pack
from recourse.disputes.claims import Jurisdiction, Kind
from recourse.policies.errors import PolicyError
from recourse.policies.lint import lint, lint_with
from recourse.policies.loading import all_playbooks
from worker.stack import running_settings

policy = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
policy.command("resolve")(resolve_claims)
policy.command("try")(try_pack)
calendar = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)

Output = Annotated[Form, typer.Option("-o", "--output", help="table or json")]


@policy.command("lint")
def check(
    pack: Annotated[
        Path | None,
        typer.Argument(help="a rule pack or a folder of policies, laid over the shipped ones"),
    ] = None,
    output: Output = Form.TABLE,
) -> None:
    """Check every playbook, rule pack and calendar. Exit code 1 when anything is wrong."""
    laid_over = pack or running_settings().policies
    try:
        problems = lint_with(laid_over) if laid_over else lint()
    except PolicyError as error:
        fail(str(error), Exit.USAGE)
    if output is Form.JSON:
        as_json(problems)
    else:
        for problem in problems:
            out.print(problem)
        out.print(f"{len(all_playbooks())} playbooks, {len(problems)} problems")
    if problems:
        raise SystemExit(int(Exit.FAILED))


@policy.command("show")
def show(
    kind: Annotated[Kind, typer.Argument()],
    jurisdiction: Annotated[str, typer.Argument(help="CN, US, EU or UK")] = "CN",
    on: Annotated[str, typer.Option(help="the event's date, YYYY-MM-DD")] = "",
    output: Output = Form.TABLE,
) -> None:
    """The playbook of a kind: who is asked, the rungs, every time limit and its source."""

    async def work() -> None:
        place: Jurisdiction
        match jurisdiction:
            case "CN" | "US" | "EU" | "UK":
                place = jurisdiction
            case _:
                fail("jurisdiction must be CN, US, EU or UK", Exit.USAGE)
        try:
            day = date.fromisoformat(on) if on else date.today()  # noqa: DTZ011 - a person's today
        except ValueError:
            fail("--on must be a date such as 2026-11-20", Exit.USAGE)
        try:
            every = policies_of(running_settings()).playbook_for(kind, place, day)
        except PolicyError as error:
            fail(str(error), Exit.USAGE)
        held = tuple(rule for rule in every.clocks if rule.holds_on(day))
        book = every.model_copy(update={"clocks": held})
        if output is Form.JSON:
            as_json(book)
            return
        out.print(f"{book.id} from {book.effective_from}", style="bold")
        out.print(f"{book.summary}\n")
        rows = [
            (
                "contact",
                f"ask {ask.party.value}{_whose(ask.claimants)}",
                ask.answer_within.words,
                f"{ask.reminders} every {ask.remind_every.words}" if ask.remind_every else "",
                ask.on_silence.value,
                ask.answer_within.source,
            )
            for ask in book.contact.asks
        ]
        rows += [
            (
                "escalation",
                f"{rung.name}{_whose(rung.claimants)}",
                rung.answer_within.words,
                f"{rung.reminders} every {rung.remind_every.words}" if rung.remind_every else "",
                "next rung",
                rung.answer_within.source,
            )
            for rung in book.escalation
        ]
        rows += [
            (
                "case",
                f"{clock.regime}: {clock.name}",
                clock.within.words,
                "",
                clock.effect,
                clock.within.source,
            )
            for clock in book.clocks
        ]
        table(("stage", "who or what", "within", "reminders", "then", "source"), rows)

    run(work)


def _whose(claimants: tuple[str, ...]) -> str:
    """In whose cases, when not in everybody's."""
    return f" ({claimants[0]}'s)" if len(claimants) == 1 else ""


@calendar.command("show")
def show_calendar(
    name: Annotated[str, typer.Argument(help="CN, US, EU or UK")],
    year: Annotated[int, typer.Argument(min=2019, max=2028)],
    output: Output = Form.TABLE,
) -> None:
    """Holidays and make-up working days of a year."""

    async def work() -> None:
        try:
            days = policies_of(running_settings()).calendar_named(name)
        except PolicyError as error:
            fail(str(error), Exit.USAGE)
        free = [day for day in days.holidays if day.year == year]
        made_up = [day for day in days.workdays if day.year == year]
        if output is Form.JSON:
            as_json(
                {
                    "name": name,
                    "holidays": [day.isoformat() for day in free],
                    "workdays": [day.isoformat() for day in made_up],
                    "confirmed": date(year, 12, 31) <= days.confirmed_until,
                }
            )
            return
        rows = [(day.isoformat(), f"{day:%a}", "free") for day in free]
        rows += [(day.isoformat(), f"{day:%a}", "working day in lieu") for day in made_up]
        table(("day", "", name), sorted(rows))
        if date(year, 12, 31) > days.confirmed_until:
            out.print(f"{year} is not confirmed: deadlines in it are provisional")

    run(work)

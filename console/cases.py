"""``recourse case …``: open, list, show, act, explain."""

import getpass
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from console import shown
from console.access import desk, vault_folder
from console.explained import Teller
from console.output import Exit, Form, as_json, fail, out, run, table
from recourse.disputes.actions import ACTIONS, Actor
from recourse.disputes.notices import Role
from recourse.intake.evidence import piece_of
from recourse.intake.files import read_claims
from recourse.vault.store import Vault
from worker.stack import running_settings

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)

Output = Annotated[Form, typer.Option("-o", "--output", help="table or json")]
CaseId = Annotated[str, typer.Argument(help="the case's id, RC-…")]
As = Annotated[str, typer.Option("--as", help="who acts: NAME or ROLE:NAME, e.g. supervisor:li")]


@app.command("open")
def open_cases(
    files: Annotated[list[Path], typer.Argument(help="claims: .yaml, .json or .csv")],
    evidence_root: Annotated[
        Path | None,
        typer.Option(help="the folder below which evidence files may lie"),
    ] = None,
    output: Output = Form.TABLE,
) -> None:
    """Open a case for each claim, or join the one its sale has. Nothing is opened unless
    every file reads."""

    async def work() -> None:
        settings = running_settings()
        vault = Vault(vault_folder(settings))
        sources = [s for path in files for s in read_claims(path, vault=vault, root=evidence_root)]
        opened: list[dict[str, Any]] = []
        async with desk(settings) as to:
            for source in sources:
                case = await to.open(source.claim)
                opened.append(
                    {"case_id": case.case_id, "joined": case.joined, "source": source.source}
                )
                if output is Form.TABLE:
                    said = f"{case.case_id} joined: the case was open before"
                    out.print(said if case.joined else case.case_id)
        if output is Form.JSON:
            as_json(opened)

    run(work)


@app.command("list")
def list_cases(
    where: Annotated[str, typer.Option(help="a filter, e.g. \"RecourseStage = 'legal'\"")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 200,
    output: Output = Form.TABLE,
) -> None:
    """Where everything stands: the open cases first, then by what is due next."""

    async def work() -> None:
        async with desk() as to:
            found = [case async for case in to.listed(where, limit)]
        found.sort(key=shown.urgency)
        if output is Form.JSON:
            as_json([shown.listed(case) for case in found])
        else:
            table(shown.LIST_COLUMNS, [shown.list_row(case) for case in found])

    run(work)


@app.command("show")
def show(
    case_id: CaseId,
    lang: Annotated[str, typer.Option(help="en or zh-CN; by default the case's")] = "",
    output: Output = Form.TABLE,
) -> None:
    """The case as it stands: stage, who must act, money, clocks, what may be done, and who
    says what where the sources do not agree."""

    async def work() -> None:
        async with desk() as to:
            view = await to.show(case_id)
        if output is Form.JSON:
            as_json(view)
        else:
            shown.case(view, lang)

    run(work)


@app.command("timeline")
def timeline(case_id: CaseId, output: Output = Form.TABLE) -> None:
    """Everything that happened, in case time, each entry sealed by the one before."""

    async def work() -> None:
        async with desk() as to:
            entries = await to.timeline(case_id)
        if output is Form.JSON:
            as_json(list(entries))
        else:
            shown.timeline(entries)

    run(work)


@app.command("act")
def act(
    case_id: CaseId,
    action: Annotated[str, typer.Argument(help=f"one of {', '.join(ACTIONS)}")],
    data: Annotated[str, typer.Option(help="the action's data as JSON")] = "{}",
    actor: As = "",
    request_id: Annotated[
        str, typer.Option(help="the same id acts once, however often it is sent")
    ] = "",
    output: Output = Form.TABLE,
) -> None:
    """Do something on a case. What is refused says why, and nothing is written."""

    async def work() -> None:
        given = _data(data)
        async with desk() as to:
            reply = await to.act(case_id, action, given, acting(actor), request_id=request_id)
        if output is Form.JSON:
            as_json(reply.view)
        else:
            shown.case(reply.view)

    run(work)


@app.command("attach")
def attach(
    case_id: CaseId,
    file: Annotated[Path, typer.Argument(help="a photo, a statement, a letter")],
    kind: Annotated[str, typer.Option(help="what it is: slip_photo, bank_statement, …")],
    given_by: Annotated[str, typer.Option("--from", help="who gave it")] = "customer",
    actor: As = "",
    output: Output = Form.TABLE,
) -> None:
    """Hand in a file for a case that is open. It is searched for card numbers, kept in the vault
    by its digest, and read where it is a statement. The same file twice is one piece."""

    async def work() -> None:
        settings = running_settings()
        item, found = piece_of(file, kind, given_by)
        async with desk(settings) as to:
            await to.case(case_id)  # Nothing is kept for a case that does not exist.
            found.keep(Vault(vault_folder(settings)))
            data = {"item": item.model_dump(mode="json")}
            reply = await to.act(case_id, "add_evidence", data, acting(actor))
        if output is Form.JSON:
            as_json(reply.view)
        else:
            out.print(f"{item.name} is kept as {item.digest}")

    run(work)


@app.command("explain")
def explain(
    case_id: CaseId,
    lang: Annotated[str, typer.Option(help="en or zh-CN; by default the case's")] = "",
    output: Output = Form.TABLE,
) -> None:
    """Whose time the case's life was, and why each clock is due when it is, by which rule."""

    async def work() -> None:
        async with desk() as to:
            told = await to.explain(case_id)
        if output is Form.JSON:
            as_json(told)
        else:
            Teller(told, lang or told.language).show()

    run(work)


def _data(text: str) -> dict[str, Any]:
    try:
        # Amounts stay text: no number of a person passes through a binary float.
        data = json.loads(text, parse_float=str)
    except ValueError:
        fail('--data is not JSON; write for example \'{"reason": "…"}\'', Exit.USAGE)
    if not isinstance(data, dict):
        fail("--data must be a JSON object", Exit.USAGE)
    return data


def acting(text: str) -> Actor:
    """Who ``--as`` names; without it the login of this machine."""
    role, separator, name = text.partition(":")
    if not separator:
        return Actor(name=text or getpass.getuser())
    try:
        return Actor(name=name, role=Role(role))
    except ValueError:
        fail(f"--as: {role!r} is no role; use agent:NAME or supervisor:NAME", Exit.USAGE)

"""``recourse demo``: real disputes, from claim to end, on a real Temporal server, in a minute."""

import shutil
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from console.access import terms_of
from console.demo.books import arrange, sale_of
from console.demo.people import Played, Stage
from console.demo.report import print_table, wrong
from console.demo.script import Part, ScriptError, read_script
from console.output import Exit, fail, out, run
from recourse.acquirers.rest import RestAcquirer
from recourse.acquirers.simulator.admin import SimulatorAdmin
from recourse.disputes.claims import Claim
from recourse.intake.files import read_claims
from recourse.mail.archive import MailArchive
from recourse.vault.store import Vault
from worker.client import connect
from worker.settings import Settings, load_settings
from worker.stack import NOTE, SIMULATOR, Stack, embedded
from workflows.desk import Desk

RATE = 86_400
"""A day of case time in a second: what takes weeks is over in half a minute."""

ORIGIN = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""Nine o'clock in Shanghai, the Monday after the last sale of the ledger."""

GIVE_UP = timedelta(seconds=150)


def demo(
    examples: Annotated[
        Path, typer.Option(help="the folder with claims, ledger and demo.yaml")
    ] = Path("examples"),
    rate: Annotated[int, typer.Option(min=1, help="case seconds in a real second")] = RATE,
) -> None:
    """Open every example claim and let it run to its end: contact, verification, escalation,
    legal. Exit code 1 when a case ends otherwise than the script says."""

    async def work() -> None:
        began = time.monotonic()
        try:
            script = read_script(examples / "demo.yaml")
        except ScriptError as error:
            fail(str(error), Exit.USAGE)
        home = load_settings().home / "demo"
        _clear(home)
        settings = load_settings(
            home=home,
            case_origin=ORIGIN,
            case_rate=rate,
            supervisor="supervisor@recourse.example",
        )
        ledger = examples / "ledger" / "uk-retail-invoices.csv"
        out.print(f"starting Temporal, acquirer, mailbox and worker in {home}")
        async with embedded(settings, load=ledger, web_ui=False) as (stack, _):
            out.print(
                f"up after {time.monotonic() - began:.1f} s; a day passes in {86400 / rate:.2g} s"
            )
            failed = await _play(settings, stack, script, examples)
        out.print(f"\nmails      {stack.mail_folder}")
        out.print(f"letters    {stack.documents}")
        out.print(f"took {time.monotonic() - began:.0f} s")
        if failed:
            raise SystemExit(int(Exit.FAILED))

    run(work)


def _clear(home: Path) -> None:
    """Start afresh, but never in a folder that is not a stack's."""
    if not home.exists():
        return
    if not (home / NOTE).is_file() and any(home.iterdir()):
        fail(
            f"{home} exists and is not a demonstration's; choose another RECOURSE_HOME", Exit.USAGE
        )
    shutil.rmtree(home)


async def _play(settings: Settings, stack: Stack, script: tuple[Part, ...], examples: Path) -> bool:
    vault = Vault(stack.home / "vault")
    local = settings.model_copy(update={"embedded_temporal": stack.temporal})
    desk = Desk(await connect(local, role="demo"), terms_of(settings))
    acquirer = RestAcquirer(SIMULATOR, stack.simulator, stack.token)
    began = time.monotonic()

    def say(words: str) -> None:
        day = (time.monotonic() - began) * settings.case_rate / 86400
        out.print(f"{ORIGIN + timedelta(days=day):%m-%d %H:%M}  {words}", soft_wrap=True)

    async with SimulatorAdmin(stack.simulator, stack.admin_token) as admin:
        stage = Stage(desk, admin, settings.case_rate, say)
        claims = [(part, _claim(part, examples, vault)) for part in script]
        sales = [await sale_of(claim, acquirer) for _, claim in claims]
        for (part, _), sale in zip(claims, sales, strict=True):
            await arrange(part.books, sale, admin)
        began = time.monotonic()
        cases: list[Played] = []
        for (part, claim), sale in zip(claims, sales, strict=True):
            cases.append(await stage.open(part, claim, sale))
        await stage.play(cases, GIVE_UP)
        totals = await admin.totals()
    await acquirer.aclose()
    problems: list[str] = []
    for played in cases:
        entries = await desk.timeline(played.case_id)
        played.case = await desk.case(played.case_id)
        problems += [
            f"{played.case_id} {played.part.claim}: {w}" for w in wrong(played, entries, totals)
        ]
    archive = MailArchive(stack.mail_folder)
    archive.open()
    told = Counter[str]()
    for entry in archive.entries():
        told.update(case.case_id for case in cases if case.case_id in entry.message_id)
    print_table(cases, told)
    twice = sum(count - 1 for count in archive.deliveries().values())
    out.print(f"{sum(told.values())} mails, {twice} delivered a second time")
    for problem in problems:
        out.print(f"[red]not as scripted:[/] {problem}")
    return bool(problems)


def _claim(part: Part, examples: Path, vault: Vault) -> Claim:
    sources = read_claims(examples / "claims" / part.claim, vault=vault, root=examples)
    return sources[part.number - 1].claim

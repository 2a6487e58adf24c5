"""``recourse demo``: real disputes, from claim to end, on a real Temporal server, in a minute."""

import shutil
import time
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from console.demo.play import ORIGIN, RATE, Performance, play
from console.demo.report import print_table, wrong
from console.demo.script import ScriptError, read_script
from console.demo.secrecy import personal_words, readable
from console.output import Exit, fail, out, run
from recourse.mail.archive import MailArchive
from worker.settings import Settings, load_settings
from worker.stack import NOTE, Stack, embedded


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
        settings = demo_settings(load_settings().home / "demo", rate)
        clear(settings.home)
        out.print(f"starting Temporal, acquirer, mailbox and worker in {settings.home}")
        ledger = examples / "ledger" / "uk-retail-invoices.csv"
        async with embedded(settings, load=ledger, web_ui=False) as (stack, _):
            up = time.monotonic() - began
            out.print(f"up after {up:.1f} s; a day passes in {86400 / rate:.2g} s")
            performance = await play(settings, stack, script, examples, out.print)
        problems = _report(performance, stack)
        out.print(f"took {time.monotonic() - began:.0f} s")
        if problems:
            raise SystemExit(int(Exit.FAILED))

    run(work)


def demo_settings(home: Path, rate: int) -> Settings:
    """The settings of a demonstration: case time begins on a fixed day and runs fast."""
    return load_settings(
        home=home, case_origin=ORIGIN, case_rate=rate, supervisor="supervisor@recourse.example"
    )


def clear(home: Path) -> None:
    """Start afresh, but never in a folder that is not a stack's."""
    if not home.exists():
        return
    if not (home / NOTE).is_file() and any(home.iterdir()):
        fail(f"{home} is not a demonstration's; choose another RECOURSE_HOME", Exit.USAGE)
    shutil.rmtree(home)


def _report(performance: Performance, stack: Stack) -> list[str]:
    """Print how everything ended; the problems are what did not end as scripted."""
    archive = MailArchive(stack.mail_folder)
    archive.open()
    mails = Counter[str]()
    for entry in archive.entries():
        mails.update(c.case_id for c in performance.cases if c.case_id in entry.message_id)
    print_table(performance.cases, mails)
    twice = sum(count - 1 for count in archive.deliveries().values())
    out.print(f"{mails.total()} mails, {twice} of them a second delivery")
    out.print(f"mails      {stack.mail_folder}")
    out.print(f"letters    {stack.documents}")
    words = personal_words(played.claim for played in performance.cases)
    told = readable(words, sorted(stack.home.glob("temporal.db*")))
    out.print(
        f"privacy    {len(told)} of {len(words)} personal words can be read in Temporal's file"
    )
    problems = [f"a personal word can be read in {file}" for file in told.values()]
    problems += [
        f"{played.case_id} {played.part.claim}: {words}"
        for played in performance.cases
        for words in wrong(played, performance.timelines[played.case_id], performance.totals)
    ]
    for problem in problems:
        out.print(f"not as it should be: {problem}", style="red")
    return problems

"""Playing a script on a running stack: books arranged, cases opened, people acting."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from console.access import terms_of
from console.demo.books import arrange, sale_of
from console.demo.people import Played, Stage
from console.demo.script import Part
from recourse.acquirers.rest import RestAcquirer
from recourse.acquirers.simulator.admin import SimulatorAdmin
from recourse.acquirers.simulator.ledger import SaleTotals
from recourse.disputes.claims import Claim
from recourse.disputes.timeline import Entry
from recourse.intake.files import read_claims
from recourse.vault.store import Vault
from worker.client import connect
from worker.settings import Settings
from worker.stack import SIMULATOR
from worker.stack import Stack as Running
from workflows.desk import Desk

RATE = 57_600
"""A day of case time in a second and a half: what takes weeks is over within a minute, and
on a busy machine people still answer before the case gives them up."""

ORIGIN = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""Nine o'clock in Shanghai, the Monday after the last sale of the ledger."""

GIVE_UP = timedelta(seconds=150)

Say = Callable[[str], None]


@dataclass(frozen=True)
class Performance:
    """What was played: the cases, their timelines, and the acquirer's books at the end."""

    cases: list[Played]
    timelines: dict[str, tuple[Entry, ...]]
    totals: dict[str, SaleTotals]


async def play(
    settings: Settings, stack: Running, script: tuple[Part, ...], examples: Path, say: Say
) -> Performance:
    """Play every part of a script at once, each to its end."""
    vault = Vault(stack.home / "vault")
    local = settings.model_copy(update={"embedded_temporal": stack.temporal})
    desk = Desk(await connect(local, role="demo"), terms_of(settings))
    acquirer = RestAcquirer(SIMULATOR, stack.simulator, stack.token)
    claims = [_claim(part, examples, vault) for part in script]
    sales = [
        await sale_of(claim, acquirer, part.sale)
        for part, claim in zip(script, claims, strict=True)
    ]
    await acquirer.aclose()
    async with SimulatorAdmin(stack.simulator, stack.admin_token) as admin:
        for part, sale in zip(script, sales, strict=True):
            await arrange(part.books, sale, admin)
        began = time.monotonic()

        def tell(words: str) -> None:
            past = timedelta(seconds=(time.monotonic() - began) * settings.case_rate)
            say(f"{ORIGIN + past:%m-%d %H:%M}  {words}")

        stage = Stage(desk, admin, settings.case_rate, tell)
        async with asyncio.TaskGroup() as together:
            # Time runs fast: the first case must not wait until the last is opened.
            together.create_task(stage.play(len(script), GIVE_UP))
            for part, claim, sale in zip(script, claims, sales, strict=True):
                await stage.open(part, claim, sale)
        cases = stage.cases
        totals = await admin.totals()
    timelines = {}
    for played in cases:
        timelines[played.case_id] = await desk.timeline(played.case_id)
        played.case = await desk.case(played.case_id)
    return Performance(cases=cases, timelines=timelines, totals=totals)


def _claim(part: Part, examples: Path, vault: Vault) -> Claim:
    sources = read_claims(examples / "claims" / part.claim, vault=vault, root=examples)
    return sources[part.number - 1].claim

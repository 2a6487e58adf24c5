"""How fast people are answered: opening, acting on and showing a case on the embedded stack."""

import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from console.access import terms_of
from recourse.disputes.actions import Actor
from recourse.disputes.claims import Claim
from recourse.intake.files import read_claims
from worker.client import connect
from worker.settings import Settings
from worker.stack import Stack
from workflows.desk import Desk

TIMES = 50


@dataclass(frozen=True)
class Answer:
    what: str
    median_ms: float
    worst_ms: float


async def answers(settings: Settings, stack: Stack, example: Path) -> list[Answer]:
    """Median and worst of ``TIMES`` calls, one after the other."""
    local = settings.model_copy(update={"embedded_temporal": stack.temporal})
    desk = Desk(await connect(local, role="bench"), terms_of(settings))
    (source,) = read_claims(example)
    claims = [_numbered(source.claim, number) for number in range(TIMES)]
    ids: list[str] = []

    async def open_one(number: int) -> None:
        ids.append((await desk.open(claims[number])).case_id)

    async def act_on(number: int) -> None:
        await desk.act(ids[number], "note", {"text": "bench"}, Actor(name="bench"))

    async def show_one(number: int) -> None:
        await desk.show(ids[number])

    return [
        await _timed("open a case", open_one),
        await _timed("act on a case", act_on),
        await _timed("show a case", show_one),
    ]


async def _timed(what: str, call: Callable[[int], Awaitable[None]]) -> Answer:
    taken = []
    for number in range(TIMES):
        began = time.perf_counter()
        await call(number)
        taken.append((time.perf_counter() - began) * 1000)
    return Answer(what=what, median_ms=statistics.median(taken), worst_ms=max(taken))


def _numbered(claim: Claim, number: int) -> Claim:
    """The same claim about another sale, so that each opens a case of its own."""
    sale = claim.sale.model_copy(update={"reference": f"B{number:05d}"})
    return claim.model_copy(update={"sale": sale})

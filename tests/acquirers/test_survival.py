"""The simulator as a process: killed, started again, ended in peace."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from recourse.acquirers.rest import RestAcquirer
from recourse.acquirers.simulator.admin import SimulatorAdmin
from recourse.acquirers.simulator.faults import Fault, FaultAction
from recourse.disputes.effects import AnswerKind
from tests.acquirers.conftest import TOKENS, a_sale, an_order
from tests.eventually import assert_eventually

ROOT = Path(__file__).parents[2]


@dataclass
class Process:
    process: asyncio.subprocess.Process
    admin: SimulatorAdmin
    acquirer: RestAcquirer


@contextlib.asynccontextmanager
async def simulator(db: Path, *arguments: str) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "recourse.acquirers.simulator", "--port", "0", "--db", str(db), *arguments),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env={
            **os.environ,
            "RECOURSE_SIMULATOR_TOKEN": TOKENS.public,
            "RECOURSE_SIMULATOR_ADMIN_TOKEN": TOKENS.admin,
        },
    )
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    assert line.startswith("listening on 127.0.0.1:"), line
    url = f"http://127.0.0.1:{int(line.rsplit(':', 1)[1])}"
    admin = SimulatorAdmin(url, TOKENS.admin)
    acquirer = RestAcquirer("simulator", url, TOKENS.public)
    try:
        yield Process(process, admin, acquirer)
    finally:
        await acquirer.aclose()
        await admin.aclose()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def test_a_killed_simulator_goes_on_where_it_was(tmp_path: Path) -> None:
    """What was answered before a kill -9 is there after it; so are faults and schedules."""
    db = tmp_path / "ledger.sqlite"
    now = datetime.now(UTC)
    moment = now.isoformat()
    async with simulator(db, "--origin", moment, "--started", moment) as first:
        await first.admin.put_sale(a_sale(at=now))
        await first.admin.add_fault(Fault(action=FaultAction.PENDING, days=2, times=2))
        before = await first.acquirer.request_effect(an_order(minor=100))
        busy = [
            asyncio.create_task(first.acquirer.request_effect(an_order(f"case-{n}.1", 10)))
            for n in range(2, 60)
        ]
        await busy[0]
        first.process.send_signal(signal.SIGKILL)
        results = await asyncio.gather(*busy, return_exceptions=True)
    answers = dict(zip(range(2, 60), results, strict=True))
    later = (now + timedelta(days=1, hours=12)).isoformat()
    async with simulator(db, "--origin", later, "--started", moment) as second:
        after = await second.acquirer.effect("case-1.1")
        assert (before.kind, after.kind) == (AnswerKind.ACCEPTED, AnswerKind.ACCEPTED)
        assert after.reference == before.reference
        for number, answer in answers.items():
            if not isinstance(answer, BaseException) and answer.kind is AnswerKind.ACCEPTED:
                kept = await second.acquirer.effect(f"case-{number}.1")
                assert kept.reference == answer.reference
        assert len(await second.acquirer.refunds("536365")) == sum(
            (await second.admin.counters()).effects.values()
        )
        again = await second.acquirer.request_effect(an_order(minor=100))
        assert again.reference == before.reference
    due = (now + timedelta(days=2)).isoformat()
    async with simulator(db, "--origin", due, "--started", moment, "--rate", "1") as third:
        assert (await third.acquirer.effect("case-1.1")).kind is AnswerKind.SUCCEEDED


async def test_faults_survive_a_kill(tmp_path: Path) -> None:
    """A fault that waited before a kill -9 befalls its call after it."""
    db = tmp_path / "ledger.sqlite"
    async with simulator(db) as first:
        await first.admin.put_sale(a_sale())
        await first.admin.add_fault(Fault(action=FaultAction.REFUSE, reason="told_so"))
        first.process.send_signal(signal.SIGKILL)
        await first.process.wait()
    async with simulator(db) as second:
        answer = await second.acquirer.request_effect(an_order())
        assert (answer.kind, answer.reason) == (AnswerKind.FAILED, "told_so")


async def test_a_terminated_simulator_ends_in_peace(tmp_path: Path) -> None:
    """SIGTERM ends the process with 0, also while a call is kept silent; time ran fast."""
    started = datetime.now(UTC)
    origin = datetime(2026, 1, 1, tzinfo=UTC)
    fast = ("--origin", origin.isoformat(), "--started", started.isoformat(), "--rate", "86400")
    async with simulator(tmp_path / "ledger.sqlite", *fast) as running:
        elapsed = await running.admin.now() - origin
        real = datetime.now(UTC) - started
        assert timedelta(0) < elapsed <= real * 86400
        await running.admin.put_sale(a_sale())
        await running.admin.add_fault(Fault(action=FaultAction.TIME_OUT))
        silent = asyncio.create_task(running.acquirer.request_effect(an_order()))

        async def taken() -> None:
            assert await running.admin.faults() == ()

        await assert_eventually(taken)
        running.process.terminate()
        assert await running.process.wait() == 0
        assert (await silent).kind is AnswerKind.UNKNOWN


async def test_a_simulator_without_tokens_does_not_start(tmp_path: Path) -> None:
    """Without tokens nothing is served, and the message names the variable."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "recourse.acquirers.simulator", "--db", str(tmp_path / "ledger.sqlite")),
        stderr=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env={},
    )
    _, complaint = await process.communicate()
    assert process.returncode == 2
    assert b"set RECOURSE_SIMULATOR_TOKEN" in complaint

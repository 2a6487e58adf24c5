"""The faces as a process of their own: keys made by it, killed, started again."""

import asyncio
import contextlib
import os
import signal
import stat
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from recourse.acquirers.errors import AcquirerMisconfigured, AcquirerUnavailable
from recourse.acquirers.lakala import LakalaAcquirer, lakala_acquirer
from recourse.acquirers.simulator import face_keys
from recourse.acquirers.simulator.admin import SimulatorAdmin
from recourse.acquirers.unionpay import UnionPayAcquirer, unionpay_acquirer
from recourse.disputes.effect_ids import effect_id
from recourse.disputes.effects import AnswerKind, EffectOrder
from tests.acquirers.conftest import TOKENS, a_sale, an_order

ROOT = Path(__file__).parents[3]
ADDRESS = "http://127.0.0.1:9/notify"


async def run(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "recourse.acquirers.simulator", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env={
            **os.environ,
            "RECOURSE_SIMULATOR_TOKEN": TOKENS.public,
            "RECOURSE_SIMULATOR_ADMIN_TOKEN": TOKENS.admin,
        },
    )


@contextlib.asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The process and its address."""
    ledger, faces = str(folder / "ledger.sqlite"), str(folder / "keys")
    process = await run("--port", "0", "--db", ledger, "--faces", faces)
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    try:
        assert line.startswith("listening on 127.0.0.1:"), line
        yield process, f"http://127.0.0.1:{int(line.rsplit(':', 1)[1])}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def adapters(folder: Path, url: str) -> tuple[LakalaAcquirer | UnionPayAcquirer, ...]:
    keys = folder / "keys"
    return (
        lakala_acquirer("lakala", face_keys.lakala_settings(keys, url)),
        unionpay_acquirer("unionpay", face_keys.unionpay_settings(keys, url, ADDRESS)),
    )


async def test_a_killed_face_goes_on_where_it_was(tmp_path: Path) -> None:
    """What was taken before a kill -9 is found after it, and is still one refund each: asked
    again, nothing is paid twice, and what was never taken is absent."""
    made = await run("--make-keys", str(tmp_path / "keys"))
    assert await made.wait() == 0
    now = datetime.now(UTC)
    orders = [
        an_order(effect_id(f"RC-{n}", "refund", 1, now), 10, sale=f"S{n % 2}") for n in range(40)
    ]
    async with serving(tmp_path) as (process, url):
        async with SimulatorAdmin(url, TOKENS.admin) as admin:
            for sale in ("S0", "S1"):
                fields = {"merchant": face_keys.MERCHANT_NO, "at": now}
                await admin.put_sale(a_sale(sale, **fields))
        before = adapters(tmp_path, url)
        calls = [
            asyncio.create_task(before[n % 2].request_effect(order))
            for n, order in enumerate(orders)
        ]
        await calls[0]
        process.send_signal(signal.SIGKILL)
        answers = await asyncio.gather(*calls, return_exceptions=True)
    async with serving(tmp_path) as (_, url):
        after = adapters(tmp_path, url)

        async def bring_home(n: int, order: EffectOrder) -> None:
            answer, adapter = answers[n], after[n % 2]
            heard = await adapter.effect(order.effect_id)
            if isinstance(answer, BaseException):
                assert isinstance(answer, AcquirerUnavailable), answer
                assert heard.kind is AnswerKind.ABSENT
            elif answer.kind is not AnswerKind.UNKNOWN:
                assert (heard.kind, heard.reference) == (answer.kind, answer.reference)
            assert (await adapter.request_effect(order)).kind is AnswerKind.ACCEPTED

        await asyncio.gather(*(bring_home(n, order) for n, order in enumerate(orders)))
        async with SimulatorAdmin(url, TOKENS.admin) as admin:
            totals = await admin.totals()
        for acquirer in (*before, *after):
            await acquirer.aclose()
    assert {sale: total.pending.minor for sale, total in totals.items()} == {"S0": 200, "S1": 200}


def test_keys_are_made_once_and_for_their_owner(tmp_path: Path) -> None:
    """Keys are readable by their owner alone, and never written over."""
    folder = tmp_path / "keys"
    face_keys.make_keys(folder)
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.glob("*.key")} == {0o600}
    with pytest.raises(FileExistsError):
        face_keys.make_keys(folder)
    assert [face.prefix for face in face_keys.faces_of(folder)] == ["/lakala", "/unionpay"]


def test_a_folder_without_keys_is_a_setting_to_mend(tmp_path: Path) -> None:
    """A folder that holds no keys is named, and no face speaks."""
    with pytest.raises(AcquirerMisconfigured, match=r"merchant\.pem"):
        face_keys.faces_of(tmp_path)

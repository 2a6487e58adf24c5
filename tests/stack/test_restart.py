"""``up`` is stopped or killed and started again: everything is where it was, and clocks go on."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from recourse.disputes import events as ev
from recourse.disputes.timeline import Entry, verify
from tests.eventually import assert_eventually
from tests.stack.running import Up
from tests.world import AGENT, START, a_claim
from worker.home import PortTaken, check_free
from workflows.desk import Desk, NobodyAnswers, Terms

A_DAY_A_SECOND = 86_400
SOON = timedelta(seconds=30)


def claim_of(reference: str) -> dict[str, Any]:
    return {"sale": {"reference": reference, "amount": {"amount": "139.12", "currency": "CNY"}}}


async def timeline(desk: Desk, case_id: str) -> tuple[Entry, ...]:
    """All entries, as soon as there is a worker to tell them."""

    async def told() -> tuple[Entry, ...]:
        try:
            return await desk.timeline(case_id)
        except NobodyAnswers as error:
            raise AssertionError(str(error)) from error

    return await assert_eventually(told, SOON)


@pytest.mark.parametrize("how", ["stop", "kill"])
async def test_after_a_restart_everything_is_where_it_was(
    tmp_path: Path, how: Literal["stop", "kill"]
) -> None:
    """Same ports, same cases, same timelines; a deadline that passed while all was down is
    attended at once, and one that lies ahead stays where it was."""
    up = Up(tmp_path / "home")
    await up.start()
    try:
        client = await up.client()
        slow = Desk(client)
        fast = Desk(client, Terms(origin=START, rate=A_DAY_A_SECOND))
        stays = (await slow.open(a_claim(**claim_of("STAYS")))).case_id
        expires = (await fast.open(a_claim(**claim_of("EXPIRES")))).case_id

        async def asked() -> datetime:
            case = await fast.case(expires)
            assert (await slow.case(stays)).step == case.step == "awaiting_answers"
            clock = case.clocks["answer:store"]
            return case.case_time.started + (clock.due - START) / A_DAY_A_SECOND

        due = await assert_eventually(asked)
        before, stack = await slow.timeline(stays), up.stack
        children = {part: up.pid(part) for part in ("temporal", "simulator", "mailbox", "worker")}
        assert all(children.values())
        assert datetime.now(UTC) < due, "the deadline passed before the stack was down"
        if how == "stop":
            assert await up.stop() == 0
        else:
            await up.kill()
        await all_free(up)

        async def passed() -> None:
            assert datetime.now(UTC) > due

        await assert_eventually(passed, SOON)
        await up.start()
        assert up.stack == stack
        assert {case.case_id async for case in slow.listed()} == {stays, expires}
        assert await timeline(slow, stays) == before
        await slow.act(stays, "note", {"text": "back again"}, AGENT)

        async def attended() -> Entry:
            entries = await timeline(fast, expires)
            verify(entries)
            found = [
                entry
                for entry in entries
                if isinstance(entry.event, ev.TimedOut) and entry.event.clock == "answer:store"
            ]
            assert found
            return found[0]

        late = await assert_eventually(attended, SOON)
        assert late.at > START
        assert (await slow.case(stays)).clocks["answer:store"].state == "running"
    finally:
        await up.stop()


async def all_free(up: Up) -> None:
    """Nothing of the stack listens any more."""
    stack = up.stack
    ports = [int(stack.temporal.rpartition(":")[2]), int(stack.simulator.rpartition(":")[2])]

    async def free() -> None:
        for port in (*ports, stack.mail_port):
            try:
                check_free("stack", port)
            except PortTaken as error:
                raise AssertionError(str(error)) from error

    await assert_eventually(free)

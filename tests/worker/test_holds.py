"""The holds of a sale on a real server: kept over restarts, gone when nothing is held."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from recourse.acquirers.holding import HoldNotHad, Taken
from recourse.disputes.holds import Hold
from tests.disputes.building import cny
from tests.eventually import assert_eventually
from worker import holds as kept
from worker.holds import TemporalHolds
from worker.sandbox import workflow_runner
from workflows import queues
from workflows.holds import SaleHolds, address_of

SOON = timedelta(seconds=20)


@pytest.fixture(autouse=True)
def a_queue_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests have workers on the queue of cases, on the same server."""
    monkeypatch.setattr(queues, "CASES", "holds-alone")


@asynccontextmanager
async def working(client: Client) -> AsyncIterator[None]:
    async with Worker(
        client,
        task_queue=queues.CASES,
        workflows=[SaleHolds],
        workflow_runner=workflow_runner(),
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=1),
    ):
        yield


def a_hold(name: str, grip: str = "") -> Hold:
    return Hold(effect_id=name, amount=cny(100), payout=True, grip=grip)


def names(taken: Taken) -> list[str]:
    return [hold.effect_id for hold in taken.others]


async def status(client: Client, sale: str) -> WorkflowExecutionStatus | None:
    return (await client.get_workflow_handle(address_of("a", sale)).describe()).status


async def test_holds_outlive_their_worker(env: WorkflowEnvironment) -> None:
    """Who asks is told what others hold, also after the worker was replaced; the same effect is
    one hold; and when the last is let go, the keeper ends and a later hold begins afresh."""
    holds = TemporalHolds(env.client)
    async with working(env.client):
        assert names(await holds.take("a", "kept", a_hold("e1", "1"))) == []
        assert names(await holds.take("a", "kept", a_hold("e2"))) == ["e1"]
    async with working(env.client):
        assert names(await holds.take("a", "kept", a_hold("e1", "2"))) == []
        assert (await holds.take("a", "kept", a_hold("e1", "3"))).again
        assert not (await holds.take("a", "kept", a_hold("e1", "3"))).again
        await holds.release("a", "kept", "e1", "1")
        assert names(await holds.take("a", "kept", a_hold("e3"))) == ["e1", "e2"]
        for name in ("e1", "e2", "e3"):
            await holds.release("a", "kept", name)

        async def ended() -> None:
            assert await status(env.client, "kept") is WorkflowExecutionStatus.COMPLETED

        await assert_eventually(ended, SOON)
        await holds.release("a", "kept", "e1")
        assert names(await holds.take("a", "kept", a_hold("e4"))) == []
        await holds.release("a", "kept", "e4")


async def test_sales_are_held_apart(env: WorkflowEnvironment) -> None:
    """A hold on one sale is none on another, nor on the same reference of another acquirer."""
    holds = TemporalHolds(env.client)
    async with working(env.client):
        for acquirer, sale in (("a", "s1"), ("a", "s2"), ("b", "s1")):
            assert await holds.take(acquirer, sale, a_hold("e1")) == ((), False)
        for acquirer, sale in (("a", "s1"), ("a", "s2"), ("b", "s1")):
            await holds.release(acquirer, sale, "e1")


async def test_without_an_answer_nothing_is_held_to_be_had(
    env: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While no worker answers a hold cannot be had, and whoever comes again has it."""
    monkeypatch.setattr(kept, "ANSWER_WITHIN", timedelta(seconds=1))
    holds = TemporalHolds(env.client)
    with pytest.raises(HoldNotHad):
        await holds.take("a", "silent", a_hold("e1"))
    async with working(env.client):
        # The first may have been heard all the same, and then it has its place.
        first = names(await holds.take("a", "silent", a_hold("e2")))
        second = names(await holds.take("a", "silent", a_hold("e1")))
        assert (first, second) in ((["e1"], []), ([], ["e2"]))
        for name in ("e1", "e2"):
            await holds.release("a", "silent", name)


async def test_an_address_tells_nothing() -> None:
    """The id under which holds are kept shows neither acquirer nor sale."""
    address = address_of("simulator", "536365")
    assert "536365" not in address
    assert "simulator" not in address
    assert address != address_of("simulator", "536366")


async def test_nothing_to_let_go_is_no_error(env: WorkflowEnvironment) -> None:
    """A release of what nobody holds changes nothing, with or without a worker."""
    await TemporalHolds(env.client).release("a", "never", "e1")
    with pytest.raises(RPCError):
        await status(env.client, "never")

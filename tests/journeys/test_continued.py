"""A long case continues as new: whole, wherever it is, and also for a production client."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from recourse.acquirers.simulator.faults import Fault, FaultAction
from recourse.disputes import events as ev
from recourse.disputes.effects import Hint
from recourse.disputes.timeline import verify
from recourse.disputes.vocabulary import Outcome, Stage, Step
from tests.conftest import SERVER_FLAGS
from tests.eventually import assert_eventually
from tests.journeys.endings import (
    CONTACT,
    VERIFICATION,
    assert_ended,
    assert_money,
)
from tests.world import AGENT, PATIENCE, World, a_claim, a_world
from workflows import attributes
from workflows.attributes import ALL
from workflows.desk import Desk, NotAllowed
from workflows.dispute import DisputeWorkflow
from workflows.messages import ActRequest

A_DAY_A_SECOND = 24 * 3600
TWO_HOURS_A_SECOND = 2


@pytest_asyncio.fixture(scope="module")
async def world(
    temporal_binary: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """A server that wants every case continued as new after 50 events, and a client without
    the test environment's own interceptor, which would hide what wedges a case."""
    environment = await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter,
        search_attributes=ALL,
        dev_server_existing_path=str(temporal_binary),
        dev_server_log_level="never",
        dev_server_extra_args=[
            *SERVER_FLAGS,
            "--dynamic-config-value",
            "limit.historyCount.suggestContinueAsNew=50",
            # A second between two runs would be a day of these cases.
            "--dynamic-config-value",
            'history.workflowIdReuseMinimalInterval="0s"',
        ],
        dev_server_startup_timeout=timedelta(seconds=60),
    )
    async with environment:
        plain = await Client.connect(
            environment.client.service_client.config.target_host,
            data_converter=pydantic_data_converter,
        )
        folder = tmp_path_factory.mktemp("continued")
        async with a_world(environment, folder, plain, rate=A_DAY_A_SECOND) as made:
            yield made


async def runs(world: World, case_id: str) -> int:
    found = [w async for w in world.client.list_workflows(f"WorkflowId = '{case_id}'")]
    return len(found)


async def busy(world: World, case_id: str, notes: int = 15) -> None:
    """Enough messages for a history to grow long."""
    for number in range(notes):
        await world.act(case_id, "note", text=f"第{number}条")


async def test_a_rung_is_climbed_whole_wherever_a_run_ends(world: World) -> None:
    """Escalated at night, with a history of any length: whichever step the new run begins at, the
    party is written to in the morning and its time begins."""
    slower = Desk(world.client, replace(world.desk._terms, rate=3600 * TWO_HOURS_A_SECOND))

    async def climbed(notes: int) -> None:
        await world.sale(f"NIGHT-{notes}")
        case_id = (await slower.open(a_claim(f"NIGHT-{notes}"))).case_id
        await world.until(case_id, step=Step.AWAITING_ANSWERS)
        await busy(world, case_id, notes)
        opened_at = (await world.case(case_id)).opened_at
        night = opened_at.replace(hour=15)  # 23:00 in Shanghai

        async def dark() -> None:
            case = await world.case(case_id)
            assert case.case_time.at(datetime.now(UTC)) > night

        await assert_eventually(dark, PATIENCE)
        await world.act(case_id, "escalate", reason="the shop laughs at us")
        await world.until(case_id, stage=Stage.ESCALATION)

        async def waits() -> None:
            case = await world.case(case_id)
            assert case.clock(f"rung:{case.rung}") is not None, (notes, await world.last(case_id))

        await assert_eventually(waits, PATIENCE)

    async with asyncio.TaskGroup() as cases:
        for notes in range(14):
            cases.create_task(climbed(notes))


async def test_a_case_is_carried_whole_through_every_wait(world: World) -> None:
    """Continued as new again and again, in every stage it passes, a case loses no event, asks
    nobody twice, and moves its money once."""
    sale = await world.sale("S-1")
    await world.refund(sale, "10.00")
    opened = await world.open(a_claim("S-1"))
    case_id = opened.case_id
    await world.until(case_id, step=Step.AWAITING_ANSWERS)
    await busy(world, case_id)
    await world.act(case_id, "reply", party="store", result="confirms")
    await world.until(case_id, step=Step.REFUND_PENDING)
    await busy(world, case_id)
    world.clock.moment += timedelta(days=10)
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    await busy(world, case_id)
    await world.act(case_id, "confirm_received", received=True)
    case = await assert_ended(
        world,
        case_id,
        Outcome.CORRECTED,
        CONTACT,
        VERIFICATION,
        told="acknowledge:customer ask_store:store money_posted:customer "
        "closed:customer closed:store",
    )
    assert len(case.intents) == 1
    assert len(await world.events(case_id, ev.Noted)) == 45
    assert await runs(world, case_id) >= 3
    await assert_money(world, "S-1", credited="100.00")


async def test_search_attributes_are_shown_after_continuing(world: World) -> None:
    """What a list of cases shows of one that continued as new is where it stands now, with
    what was known when it was opened."""
    await world.sale("S-2")
    opened = await world.open(a_claim("S-2"))
    await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    await busy(world, opened.case_id)
    await world.act(opened.case_id, "escalate", reason="no answer")
    await world.until(opened.case_id, step=Step.TIER2)
    await world.settled(opened.case_id)
    described = await world.handle(opened.case_id).describe()
    shown = described.typed_search_attributes
    assert shown[attributes.KIND] == "wrong_refund"
    assert shown[attributes.ACQUIRER] == "simulator"
    assert (shown[attributes.STAGE], shown[attributes.STEP]) == ("escalation", "tier2")
    assert shown[attributes.OUTCOME] == attributes.OPEN


async def test_a_request_acts_once_across_runs(world: World) -> None:
    """A request that is sent again after the case has continued as new, when the server no
    longer knows its id, is still the same request."""
    await world.sale("S-3")
    opened = await world.open(a_claim("S-3"))
    await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    request = ActRequest(action="note", data={"text": "one"}, actor=AGENT, request_id="r-9")
    handle = world.handle(opened.case_id)
    first = await handle.execute_update(DisputeWorkflow.act, request, id="r-9")
    await busy(world, opened.case_id)
    again = await handle.execute_update(DisputeWorkflow.act, request, id="r-9")
    assert (first.repeated, again.repeated) == (False, True)
    notes = [e for _, e in await world.events(opened.case_id, ev.Noted) if e.text == "one"]
    assert len(notes) == 1
    assert await runs(world, opened.case_id) >= 2
    same = await world.open(a_claim("S-3"))
    assert same.joined


async def test_unknown_money_is_carried_along(world: World) -> None:
    """A correction of unknown end is still unknown in the next run. It is looked up in time,
    however busy people are with the case, and not repeated."""
    sale = await world.sale("S-4")
    await world.refund(sale, "10.00")
    opened = await world.open(a_claim("S-4"))
    case_id = opened.case_id
    await world.until(case_id, step=Step.AWAITING_ANSWERS)
    await world.admin.add_fault(
        Fault(action=FaultAction.REPLY_LOST, route="request_effect", sale="S-4")
    )
    await world.act(case_id, "reply", party="store", result="confirms")
    await busy(world, case_id, 70)
    world.clock.moment += timedelta(days=10)
    case = await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    assert len(case.intents) == 1
    assert (await world.admin.counters()).asked[case.intents[0].order.effect_id] == 1
    assert await runs(world, case_id) >= 2


async def test_the_watch_ends_and_the_result_seals_the_timeline(world: World) -> None:
    """A case that was continued as new ends with a result over all its runs."""
    await world.sale("S-5")
    hasty = Desk(world.client, replace(world.desk._terms, rate=20 * A_DAY_A_SECOND))
    case_id = (await hasty.open(a_claim("S-5"))).case_id
    await busy(world, case_id)
    await world.act(case_id, "withdraw", reason="enough")
    result: Any = await world.handle(case_id).result()
    entries = await world.desk.timeline(case_id)
    verify(entries)
    assert (result.outcome, result.last_digest) == (Outcome.WITHDRAWN, entries[-1].digest)
    described = await world.handle(case_id).describe()
    assert described.status is WorkflowExecutionStatus.COMPLETED
    with pytest.raises(NotAllowed) as refused:
        await world.act(case_id, "reopen", reason="too late")
    assert refused.value.code == "finished"
    assert await runs(world, case_id) >= 2


async def test_a_watch_that_is_over_is_not_begun_again(world: World) -> None:
    """A closed case is watched beyond its time while nobody knows whether it has paid: however
    often it continues as new meanwhile, it was closed once and has one watch."""
    sale = await world.sale("S-6")
    await world.refund(sale, "10.00")
    quick = Desk(world.client, replace(world.desk._terms, rate=5 * A_DAY_A_SECOND))
    case_id = (await quick.open(a_claim("S-6"))).case_id
    await world.until(case_id, step=Step.AWAITING_ANSWERS)
    await world.act(case_id, "reply", party="store", result="confirms")
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.act(case_id, "withdraw", reason="enough")
    closed = await world.until(case_id, step=Step.CLOSED)
    (intent,) = closed.intents
    world.acquirer.undecided = True
    await quick.heard(case_id, Hint(event_id="n1", effect_id=intent.order.effect_id))
    await world.until(case_id, money_in_flight=True)

    async def watched() -> None:
        assert (await world.case(case_id)).over("watch"), await world.last(case_id)

    await assert_eventually(watched, PATIENCE)
    before = await runs(world, case_id)
    await busy(world, case_id, 30)

    async def continued() -> None:
        assert await runs(world, case_id) > before

    await assert_eventually(continued, PATIENCE)
    await world.settled(case_id)
    started = [e.clock for _, e in await world.events(case_id, ev.ClockStarted)]
    assert [clock.name for clock in started].count("watch") == 1
    world.acquirer.undecided = False
    world.clock.moment += timedelta(days=10)
    case = await world.until(case_id, finished=True)
    assert case.intents[0].done

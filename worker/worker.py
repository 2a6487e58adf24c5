"""The worker: takes cases, mail, documents and each acquirer's calls from their own queues."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Sequence
from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import Worker

from worker.client import connect
from worker.doors import Doors, doors
from worker.sandbox import workflow_runner
from worker.settings import Settings
from workflows import queues
from workflows.alias import AddressHerald, SaleAlias
from workflows.dispute import DisputeWorkflow

WORKFLOWS: Sequence[type] = (DisputeWorkflow, SaleAlias, AddressHerald)
"""Everything that is replayed before a new worker is let in."""

GRACE = timedelta(seconds=30)
"""How long running activities may go on after a stop: longer than one call to a door."""

STICKY = timedelta(seconds=5)
"""How long a case waits for the worker that has it in memory before any other takes it:
what a killed worker costs the next action."""

AT_ONCE = {"cases": 50, "mail": 10, "documents": 4, "acquirer": 8}
"""Activities at once per queue. Acquirers and mail servers limit their callers."""


def workers(
    client: Client,
    through: Doors,
    acquirers: Sequence[str],
) -> list[Worker]:
    """One worker for each queue, so that one door that is down holds up no other."""
    mail: list[Callable[..., object]] = [
        through.notifications.send_notice,
        through.follow_ups.send_reminder,
    ]
    money: list[Callable[..., object]] = [
        through.acquirer.find_sale,
        through.acquirer.read_record,
        through.acquirer.request_correction,
        through.acquirer.open_request,
        through.follow_ups.follow_correction,
        through.follow_ups.follow_request,
    ]
    papers: list[Callable[..., object]] = [
        through.documents.assemble_file,
        through.statements.read_statement,
    ]
    cases = Worker(
        client,
        task_queue=queues.CASES,
        workflows=WORKFLOWS,
        workflow_runner=workflow_runner(),
        max_concurrent_workflow_tasks=AT_ONCE["cases"],
        sticky_queue_schedule_to_start_timeout=STICKY,
        graceful_shutdown_timeout=GRACE,
    )
    return [
        cases,
        _door(client, queues.MAIL, mail, AT_ONCE["mail"]),
        _door(client, queues.DOCUMENTS, papers, AT_ONCE["documents"]),
        *(_door(client, queues.acquirer(name), money, AT_ONCE["acquirer"]) for name in acquirers),
    ]


def _door(
    client: Client, queue: str, activities: Sequence[Callable[..., object]], at_once: int
) -> Worker:
    return Worker(
        client,
        task_queue=queue,
        activities=list(activities),
        max_concurrent_activities=at_once,
        graceful_shutdown_timeout=GRACE,
    )


async def work(settings: Settings, say: Callable[[str], None]) -> None:
    """Work until SIGTERM or SIGINT; then finish what is running and stop."""
    client = await connect(settings, role="worker")
    through = doors(settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        async with contextlib.AsyncExitStack() as stack:
            for worker in workers(client, through, list(settings.acquirers)):
                await stack.enter_async_context(worker)
            say("taking work")
            await stop.wait()
    finally:
        await through.close()

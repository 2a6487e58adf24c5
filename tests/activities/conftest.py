"""Activities run as a worker runs them, against the real simulator and the real mailbox."""

import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.acquirer import AcquirerDoor
from activities.asking import CorrectionCall
from activities.follow_ups import FollowUps
from activities.notifications import Notifications
from recourse.acquirers.holding import HoldsInMemory
from recourse.acquirers.rest import RestAcquirer
from recourse.acquirers.simulator.faults import Fault, FaultAction
from recourse.documents.store import DocumentStore
from recourse.mail.compose import NoticeComposer
from recourse.mail.enclosures import Enclosures
from recourse.mail.mailbox import Mailbox
from recourse.mail.smtp import SmtpTransport
from tests.acquirers.conftest import Simulated, an_order, running, simulated

__all__ = ["running", "simulated"]

A = TypeVar("A")
R = TypeVar("R")

EFFECT = "case-1.1"
NOWHERE = "http://127.0.0.1:9"
"""The discard port: nothing listens there."""


async def run(activity: Callable[[A], Awaitable[R]], argument: A, attempt: int = 1) -> R:
    """Run an activity as one attempt of it."""
    environment = ActivityEnvironment()
    environment.info = dataclasses.replace(environment.info, attempt=attempt)
    return await environment.run(activity, argument)


async def fails(
    activity: Callable[[A], Awaitable[R]], argument: A, attempt: int = 1
) -> ApplicationError:
    """The error an activity ends with."""
    with pytest.raises(ApplicationError) as caught:
        await run(activity, argument, attempt)
    return caught.value


def correction(
    acquirer: str = "simulator", effect_id: str = EFFECT, **fields: Any
) -> CorrectionCall:
    """A refund of the sale that the simulator has."""
    return CorrectionCall(acquirer=acquirer, order=an_order(effect_id, **fields))


async def fault(simulated: Simulated, action: FaultAction, **fields: Any) -> None:
    await simulated.admin.add_fault(Fault.model_validate({"action": action, **fields}))


@pytest.fixture
def holds() -> HoldsInMemory:
    return HoldsInMemory()


@pytest.fixture
async def door(simulated: Simulated, holds: HoldsInMemory) -> AsyncIterator[AcquirerDoor]:
    """The simulator, and two acquirers that are set up wrongly."""
    locked = RestAcquirer("locked", simulated.url, "wrong-token", timeout=1)
    nowhere = RestAcquirer("nowhere", NOWHERE, "till-token", timeout=1)
    hasty = RestAcquirer("hasty", simulated.url, "till-token", timeout=0.2)
    named = {"simulator": simulated.acquirer}
    named |= {acquirer.name: acquirer for acquirer in (locked, nowhere, hasty)}
    yield AcquirerDoor(named, holds)
    for acquirer in (locked, nowhere, hasty):
        await acquirer.aclose()


@dataclass
class Post:
    """A mailbox, what writes to it, and where enclosures lie."""

    mailbox: Mailbox
    store: DocumentStore
    notifications: Notifications


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    async with Mailbox(tmp_path / "mail") as mailbox:
        store = DocumentStore(tmp_path / "documents")
        transport = SmtpTransport("127.0.0.1", mailbox.port, timeout=0.5, data_timeout=0.5)
        composer = NoticeComposer("recourse.example", "disputes@recourse.example")
        yield Post(mailbox, store, Notifications(composer, transport, Enclosures(store)))


@pytest.fixture
def follow_ups(door: AcquirerDoor, post: Post) -> FollowUps:
    return FollowUps(door, post.notifications)

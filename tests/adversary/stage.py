"""The stack that is attacked: every part of it a process of its own that can be killed."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from temporalio.client import Client

from recourse.disputes.claims import Claim
from recourse.mail.mailbox import Mailbox
from tests.adversary.cast import peer_named
from tests.adversary.peers import WHENEVER, Peer, Time
from tests.stack.patience import PatientDesk
from tests.stack.running import RECOURSE, clean_environment
from tests.world import START
from worker.client import connect
from worker.home import free_port
from worker.processes import Child, Program, RestartPolicy, Supervisor
from worker.settings import load_settings
from worker.temporal_server import TemporalServer
from workflows.attributes import ALL
from workflows.desk import Desk, Terms
from workflows.messages import Limits, Opening

CALL_SECONDS = 1
ACQUIRER = "simulator"
"""The name by which claims call it."""


class PresentDesk(PatientDesk):
    """A patient desk whose cases begin now, in the time that the acquirer lives in, too: a case
    of last spring would have been asked about since then."""

    def __init__(self, client: Client, terms: Terms, time: Time) -> None:
        super().__init__(client, terms)
        self._time = time

    def _opening(self, claim: Claim, identity: str, former: str, request_id: str) -> Opening:
        opening = super()._opening(claim, identity, former, request_id)
        return opening.model_copy(update={"origin": self._time.now()})


@dataclass(frozen=True)
class Stage:
    peer: Peer
    desk: Desk
    door: str
    """Where notices are heard."""
    children: Mapping[str, Child]
    """What may be killed: ``worker``, ``acquirer`` and ``webhooks``."""


@asynccontextmanager
async def staged(name: str, home: Path, restart: RestartPolicy = WHENEVER) -> AsyncIterator[Stage]:
    """Everything up, against the acquirer of an adapter; ``restart`` is for the worker and the
    door."""
    port = free_port()
    door = f"http://127.0.0.1:{port}"
    peer = peer_named(name, f"{door}/webhooks/{ACQUIRER}")
    time_of_run = Time(origin=START, started=datetime.now(UTC), rate=peer.rate)
    async with Mailbox(home / "mail") as mailbox, Supervisor(home) as supervisor:
        server = TemporalServer(home, free_port(), search_attributes=ALL)
        await supervisor.start(server.program())
        acquirer = await supervisor.start(peer.program(home, time_of_run))
        environment = _environment(home, server.address, mailbox.port, peer)
        environment["RECOURSE_WEBHOOKS_PORT"] = str(port)
        worker = await supervisor.start(_part("worker", "taking work", environment, restart))
        webhooks = await supervisor.start(
            _part("webhooks", "hearing acquirers", environment, restart)
        )
        settings = load_settings(home=home, embedded_temporal=server.address)
        terms = Terms(
            limits=Limits(call_seconds=CALL_SECONDS, give_up_seconds=120),
            origin=START,
            rate=peer.rate,
        )
        async with peer.attended():
            desk = PresentDesk(await connect(settings, role="tests"), terms, time_of_run)
            children = {"worker": worker, "acquirer": acquirer, "webhooks": webhooks}
            yield Stage(peer, desk, door, children)


def _environment(home: Path, temporal: str, mail_port: int, peer: Peer) -> dict[str, str]:
    return clean_environment(
        home,
        {
            "RECOURSE_EMBEDDED_TEMPORAL": temporal,
            "RECOURSE_ACQUIRERS": json.dumps({ACQUIRER: dict(peer.settings())}),
            "RECOURSE_WEBHOOKS": json.dumps({ACQUIRER: {"secrets": list(peer.secrets)}}),
            "RECOURSE_SMTP_HOST": "127.0.0.1",
            "RECOURSE_SMTP_PORT": str(mail_port),
            "RECOURSE_CALL_SECONDS": str(CALL_SECONDS),
        },
    )


def _part(name: str, ready: str, environment: dict[str, str], restart: RestartPolicy) -> Program:
    return Program(
        name=name,
        command=[*RECOURSE, name],
        environment=environment,
        ready_line=ready,
        restart=restart,
    )

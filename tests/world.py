"""A small world around one case: acquirer, mail and workers, all real, in time moved by hand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.acquirer import AcquirerDoor
from activities.documents import DocumentDoor
from activities.follow_ups import FollowUps
from activities.notifications import Notifications
from activities.statements import StatementDoor
from recourse.acquirers.rest import RestAcquirer
from recourse.acquirers.simulator.admin import SimulatorAdmin
from recourse.acquirers.simulator.clock import Clock
from recourse.acquirers.simulator.ledger import Ledger
from recourse.acquirers.simulator.refunds import TillRefund
from recourse.acquirers.simulator.server import Tokens, create_app, serving
from recourse.disputes.actions import Actor
from recourse.disputes.case import Case
from recourse.disputes.casetime import CaseTime
from recourse.disputes.claims import Claim
from recourse.disputes.effects import AnswerKind, EffectAnswer, Requested
from recourse.disputes.models import Value
from recourse.disputes.money import parse
from recourse.disputes.notices import Role
from recourse.disputes.records import Refund, RefundStatus, Sale, TerminalEvent
from recourse.disputes.timeline import Entry, verify
from recourse.documents.letters import drafts
from recourse.documents.store import DocumentStore
from recourse.mail.archive import ArchivedMail
from recourse.mail.compose import NoticeComposer
from recourse.mail.enclosures import Enclosures
from recourse.mail.mailbox import Mailbox
from recourse.mail.smtp import SmtpTransport
from recourse.vault.store import Vault
from tests.eventually import assert_eventually
from worker.doors import Doors
from worker.holds import TemporalHolds
from worker.sandbox import workflow_runner
from worker.worker import WORKFLOWS, workers
from workflows import queues
from workflows.desk import Desk, Opened, Terms
from workflows.dispute import DisputeWorkflow
from workflows.messages import ActReply, Limits

E = TypeVar("E", bound=Value)

PATIENCE = timedelta(seconds=60)
"""How long a test waits in real time for what should be so at once: only a failure, or a very
busy machine, ever waits that long."""

A_LITTLE = timedelta(minutes=10)
"""What the first step of time is longer than it is told to be."""

TOKENS = Tokens(public="till-token", admin="admin-token")
START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""Nine o'clock on a Monday in Shanghai: case time of every opening in tests."""
AGENT = Actor(name="mei")
SUPERVISOR = Actor(name="li", role=Role.SUPERVISOR)


class WorldClock:
    """The acquirer's wall clock: it stands still until a test moves it."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        return self.moment


class Undecided(RestAcquirer):
    """An acquirer that can be told to answer every query about an effect with "unknown", as
    Lakala and UnionPay may, that it never saw any, or that what was posted has come back, as
    Stripe may of a reversal."""

    undecided = False
    forgotten = False
    sent_back = False

    async def effect(
        self, effect_id: str, sale: str = "", requested: Requested | None = None
    ) -> EffectAnswer:
        if self.undecided:
            return EffectAnswer(kind=AnswerKind.UNKNOWN, reason="it is being looked for")
        if self.forgotten:
            return EffectAnswer(kind=AnswerKind.ABSENT)
        heard = await super().effect(effect_id, sale, requested)
        if self.sent_back and heard.kind is AnswerKind.SUCCEEDED:
            back = {"kind": AnswerKind.FAILED, "status": RefundStatus.RETURNED}
            return heard.model_copy(update=back)
        return heard


@dataclass
class World:
    env: WorkflowEnvironment
    client: Client
    terms: Terms
    desk: Desk
    admin: SimulatorAdmin
    acquirer: Undecided
    ledger: Ledger
    mailbox: Mailbox
    documents: DocumentStore
    vault: Vault
    clock: WorldClock
    doors: Doors
    working: dict[str, Worker]
    """By task queue."""
    ended: list[str]
    """Cases that a journey has seen to their end."""
    sold: set[str] = field(default_factory=set)
    late: set[str] = field(default_factory=set)
    """Cases that time has passed for."""

    @asynccontextmanager
    async def nobody_takes_mail(self) -> AsyncIterator[None]:
        """The mail queue has no worker."""
        await self.working.pop(queues.MAIL).__aexit__(None, None, None)
        yield
        mail = [self.doors.notifications.send_notice, self.doors.follow_ups.send_reminder]
        worker = Worker(self.client, task_queue=queues.MAIL, activities=mail)
        self.working[queues.MAIL] = await worker.__aenter__()

    @asynccontextmanager
    async def nobody_works_on(self, case_id: str, **span: float) -> AsyncIterator[None]:
        """The queue of cases has no worker while so much time passes for a case: what happens
        meanwhile it sees when there is one again."""
        await self.working.pop(queues.CASES).__aexit__(None, None, None)
        self.clock.moment += timedelta(**span)
        passing = asyncio.create_task(
            self.env.fast_forward(self.handle(case_id), timedelta(**span))
        )
        try:
            yield
        finally:
            worker = Worker(
                self.client,
                task_queue=queues.CASES,
                workflows=WORKFLOWS,
                workflow_runner=workflow_runner(),
            )
            self.working[queues.CASES] = await worker.__aenter__()
        await passing

    def calm(self) -> None:
        """Back to the first moment, with nothing out of order."""
        self.clock.moment = START
        self.ledger.faults.clear()
        self.mailbox.behave()
        self.acquirer.undecided = self.acquirer.forgotten = self.acquirer.sent_back = False
        self.ended.clear()

    def handle(self, case_id: str) -> WorkflowHandle[DisputeWorkflow, Any]:
        return self.client.get_workflow_handle_for(DisputeWorkflow.run, case_id)

    async def sale(self, reference: str, amount: str = "139.12", **given: Any) -> Sale:
        """Put a sale into the acquirer's books, ten days before the case. Its reference names a
        case, and cases live as long as the world: each is used once."""
        assert reference not in self.sold, f"another journey has sold {reference}"
        self.sold.add(reference)
        total = parse(amount, given.pop("currency", "CNY"))
        told = {
            "reference": reference,
            "at": START - timedelta(days=10),
            "amount": total,
            "captured": total,
            "merchant": "M100",
            "store": "S01",
            "terminal": "T0000001",
            "card_last4": "4242",
            "card_brand": "unionpay",
            "rrn": f"{abs(hash(reference)) % 10**12:012d}",
            "auth_code": "A1B2C3",
            "stan": "000001",
        }
        return await self.admin.put_sale(Sale.model_validate(told | given))

    async def refund(
        self, sale: Sale, amount: str, status: RefundStatus = RefundStatus.POSTED, **given: Any
    ) -> Refund:
        """A refund made at the till before the case, so without an effect id."""
        made = sale.at + timedelta(days=1)
        told = {
            "reference": f"R-{sale.reference}-{amount}-{len(given)}",
            "sale": sale.reference,
            "amount": parse(amount, sale.amount.currency),
            "at": made,
            "status": status,
            "card_last4": sale.card_last4,
            "posted_at": made + timedelta(days=2) if status is RefundStatus.POSTED else None,
        }
        refund = Refund.model_validate(told | given)
        return await self.admin.put_refund(TillRefund(refund=refund))

    async def happened(self, *events: TerminalEvent) -> None:
        await self.admin.put_terminal_events(events)

    async def open(self, claim: Claim) -> Opened:
        return await self.desk.open(claim)

    async def act(self, case_id: str, action: str, actor: Actor = AGENT, **data: Any) -> ActReply:
        return await self.desk.act(case_id, action, data, actor)

    async def case(self, case_id: str) -> Case:
        """The case as its timeline says; the chain is checked on the way."""
        entries = await self.desk.timeline(case_id)
        verify(entries)
        return await self.desk.case(case_id)

    async def until(self, case_id: str, **wanted: Any) -> Case:
        """Wait in real time until the case stands where it should."""

        async def stands() -> Case:
            case = await self.case(case_id)
            for name, value in wanted.items():
                found = getattr(case, name)
                assert found == value, (
                    f"{name} is {found!r}, not {value!r}; {case.stage}/{case.step} "
                    f"{[w.what + ' ' + w.error for w in case.open_work]}"
                )
            return case

        try:
            return await assert_eventually(stands, PATIENCE)
        except AssertionError as error:
            pytest.fail(f"{error}; {await self.last(case_id)}")

    async def events(self, case_id: str, *kinds: type[E]) -> list[tuple[Entry, E]]:
        """The events of some kinds, each with its entry."""
        entries = await self.desk.timeline(case_id)
        return [(entry, entry.event) for entry in entries if isinstance(entry.event, kinds)]

    async def pass_time(self, case_id: str, **span: float) -> None:
        """Let time pass for the acquirer and for one case: the first days a little more, so that
        no timer of a whole day falls into the moment in which the world stops."""
        await self.settled(case_id)
        lasting = timedelta(**span)
        if "days" in span and case_id not in self.late:
            self.late.add(case_id)
            lasting += A_LITTLE
        self.clock.moment += lasting
        await self.env.fast_forward(self.handle(case_id), lasting)
        await self.settled(case_id)

    async def wait_out(self, case_id: str, **span: float) -> None:
        """Let time pass for a case whose calls are being tried again and again."""
        self.clock.moment += timedelta(**span)
        try:
            await self.env.fast_forward(self.handle(case_id), timedelta(**span))
        except RPCError as error:
            pytest.fail(f"{error}; {await self.last(case_id)}")

    async def last(self, case_id: str) -> str:
        """The last events of a case, for the message of a test that fails."""
        last = [f"{e.at} {e.event.type}" for e in await self.desk.timeline(case_id)][-30:]
        return f"the last events are {last}"

    async def settled(self, case_id: str) -> None:
        """Wait until the case has nothing left to do but wait."""

        async def waits() -> None:
            described = await self.handle(case_id).describe()
            raw = described.raw_description
            assert not raw.pending_activities
            assert not raw.HasField("pending_workflow_task")

        await assert_eventually(waits, PATIENCE)

    def text(self, mail: ArchivedMail) -> str:
        """What the reader of a mail reads."""
        body = self.mailbox.read(mail).get_body(("plain",))
        assert body is not None
        return str(body.get_content())

    async def mailed(self, case_id: str, template: str) -> list[ArchivedMail]:
        """The mails of a template, when there are any."""

        async def came() -> list[ArchivedMail]:
            found = await self.mails(case_id, template)
            assert found, await self.last(case_id)
            return found

        return await assert_eventually(came, PATIENCE)

    async def mails(self, case_id: str, template: str = "") -> list[ArchivedMail]:
        found = [m for m in self.mailbox.messages() if case_id in m.subject]
        return [
            mail
            for mail in found
            if not template or self.mailbox.read(mail)["X-Recourse-Notice"] == template
        ]


@asynccontextmanager
async def a_world(
    env: WorkflowEnvironment, folder: Path, client: Client | None = None, rate: int = 1
) -> AsyncIterator[World]:
    """Everything up, on free ports, all state in one folder. ``rate`` is how much faster than
    real time its cases live, where time cannot be moved by hand."""
    clock = WorldClock()
    ledger = Ledger(folder / "ledger.sqlite")
    app = create_app(ledger, Clock(CaseTime(origin=START, started=START), clock), TOKENS)
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(serving(app))
        url = f"http://127.0.0.1:{port}"
        mailbox = await stack.enter_async_context(Mailbox(folder / "mail"))
        admin = await stack.enter_async_context(SimulatorAdmin(url, TOKENS.admin))
        acquirer = Undecided("simulator", url, TOKENS.public, timeout=2)
        store = DocumentStore(folder / "documents")
        vault = Vault(folder / "vault")
        transport = SmtpTransport("127.0.0.1", mailbox.port, timeout=2)
        composer = NoticeComposer("recourse.example", "disputes@recourse.example")
        notifications = Notifications(composer, transport, Enclosures(store))
        client = client or env.client
        # Real time for the activities is what the acquirer's clock has been moved by.
        door = AcquirerDoor(
            {"simulator": acquirer},
            TemporalHolds(client),
            lambda: datetime.now(UTC) + (clock.moment - START),
        )
        doors = Doors(
            acquirers={"simulator": acquirer},
            acquirer=door,
            notifications=notifications,
            follow_ups=FollowUps(door, notifications),
            documents=DocumentDoor(drafts, store),
            statements=StatementDoor(vault),
        )
        terms = Terms(
            limits=Limits(call_seconds=3, give_up_seconds=20),
            supervisor="supervisor@recourse.example",
            origin=START,
            rate=rate,
        )
        world = World(
            env=env,
            client=client,
            terms=terms,
            desk=Desk(client, terms),
            admin=admin,
            acquirer=acquirer,
            ledger=ledger,
            mailbox=mailbox,
            documents=store,
            vault=vault,
            clock=clock,
            doors=doors,
            ended=[],
            working={
                worker.task_queue: await worker.__aenter__()
                for worker in workers(client, doors, ["simulator"])
            },
        )
        yield world
        for worker in world.working.values():
            await worker.__aexit__(None, None, None)
        await doors.close()
    ledger.close()


def yuan(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CNY"}


def a_claim(reference: str = "536365", **given: Any) -> Claim:
    """A customer's claim in Chinese about a sale of ten days ago, changed by what is given."""
    told: dict[str, Any] = {
        "kind": "wrong_refund",
        "claimant": "customer",
        "customer": {"name": "王芳", "email": "wang.fang@example.com"},
        "merchant": {
            "id": "M100",
            "name": "云膳过桥米线",
            "store": "S01",
            "email": "store@example.com",
            "head_office": "office@example.com",
        },
        "acquirer": "simulator",
        "sale": {
            "reference": reference,
            "amount": {"amount": "139.12", "currency": "CNY"},
            "at": (START - timedelta(days=10)).isoformat(),
            "card_last4": "4242",
        },
        "refund": {
            "requested": {"amount": "100.00", "currency": "CNY"},
            "reported": {"amount": "10.00", "currency": "CNY"},
        },
        "story": "只退了十块钱",
    }
    return Claim.model_validate(told | given)

"""The embedded stack: Temporal, an acquirer simulator, a mailbox and a worker, all in one home.

State outlives every process: cases in Temporal's file, money in the simulator's ledger, mail
and documents in folders. Whoever kills it and starts it again finds everything as it was.
"""

import json
import os
import secrets
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from worker.processes import Program, Supervisor
from worker.settings import Part, Settings, load_settings
from worker.temporal_server import TemporalServer
from workflows.attributes import ALL

NOTE = "stack.json"
"""What the stack tells other processes of this home: where its parts listen."""

SIMULATOR = "simulator"
"""The acquirer's name in claims. Told apart from real adapters by name."""


@dataclass(frozen=True)
class Stack:
    """A running stack, as other processes need to know it."""

    home: Path
    temporal: str
    simulator: str
    mail_port: int
    token: str
    admin_token: str
    webhook_secret: str = ""
    webhooks: str = ""
    """Where notices of the simulator go, when somebody hears them."""

    def environment(self) -> dict[str, str]:
        """What a worker or a command of this home is started with."""
        acquirers = {SIMULATOR: {"base_url": self.simulator, "token": self.token}}
        environment = {
            "RECOURSE_HOME": str(self.home),
            "RECOURSE_EMBEDDED_TEMPORAL": self.temporal,
            "RECOURSE_ACQUIRERS": json.dumps(acquirers),
        }
        if self.webhook_secret:
            heard = {SIMULATOR: {"secrets": [self.webhook_secret]}}
            environment["RECOURSE_WEBHOOKS"] = json.dumps(heard)
        if not other_mail_server():
            environment |= {
                "RECOURSE_SMTP_HOST": "127.0.0.1",
                "RECOURSE_SMTP_PORT": str(self.mail_port),
                "RECOURSE_SMTP_TLS": "none",
            }
        return environment

    @property
    def mail_folder(self) -> Path:
        return self.home / "mail"

    @property
    def documents(self) -> Path:
        return self.home / "documents"

    @property
    def database(self) -> Path:
        return self.home / "temporal.db"


def other_mail_server() -> bool:
    """Whether the environment names a mail server: then mail goes there, and no mailbox of
    our own is started."""
    return bool(os.environ.get("RECOURSE_SMTP_HOST"))


def running_settings() -> Settings:
    """The settings of a command: those of the environment, and of the stack of this home
    when the environment names no Temporal server of its own."""
    settings = load_settings()
    named = any(os.environ.get(name) for name in ("TEMPORAL_ADDRESS", "TEMPORAL_PROFILE"))
    note = settings.home / NOTE
    if named or settings.embedded_temporal or not note.is_file():
        return settings
    told = json.loads(note.read_text(encoding="utf-8"))
    simulator = {"base_url": told["simulator"], "token": told["token"]}
    return load_settings(
        embedded_temporal=told["temporal"],
        acquirers=settings.acquirers or {SIMULATOR: simulator},
        **({"case_origin": told["origin"], "case_rate": told["rate"]} if told["origin"] else {}),
    )


def running_stack(home: Path) -> Stack | None:
    """The stack that runs, or last ran, in a home."""
    note = home / NOTE
    if not note.is_file():
        return None
    told = json.loads(note.read_text(encoding="utf-8"))
    return Stack(
        home=home,
        temporal=told["temporal"],
        simulator=told["simulator"],
        mail_port=told["mail_port"],
        token=told["token"],
        admin_token=told["admin_token"],
        webhook_secret=told.get("webhook_secret", ""),
        webhooks=told.get("webhooks", ""),
    )


@asynccontextmanager
async def embedded(
    settings: Settings,
    *,
    load: Path | None = None,
    web_ui: bool = True,
    readable: bool = False,
    webhooks: bool = False,
) -> AsyncIterator[tuple[Stack, Supervisor]]:
    """Start the stack and keep it up for the length of the block.

    ``load`` is a retail export for the simulator's books; loading it twice changes nothing.
    ``readable`` lets the web pages show decrypted cases, to everybody on this machine.
    With ``webhooks`` the simulator sends notices, and a door hears them.
    Raises ProcessError, PortTaken or HomeInUse.
    """
    home = settings.home
    async with Supervisor(home) as supervisor:
        stack = _described(settings, webhooks=webhooks)
        _write_note(stack, settings)
        server = TemporalServer(
            home,
            settings.port(Part.TEMPORAL),
            search_attributes=ALL,
            ui_port=settings.port(Part.TEMPORAL_UI) if web_ui else None,
            ui_codec_endpoint=(
                f"http://127.0.0.1:{settings.port(Part.CODEC)}" if web_ui and readable else ""
            ),
        )
        await supervisor.start(server.program())
        await supervisor.start(_simulator(stack, settings, load))
        if not other_mail_server():
            await supervisor.start(_mailbox(stack))
        await supervisor.start(worker_program(stack))
        if webhooks:
            await supervisor.start(_webhooks(stack, settings))
        if web_ui and readable:
            await supervisor.start(_codec_server(settings))
        yield stack, supervisor


def worker_program(stack: Stack, extra: Sequence[tuple[str, str]] = ()) -> Program:
    """A worker of the stack as a process of its own."""
    return Program(
        name="worker",
        command=[sys.executable, "-m", "console.main", "worker"],
        environment={**stack.environment(), **dict(extra)},
        ready_line="taking work",
    )


def _described(settings: Settings, *, webhooks: bool) -> Stack:
    known = running_stack(settings.home)
    secret = (known.webhook_secret if known else "") or secrets.token_urlsafe(24)
    port = settings.port(Part.WEBHOOKS) if webhooks else 0
    return Stack(
        home=settings.home,
        temporal=f"127.0.0.1:{settings.port(Part.TEMPORAL)}",
        simulator=f"http://127.0.0.1:{settings.port(Part.SIMULATOR)}",
        mail_port=settings.port(Part.MAIL),
        token=known.token if known else secrets.token_urlsafe(24),
        admin_token=known.admin_token if known else secrets.token_urlsafe(24),
        webhook_secret=secret if webhooks else "",
        webhooks=f"http://127.0.0.1:{port}/webhooks/{SIMULATOR}" if webhooks else "",
    )


def _write_note(stack: Stack, settings: Settings) -> None:
    note = stack.home / NOTE
    before = json.loads(note.read_text(encoding="utf-8")) if note.is_file() else {}
    told = {
        "temporal": stack.temporal,
        "simulator": stack.simulator,
        "mail_port": stack.mail_port,
        "token": stack.token,
        "admin_token": stack.admin_token,
        "webhook_secret": stack.webhook_secret,
        "webhooks": stack.webhooks,
        "origin": settings.case_origin.isoformat() if settings.case_origin else "",
        "rate": settings.case_rate,
        # The simulator's schedules are reckoned from here: the same after every restart.
        "started": before.get("started") or datetime.now(UTC).isoformat(),
    }
    draft = note.with_name(f".{NOTE}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(told, file, indent=2)
    draft.replace(note)


def _simulator(stack: Stack, settings: Settings, load: Path | None) -> Program:
    port = settings.port(Part.SIMULATOR)
    told = json.loads((stack.home / NOTE).read_text(encoding="utf-8"))
    command = [sys.executable, "-m", "recourse.acquirers.simulator", "--port", str(port)]
    command += ["--db", str(stack.home / "simulator.sqlite")]
    if load is not None:
        command += ["--load", str(load)]
    if told["origin"]:
        command += ["--origin", told["origin"], "--started", told["started"]]
        command += ["--rate", str(told["rate"])]
    return Program(
        name=SIMULATOR,
        command=command,
        environment={
            "RECOURSE_SIMULATOR_TOKEN": stack.token,
            "RECOURSE_SIMULATOR_ADMIN_TOKEN": stack.admin_token,
            "RECOURSE_SIMULATOR_WEBHOOK_URL": stack.webhooks,
            "RECOURSE_SIMULATOR_WEBHOOK_SECRET": stack.webhook_secret,
        },
        ready_line="listening on",
        port=port,
    )


def _webhooks(stack: Stack, settings: Settings) -> Program:
    """Nobody waits for it: until it listens the simulator brings its notices again."""
    return Program(
        name="webhooks",
        command=[sys.executable, "-m", "console.main", "webhooks"],
        environment=stack.environment(),
        port=settings.port(Part.WEBHOOKS),
    )


def _mailbox(stack: Stack) -> Program:
    command = [sys.executable, "-m", "recourse.mail.mailbox", "--port", str(stack.mail_port)]
    return Program(
        name="mailbox",
        command=[*command, "--dir", str(stack.mail_folder)],
        ready_line="listening on",
        port=stack.mail_port,
    )


def _codec_server(settings: Settings) -> Program:
    port = settings.port(Part.CODEC)
    origin = f"http://127.0.0.1:{settings.port(Part.TEMPORAL_UI)}"
    command = [sys.executable, "-m", "worker.codec_server", "--port", str(port)]
    command += ["--keyring", str(settings.keyring_path), "--origin", origin]
    return Program(name="codec", command=command, port=port)

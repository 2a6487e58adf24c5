"""``recourse up`` and ``recourse worker``: the processes."""

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import typer

from console.access import desk
from console.output import Exit, fail, out, run
from worker.logs import logging_to
from worker.processes import Supervisor
from worker.settings import Part, load_settings
from worker.stack import embedded, other_mail_server, running_settings
from worker.worker import work as take_work


def up(
    load: Annotated[
        Path | None, typer.Option(help="a retail export (CSV) for the simulator's books")
    ] = None,
    ui: Annotated[bool, typer.Option(help="Temporal's web pages")] = True,
    readable: Annotated[
        bool,
        typer.Option(help="let the web pages show decrypted cases, to anybody on this machine"),
    ] = False,
) -> None:
    """Everything in one: Temporal, an acquirer simulator, a mailbox and a worker. It stays
    until it is stopped, and finds everything again after a restart."""

    async def work() -> None:
        settings = load_settings()
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        async with embedded(settings, load=load, web_ui=ui, readable=readable, webhooks=True) as (
            stack,
            supervisor,
        ):
            out.print(f"home        {stack.home}")
            out.print(f"temporal    {stack.temporal}")
            if ui:
                out.print(f"pages       http://127.0.0.1:{settings.port(Part.TEMPORAL_UI)}")
            out.print(f"simulator   {stack.simulator}")
            out.print(f"webhooks    {stack.webhooks}")
            if other_mail_server():
                out.print(f"mail        sent through {settings.smtp_host}:{settings.smtp_port}")
            else:
                out.print(f"mail        {stack.mail_folder}")
            out.print("ready: recourse case open --evidence-root examples examples/claims/*.yaml")
            await _until(stop, supervisor)

    run(work)


async def _until(stop: asyncio.Event, supervisor: Supervisor) -> None:
    """Return when told to stop. Raises ProcessError when a part is beyond repair."""
    try:
        async with asyncio.TaskGroup() as watch:
            crash = watch.create_task(supervisor.failed())
            await stop.wait()
            crash.cancel()
    except ExceptionGroup as crashes:
        raise crashes.exceptions[0] from None


def worker() -> None:
    """Take work from the queues until stopped; what is running is finished first."""

    async def work() -> None:
        settings = running_settings()
        if not settings.acquirers:
            fail("RECOURSE_ACQUIRERS names no acquirer; a worker needs at least one", Exit.USAGE)
        with logging_to(level=settings.log_level, form=settings.log_format):
            await take_work(settings, lambda words: out.print(words))

    run(work)


def webhooks() -> None:
    """Hear what acquirers say of themselves, until stopped: each notice makes its case look."""

    async def work() -> None:
        # A web server's modules take longer to load than most commands take to run.
        from console.webhooks import create_app, serve, verifiers

        settings = running_settings()
        known = verifiers(settings)
        if not known:
            fail("RECOURSE_WEBHOOKS names no acquirer whose notices are heard", Exit.USAGE)
        with logging_to(level=settings.log_level, form=settings.log_format):
            async with desk(settings) as to:
                port = settings.port(Part.WEBHOOKS)
                await serve(create_app(to, known), port, lambda words: out.print(words))

    run(work)

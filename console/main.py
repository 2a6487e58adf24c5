"""``recourse``: the command line. Each group of commands has a module of its own."""

import os
import sys

import typer

from console import cases, demo, holding, ledger, policies, replaying, service, statements

app = typer.Typer(
    name="recourse",
    help="Durable dispute resolution for card payments at the till.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=True,
)
cases.app.command("holds")(holding.holds)
cases.app.command("free")(holding.free)
app.add_typer(cases.app, name="case", help="Open, show and act on cases.")
app.add_typer(policies.policy, name="policy", help="Playbooks: look at them, check them.")
app.add_typer(policies.calendar, name="calendar", help="Working days.")
app.add_typer(ledger.app, name="ledger", help="Sales in the acquirers' books.")
app.add_typer(statements.app, name="statement", help="Read what a cardholder downloaded.")
app.command("demo")(demo.demo)
app.command("up")(service.up)
app.command("worker")(service.worker)
app.command("webhooks")(service.webhooks)
app.command("replay")(replaying.replay)


def run() -> None:
    """Run a command and end the process at once, with everything written.

    An interpreter that is torn down while the SDK's own threads still run may abort
    (temporalio/sdk-python#300); there is nothing left to tear down.
    """
    try:
        app()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    run()

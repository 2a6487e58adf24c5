"""``python -m recourse.acquirers.simulator``: the simulator as a process of its own."""

import argparse
import asyncio
import os
import sys
from datetime import datetime
from pathlib import Path

from pydantic import HttpUrl

from recourse.acquirers.errors import AcquirerMisconfigured
from recourse.acquirers.simulator import loading
from recourse.acquirers.simulator.clock import Clock
from recourse.acquirers.simulator.face_keys import faces_of, make_keys
from recourse.acquirers.simulator.ledger import Ledger
from recourse.acquirers.simulator.loading import LoadOptions, UnreadableExport
from recourse.acquirers.simulator.outbox import Webhook
from recourse.acquirers.simulator.server import HOST, Tokens, contract_text, create_app, serve
from recourse.disputes.casetime import CaseTime

TOKEN = "RECOURSE_SIMULATOR_TOKEN"  # noqa: S105 - the name of a variable
ADMIN_TOKEN = "RECOURSE_SIMULATOR_ADMIN_TOKEN"  # noqa: S105 - the name of a variable

WEBHOOK_URL = "RECOURSE_SIMULATOR_WEBHOOK_URL"
"""Where notices go; unset: where the ledger says."""
WEBHOOK_SECRET = "RECOURSE_SIMULATOR_WEBHOOK_SECRET"  # noqa: S105 - the name of a variable


def main(argv: list[str] | None = None) -> int:
    """Exit codes: 0 ended by a signal, 2 bad usage or input."""
    options = _arguments(argv)
    if options.contract:
        sys.stdout.write(contract_text())
        return 0
    try:
        if options.make_keys is not None:
            make_keys(options.make_keys)
            return 0
        tokens = Tokens(public=os.environ[TOKEN], admin=os.environ[ADMIN_TOKEN])
        ledger = Ledger(options.db)
        if options.load is not None:
            _load(ledger, options.load, options.currency)
        if os.environ.get(WEBHOOK_URL):
            ledger.outbox.send_to(
                Webhook(url=HttpUrl(os.environ[WEBHOOK_URL]), secret=os.environ[WEBHOOK_SECRET])
            )
        faces = faces_of(options.faces) if options.faces is not None else ()
        app = create_app(ledger, Clock(_time(options)), tokens, faces)
        asyncio.run(serve(app, options.port, _say_listening))
    except KeyError as missing:
        return _complain(f"set {missing.args[0]} in the environment")
    except (OSError, ValueError, UnreadableExport, AcquirerMisconfigured) as error:
        return _complain(str(error))
    ledger.close()
    return 0


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="recourse.acquirers.simulator",
        description=f"A stateful acquirer. Tokens come from {TOKEN} and {ADMIN_TOKEN}.",
    )
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--db", type=Path, default=Path("simulator.sqlite"), help="the ledger")
    parser.add_argument("--load", type=Path, help="a retail export to load first")
    parser.add_argument("--currency", default="CNY", help="of the export")
    parser.add_argument("--origin", type=datetime.fromisoformat, help="case time at --started")
    parser.add_argument("--started", type=datetime.fromisoformat, help="real time of --origin")
    parser.add_argument("--rate", type=int, default=1, help="case seconds in a real second")
    parser.add_argument("--faces", type=Path, help="a folder of keys: speak Lakala and UnionPay")
    parser.add_argument("--make-keys", type=Path, help="write such a folder and end")
    parser.add_argument("--contract", action="store_true", help="print the OpenAPI and end")
    return parser.parse_args(argv)


def _time(options: argparse.Namespace) -> CaseTime | None:
    if options.origin is None and options.started is None and options.rate == 1:
        return None
    if options.origin is None or options.started is None:
        raise ValueError("--origin, --started and --rate belong together")
    return CaseTime(origin=options.origin, started=options.started, rate=options.rate)


def _load(ledger: Ledger, path: Path, currency: str) -> None:
    report = loading.load_file(ledger.sales, path, LoadOptions(currency=currency))
    for row in report.refused:
        print(f"refused line {row.line} ({row.reference}): {row.reason}", file=sys.stderr)  # noqa: T201 - its user's terminal
    print(f"loaded {report.loaded}, there before {report.already}", file=sys.stderr)  # noqa: T201 - its user's terminal


def _say_listening(port: int) -> None:
    print(f"listening on {HOST}:{port}", flush=True)  # noqa: T201 - the starter reads this line


def _complain(message: str) -> int:
    print(f"simulator: {message}", file=sys.stderr)  # noqa: T201 - its user's terminal
    return 2


if __name__ == "__main__":
    raise SystemExit(main())

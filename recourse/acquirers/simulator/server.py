"""The simulator as an application and as a server."""

import asyncio
import contextlib
import json
import secrets
import signal
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from recourse.acquirers.contract import SIGNATURE, ErrorBody, ErrorCode, Notice
from recourse.acquirers.simulator.administration import admin_routes
from recourse.acquirers.simulator.clock import Clock
from recourse.acquirers.simulator.connections import ClosableProtocol, SimulatorServer
from recourse.acquirers.simulator.errors import Refusal
from recourse.acquirers.simulator.face import Face
from recourse.acquirers.simulator.ledger import Ledger
from recourse.acquirers.simulator.outbox import Deliverer
from recourse.acquirers.simulator.public import Front, as_json, public_routes
from recourse.disputes.pan import contains_card_data

HOST = "127.0.0.1"
GRACE = 1
"""Seconds for open calls to end at a shutdown; a call kept silent by a fault is then cut."""
KEEP_ALIVE = 30
"""Seconds an idle connection is kept: longer than any client of ours keeps it, so that none
is closed under a request that is on its way."""

_DESCRIPTION = """What the `rest` adapter of Recourse asks of an acquirer.

Three rules carry the rest. The same effect id is one effect, however often it is sent. An
answer that is lost is queried, never asked again: so `404` with code `effect_unknown` must
mean that the order never arrived. Accepted is not posted: an effect is read until it is.

Money is `minor`, an integer of the currency's smallest unit, with `currency`; `amount` is the
same in decimal text. Times are ISO 8601 with an offset."""


_SIGNED = """`t=<unix seconds>,v1=<hex>`, perhaps with a second `v1` while the secret is changed:
HMAC-SHA256 over `<t>.<body>` with the secret agreed on. More than five minutes from the
receiver's time, either way, it is refused."""


@dataclass(frozen=True)
class Tokens:
    """Bearer tokens: of the contract, and of the admin API."""

    public: str = field(repr=False)
    admin: str = field(repr=False)


def create_app(ledger: Ledger, clock: Clock, tokens: Tokens, faces: Sequence[Face] = ()) -> FastAPI:
    """The simulator. Faults that close a connection need ``serve``'s server under it.
    ``faces`` speak for the same books in the wire formats of providers."""
    app = FastAPI(
        title="Recourse: acquirer contract",
        version="1",
        description=_DESCRIPTION,
        openapi_url=None,
        separate_input_output_schemas=False,
    )
    front = Front(ledger, clock)
    app.state.deliverer = Deliverer(ledger.outbox, clock.now)
    app.include_router(
        public_routes(front), prefix="/v1", dependencies=[Depends(_bearer(tokens.public))]
    )
    app.include_router(
        admin_routes(front, faces),
        prefix="/admin",
        dependencies=[Depends(_bearer(tokens.admin))],
        include_in_schema=False,
    )
    for face in faces:
        app.include_router(face.routes(front), prefix=face.prefix, include_in_schema=False)
    _answer_errors(app)

    @app.webhooks.post("effect-changed", operation_id="effectChanged")
    def effect_changed(
        notice: Notice,
        signed: Annotated[str, Header(alias=SIGNATURE, description=_SIGNED)],
    ) -> None:
        """Sent to the address agreed on when there is news of an effect, and again until it is
        answered with 2xx. It is a hint: the receiver reads the effect and believes that alone.
        Any order, more than once, or never: an effect is also read without it."""

    return app


def contract_text() -> str:
    """The published contract: the public routes as OpenAPI, as docs/ keeps it."""
    ledger = Ledger(":memory:")
    try:
        schema = create_app(ledger, Clock(), Tokens(public="", admin="")).openapi()
    finally:
        ledger.close()
    # Money is read in two forms; on the wire it is always written in both.
    money = schema["components"]["schemas"]["Money"]
    money["properties"]["amount"] = {
        "type": "string",
        "description": "Decimal text with exactly the currency's digits; must agree with minor.",
        "examples": ["139.12"],
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


@contextlib.asynccontextmanager
async def serving(app: FastAPI, port: int = 0, host: str = HOST) -> AsyncIterator[int]:
    """Serve inside a running program; gives the port. Raises OSError when it is taken."""
    async with _running(app, host, port) as (server, task, bound):
        try:
            yield bound
        finally:
            server.should_exit = True
            await task


async def serve(
    app: FastAPI, port: int, on_listening: Callable[[int], None], host: str = HOST
) -> None:
    """Serve until SIGTERM or SIGINT. Raises OSError when the port is taken."""
    async with _running(app, host, port) as (server, task, bound):
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, server.handle_exit, number, None)
        on_listening(bound)
        await task


@contextlib.asynccontextmanager
async def _running(
    app: FastAPI, host: str, port: int
) -> AsyncIterator[tuple[SimulatorServer, asyncio.Task[None], int]]:
    config = uvicorn.Config(
        app,
        http=ClosableProtocol,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
    )
    server = SimulatorServer(config)
    # Bound here and not by uvicorn, so that port 0 has a number before the first request.
    listener = socket.create_server((host, port), backlog=2048)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    task.add_done_callback(lambda _: server.listening.set())
    await server.listening.wait()
    if task.done():
        await task
    delivering = None
    if hasattr(app.state, "deliverer"):
        delivering = asyncio.create_task(app.state.deliverer.run())
    try:
        yield server, task, listener.getsockname()[1]
    finally:
        if delivering is not None:
            delivering.cancel()
            await asyncio.gather(delivering, return_exceptions=True)


def _bearer(token: str) -> Callable[[Any], None]:
    scheme = HTTPBearer(auto_error=False)

    def check(given: Annotated[HTTPAuthorizationCredentials | None, Depends(scheme)]) -> None:
        if given is None or not _same(given.credentials, token):
            raise Refusal(401, ErrorCode.UNAUTHORIZED, "the bearer token is missing or wrong")

    return check


def _same(given: str, token: str) -> bool:
    return secrets.compare_digest(given.encode(), token.encode())


def _answer_errors(app: FastAPI) -> None:
    """Every error has the contract's body."""

    @app.exception_handler(Refusal)
    async def refused(_: Request, error: Refusal) -> Response:
        return as_json(error.status, error.body)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        message = f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
        if contains_card_data(message):
            message = "there is card data where none belongs"
        return as_json(400, ErrorBody(code=ErrorCode.INVALID_REQUEST, message=message))

    @app.exception_handler(HTTPException)
    async def no_route(_: Request, error: HTTPException) -> Response:
        return as_json(
            error.status_code, ErrorBody(code=ErrorCode.NOT_FOUND, message=str(error.detail))
        )

    @app.exception_handler(Exception)
    async def internal(_: Request, __: Exception) -> Response:
        return as_json(500, ErrorBody(code=ErrorCode.INTERNAL, message="the simulator failed"))

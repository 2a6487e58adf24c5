"""Answers that are none: a connection closed, or kept silent, by a server that can do both."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

import uvicorn
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

_CLOSE = "recourse.close_connection"
SILENT_FOR = 300.0
"""Seconds a connection is kept silent at most; no caller of ours waits as long."""


class ClosableProtocol(H11Protocol):
    """HTTP/1.1 that lets an application close its connection without an answer."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # asyncio does this only for sockets made with proto=IPPROTO_TCP. Without it every
        # answer, written as head and body, waits 40 ms for the caller's delayed ACK.
        connection: socket.socket = transport.get_extra_info("socket")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        app: Any = self.app

        async def closable(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
            scope[_CLOSE] = transport.close
            await app(scope, receive, send)

        self.app = closable


class HangUp(Response):
    """Close the connection and say nothing."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        close: Callable[[], None] = scope[_CLOSE]
        close()
        await _until_disconnected(receive)


class Silence(Response):
    """Say nothing until the caller gives up."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SILENT_FOR):
                await _until_disconnected(receive)
        close: Callable[[], None] = scope[_CLOSE]
        close()


async def _until_disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class SimulatorServer(uvicorn.Server):
    """uvicorn that tells when it listens, and leaves signals to whoever starts it: on its own
    it would raise them again at the end, and the ledger would not be closed."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

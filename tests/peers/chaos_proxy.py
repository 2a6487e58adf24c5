"""A proxy that loses, delays and spoils calls on their way to a server that does none of it."""

import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Protocol

import httpx2
import uvicorn

from tests.eventually import assert_eventually

Message = dict[str, object]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Trouble(StrEnum):
    REQUEST_LOST = "request_lost"
    """The connection is closed; the server has seen nothing."""
    REPLY_LOST = "reply_lost"
    """The server has done it all; then the connection is closed."""
    LATE = "late"
    """The server sees the call ``delay`` seconds later, when the caller has given up."""
    ERROR_BEFORE = "error_before"
    """503 and the server has seen nothing."""
    ERROR_AFTER = "error_after"
    """502 although the server has done it all."""


class Watcher(Protocol):
    """Who sees every call pass, and may hold it."""

    async def arrived(self, call: str) -> None:
        """Method, path, query and body, before the server sees them."""
        ...

    async def answering(self, call: str, reply: bytes) -> None:
        """Before the caller sees the reply."""
        ...


class ChaosProxy:
    """Forwards to ``target``. Each trouble that is added befalls one POST, in order, and each of
    ``reading`` one GET. ``done`` hears of every POST that the server took: path and reply."""

    def __init__(
        self,
        target: str,
        delay: float = 0.0,
        done: Callable[[str, bytes], None] = lambda path, reply: None,
    ) -> None:
        self._http = httpx2.AsyncClient(base_url=target, timeout=10)
        self._delay = delay
        self._done = done
        self.troubles: deque[Trouble] = deque()
        self.reading: deque[Trouble] = deque()
        self.befallen: Counter[str] = Counter()
        self.late: set[asyncio.Task[httpx2.Response]] = set()
        self.watcher: Watcher | None = None

    async def __call__(self, scope: dict[str, object], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            part = message.get("body", b"")
            body += part if isinstance(part, bytes) else b""
            if not message.get("more_body"):
                break
        call = f"{scope['method']} {scope['path']} {scope['query_string']!r} {body!r}"
        if self.watcher is not None:
            await self.watcher.arrived(call)
        waiting = self.troubles if scope["method"] == "POST" else self.reading
        trouble = waiting.popleft() if waiting else None
        if trouble:
            self.befallen[trouble.value] += 1
        if trouble is Trouble.REQUEST_LOST:
            raise ConnectionAbortedError
        if trouble is Trouble.ERROR_BEFORE:
            await _answer(send, 503, b"<html>Service Unavailable</html>")
            return
        if trouble is Trouble.LATE:
            task = asyncio.create_task(self._later(scope, body))
            self.late.add(task)
            task.add_done_callback(self.late.discard)
            await asyncio.sleep(self._delay)
            raise ConnectionAbortedError
        try:
            response = await self._forward(scope, body)
        except httpx2.TransportError:
            await _answer(send, 502, b"")
            return
        if trouble is Trouble.REPLY_LOST:
            raise ConnectionAbortedError
        if trouble is Trouble.ERROR_AFTER:
            await _answer(send, 502, b"<html>Bad Gateway</html>")
            return
        if self.watcher is not None:
            await self.watcher.answering(call, response.content)
        await _answer(send, response.status_code, response.content)

    async def aclose(self) -> None:
        await asyncio.gather(*self.late, return_exceptions=True)
        await self._http.aclose()

    async def _later(self, scope: dict[str, object], body: bytes) -> httpx2.Response:
        await asyncio.sleep(self._delay)
        return await self._forward(scope, body)

    async def _forward(self, scope: dict[str, object], body: bytes) -> httpx2.Response:
        query = scope["query_string"]
        assert isinstance(query, bytes)
        # localstripe knows one bound of a window alone; Stripe knows both.
        kept = [p for p in query.decode().split("&") if p and not p.startswith("created[lt]")]
        headers = scope["headers"]
        assert isinstance(headers, list)
        passed = {
            name.decode(): value.decode()
            for name, value in headers
            if name in (b"authorization", b"content-type", b"idempotency-key")
        }
        path = str(scope["path"])
        url = f"{path}?{'&'.join(kept)}" if kept else path
        response = await self._http.request(
            str(scope["method"]), url, content=body or None, headers=passed
        )
        if scope["method"] == "POST" and response.is_success:
            self._done(path, response.content)
        return response


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def through(proxy: ChaosProxy, port: int) -> AsyncIterator[str]:
    """The address of a proxy while it runs."""
    config = uvicorn.Config(
        proxy,
        host="127.0.0.1",
        port=port,
        log_config=None,
        lifespan="off",
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[config.bind_socket()]))
    try:

        async def up() -> None:
            assert server.started

        await assert_eventually(up)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await proxy.aclose()

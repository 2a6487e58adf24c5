"""Stripe's library over our own HTTP client.

The clients it ships tell every broken connection in one way. For money the difference counts:
a connection that was never made has carried nothing.
"""

from collections.abc import Awaitable, Mapping
from typing import Any, NoReturn

import httpx2
from stripe import APIConnectionError, HTTPClient

_NEVER_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.UnsupportedProtocol,
)
KEEP_IDLE_CONNECTIONS = 2.0
"""Seconds. Shorter than servers keep them, so that no order meets a connection being closed."""


class NeverSent(APIConnectionError):
    """No connection was made: Stripe has seen nothing of the call."""


class Lost(APIConnectionError):
    """The call may have arrived; its answer has not."""


class StripeTransport(HTTPClient):
    """One pool of connections. Its errors name what happened and hold no data."""

    name = "httpx2"

    def __init__(self, timeout: float, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        super().__init__()
        self._http = httpx2.AsyncClient(
            timeout=timeout,
            limits=httpx2.Limits(max_connections=100, keepalive_expiry=KEEP_IDLE_CONNECTIONS),
            transport=transport,
        )

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        try:
            response = await self._http.request(
                method, url, headers=dict(headers), content=post_data or None
            )
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            _translate(error)
        return response.content, response.status_code, response.headers

    def sleep_async(self, secs: float) -> Awaitable[None]:
        """Only asked for between retries, which we have none of."""
        raise NotImplementedError

    async def close_async(self) -> None:
        await self._http.aclose()


def _translate(error: Exception) -> NoReturn:
    if isinstance(error, _NEVER_SENT):
        raise NeverSent(type(error).__name__) from None  # type: ignore[no-untyped-call]
    late = isinstance(error, httpx2.TimeoutException)
    raise Lost("time_out" if late else "disconnected") from None  # type: ignore[no-untyped-call]

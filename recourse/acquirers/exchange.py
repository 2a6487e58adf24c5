"""One HTTP exchange with an acquirer, and the one question that matters when it fails:
may what was asked have been carried out?
"""

from collections.abc import Mapping

import httpx2

from recourse.acquirers.errors import AcquirerMisconfigured, AcquirerUnavailable

DEFAULT_TIMEOUT = 10.0
"""Seconds for each of connect, write and read. What is unknown after it is queried."""
MOST_CONNECTIONS = 100
KEEP_IDLE_CONNECTIONS = 2.0
"""Seconds. Shorter than servers keep them: an order on a connection that is just being
closed would end as unknown for nothing."""

_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
_NO_ADDRESS = (httpx2.UnsupportedProtocol, httpx2.InvalidURL)


class Unsure(Exception):
    """The request may have been carried out; ``why`` says what is missing."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Exchange:
    """Posts to one acquirer. Safe for concurrent use; close it with ``aclose``."""

    def __init__(
        self,
        name: str,
        base_url: str,
        timeout: float = DEFAULT_TIMEOUT,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self.name = name
        self._http = httpx2.AsyncClient(
            base_url=base_url.rstrip("/"),
            timeout=timeout,
            limits=httpx2.Limits(
                max_connections=MOST_CONNECTIONS, keepalive_expiry=KEEP_IDLE_CONNECTIONS
            ),
            transport=transport,
        )

    async def aclose(self) -> None:
        await self._http.aclose()

    async def order(self, path: str, body: bytes, headers: Mapping[str, str]) -> httpx2.Response:
        """Post something that must happen once; the reply has status 200. Raises
        AcquirerUnavailable when nothing was sent or nothing was taken (429), and Unsure
        when it may have been carried out."""
        try:
            response = await self._post(path, body, headers)
        except _NEVER_SENT as error:
            raise AcquirerUnavailable(f"POST {path}: {_short(error)}") from error
        except httpx2.TimeoutException as error:
            raise Unsure("timeout") from error
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            raise Unsure("disconnected") from error
        self._check_credentials(response, path)
        if response.status_code == 429:
            raise AcquirerUnavailable(f"POST {path}: HTTP 429")
        if response.status_code != 200:
            raise Unsure(f"http_{response.status_code}")
        return response

    async def read(self, path: str, body: bytes, headers: Mapping[str, str]) -> httpx2.Response:
        """Post a question; the reply has status 200. Raises AcquirerUnavailable otherwise."""
        try:
            response = await self._post(path, body, headers)
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            raise AcquirerUnavailable(f"POST {path}: {_short(error)}") from error
        self._check_credentials(response, path)
        if response.status_code != 200:
            raise AcquirerUnavailable(f"POST {path}: HTTP {response.status_code}")
        return response

    async def _post(self, path: str, body: bytes, headers: Mapping[str, str]) -> httpx2.Response:
        try:
            return await self._http.post(path, content=body, headers=dict(headers))
        except _NO_ADDRESS as error:
            raise AcquirerMisconfigured(f"POST {path}: {_short(error)}") from error

    def _check_credentials(self, response: httpx2.Response, path: str) -> None:
        if response.status_code in (401, 403):
            raise AcquirerMisconfigured(
                f"{self.name}: {path}: HTTP {response.status_code}; check the keys"
            )


def _short(error: Exception) -> str:
    return type(error).__name__

"""``localstripe`` as a process: an acquirer that ignores idempotency keys and gives back more
than was taken. It runs in an environment of its own and is never imported."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

import httpx2

ROOT = Path(__file__).parents[2]
EXECUTABLE = ROOT / ".venv-peers" / "bin" / "localstripe"
API_KEY = "sk_test_12345"
TEST_CARD = "4242424242424242"
"""Stripe's public test number."""


class LocalStripe:
    """Arranges and audits past the adapter. Ended in peace and started again, it keeps its
    books."""

    def __init__(self, port: int, books: Path) -> None:
        self.port = port
        self._books = books
        self._log = books.with_suffix(".log")
        self._process: asyncio.subprocess.Process | None = None
        self.http = httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{port}/v1", auth=(API_KEY, ""), timeout=10
        )

    async def start(self) -> None:
        arguments = () if self._books.exists() else ("--from-scratch",)
        with self._log.open("ab") as log:
            self._process = await self._run(log, *arguments)
        async with asyncio.timeout(20):
            while not await self.answers():
                said = self._log.read_text(encoding="utf-8")[-2000:]
                assert self._process.returncode is None, said
                await asyncio.sleep(0.05)

    async def _run(self, log: BinaryIO, *arguments: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *self.command, *arguments, stdout=log, stderr=log, env=self.environment
        )

    @property
    def command(self) -> list[str]:
        return [str(EXECUTABLE), "--port", str(self.port)]

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path(__file__).parent / "loopback"),
            "PEER_BOOKS": str(self._books),
        }

    async def answers(self) -> bool:
        """Whether somebody listens."""
        with contextlib.suppress(httpx2.TransportError):
            await self.http.get("/nothing")
            return True
        return False

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()

    async def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def charge(self, minor: int, currency: str = "cny", **more: str) -> str:
        """The id of a new charge."""
        method = await self._method()
        told = {"amount": str(minor), "currency": currency, "source": str(method["id"]), **more}
        return str((await self._post("/charges", told))["id"])

    async def intent(self, minor: int, capture: str = "manual") -> dict[str, object]:
        method = await self._method()
        told = {"amount": str(minor), "currency": "cny", "payment_method": str(method["id"])}
        return await self._post(
            "/payment_intents", {**told, "confirm": "true", "capture_method": capture}
        )

    async def refund(self, charge: str, minor: int) -> None:
        """Given back past the adapter."""
        await self._post("/refunds", {"charge": charge, "amount": str(minor)})

    async def given(self, charge: str) -> list[int]:
        """The amount of every refund of a charge."""
        answer = await self.http.get("/refunds", params={"charge": charge, "limit": 1000})
        return [refund["amount"] for refund in answer.raise_for_status().json()["data"]]

    async def _method(self) -> dict[str, object]:
        card = {"number": TEST_CARD, "exp_month": "12", "exp_year": "2030", "cvc": "123"}
        fields = {f"card[{name}]": value for name, value in card.items()}
        return await self._post("/payment_methods", {"type": "card", **fields})

    async def _post(self, path: str, data: dict[str, str]) -> dict[str, object]:
        answer = await self.http.post(path, data=data)
        content: dict[str, object] = answer.raise_for_status().json()
        return content


@asynccontextmanager
async def localstripe(port: int, folder: Path) -> AsyncIterator[LocalStripe]:
    assert EXECUTABLE.exists(), "make .venv-peers/ready installs what tests run beside us"
    peer = LocalStripe(port, folder / "localstripe.books")
    try:
        await peer.start()
        yield peer
    finally:
        await peer.stop()
        await peer.http.aclose()

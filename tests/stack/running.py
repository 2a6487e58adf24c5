"""A whole stack as its user runs it: ``recourse up`` as a process, killed and started."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client

from tests.eventually import assert_eventually
from worker import tether
from worker.client import connect
from worker.settings import Settings, load_settings
from worker.stack import Stack, running_stack

ROOT = Path(__file__).parents[2]
READY = "ready: "
STARTS_WITHIN = timedelta(seconds=60)
RECOURSE = (sys.executable, "-m", "console.main")


def clean_environment(home: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of this run without any setting of ours or of Temporal's in it."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("RECOURSE_", "TEMPORAL_")) and name != "COLUMNS"
    }
    return {**kept, "RECOURSE_HOME": str(home), **(extra or {})}


class Up:
    """``recourse up`` in a home of its own. Whatever it says is kept in one file."""

    def __init__(self, home: Path, *arguments: str, **settings: str) -> None:
        self.home = home
        self.said = home.parent / f"{home.name}.out"
        self.starts = 0
        self._arguments = arguments
        self._environment = clean_environment(home, settings)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def stack(self) -> Stack:
        found = running_stack(self.home)
        assert found is not None
        return found

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    async def start(self) -> None:
        """Start and return when the stack says that it is ready."""
        self.home.parent.mkdir(parents=True, exist_ok=True)
        with self.said.open("ab") as said:
            begin = said.tell()
            self._process = subprocess.Popen(  # noqa: ASYNC220 - returns at once
                # Should this run be killed, no stack of it stays behind.
                [
                    *(sys.executable, "-I", "-S", tether.__file__, str(os.getpid())),
                    *(*RECOURSE, "up", "--no-ui", *self._arguments),
                ],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        self.starts += 1

        async def ready() -> None:
            heard = self.said.read_bytes()[begin:].decode()
            if not self.running:
                raise RuntimeError(f"up has ended: {heard}")
            assert READY in heard, f"up is not ready: {heard}"

        await assert_eventually(ready, STARTS_WITHIN)

    async def stop(self) -> int:
        """SIGTERM, as a service manager does; the exit status."""
        return await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """SIGKILL: nothing of the process gets a chance to say farewell."""
        await self._end(signal.SIGKILL)

    async def _end(self, number: signal.Signals) -> int:
        process = self._process
        if process is None:
            return 0
        if process.poll() is None:
            process.send_signal(number)
        return await asyncio.to_thread(process.wait, 60)

    def pid(self, part: str) -> int:
        """The process id of a child; 0 while it has none."""
        with contextlib.suppress(OSError, ValueError):
            return int(json.loads((self.home / "run" / f"{part}.json").read_text())["pid"])
        return 0

    def kill_child(self, part: str) -> int:
        """SIGKILL one child of the stack; its pid, or 0 when it was not there to be killed."""
        pid = self.pid(part)
        with contextlib.suppress(ProcessLookupError):
            if pid:
                os.kill(pid, signal.SIGKILL)
                return pid
        return 0

    async def child_is_back(self, part: str, killed: int) -> None:
        """Wait until a killed child runs under another pid. Not until it is ready: what it
        is killed at next may well be its start."""

        async def back() -> None:
            assert self.running, f"the stack has ended: {self.said.read_text()}"
            assert self.pid(part) not in (0, killed), f"{part} is not back"

        await assert_eventually(back, STARTS_WITHIN)

    def log(self, part: str) -> str:
        with contextlib.suppress(OSError):
            return (self.home / "logs" / f"{part}.log").read_text("utf-8", errors="replace")
        return ""

    def settings(self) -> Settings:
        return load_settings(home=self.home, embedded_temporal=self.stack.temporal)

    async def client(self) -> Client:
        return await connect(self.settings(), role="tests")

    async def __aenter__(self) -> "Up":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

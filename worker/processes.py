"""Child processes: started in order, watched, restarted when they crash, stopped in reverse.

A child dies with its parent, also when that is killed with SIGKILL: on Linux by the
kernel (``worker.tether``), elsewhere at the next start, which ends what an earlier run
left behind before it takes its place (same ports, same database).
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from worker import tether
from worker.home import PortTaken, check_free, lock_home
from worker.stale import end_stale, write_pid

logger = logging.getLogger(__name__)

HealthCheck = Callable[[], Awaitable[bool]]


class ProcessError(Exception):
    """A child process did not come up, or crashed too often. Names it and its log file."""


@dataclass(frozen=True)
class RestartPolicy:
    """What to do when a child ends that should run: wait ``first_delay``, twice as long
    each time up to ``longest_delay``, at most ``attempts`` times. A child that then runs
    for ``forgiven_after`` starts with a clean slate."""

    attempts: int = 5
    first_delay: timedelta = timedelta(milliseconds=200)
    longest_delay: timedelta = timedelta(seconds=10)
    forgiven_after: timedelta = timedelta(seconds=60)

    def delay(self, attempt: int) -> timedelta:
        """Before the ``attempt``-th restart, counted from 1."""
        delay = self.first_delay
        for _ in range(attempt - 1):
            if delay >= self.longest_delay:
                break
            delay *= 2
        return min(delay, self.longest_delay)


@dataclass(frozen=True)
class Program:
    """What to run. It is ready when ``healthy`` says so or, without one, as soon as it
    has printed a line that contains ``ready_line``; with neither, at once."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    healthy: HealthCheck | None = None
    ready_line: str = ""
    port: int = 0
    """Where it will listen on 127.0.0.1: somebody else there is an error that says so, not
    a health check that a stranger answers. 0: not checked."""
    start_timeout: timedelta = timedelta(seconds=30)
    stop_timeout: timedelta = timedelta(seconds=15)
    """After SIGTERM; then SIGKILL."""
    restart: RestartPolicy = RestartPolicy()


class Child:
    """One running program, its log file and its pid file in ``home``."""

    def __init__(self, program: Program, home: Path) -> None:
        self.program = program
        self.log = home / "logs" / f"{program.name}.log"
        self._pid_file = home / "run" / f"{program.name}.json"
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start and wait until ready. Raises ``ProcessError`` or ``PortTaken``; then nothing
        is left running."""
        await asyncio.to_thread(end_stale, self._pid_file)
        if self.program.port:
            check_free(self.program.name, self.program.port)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            begin = log.tell()
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                "-S",
                tether.__file__,
                str(os.getpid()),
                *self.program.command,
                env={**os.environ, **self.program.environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A Ctrl-C in the terminal is for the parent, who stops us in order.
                start_new_session=True,
            )
        write_pid(self._pid_file, self._process.pid)
        try:
            async with asyncio.timeout(self.program.start_timeout.total_seconds()):
                await self._ready(begin)
        except TimeoutError:
            await self.stop()
            seconds = self.program.start_timeout.total_seconds()
            raise ProcessError(
                f"{self.program.name} was not ready after {seconds:g} s; see {self.log}"
            ) from None
        except BaseException:
            await self.stop()
            raise

    async def _ready(self, begin: int) -> None:
        check = self.program.healthy or (lambda: self._said_ready(begin))
        while True:
            if not self.running:
                code = self._process.returncode if self._process else None
                raise ProcessError(f"{self.program.name} ended with {code}; see {self.log}")
            if await check() and self.running:
                return
            await asyncio.sleep(0.02)

    async def _said_ready(self, begin: int) -> bool:
        with self.log.open("rb") as log:
            log.seek(begin)
            return self.program.ready_line.encode() in log.read()

    async def wait(self) -> int:
        """Wait for the end; the exit status, negative for a signal."""
        if self._process is None:
            raise ProcessError(f"{self.program.name} was never started")
        return await self._process.wait()

    async def stop(self) -> None:
        """SIGTERM, then SIGKILL. A child that is not running is no error."""
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                timeout = self.program.stop_timeout.total_seconds()
                await asyncio.wait_for(process.wait(), timeout)
            except TimeoutError:
                logger.warning("%s did not stop in time and is killed", self.program.name)
                self.kill()
                await process.wait()
        self._pid_file.unlink(missing_ok=True)

    def kill(self) -> bool:
        """SIGKILL, with whatever it has started; whether there was anybody to be killed."""
        process = self._process
        if process is None or process.returncode is not None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
            return True
        return False


class Supervisor:
    """Starts programs one after the other and keeps them running until ``stop``.

    Use as an async context manager, from a thread that lives as long as the children;
    entering raises ``HomeInUse``.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._children: list[Child] = []
        self._watchers: list[asyncio.Task[None]] = []
        self._failed: asyncio.Future[None] | None = None
        self._lock = contextlib.ExitStack()

    async def __aenter__(self) -> "Supervisor":
        # Two supervisors of one home would each take the other's children for leftovers.
        self._lock.enter_context(lock_home(self._home))
        return self

    async def __aexit__(self, *_: object) -> None:
        with self._lock:
            await self.stop()

    @property
    def children(self) -> tuple[Child, ...]:
        return tuple(self._children)

    async def start(self, program: Program) -> Child:
        """Start, wait until ready, and watch from then on. Raises what ``Child.start`` does."""
        child = Child(program, self._home)
        await child.start()
        self._children.append(child)
        self._watchers.append(asyncio.create_task(self._watch(child)))
        return child

    async def failed(self) -> None:
        """Wait until a child is beyond repair, then raise its ``ProcessError``."""
        await asyncio.shield(self._failure())

    async def stop(self) -> None:
        """Stop all, the last started first."""
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        self._watchers.clear()
        while self._children:
            await self._children.pop().stop()
        if self._failed is not None:
            self._failed.cancel()
            self._failed = None

    def _failure(self) -> asyncio.Future[None]:
        if self._failed is None:
            self._failed = asyncio.get_running_loop().create_future()
        return self._failed

    async def _watch(self, child: Child) -> None:
        policy, attempt = child.program.restart, 0
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            code = await child.wait()
            if loop.time() - began >= policy.forgiven_after.total_seconds():
                attempt = 0
            attempt = await self._revive(child, attempt, code)
            if not child.running:
                return

    async def _revive(self, child: Child, attempt: int, code: int) -> int:
        name, policy = child.program.name, child.program.restart
        reason = f"{name} ended with {code}; see {child.log}"
        while attempt < policy.attempts:
            attempt += 1
            logger.warning("%s; restart %d of %d", reason, attempt, policy.attempts)
            await asyncio.sleep(policy.delay(attempt).total_seconds())
            try:
                await child.start()
            except (ProcessError, PortTaken, OSError) as error:
                reason = str(error)
            else:
                return attempt
        failure = self._failure()
        if not failure.done():
            failure.set_exception(ProcessError(f"{reason}; given up after {attempt} restarts"))
            # Somebody may never ask; the log has it anyway.
            failure.exception()
        logger.error("%s; given up after %d restarts", reason, attempt)
        return attempt

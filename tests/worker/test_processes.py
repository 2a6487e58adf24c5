"""Child processes: ready before the next starts, revived when they crash, never left behind."""

import asyncio
import contextlib
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.eventually import assert_eventually
from worker.processes import Child, ProcessError, Program, RestartPolicy, Supervisor
from worker.stale import born_at, end_stale, write_pid

FOREVER = "print('ready', flush=True)\nimport time\nwhile True: time.sleep(60)"
STUBBORN = f"import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n{FOREVER}"
AT_ONCE = RestartPolicy(attempts=2, first_delay=timedelta(0))


def _program(
    name: str,
    code: str = FOREVER,
    *,
    restart: RestartPolicy = AT_ONCE,
    ready_line: str = "ready",
    start_timeout: timedelta = timedelta(seconds=20),
    stop_timeout: timedelta = timedelta(seconds=20),
) -> Program:
    return Program(
        name,
        [sys.executable, "-I", "-S", "-c", code],
        ready_line=ready_line,
        restart=restart,
        start_timeout=start_timeout,
        stop_timeout=stop_timeout,
    )


async def test_crashed_child_is_started_again(tmp_path: Path) -> None:
    """A child that is killed comes back under another pid."""
    async with Supervisor(tmp_path) as supervisor:
        child = await supervisor.start(_program("mailbox"))
        first = child.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)

        async def is_back() -> None:
            assert child.running
            assert child.pid != first

        await assert_eventually(is_back)


async def test_child_that_keeps_crashing_is_given_up(tmp_path: Path) -> None:
    """After its attempts a child is given up, and the error names it and its log."""
    ran = tmp_path / "ran"
    fragile = (
        "import pathlib, sys\n"
        f"ran = pathlib.Path({str(ran)!r})\n"
        "if ran.exists(): sys.exit(7)\n"
        "ran.touch()\n"
        f"{FOREVER}"
    )
    async with Supervisor(tmp_path) as supervisor:
        child = await supervisor.start(_program("mailbox", fragile))
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        with pytest.raises(
            ProcessError, match=r"ended with 7; see .*mailbox\.log; given up after 2"
        ):
            await asyncio.wait_for(supervisor.failed(), 20)


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(1, 0.2), (2, 0.4), (3, 0.8), (6, 6.4), (7, 10), (50, 10)]
)
def test_restarts_wait_longer_each_time(attempt: int, seconds: float) -> None:
    """The wait doubles and has an end."""
    assert RestartPolicy().delay(attempt) == timedelta(seconds=seconds)


async def test_child_that_never_gets_ready_is_stopped(tmp_path: Path) -> None:
    """A child that is not ready in time is an error, and is not left running."""
    child = Child(
        _program("mailbox", ready_line="never said", start_timeout=timedelta(seconds=0.2)), tmp_path
    )
    with pytest.raises(
        ProcessError, match=r"mailbox was not ready after 0\.2 s; see .*mailbox\.log"
    ):
        await child.start()
    assert not child.running


async def test_child_that_ends_at_once_is_an_error(tmp_path: Path) -> None:
    """A child that ends before it is ready is an error at once, with its exit status."""
    with pytest.raises(ProcessError, match="mailbox ended with 7"):
        await Child(_program("mailbox", "raise SystemExit(7)"), tmp_path).start()


async def test_ready_line_of_an_earlier_run_does_not_count(tmp_path: Path) -> None:
    """The log of an earlier run does not make a silent child ready."""
    child = Child(_program("mailbox"), tmp_path)
    await child.start()
    await child.stop()
    silent = _program(
        "mailbox", "import time\ntime.sleep(60)", start_timeout=timedelta(seconds=0.2)
    )
    with pytest.raises(ProcessError, match="not ready"):
        await Child(silent, tmp_path).start()


async def test_children_stop_in_reverse_order(tmp_path: Path) -> None:
    """The last started stops first, so that nothing loses what it stands on."""
    said = tmp_path / "said"
    code = (
        "import signal, sys, time\n"
        "def stop(*_):\n"
        f"    open({str(said)!r}, 'a').write(sys.argv[1])\n"
        "    sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, stop)\n"
        f"{FOREVER}"
    )
    async with Supervisor(tmp_path / "home") as supervisor:
        for name in "abc":
            command = [sys.executable, "-I", "-S", "-c", code, name]
            await supervisor.start(Program(name, command, ready_line="ready"))
    assert said.read_text(encoding="ascii") == "cba"


async def test_child_that_does_not_stop_is_killed(tmp_path: Path) -> None:
    """A child deaf to SIGTERM is killed after its time."""
    child = Child(_program("mailbox", STUBBORN, stop_timeout=timedelta(seconds=0.1)), tmp_path)
    await child.start()
    await child.stop()
    assert await child.wait() == -signal.SIGKILL


async def test_leftover_of_an_earlier_run_is_ended(tmp_path: Path) -> None:
    """What an earlier run left running is gone before its successor starts."""
    leftover = await asyncio.create_subprocess_exec(
        sys.executable, "-c", FOREVER, start_new_session=True, stdout=asyncio.subprocess.DEVNULL
    )
    write_pid(tmp_path / "run" / "mailbox.json", leftover.pid)
    child = Child(_program("mailbox"), tmp_path)
    await child.start()
    assert await leftover.wait() == -signal.SIGKILL
    await child.stop()


async def test_stranger_with_a_known_pid_is_left_alone(tmp_path: Path) -> None:
    """A pid that now belongs to another process is not touched."""
    stranger = await asyncio.create_subprocess_exec(
        sys.executable, "-c", FOREVER, start_new_session=True, stdout=asyncio.subprocess.DEVNULL
    )
    pid_file = tmp_path / "mailbox.json"
    pid_file.write_text(f'{{"pid": {stranger.pid}, "born": "long ago"}}', encoding="ascii")
    await asyncio.to_thread(end_stale, pid_file)
    assert born_at(stranger.pid)
    assert not pid_file.exists()
    with contextlib.suppress(ProcessLookupError):
        stranger.kill()
    await stranger.wait()


async def test_child_dies_with_its_parent(tmp_path: Path) -> None:
    """The kernel ends a child whose parent is killed, and a program whose parent is gone already
    is never run."""
    parent = (
        "import subprocess, sys\n"
        "from worker import tether\n"
        "import os\n"
        "child = subprocess.Popen([sys.executable, '-I', '-S', tether.__file__, str(os.getpid()),\n"
        f"    sys.executable, '-I', '-S', '-c', {FOREVER!r}], stdout=subprocess.PIPE)\n"
        "child.stdout.readline()\n"
        "print(child.pid, flush=True)\n"
        "child.wait()\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", parent, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    child = int(await process.stdout.readline())
    assert born_at(child)
    process.kill()
    await process.wait()

    async def child_is_gone() -> None:
        assert born_at(child) == ""

    await assert_eventually(child_is_gone)

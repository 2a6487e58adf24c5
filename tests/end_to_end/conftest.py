"""One running stack for all end-to-end tests, reached as its users reach it: by commands."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEDGER = ROOT / "examples" / "ledger" / "uk-retail-invoices.csv"
CLAIMS = ROOT / "examples" / "claims"


@dataclass
class Up:
    """A stack, and how to give commands in its home."""

    home: Path

    def run(self, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "console.main", *map(str, arguments)],
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            timeout=60,
            cwd=ROOT,
            check=False,
        )

    def environment(self, **more: str) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("RECOURSE_", "TEMPORAL_"))}
        return kept | {"RECOURSE_HOME": str(self.home)} | more

    def open(self, claim: str) -> str:
        """Open an example; the id of its case."""
        done = self.run("case", "open", CLAIMS / claim, "--evidence-root", ROOT / "examples")
        assert done.returncode == 0, done.stderr
        return done.stdout.split()[0]


@pytest.fixture(scope="session")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    stack = Up(tmp_path_factory.mktemp("up"))
    log = stack.home / "up.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "console.main", "up", "--no-ui", "--load", str(LEDGER)],
            env=stack.environment(PYTHONUNBUFFERED="1"),
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            start_new_session=True,
        )
    try:
        wait_until_ready(process, log)
        yield stack
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for the line that a person waits for."""
    import time

    deadline = time.monotonic() + 60
    while "ready" not in log.read_text(encoding="utf-8"):
        assert process.poll() is None, log.read_text(encoding="utf-8")
        assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
        time.sleep(0.1)

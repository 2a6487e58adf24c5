"""The command line as its user runs it: a process of its own, what it prints and how it ends."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.stack.running import RECOURSE, ROOT, clean_environment

AT_ONCE = asyncio.Semaphore(3)
"""Commands at once: each is a Python that starts."""


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.code == 0, self
        return json.loads(self.out)


class Recourse:
    """``recourse`` in a home."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        self._environment = clean_environment(home, settings)

    async def __call__(self, *arguments: str | Path) -> Said:
        async with AT_ONCE:
            process = await asyncio.create_subprocess_exec(
                *RECOURSE,
                *(str(argument) for argument in arguments),
                cwd=ROOT,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            out, err = await process.communicate()
        return Said(process.returncode or 0, out.decode(), err.decode())

"""Waiting in tests: ask again until it is so, and never sleep for a guess."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

T = TypeVar("T")


async def assert_eventually(
    fn: Callable[[], Awaitable[T]],
    timeout: timedelta = timedelta(seconds=30),
    interval: timedelta = timedelta(milliseconds=20),
) -> T:
    """Call ``fn`` until it raises no ``AssertionError``; its last one is raised after
    ``timeout``. Any other error is raised at once. Returns what ``fn`` returned."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout.total_seconds()
    while True:
        try:
            return await fn()
        except AssertionError:
            if loop.time() >= deadline:
                raise
        await asyncio.sleep(interval.total_seconds())

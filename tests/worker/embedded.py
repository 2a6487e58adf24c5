"""A parent that can be killed: an embedded server under a supervisor, until it dies.

``python -m tests.worker.embedded HOME`` prints one JSON line when the server is ready.
"""

import asyncio
import json
import sys
from pathlib import Path

from temporalio.common import SearchAttributeKey

from worker.processes import Supervisor
from worker.settings import Part, Settings
from worker.temporal_server import TemporalServer

STAGE = SearchAttributeKey.for_keyword("EmbeddedStage")


async def main(home: Path) -> None:
    server = TemporalServer(home, Settings(home=home).port(Part.TEMPORAL), [STAGE])
    async with Supervisor(home) as supervisor:
        child = await supervisor.start(server.program())
        sys.stdout.write(json.dumps({"address": server.address, "pid": child.pid}) + "\n")
        sys.stdout.flush()
        await supervisor.failed()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))

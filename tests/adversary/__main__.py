"""``python -m tests.adversary``: so many corrections per adapter, and what came of them."""

import argparse
import asyncio
import logging
import shutil
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from tests.adversary.attack import LONG_RUN, attack
from tests.adversary.cast import PEERS


def main() -> int:
    """Exit code 1 when anything was paid twice, lost, or paid over what was captured."""
    parser = argparse.ArgumentParser(prog="tests.adversary", description=__doc__)
    parser.add_argument("--adapter", action="append", choices=sorted(PEERS), help="default: all")
    parser.add_argument("--corrections", type=int, default=1000)
    parser.add_argument("--seed", default=str(time.time_ns()))
    parser.add_argument("--minutes", type=float, default=60, help="given up after so long")
    options = parser.parse_args()
    # A connection that is cut on purpose is an exception in the server that cuts it.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    sound = True
    for name in options.adapter or sorted(PEERS):
        # Kept when something goes wrong: the logs are there.
        folder = Path(tempfile.mkdtemp(prefix=f"adversary-{name}-"))
        sys.stdout.write(f"{name}: seed {options.seed}, logs in {folder}\n")
        sys.stdout.flush()
        within = timedelta(minutes=options.minutes)
        report = asyncio.run(
            attack(name, folder, options.corrections, options.seed, within, LONG_RUN)
        )
        sys.stdout.write(f"{report}\n")
        for what in ("doubled", "lost", "over_captured", "disagreeing"):
            for which in getattr(report, what):
                sys.stdout.write(f"  {what}: {which}\n")
        sys.stdout.flush()
        sound = sound and report.sound
        if report.sound:
            shutil.rmtree(folder)
    return 0 if sound else 1


if __name__ == "__main__":
    raise SystemExit(main())

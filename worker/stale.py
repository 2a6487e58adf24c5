"""Processes that an earlier run left behind: known by their pid and their time of birth."""

import contextlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path


def write_pid(pid_file: Path, pid: int) -> None:
    """Remember a child, so that the next run can end it."""
    pid_file.parent.mkdir(parents=True, exist_ok=True)
    draft = pid_file.with_suffix(".draft")
    draft.write_text(json.dumps({"pid": pid, "born": born_at(pid)}), encoding="utf-8")
    draft.replace(pid_file)


def end_stale(pid_file: Path) -> None:
    """Kill what an earlier run left behind, and wait until it is gone.

    Children lead a process group of their own, which ends with them. A pid alone may by
    now be a stranger's: the time of birth must agree as well.
    """
    try:
        left = json.loads(pid_file.read_text(encoding="utf-8"))
        pid, born = int(left["pid"]), str(left["born"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        pid_file.unlink(missing_ok=True)
        return
    while born and born_at(pid) == born:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        time.sleep(0.01)
    pid_file.unlink(missing_ok=True)


def born_at(pid: int) -> str:
    """When a process began, as words that no other process ever shares; empty when there
    is none, or only the remains of one that nobody has waited for."""
    if Path("/proc/self/stat").exists():
        return _born_on_linux(pid)
    told = subprocess.run(
        ["/bin/ps", "-o", "state=,lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    return " ".join(told[1:]) if told and not told[0].startswith("Z") else ""


def _born_on_linux(pid: int) -> str:
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
    # proc(5): after the name in brackets, which may hold anything, come the state and, as
    # the 20th from there, the start in ticks since boot.
    fields = told.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else f"{boot} {fields[19]}"

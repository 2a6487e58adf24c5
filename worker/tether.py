"""Ties a child process to the life of its parent; run as a script before the real program.

``python -I -S tether.py PARENT_PID PROGRAM ARGUMENTS…`` asks the kernel to kill this
process when its parent dies, then becomes the program. A script of its own, because code
between fork and exec may deadlock in a parent that has threads, as every Temporal client
has. Imports nothing of this package: it must start in milliseconds.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
PARENT_IS_GONE = 3


def main(arguments: list[str]) -> None:
    parent, program = int(arguments[0]), arguments[1:]
    if sys.platform == "linux":
        # The kernel watches the *thread* that forked: start children from one that stays.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        # It died before the kernel knew whom to watch.
        sys.exit(PARENT_IS_GONE)
    os.execvp(program[0], program)  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])

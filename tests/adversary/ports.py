"""A port of this machine that nobody listens on, and that no connection is given meanwhile."""

import contextlib
import secrets
import socket

from worker.home import LASTING


def free_port() -> int:
    while True:
        port = secrets.choice(LASTING)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port

"""The folder where an embedded Recourse keeps its state: one process at a time, ports that stay."""

import contextlib
import fcntl
import json
import os
import secrets
import socket
from collections.abc import Collection, Iterator
from pathlib import Path


class HomeInUse(Exception):
    """Another process runs from this home: stop it, or choose another home."""


class PortTaken(Exception):
    """Somebody else listens where a part of ours should: free it, or choose another port."""


@contextlib.contextmanager
def lock_home(home: Path) -> Iterator[None]:
    """Hold ``home`` for this process; the kernel lets go when the process dies.

    Raises ``HomeInUse`` with the process id of the holder.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (home / "lock").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            words = f"{home} is in use by process {file.read().strip() or '?'}"
            raise HomeInUse(words) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


class Ports:
    """The ports of the embedded parts. A free port is chosen once and remembered in
    ``home``, because links in mails and bookmarks must survive a restart."""

    def __init__(self, home: Path) -> None:
        self._file = home / "ports.json"

    def port(self, part: str, wanted: int = 0) -> int:
        """The port of ``part``: ``wanted`` unless 0, else the remembered one, else a free
        one. Raises ``ValueError`` when the file that remembers them cannot be read."""
        if wanted:
            return wanted
        known = self._known()
        if part not in known:
            known[part] = free_port(known.values())
            self._remember(known)
        return known[part]

    def _known(self) -> dict[str, int]:
        try:
            content = json.loads(self._file.read_text(encoding="utf-8"))
            return {str(part): int(port) for part, port in content.items()}
        except FileNotFoundError:
            return {}
        except (ValueError, AttributeError, TypeError) as error:
            raise ValueError(f"{self._file} is damaged; delete it to choose new ports") from error

    def _remember(self, known: dict[str, int]) -> None:
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._file.with_name(f".ports.{secrets.token_hex(4)}")
        draft.write_text(json.dumps(known, indent=2), encoding="utf-8")
        draft.replace(self._file)


LASTING = range(20_000, 32_000)
"""Below the ports that systems give to connections going out: none of these may take it while
its part is down."""


def free_port(taken: Collection[int] = ()) -> int:
    """A port of this machine that nobody listens on, and none of ``taken``."""
    while True:
        port = secrets.choice(LASTING)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            if port not in taken:
                return port


def check_free(part: str, port: int) -> None:
    """Raises ``PortTaken`` naming the part when somebody listens on 127.0.0.1:``port``."""
    with socket.socket() as probe:
        # As the servers do: the remains of closed connections do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortTaken(f"port {port} for {part} is taken: {error.strerror}") from error

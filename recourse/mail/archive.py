"""What a mailbox keeps on disk: every delivery as a file, and an index over them."""

import contextlib
import json
from collections import Counter
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from pydantic import AwareDatetime, ValidationError

from recourse.disputes.models import Value

INDEX = "index.jsonl"


class ArchivedMail(Value):
    """One delivery. A message delivered twice is two of these with one Message-ID."""

    file: str
    message_id: str
    sender: str
    to: tuple[str, ...]
    """Envelope recipients: who really got it, whatever the To header says."""
    subject: str
    at: AwareDatetime
    """Wall time of the delivery; the Date header is case time."""


class MailArchive:
    """A directory of ``.eml`` files, one a delivery, with ``index.jsonl`` beside them.

    Any number of processes may read while one writes. The file is complete before the index
    names it, so a crash in between loses a line of the index and no mail: opening for
    writing puts the line back.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._last = 0

    def open(self) -> None:
        """Make the directory if need be, and index files that a crash left unindexed."""
        self.directory.mkdir(parents=True, exist_ok=True)
        index = self.directory / INDEX
        if index.exists() and not index.read_bytes().endswith(b"\n"):
            # A line torn by a crash: end it, or the next one would be lost with it.
            with index.open("ab") as stream:
                stream.write(b"\n")
        known = {entry.file for entry in self.entries()}
        for path in sorted(self.directory.glob("*.eml")):
            self._last = int(path.stem)
            if path.name not in known:
                at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                self._index(_entry(path.name, path.read_bytes(), at))

    def add(
        self, content: bytes, *, sender: str, to: tuple[str, ...], at: datetime
    ) -> ArchivedMail:
        """Keep one delivery. The archive must have been opened."""
        self._last += 1
        path = self.directory / f"{self._last:08d}.eml"
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(content)
        unfinished.replace(path)
        entry = _entry(path.name, content, at, sender, to)
        self._index(entry)
        return entry

    def entries(self) -> tuple[ArchivedMail, ...]:
        """Every delivery, oldest first."""
        index = self.directory / INDEX
        if not index.exists():
            return ()
        found: dict[str, ArchivedMail] = {}
        for line in index.read_text("utf-8", errors="replace").splitlines():
            with contextlib.suppress(ValidationError):
                entry = ArchivedMail.model_validate_json(line)
                found[entry.file] = entry
        return tuple(found[name] for name in sorted(found))

    def deliveries(self) -> Counter[str]:
        """How often each Message-ID was delivered. Above 1: the sender could not know."""
        return Counter(entry.message_id for entry in self.entries())

    def read(self, entry: ArchivedMail) -> EmailMessage:
        """The message of a delivery."""
        return _parsed((self.directory / entry.file).read_bytes())

    def _index(self, entry: ArchivedMail) -> None:
        line = json.dumps(entry.model_dump(mode="json"), ensure_ascii=False)
        with (self.directory / INDEX).open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")


def _parsed(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.SMTP)


def _entry(
    file: str, content: bytes, at: datetime, sender: str = "", to: tuple[str, ...] = ()
) -> ArchivedMail:
    message = _parsed(content)
    named = tuple(a.addr_spec for field in message.get_all("To", []) for a in field.addresses)
    return ArchivedMail(
        file=file,
        message_id=str(message.get("Message-ID", "")).strip(),
        sender=sender or str(message.get("From", "")),
        to=to or named,
        subject=str(message.get("Subject", "")),
        at=at,
    )

"""Evidence bytes on disk, content-addressed and write-once.

The address of a file is the SHA-256 of its bytes, so the same file is kept once, nothing can
be changed under its address, and every reading proves that what comes out went in.
"""

import hashlib
import os
import re
import secrets
from pathlib import Path

from recourse.vault.errors import EvidenceDamaged, EvidenceMissing

_DIGEST = re.compile(r"[0-9a-f]{64}")


class Vault:
    """A folder of evidence, readable by its owner alone (files 0600, folders 0700).

    Several processes may share it: a file appears whole or not at all.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, data: bytes) -> str:
        """Keep bytes and give their SHA-256 in hexadecimal. They are on the disk, not in a
        cache, when this returns. Bytes already here are left as they are, unless damaged."""
        digest = hashlib.sha256(data).hexdigest()
        try:
            self.get(digest)
        except (EvidenceMissing, EvidenceDamaged):
            self._write(digest, data)
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes under a digest, verified. Raises EvidenceMissing, EvidenceDamaged."""
        try:
            data = self._place(digest).read_bytes()
        except FileNotFoundError:
            raise EvidenceMissing(f"no evidence {digest}") from None
        if hashlib.sha256(data).hexdigest() != digest:
            raise EvidenceDamaged(f"evidence {digest} does not hash to its digest")
        return data

    def has(self, digest: str) -> bool:
        """Whether something lies under a digest; ``get`` tells whether it is intact."""
        return self._place(digest).is_file()

    def _place(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):  # anything else could be a path out of the vault
            raise EvidenceMissing("a digest is 64 hexadecimal digits in lower case")
        return self._root / digest[:2] / digest[2:]

    def _write(self, digest: str, data: bytes) -> None:
        place = self._place(digest)
        place.parent.mkdir(mode=0o700, exist_ok=True)
        draft = place.with_name(f".{place.name[:8]}.{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(place)  # whoever else writes it at this moment writes the same bytes
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        # Without this a power cut can lose the name of a file whose bytes are safe.
        for folder in (place.parent, self._root):
            _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

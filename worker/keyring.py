"""The keys that payloads are encrypted with: a file only its owner can read."""

import base64
import contextlib
import json
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

KEY_BYTES = 32
"""AES-256."""


class KeyringError(Exception):
    """A key or the key file cannot be used: a person must mend it. Never quotes a key."""


class UnknownKey(KeyringError):
    """A payload names a key that this keyring does not hold."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"the keyring holds no key {key_id!r}: was the right key file given?")
        self.key_id = key_id


@dataclass(frozen=True)
class Keyring:
    """Keys by id. ``active`` encrypts; the others only read what was written before."""

    active: str
    keys: Mapping[str, bytes] = field(repr=False)

    def __post_init__(self) -> None:
        if self.active not in self.keys:
            raise KeyringError(f"the active key {self.active!r} is not in the keyring")
        for key_id, key in self.keys.items():
            if len(key) != KEY_BYTES:
                raise KeyringError(f"key {key_id!r} has {len(key)} bytes instead of {KEY_BYTES}")
        object.__setattr__(self, "keys", MappingProxyType(dict(self.keys)))

    @classmethod
    def generate(cls) -> "Keyring":
        key_id = secrets.token_hex(4)
        return cls(key_id, {key_id: secrets.token_bytes(KEY_BYTES)})

    def rotated(self) -> "Keyring":
        """A keyring that encrypts with a new key and still reads with every old one."""
        fresh = Keyring.generate()
        return Keyring(fresh.active, {**self.keys, **fresh.keys})

    def key(self, key_id: str) -> bytes:
        """Raises ``UnknownKey``."""
        try:
            return self.keys[key_id]
        except KeyError:
            raise UnknownKey(key_id) from None

    @classmethod
    def load(cls, path: Path) -> "Keyring":
        """Raises ``KeyringError`` when the file is missing, is no key file, or could have
        been read by others: then its keys are no secret any more."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError as error:
            raise KeyringError(f"cannot read the key file {path}: {error.strerror}") from error
        with os.fdopen(descriptor, encoding="utf-8") as file:
            status = os.fstat(file.fileno())
            if stat.S_IMODE(status.st_mode) & 0o077:
                raise KeyringError(f"others can read the key file {path}: chmod 600 it")
            if status.st_uid != os.geteuid():
                raise KeyringError(f"the key file {path} belongs to another user")
            return cls._parse(path, file.read())

    @classmethod
    def _parse(cls, path: Path, text: str) -> "Keyring":
        try:
            content = json.loads(text)
            keys = {
                str(key_id): base64.b64decode(key, validate=True)
                for key_id, key in content["keys"].items()
            }
            active = str(content["active"])
        except (ValueError, KeyError, TypeError, AttributeError):
            # The cause would quote the text, which is made of keys.
            raise KeyringError(f"{path} is not a key file") from None
        return cls(active, keys)

    @classmethod
    def load_or_create(cls, path: Path) -> "Keyring":
        """Load ``path``, or write it with a new key. Two processes that start together
        end with the same keys."""
        if not path.exists():
            with contextlib.suppress(FileExistsError):
                cls.generate().create(path)
        return cls.load(path)

    def create(self, path: Path) -> None:
        """Write a new file. Raises ``FileExistsError`` rather than replace keys."""
        draft = self._draft(path)
        try:
            # A link fails where a rename would replace, and shows a whole file or none.
            os.link(draft, path)
        finally:
            draft.unlink()
        _sync_folder(path.parent)

    def save(self, path: Path) -> None:
        """Replace ``path`` in one step, for example after ``rotated``."""
        self._draft(path).replace(path)
        _sync_folder(path.parent)

    def _draft(self, path: Path) -> Path:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        content = {
            "active": self.active,
            "keys": {key_id: base64.b64encode(key).decode() for key_id, key in self.keys.items()},
        }
        with os.fdopen(os.open(draft, flags, 0o600), "w", encoding="utf-8") as file:
            json.dump(content, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        return draft


def _sync_folder(folder: Path) -> None:
    """Without it a power cut may lose the file, and with it every case."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""The vault gives back exactly what was put, or says that it cannot."""

import hashlib
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recourse.vault.errors import EvidenceDamaged, EvidenceMissing
from recourse.vault.store import Vault


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault")


def files(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "vault").rglob("*") if path.is_file()]


@given(data=st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_what_was_put_comes_out(vault: Vault, data: bytes) -> None:
    """Bytes lie under their SHA-256 and come out as they went in."""
    digest = vault.put(data)
    assert digest == hashlib.sha256(data).hexdigest()
    assert vault.get(digest) == data
    assert vault.has(digest)


def test_the_same_bytes_are_kept_once(vault: Vault, tmp_path: Path) -> None:
    """A second put of the same bytes, also at the same moment, leaves one untouched file."""
    vault.put(b"slip")
    (first,) = files(tmp_path)
    before = first.stat()
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(vault.put, [b"slip"] * 16))) == 1
        pool.map(vault.put, [b"other"] * 16)
    assert len(files(tmp_path)) == 2
    after = first.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_only_the_owner_reads(vault: Vault, tmp_path: Path) -> None:
    """Files are 0600 and folders 0700."""
    vault.put(b"slip")
    (file,) = files(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for folder in (file.parent, tmp_path / "vault"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_damage_is_noticed_and_mended_by_the_original(vault: Vault, tmp_path: Path) -> None:
    """Changed bytes are never given out; the original, put again, takes their place."""
    digest = vault.put(b"slip")
    (file,) = files(tmp_path)
    file.write_bytes(b"slap")
    with pytest.raises(EvidenceDamaged):
        vault.get(digest)
    vault.put(b"slip")
    assert vault.get(digest) == b"slip"


@pytest.mark.parametrize("digest", ["0" * 64, "", "../../etc/passwd", "A" * 64, "0" * 64 + "\n"])
def test_what_is_not_there_is_missing(vault: Vault, digest: str) -> None:
    """An unknown digest, and anything that is none, is missing and never a path."""
    with pytest.raises(EvidenceMissing):
        vault.get(digest)


def test_a_failed_write_leaves_nothing(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the disk refuses, neither the evidence nor half of it appears."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        vault.put(b"slip")
    assert files(tmp_path) == []

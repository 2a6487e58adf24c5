"""The key file: secret, whole, and never replaced by accident."""

import threading
from pathlib import Path

import pytest

from worker.keyring import Keyring, KeyringError, UnknownKey


def test_first_start_writes_a_file_only_the_owner_can_read(tmp_path: Path) -> None:
    """A new key file has mode 600 and reads back as what was written."""
    path = tmp_path / "deep" / "keyring.json"
    keyring = Keyring.load_or_create(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert Keyring.load(path) == keyring == Keyring.load_or_create(path)
    assert [file.name for file in path.parent.iterdir()] == ["keyring.json"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_file_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    """Keys that others could have read are no secret: the file is refused and named."""
    path = tmp_path / "keyring.json"
    Keyring.load_or_create(path)
    path.chmod(mode)
    with pytest.raises(KeyringError, match=r"keyring\.json: chmod 600"):
        Keyring.load(path)


def test_link_is_refused(tmp_path: Path) -> None:
    """A symbolic link is refused: who made it decides what we encrypt with."""
    Keyring.generate().create(tmp_path / "real.json")
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    with pytest.raises(KeyringError, match=r"link\.json"):
        Keyring.load(tmp_path / "link.json")


def test_create_never_replaces_keys(tmp_path: Path) -> None:
    """Creating over an existing file fails and leaves it as it was."""
    path = tmp_path / "keyring.json"
    first = Keyring.load_or_create(path)
    with pytest.raises(FileExistsError):
        Keyring.generate().create(path)
    assert Keyring.load(path) == first


def test_processes_that_start_together_share_the_keys(tmp_path: Path) -> None:
    """Of many first starts at once one writes the keys and all use them."""
    path, start, found = tmp_path / "keyring.json", threading.Barrier(8), []

    def first_start() -> None:
        start.wait()
        found.append(Keyring.load_or_create(path).active)

    threads = [threading.Thread(target=first_start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [Keyring.load(path).active] * 8


def test_rotation_keeps_old_keys_for_reading(tmp_path: Path) -> None:
    """After a rotation the new key is active and every old one is still there."""
    path = tmp_path / "keyring.json"
    before = Keyring.load_or_create(path)
    before.rotated().save(path)
    after = Keyring.load(path)
    assert after.active != before.active
    assert after.key(before.active) == before.key(before.active)
    assert path.stat().st_mode & 0o777 == 0o600


def test_unknown_key_is_named() -> None:
    """A key id that is not held is named in the error."""
    with pytest.raises(UnknownKey, match="'2026a'"):
        Keyring.generate().key("2026a")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"active": "a", "keys": {"a": "c2hvcnQ="}}',
        '{"active": "b", "keys": {}}',
        '{"active": "a", "keys": {"a": "c2VjcmV0IQ"}}',
    ],
)
def test_broken_file_is_an_error_without_its_content(tmp_path: Path, text: str) -> None:
    """A file that is no key file is refused without a quotation."""
    path = tmp_path / "keyring.json"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(KeyringError) as raised:
        Keyring.load(path)
    assert "c2" not in str(raised.value)


def test_keys_do_not_show_in_representations() -> None:
    """Printing a keyring shows no key."""
    keyring = Keyring.generate()
    assert repr(keyring.key(keyring.active))[2:-1] not in repr(keyring)
    assert "keys" not in repr(keyring)

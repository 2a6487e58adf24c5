"""Encryption of payloads: what leaves is unreadable, what comes back is what left."""

from collections.abc import Callable

import pytest
from temporalio.api.common.v1 import Payload

from worker.codec import ENCODING, KEY_ID, DecryptionFailed, EncryptionCodec
from worker.keyring import Keyring, UnknownKey

PLAIN = Payload(metadata={"encoding": b"json/plain"}, data=b'{"email": "wang.fang@example.com"}')


async def test_payload_comes_back_whole() -> None:
    """Decoding gives the payload with its metadata; what is stored shows neither."""
    codec = EncryptionCodec(Keyring.generate())
    [stored] = await codec.encode([PLAIN])
    assert b"wang" not in stored.SerializeToString()
    assert b"json/plain" not in stored.SerializeToString()
    assert await codec.decode([stored]) == [PLAIN]


async def test_same_payload_is_never_stored_alike() -> None:
    """Every encryption has a nonce of its own, so equal payloads do not show as equal."""
    codec = EncryptionCodec(Keyring.generate())
    stored = await codec.encode([PLAIN] * 50)
    assert len({payload.data[:12] for payload in stored}) == 50


async def test_old_key_reads_after_rotation() -> None:
    """What was written before a rotation stays readable; new payloads name the new key."""
    before = Keyring.generate()
    [old] = await EncryptionCodec(before).encode([PLAIN])
    after = EncryptionCodec(before.rotated())
    [new] = await after.encode([PLAIN])
    assert new.metadata[KEY_ID] != old.metadata[KEY_ID]
    assert await after.decode([old, new]) == [PLAIN, PLAIN]


async def test_missing_key_is_named() -> None:
    """A payload under a key we do not hold is an error that names the key id."""
    keyring = Keyring.generate()
    [stored] = await EncryptionCodec(keyring).encode([PLAIN])
    with pytest.raises(UnknownKey, match=keyring.active):
        await EncryptionCodec(Keyring.generate()).decode([stored])


async def test_other_key_under_the_same_id_is_named() -> None:
    """A key id that now names another key is an error that names it."""
    keyring = Keyring.generate()
    [stored] = await EncryptionCodec(keyring).encode([PLAIN])
    other = Keyring(keyring.active, {keyring.active: bytes(32)})
    with pytest.raises(DecryptionFailed, match=keyring.active):
        await EncryptionCodec(other).decode([stored])


def _flipped(payload: Payload) -> None:
    payload.data = payload.data[:-1] + bytes([payload.data[-1] ^ 1])


def _cut(payload: Payload) -> None:
    payload.data = payload.data[:9]


@pytest.mark.parametrize("damage", [_flipped, _cut])
async def test_damage_is_noticed(damage: Callable[[Payload], None]) -> None:
    """A changed or cut payload is refused, not decoded to something else."""
    codec = EncryptionCodec(Keyring.generate())
    [stored] = await codec.encode([PLAIN])
    damage(stored)
    with pytest.raises(DecryptionFailed):
        await codec.decode([stored])


async def test_key_id_is_authenticated() -> None:
    """The key id in the metadata cannot be exchanged, even for one with the same key."""
    key = Keyring.generate().rotated()
    alias = Keyring(key.active, {key.active: key.key(key.active), "alias": key.key(key.active)})
    codec = EncryptionCodec(alias)
    [stored] = await codec.encode([PLAIN])
    stored.metadata[KEY_ID] = b"alias"
    with pytest.raises(DecryptionFailed, match="alias"):
        await codec.decode([stored])


async def test_foreign_payload_passes_through() -> None:
    """Payloads of another encoding are returned as they are."""
    codec = EncryptionCodec(Keyring.generate())
    assert ENCODING != b"json/plain"
    assert await codec.decode([PLAIN]) == [PLAIN]

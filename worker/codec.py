"""Encryption of everything that Temporal stores of a case, except what it searches by."""

import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from google.protobuf.message import DecodeError
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from worker.keyring import Keyring, KeyringError

ENCODING = b"binary/recourse-aes-256-gcm"
KEY_ID = "recourse-key-id"
NONCE_BYTES = 12
"""96 random bits: safe for 2^32 payloads under one key (NIST SP 800-38D, 8.3); rotate then."""


class DecryptionFailed(KeyringError):
    """A payload is damaged, was tampered with, or its key id now names another key."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"a payload cannot be decrypted with key {key_id!r}")
        self.key_id = key_id


class EncryptionCodec(PayloadCodec):
    """AES-256-GCM over the whole payload, its own metadata included.

    Payloads of another encoding pass through ``decode``: search attributes, and what was
    written before encryption was switched on. Raises ``UnknownKey`` or
    ``DecryptionFailed``, both naming the key id.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._encrypt(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._decrypt(payload) for payload in payloads]

    def _encrypt(self, payload: Payload) -> Payload:
        key_id = self._keyring.active
        nonce = os.urandom(NONCE_BYTES)
        cipher = AESGCM(self._keyring.key(key_id))
        sealed = cipher.encrypt(nonce, payload.SerializeToString(), _bound(key_id))
        metadata = {"encoding": ENCODING, KEY_ID: key_id.encode()}
        return Payload(metadata=metadata, data=nonce + sealed)

    def _decrypt(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            return payload
        key_id = payload.metadata.get(KEY_ID, b"").decode("ascii", "replace")
        cipher = AESGCM(self._keyring.key(key_id))
        nonce, sealed = payload.data[:NONCE_BYTES], payload.data[NONCE_BYTES:]
        try:
            return Payload.FromString(cipher.decrypt(nonce, sealed, _bound(key_id)))
        except (InvalidTag, ValueError, DecodeError):
            raise DecryptionFailed(key_id) from None


def _bound(key_id: str) -> bytes:
    """Authenticated with the payload, so that neither name can be exchanged."""
    return ENCODING + b"\0" + key_id.encode()

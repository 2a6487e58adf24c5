"""UnionPay ACP 5.1.0 signatures, signMethod 01.

Drop ``signature`` and empty values, sort the keys as ASCII, join ``k=v`` with ``&``, take the
SHA-256 in lower-case hex, sign *that hex text* with RSA (PKCS#1 v1.5, SHA-256), base64.
Source: facts/ecosystem §5, UnionPay's developer kit for 5.1.0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from recourse.acquirers import keys
from recourse.acquirers.unionpay.wire import Fields

SIGNATURE = "signature"
CERTIFICATE = "signPubKeyCert"
RSA = "01"
"""signMethod. 11 and 12 are keyed hashes, 21 is SM2: none of them is spoken."""


class BadSignature(Exception):
    """The message is not what UnionPay signed. Says which check failed."""


def digest(fields: Mapping[str, str]) -> bytes:
    """What is signed: 64 hex digits."""
    kept = sorted((key, value) for key, value in fields.items() if value and key != SIGNATURE)
    text = "&".join(f"{key}={value}" for key, value in kept)
    return sha256(text.encode()).hexdigest().encode()


@dataclass(frozen=True)
class Signer:
    """Signs as one party. ``certificate`` tells the other side which key it is."""

    key: RSAPrivateKey
    certificate: x509.Certificate

    @property
    def cert_id(self) -> str:
        """certId: the serial number in decimal."""
        return str(self.certificate.serial_number)

    def signed(self, fields: Mapping[str, str]) -> Fields:
        """The fields, without empty ones, with ``signMethod`` and ``signature``."""
        kept = {key: value for key, value in fields.items() if value}
        kept["signMethod"] = RSA
        return {**kept, SIGNATURE: keys.sign(self.key, digest(kept))}


def check(fields: Mapping[str, str], key: RSAPublicKey | None) -> None:
    """Raises BadSignature unless the key signed the fields."""
    if fields.get("signMethod") != RSA:
        raise BadSignature("another signMethod")
    if key is None or not keys.holds(key, digest(fields), fields.get(SIGNATURE, "")):
        raise BadSignature("the signature does not hold")

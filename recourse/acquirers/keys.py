"""RSA keys and certificates from files, and signatures with them (PKCS#1 v1.5, SHA-256)."""

import base64
import binascii
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from recourse.acquirers.errors import AcquirerMisconfigured

LEAST_BITS = 2048
BROKEN = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What reading a certificate raises, at first sight or at any piece of it later on."""


def read_private_key(path: Path) -> RSAPrivateKey:
    """A private key in PEM, without a password. Raises AcquirerMisconfigured; the message
    names the file and nothing of what is in it."""
    try:
        key = load_pem_private_key(_content(path), None)
    except BROKEN as error:
        raise AcquirerMisconfigured(f"{path}: no private key in PEM without a password") from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < LEAST_BITS:
        raise AcquirerMisconfigured(f"{path}: must be an RSA key of {LEAST_BITS} bits or more")
    return key


def read_certificate(path: Path) -> x509.Certificate:
    """A certificate in PEM with an RSA key. Raises AcquirerMisconfigured."""
    try:
        certificate = x509.load_pem_x509_certificate(_content(path))
        usable = rsa_key(certificate) is not None
    except BROKEN as error:
        raise AcquirerMisconfigured(f"{path}: no certificate in PEM") from error
    if not usable:
        raise AcquirerMisconfigured(f"{path}: its key must be RSA of {LEAST_BITS} bits or more")
    return certificate


def rsa_key(certificate: x509.Certificate) -> RSAPublicKey | None:
    """The certificate's key when it is RSA and long enough."""
    key = certificate.public_key()
    return key if isinstance(key, RSAPublicKey) and key.key_size >= LEAST_BITS else None


def sign(key: RSAPrivateKey, text: bytes) -> str:
    """The signature in base64."""
    return base64.b64encode(key.sign(text, PKCS1v15(), SHA256())).decode()


def holds(key: RSAPublicKey, text: bytes, signature: str) -> bool:
    """Whether ``signature`` is the key's over ``text``, in the one base64 that spells it."""
    try:
        raw = base64.b64decode(signature, validate=True)
        key.verify(raw, text, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return base64.b64encode(raw).decode() == signature


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise AcquirerMisconfigured(f"{path}: {error.strerror}") from error

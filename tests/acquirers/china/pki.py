"""Keys and certificates, made anew at every run. Nothing of them is ever kept."""

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from recourse.acquirers.unionpay.certificates import SIGNER

UNIONPAY_NAME = f"041@Z12@{SIGNER}@00040000"
DAY = timedelta(days=1)


@cache
def a_key(whose: str) -> RSAPrivateKey:
    """One key for each name."""
    return rsa.generate_private_key(65537, 2048)


@cache
def fixed_key() -> RSAPrivateKey:
    """The same key at every run, from a seed, so that signatures can be written down."""
    source = Random("recourse golden vectors")
    while True:
        p, q = _prime(source), _prime(source)
        phi = (p - 1) * (q - 1)
        if phi % 65537:
            break
    d = pow(65537, -1, phi)
    numbers = rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=d % (p - 1),
        dmq1=d % (q - 1),
        iqmp=pow(q, -1, p),
        public_numbers=rsa.RSAPublicNumbers(65537, p * q),
    )
    return numbers.private_key()


def _prime(source: Random) -> int:
    while True:
        candidate = source.getrandbits(1024) | (3 << 1022) | 1
        if all(candidate % small for small in (3, 5, 7, 11, 13, 17, 19, 23)) and all(
            pow(base, candidate - 1, candidate) == 1 for base in (2, 3, 5, 7)
        ):
            return candidate


def a_certificate(
    key: RSAPrivateKey,
    name: str,
    *,
    issuer: x509.Certificate | None = None,
    issuer_key: RSAPrivateKey | None = None,
    ca: bool = False,
    since: datetime | None = None,
    until: datetime | None = None,
) -> x509.Certificate:
    now = datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since or now - DAY)
        .not_valid_after(until or now + 365 * DAY)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(issuer_key or key, SHA256())
    )


@cache
def root() -> x509.Certificate:
    return a_certificate(a_key("root"), "A root", ca=True)


@cache
def intermediate() -> x509.Certificate:
    return a_certificate(
        a_key("intermediate"), "An authority", issuer=root(), issuer_key=a_key("root"), ca=True
    )


def issued(
    key: RSAPrivateKey,
    name: str = UNIONPAY_NAME,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> x509.Certificate:
    """A certificate of the intermediate authority."""
    return a_certificate(
        key,
        name,
        issuer=intermediate(),
        issuer_key=a_key("intermediate"),
        since=since,
        until=until,
    )


@cache
def certificate_of(whose: str) -> x509.Certificate:
    """A self-signed certificate for ``a_key(whose)``."""
    return a_certificate(a_key(whose), whose)


@cache
def unionpay_certificate() -> x509.Certificate:
    return issued(a_key("unionpay"))


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def key_pem(key: RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def write_key(folder: Path, whose: str) -> Path:
    path = folder / f"{whose}.key"
    path.write_bytes(key_pem(a_key(whose)))
    return path


def write_certificate(folder: Path, name: str, certificate: x509.Certificate) -> Path:
    path = folder / f"{name}.pem"
    path.write_text(pem(certificate))
    return path

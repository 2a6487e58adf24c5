"""Lakala's signatures: LKLAPI-SHA256withRSA over text that differs by direction.

===========  ==================================================
request      ``appid\\nserial_no\\ntimestamp\\nnonce_str\\nbody\\n``
response     the same, from the ``Lklapi-*`` headers
notification ``timestamp\\nnonce_str\\nbody\\n``: neither appid nor serial
===========  ==================================================

Source: facts/ecosystem §5, Lakala's Java SDK 1.0.6. RSA PKCS#1 v1.5 with SHA-256; the body
is signed as it travels, byte for byte.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from recourse.acquirers import keys

SCHEME = "LKLAPI-SHA256withRSA"
FRESH_FOR = 300
"""Seconds a timestamp may lie before or after our clock: what passes for network delay and
clock drift. Lakala publishes no figure; WeChat Pay and Stripe use the same five minutes."""

_NONCE_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_NONCE_LENGTH = 32
_FIELD = re.compile(r'\s*([a-z_]+)="([^"]*)"\s*')


class BadSignature(Exception):
    """The message is not what its sender signed, or not now. Says which check failed."""


@dataclass(frozen=True)
class Signed:
    """What stands beside a body, in a request, a response or a notification."""

    timestamp: str
    nonce: str
    signature: str
    appid: str = ""
    serial: str = ""

    def text(self, body: bytes) -> bytes:
        """What the signature of a request or a response is over."""
        head = f"{self.appid}\n{self.serial}\n{self.timestamp}\n{self.nonce}\n"
        return head.encode(errors="replace") + body + b"\n"

    def notification_text(self, body: bytes) -> bytes:
        head = f"{self.timestamp}\n{self.nonce}\n"
        return head.encode(errors="replace") + body + b"\n"


def new_nonce() -> str:
    return "".join(secrets.choice(_NONCE_ALPHABET) for _ in range(_NONCE_LENGTH))


@dataclass(frozen=True)
class Signer:
    """Signs with one key. ``serial`` is the serial of the certificate that belongs to it."""

    appid: str
    serial: str
    key: RSAPrivateKey

    def request(self, body: bytes, now: datetime, nonce: str = "") -> str:
        """The ``Authorization`` header of a request."""
        signed = self._signed(now, nonce)
        return _authorization(signed, keys.sign(self.key, signed.text(body)), named=True)

    def response(self, body: bytes, now: datetime, nonce: str = "") -> dict[str, str]:
        """The headers of a response."""
        signed = self._signed(now, nonce)
        return {
            "Lklapi-Appid": signed.appid,
            "Lklapi-Serial": signed.serial,
            "Lklapi-Timestamp": signed.timestamp,
            "Lklapi-Nonce": signed.nonce,
            "Lklapi-Signature": keys.sign(self.key, signed.text(body)),
        }

    def notification(self, body: bytes, now: datetime, nonce: str = "") -> str:
        """The ``Authorization`` header of a notification."""
        signed = self._signed(now, nonce)
        signature = keys.sign(self.key, signed.notification_text(body))
        return _authorization(signed, signature, named=False)

    def _signed(self, now: datetime, nonce: str) -> Signed:
        return Signed(
            timestamp=str(int(now.timestamp())),
            nonce=nonce or new_nonce(),
            signature="",
            appid=self.appid,
            serial=self.serial,
        )


@dataclass(frozen=True)
class Verifier:
    """Verifies what one partner signed. Every check raises BadSignature."""

    appid: str
    serial: str
    """The serial under which the partner's certificate is known."""
    certificate: x509.Certificate

    def request(self, authorization: str, body: bytes, now: datetime) -> None:
        signed = read_authorization(authorization)
        self._check(signed, signed.text(body), now, named=True)

    def response(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        """``headers`` looks names up without regard to case, as HTTP libraries do."""
        signed = Signed(
            appid=headers.get("Lklapi-Appid", ""),
            serial=headers.get("Lklapi-Serial", ""),
            timestamp=headers.get("Lklapi-Timestamp", ""),
            nonce=headers.get("Lklapi-Nonce", ""),
            signature=headers.get("Lklapi-Signature", ""),
        )
        self._check(signed, signed.text(body), now, named=True)

    def notification(self, authorization: str, body: bytes, now: datetime) -> None:
        signed = read_authorization(authorization)
        self._check(signed, signed.notification_text(body), now, named=False)

    def _check(self, signed: Signed, text: bytes, now: datetime, *, named: bool) -> None:
        # A notification signs no names, so names in it would prove nothing.
        if named and signed.appid != self.appid:
            raise BadSignature("another appid")
        if named and signed.serial != self.serial:
            raise BadSignature("another serial")
        if not re.fullmatch(r"\d{1,12}", signed.timestamp, re.ASCII) or not signed.nonce:
            raise BadSignature("no timestamp or no nonce")
        if not (signed.nonce.isascii() and signed.nonce.isprintable()):
            raise BadSignature("a nonce that is not one line of ASCII")
        if abs(int(signed.timestamp) - now.timestamp()) > FRESH_FOR:
            raise BadSignature("too old, or from the future")
        if not self.certificate.not_valid_before_utc <= now <= self.certificate.not_valid_after_utc:
            raise BadSignature("the certificate is not valid now")
        key = keys.rsa_key(self.certificate)
        if key is None or not keys.holds(key, text, signed.signature):
            raise BadSignature("the signature does not hold")


def read_authorization(header: str) -> Signed:
    """The fields of an ``Authorization`` header. Raises BadSignature when it is not one of
    the scheme, or names a field twice: two readers could then see two messages."""
    scheme, _, rest = header.partition(" ")
    if scheme != SCHEME:
        raise BadSignature("another scheme")
    fields: dict[str, str] = {}
    for part in rest.split(","):
        found = _FIELD.fullmatch(part)
        if found is None or found[1] in fields:
            raise BadSignature("the header cannot be read")
        fields[found[1]] = found[2]
    return Signed(
        appid=fields.get("appid", ""),
        serial=fields.get("serial_no", ""),
        timestamp=fields.get("timestamp", ""),
        nonce=fields.get("nonce_str", ""),
        signature=fields.get("signature", ""),
    )


def _authorization(signed: Signed, signature: str, *, named: bool) -> str:
    names = f'appid="{signed.appid}",serial_no="{signed.serial}",' if named else ""
    return (
        f'{SCHEME} {names}timestamp="{signed.timestamp}",'
        f'nonce_str="{signed.nonce}",signature="{signature}"'
    )

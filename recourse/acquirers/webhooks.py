"""The acquirer's notices: verified, and then worth a look-up and nothing more.

What a notice says is never believed. One that is forged, repeated, late or out of order causes
at most a query, and the query's answer is what a case hears. The settings of an adapter make its
``Verifier``; that of the ``rest`` contract is here.

A notice of the ``rest`` contract is a JSON body (``contract.Notice``) with the header

    Recourse-Signature: t=<unix seconds>,v1=<hex>[,v1=<hex>…]

where ``v1`` is HMAC-SHA256 over ``<t>.<body>`` with the shared secret. While a secret is
changed the sender signs with both, or the receiver knows both. ``t`` is the moment of sending.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import ValidationError

from recourse.acquirers.contract import SIGNATURE, Notice
from recourse.acquirers.errors import AcquirerError
from recourse.disputes.effects import Hint

FRESH_FOR = timedelta(minutes=5)
"""How far the moment of sending may lie from ours, either way. What is repeated within it is
told by its id."""
LONGEST_BODY = 64 * 1024
"""Bytes. A notice names an effect; it carries nothing that needs more."""
MOST_SIGNATURES = 4
MOST_SECRETS = 2
"""The one in use, and the one before or after it."""


class WebhookRefused(AcquirerError):
    """The notice is not the acquirer's, was changed, is too old, or does not read: answer with
    an error and look nothing up. The message says which and repeats nothing of it."""


@dataclass(frozen=True)
class Arrived:
    """A notice as it came."""

    headers: Mapping[str, str]
    """Names in lower case, or looked up without regard to case."""
    body: bytes
    at: datetime
    """The real time."""
    effect: str = ""
    """What stood as ``effect`` in the query of the address it came to. Anybody can write it
    there: it counts only where what is signed agrees with it."""


Verifier = Callable[[Arrived], Hint]
"""Gives what a notice is about, its ``effect_id`` empty when it is about no effect of ours.
Raises WebhookRefused."""


def named_by(prefix: str, body: bytes) -> str:
    """An event id for notices that carry none: the same body is the same notice."""
    return f"{prefix}_{hashlib.sha256(body).hexdigest()[:40]}"


def believable(effect_id: str) -> str:
    """What an acquirer sends back as our id; empty when it cannot be one."""
    return effect_id if _EFFECT_ID.fullmatch(effect_id) else ""


def checked_secrets(secrets: Sequence[str]) -> list[str]:
    """Raises ValueError unless there are one or two, none of them empty."""
    if not 1 <= len(secrets) <= MOST_SECRETS or not all(secrets):
        raise ValueError("one secret, or two while it is changed")
    return list(secrets)


def no_secrets(secrets: Sequence[str]) -> None:
    """Raises ValueError when there are some, for a scheme that knows none."""
    if secrets:
        raise ValueError("leave them out: these notices are verified by certificate")


def signature(secret: str, body: bytes, at: datetime) -> str:
    """The header of a notice that is sent at a moment."""
    stamp = str(int(at.timestamp()))
    return f"t={stamp},v1={_digest(secret, stamp, body)}"


def rest_verifier(secrets: Sequence[str]) -> Verifier:
    """The verifier of the ``rest`` contract. Raises ValueError unless there are one or two
    secrets, none of them empty."""
    known = checked_secrets(secrets)

    def verify(arrived: Arrived) -> Hint:
        check_stamped(arrived, SIGNATURE.lower(), known)
        try:
            notice = Notice.model_validate_json(arrived.body)
        except ValidationError:
            raise WebhookRefused("the body is not a notice") from None
        return Hint(event_id=notice.id, effect_id=notice.effect_id, kind=notice.kind)

    return verify


def check_stamped(arrived: Arrived, header: str, secrets: Sequence[str]) -> None:
    """That a header ``t=…,v1=…`` was made from the body with one of the secrets, not long ago.
    Raises WebhookRefused."""
    stamp, given = _read(arrived.headers.get(header, ""))
    if abs(arrived.at.timestamp() - int(stamp)) > FRESH_FOR.total_seconds():
        raise WebhookRefused("the notice is too old, or from the future")
    expected = [_digest(secret, stamp, arrived.body) for secret in secrets]
    # Every pair is compared, each in constant time: how long it takes tells nothing.
    matches = [hmac.compare_digest(one, other) for one in expected for other in given]
    if not any(matches):
        raise WebhookRefused("the signature is not the acquirer's")


_EFFECT_ID = re.compile(r"[!-~]{0,200}")
_STAMP = re.compile(r"\d{1,12}")
_HEX = re.compile(r"[0-9a-f]{64}")


def _read(header: str) -> tuple[str, list[str]]:
    """The stamp and the signatures of a header."""
    stamps: list[str] = []
    given: list[str] = []
    for part in header.split(",")[: MOST_SIGNATURES + 1]:
        name, _, value = part.strip().partition("=")
        if name == "t" and _STAMP.fullmatch(value):
            stamps.append(value)
        elif name == "v1" and _HEX.fullmatch(value):
            given.append(value)
    if len(stamps) != 1 or not given:
        raise WebhookRefused("there is no signature that reads")
    return stamps[0], given


def _digest(secret: str, stamp: str, body: bytes) -> str:
    signed = stamp.encode() + b"." + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()

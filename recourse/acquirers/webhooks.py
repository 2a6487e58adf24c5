"""The acquirer's notices: verified, and then worth a look-up and nothing more.

What a notice says is never believed. One that is forged, repeated, late or out of order causes
at most a query, and the query's answer is what a case hears. An adapter brings a ``Verifier``
and its name in ``SCHEMES``; that of the ``rest`` contract is here.

A notice of the ``rest`` contract is a JSON body (``contract.Notice``) with the header

    Recourse-Signature: t=<unix seconds>,v1=<hex>[,v1=<hex>…]

where ``v1`` is HMAC-SHA256 over ``<t>.<body>`` with the shared secret. While a secret is
changed the sender signs with both, or the receiver knows both. ``t`` is the moment of sending.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
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


Verifier = Callable[[Mapping[str, str], bytes, datetime], Hint]
"""``(headers, body, now)``: header names in lower case, the body as it came, the real time.
Gives what the notice is about, its ``effect_id`` empty when it is about no effect of ours.
Raises WebhookRefused."""


def signature(secret: str, body: bytes, at: datetime) -> str:
    """The header of a notice that is sent at a moment."""
    stamp = str(int(at.timestamp()))
    return f"t={stamp},v1={_digest(secret, stamp, body)}"


def rest_verifier(secrets: Sequence[str]) -> Verifier:
    """The verifier of the ``rest`` contract. Raises ValueError unless there are one or two
    secrets, none of them empty."""
    if not 1 <= len(secrets) <= MOST_SECRETS or not all(secrets):
        raise ValueError("one secret, or two while it is changed")

    def verify(headers: Mapping[str, str], body: bytes, now: datetime) -> Hint:
        stamp, given = _read(headers.get(SIGNATURE.lower(), ""))
        if abs(now.timestamp() - int(stamp)) > FRESH_FOR.total_seconds():
            raise WebhookRefused("the notice is too old, or from the future")
        expected = [_digest(secret, stamp, body) for secret in secrets]
        # Every pair is compared, each in constant time: how long it takes tells nothing.
        matches = [hmac.compare_digest(one, other) for one in expected for other in given]
        if not any(matches):
            raise WebhookRefused("the signature is not the acquirer's")
        try:
            notice = Notice.model_validate_json(body)
        except ValidationError:
            raise WebhookRefused("the body is not a notice") from None
        return Hint(event_id=notice.id, effect_id=notice.effect_id, kind=notice.kind)

    return verify


SCHEMES: dict[str, Callable[[Sequence[str]], Verifier]] = {"rest": rest_verifier}
"""By adapter: how its notices are verified."""

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

"""Lakala's notifications: what one is about, once its signature holds.

They name their refund by our number alone, from which no case can be told. So the address that
each order gives for its notification carries the effect id, and it is believed only where it
gives the number that was signed.
"""

from collections.abc import Sequence
from urllib.parse import quote

from pydantic import ValidationError

from recourse.acquirers import keys
from recourse.acquirers.lakala import messages as m
from recourse.acquirers.lakala.settings import LakalaSettings
from recourse.acquirers.lakala.signing import BadSignature
from recourse.acquirers.lakala.signing import Verifier as SignatureVerifier
from recourse.acquirers.numbers import lakala_number
from recourse.acquirers.webhooks import (
    Arrived,
    Verifier,
    WebhookRefused,
    believable,
    named_by,
    no_secrets,
)
from recourse.disputes.effects import Hint


def address_for(notify_url: str, effect_id: str) -> str:
    """Where the notification about one effect is to go; empty when none is wanted."""
    return f"{notify_url}?effect={quote(effect_id, safe=':@')}" if notify_url else ""


def signature_verifier(settings: LakalaSettings) -> SignatureVerifier:
    """Raises AcquirerMisconfigured when the certificate cannot be used."""
    return SignatureVerifier(
        appid=settings.appid,
        serial=settings.lakala_serial_no,
        certificate=keys.read_certificate(settings.lakala_certificate_file),
    )


def lakala_verifier(settings: LakalaSettings, secrets: Sequence[str]) -> Verifier:
    """Raises ValueError when there are secrets, and AcquirerMisconfigured."""
    no_secrets(secrets)
    signatures = signature_verifier(settings)

    def verify(arrived: Arrived) -> Hint:
        authorization = arrived.headers.get("authorization", "")
        try:
            signatures.notification(authorization, arrived.body, arrived.at)
            told = m.Notification.model_validate_json(arrived.body)
        except BadSignature as error:
            raise WebhookRefused(str(error)) from None
        except ValidationError:
            raise WebhookRefused("the body cannot be read") from None
        ours = arrived.effect if lakala_number(arrived.effect) == told.out_trade_no else ""
        return Hint(event_id=named_by("lakala", arrived.body), effect_id=believable(ours))

    return verify

"""Stripe's events: what one is about, once its signature holds.

Of an event only its id, its type and the metadata of a refund are read; the rest is dropped. The
signature is made as that of the ``rest`` contract is: ``t=…,v1=…`` over ``<t>.<body>``
(docs.stripe.com/webhooks#verify-manually).
"""

from collections.abc import Sequence
from typing import Any

from pydantic import Field, ValidationError

from recourse.acquirers.stripe.wire import EFFECT
from recourse.acquirers.webhooks import (
    Arrived,
    Verifier,
    WebhookRefused,
    believable,
    check_stamped,
    checked_secrets,
)
from recourse.disputes.effects import Hint
from recourse.disputes.models import Value

SIGNATURE = "Stripe-Signature"


class _Object(Value):
    metadata: dict[str, Any] | None = None


class _Data(Value):
    object: _Object = Field(default_factory=_Object)


class _Event(Value):
    id: str
    type: str
    data: _Data


def stripe_verifier(secrets: Sequence[str]) -> Verifier:
    """With the endpoint's signing secret, or two while it is rolled. Raises ValueError."""
    known = checked_secrets(secrets)

    def verify(arrived: Arrived) -> Hint:
        check_stamped(arrived, SIGNATURE.lower(), known)
        try:
            event = _Event.model_validate_json(arrived.body)
            metadata = event.data.object.metadata or {}
            effect_id = believable(str(metadata.get(EFFECT, "")))
            return Hint(event_id=event.id, effect_id=effect_id, kind=event.type)
        except ValidationError:
            raise WebhookRefused("the body is not an event") from None

    return verify

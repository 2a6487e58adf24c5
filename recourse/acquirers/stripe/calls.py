"""Calls to Stripe, their errors translated at this one place into what the caller can do."""

from collections.abc import Awaitable
from typing import Any, TypeVar

import stripe
from pydantic import ValidationError

from recourse.acquirers.errors import (
    AcquirerMisconfigured,
    AcquirerRejected,
    AcquirerUnavailable,
)
from recourse.acquirers.stripe.transport import Lost, NeverSent
from recourse.disputes.models import Value

V = TypeVar("V", bound=Value)


class Unsure(Exception):
    """An effect that may have been carried out; ``why`` says what is missing."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Refused(Exception):
    """Stripe understood an order for an effect and did nothing; ``code`` is its own."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def read(what: str, call: Awaitable[Any]) -> Any:
    """The answer of a call that changes nothing; None when there is no such thing (404)."""
    try:
        return (await call).to_dict()
    except stripe.StripeError as error:
        status = error.http_status
        # Any other 404 may come from a wrong address, and proves nothing.
        if status == 404 and isinstance(error, stripe.InvalidRequestError):
            return None
        _always(what, error)
        if isinstance(error, stripe.APIConnectionError):
            raise AcquirerUnavailable(f"{what}: {type(error).__name__}") from None
        if status is None or status == 409 or status == 429 or status >= 500:
            raise AcquirerUnavailable(f"{what}: HTTP {status}") from None
        raise AcquirerRejected(f"{what}: HTTP {status} {error.code or ''}".rstrip()) from None


async def send(what: str, call: Awaitable[Any]) -> Any:
    """The answer of a call that has an effect. Raises Unsure, Refused, and of the acquirer's
    errors AcquirerUnavailable only when Stripe has certainly done nothing."""
    try:
        return (await call).to_dict()
    except NeverSent as error:
        raise AcquirerUnavailable(f"{what}: {error.user_message}") from None
    except Lost as error:
        raise Unsure(str(error.user_message)) from None
    except stripe.StripeError as error:
        _always(what, error)
        if error.http_status == 429:
            raise AcquirerUnavailable(f"{what}: HTTP 429") from None
        if isinstance(error, stripe.IdempotencyError):
            raise Refused("effect_conflict") from None
        if isinstance(error, stripe.CardError | stripe.InvalidRequestError):
            raise Refused(error.code or "invalid_request") from None
        # 5xx, a conflict with a call still under way, or a page some proxy made.
        raise Unsure(f"http_{error.http_status}") from None


def parsed(content: Any, model: type[V]) -> V:
    """Raises Unsure when it is not what it should be; the message repeats none of it."""
    try:
        return model.model_validate(content)
    except ValidationError:
        raise Unsure("unreadable") from None


def _always(what: str, error: stripe.StripeError) -> None:
    if error.http_status in (401, 403):
        raise AcquirerMisconfigured(
            f"{what}: HTTP {error.http_status}; check the key and what it may do"
        ) from None

"""Stripe's events are believed when Stripe's own library believes them, and name our effect."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import stripe

from recourse.acquirers.stripe.notices import SIGNATURE, stripe_verifier
from recourse.acquirers.stripe.wire import EFFECT
from recourse.acquirers.webhooks import Arrived, WebhookRefused, signature

SECRET = "whsec_test"
OURS = "RC-AAAA-BBBB-CCCC:refund:1"
VERIFY = stripe_verifier([SECRET])
NOW = datetime.now(UTC)


def an_event(metadata: object, kind: str = "refund.updated") -> bytes:
    told = {"id": "re_1", "object": "refund", "status": "succeeded", "metadata": metadata}
    return json.dumps({"id": "evt_1", "type": kind, "data": {"object": told}}).encode()


def arrived(body: bytes, secret: str = SECRET, at: datetime = NOW) -> Arrived:
    return Arrived({SIGNATURE.lower(): signature(secret, body, at)}, body, NOW)


def test_what_it_is_about() -> None:
    """The effect whose id we wrote into the refund's metadata; and Stripe's own library takes
    the same signature for good."""
    body = an_event({EFFECT: OURS})
    hint = VERIFY(arrived(body))
    assert (hint.event_id, hint.effect_id, hint.kind) == ("evt_1", OURS, "refund.updated")
    assert hint.case_id == "RC-AAAA-BBBB-CCCC"
    header = signature(SECRET, body, datetime.now(UTC))  # it looks at the clock itself
    assert stripe.WebhookSignature.verify_header(body.decode(), header, SECRET, tolerance=300)


@pytest.mark.parametrize(
    "metadata", [None, {}, {"order": "1"}, {EFFECT: "refund of the till"}, {EFFECT: "é"}]
)
def test_about_none_of_ours(metadata: object) -> None:
    """A refund made in Stripe's dashboard is about no case; so is an id that cannot be ours."""
    assert VERIFY(arrived(an_event(metadata))).case_id == ""


def test_forged_and_old_are_refused() -> None:
    """Another secret, another body, or an event that was recorded."""
    body = an_event({EFFECT: OURS})
    for given in (
        arrived(body, secret="whsec_guess"),
        arrived(body, at=NOW - timedelta(minutes=6)),
        Arrived(arrived(body).headers, body.replace(b"succeeded", b"failed"), NOW),
        Arrived({}, body, NOW),
    ):
        with pytest.raises(WebhookRefused):
            VERIFY(given)


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b'{"id": "evt 1", "type": "x", "data": {}}'])
def test_a_body_that_does_not_read_is_refused(body: bytes) -> None:
    """Signed or not: what is no event is refused, and the error repeats nothing of it."""
    with pytest.raises(WebhookRefused, match="not an event"):
        VERIFY(arrived(body))


def test_while_a_secret_is_rolled_both_are_heard() -> None:
    """Events signed with the old secret or the new one."""
    both = stripe_verifier(["whsec_new", "whsec_old"])
    for secret in ("whsec_new", "whsec_old"):
        assert both(arrived(an_event({EFFECT: OURS}), secret)).effect_id == OURS

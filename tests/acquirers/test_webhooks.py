"""Notices are believed to be the acquirer's only when nobody else can have made them."""

from datetime import UTC, datetime, timedelta

import pytest

from recourse.acquirers.contract import SIGNATURE, Notice
from recourse.acquirers.webhooks import Arrived, Verifier, WebhookRefused, rest_verifier, signature

SECRET = "secret"
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
BODY = Notice(id="evt_1", effect_id="RC-AAAA-BBBB-CCCC:refund:1", at=NOW).model_dump_json().encode()
VERIFY = rest_verifier(["secret"])


def heard(
    body: bytes = BODY,
    secret: str = SECRET,
    at: datetime = NOW,
    verify: Verifier = VERIFY,
    **headers: str,
) -> str:
    given = {SIGNATURE.lower(): signature(secret, body, at)} | headers
    return verify(Arrived(given, body, NOW)).case_id


def test_what_it_is_about() -> None:
    """A notice whose signature holds names the effect, and by it the case."""
    hint = VERIFY(Arrived({SIGNATURE.lower(): signature("secret", BODY, NOW)}, BODY, NOW))
    assert (hint.event_id, hint.effect_id) == ("evt_1", "RC-AAAA-BBBB-CCCC:refund:1")
    assert hint.case_id == "RC-AAAA-BBBB-CCCC"


@pytest.mark.parametrize("effect_id", ["", "till", "other:refund:1", "RC-AAAA"])
def test_about_none_of_ours(effect_id: str) -> None:
    """A refund of the till, or of another system of the merchant's, is about no case."""
    body = Notice(id="evt_1", effect_id=effect_id, at=NOW).model_dump_json().encode()
    assert heard(body) == ""


@pytest.mark.parametrize("seconds", [-301, 301, 86400])
def test_repeated_later_is_refused(seconds: int) -> None:
    """A notice that was recorded is of no use after five minutes, nor one from the future."""
    with pytest.raises(WebhookRefused):
        heard(at=NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-299, 0, 299])
def test_clocks_may_differ(seconds: int) -> None:
    """The sender's clock may be some minutes wrong."""
    assert heard(at=NOW + timedelta(seconds=seconds))


def test_forged_is_refused() -> None:
    """Another secret, another body, another moment: each breaks the signature."""
    with pytest.raises(WebhookRefused):
        heard(secret="guess")
    good = signature("secret", BODY, NOW)
    with pytest.raises(WebhookRefused):
        VERIFY(Arrived({SIGNATURE.lower(): good}, BODY.replace(b":1", b":2"), NOW))
    later = f"t={int(NOW.timestamp()) + 1},{good.partition(',')[2]}"
    with pytest.raises(WebhookRefused):
        VERIFY(Arrived({SIGNATURE.lower(): later}, BODY, NOW))


@pytest.mark.parametrize(
    "header",
    [
        "",
        "v1=" + "0" * 64,
        "t=1",
        "t=x,v1=" + "0" * 64,
        f"t={int(NOW.timestamp())},v1=zz",
        f"t={int(NOW.timestamp())},t=1,v1=" + "0" * 64,
        "t=" + "9" * 400 + ",v1=" + "0" * 64,
        "é",
    ],
)
def test_a_header_that_does_not_read_is_refused(header: str) -> None:
    """Whatever stands in the header, it is refused and nothing else."""
    with pytest.raises(WebhookRefused):
        VERIFY(Arrived({SIGNATURE.lower(): header}, BODY, NOW))


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"id": "a b", "at": "x"}', b"\xff"])
def test_a_body_that_does_not_read_is_refused(body: bytes) -> None:
    """Signed or not: what is no notice is refused, and the error repeats nothing of it."""
    with pytest.raises(WebhookRefused) as refused:
        heard(body)
    assert str(refused.value) == "the body is not a notice"


def test_two_secrets_while_one_is_changed() -> None:
    """While a secret is changed notices are heard under the old one and the new one, whichever
    side changes first; a third is none."""
    both = rest_verifier(["new", "old"])
    assert heard(secret="old", verify=both)
    assert heard(secret="new", verify=both)
    with pytest.raises(WebhookRefused):
        heard(secret="older", verify=both)
    signed = signature("new", BODY, NOW) + "," + signature("old", BODY, NOW).partition(",")[2]
    given = {SIGNATURE.lower(): signed}
    assert rest_verifier(["old"])(Arrived(given, BODY, NOW)).case_id
    for secrets in ([], [""], ["a", "b", "c"]):
        with pytest.raises(ValueError, match="secret"):
            rest_verifier(secrets)

"""Lakala's signatures: exact, in both directions, and refused when anything was touched."""

import base64
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recourse.acquirers.lakala import signing
from recourse.acquirers.lakala.signing import BadSignature, Signer, Verifier
from tests.acquirers.china import pki

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
BODY = '{"req_time":"20261120170000","version":"3.0","req_data":{"备注":"退货"}}'.encode()
NONCE = "0123456789abcdefghijklmnopqrstuv"
GOLDEN_REQUEST = "a5778131899531403cd75746a4d43af49445a80dc4f02266b6a3242c8f2ea7e4"
GOLDEN_NOTIFICATION = "388f68c4644355d3773e66aa67f8475b8d1eafc7ccebf80f21ea071efb92a2ee"
"""SHA-256 of the signatures in base64; openssl makes the same ones below."""
EARLIER = NOW - timedelta(days=1)
LATER = NOW + timedelta(days=1)


def signer() -> Signer:
    return Signer("OP00000003", "00dfba8194c41b84cf", pki.fixed_key())


def verifier() -> Verifier:
    certificate = pki.a_certificate(pki.fixed_key(), "fixed", since=EARLIER, until=LATER)
    return Verifier("OP00000003", "00dfba8194c41b84cf", certificate)


VERIFIER = verifier()
REQUEST = signer().request(BODY, NOW, NONCE)
RESPONSE = signer().response(BODY, NOW, NONCE)
NOTIFICATION = signer().notification(BODY, NOW, NONCE)


def test_the_golden_request() -> None:
    """A request signs appid, serial, timestamp, nonce and body, a line each."""
    signature = signing.read_authorization(REQUEST).signature
    assert (
        'LKLAPI-SHA256withRSA appid="OP00000003",serial_no="00dfba8194c41b84cf",'
        f'timestamp="1795165200",nonce_str="{NONCE}",signature="{signature}"'
    ) == REQUEST
    assert sha256(signature.encode()).hexdigest() == GOLDEN_REQUEST
    assert RESPONSE["Lklapi-Signature"] == signature


def test_the_golden_notification() -> None:
    """A notification signs timestamp, nonce and body: neither appid nor serial."""
    signature = signing.read_authorization(NOTIFICATION).signature
    assert "appid" not in NOTIFICATION
    assert sha256(signature.encode()).hexdigest() == GOLDEN_NOTIFICATION


@pytest.mark.parametrize("direction", ["request", "notification"])
def test_openssl_agrees(direction: str, tmp_path: Path) -> None:
    """The openssl command line makes the same signature, and accepts ours."""
    head = "OP00000003\n00dfba8194c41b84cf\n" if direction == "request" else ""
    text = tmp_path / "text"
    text.write_bytes(f"{head}1795165200\n{NONCE}\n".encode() + BODY + b"\n")
    key = tmp_path / "key.pem"
    key.write_bytes(pki.key_pem(pki.fixed_key()))
    made = _openssl("dgst", "-sha256", "-sign", str(key), str(text))
    ours = REQUEST if direction == "request" else NOTIFICATION
    assert base64.b64decode(signing.read_authorization(ours).signature) == made
    theirs = base64.b64encode(made).decode()
    if direction == "request":
        header = REQUEST.replace(signing.read_authorization(REQUEST).signature, theirs)
        VERIFIER.request(header, BODY, NOW)
    else:
        header = NOTIFICATION.replace(signing.read_authorization(NOTIFICATION).signature, theirs)
        VERIFIER.notification(header, BODY, NOW)


def _openssl(*arguments: str) -> bytes:
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True).stdout  # noqa: S607 - the one on the path


def test_what_was_signed_holds() -> None:
    """All three directions verify what was signed in them."""
    VERIFIER.request(REQUEST, BODY, NOW)
    VERIFIER.response(RESPONSE, BODY, NOW)
    VERIFIER.notification(NOTIFICATION, BODY, NOW)


@given(at=st.integers(min_value=0), bit=st.integers(min_value=0, max_value=7))
@settings(max_examples=60, deadline=None)
def test_a_touched_body_is_refused(at: int, bit: int) -> None:
    """One bit of the body changed, in any direction, and the signature does not hold."""
    touched = bytearray(BODY)
    touched[at % len(touched)] ^= 1 << bit
    body = bytes(touched)
    with pytest.raises(BadSignature):
        VERIFIER.request(REQUEST, body, NOW)
    with pytest.raises(BadSignature):
        VERIFIER.response(RESPONSE, body, NOW)
    with pytest.raises(BadSignature):
        VERIFIER.notification(NOTIFICATION, body, NOW)


@given(name=st.sampled_from(sorted(RESPONSE)), at=st.integers(min_value=0), letter=st.characters())
@settings(max_examples=120, deadline=None)
def test_a_touched_header_of_a_response_is_refused(name: str, at: int, letter: str) -> None:
    """One letter of any header changed, and the answer is not Lakala's."""
    value = RESPONSE[name]
    at %= len(value)
    touched = value[:at] + letter + value[at + 1 :]
    if touched == value:
        return
    with pytest.raises(BadSignature):
        VERIFIER.response({**RESPONSE, name: touched}, BODY, NOW)


@given(at=st.integers(min_value=0), letter=st.characters(codec="ascii"))
@settings(max_examples=120, deadline=None)
def test_a_touched_authorization_is_refused(at: int, letter: str) -> None:
    """One letter of the header of a request or a notification changed, and it is refused,
    unless it says the same."""
    for header, check in ((REQUEST, VERIFIER.request), (NOTIFICATION, VERIFIER.notification)):
        place = at % len(header)
        touched = header[:place] + letter + header[place + 1 :]
        try:
            read = signing.read_authorization(touched)
        except BadSignature:
            continue
        if read == signing.read_authorization(header):
            continue
        with pytest.raises(BadSignature):
            check(touched, BODY, NOW)


@pytest.mark.parametrize("seconds", [-301, 301, 86400])
def test_an_old_or_future_message_is_refused(seconds: int) -> None:
    """A signature is good for five minutes around its timestamp: no replay after it."""
    then = NOW + timedelta(seconds=seconds)
    with pytest.raises(BadSignature, match="too old"):
        VERIFIER.notification(NOTIFICATION, BODY, then)
    with pytest.raises(BadSignature, match="too old"):
        VERIFIER.response(RESPONSE, BODY, then)
    VERIFIER.notification(NOTIFICATION, BODY, NOW + timedelta(seconds=299))


def test_another_partner_is_refused() -> None:
    """Another appid, serial, key or scheme is not the partner, however well it signs."""
    for changed in ({"appid": "OP2"}, {"serial": "01"}, {"key": pki.a_key("thief")}):
        other = replace(signer(), **changed)
        with pytest.raises(BadSignature):
            VERIFIER.response(other.response(BODY, NOW), BODY, NOW)
        with pytest.raises(BadSignature):
            VERIFIER.request(other.request(BODY, NOW), BODY, NOW)
    with pytest.raises(BadSignature, match="scheme"):
        VERIFIER.notification(NOTIFICATION.replace("SHA256", "SHA1"), BODY, NOW)


def test_a_request_is_no_notification() -> None:
    """What was signed for one direction does not hold in another."""
    with pytest.raises(BadSignature):
        VERIFIER.notification(REQUEST, BODY, NOW)
    with pytest.raises(BadSignature):
        VERIFIER.request(NOTIFICATION, BODY, NOW)


def test_a_field_named_twice_is_refused() -> None:
    """A header that two readers could read differently is not read at all."""
    with pytest.raises(BadSignature, match="cannot be read"):
        VERIFIER.notification(f'{NOTIFICATION},timestamp="1795165200"', BODY, NOW)


def test_an_expired_certificate_is_refused() -> None:
    """A certificate past its day vouches for nothing."""
    then = NOW + timedelta(days=2)
    with pytest.raises(BadSignature, match="not valid now"):
        VERIFIER.response(signer().response(BODY, then), BODY, then)


def test_each_nonce_is_new() -> None:
    """A nonce has 32 letters or digits, and none comes twice."""
    nonces = {signing.new_nonce() for _ in range(1000)}
    assert len(nonces) == 1000
    assert all(len(nonce) == 32 and nonce.isalnum() for nonce in nonces)

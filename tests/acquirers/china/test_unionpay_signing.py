"""UnionPay's signatures: exact, and refused when a field was touched or the signer is another."""

import base64
import subprocess
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from recourse.acquirers.unionpay import wire
from recourse.acquirers.unionpay.certificates import SIGNER, TEST_SIGNER, TrustedSigners
from recourse.acquirers.unionpay.signing import BadSignature, Signer, check, digest
from tests.acquirers.china import pki

FIELDS = {
    "version": "5.1.0",
    "txnType": "04",
    "merId": "777290058110097",
    "txnAmt": "1000",
    "reserved": "",
    "backUrl": "https://example.com/notify?a=1&b=2",
    "respMsg": "成功[0000000]",
    "Zeta": "capitals before small letters",
}
TEXT = (
    "Zeta=capitals before small letters&backUrl=https://example.com/notify?a=1&b=2"
    "&merId=777290058110097&respMsg=成功[0000000]&signMethod=01&txnAmt=1000&txnType=04"
    "&version=5.1.0"
)
"""What is signed, written out by hand: sorted as ASCII, the empty field dropped."""
GOLDEN = "b074c8a7cc28441763a58d9b17b10e964adaef7b3dcee3428db253f5e3e57c04"
"""SHA-256 of the signature in base64; openssl makes the same one below."""


def signed() -> dict[str, str]:
    return Signer(pki.fixed_key(), pki.certificate_of("merchant")).signed(FIELDS)


SIGNED = signed()
KEY = pki.fixed_key().public_key()


def test_the_golden_signature() -> None:
    """The text is sorted and hashed, and its hash in lower-case hex is signed."""
    assert digest({**FIELDS, "signMethod": "01"}).decode() == sha256(TEXT.encode()).hexdigest()
    assert sha256(SIGNED["signature"].encode()).hexdigest() == GOLDEN
    assert "reserved" not in SIGNED


def test_openssl_agrees(tmp_path: Path) -> None:
    """The openssl command line hashes the same text to the same signature, and accepts ours."""
    text, hexed, key = tmp_path / "text", tmp_path / "hexed", tmp_path / "key.pem"
    text.write_bytes(TEXT.encode())
    hexed.write_bytes(_openssl("dgst", "-sha256", "-r", str(text)).split(b" ")[0])
    key.write_bytes(pki.key_pem(pki.fixed_key()))
    made = _openssl("dgst", "-sha256", "-sign", str(key), str(hexed))
    assert base64.b64encode(made).decode() == SIGNED["signature"]
    check({**SIGNED, "signature": base64.b64encode(made).decode()}, KEY)


def _openssl(*arguments: str) -> bytes:
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True).stdout  # noqa: S607 - the one on the path


def test_what_was_signed_holds() -> None:
    """Empty fields and the order of fields do not matter; everything else does."""
    check(SIGNED, KEY)
    check({**dict(reversed(SIGNED.items())), "reserved": ""}, KEY)


@given(name=st.sampled_from(sorted(SIGNED)), at=st.integers(min_value=0), letter=st.characters())
@settings(max_examples=150, deadline=None)
def test_a_touched_field_is_refused(name: str, at: int, letter: str) -> None:
    """One letter of any field changed, the signature's own included, and it does not hold."""
    value = SIGNED[name]
    at %= len(value)
    touched = value[:at] + letter + value[at + 1 :]
    if touched == value or not _utf8(touched):
        return
    with pytest.raises(BadSignature):
        check({**SIGNED, name: touched}, KEY)


def _utf8(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


@pytest.mark.parametrize("name", sorted(SIGNED))
def test_a_field_left_out_or_added_is_refused(name: str) -> None:
    """A field that is missing, or one that was put in, breaks the signature."""
    with pytest.raises(BadSignature):
        check({key: value for key, value in SIGNED.items() if key != name}, KEY)
    with pytest.raises(BadSignature):
        check({**SIGNED, f"{name}2": "x"}, KEY)


def test_another_method_or_key_is_refused() -> None:
    """Keyed hashes are not spoken, and another key's signature is not UnionPay's."""
    with pytest.raises(BadSignature, match="signMethod"):
        check({**SIGNED, "signMethod": "11"}, KEY)
    with pytest.raises(BadSignature):
        check(SIGNED, pki.a_key("thief").public_key())
    with pytest.raises(BadSignature):
        check(SIGNED, None)


NOW = datetime.now(UTC)


def trusting(*names: str) -> TrustedSigners:
    return TrustedSigners([pki.root()], [pki.intermediate()], names or (SIGNER,))


def test_a_certificate_of_the_chain_is_trusted() -> None:
    """A certificate that the configured authorities vouch for and that names UnionPay."""
    key = trusting().key_of(pki.pem(pki.unionpay_certificate()), NOW)
    assert key == pki.a_key("unionpay").public_key()


def test_openssl_agrees_on_the_chain(tmp_path: Path) -> None:
    """The openssl command line trusts the same chain, and not the certificate by itself."""
    root, middle, leaf = (
        pki.write_certificate(tmp_path, name, certificate)
        for name, certificate in (
            ("root", pki.root()),
            ("middle", pki.intermediate()),
            ("leaf", pki.unionpay_certificate()),
        )
    )
    _openssl("verify", "-CAfile", str(root), "-untrusted", str(middle), str(leaf))
    with pytest.raises(subprocess.CalledProcessError):
        _openssl("verify", "-CAfile", str(root), str(leaf))


def refused(certificate: object, match: str, now: datetime = NOW, *names: str) -> None:
    text = certificate if isinstance(certificate, str) else pki.pem(certificate)  # type: ignore[arg-type]
    with pytest.raises(BadSignature, match=match):
        trusting(*names).key_of(text, now)


def test_a_stranger_is_refused() -> None:
    """Self-signed, signed by nobody we know, or signed by a leaf: no authority vouches."""
    thief = pki.a_key("thief")
    refused(pki.a_certificate(thief, pki.UNIONPAY_NAME), "no configured authority")
    forged = pki.a_certificate(
        thief, pki.UNIONPAY_NAME, issuer=pki.intermediate(), issuer_key=thief
    )
    refused(forged, "no configured authority")
    by_leaf = pki.a_certificate(
        thief,
        pki.UNIONPAY_NAME,
        issuer=pki.unionpay_certificate(),
        issuer_key=pki.a_key("unionpay"),
    )
    refused(by_leaf, "no configured authority")


def test_an_authority_that_may_not_issue_is_none() -> None:
    """A configured certificate that is no authority vouches for nobody, though the root
    vouches for it."""
    shop = pki.a_certificate(
        pki.a_key("shop"), "A shop", issuer=pki.root(), issuer_key=pki.a_key("root")
    )
    leaf = pki.a_certificate(
        pki.a_key("thief"), pki.UNIONPAY_NAME, issuer=shop, issuer_key=pki.a_key("shop")
    )
    with pytest.raises(BadSignature, match="no configured authority"):
        TrustedSigners([pki.root()], [shop]).key_of(pki.pem(leaf), NOW)


def test_an_intermediate_without_its_root_is_none() -> None:
    """An intermediate vouches only while a configured root vouches for it."""
    other = pki.a_certificate(pki.a_key("other root"), "Another root", ca=True)
    signers = TrustedSigners([other], [pki.intermediate()])
    with pytest.raises(BadSignature, match="no configured authority"):
        signers.key_of(pki.pem(pki.unionpay_certificate()), NOW)


def test_another_name_is_refused() -> None:
    """Another customer of the same authority is not UnionPay; the test host's name counts
    only where it is configured."""
    key = pki.a_key("customer")
    refused(pki.issued(key, "041@Z12@一家商户@00040000"), "another signer")
    refused(pki.issued(key, SIGNER + "代理"), "another signer")
    tester = pki.issued(key, f"041@Z12@{TEST_SIGNER}@00040000")
    refused(tester, "another signer")
    assert trusting(TEST_SIGNER).key_of(pki.pem(tester), NOW) == key.public_key()


def test_an_expired_certificate_is_refused() -> None:
    """Before its first and after its last day a certificate says nothing, also when it was
    trusted before."""
    signers, text = trusting(), pki.pem(pki.unionpay_certificate())
    signers.key_of(text, NOW)
    for moment in (NOW - timedelta(days=2), NOW + timedelta(days=400)):
        with pytest.raises(BadSignature, match="not valid now"):
            signers.key_of(text, moment)
    old = pki.issued(pki.a_key("old"), since=NOW - timedelta(days=9), until=NOW - timedelta(days=1))
    refused(old, "not valid now")


@pytest.mark.parametrize("text", ["", "-----BEGIN CERTIFICATE-----", "中文"])
def test_what_is_no_certificate_is_refused(text: str) -> None:
    """An answer without a certificate that can be read is not signed."""
    refused(text, "cannot be read")


@given(at=st.integers(min_value=0), byte=st.integers(min_value=1, max_value=255))
@settings(max_examples=150, deadline=None)
def test_a_touched_certificate_is_refused(at: int, byte: int) -> None:
    """Any byte of a certificate changed, wherever it breaks, and it is refused, not a crash."""
    der = bytearray(pki.unionpay_certificate().public_bytes(Encoding.DER))
    der[at % len(der)] ^= byte
    text = base64.encodebytes(bytes(der)).decode()
    with pytest.raises(BadSignature):
        trusting().key_of(f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n", NOW)


@given(
    st.dictionaries(
        st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=12),
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=20),
        min_size=1,
        max_size=8,
    )
)
def test_a_form_is_read_as_it_was_written(fields: dict[str, str]) -> None:
    """Percent-encoding carries every text there and back."""
    assert wire.read_form(wire.form(fields)) == fields


def test_a_bare_answer_is_read_as_it_was_written() -> None:
    """Certificates, addresses in brackets and equals signs stay whole in a bare answer."""
    fields = {
        "signPubKeyCert": pki.pem(pki.unionpay_certificate()),
        "signature": SIGNED["signature"],
        "customerInfo": "{phoneNo=1&name=a&b}",
        "respMsg": "成功[a&b=c]",
    }
    assert wire.read_bare(wire.bare(fields)) == fields


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"a=1&a=2", b"a=1&b", b"=1", b"\xff=1", b"a=1&&b=2"]
)
def test_what_is_no_message_is_not_read(body: bytes) -> None:
    """A page of a proxy, a field twice or a field without a name is unreadable."""
    with pytest.raises(wire.Unreadable):
        wire.read_bare(body)

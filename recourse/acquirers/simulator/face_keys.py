"""Keys for the simulator's faces: made anew for a folder, and both sides read from it.

They open nothing but a simulator. ``make_keys`` is for demonstrations and tests; no key is
ever kept anywhere else.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from recourse.acquirers import keys
from recourse.acquirers.lakala import LakalaSettings
from recourse.acquirers.lakala.signing import Signer as LakalaSigner
from recourse.acquirers.lakala.signing import Verifier
from recourse.acquirers.simulator import lakala_face
from recourse.acquirers.simulator.face import Face
from recourse.acquirers.simulator.lakala_face import LakalaFace
from recourse.acquirers.simulator.unionpay_face import UnionPayFace
from recourse.acquirers.unionpay import UnionPaySettings
from recourse.acquirers.unionpay.certificates import TEST_SIGNER
from recourse.acquirers.unionpay.signing import Signer as UnionPaySigner

APPID = "OP00000003"
MERCHANT_SERIAL, LAKALA_SERIAL = "simulated-merchant", "simulated-lakala"
MERCHANT_NO, TERM_NO = "SIMULATED000001", "SIM00001"
MER_ID = "777000000000001"
VALID_FOR = timedelta(days=3650)

_ROOT, _AUTHORITY, _UNIONPAY, _LAKALA, _MERCHANT = (
    *("unionpay-root", "unionpay-authority", "unionpay"),
    *("lakala", "merchant"),
)


def make_keys(folder: Path) -> None:
    """Write the keys and certificates of both providers and of one merchant, readable by
    their owner alone. Raises FileExistsError when there are some already."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    root_key = _new_key(folder, _ROOT)
    root = _new_certificate(folder, _ROOT, root_key, issuer=None, issuer_key=root_key, ca=True)
    authority_key = _new_key(folder, _AUTHORITY)
    authority = _new_certificate(
        folder, _AUTHORITY, authority_key, issuer=root, issuer_key=root_key, ca=True
    )
    unionpay_key = _new_key(folder, _UNIONPAY)
    _new_certificate(
        folder, _UNIONPAY, unionpay_key, issuer=authority, issuer_key=authority_key, ca=False
    )
    for whose in (_LAKALA, _MERCHANT):
        key = _new_key(folder, whose)
        _new_certificate(folder, whose, key, issuer=None, issuer_key=key, ca=False)


def faces_of(folder: Path) -> Sequence[Face]:
    """The faces that speak with a folder's keys. Raises AcquirerMisconfigured."""
    merchant = keys.read_certificate(_certificate(folder, _MERCHANT))
    lakala = LakalaFace(
        signer=LakalaSigner(APPID, LAKALA_SERIAL, keys.read_private_key(_key(folder, _LAKALA))),
        verifier=Verifier(APPID, MERCHANT_SERIAL, merchant),
        merchant_no=MERCHANT_NO,
    )
    unionpay = UnionPayFace(
        signer=UnionPaySigner(
            keys.read_private_key(_key(folder, _UNIONPAY)),
            keys.read_certificate(_certificate(folder, _UNIONPAY)),
        ),
        merchant=merchant,
        mer_id=MER_ID,
    )
    return (lakala, unionpay)


def lakala_settings(folder: Path, url: str) -> LakalaSettings:
    """For an adapter that speaks to the simulator at ``url``."""
    return LakalaSettings(
        base_url=f"{url}/lakala",
        appid=APPID,
        serial_no=MERCHANT_SERIAL,
        key_file=_key(folder, _MERCHANT),
        lakala_serial_no=LAKALA_SERIAL,
        lakala_certificate_file=_certificate(folder, _LAKALA),
        merchant_no=MERCHANT_NO,
        term_no=TERM_NO,
        request_ip="127.0.0.1",
        absent_codes=frozenset({lakala_face.ABSENT}),
        refusal_codes=lakala_face.REFUSAL_CODES,
    )


def unionpay_settings(folder: Path, url: str, back_url: str) -> UnionPaySettings:
    """For an adapter that speaks to the simulator at ``url``."""
    return UnionPaySettings(
        base_url=f"{url}/unionpay",
        mer_id=MER_ID,
        key_file=_key(folder, _MERCHANT),
        certificate_file=_certificate(folder, _MERCHANT),
        root_file=_certificate(folder, _ROOT),
        intermediate_file=_certificate(folder, _AUTHORITY),
        signer_names=(TEST_SIGNER,),
        back_url=back_url,
    )


def _key(folder: Path, whose: str) -> Path:
    return folder / f"{whose}.key"


def _certificate(folder: Path, whose: str) -> Path:
    return folder / f"{whose}.pem"


def _new_key(folder: Path, whose: str) -> RSAPrivateKey:
    key = rsa.generate_private_key(65537, keys.LEAST_BITS)
    path = _key(folder, whose)
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return key


def _new_certificate(
    folder: Path,
    whose: str,
    key: RSAPrivateKey,
    *,
    issuer: x509.Certificate | None,
    issuer_key: RSAPrivateKey,
    ca: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    name = f"041@Z12@{TEST_SIGNER}@00040000" if whose == _UNIONPAY else f"simulated {whose}"
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer is not None else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(issuer_key, SHA256())
    )
    _certificate(folder, whose).write_bytes(certificate.public_bytes(Encoding.PEM))
    return certificate

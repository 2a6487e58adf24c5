"""Whether a certificate that comes with an answer is UnionPay's.

An answer of ACP 5.1.0 carries the certificate it is signed with. Anybody can put one there,
so it counts only when a configured root vouches for it through a configured intermediate, it
is valid now, and it names UnionPay: the chain alone would admit every customer of the same
authority. UnionPay's certificates carry no subject alternative names, so the policies made
for web servers do not apply; the checks are written out here.
"""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import NameOID

from recourse.acquirers.keys import BROKEN, rsa_key
from recourse.acquirers.unionpay.signing import BadSignature

SIGNER = "中国银联股份有限公司"
"""Third part of the common name, between ``@``, of what production signs with."""
TEST_SIGNER = "00040000:SIGN"

_KEPT = 16
"""Certificates remembered. UnionPay changes its own once in years."""


class TrustedSigners:
    """``names`` are the signers accepted. Not to be shared between threads."""

    def __init__(
        self,
        roots: Iterable[x509.Certificate],
        intermediates: Iterable[x509.Certificate],
        names: Iterable[str] = (SIGNER,),
    ) -> None:
        self._roots = tuple(roots)
        self._intermediates = tuple(intermediates)
        self._names = frozenset(names)
        self._known: OrderedDict[str, tuple[x509.Certificate, ...]] = OrderedDict()

    def key_of(self, pem: str, now: datetime) -> RSAPublicKey:
        """The key of a certificate in PEM. Raises BadSignature."""
        try:
            return self._key_of(pem, now)
        except BROKEN as error:
            # A certificate is read piece by piece: any piece of a forged one may be broken.
            raise BadSignature("the certificate cannot be read") from error

    def _key_of(self, pem: str, now: datetime) -> RSAPublicKey:
        chain = self._known.get(pem)
        if chain is None:
            chain = self._chain(pem)
            self._known[pem] = chain
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        for certificate in chain:
            if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
                raise BadSignature("a certificate of the chain is not valid now")
        key = rsa_key(chain[0])
        if key is None:
            raise BadSignature("the certificate's key is not RSA, or too short")
        return key

    def _chain(self, pem: str) -> tuple[x509.Certificate, ...]:
        """Leaf, intermediate, root; or leaf and root."""
        leaf = x509.load_pem_x509_certificate(pem.encode())
        if _signer(leaf) not in self._names:
            raise BadSignature("the certificate names another signer")
        for issuer in (*self._intermediates, *self._roots):
            if not _issued(leaf, issuer):
                continue
            if issuer in self._roots:
                return (leaf, issuer)
            for root in self._roots:
                if _issued(issuer, root):
                    return (leaf, issuer, root)
        raise BadSignature("no configured authority vouches for the certificate")


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    if not _may_issue(issuer):
        return False
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _may_issue(certificate: x509.Certificate) -> bool:
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except (x509.ExtensionNotFound, ValueError):
        return False
    return constraints.value.ca


def _signer(certificate: x509.Certificate) -> str:
    """The third part of a common name like ``041@Z12@中国银联股份有限公司@00040000``; the name
    itself when it has no parts."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    name = str(names[0].value) if len(names) == 1 else ""
    parts = name.split("@")
    return parts[2] if len(parts) > 2 else name

"""Numbers of ours for acquirers whose field does not take an effect id.

``base32(SHA-256(scheme + "\\n" + effect id))``, cut to the length of the field: capital letters
and the digits 2 to 7, which every alphabet in use allows. The same effect always gives the
same number. 32 characters carry 160 bits: two effects that share one are not to be found
(2^80 effects for an even chance), so a number is as good an identity as the id itself.
"""

from base64 import b32encode
from hashlib import sha256

LEAST = 26
"""Characters. Fewer than 128 bits are no identity."""
MOST = 51
"""Characters a SHA-256 fills."""


def number_for(scheme: str, effect_id: str, length: int) -> str:
    """Raises ValueError for a length that is no identity or cannot be filled."""
    if not LEAST <= length <= MOST:
        raise ValueError(f"a number has {LEAST} to {MOST} characters, not {length}")
    digest = sha256(f"{scheme}\n{effect_id}".encode()).digest()
    return b32encode(digest).decode()[:length]


def lakala_number(effect_id: str) -> str:
    """The ``out_trade_no`` of an effect, String(32)."""
    return number_for("lakala", effect_id, 32)


def unionpay_number(effect_id: str) -> str:
    """The ``orderId`` of an effect, AN8..40 without ``-`` and ``_``."""
    return number_for("unionpay", effect_id, 40)

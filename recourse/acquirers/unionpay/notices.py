"""UnionPay's notifications to ``backUrl``: what one is about, once its signature holds.

They carry no time of their own, so an old one cannot be told from a new one: each is looked up,
and changes nothing by itself.
"""

from collections.abc import Sequence

from recourse.acquirers import keys
from recourse.acquirers.numbers import unionpay_number
from recourse.acquirers.unionpay import records, wire
from recourse.acquirers.unionpay.certificates import TrustedSigners
from recourse.acquirers.unionpay.settings import UnionPaySettings
from recourse.acquirers.unionpay.signing import CERTIFICATE, BadSignature, check
from recourse.acquirers.unionpay.wire import Unreadable
from recourse.acquirers.webhooks import (
    Arrived,
    Verifier,
    WebhookRefused,
    believable,
    named_by,
    no_secrets,
)
from recourse.disputes.effects import Hint


def trusted_signers(settings: UnionPaySettings) -> TrustedSigners:
    """Raises AcquirerMisconfigured when a certificate cannot be used."""
    return TrustedSigners(
        roots=[keys.read_certificate(settings.root_file)],
        intermediates=[keys.read_certificate(settings.intermediate_file)],
        names=settings.signer_names,
    )


def unionpay_verifier(settings: UnionPaySettings, secrets: Sequence[str]) -> Verifier:
    """Raises ValueError when there are secrets, and AcquirerMisconfigured."""
    no_secrets(secrets)
    signers = trusted_signers(settings)

    def verify(arrived: Arrived) -> Hint:
        try:
            fields = wire.read_form(arrived.body)
            check(fields, signers.key_of(fields.get(CERTIFICATE, ""), arrived.at))
        except (Unreadable, BadSignature) as error:
            raise WebhookRefused(str(error)) from None
        number = fields.get("orderId", "")
        if not number or fields.get("merId") != settings.mer_id:
            raise WebhookRefused("about no order of this merchant")
        effect_id = records.reserved(fields)
        ours = effect_id if effect_id and unionpay_number(effect_id) == number else ""
        return Hint(event_id=named_by("unionpay", arrived.body), effect_id=believable(ours))

    return verify

"""What networks' codes say: response codes and reversal reasons, by network and code.

The same digits mean different things at different networks, so no code stands without its
network (facts/domain §3.2). Sources: UnionPay's rules as published by its members, ISO
8583:2023 (facts/domain §3.3); a network's full list is for its members.
"""

from recourse.disputes.models import Value
from recourse.disputes.vocabulary import Cause

UNIONPAY = "unionpay"
ISO_8583 = "iso8583"
"""What networks have in common that keep to the standard's table."""


class Meaning(Value):
    """What a code says of the message that it answers or explains."""

    network: str
    code: str
    name: str
    cause: Cause
    doubt: bool = False
    """Neither yes nor no: the end of the transaction must be asked for."""
    defective: bool = False
    """Shown to the customer as a success that must still be confirmed (有缺陷的成功)."""


def _responses(network: str, *rows: tuple[str, str, Cause]) -> tuple[Meaning, ...]:
    return tuple(Meaning(network=network, code=c, name=n, cause=w) for c, n, w in rows)


def _doubtful(network: str, *rows: tuple[str, str, Cause]) -> tuple[Meaning, ...]:
    return tuple(m.model_copy(update={"doubt": True}) for m in _responses(network, *rows))


def _defective(network: str, *codes: str) -> tuple[Meaning, ...]:
    rows = ((code, "defective_success", Cause.ISSUER_OR_ACQUIRER_PROCESS) for code in codes)
    return tuple(
        meaning.model_copy(update={"defective": True}) for meaning in _doubtful(network, *rows)
    )


_REFUSALS = (
    ("12", "related_transaction_invalid", Cause.OPERATOR_ERROR),
    # A void of a sale of the day before, which had to be a refund, is the usual one.
    ("14", "card_mismatch", Cause.WRONG_CARD_DATA),
    ("22", "already_reversed_or_too_old", Cause.POLICY_RESTRICTION),
    ("25", "original_not_found", Cause.OPERATOR_ERROR),
    ("58", "terminal_mismatch", Cause.MISCONFIGURATION),
    ("64", "amount_mismatch", Cause.AMOUNT_MISMATCH),
    ("94", "duplicate_message", Cause.SYSTEM_FAULT),
)

APPROVED = ("", "00", "10", "11")
"""No code at all, approved, approved in part, approved for a preferred customer."""

RESPONSES: tuple[Meaning, ...] = (
    *_responses(UNIONPAY, *_REFUSALS),
    *_responses(
        UNIONPAY,
        ("91", "issuer_unavailable", Cause.ISSUER_OR_ACQUIRER_PROCESS),
        ("92", "no_route", Cause.PLATFORM_OUTAGE),
    ),
    *_doubtful(
        UNIONPAY,
        ("68", "issuer_timeout", Cause.NETWORK_DELAY),
        ("96", "system_malfunction", Cause.PLATFORM_OUTAGE),
        ("98", "issuer_timeout", Cause.NETWORK_DELAY),
    ),
    *_defective(UNIONPAY, "A2", "A4", "A5", "A6"),
    *_responses(
        ISO_8583,
        ("12", "invalid_transaction", Cause.OPERATOR_ERROR),
        ("14", "invalid_card_number", Cause.WRONG_CARD_DATA),
        ("25", "original_not_found", Cause.OPERATOR_ERROR),
        ("58", "terminal_not_permitted", Cause.MISCONFIGURATION),
        ("64", "amount_mismatch", Cause.AMOUNT_MISMATCH),
        ("91", "issuer_unavailable", Cause.ISSUER_OR_ACQUIRER_PROCESS),
        ("92", "no_route", Cause.PLATFORM_OUTAGE),
        ("94", "duplicate_message", Cause.SYSTEM_FAULT),
    ),
    *_doubtful(
        ISO_8583,
        ("68", "response_too_late", Cause.NETWORK_DELAY),
        ("96", "system_malfunction", Cause.PLATFORM_OUTAGE),
    ),
)
"""Field 39."""

_COMMON_REASONS = (
    ("4005", "amount_wrong", Cause.AMOUNT_MISMATCH),
    ("4006", "late_response", Cause.REVERSED_BY_TIMEOUT),
    ("4007", "device_could_not_complete", Cause.SYSTEM_FAULT),
    ("4013", "undeliverable_to_terminal", Cause.NETWORK_DELAY),
    ("4020", "invalid_response", Cause.SYSTEM_FAULT),
    ("4021", "timeout", Cause.REVERSED_BY_TIMEOUT),
)

REVERSAL_REASONS: tuple[Meaning, ...] = (
    *_responses(UNIONPAY, *_COMMON_REASONS),
    *_responses(
        UNIONPAY,
        ("4353", "acquirer_late", Cause.REVERSED_BY_TIMEOUT),
        ("4354", "acquirer_timeout", Cause.REVERSED_BY_TIMEOUT),
        ("4360", "centre_late", Cause.REVERSED_BY_TIMEOUT),
        ("4361", "centre_timeout", Cause.REVERSED_BY_TIMEOUT),
        ("4363", "cannot_forward_to_acquirer", Cause.NETWORK_DELAY),
    ),
    *_responses(ISO_8583, *_COMMON_REASONS),
)
"""Why a reversal was sent."""


def network_of(card_brand: str) -> str:
    """Whose codes hold for a card: UnionPay has a table of its own, the other brands keep to
    the standard's for what stands here. Empty when the brand is not known."""
    brand = card_brand.lower()
    if not brand:
        return ""
    return UNIONPAY if brand in (UNIONPAY, "cup", "upi") else ISO_8583


def response(network: str, code: str) -> Meaning | None:
    return _meaning(RESPONSES, network, code)


def reversal_reason(network: str, code: str) -> Meaning | None:
    return _meaning(REVERSAL_REASONS, network, code)


def _meaning(table: tuple[Meaning, ...], network: str, code: str) -> Meaning | None:
    """Of a network that is not known, the meaning that leaves the most in doubt: a hold too
    many is lifted, money that moved too early is not."""
    found = [m for m in table if m.code == code.strip().upper() and network in ("", m.network)]
    return max(found, key=lambda meaning: meaning.doubt, default=None)

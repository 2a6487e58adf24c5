"""Codes of messages and answers, by the network that gives them a meaning.

The same number means other things elsewhere (4512 is a duplicate at UnionPay and an account
not on file in ISO 8583:2023), so every table names its network.

Source: UnionPay Q/CUP 006.6-2015 and ISO 8583:2023, as facts/domain §3.3 quotes them.
"""

from recourse.disputes.records import TerminalEvent, TerminalEventKind
from recourse.disputes.vocabulary import Cause

UNIONPAY_DEFECTIVE_SUCCESS = frozenset({"A2", "A4", "A5", "A6"})
"""Shown to the customer as success, and still to be confirmed."""
UNIONPAY_NO_ANSWER = frozenset({"68", "91", "92", "96", "98"})
"""Issuer or centre timed out, or is down: what became of it is not known."""
UNIONPAY_APPROVED = frozenset({"00", "10", "11"})
"""10 is a part of the amount."""

UNIONPAY_DECLINES: dict[str, Cause] = {
    "12": Cause.POLICY_RESTRICTION,
    "14": Cause.WRONG_CARD_DATA,
    "22": Cause.POLICY_RESTRICTION,
    "25": Cause.REFUND_NEVER_SUBMITTED,
    "58": Cause.MISCONFIGURATION,
    "64": Cause.AMOUNT_MISMATCH,
    "94": Cause.DUPLICATE_REFUND,
}
"""What a refusal of a refund or a void says of its cause: related transaction invalid, another
card, too old or cancelled already, original not found, another terminal, another amount,
sent twice."""

UNIONPAY_REVERSALS: dict[str, Cause] = {
    "4005": Cause.AMOUNT_MISMATCH,
    "4006": Cause.REVERSED_BY_TIMEOUT,
    "4007": Cause.SYSTEM_FAULT,
    "4013": Cause.NETWORK_DELAY,
    "4020": Cause.SYSTEM_FAULT,
    "4021": Cause.REVERSED_BY_TIMEOUT,
    "4353": Cause.REVERSED_BY_TIMEOUT,
    "4354": Cause.REVERSED_BY_TIMEOUT,
    "4360": Cause.REVERSED_BY_TIMEOUT,
    "4361": Cause.REVERSED_BY_TIMEOUT,
    "4363": Cause.NETWORK_DELAY,
}
"""Why a transaction was reversed: wrong amount, late answer, device could not complete, not
deliverable to the terminal, answer invalid, time-out, and the acquirer's and the centre's."""


def in_doubt(response: str) -> bool:
    """Whether an answer leaves open what became of the transaction."""
    return response in UNIONPAY_DEFECTIVE_SUCCESS | UNIONPAY_NO_ANSWER


def kind_of(event: TerminalEvent) -> TerminalEventKind:
    """What an event of a journal is. Void and refund share processing code 20: the message
    type alone tells 0200 (void, today) from 0220 (refund, an advice)."""
    if not event.mti:
        return event.kind
    if event.mti.startswith("04"):
        return TerminalEventKind.REVERSAL_SENT
    if event.processing_code.startswith("20"):
        advice = event.mti.startswith("022")
        return TerminalEventKind.REFUND if advice else TerminalEventKind.OPERATOR_VOID
    return event.kind

"""Lakala's trades and refunds as our records."""

from recourse.acquirers.errors import AcquirerRejected
from recourse.acquirers.lakala import messages as m
from recourse.acquirers.lakala import states
from recourse.disputes.effects import AnswerKind, EffectAnswer
from recourse.disputes.records import Sale


def answer(state: str, reference: str, fen: str, reason: str = "") -> EffectAnswer:
    """What a ``trade_state`` says; ``reason`` is Lakala's ``code#message``."""
    kind, status = states.REFUND_STATES.get(state, (AnswerKind.UNKNOWN, None))
    said = reason.partition("#")[0] or state.lower()
    quiet = kind in (AnswerKind.SUCCEEDED, AnswerKind.ACCEPTED)
    return EffectAnswer(
        kind=kind,
        reference=reference,
        status=status,
        reason="" if quiet else said,
        amount=m.read_fen(fen),
    )


def sale(trade: m.Trade) -> Sale:
    """Raises AcquirerRejected when the trade cannot be read as a sale."""
    at, amount = m.read_time(trade.trade_time), m.read_fen(trade.total_amount)
    if at is None or amount is None:
        raise AcquirerRejected("lakala: the trade has no time or no amount")
    status, taken = states.SALE_STATES.get(trade.trade_state, ("in_doubt", False))
    funding = {"00": "debit", "01": "credit", "02": "credit"}.get(trade.pay_mode, "")
    return Sale(
        reference=trade.trade_no,
        at=at,
        amount=amount,
        captured=amount if taken else amount.model_copy(update={"minor": 0}),
        status=status,
        merchant=trade.merchant_no,
        terminal=trade.term_no,
        card_last4=m.last_four(trade.crd_no),
        card_funding=funding,
    )

"""Whose turn it is, and to whom the time is put that passes meanwhile."""

from enum import StrEnum


class Ball(StrEnum):
    """Who must act now."""

    CUSTOMER = "customer"
    MERCHANT = "merchant"
    POS_SUPPLIER = "pos_supplier"
    PLATFORM = "platform"
    US = "us"
    ACQUIRER = "acquirer"
    ISSUER = "issuer"
    SCHEME = "scheme"
    REGULATOR = "regulator"
    COURT = "court"
    COUNSEL = "counsel"
    NOBODY = "nobody"


class Holder(StrEnum):
    """Whose time it was: the seven that an account of a case's life is kept for."""

    US = "us"
    CUSTOMER = "customer"
    STORE = "store"
    """The merchant, its head office, and whoever supplies its terminal."""
    ACQUIRER = "acquirer"
    """The acquirer, or the payment platform in its place."""
    BANK = "bank"
    """The card issuer, and the scheme it disputes through."""
    AUTHORITY = "authority"
    """Regulators, ombudsmen, consumer associations, courts."""
    CLOSED = "closed"


HOLDER_OF: dict[Ball, Holder] = {
    Ball.CUSTOMER: Holder.CUSTOMER,
    Ball.MERCHANT: Holder.STORE,
    Ball.POS_SUPPLIER: Holder.STORE,
    Ball.PLATFORM: Holder.ACQUIRER,
    Ball.US: Holder.US,
    Ball.COUNSEL: Holder.US,
    Ball.ACQUIRER: Holder.ACQUIRER,
    Ball.ISSUER: Holder.BANK,
    Ball.SCHEME: Holder.BANK,
    Ball.REGULATOR: Holder.AUTHORITY,
    Ball.COURT: Holder.AUTHORITY,
    Ball.NOBODY: Holder.CLOSED,
}
"""Our counsel works for us. Nobody has the ball only in a case that is closed."""

"""Who a party is to the ball: whose turn it is when they were asked."""

from recourse.disputes.balls import Ball
from recourse.disputes.notices import Role

_BALL_OF = {
    Role.CUSTOMER: Ball.CUSTOMER,
    Role.STORE: Ball.MERCHANT,
    Role.MERCHANT: Ball.MERCHANT,
    Role.HIGHER_SERVICE: Ball.MERCHANT,
    Role.POS_SUPPLIER: Ball.POS_SUPPLIER,
    Role.PLATFORM: Ball.PLATFORM,
    Role.ACQUIRER: Ball.ACQUIRER,
    Role.ISSUER: Ball.ISSUER,
    Role.SCHEME: Ball.SCHEME,
    Role.REGULATOR: Ball.REGULATOR,
    Role.OMBUDSMAN: Ball.REGULATOR,
    Role.CONSUMER_ASSOCIATION: Ball.REGULATOR,
    Role.COURT: Ball.COURT,
    Role.COUNSEL: Ball.COUNSEL,
}


AUTHORITIES = (Role.REGULATOR, Role.OMBUDSMAN, Role.CONSUMER_ASSOCIATION)
"""Who is turned to by complaint, and whose no ends a case."""


def ball_of(role: Role) -> Ball:
    """Whose turn it is when a party was asked; ours for our own people."""
    return _BALL_OF.get(role, Ball.US)

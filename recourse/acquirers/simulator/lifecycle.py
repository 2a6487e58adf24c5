"""The life of a refund as a schedule: steps with their moments, read against a clock.

Nothing runs in the background. A schedule is stored when the refund is made, so it
survives a restart and goes on while the simulator is down, as a real acquirer would.
"""

from datetime import datetime, timedelta
from hashlib import sha256

from pydantic import AwareDatetime, TypeAdapter

from recourse.acquirers.simulator.faults import Fault, FaultAction
from recourse.disputes.models import Value
from recourse.disputes.pan import luhn
from recourse.disputes.records import RefundStatus

POSTS_AFTER = timedelta(days=3)
"""A refund to a bank card arrives in 1 to 3 working days (WeChat Pay; domain §2.1)."""

_ACQUIRER_BIN = "000000"
"""Positions 2-7 of an ARN. Of no issuer, so that it cannot be taken for a real one."""


_STUCK = {
    FaultAction.NEEDS_ACTION: RefundStatus.NEEDS_ACTION,
    FaultAction.ABNORMAL: RefundStatus.ABNORMAL,
}


class Step(Value):
    """From ``at`` on the refund has this status, until the next step."""

    at: AwareDatetime
    status: RefundStatus
    reason: str = ""


Steps = tuple[Step, ...]
STEPS: TypeAdapter[Steps] = TypeAdapter(Steps)


def plan(now: datetime, fault: Fault | None = None) -> Steps:
    """The schedule of a refund asked at ``now``, as a fault of the ledger bends it."""
    taken = Step(at=now, status=RefundStatus.PENDING)
    posted = Step(at=now + POSTS_AFTER, status=RefundStatus.POSTED)
    if fault is None:
        return (taken, posted)
    after = timedelta(days=fault.days)
    if fault.action is FaultAction.PENDING:
        waiting = taken.model_copy(update={"reason": fault.reason})
        return (waiting, Step(at=now + after, status=RefundStatus.POSTED))
    if fault.action in _STUCK:
        stuck = Step(at=now + after, status=_STUCK[fault.action], reason=fault.reason)
        freed = Step(at=stuck.at + timedelta(days=fault.then_days), status=RefundStatus.POSTED)
        return (taken, stuck, freed) if fault.then_days else (taken, stuck)
    if fault.action is FaultAction.RETURN:
        returned = Step(at=posted.at + after, status=RefundStatus.RETURNED, reason=fault.reason)
        return (taken, posted, returned)
    if fault.action is FaultAction.FAIL:
        failed = Step(at=now + after, status=RefundStatus.FAILED, reason=fault.reason)
        return (taken, posted, failed) if posted.at < failed.at else (taken, failed)
    raise ValueError(f"{fault.action} does not bend a schedule")


def standing(steps: Steps, now: datetime) -> Step:
    """The step a schedule stands at. Steps are in order of time."""
    reached = [step for step in steps if step.at <= now]
    return reached[-1] if reached else steps[0]


def posted_at(steps: Steps, now: datetime) -> datetime | None:
    """When the money was posted, also if it came back later."""
    moments = [s.at for s in steps if s.status is RefundStatus.POSTED and s.at <= now]
    return moments[-1] if moments else None


def arn(reference: str, posted: datetime) -> str:
    """An acquirer reference number: 23 digits. Format digit, acquirer's BIN, last digit of
    the year and day of the year, 11 digits of the item (here from the refund's reference),
    check digit (Luhn)."""
    item = int.from_bytes(sha256(reference.encode()).digest()[:8]) % 10**11
    body = f"7{_ACQUIRER_BIN}{posted.year % 10}{posted:%j}{item:011d}"
    return next(body + check for check in "0123456789" if luhn(body + check))

"""Asking an acquirer for money once, also one that does not keep our ids.

An acquirer that keeps effect ids is asked again without harm. One that does not pays twice,
so what stands here is what makes a second request impossible while the first may still be
carried out: a lost request, or one that is being worked on, is not seen by any query.

- What the acquirer lists is never asked for again.
- What it does not list is asked for only when no request can be under way: none has ever been
  sent, or the last one lies ``Capabilities.absent_is_final_after`` seconds back.
- A further attempt of the same activity asks only on proof that no attempt before it had sent
  anything. The proof is written by the attempt itself; a killed one leaves none.
- An attempt that was held up past its own time sends nothing: another may run in its place.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import AwareDatetime
from temporalio import activity

from recourse.acquirers.errors import AcquirerUnavailable
from recourse.acquirers.port import Acquirer
from recourse.disputes.effects import AnswerKind, EffectAnswer, EffectOrder, Requested
from recourse.disputes.elsewhere import Elsewhere
from recourse.disputes.models import Value
from recourse.disputes.records import Refund, RefundStatus

UNDER_WAY = "may_be_under_way"
"""The acquirer does not list the effect, and a request for it may still be carried out."""
LISTED = "listed_by_the_sale"
"""The sale lists the effect although the acquirer does not know its id: followed, not asked."""

CLOCKS_DIFFER = timedelta(minutes=1)
"""How far the clocks of a worker and of Temporal's server may lie apart."""

_NOTHING_SENT = "nothing_sent"


def wall_clock() -> datetime:
    """The one place where activities look at the real time."""
    return datetime.now(UTC)


class CorrectionCall(Value):
    acquirer: str
    order: EffectOrder
    asked: AwareDatetime | None = None
    """Real time by which the last request for this effect had been sent, if any ever was."""
    first_run: str = ""
    """The run in which this case was started or went on by itself. In another one, made by a
    reset, what the runs before have sent is not known."""
    requested: Requested | None = None
    """When this run has asked for it, in case time."""
    elsewhere: Elsewhere | None = None
    """What moved past the acquirer, as far as the case knows: its books do not show it."""


def absent_is_final(acquirer: Acquirer, asked: datetime | None, now: datetime) -> bool:
    """Whether "never seen" proves that an effect will not come any more. ``asked`` is the real
    time by which the last request had been sent; none was ever sent when it is empty."""
    can = acquirer.capabilities
    if can.idempotent or asked is None:
        return True
    return now - asked >= timedelta(seconds=can.absent_is_final_after)


Send = Callable[[Callable[[], None]], Awaitable[EffectAnswer]]
"""Holds the money, reads the books, and asks; calls what it is given right before it asks."""


async def ask(
    acquirer: Acquirer, call: CorrectionCall, clock: Callable[[], datetime], send: Send
) -> EffectAnswer:
    """One movement of money, asked for once. Raises what the adapter and ``send`` raise."""
    asking = _Asking(acquirer, call, send)
    if acquirer.capabilities.idempotent:
        return await asking.once(may_send=True)
    attempt = activity.info().attempt
    nothing_yet = attempt == 1 or _proof(attempt - 1) == list(activity.info().heartbeat_details)
    may_send = nothing_yet and not _reset(call) and absent_is_final(acquirer, call.asked, clock())
    try:
        return await asking.once(may_send=may_send)
    except AcquirerUnavailable:
        # Adapters raise it only while nothing had been sent.
        if nothing_yet:
            activity.heartbeat(*_proof(attempt))
        raise


def _proof(attempt: int) -> list[Any]:
    return [_NOTHING_SENT, attempt]


def in_this_run(requested: Requested | None, first_run: str) -> Requested | None:
    """When an effect was asked for, as far as that is known: after a reset nothing is."""
    return None if _another_run(first_run) else requested


def _another_run(first_run: str) -> bool:
    """Whether a reset has made another run than the one in which the case began."""
    return bool(first_run) and first_run != activity.info().workflow_run_id


def _reset(call: CorrectionCall) -> bool:
    """Whether a run before this one may have asked without our knowing: the case was reset to
    a moment before it heard. Once a request of this run is known, that one counts."""
    return call.asked is None and _another_run(call.first_run)


class _Asking:
    """One attempt to ask, and when it began."""

    def __init__(self, acquirer: Acquirer, call: CorrectionCall, send: Send) -> None:
        self._acquirer = acquirer
        self._order = call.order
        self._requested = in_this_run(call.requested, call.first_run)
        self._send = send
        self._began = wall_clock()

    async def once(self, *, may_send: bool) -> EffectAnswer:
        order, acquirer = self._order, self._acquirer
        heard = await acquirer.effect(order.effect_id, order.sale, self._requested)
        if heard.kind is not AnswerKind.ABSENT and not heard.retryable:
            return heard
        if not acquirer.capabilities.idempotent:
            if await acquirer.sale(order.sale) is None:
                return _not_done("sale_unknown") if may_send else _unknown(UNDER_WAY)
            refunds = await acquirer.refunds(order.sale)
            listed = next((r for r in refunds if r.effect_id == order.effect_id), None)
            if listed is not None:
                return _as_listed(listed)
        if not may_send:
            return _unknown(UNDER_WAY)
        return await self._send(self._in_time)

    def _in_time(self) -> None:
        """Raises AcquirerUnavailable when this attempt must not send any more."""
        if self._too_late():
            raise AcquirerUnavailable("the attempt was held up past its own time")

    def _too_late(self) -> bool:
        """Whether this attempt has been given up already: another may run in its place, which
        does no harm where both ask under an id that is kept."""
        if self._acquirer.capabilities.idempotent:
            return False
        info = activity.info()
        limit, now = info.start_to_close_timeout, wall_clock()
        if limit is None:
            return False
        held_up = now - self._began >= limit
        return held_up or now - info.started_time >= limit + CLOCKS_DIFFER


def _not_done(reason: str) -> EffectAnswer:
    return EffectAnswer(kind=AnswerKind.FAILED, reason=reason)


def _unknown(reason: str) -> EffectAnswer:
    return EffectAnswer(kind=AnswerKind.UNKNOWN, reason=reason)


def _as_listed(refund: Refund) -> EffectAnswer:
    """A refund of ours in the sale's own list is there, whatever a look-up by id says. Only
    what has come to its end is taken for the end."""
    if refund.status is not RefundStatus.POSTED:
        return _unknown(LISTED)
    return EffectAnswer(
        kind=AnswerKind.SUCCEEDED,
        reference=refund.reference,
        status=refund.status,
        arn=refund.arn,
        amount=refund.amount,
        posted_at=refund.posted_at,
    )

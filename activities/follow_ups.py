"""Timed follow-ups: what the case asks again, by its timers, until it is known or done."""

from pydantic import AwareDatetime
from temporalio import activity

from activities.acquirer import AcquirerDoor, spoken
from activities.asking import UNDER_WAY, absent_is_final, in_this_run
from activities.notifications import Notifications
from recourse.disputes.effects import AnswerKind, EffectAnswer, RequestAnswer, Requested
from recourse.disputes.elsewhere import Elsewhere
from recourse.disputes.models import Value
from recourse.disputes.notices import Delivery, Notice


class EffectRef(Value):
    acquirer: str
    effect_id: str
    sale: str = ""
    """Of a correction: the sale it was ordered for, and of which it may hold money."""
    asked: AwareDatetime | None = None
    """Of a correction: real time by which the last request for it had been sent."""
    requested: Requested | None = None
    """Of a correction: when the case has asked for it, in case time."""
    first_run: str = ""
    """As of ``CorrectionCall``."""
    elsewhere: Elsewhere | None = None
    """Of a correction: what the case knows of money that moved past the acquirer."""


class FollowUps:
    """Everything that is looked at again later. All of it only reads, but for the reminder."""

    def __init__(self, acquirers: AcquirerDoor, notifications: Notifications) -> None:
        self._acquirers = acquirers
        self._notifications = notifications

    @activity.defn
    async def send_reminder(self, notice: Notice) -> Delivery:
        """Remind an asked party: which reminder it is, and how long is left."""
        return await self._notifications.deliver(notice, activity.info().attempt)

    @activity.defn
    async def follow_correction(self, ref: EffectRef) -> EffectAnswer:
        """How a correction stands at the acquirer. Accepted is not posted, and "never seen" is
        ``unknown`` while a request for it may still be carried out."""
        acquirer = self._acquirers.named(ref.acquirer)
        with spoken():
            answer = await acquirer.effect(
                ref.effect_id, ref.sale, in_this_run(ref.requested, ref.first_run)
            )
            if answer.kind is AnswerKind.ABSENT and not absent_is_final(
                acquirer, ref.asked, self._acquirers.clock()
            ):
                return EffectAnswer(kind=AnswerKind.UNKNOWN, reason=UNDER_WAY)
            if not ref.sale:
                return answer
            await self._acquirers.let_go(ref.acquirer, ref.sale, ref.effect_id, answer)
            return await self._acquirers.beside(ref.acquirer, ref.sale, answer, ref.elsewhere)

    @activity.defn
    async def follow_request(self, ref: EffectRef) -> RequestAnswer:
        """Whether an inquiry, a retrieval or a filed dispute has been answered."""
        with spoken():
            return await self._acquirers.named(ref.acquirer).request(ref.effect_id)

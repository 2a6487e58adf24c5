"""Timed follow-ups: what the case asks again, by its timers, until it is known or done."""

from temporalio import activity

from activities.acquirer import AcquirerDoor, spoken
from activities.notifications import Notifications
from recourse.disputes.effects import EffectAnswer, RequestAnswer
from recourse.disputes.models import Value
from recourse.disputes.notices import Delivery, Notice


class EffectRef(Value):
    acquirer: str
    effect_id: str
    sale: str = ""
    """Of a correction: the sale it was ordered for, and of which it may hold money."""


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
        """How a correction stands at the acquirer. Accepted is not posted."""
        with spoken():
            answer = await self._acquirers.named(ref.acquirer).effect(ref.effect_id, ref.sale)
            if ref.sale:
                await self._acquirers.let_go(ref.acquirer, ref.sale, ref.effect_id, answer)
                return await self._acquirers.beside(ref.acquirer, ref.sale, answer)
            return answer

    @activity.defn
    async def follow_request(self, ref: EffectRef) -> RequestAnswer:
        """Whether an inquiry, a retrieval or a filed dispute has been answered."""
        with spoken():
            return await self._acquirers.named(ref.acquirer).request(ref.effect_id)

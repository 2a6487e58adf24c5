"""Actions on failed steps: do it again, leave it out, or say that it was done by hand."""

from typing import ClassVar

from recourse.disputes import events as ev
from recourse.disputes.actions.base import Action, Code, Refusal, Situation, Words, closed
from recourse.disputes.case import Case
from recourse.disputes.events import Event
from recourse.disputes.vocabulary import Stage


class _WorkAction(Action):
    item: Code

    def decides_about_money(self, case: Case) -> bool:
        item = case.work.get(self.item)
        return item is not None and item.money

    @classmethod
    def unavailable(cls, case: Case) -> Refusal | None:
        if case.finished:
            return closed(case)
        if case.open_work:
            return None  # also of a closed case: a farewell that could not be sent
        return Refusal(code="no_work_item", words="no step of this case has failed")

    def refusal(self, at: Situation) -> Refusal | None:
        item = at.case.work.get(self.item)
        if item is None or item.how:
            waiting = ", ".join(i.item for i in at.case.open_work)
            return Refusal(code="no_work_item", words=f"item must be one of {waiting}")
        return None


class Retry(_WorkAction):
    name: ClassVar[str] = "retry"

    def events(self, at: Situation) -> tuple[Event, ...]:
        return (ev.WorkResumed(item=self.item, how="retry"),)


class Skip(_WorkAction):
    """Leave the step out. A step on which money hangs is not left out."""

    name: ClassVar[str] = "skip"
    reason: Words

    def refusal(self, at: Situation) -> Refusal | None:
        item = at.case.work.get(self.item)
        if item is not None and item.money and not item.how:
            return Refusal(
                code="money", words="a step that moves money is not skipped: retry it, or by_hand"
            )
        return super().refusal(at)

    def events(self, at: Situation) -> tuple[Event, ...]:
        return (ev.WorkResumed(item=self.item, how="skip", reason=self.reason),)


class ByHand(_WorkAction):
    """It was done elsewhere; ``reference`` says where: a bank's reference, a letter's number.

    Of money that the acquirer has taken on, or may have, this stops nothing there: have it
    canceled first, or both may pay. It is followed until the acquirer has said that it will not.
    """

    name: ClassVar[str] = "by_hand"
    reference: Words

    def events(self, at: Situation) -> tuple[Event, ...]:
        resumed = ev.WorkResumed(item=self.item, how="by_hand", reference=self.reference)
        effect = at.case.work[self.item].effect
        if not effect:
            return (resumed,)
        # No procedure waits for this word: it counts, and leads on, as soon as it is said.
        given = ev.CorrectionByHand(effect_id=effect, reference=self.reference)
        if at.case.stage not in (Stage.ESCALATION, Stage.LEGAL) or at.case.outcome is not None:
            return resumed, given
        why = "the correction of unknown end was given by hand"
        return resumed, given, ev.StageEntered(stage=Stage.VERIFICATION, why=why)

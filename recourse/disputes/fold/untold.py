"""Who is still to be told of what a person did."""

from recourse.disputes import events as ev
from recourse.disputes.case import Case, Untold
from recourse.disputes.notices import Role, Template
from recourse.disputes.timeline import Entry
from recourse.disputes.vocabulary import Stage


def untold(case: Case, entry: Entry) -> dict[str, object]:
    """What an act adds to the list; the notice takes it off."""
    event = entry.event
    match event:
        case ev.ClockExtended(clock=name, reason=reason, needs=needs):
            clock = case.clocks.get(name)
            party = clock.party if clock else None
            if needs:
                new = Untold(
                    template=Template.HOLDING_REPLY,
                    to=case.claim.claimant_role,
                    clock=name,
                    detail=reason,
                )
            elif party is not None:
                new = Untold(
                    template=Template.EXTENSION_GRANTED, to=party, clock=name, detail=reason
                )
            else:
                return {}
            return {"untold": (*case.untold, new)}
        case ev.PromiseMade(clock=name, party=party, what=what):
            made = Untold(template=Template.PROMISE_RECORDED, to=party, clock=name, detail=what)
            return {"untold": (*case.untold, made)}
        case ev.DecisionProposed(needs_approval=True) if case.stage is not Stage.VERIFICATION:
            # In verification the procedure itself asks for the second person.
            asked = Untold(template=Template.APPROVAL_NEEDED, to=Role.SUPERVISOR)
            return {"untold": (*case.untold, asked)}
        case ev.Reopened():
            again = Untold(template=Template.REOPENED, to=case.claim.claimant_role)
            return {"untold": (*case.untold, again)}
        case (
            ev.Notified(template=template, to=to) | ev.NoticeUndeliverable(template=template, to=to)
        ):
            found = next((n for n in case.untold if n.template is template and n.to is to), None)
            if found is None:
                return {}
            place = case.untold.index(found)
            return {"untold": (*case.untold[:place], *case.untold[place + 1 :])}
        case ev.Closed() if case.untold:
            return {"untold": ()}
        case _:
            return {}

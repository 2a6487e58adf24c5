"""Closing: tell everybody how it ended, then watch the case for a while."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from recourse.disputes import events as ev
    from recourse.disputes.balls import Ball
    from recourse.disputes.case import Case
    from recourse.disputes.clocks import ClockKind
    from recourse.disputes.notices import Role, Template
    from recourse.disputes.stage_clocks import StageClock
    from recourse.disputes.vocabulary import Outcome

from workflows.following import look_once_more, may_pay_too, until_watched
from workflows.process import Process
from workflows.telling import Draft, facts, tell_all

_WORDS = {
    Outcome.REJECTED: Template.REJECTED,
    Outcome.WITHDRAWN: Template.WITHDRAWN,
    Outcome.SETTLED: Template.SETTLED,
}


async def closing(p: Process) -> None:
    """Close, then watch: within the watch period the case can be reopened. It is watched for
    longer while the acquirer may still pay what a person has given by hand. Each end is a visit of
    its own, and has one watch."""
    if p.case.closed_at is None:
        await _tell_the_end(p)
        if p.case.outcome is not None:
            p.record(ev.Closed(outcome=p.case.outcome, reason=p.case.reason, cause=p.case.cause))
    if p.case.clock("watch") is None:
        p.start_clock(
            StageClock.WATCH,
            p.case.playbook.watch,
            owner=Ball.NOBODY,
            default="finish",
            kind=ClockKind.REVIEW,
        )
    await until_watched(p, lambda case: case.over("watch") and not may_pay_too(case))
    await look_once_more(p)
    p.record(ev.WatchEnded())
    p.publish()


async def _tell_the_end(p: Process) -> None:
    outcome = p.case.outcome
    if outcome is None:
        return
    template = _WORDS.get(outcome, Template.CLOSED)
    parties = [p.case.claim.claimant_role]
    if outcome is not Outcome.DUPLICATE:  # for the others the case goes on
        also = [Role.STORE] if p.case.was_told(Template.ASK_STORE, Role.STORE) else []
        also += [Role.CUSTOMER] if any(t.to is Role.CUSTOMER for t in p.case.told) else []
        parties += [role for role in also if role not in parties]
    about: dict[str, object] = {
        "reason": p.case.reason,
        "amount": p.case.settled_amount or (p.case.decision.amount if p.case.decision else None),
    }
    if outcome is Outcome.REJECTED:
        about["cause"] = ""  # what was not found to be so is not told as a cause
    drafts = [
        Draft(template=_for(template, party, p.case), to=party, about=facts(p.case, **about))
        for party in parties
    ]
    await tell_all(p, drafts)


def _for(template: Template, party: Role, case: Case) -> Template:
    """Who made no claim is not told that a claim of theirs was not upheld."""
    if template is Template.REJECTED and party is not case.claim.claimant_role:
        return Template.CLOSED
    return template

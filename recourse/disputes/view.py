"""A case as its readers see it: the contract of ``case show -o json`` and of the API."""

from datetime import datetime, timedelta

from pydantic import AwareDatetime, Field

from recourse.disputes.actions import allowed
from recourse.disputes.balls import Ball
from recourse.disputes.calendars import Calendar
from recourse.disputes.case import Case, Intent
from recourse.disputes.claims import Kind
from recourse.disputes.clocks import Clock, ClockKind
from recourse.disputes.effects import Remedy
from recourse.disputes.models import Value
from recourse.disputes.money import Money
from recourse.disputes.reckoning import Reckoning, reckon
from recourse.disputes.verdicts import Said
from recourse.disputes.vocabulary import Cause, CorrectionState, Outcome, Stage, Step


class ClockView(Value):
    name: str
    regime: str
    kind: ClockKind
    owner: Ball
    goal: bool
    """A goal of our own, and no time limit of law or scheme."""
    state: str
    due: AwareDatetime | None
    """None while it stands still: it is due ``left`` after it ticks on."""
    elapsed: timedelta
    """How long it has ticked, without the time it stood still."""
    left: timedelta
    started: AwareDatetime
    default: str
    """What happens when it runs out."""
    rule: str
    provisional: bool = False


class NextAction(Value):
    """What the case waits for: who, in which step, until when, and what comes then."""

    ball: Ball
    step: Step
    due: AwareDatetime | None = None
    clock: str = ""
    default: str = ""


class Link(Value):
    kind: str
    case_id: str


class Failure(Value):
    item: str
    what: str
    error: str
    since: AwareDatetime
    money: bool


class CorrectionView(Value):
    """A movement of money, and where it is."""

    effect_id: str
    remedy: Remedy
    amount: Money
    card_last4: str
    state: CorrectionState
    reason: str
    reference: str
    arn: str


class CaseView(Value):
    """Everything a list or a page shows of a case."""

    case_id: str
    kind: Kind
    claimant: str
    language: str = ""
    """Of the claimant."""
    stage: Stage
    step: Step
    ball: Ball
    money: Reckoning
    clocks: tuple[ClockView, ...]
    outcome: Outcome | None
    reason: str
    cause: Cause | None
    opened_at: AwareDatetime
    closed_at: AwareDatetime | None
    next_action: NextAction | None
    allowed_actions: tuple[str, ...]
    links: tuple[Link, ...]
    failures: tuple[Failure, ...]
    path: tuple[Stage, ...]
    rung: str
    acquirer: str
    assigned: str
    playbook: str
    sale: str
    candidates: tuple[str, ...]
    findings: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """What speaks for and against each candidate, by its reference."""
    question: str
    proposed: str
    """The decision that waits, or was taken: its kind and amount."""
    conflict: tuple[Said, ...] = ()
    """Who says what of the money, where the sources do not agree."""
    missing: tuple[str, ...] = ()
    """Codes of the evidence that would make the verdict sure."""
    corrections: tuple[CorrectionView, ...] = ()
    """Every movement of money that was ever asked for, oldest first."""


def view(case: Case, now: datetime) -> CaseView:
    """The case at a moment of case time."""
    return CaseView(
        case_id=case.case_id,
        kind=case.claim.kind,
        claimant=case.claim.claimant,
        language=case.claim.language,
        stage=case.stage,
        step=case.step,
        ball=case.ball,
        money=reckon(case),
        clocks=tuple(_clock(clock, now, case.calendar) for clock in case.clocks.values()),
        outcome=case.outcome,
        reason=case.reason,
        cause=case.cause,
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        next_action=_next(case),
        allowed_actions=allowed(case),
        links=tuple(Link(kind=kind, case_id=other) for kind, other in case.links.items()),
        failures=tuple(
            Failure(
                item=work.item, what=work.what, error=work.error, since=work.since, money=work.money
            )
            for work in case.open_work
        ),
        path=case.path,
        rung=case.rung,
        acquirer=case.claim.acquirer,
        assigned=case.assigned,
        playbook=case.playbook.id,
        sale=case.sale.reference if case.sale else "",
        candidates=tuple(sale.reference for sale in case.candidates),
        findings=case.findings,
        question=case.question,
        proposed=_proposed(case),
        conflict=case.verdict.said if case.verdict else (),
        missing=case.verdict.missing if case.verdict else (),
        corrections=tuple(_correction(intent) for intent in case.intents),
    )


def _correction(intent: Intent) -> CorrectionView:
    answer = intent.answer
    return CorrectionView(
        effect_id=intent.order.effect_id,
        remedy=intent.order.remedy,
        amount=intent.order.amount,
        card_last4=intent.order.card_last4,
        state=intent.state,
        reason=answer.reason if answer and not intent.elsewhere else "",
        reference=_reference(intent),
        arn=answer.arn if answer else "",
    )


def _reference(intent: Intent) -> str:
    heard = intent.answer.reference if intent.answer else ""
    return intent.by_hand if intent.elsewhere else heard or intent.by_hand


def _clock(clock: Clock, now: datetime, calendar: Calendar) -> ClockView:
    return ClockView(
        name=clock.name,
        regime=clock.regime,
        kind=clock.kind,
        owner=clock.owner,
        goal=clock.house,
        state=clock.state,
        due=None if clock.state == "paused" else clock.due,
        elapsed=clock.elapsed(now, calendar),
        left=clock.left(now, calendar),
        started=clock.started,
        default=clock.default,
        rule=clock.rule,
        provisional=clock.provisional(calendar),
    )


def _next(case: Case) -> NextAction | None:
    if case.closed_at is not None:
        return None
    running = [clock for clock in case.clocks.values() if clock.state == "running"]
    mine = [clock for clock in running if clock.owner is case.ball] or running
    first = min(mine, key=lambda clock: (clock.due, clock.name), default=None)
    return NextAction(
        ball=case.ball,
        step=case.step,
        due=first.due if first else None,
        clock=first.name if first else "",
        default=first.default if first else "",
    )


def _proposed(case: Case) -> str:
    if case.decision is None:
        amount = case.verdict.amount if case.verdict else None
        return f"verdict {case.verdict.finding} {amount or ''}".strip() if case.verdict else ""
    return f"{case.decision.kind.value} {case.decision.to_read_back or ''}".strip()

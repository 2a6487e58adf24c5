"""Rules of law, schemes and the house that set a clock of the whole case, and which apply.

A rule is data: what it counts from, for whom, how long, and what its end brings about. Which
rules apply to a case is found from what is known of it; a rule that hangs on something not
known yet waits, and is looked at again when more is known.
"""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field, StringConstraints, field_validator, model_validator

from recourse.disputes.balls import Ball
from recourse.disputes.calendars import Calendar
from recourse.disputes.clocks import (
    Clock,
    ClockKind,
    Effect,
    Ladder,
    Renewal,
    renewed,
    start,
)
from recourse.disputes.models import EdgeValue, Value
from recourse.disputes.settlement import UNIONPAY
from recourse.disputes.spans import Span, Unit, unpublished
from recourse.disputes.stage_clocks import RESERVED

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Regime = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]


class Anchor(StrEnum):
    """What a rule counts from. Each is a moment that the case keeps, never a flag."""

    OPENED = "opened"
    """The opening of the case: when we received the complaint."""
    EVENT = "event"
    """The refund the case is about, or else the sale."""
    SALE = "sale"
    SETTLED = "settled"
    """The sale by the day it settles with at UnionPay, which changes at 23:00 Beijing time."""
    REFUND = "refund"
    DEMAND = "demand"
    """The last demand whose delivery is proven."""


Fact = Literal["kind", "claimant", "jurisdiction", "institution", "brand", "funding"]
FACTS: tuple[Fact, ...] = (
    "kind",
    "claimant",
    "jurisdiction",
    "institution",
    "brand",
    "funding",
)


class Facts(Value):
    """What the choice of rules hangs on. Empty: not known."""

    kind: str
    claimant: str
    jurisdiction: str
    institution: str = ""
    """Who answers the claim: a merchant, a payment_institution or a bank."""
    brand: str = ""
    """The card's scheme: visa, mastercard, unionpay…"""
    funding: str = ""
    """debit, credit or prepaid."""
    opened: AwareDatetime
    sale: AwareDatetime | None = None
    refund: AwareDatetime | None = None
    demands: tuple[AwareDatetime, ...] = ()
    """When each demand went out whose delivery is proven, in order."""
    time_zone: str = "UTC"
    """By whose dates the day of the event is told: those of the place of the case."""

    @property
    def day(self) -> date:
        """The day of the event as it is known, which decides what is in force; that of the
        opening while no event is known."""
        at = self.moment(Anchor.EVENT) or self.opened
        return at.astimezone(ZoneInfo(self.time_zone)).date()

    @property
    def demand(self) -> datetime | None:
        return self.demands[-1] if self.demands else None

    def of(self, fact: Fact) -> str:
        return str(getattr(self, fact))

    def moment(self, anchor: Anchor) -> datetime | None:
        match anchor:
            case Anchor.OPENED:
                return self.opened
            case Anchor.EVENT:
                return self.refund or self.sale
            case Anchor.SALE:
                return self.sale
            case Anchor.SETTLED:
                return UNIONPAY.settled(self.sale) if self.sale else None
            case Anchor.REFUND:
                return self.refund
            case Anchor.DEMAND:
                return self.demand


class When(EdgeValue):
    """For which cases a rule holds. An empty condition is none."""

    kind: tuple[str, ...] = ()
    claimant: tuple[str, ...] = ()
    jurisdiction: tuple[str, ...] = ()
    institution: tuple[str, ...] = ()
    brand: tuple[str, ...] = ()
    funding: tuple[str, ...] = ()

    def values(self, fact: Fact) -> tuple[str, ...]:
        found: tuple[str, ...] = getattr(self, fact)
        return found

    @property
    def conditions(self) -> tuple[Fact, ...]:
        return tuple(fact for fact in FACTS if self.values(fact))

    def fails(self, facts: Facts) -> Fact | None:
        """The first condition that does not hold; one of which nothing is known may hold."""
        return next(
            (
                fact
                for fact in self.conditions
                if facts.of(fact) and facts.of(fact) not in self.values(fact)
            ),
            None,
        )

    def unknown(self, facts: Facts) -> Fact | None:
        """The first condition of which it is not known whether it holds."""
        return next((fact for fact in self.conditions if not facts.of(fact)), None)


class Longer(EdgeValue):
    """More time that a rule itself allows, counted from the same moment, and what for."""

    within: Span
    needs: Name
    """What must be done for it, as a code with words in every language: a holding reply, a
    provisional credit, an approval by somebody senior."""
    effect: Literal[Effect.WARN] | None = None
    """What its end brings about where this number is less sure than the rule's own."""


class Beginning(Value):
    """What a clock counts from, and when that was."""

    anchor: Anchor
    since: AwareDatetime
    renewals: tuple[Renewal, ...] = ()
    """The demands that have begun it anew."""


A_WEEK = Span(amount=7, unit=Unit.DAYS, source="house")
"""What a waiting time leaves of a window when its rule does not say: time to file in."""


class Rule(EdgeValue):
    """A clock of the whole case: of law, of a scheme, of the house or a store."""

    name: Name
    regime: Regime
    kind: ClockKind
    owner: Ball
    within: Span
    effect: Effect
    anchor: Anchor = Anchor.OPENED
    when: When = When()
    effective_from: date | None = None
    effective_until: date | None = None
    """The first day on which it no longer holds. Both are dates of the event."""
    longer: tuple[Longer, ...] = ()
    """Each step from the same first moment, the shorter one first; a supervisor takes it."""
    pauses_while: tuple[Ball, ...] = ()
    """It stands still while one of these has the ball."""
    warn_before: Span | None = None
    overdue_every: Span | None = None
    overdue_times: int = Field(default=0, ge=0, le=100)
    rungs: tuple[Name, ...] = ()
    """What the effect is on: the rungs that are barred."""
    restarts: bool = False
    """Whether a proven demand begins it anew while it runs; what has run out is not revived
    (Civil Code Art. 195)."""
    met_by: Literal["answer", ""] = ""
    """What of ours meets it: the answer that we give to the claimant. Empty: it ends by time,
    or with the case."""
    leaves: Span | None = None
    """Of a waiting time: it is over at the latest so long before a window closes that bars a
    rung which waits for it. None: a week."""

    @field_validator("name")
    @classmethod
    def _free(cls, name: str) -> str:
        if name in RESERVED:
            raise ValueError(f"{name!r} is the name of a clock that a stage starts by itself")
        return name

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.effect is Effect.BAR and not self.rungs:
            raise ValueError(f"rule {self.name}: effect bar needs the rungs that it bars")
        if (self.kind is ClockKind.NOT_BEFORE) != (self.effect is Effect.OPEN):
            raise ValueError(f"rule {self.name}: not_before and effect open go together")
        since, until = self.effective_from, self.effective_until
        if since and until and until <= since:
            raise ValueError(f"rule {self.name}: effective_until is not after effective_from")
        return self

    def holds_on(self, day: date) -> bool:
        """Whether it is in force for an event of a day."""
        return (self.effective_from is None or self.effective_from <= day) and (
            self.effective_until is None or day < self.effective_until
        )

    def excludes(self, facts: Facts) -> bool:
        """Whether what is known says that it does not hold, now or when more is known."""
        return not self.holds_on(facts.day) or self.when.fails(facts) is not None

    def spans(self) -> tuple[Span, ...]:
        return (self.within, *(step.within for step in self.longer))

    def ends(self) -> tuple[tuple[Span, Effect], ...]:
        """Every length with what its end brings about."""
        steps = ((step.within, step.effect or self.effect) for step in self.longer)
        return ((self.within, self.effect), *steps)

    def step(self, span: Span | None) -> Longer | None:
        """The longer time that a clock of this rule runs for; none while it is the rule's own."""
        return next((step for step in self.longer if step.within == span), None)

    def counts_from(
        self, facts: Facts, calendar: Calendar, had: Clock | None = None
    ) -> Beginning | None:
        """What its clock counts from and when that was: its own anchor, or the last of the
        proven demands of which each came while it ran and began it anew. How long it ran is
        told by the clock that a case ``had`` of it. None while that is not known."""
        since = facts.moment(self.anchor)
        if since is None:
            return None
        begins = Beginning(anchor=self.anchor, since=since)
        ran = had or self._running(begins, since, calendar)
        for demand in facts.demands if self.restarts else ():
            anew = renewed(ran, demand, begins.anchor, begins.since, calendar)
            if anew is not None:
                renewals = (*begins.renewals, anew)
                begins = Beginning(anchor=Anchor.DEMAND, since=demand, renewals=renewals)
        return begins

    def clock(
        self, facts: Facts, now: datetime, calendar: Calendar, had: Clock | None = None
    ) -> Clock | None:
        """Its clock, starting now; none while the moment it counts from is not known."""
        begins = self.counts_from(facts, calendar, had)
        return self._running(begins, now, calendar) if begins is not None else None

    def _running(self, begins: Beginning, now: datetime, calendar: Calendar) -> Clock:
        return start(
            self.name,
            kind=self.kind,
            regime=self.regime,
            owner=self.owner,
            span=self.within,
            now=now,
            calendar=calendar,
            default=self.effect.value,
            since=begins.since if begins.since != now else None,
            anchor=begins.anchor.value,
            renewals=begins.renewals,
            rungs=self.rungs,
            met_by=self.met_by,
            pauses_while=self.pauses_while,
            warn_before=self.warn_before,
            overdue=Ladder(every=self.overdue_every, times=self.overdue_times),
        )


class Standing(StrEnum):
    APPLIES = "applies"
    WAITS = "waits"
    """It hangs on something that is not known yet."""
    GIVES_WAY = "gives_way"
    """A rule of the same name fits the case more closely."""
    DOES_NOT_APPLY = "does_not_apply"


class Finding(Value):
    """What the resolver found about one rule, and on account of what."""

    rule: Rule
    standing: Standing
    fact: str = ""
    """The fact that decides: which does not hold, or is not known."""
    due: AwareDatetime | None = None
    provisional: bool = False
    """Whether the due time may move when the days of its year are published."""


def resolve(rules: Iterable[Rule], facts: Facts, calendar: Calendar) -> tuple[Finding, ...]:
    """Which rules in force set a clock for a case and why, strictest first: what is due first
    stands first, then what waits, then what does not apply."""
    rules = in_force(rules, facts)
    findings = [_finding(rule, rules, facts, calendar) for rule in rules]
    order = list(Standing)
    far = max((f.due for f in findings if f.due), default=facts.opened)
    return tuple(
        sorted(
            findings,
            key=lambda f: (order.index(f.standing), f.due or far, f.rule.regime, f.rule.name),
        )
    )


def in_force(rules: Iterable[Rule], facts: Facts) -> tuple[Rule, ...]:
    """The rules that hold for an event of the day as it is known: of a rule with several
    versions at most one."""
    day = facts.day
    return tuple(rule for rule in rules if rule.holds_on(day))


def applying(rules: Iterable[Rule], facts: Facts) -> tuple[Rule, ...]:
    """The rules that set a clock now."""
    rules = in_force(rules, facts)
    return tuple(rule for rule in rules if _standing(rule, rules, facts)[0] is Standing.APPLIES)


def _finding(rule: Rule, rules: tuple[Rule, ...], facts: Facts, calendar: Calendar) -> Finding:
    standing, fact = _standing(rule, rules, facts)
    counts = rule.counts_from(facts, calendar) if standing is Standing.APPLIES else None
    due = rule.within.end(counts.since, calendar) if counts else None
    open_ended = due is not None and unpublished(rule.within, due, calendar)
    return Finding(rule=rule, standing=standing, fact=fact, due=due, provisional=open_ended)


def _standing(rule: Rule, rules: tuple[Rule, ...], facts: Facts) -> tuple[Standing, str]:
    failed = rule.when.fails(facts)
    if failed is not None:
        return Standing.DOES_NOT_APPLY, failed
    unknown = rule.when.unknown(facts)
    if unknown is not None:
        return Standing.WAITS, unknown
    for other in rules:
        if (
            other.name == rule.name
            and len(other.when.conditions) > len(rule.when.conditions)
            and other.when.fails(facts) is None
            and other.when.unknown(facts) is None
            and facts.moment(other.anchor) is not None
        ):
            return Standing.GIVES_WAY, other.regime
    if facts.moment(rule.anchor) is None:
        return Standing.WAITS, rule.anchor.value
    return Standing.APPLIES, ""

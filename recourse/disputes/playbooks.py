"""Playbooks: how cases of one kind are worked, as data. Every number names its source.

A playbook is chosen by the event's date and jurisdiction, resolved once, and pinned to the
case: a later version changes no open case.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from recourse.disputes.balls import Ball
from recourse.disputes.claims import Jurisdiction, Kind
from recourse.disputes.effects import RequestKind
from recourse.disputes.hours import Hours
from recourse.disputes.models import EdgeValue
from recourse.disputes.money import Money
from recourse.disputes.notices import Role, Template
from recourse.disputes.plans import Goodwill, Recovery
from recourse.disputes.rules import Name, Rule
from recourse.disputes.spans import Span, Unit

QUESTIONS: tuple[str, ...] = (
    "contact",
    "sale_amount",
    "sale_date",
    "card_last4",
    "statement_line",
    "bank_statement",
    "slip_photo",
    "identity_if_policy",
    "loss_declaration",
    "refund_slip",
    "refund_promise",
    "paid_again",
    "original_slip",
    "journal_line",
    "operator_shift",
    "refund_application",
    "refund_record",
    "what_happened",
    "goods_returned",
    "can_reprint",
    "printer_state",
    "network_state",
    "terminal_log",
    "terminal_config",
    "software_version",
    "outage_notice",
    "transaction_state",
    "settlement_line",
    "refund_arrival",
    "arn_trace",
    "money_returned",
    "contact_correct",
    "accept_recovery",
    "card_brand",
)
"""Every code a party can be asked by; each has words in every language."""


class OnSilence(StrEnum):
    """The default result when an asked party has not answered in time."""

    GO_ON = "go_on"
    ESCALATE = "escalate"
    CLOSE = "close"


class Ask(EdgeValue):
    """One party that is asked at contact, what it is asked, and what its silence means."""

    party: Role
    template: Template
    asks: tuple[Name, ...]
    """Codes of the questions, in order; their wording is in the templates."""
    only_missing: bool = False
    """Ask only what the claim does not say, and nobody when it says all."""
    claimants: tuple[str, ...] = ("customer", "merchant")
    """For whose claims this party is asked."""
    answer_within: Span
    remind_every: Span | None = None
    reminders: int = Field(default=0, ge=0, le=10)
    on_silence: OnSilence
    waits: bool = True
    """Whether the case waits for the answer; otherwise it goes on to look the sale up, and
    takes the answer when it comes."""
    needs_address: bool = False
    """Ask only when the claim tells where: a POS supplier, a payment platform."""


class Contact(EdgeValue):
    acknowledge_within: Span
    greeting: tuple[Template, ...] = ()
    """Told to the customer at once, before anything is known (hold, apology)."""
    asks: tuple[Ask, ...]
    extension: Span
    """The longest single extension of the time to find a slip or a statement."""
    extensions_at_most: int = Field(default=2, ge=0, le=10)


FOLLOW_LONGEST = Span(
    amount=7, unit=Unit.DAYS, source="house; the issuer has posted within a week or somebody asks"
)
QUERY_LONGEST = Span(amount=96, unit=Unit.HOURS, source="house; eight times the usual 12 hours")


class Verification(EdgeValue):
    search_days: int = Field(default=3, ge=0, le=60)
    """How far around the told time the sale is looked for, in days."""
    clarify_within: Span
    """For the customer to answer the one question that tells the sale."""
    doubt_within: Span
    """How long an in-doubt sale may stay so before it is escalated."""
    query_every: Span
    """How soon an in-doubt sale or correction is looked up; each look in vain doubles it."""
    follow_every: Span
    """How soon a refund that was accepted is looked up; each look in vain doubles it."""
    follow_longest: Span = FOLLOW_LONGEST
    """What was accepted is looked up at least this often, for as long as it takes."""
    query_longest: Span = QUERY_LONGEST
    """What is in doubt is looked up at least this often."""
    recheck_every: Span | None = None
    """How soon what was posted is looked up once more, while the case is still watched: it may
    come back. Each look doubles it. None: when the acquirer says that there is news, before
    silence is taken for a yes, and when the watch ends."""
    reissue_alone: int = Field(default=0, ge=0, le=3)
    """How often a correction that failed late is issued again, under an id of its own, by the
    playbook when it would decide the verdict alone. Otherwise a person decides."""
    decide_within: Span
    decide_alone_up_to: tuple[Money, ...] = ()
    """Per currency: a sure verdict up to this is carried out without a person."""
    approve_above: tuple[Money, ...]
    """Per currency: above this a second person approves, what the case has moved before the same
    way included. No entry: always."""
    approve_within: Span
    post_within: Span
    """From acceptance by the acquirer to posted at the card."""
    confirm_within: Span
    """For the customer to say whether the money came; silence is taken as yes."""
    store_decides: bool = False
    """The refund needs the store's word that the sale may be refunded."""


class Rung(EdgeValue):
    """A step of the escalation ladder: who is turned to, how, and for how long."""

    name: Name
    party: Role
    ball: Ball
    template: Template = Template.ESCALATED
    request: RequestKind | None = None
    """Asked of the acquirer's system rather than by mail."""
    accept_within: Span | None = None
    """For a party that first says whether it takes the case: by when it says so.
    ``answer_within`` then counts from its acceptance, or from the end of this."""
    answer_within: Span
    remind_every: Span | None = None
    reminders: int = Field(default=0, ge=0, le=10)
    query_every: Span | None = None
    after: Name | None = None
    """The clock of the playbook that must be over, run out or met, before this rung is taken: a
    dispute filed in a scheme's waiting time is lost, an ombudsman refuses an early complaint."""
    jurisdictions: tuple[Jurisdiction, ...] = ()
    """Empty: everywhere."""
    claimants: tuple[str, ...] = ("customer", "merchant")
    email: str = ""
    """Where the party is written to when the claim does not tell."""
    on_silence: Literal["next_rung", "upheld", "rejected"] = "next_rung"
    """What its silence is taken for: a scheme takes the other side's for its consent."""
    excludes: tuple[Name, ...] = ()
    """Rungs that must not follow once this one is open (SAMR refuses a case that is
    already before a court, an arbitrator or a consumer association)."""
    source: str = ""


class Legal(EdgeValue):
    hold: bool = True
    counsel_email: str = ""
    demand_answer_within: Span
    remind_every: Span | None = None
    reminders: int = Field(default=0, ge=0, le=5)
    basis: tuple[str, ...]
    """The rules relied on, each with its source."""
    route: Name
    """What the file is prepared for: payment_order, small_claim, arbitration…"""
    result_within: Span
    """How long the result of the filing is waited for before a person looks again."""


class Notices(EdgeValue):
    """When people are written to about what a clock has brought: clocks know no night."""

    daytime: tuple[Hours, ...]
    """The hours of every day in which a person is written to; a business is written to in the
    hours of the calendar."""
    warn_before: Span
    """How long before a time limit of our own its supervisor is warned."""
    overdue_every: Span
    overdue_times: int = Field(default=3, ge=0, le=100)
    """How often our people are told again that something has run out and nothing has come."""


class Playbook(EdgeValue):
    """How one kind of case is worked in one jurisdiction."""

    kind: Kind
    version: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    jurisdiction: Jurisdiction
    effective_from: date
    effective_until: date | None = None
    """The first day on which it no longer holds."""
    summary: str
    calendar: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
    time_zone: str
    clocks: tuple[Rule, ...] = ()
    """The rules of law, schemes and the house that may set a clock, in every version; which of
    them do is found from the case and the day of its event, as far as they are known."""
    notices: Notices
    contact: Contact
    verification: Verification
    escalation: tuple[Rung, ...]
    legal: Legal
    recovery: Recovery | None = None
    """How too much is fetched back; none: a decision to debit is carried out as it is."""
    goodwill: Goodwill | None = None
    """What may be given beyond what is owed; none: as much as can be refunded."""
    watch: Span
    """After closing: how long the case is watched and can be reopened."""

    @model_validator(mode="after")
    def _sound(self) -> Self:
        for claimant in ("customer", "merchant"):
            names = [rung.name for rung in self.rungs(claimant)]
            if len(set(names)) != len(names):
                raise ValueError(f"{self.kind}: two rungs of a {claimant} have the same name")
            asked = [ask.party for ask in self.contact.asks if claimant in ask.claimants]
            if len(set(asked)) != len(asked):
                # Each party has one clock for its answer.
                raise ValueError(f"{self.kind}: a {claimant}'s case asks one party twice")
        if self.effective_until and self.effective_until <= self.effective_from:
            raise ValueError(f"{self.kind}: effective_until is not after effective_from")
        unsourced = [rule.name for rule in self.clocks for s in rule.spans() if not s.source]
        if unsourced:
            raise ValueError(f"{self.kind}: clock {unsourced[0]} names no source")
        return self

    @property
    def id(self) -> str:
        return f"{self.kind.value}/{self.jurisdiction}/{self.version}"

    def holds_on(self, day: date) -> bool:
        return self.effective_from <= day and (
            self.effective_until is None or day < self.effective_until
        )

    def rungs(self, claimant: str) -> tuple[Rung, ...]:
        return tuple(rung for rung in self.escalation if claimant in rung.claimants)

    def rung(self, name: str, claimant: str) -> Rung | None:
        """The rung of a name on this claimant's ladder. Two claimants may have rungs of one
        name with different parties: a customer's second tier is the merchant's head office, a
        merchant's is its acquirer."""
        return next((rung for rung in self.rungs(claimant) if rung.name == name), None)


def up_to(limits: tuple[Money, ...], amount: Money) -> bool:
    """Whether an amount is within the limit of its currency; without one it is not."""
    return any(
        limit.currency == amount.currency and amount.minor <= limit.minor for limit in limits
    )

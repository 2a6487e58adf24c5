"""Contact: acknowledge, ask whoever can tell, wait, remind, and read what silence means."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from recourse.disputes.balls import Ball
    from recourse.disputes.case import Case
    from recourse.disputes.clocks import Clock, ClockKind, Effect
    from recourse.disputes.notices import Role, Template
    from recourse.disputes.parties import ball_of
    from recourse.disputes.playbooks import Ask, OnSilence
    from recourse.disputes.stage_clocks import OwnedClock, StageClock, owned
    from recourse.disputes.vocabulary import Outcome, Stage, Step

from workflows.process import Process
from workflows.telling import Draft, facts, tell_all


async def contact(p: Process) -> None:
    """Acknowledge and ask at once; then wait for the answers."""
    asks = asks_for(p.case)
    await greet_and_ask(p, asks)
    await _hear(p, asks)
    while not enough(p.case, asks):
        await _hear(p, asks)
    silent = silent_of(p.case, asks)
    if any(ask.on_silence is OnSilence.ESCALATE for ask in silent):
        party = next(a.party for a in silent if a.on_silence is OnSilence.ESCALATE)
        p.enter(Stage.ESCALATION, f"the {party.value} has not answered in time")
    if any(ask.on_silence is OnSilence.CLOSE for ask in silent):
        await p.daytime(p.case.claim.claimant_role)
        p.reach(Outcome.REJECTED, "no_evidence")
    p.enter(Stage.VERIFICATION, "everybody asked has answered" if not silent else "go_on")


async def _hear(p: Process, asks: list[Ask]) -> None:
    """Wait for answers until there are enough, or the ball is another's."""
    ball = waited_for(p.case, asks)
    p.step(Step.AWAITING_ANSWERS, ball)
    await p.until(lambda case: enough(case, asks) or waited_for(case, asks) is not ball)


def enough(case: Case, asks: list[Ask]) -> bool:
    """Whether contact has what it can get: everybody waited for has answered or run out of
    time, or somebody has said what happened and nobody's silence would mean anything. A
    silence that does mean something is not put off by the time another party has left."""
    open_asks = [ask for ask in asks if ask.waits and not _heard_from(case, ask)]
    if not open_asks:
        return True
    if any(ask.on_silence is not OnSilence.GO_ON for ask in silent_of(case, asks)):
        return True
    return case.words.settled and all(a.on_silence is OnSilence.GO_ON for a in open_asks)


def waited_for(case: Case, asks: list[Ask]) -> Ball:
    """Who has the ball: a business that was asked, as long as it owes an answer; the customer
    only when the case waits for nobody else. So no clock of ours stands still because of a
    customer while a store is late."""
    open_asks = [ask for ask in asks if ask.waits and not _heard_from(case, ask)]
    businesses = [ask for ask in open_asks if ask.party is not Role.CUSTOMER]
    first = next(iter(businesses or open_asks), None)
    return ball_of(first.party) if first is not None else Ball.US


def _heard_from(case: Case, ask: Ask) -> bool:
    """Whether the party has answered, or has had its time."""
    clock = case.clock(clock_name(ask))
    return ask.party in case.answered if clock is None else not clock.pending


def silent_of(case: Case, asks: list[Ask]) -> list[Ask]:
    return [ask for ask in asks if ask.waits and case.expired(clock_name(ask))]


async def greet_and_ask(p: Process, asks: list[Ask]) -> None:
    """The acknowledgement, the greetings and the questions go out together, once."""
    case = p.case
    if case.was_told(Template.ACKNOWLEDGE, case.claim.claimant_role):
        return
    plan = case.playbook.contact
    p.start_clock(
        StageClock.ACKNOWLEDGE,
        plan.acknowledge_within,
        owner=Ball.US,
        default="warn",
        whole_case=True,
    )
    final = _deadline_told(p.case)
    drafts = [
        Draft(
            template=Template.ACKNOWLEDGE,
            to=case.claim.claimant_role,
            about=facts(
                case, due=final.due if final else None, due_rule=final.rule if final else ""
            ),
        )
    ]
    drafts += [
        Draft(template=greeting, to=Role.CUSTOMER, about=facts(case))
        for greeting in plan.greeting
        if greeting is not Template.WRONG_REFUND_APOLOGY or case.claim.claimant == "merchant"
    ]
    for ask in asks:
        due = ask.answer_within.end(p.now, case.calendar)
        about = facts(case, asks=missing(case, ask), due=due, due_rule=ask.answer_within.rule)
        drafts.append(Draft(template=ask.template, to=ask.party, about=about))
    await tell_all(p, drafts)
    p.meet("acknowledge")
    for ask in asks:
        _start_waiting(p, ask)


def _start_waiting(p: Process, ask: Ask) -> None:
    """A party's time begins when it has been asked, however long a mail server was down; who
    has answered before the question went out is waited for no more."""
    if ask.party in p.case.answered:
        return
    p.start_clock(
        clock_name(ask),
        ask.answer_within,
        owner=ball_of(ask.party),
        default=ask.on_silence.value,
        party=ask.party,
        asks=missing(p.case, ask),
        whole_case=not ask.waits,
        remind_every=ask.remind_every,
        reminders=ask.reminders,
    )


def asks_for(case: Case) -> list[Ask]:
    """Who is asked in this case: whoever the playbook names for this claimant, has an
    address where one is needed, holds something that is missing, and has not said it before
    anybody asked (an answer may reach a case before its procedure begins)."""
    return [
        ask
        for ask in case.playbook.contact.asks
        if case.claim.claimant in ask.claimants
        and (ask.party not in case.answered or case.clock(clock_name(ask)) is not None)
        and (not ask.needs_address or case.claim.contact(ask.party).email)
        and missing(case, ask)
    ]


def missing(case: Case, ask: Ask) -> tuple[str, ...]:
    """What is still to be asked: never what the claim says or what can be looked up."""
    if not ask.only_missing:
        return ask.asks
    known = told(case)
    return tuple(code for code in ask.asks if code not in known)


def told(case: Case) -> set[str]:
    """The question codes that the claim has answered already."""
    claim, sale = case.claim, case.known
    looked_up = bool(sale.identity)
    kinds = {item.kind for item in claim.evidence}
    statement = looked_up or bool(kinds & {"bank_statement", "wallet_statement"})
    answered = {
        "contact": bool(claim.customer.email or claim.customer.phone),
        "sale_amount": looked_up or sale.amount is not None,
        "sale_date": looked_up or sale.at is not None,
        "card_last4": looked_up or bool(sale.card_last4),
        "statement_line": statement,
        "bank_statement": statement,
        "refund_slip": looked_up,
    }
    return {code for code, known in answered.items() if known} | kinds


def clock_name(ask: Ask) -> OwnedClock:
    return owned("answer", ask.party.value)


def _deadline_told(case: Case) -> Clock | None:
    """The deadline that binds us, stated in the acknowledgement: the strictest of those by
    which an answer is due (DISP 1.6.1R); a goal that only we look at is not told."""
    ours = [
        clock
        for clock in case.clocks.values()
        if clock.owner is Ball.US and clock.kind is ClockKind.MUST_BY and not clock.visit
    ]
    answers = [clock for clock in ours if clock.default == Effect.ESCALATE]
    return min(answers, key=lambda clock: clock.due, default=None)

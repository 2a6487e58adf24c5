"""Escalation: a ladder of rungs, each with its own time, climbed by time-out or by a person."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.acquirer import AcquirerDoor, RequestCall
    from activities.follow_ups import EffectRef, FollowUps
    from recourse.disputes import events as ev
    from recourse.disputes.case import Case
    from recourse.disputes.clocks import ClockKind
    from recourse.disputes.effects import AnswerKind, RequestAnswer, RequestOrder
    from recourse.disputes.notices import Template
    from recourse.disputes.parties import AUTHORITIES
    from recourse.disputes.playbooks import Rung
    from recourse.disputes.stage_clocks import owned
    from recourse.disputes.vocabulary import Outcome, Result, Stage, Step

from workflows.acquirer import look, move
from workflows.following import until_watched
from workflows.locating import look_up
from workflows.lookups import backed_off
from workflows.process import CLOCK, Process, StepFailed
from workflows.telling import Draft, contact_of, facts, tell_all


async def escalation(p: Process) -> None:
    """Climb from rung to rung until one brings a result, or the ladder ends."""
    while True:
        rung = current(p.case) or following(p.case)
        if rung is None:
            p.enter(Stage.LEGAL, "the ladder is climbed and nothing is resolved")
        if p.case.rung != rung.name or p.case.rung_over:
            await _climb(p, rung)
        await _await_result(p, rung)
        _draw_conclusion(p, rung)


def current(case: Case) -> Rung | None:
    """The rung whose result is still awaited."""
    if not case.rung or case.rung_over or case.target_rung:
        return None
    return case.playbook.rung(case.rung, case.claim.claimant)


def following(case: Case) -> Rung | None:
    """The next rung: the one a person asked for, or the first after the highest climbed
    that nothing excludes."""
    rungs = case.playbook.rungs(case.claim.claimant)
    if case.target_rung:
        asked = next((rung for rung in rungs if rung.name == case.target_rung), None)
        if asked is not None and asked.name not in {*case.rungs_climbed, *case.barred}:
            return asked
    excluded = {name for rung in rungs if rung.name in case.rungs_climbed for name in rung.excludes}
    excluded |= case.barred
    highest = max(
        (place for place, rung in enumerate(rungs) if rung.name in case.rungs_climbed), default=-1
    )
    return next(
        (
            rung
            for rung in rungs[highest + 1 :]
            if rung.name not in excluded and rung.name not in case.rungs_climbed
        ),
        None,
    )


async def _climb(p: Process, rung: Rung) -> None:
    await _wait_for_door(p, rung)
    p.stay()
    p.record(ev.Escalated(rung=rung.name, party=rung.party))
    if rung.request is not None and not await _open_request(p, rung):
        return
    if rung.request is not None:
        _start_waiting(p, rung)
        # The acquirer works on it from now on; whoever is written to about it may have to wait
        # for the morning.
        p.step(Step(rung.name), rung.ball)
    turned_to = rung.request is None and not _claimant_turns(p.case, rung)
    await p.daytime(
        None if turned_to else p.case.claim.claimant_role, unless=lambda case: case.rung_over
    )
    if p.case.rung_over:
        return  # somebody had the result before the notices were out
    calendar = p.case.calendar
    accepted = rung.accept_within.end(p.now, calendar) if rung.accept_within else None
    running = p.case.clock(f"rung:{rung.name}")
    about = {
        "rung": rung.name,
        "due": running.due if running else rung.answer_within.end(accepted or p.now, calendar),
        "due_rule": rung.answer_within.rule,
        "amount": p.case.claim.claimed,
    }
    drafts = [
        Draft(
            template=Template.ESCALATED_CLAIMANT,
            to=p.case.claim.claimant_role,
            about=facts(p.case, **about),
        )
    ]
    if turned_to:
        drafts.append(
            Draft(
                template=rung.template,
                to=rung.party,
                about=facts(p.case, detail=p.case.claim.story, **about),
            )
        )
    await tell_all(p, drafts)
    if rung.request is None and not p.case.rung_over:
        _start_waiting(p, rung)


def _start_waiting(p: Process, rung: Rung) -> None:
    """The party's time begins when it has been turned to, however long that took."""
    accepted = rung.accept_within.end(p.now, p.case.calendar) if rung.accept_within else None
    kind = {
        "next_rung": ClockKind.MUST_BY,
        "upheld": ClockKind.AUTO_WIN,
        "rejected": ClockKind.AUTO_LOSE,
    }[rung.on_silence]
    p.start_clock(
        owned("rung", rung.name),
        rung.answer_within,
        owner=rung.ball,
        default=rung.on_silence,
        kind=kind,
        party=rung.party,
        since=accepted,
        remind_every=rung.remind_every,
        reminders=rung.reminders,
    )


def _claimant_turns(case: Case, rung: Rung) -> bool:
    """Whether the claimant alone can turn to the party: an authority takes a complaint from
    the person, by its own form, and has no address of ours. The claimant is told so."""
    return rung.party in AUTHORITIES and not contact_of(case, rung.party).email


async def _wait_for_door(p: Process, rung: Rung) -> None:
    """Some doors open only after a time: who comes early has lost (Visa 13.6, DISP 2.8)."""
    name = rung.after
    if name is None or not shut(p.case, name):
        return
    p.step(Step(rung.name), rung.ball)
    await until_watched(p, lambda case: not shut(case, name))


def shut(case: Case, name: str) -> bool:
    """Whether a waiting time keeps its door shut: until it is over, or no rule sets it any more.
    That a case was closed meanwhile opens no door."""
    clock = case.clock(name)
    return clock is not None and (clock.pending or clock.halted)


async def _open_request(p: Process, rung: Rung) -> bool:
    """Ask in the acquirer's own system, once. What it cannot take becomes a work item; what
    it will not take, or cannot be asked because nobody knows the sale, ends the rung."""
    if p.case.sale is None:
        await look_up(p)
    if p.case.sale is None:
        return _no_result(p, rung, Result.NO_RECORD, "the sale is not known")
    effect_id = f"{p.case.case_id}:{rung.name}:{p.case.request_count + 1}"
    answer = await _ask(p, rung, effect_id)
    if answer.kind is AnswerKind.FAILED:
        return _no_result(p, rung, Result.REFUSED, answer.detail)
    _take_answer(p, rung, effect_id, answer)
    return not p.case.rung_over


def _no_result(p: Process, rung: Rung, result: Result, why: str) -> bool:
    p.record(ev.ResultRecorded(rung=rung.name, result=result, text=why), by=rung.party.value)
    return False


async def _ask(p: Process, rung: Rung, effect_id: str) -> RequestAnswer:
    case = p.case
    if rung.request is None or case.sale is None:
        raise TypeError("a request is of a kind, and about a sale that was found")
    kind = rung.request
    order = RequestOrder(
        effect_id=effect_id,
        kind=kind,
        sale=case.sale.reference,
        amount=case.claim.claimed,
        reason=case.verdict.finding if case.verdict else case.claim.kind.value,
    )
    call = RequestCall(acquirer=case.claim.acquirer, order=order)
    try:
        answer = await p.attempt(
            f"{kind.value} at the acquirer",
            lambda: move(p, AcquirerDoor.open_request, call, f"open {kind.value}"),
            money=True,
        )
    except StepFailed as failed:
        answer = RequestAnswer(kind=AnswerKind.ACCEPTED, reference=failed.item.reference)
    p.record(ev.RequestOpened(order=order, answer=answer))
    return answer


async def _await_result(p: Process, rung: Rung) -> None:
    """Wait for the party's word. An asked acquirer is also looked up from time to time."""
    clock = f"rung:{rung.name}"
    times = 0
    while not p.case.rung_over and not p.case.over(clock):
        p.step(Step(rung.name), rung.ball)
        again = None
        if rung.query_every is not None and _open_at_acquirer(p.case, rung):
            longest = p.case.playbook.verification.follow_longest
            again = backed_off(rung.query_every, times, p.now, p.case.calendar, longest)
        await until_watched(p, lambda case: case.rung_over or case.over(clock), look_again=again)
        if not p.case.rung_over and not p.case.over(clock):
            await _look(p, rung)
            times += 1


def _open_at_acquirer(case: Case, rung: Rung) -> str:
    """The id of the request of this rung that the acquirer still has open."""
    start = f"{case.case_id}:{rung.name}:"
    return next(
        (
            effect_id
            for effect_id, answer in reversed(case.requests.items())
            if effect_id.startswith(start) and answer.state == "open"
        ),
        "",
    )


async def _look(p: Process, rung: Rung) -> None:
    effect_id = _open_at_acquirer(p.case, rung)
    asked = EffectRef(acquirer=p.case.claim.acquirer, effect_id=effect_id)
    try:
        answer = await p.attempt(
            f"look up the {rung.name} at the acquirer",
            lambda: look(p, FollowUps.follow_request, asked, "has it been answered?", calls=2),
        )
    except StepFailed:
        return
    if answer.kind is AnswerKind.ABSENT and p.case.requests[effect_id].kind is AnswerKind.UNKNOWN:
        # It never arrived: the same filing, under the same id.
        answer = await _ask(p, rung, effect_id)
    _take_answer(p, rung, effect_id, answer)


def _take_answer(p: Process, rung: Rung, effect_id: str, answer: RequestAnswer) -> None:
    """The answer is the result of the rung. Some acquirers give it at once."""
    if answer.state != "answered":
        return
    p.record(ev.RequestAnswered(effect_id=effect_id, answer=answer))
    p.record(
        ev.ResultRecorded(
            rung=rung.name,
            result=_read(answer.finding),
            text=answer.detail,
            amount=answer.amount,
        ),
        by=rung.party.value,
    )
    p.meet(f"rung:{rung.name}")


def _read(finding: str) -> Result:
    """An acquirer's finding; a word that nobody here knows is no result."""
    known = {result.value: result for result in Result}
    return known.get(finding, Result.UNKNOWN)


def _draw_conclusion(p: Process, rung: Rung) -> None:
    """What a rung's end means. Refusal: the next rung; silence: what the rule takes it for."""
    p.stay()
    result = p.case.rung_result if p.case.rung_over else None
    if result is None and rung.on_silence != "next_rung":
        result = Result.UPHELD if rung.on_silence == "upheld" else Result.REJECTED
        p.record(ev.ResultRecorded(rung=rung.name, result=result, text="by silence"), by=CLOCK)
    match result:
        case Result.UPHELD | Result.CONFIRMS:
            p.enter(Stage.VERIFICATION, f"{rung.name} upheld the claim")
        case Result.AGREED:
            p.reach(Outcome.SETTLED_WITH_AUTHORITY, rung.name)
        case Result.REJECTED | Result.DENIES if rung.party in AUTHORITIES:
            p.reach(Outcome.REJECTED, f"{rung.name}_rejected")
        case _:
            p.record(ev.RungLeft(rung=rung.name))

"""How cases look in a terminal."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from rich.table import Table

from console.output import clean, out, table
from recourse.disputes.matching import How
from recourse.disputes.timeline import Entry
from recourse.disputes.view import CaseView, ClockView, CorrectionView
from templates.words import Words, words
from workflows.desk import Listed

LIST_COLUMNS = ("case", "kind", "stage", "step", "ball", "due or outcome")
ZONE = ZoneInfo("Asia/Shanghai")
"""Terminal output is read by the team in China first; JSON carries UTC."""


def moment(at: datetime | None, zone: tzinfo = ZONE) -> str:
    """A moment; midnight as 24:00 of the day that it ends."""
    if at is None:
        return ""
    local = at.astimezone(zone)
    if local.time() == time():
        return f"{local - timedelta(days=1):%Y-%m-%d} 24:00"
    return f"{local:%Y-%m-%d %H:%M}"


def urgency(case: Listed) -> tuple[bool, datetime]:
    far = datetime.max.replace(tzinfo=UTC)
    return (case.outcome not in ("", "open"), case.next_due or far)


def listed(case: Listed) -> dict[str, Any]:
    return {
        "case_id": case.case_id,
        "kind": case.kind,
        "stage": case.stage,
        "step": case.step,
        "ball": case.ball,
        "outcome": None if case.outcome in ("", "open") else case.outcome,
        "acquirer": case.acquirer,
        "failures": case.failures,
        "next_due": case.next_due.isoformat() if case.next_due else None,
    }


def list_row(case: Listed) -> tuple[str, ...]:
    ended = case.outcome not in ("", "open")
    failed = f"{case.failures} failed" if case.failures else ""
    then = case.outcome if ended else moment(case.next_due)
    return (
        case.case_id,
        case.kind,
        case.stage,
        case.step,
        case.ball,
        " ".join(part for part in (then, failed) if part),
    )


def case(view: CaseView, lang: str = "") -> None:
    """One case, top to bottom in the order of the questions people ask. What the sources say
    is told in ``lang``, by default the case's language."""
    out.print(view.case_id, style="bold")
    _line("claim", f"{view.kind.value}, claimant {view.claimant}")
    _line("stage", f"{view.stage.value} / {view.step.value}")
    _line("path", " → ".join(stage.value for stage in view.path))
    if view.outcome:
        _line("outcome", f"{view.outcome.value} ({view.reason})")
    if view.cause:
        _line("cause", view.cause.value)
    _line("money", _money(view))
    for correction in view.corrections:
        _line("moved", _correction(correction))
    if view.proposed:
        _line("decision", view.proposed)
    _line("opened", moment(view.opened_at))
    if view.closed_at:
        _line("closed", moment(view.closed_at))
    if view.next_action is not None:
        following = view.next_action
        until = f" until {moment(following.due)}" if following.due else ""
        then = f", then {following.default}" if following.default else ""
        _line("waits for", f"{following.ball.value}{until}{then}")
    if view.question:
        _line("asked", f"{view.question}; candidates {', '.join(view.candidates) or 'none'}")
    for reference, codes in view.findings.items():
        told = " ".join(findings(codes, words(view.language)))
        _line("fits", f"{reference}: {told}")
    for link in view.links:
        _line("link", f"{link.kind}: {link.case_id}")
    for failure in view.failures:
        _line("failed", f"{failure.item}: {failure.what} ({failure.error})", "red")
    _line("may be", ", ".join(view.allowed_actions))
    _conflict(view, words(lang or view.language))
    rows = [
        (clock.name, clock.owner.value, clock.state, _due(clock), _elapsed(clock), clock.default)
        for clock in view.clocks
    ]
    if rows:
        out.print()
        table(("clock", "owner", "state", "due", "elapsed", "then"), rows)


def _conflict(view: CaseView, chosen: Words) -> None:
    """Who says what, and what would decide it."""
    if view.conflict:
        names = ("source", "says", "amount", "when", "code")
        rows = [
            (
                chosen.say("sources", said.source.value),
                chosen.say("voices", said.says),
                str(said.amount) if said.amount is not None else "",
                moment(said.at) if said.at is not None else f"{said.day or ''}",
                said.code,
            )
            for said in view.conflict
        ]
        out.print()
        table(tuple(chosen.say("conflict", name) for name in names), rows)
        for code in view.missing:
            _line(chosen.say("conflict", "missing"), chosen.say("asks", code))


def findings(codes: Iterable[str], chosen: Words) -> list[str]:
    """What speaks for (✓), rather for (≈) and against (✗) a sale, in words."""
    signs = {How.AGREES.value: "✓", How.CONTRADICTS.value: "✗"}
    return [
        f"{signs.get(code.rsplit('_', 1)[-1], '≈')} {chosen.say('matching', code)}"
        for code in codes
    ]


def _line(name: str, text: str, style: str = "") -> None:
    """A name and what it is, folded between words under itself."""
    row = Table.grid(padding=(0, 1, 0, 0))
    row.add_column(width=9, no_wrap=True)
    row.add_column(overflow="fold")
    row.add_row(name, clean(text), style=style)
    out.print(row)


def _money(view: CaseView) -> str:
    """Where the money is, and every amount that is known."""
    money = view.money
    known = [
        f"{name} {amount}"
        for name, amount in (
            ("claimed", money.claimed),
            ("refunded", money.refunded),
            ("posted", money.posted),
            ("recovered", money.recovered),
            ("refundable", money.refundable),
        )
        if amount is not None
    ]
    known += [
        f"{name} {amount}"
        for name, amount in (
            ("on its way", money.pending),
            ("charged back", money.charged_back),
            ("goodwill", money.goodwill),
            ("owed back", money.owed_back),
        )
        if amount
    ]
    return f"{money.state.value}: {', '.join(known) or 'no amount is known yet'}"


def _correction(correction: CorrectionView) -> str:
    """One movement of money: how much, by what, and where it is."""
    to = f" to card {correction.card_last4}" if correction.card_last4 else ""
    known = ", ".join(part for part in (correction.reason, correction.reference) if part)
    words = f"{correction.amount} {correction.remedy.value}{to}: {correction.state.value}"
    return f"{words} ({known})" if known else words


def _due(clock: ClockView) -> str:
    if clock.due is None:
        return f"stands still, {_days(clock.left)} left"
    return moment(clock.due) + (" (provisional)" if clock.provisional else "")


def _elapsed(clock: ClockView) -> str:
    return _days(clock.elapsed)


def _days(length: timedelta) -> str:
    return f"{length.total_seconds() / 86400:.1f} d"


_SAID = (
    "why",
    "outcome",
    "reason",
    "step",
    "clock",
    "template",
    "to",
    "party",
    "result",
    "finding",
    "decision",
    "rung",
    "what",
    "error",
    "how",
    "terms",
    "text",
    "received",
    "default",
)


def timeline(entries: tuple[Entry, ...]) -> None:
    rows = []
    for entry in entries:
        rows.append((str(entry.seq), moment(entry.at), entry.by, entry.event.type, said(entry)))
    table(("no", "when", "who", "what", "detail"), rows)


def said(entry: Entry) -> str:
    """The telling fields of an event in one line."""
    event = entry.event
    parts = []
    for name in _SAID:
        value = getattr(event, name, None)
        if value in (None, "", ()):
            continue
        inner = getattr(value, "name", None) if name == "clock" else None
        parts.append(f"{inner or value}")
    return "; ".join(parts)

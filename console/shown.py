"""How cases look in a terminal."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from console.output import out, table
from recourse.disputes.money import Money
from recourse.disputes.timeline import Entry
from recourse.disputes.view import CaseView
from workflows.desk import Listed

LIST_COLUMNS = ("case", "kind", "stage", "step", "ball", "next due", "outcome", "failed")
ZONE = ZoneInfo("Asia/Shanghai")
"""Terminal output is read by the team in China first; JSON carries UTC."""


def moment(at: datetime | None) -> str:
    """A moment; midnight as 24:00 of the day that it ends."""
    if at is None:
        return ""
    local = at.astimezone(ZONE)
    if local.time() == time():
        return f"{local - timedelta(days=1):%Y-%m-%d} 24:00"
    return f"{local:%Y-%m-%d %H:%M}"


def amount(money: Money | None) -> str:
    """An amount that is known, also when it is nothing."""
    return "?" if money is None else str(money)


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
    return (
        case.case_id,
        case.kind,
        case.stage,
        case.step,
        case.ball,
        moment(case.next_due),
        "" if case.outcome == "open" else case.outcome,
        str(case.failures or ""),
    )


def case(view: CaseView) -> None:
    """One case, top to bottom in the order of the questions people ask."""
    out.print(f"[bold]{view.case_id}[/]  {view.kind.value}, claimant {view.claimant}")
    out.print(f"stage     {view.stage.value} / {view.step.value}")
    out.print(f"path      {' → '.join(stage.value for stage in view.path)}")
    if view.outcome:
        out.print(f"outcome   {view.outcome.value} ({view.reason})")
    if view.cause:
        out.print(f"cause     {view.cause.value}")
    money = view.money
    out.print(
        f"money     {money.state.value}: claimed {amount(money.claimed)}, "
        f"refunded {amount(money.refunded)}, posted {amount(money.posted)}, "
        f"recovered {amount(money.recovered)}, refundable {amount(money.refundable)}"
    )
    if view.proposed:
        out.print(f"decision  {view.proposed}")
    out.print(f"opened    {moment(view.opened_at)}   closed {moment(view.closed_at) or '–'}")
    if view.next_action is not None:
        following = view.next_action
        until = f" until {moment(following.due)}" if following.due else ""
        then = f", then {following.default}" if following.default else ""
        out.print(f"waits for {following.ball.value}{until}{then}")
    if view.question:
        out.print(f"asked     {view.question}; candidates {', '.join(view.candidates) or 'none'}")
    for link in view.links:
        out.print(f"link      {link.kind}: {link.case_id}")
    for failure in view.failures:
        out.print(f"[red]failed[/]    {failure.item}: {failure.what} ({failure.error})")
    out.print(f"may be    {', '.join(view.allowed_actions)}")
    clocks(view)


def clocks(view: CaseView) -> None:
    rows = []
    for clock in view.clocks:
        due = moment(clock.due) + (" (provisional)" if clock.provisional else "")
        days = clock.elapsed.total_seconds() / 86400
        rows.append(
            (
                clock.name,
                clock.regime,
                clock.kind.value,
                clock.owner.value,
                clock.state,
                due,
                f"{days:.1f} d",
                clock.default,
                clock.rule,
            )
        )
    columns = ("clock", "regime", "kind", "owner", "state", "due", "elapsed", "then", "rule")
    table(columns, rows)


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
    table(("", "when", "who", "what", "detail"), rows)


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

"""The few lines that the Temporal UI and CLI show of a case. No names, no addresses."""

from recourse.disputes.case import Case
from recourse.disputes.clocks import earliest
from recourse.disputes.reckoning import reckon


def summary_of(case_id: str, kind: str) -> str:
    """One line for the list of workflows."""
    return f"{case_id} {kind}"


def details_of(case: Case) -> str:
    """Markdown for the details pane: where the case stands and what comes next."""
    first = earliest(case.clocks)
    money = reckon(case)
    lines = [
        f"**{case.stage.value} / {case.step.value}**, ball: {case.ball.value}",
        f"- path: {' → '.join(stage.value for stage in case.path)}",
        f"- money: {money.state.value}, claimed {money.claimed}, posted {money.posted}",
    ]
    if case.outcome is not None:
        lines.append(f"- outcome: {case.outcome.value}")
    if first is not None and case.closed_at is None:
        moment, clock = first
        lines.append(f"- next: {clock.name} at {moment:%Y-%m-%d %H:%M}Z, then {clock.default}")
    lines += [f"- failed step {work.item}: {work.what} ({work.error})" for work in case.open_work]
    return "\n".join(lines)

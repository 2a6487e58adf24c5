"""The table at the end, and whether every case ended as its script says."""

from collections import Counter

from console.demo.people import Played, days
from console.output import table
from recourse.acquirers.simulator.ledger import SaleTotals
from recourse.disputes.case import Case, Intent
from recourse.disputes.effects import Remedy
from recourse.disputes.timeline import BrokenChain, Entry, verify


def wrong(played: Played, entries: tuple[Entry, ...], totals: dict[str, SaleTotals]) -> list[str]:
    """What did not end as the script says, in words."""
    ends, case = played.part.ends, played.case
    if case is None or not played.ended:
        return [f"did not end in time; it stands at {played.where or 'its opening'}"]
    found: list[str] = []
    if ends.outcome is not None and case.outcome is not ends.outcome:
        found.append(f"outcome is {case.outcome}, not {ends.outcome}")
    if ends.reason and case.reason != ends.reason:
        found.append(f"reason is {case.reason!r}, not {ends.reason!r}")
    if ends.stage is not None and case.stage is not ends.stage:
        found.append(f"stage is {case.stage}, not {ends.stage}")
    if ends.step is not None and case.step is not ends.step:
        found.append(f"step is {case.step}, not {ends.step}")
    if ends.path and case.path != ends.path:
        found.append(f"path is {' → '.join(case.path)}, not {' → '.join(ends.path)}")
    if ends.letters and not any(d.name.startswith("demand") for d in case.documents):
        found.append("no demand letter was written")
    total = totals.get(played.sale.reference)
    if ends.credited and (total is None or total.credited.text != ends.credited):
        found.append(f"credited {total.credited if total else 'nothing'}, not {ends.credited}")
    if ends.recovered and (total is None or total.debited.text != ends.recovered):
        found.append(f"recovered {total.debited if total else 'nothing'}, not {ends.recovered}")
    if ends.failed and (reasons := [reason for _, reason in _failed(case)]) != [*ends.failed]:
        found.append(f"corrections failed for {reasons}, not {[*ends.failed]}")
    try:
        verify(entries)
    except BrokenChain as broken:
        found.append(str(broken))
    return found


def print_table(cases: list[Played], mails: Counter[str]) -> None:
    """One line a case: what it was, how it went, what it cost in time."""
    columns = ("", "case", "kind", "by", "path", "money", "outcome", "days", "s", "mails")
    rows: list[tuple[str, ...]] = []
    for played in cases:
        case = played.case
        if case is None:
            rows.append((played.tag, played.case_id, "", "", played.where, "", "", "", "", ""))
            continue
        last = case.closed_at or max(clock.started for clock in case.clocks.values())
        rows.append(
            (
                played.tag,
                case.case_id,
                case.claim.kind.value,
                f"{case.claim.claimant}, {case.claim.language[:2]}",
                " → ".join(stage.value for stage in case.path),
                _moved(case),
                case.outcome.value if case.outcome else f"in {case.stage.value}: {case.step.value}",
                f"{days(case.opened_at, last):.1f}",
                f"{played.ended - played.began:.1f}" if played.ended else "",
                str(mails[case.case_id]),
            )
        )
    table(columns, rows, folds=("", "path", "outcome"))


def _moved(case: Case) -> str:
    """What this case moved: to the cardholder, and back from them. And what it did not."""
    moved = [
        f"{_SIGNS[intent.order.remedy]}{intent.order.amount}"
        for intent in case.intents
        if intent.done and intent.order.remedy in _SIGNS
    ]
    failed = [f"not {intent.order.amount}: {reason}" for intent, reason in _failed(case)]
    return "\n".join([*failed, *reversed(moved)])


def _failed(case: Case) -> list[tuple[Intent, str]]:
    return [(i, i.answer.reason) for i in case.intents if i.failed and i.answer is not None]


_SIGNS = {
    Remedy.REFUND: "+",
    Remedy.CREDIT_ADJUSTMENT: "+",
    Remedy.REVERSAL: "+",
    Remedy.DEBIT_ADJUSTMENT: "-",
}
"""From the cardholder's side."""

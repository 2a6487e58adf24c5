"""``recourse statement …``: what is understood of a file that a cardholder downloaded, and what
it says about a claim."""

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from console.access import desk
from console.output import Exit, Form, as_json, clean, err, fail, out, run, table
from recourse.disputes.claims import Claim
from recourse.disputes.money import EXPONENTS
from recourse.disputes.statement_fit import excerpt_of
from recourse.disputes.statement_lines import Said, what_it_says
from recourse.disputes.statements import LineState, Statement, StatementLine
from recourse.intake.errors import BadClaim
from recourse.intake.files import read_claims
from recourse.statements.errors import Fault, StatementUnreadable
from recourse.statements.grid import LARGEST_FILE
from recourse.statements.reading import read_statement
from recourse.vault.store import Vault
from templates.words import Words, words

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)

Output = Annotated[Form, typer.Option("-o", "--output", help="table or json")]

_SEPARATORS = {
    ",": "comma",
    "\t": "tab",
    ";": "semicolon",
    "|": "bar",
    "，": "fullwidth_comma",
}


@app.command("read")
def read(
    files: Annotated[list[Path], typer.Argument(help="statements: CSV, TSV or .xlsx")],
    lang: Annotated[str, typer.Option(help="en or zh-CN")] = "zh-CN",
    zone: Annotated[str, typer.Option(help="of the times on the statement")] = "Asia/Shanghai",
    currency: Annotated[str, typer.Option(help="of amounts that name none")] = "CNY",
    claim: Annotated[
        Path | None, typer.Option(help="a claim: also say what the statement says about it")
    ] = None,
    output: Output = Form.TABLE,
) -> None:
    """How a statement is read: encoding, separator, headings, lines, which refund belongs to
    which sale, and what stands out. Opens nothing. Exit code 2 when a file cannot be read."""
    _check(zone, currency)
    say = words(lang)
    about = _claim(claim) if claim is not None else None
    read_files: list[dict[str, Any]] = []
    unreadable = 0
    for number, path in enumerate(files):
        try:
            found = read_statement(_bytes(path), zone=zone, currency=currency)
        except StatementUnreadable as error:
            unreadable += 1
            code = f"unreadable_{error.fault.value}"
            read_files.append({"file": path.name, "error": code, "where": error.where})
            if output is Form.TABLE:
                err.print(f"{clean(path.name)}: {say.say('reasons', code)}")
            continue
        said = what_it_says(excerpt_of(found, about, None), about, None) if about else ()
        told = {"says": [each.model_dump(mode="json") for each in said]} if about else {}
        read_files.append({"file": path.name} | found.model_dump(mode="json") | told)
        if output is Form.TABLE:
            out.print("\n" if number else "", end="")
            _Shown(say, ZoneInfo(zone)).statement(path.name, found)
            _said(say, said)
    if output is Form.JSON:
        as_json(read_files)
    if unreadable:
        raise SystemExit(int(Exit.USAGE))


@app.command("says")
def says(
    case_id: Annotated[str, typer.Argument(help="the case's id, RC-…")],
    lang: Annotated[str, typer.Option(help="en or zh-CN; by default the case's")] = "",
    output: Output = Form.TABLE,
) -> None:
    """What the statements among the evidence of a case say for or against its claim."""

    async def work() -> None:
        async with desk() as to:
            case = await to.case(case_id)
        say = words(lang or case.language)
        names = {item.digest: item.name for item in case.evidence}
        told: list[dict[str, Any]] = []
        for digest, excerpt in case.statements.items():
            said = what_it_says(excerpt, case.claim, case.sale)
            told.append(
                {
                    "name": names.get(digest, ""),
                    "digest": digest,
                    "excerpt": excerpt.model_dump(mode="json"),
                    "says": [each.model_dump(mode="json") for each in said],
                }
            )
            if output is Form.TABLE:
                out.print(clean(names.get(digest, digest)), style="bold")
                _said(say, said)
        if output is Form.JSON:
            as_json(told)
        elif not told:
            out.print(say.say("statement", "none_read"))

    run(work)


def _said(say: Words, said: Iterable[Said]) -> None:
    rows = [
        (
            say.say("points", each.point.value),
            say.say("stances", each.stance.value),
            str(each.amount or ""),
            ", ".join(str(number) for number in each.lines),
            ", ".join(say.say("statement_reasons", reason) for reason in each.reasons),
        )
        for each in said
    ]
    if rows:
        columns = ("point", "stance", "amount", "lines", "why")
        out.print()
        table([say.say("statement", column) for column in columns], rows)


def _claim(path: Path) -> Claim:
    with tempfile.TemporaryDirectory() as folder:
        try:
            return read_claims(path, vault=Vault(Path(folder)), root=path.parent.parent)[0].claim
        except BadClaim as error:
            fail(str(error), Exit.USAGE)


def _check(zone: str, currency: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        fail("--zone must be a time zone such as Asia/Shanghai", Exit.USAGE)
    if currency not in EXPONENTS:
        fail("--currency must be an ISO 4217 code such as CNY", Exit.USAGE)


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError:
        fail(f"{path.name} cannot be opened", Exit.NOT_FOUND)
    if len(data) > LARGEST_FILE:
        raise StatementUnreadable(Fault.TOO_LARGE)
    return data


class _Shown:
    """A statement in a terminal, in one language."""

    def __init__(self, say: Words, zone: ZoneInfo) -> None:
        self._say = say
        self._zone = zone

    def _label(self, name: str) -> str:
        return self._say.say("statement", name)

    def statement(self, name: str, read: Statement) -> None:
        out.print(clean(name), style="bold")
        for label, value in self._facts(read):
            out.print(f"  {self._label(label)}: {clean(value)}", soft_wrap=False)
        out.print()
        self._lines(read.lines)
        self._pairs(read)
        self._findings(read)
        self._problems(read)
        counts = {
            "lines": len(read.lines),
            "pairs": len(read.pairs),
            "findings": len(read.findings),
            "problems": len(read.problems),
        }
        out.print(self._label("summary").format(**counts))

    def _facts(self, read: Statement) -> Iterable[tuple[str, str]]:
        layout = read.layout
        yield "form", self._label(layout.form)
        if layout.encoding:
            yield "encoding", layout.encoding
        if layout.separator:
            yield "separator", self._label(_SEPARATORS[layout.separator])
        if layout.sheet:
            yield "sheet", layout.sheet
        yield "header_line", str(layout.header_line)
        roles = (
            f"{self._say.say('statement_roles', role)}={heading}"
            for role, heading in layout.columns.items()
        )
        yield "columns", ", ".join(roles)
        if read.since and read.until:
            since, until = (at.astimezone(self._zone) for at in (read.since, read.until))
            yield "period", f"{since:%Y-%m-%d} – {until:%Y-%m-%d}"
        if read.account_last4:
            yield "account", f"****{read.account_last4}"
        if read.cards_cut:
            yield "cards_cut", str(read.cards_cut)

    def _lines(self, lines: Iterable[StatementLine]) -> None:
        columns = ("line", "at", "direction", "kind", "amount", "state", "counterparty")
        rows = [
            (
                str(line.line),
                self._at(line),
                self._value(line.direction.value),
                self._value(line.kind.value),
                str(line.amount),
                "" if line.state is LineState.UNSAID else self._value(line.state.value),
                line.counterparty or line.description,
            )
            for line in lines
        ]
        table([self._label(column) for column in columns], rows)

    def _pairs(self, read: Statement) -> None:
        if not read.pairs:
            return
        by_line = {line.line: line for line in read.lines}
        rows = [
            (
                f"{pair.sale} ({by_line[pair.sale].amount})",
                f"{pair.refund} ({by_line[pair.refund].amount})",
                self._value(pair.sure.value)
                + (f", {self._value('partial')}" if pair.partial else ""),
                ", ".join(self._value(code) for code in pair.by),
            )
            for pair in read.pairs
        ]
        columns = [self._label(column) for column in ("sale", "refund", "sure", "by")]
        out.print()
        table(columns, rows, title=self._label("pairs_title"))

    def _findings(self, read: Statement) -> None:
        if not read.findings:
            return
        rows = [
            (
                ", ".join(str(number) for number in finding.lines),
                str(finding.amount or ""),
                self._say.say("statement_findings", finding.code),
            )
            for finding in read.findings
        ]
        columns = [self._label(column) for column in ("lines", "amount", "finding")]
        out.print()
        table(columns, rows, title=self._label("findings_title"))

    def _problems(self, read: Statement) -> None:
        out.print()
        if not read.problems:
            return
        rows = [
            (
                str(problem.line) if problem.line else self._label("whole_file"),
                self._say.say("statement_problems", problem.code),
            )
            for problem in read.problems
        ]
        columns = [self._label(column) for column in ("line", "problem")]
        table(columns, rows, title=self._label("problems_title"))
        out.print()

    def _at(self, line: StatementLine) -> str:
        local = line.at.astimezone(self._zone)
        return f"{local:%Y-%m-%d}" if line.day_only else f"{local:%Y-%m-%d %H:%M}"

    def _value(self, code: str) -> str:
        return self._say.say("statement_values", code)

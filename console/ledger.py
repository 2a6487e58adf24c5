"""``recourse ledger find``: which sale it is, from what somebody remembers."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from pydantic import ValidationError

from console.output import Exit, Form, as_json, fail, out, run
from console.shown import findings, moment
from recourse.acquirers.errors import AcquirerError, AcquirerMisconfigured, AcquirerUnavailable
from recourse.acquirers.finding import find_match
from recourse.acquirers.port import Acquirer
from recourse.disputes.calendars import known_zone
from recourse.disputes.claims import ClaimedSale
from recourse.disputes.matching import Grade, Hit, Match, queries_for
from recourse.disputes.money import MoneyError, parse
from recourse.intake.explain import PATTERNS
from templates.words import Words, words
from worker.doors import acquirers_of
from worker.stack import running_settings

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)

MOST_SHOWN = 6
"""Candidates in a terminal; JSON has them all."""


@app.callback()
def group() -> None:
    """Look into the acquirers' books. Nothing is opened or changed."""


@app.command("find")
def find(
    acquirer: Annotated[str, typer.Option(help="a name from the settings")] = "",
    reference: Annotated[str, typer.Option(help="the acquirer's own number of the sale")] = "",
    amount: Annotated[str, typer.Option(help="as remembered, for example 139.12")] = "",
    currency: Annotated[str, typer.Option(help="ISO 4217")] = "CNY",
    at: Annotated[str, typer.Option(help="2026-11-20, or with a time 2026-11-20T12:31")] = "",
    within: Annotated[int, typer.Option(help="days around it", min=0, max=60)] = 7,
    zone: Annotated[str, typer.Option(help="of days, and of bare times")] = "Asia/Shanghai",
    last4: Annotated[str, typer.Option(help="the card's last four digits")] = "",
    brand: Annotated[str, typer.Option(help="visa, unionpay…")] = "",
    store: Annotated[str, typer.Option(help="the store's number")] = "",
    terminal: Annotated[str, typer.Option(help="the terminal's number")] = "",
    auth_code: Annotated[str, typer.Option(help="6 characters off the slip")] = "",
    rrn: Annotated[str, typer.Option(help="retrieval reference number, 12 characters")] = "",
    stan: Annotated[str, typer.Option(help="trace number, 6 digits")] = "",
    batch: Annotated[str, typer.Option(help="batch number, 6 digits")] = "",
    lang: Annotated[str, typer.Option(help="zh-CN or en")] = "zh-CN",
    output: Annotated[Form, typer.Option("-o", "--output", help="table or json")] = Form.TABLE,
) -> None:
    """Find the sale somebody remembers: candidates with what speaks for and against each, how
    sure it is, and the one question that would tell them apart. Ends with 3 when there is none."""
    local = _zone(zone)
    told = {
        "reference": reference,
        "rrn": rrn,
        "auth_code": auth_code,
        "terminal": terminal,
        "stan": stan,
        "batch": batch,
        "card_last4": last4,
        "card_brand": brand,
        "amount": _amount(amount, currency),
        "at": _at(at, local),
    }
    known = _known(told)
    if known == ClaimedSale() and not store:
        fail("say something of the sale: --amount and --at, --last4, --reference…", Exit.USAGE)

    async def work() -> None:
        found = await _search(acquirer, known, store, within, local)
        if output is Form.JSON:
            as_json(found)
        else:
            Shown(words(lang), local).show(found)
        if found.grade is Grade.NONE:
            raise typer.Exit(Exit.NOT_FOUND)

    run(work)


def _amount(amount: str, currency: str) -> Any:
    try:
        return parse(amount, currency) if amount else None
    except MoneyError as error:
        fail(f"--amount: {error}", Exit.USAGE)


def _zone(name: str) -> ZoneInfo:
    if not known_zone(name):
        fail("--zone must be a time zone such as Asia/Shanghai", Exit.USAGE)
    return ZoneInfo(name)


def _at(text: str, local: ZoneInfo) -> datetime | None:
    """A moment; noon of a day of which only the date is told."""
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        fail("--at must be a date or a time such as 2026-11-20T12:31", Exit.USAGE)
    if len(text) == len("2026-11-20"):
        read = datetime.combine(read.date(), time(12))
    return (read if read.tzinfo else read.replace(tzinfo=local)).astimezone(local)


def _known(told: dict[str, Any]) -> ClaimedSale:
    try:
        return ClaimedSale.model_validate({name: value for name, value in told.items() if value})
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        option = str(first["loc"][0]).removeprefix("card_").replace("_", "-")
        words_for = PATTERNS.get(str(first.get("ctx", {}).get("pattern", "")), "it as documented")
        fail(f"--{option}: give {words_for}", Exit.USAGE)


async def _search(name: str, known: ClaimedSale, store: str, within: int, local: ZoneInfo) -> Match:
    settings = running_settings()
    all_of_them = acquirers_of(settings)
    try:
        acquirer = _chosen(name, all_of_them)
        queries = queries_for(known, store, within)
        return await find_match(
            acquirer, queries, known, store, lambda at: at.astimezone(local).date()
        )
    except AcquirerUnavailable as error:
        fail(str(error), Exit.DOWN)
    except AcquirerMisconfigured as error:
        fail(str(error), Exit.USAGE)
    except AcquirerError as error:
        fail(str(error), Exit.REFUSED)
    finally:
        for one in all_of_them.values():
            await one.aclose()


def _chosen(name: str, acquirers: Mapping[str, Acquirer]) -> Acquirer:
    if not name and len(acquirers) == 1:
        return next(iter(acquirers.values()))
    if name not in acquirers:
        known = ", ".join(sorted(acquirers)) or "RECOURSE_ACQUIRERS, which names none yet"
        fail(f"--acquirer must be one of {known}", Exit.USAGE)
    return acquirers[name]


class Shown:
    """One answer in a terminal."""

    def __init__(self, chosen: Words, zone: ZoneInfo) -> None:
        self._words = chosen
        self._zone = zone

    def show(self, found: Match) -> None:
        out.print(self._words.say("grades", found.grade.value), style="bold")
        for hit in found.hits[:MOST_SHOWN]:
            self._hit(hit)
        if len(found.hits) > MOST_SHOWN:
            out.print(f"\n… + {len(found.hits) - MOST_SHOWN}")
        if found.question and found.grade is not Grade.EXACT:
            out.print()
            out.print(f"→ {self._words.say('asks', found.question)}")

    def _hit(self, hit: Hit) -> None:
        sale = hit.sale
        out.print()
        out.print(
            f"{sale.reference}  {moment(sale.at, self._zone)}  {sale.amount}"
            f"  {sale.store} {sale.terminal}  *{sale.card_last4}"
        )
        for finding in findings(hit.codes, self._words):
            out.print(f"  {finding}")

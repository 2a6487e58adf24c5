"""How often a sale that is taken without a person is the right one: ``python -m bench.matching``.

Real sales of the ledger under ``examples``, told as people without a slip tell them: a digit
misread, a tip forgotten, the day of the statement for the day of the sale, the plastic card's
digits for a telephone's. Among them are regulars, made up of real sales: they come back to the
store within days, pay as much again, now by card and now by telephone. For each telling it is
known which sale is meant.
"""

import random
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from recourse.acquirers.index import SaleIndex
from recourse.acquirers.simulator.loading import LoadOptions, read_export
from recourse.disputes.claims import ClaimedSale
from recourse.disputes.matching import (
    AUTO_ACCEPTED,
    MOST_ASKED_FOR,
    Gathering,
    Grade,
    Match,
    queries_for,
)
from recourse.disputes.money import Money
from recourse.disputes.records import Sale

LEDGER = Path("examples/ledger/uk-retail-invoices.csv")
TELLINGS = 20_000
SEARCH_DAYS = 7
LEAST_PRECISION = 0.995
HERE = ZoneInfo("Asia/Shanghai")
WALLETS = 0.4
"""The share of sales paid by telephone."""
PARTLY = 0.02
"""Approved in part."""
TIPPED = 0.03
"""Taken with a tip that was added after the sale."""
REGULARS = 700
"""Customers who come again, two to four times in all."""
SAME_DAY = 0.15
"""Of their later visits, those on the day of the first; the others are up to four days later."""


@dataclass
class Score:
    """What came of the tellings, by grade."""

    right: Counter[Grade] = field(default_factory=Counter)
    wrong: Counter[Grade] = field(default_factory=Counter)
    """For grades at which no sale is taken: the one that is meant is not among those shown."""
    mistaken: list[tuple[ClaimedSale, Sale, Match]] = field(default_factory=list)

    @property
    def taken(self) -> int:
        return sum(self.right[g] + self.wrong[g] for g in AUTO_ACCEPTED)

    @property
    def shown(self) -> float:
        """Of all tellings the share at which the sale that is meant was taken or shown."""
        return self.right.total() / (self.right.total() + self.wrong.total())

    def precision(self, *grades: Grade) -> float:
        """Of the sales that were taken at these grades, the share that was meant."""
        right = sum(self.right[g] for g in grades)
        return right / (right + sum(self.wrong[g] for g in grades))

    def count(self, found: Match, known: ClaimedSale, meant: Sale) -> None:
        if found.sale is not None:
            good = found.sale.reference == meant.reference
            if not good:
                self.mistaken.append((known, meant, found))
        else:
            good = any(sale.reference == meant.reference for sale in found.candidates)
        (self.right if good else self.wrong)[found.grade] += 1


def ledger() -> list[Sale]:
    """The real sales, some of them paid by telephone, a few with a tip or a part approved."""
    with LEDGER.open(encoding="utf-8-sig", newline="") as lines:
        sales = read_export(lines, LoadOptions())[0]
    rng = random.Random("wallets")
    return [sale.model_copy(update=_paid(rng, sale)) for sale in sales]


def _paid(rng: random.Random, sale: Sale) -> dict[str, object]:
    """By telephone or plastic; whole, with a tip on top, or only a part of it."""
    way, wallet = rng.random(), rng.random() < WALLETS
    percent = 100
    if way < PARTLY:
        percent = rng.randint(40, 95)
    elif way < PARTLY + TIPPED:
        percent = rng.randint(105, 120)
    taken = Money(minor=sale.amount.minor * percent // 100, currency=sale.amount.currency)
    return {"wallet": wallet, "captured": taken}


class Visits(NamedTuple):
    """Sales, and by the reference of each the digits of the customer's plastic card, as far as
    they are known."""

    sales: Sequence[Sale]
    plastic: Mapping[str, str]


def regulars(sales: Sequence[Sale]) -> Visits:
    """Customers of these sales who came again for as much: all their visits, the first included."""
    rng = random.Random("regulars")
    visits: list[Sale] = []
    plastic: dict[str, str] = {}
    for number, first in enumerate(rng.sample(sales, REGULARS)):
        other = f"{rng.randrange(10_000):04d}"
        card, token = (other, first.card_last4) if first.wallet else (first.card_last4, other)
        came = [first]
        for again in range(rng.randint(1, 3)):
            wallet = rng.random() < WALLETS
            sale = first.model_copy(
                update={
                    "reference": f"9{number:04d}{again}",
                    "at": _later(rng, first.at),
                    "wallet": wallet,
                    "card_last4": token if wallet else card,
                    "rrn": f"{rng.randrange(10**12):012d}",
                    "auth_code": f"{rng.randrange(10**6):06d}",
                    "captured": first.amount,
                }
            )
            came.append(sale.model_copy(update=_paid(rng, sale) | {"wallet": wallet}))
        visits += came
        plastic |= {sale.reference: card for sale in came}
    return Visits(visits, plastic)


def _later(rng: random.Random, at: datetime) -> datetime:
    if rng.random() < SAME_DAY:
        return at + timedelta(minutes=rng.randint(20, 240))
    return at + timedelta(days=rng.randint(1, 4), minutes=rng.randint(-120, 120))


def told(rng: random.Random, sale: Sale, plastic: str = "") -> tuple[ClaimedSale, str]:
    """How somebody tells of a sale, and the store he names."""
    at = _day(rng, sale.at.astimezone(HERE))
    known: dict[str, Any] = {"amount": _amount(rng, sale), "at": at}
    if rng.random() < 0.7:
        known["card_last4"] = _card(rng, sale, plastic)
    if rng.random() < 0.25:
        known["terminal"] = sale.terminal
        known["auth_code"] = _misread(rng, sale.auth_code)
    if rng.random() < 0.15:
        known["rrn"] = _misread(rng, sale.rrn)
    if rng.random() < 0.1:
        del known["amount"]
    if rng.random() < 0.1 and "rrn" not in known:
        del known["at"]
    if rng.random() < 0.1:
        known["reference"] = _misread(rng, sale.reference)
    store = sale.store if rng.random() < 0.9 else ""
    return ClaimedSale.model_validate(known), store


def _amount(rng: random.Random, sale: Sale) -> Money:
    """Mostly exact: what was asked or what the statement shows; else rounded, without the
    tip, or with two digits exchanged."""
    amount = sale.amount if rng.random() < 0.5 else sale.captured
    way = rng.random()
    minor = amount.minor
    if way > 0.94:
        minor = max(1, round(minor, -2))
    elif way > 0.90:
        minor = max(1, minor * 100 // rng.randint(105, 120))
    elif way > 0.87:
        digits = list(str(minor))
        place = rng.randrange(len(digits))
        digits[place - 1], digits[place] = digits[place], digits[place - 1]
        minor = int("".join(digits)) or minor
    return Money(minor=minor, currency=amount.currency)


def _day(rng: random.Random, at: datetime) -> datetime:
    """Noon of the day, the moment, the day of clearing, or another clock's hour."""
    way = rng.random()
    if way > 0.9:
        return at + timedelta(days=rng.randint(1, 3))
    if way > 0.85:
        return at - timedelta(hours=8)
    if way > 0.5:
        return at + timedelta(minutes=rng.uniform(-8, 8))
    return at.replace(hour=12, minute=0, second=0)


def _card(rng: random.Random, sale: Sale, plastic: str) -> str:
    """Off the plastic, which is another number than a telephone's; sometimes misread."""
    if sale.wallet and rng.random() < 0.8:
        return _misread(rng, plastic) if plastic else f"{rng.randrange(10_000):04d}"
    return _misread(rng, sale.card_last4)


def _misread(rng: random.Random, digits: str) -> str:
    if rng.random() > 0.04:
        return digits
    place = rng.randrange(len(digits))
    return f"{digits[:place]}{rng.randrange(10)}{digits[place + 1 :]}"


def scored(
    sales: Sequence[Sale], tellings: int, seed: str = "1", visits: Visits | None = None
) -> Score:
    """Tell of so many of these sales, find each as a case would, and count; of the visits of
    regulars, when they are given, and then the sales are what else there is."""
    rng, score = random.Random(seed), Score()
    of, plastic = visits or Visits(sales, {})
    with SaleIndex(":memory:") as index:
        index.add({sale.reference: sale for sale in (*sales, *of)}.values())
        for _ in range(tellings):
            meant = rng.choice(of)
            known, store = told(rng, meant, plastic.get(meant.reference, ""))
            score.count(search(index, known, store), known, meant)
    return score


def search(index: SaleIndex, known: ClaimedSale, store: str) -> Match:
    """As a case searches, without a wire between."""
    gathered = Gathering(known, store)
    for query in queries_for(known, store, SEARCH_DAYS):
        narrowed = gathered.narrowed(query)
        if narrowed is not None and gathered.add(index.find(narrowed, MOST_ASKED_FOR)):
            break
    return gathered.match


def ambiguous_by_amount_and_day(sales: Iterable[Sale]) -> tuple[int, int]:
    """Sales that share amount and local day with another, and all sales."""
    keys = Counter((sale.amount, sale.at.astimezone(HERE).date()) for sale in sales)
    return sum(n for n in keys.values() if n > 1), keys.total()


def main() -> int:
    """Exit code 1 when too many of the sales taken at one of the grades are the wrong ones."""
    sales = ledger()
    shared, every = ambiguous_by_amount_and_day(sales)
    print(f"{shared:,} of {every:,} sales ({shared / every:.1%}) share amount and day with another")
    visits = regulars(sales)
    of_all, of_regulars = scored(sales, TELLINGS), scored(sales, TELLINGS, visits=visits)
    tell("sales of all customers", of_all)
    tell(f"{len(visits.sales):,} visits of regulars", of_regulars)
    worst = min(score.precision(g) for score in (of_all, of_regulars) for g in AUTO_ACCEPTED)
    return 0 if worst >= LEAST_PRECISION else 1


def tell(of: str, score: Score) -> None:
    print(f"{of}: of {TELLINGS:,} tellings, the one meant was taken or shown in {score.shown:.1%}")
    print(f"  {score.taken:,} were taken without a person; the right one:")
    for grade in AUTO_ACCEPTED:
        right, wrong = score.right[grade], score.wrong[grade]
        print(
            f"    {grade.value:<10} {right:>6,} of {right + wrong:>6,}"
            f"  {score.precision(grade):.2%} (at least {LEAST_PRECISION:.1%})"
        )
    print("  the others were put before a person; the right one among those shown:")
    for grade in Grade:
        right, wrong = score.right[grade], score.wrong[grade]
        if grade not in AUTO_ACCEPTED:
            print(f"    {grade.value:<10} {right:>6,} of {right + wrong:>6,}")


if __name__ == "__main__":
    sys.exit(main())

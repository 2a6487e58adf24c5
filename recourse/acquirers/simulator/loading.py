"""Load real sales from a retail export (InvoiceNo, InvoiceDate, CustomerID, TotalPrice).

An export of a till has no card data and no time of day. What is missing is derived, always
the same way, so that a sale is the same sale in every ledger:

* the reference is the invoice number, the amount is TotalPrice in a currency given;
* dates are shifted by whole days (5460 = 780 weeks by default: weekdays stay);
* the sales of one day are spread evenly over the opening hours in the order of the rows;
* card last four, STAN, authorisation code, store and terminal come from the SHA-256 of the
  invoice number, the RRN from date, hour and STAN, as it is commonly built.

The customer number is personal data and is not kept.
"""

import csv
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from recourse.acquirers.simulator.sales import Sales
from recourse.disputes.models import EdgeValue, Value
from recourse.disputes.money import MoneyError, parse_export
from recourse.disputes.records import Sale

COLUMNS = ("InvoiceNo", "InvoiceDate", "CustomerID", "TotalPrice")
OPENS = time(10, 0)
OPEN_FOR = timedelta(hours=12)
STORES = 5
TERMINALS_PER_STORE = 4


class LoadOptions(EdgeValue):
    """How an export becomes sales."""

    currency: str = "CNY"
    shift_days: int = 5460
    tz: str = "Asia/Shanghai"
    merchant: str = "M100"


class RefusedRow(Value):
    line: int
    """Of the file; the header is line 1."""
    reference: str
    reason: str


class LoadReport(Value):
    loaded: int
    already: int
    """Sales that were in the ledger before and were left as they are."""
    refused: tuple[RefusedRow, ...]


class UnreadableExport(ValueError):
    """The text is no export of this kind; the message says what is missing."""


def load(sales: Sales, lines: Iterable[str], options: LoadOptions | None = None) -> LoadReport:
    """Load what can be read, whole or not at all, and report the rest. Loading twice adds
    nothing. Raises UnreadableExport."""
    read, refused = read_export(lines, options or LoadOptions())
    loaded = sales.add_new(read)
    return LoadReport(loaded=loaded, already=len(read) - loaded, refused=tuple(refused))


def load_file(sales: Sales, path: Path, options: LoadOptions | None = None) -> LoadReport:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return load(sales, lines, options)


def read_export(lines: Iterable[str], options: LoadOptions) -> tuple[list[Sale], list[RefusedRow]]:
    """The sales of an export, and the rows that are none, with the reason."""
    zone = _zone(options.tz)
    reader = csv.DictReader(lines)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise UnreadableExport(f"the export has no column {missing[0]}")
    rows = [(reader.line_num, row) for row in reader]
    per_day = Counter(row["InvoiceDate"] for _, row in rows)
    seen_of_day: Counter[str] = Counter()
    sales: dict[str, Sale] = {}
    refused: list[RefusedRow] = []
    for line, row in rows:
        reference, day = (row["InvoiceNo"] or "").strip(), row["InvoiceDate"]
        place = seen_of_day[day]
        seen_of_day[day] += 1
        try:
            if not reference or reference in sales:
                raise UnreadableExport("the invoice number is missing or stands twice")
            at = _moment(day, options.shift_days, place, per_day[day], zone)
            sales[reference] = _sale(reference, at, row["TotalPrice"] or "", options)
        except (UnreadableExport, MoneyError, ValidationError) as error:
            refused.append(RefusedRow(line=line, reference=reference, reason=_reason(error)))
    return list(sales.values()), refused


def _zone(tz: str) -> ZoneInfo:
    try:
        return ZoneInfo(tz)
    except (KeyError, ValueError):
        raise UnreadableExport(f"time zone {tz!r} does not exist") from None


def _moment(day: str, shift: int, place: int, of: int, zone: ZoneInfo) -> datetime:
    try:
        shifted = date.fromisoformat(day or "") + timedelta(days=shift)
    except (ValueError, OverflowError):
        raise UnreadableExport(f"the date {day!r} is not YYYY-MM-DD") from None
    opening = datetime.combine(shifted, OPENS, tzinfo=zone)
    return opening + timedelta(seconds=place * int(OPEN_FOR.total_seconds()) // of)


def _sale(reference: str, at: datetime, amount: str, options: LoadOptions) -> Sale:
    money = parse_export(amount, options.currency)
    if money.minor <= 0:
        raise UnreadableExport("a sale is above zero")
    digest = sha256(reference.encode()).digest()
    store = digest[0] % STORES
    terminal = store * TERMINALS_PER_STORE + digest[1] % TERMINALS_PER_STORE + 1
    stan = f"{int.from_bytes(digest[8:16]) % 999_999 + 1:06d}"
    return Sale(
        reference=reference,
        at=at,
        amount=money,
        captured=money,
        merchant=options.merchant,
        store=f"S{store + 1:02d}",
        terminal=f"T{terminal:07d}",
        card_last4=f"{int.from_bytes(digest[2:6]) % 10_000:04d}",
        rrn=f"{at.year % 10}{at:%j%H}{stan}",
        auth_code=f"{int.from_bytes(digest[16:24]) % 1_000_000:06d}",
        stan=stan,
    )


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return str(error.errors()[0]["msg"])
    return str(error)

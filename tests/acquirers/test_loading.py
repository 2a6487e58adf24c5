"""Loading a real retail export into the ledger."""

from collections import Counter
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from recourse.acquirers.contract import SaleSearch
from recourse.acquirers.simulator.ledger import Ledger
from recourse.acquirers.simulator.loading import (
    LoadOptions,
    UnreadableExport,
    load,
    load_file,
    read_export,
)
from recourse.disputes.pan import contains_card_data
from tests.acquirers.conftest import START, Simulated, cny

EXPORT = Path(__file__).parents[2] / "examples" / "ledger" / "uk-retail-invoices.csv"
HEADER = "InvoiceNo,InvoiceDate,CustomerID,TotalPrice"
SHANGHAI = ZoneInfo("Asia/Shanghai")


def export(*rows: str) -> list[str]:
    return [HEADER, *rows]


def test_the_real_export_loads_and_says_what_it_refused(tmp_path: Path) -> None:
    """18,528 of 18,532 real sales load; four have a fraction of a cent and are named."""
    ledger = Ledger(tmp_path / "ledger.sqlite")
    report = load_file(ledger.sales, EXPORT)
    assert (report.loaded, report.already) == (18_528, 0)
    assert [(row.line, row.reference) for row in report.refused] == [
        (5351, "550193"),
        (9870, "561226"),
        (12763, "568200"),
        (12840, "568375"),
    ]
    assert all("more digits than CNY has" in row.reason for row in report.refused)
    again = load_file(ledger.sales, EXPORT)
    assert (again.loaded, again.already) == (0, 18_528)
    noise = ledger.sales.known("536366")
    assert noise.amount == noise.captured == cny(2220)
    ledger.close()


def test_the_real_sales_can_be_told_apart() -> None:
    """Derived fields have their lengths, RRNs are unique, and nothing looks like a card."""
    with EXPORT.open(encoding="utf-8", newline="") as lines:
        sales, _ = read_export(lines, LoadOptions())
    assert {len(sale.rrn) for sale in sales} == {12}
    assert {len(sale.auth_code) for sale in sales} == {6}
    assert {len(sale.stan) for sale in sales} == {6}
    assert len({sale.rrn for sale in sales}) == len(sales)
    assert set(Counter(sale.store for sale in sales)) == {"S01", "S02", "S03", "S04", "S05"}
    assert not any(contains_card_data(sale.model_dump_json()) for sale in sales)
    hours = [sale.at.astimezone(SHANGHAI).timetz().replace(tzinfo=None) for sale in sales]
    assert time_of_day(10) <= min(hours)
    assert max(hours) < time_of_day(22)
    days = [sale.at.astimezone(SHANGHAI).date() for sale in sales]
    assert (min(days), max(days)) == (date(2025, 11, 12), date(2026, 11, 20))


def test_weekdays_stay_and_rows_keep_their_order() -> None:
    """A day is moved by whole weeks, and its sales are spread in the order of the rows."""
    rows = export("1,2011-12-09,9,1.00", "2,2011-12-09,9,1.00", "3,2011-12-09,9,1.00")
    sales, _ = read_export(rows, LoadOptions())
    assert [sale.at.astimezone(UTC) for sale in sales] == [
        datetime(2026, 11, 20, 2, tzinfo=UTC),
        datetime(2026, 11, 20, 6, tzinfo=UTC),
        datetime(2026, 11, 20, 10, tzinfo=UTC),
    ]
    assert date(2011, 12, 9).weekday() == date(2026, 11, 20).weekday()


def test_options_are_obeyed() -> None:
    """Currency, shift, zone and merchant are the loader's choice."""
    options = LoadOptions(currency="JPY", shift_days=1, tz="Asia/Tokyo", merchant="M7")
    [sale], _ = read_export(export("1,2011-12-09,9,500"), options)
    assert (sale.amount.minor, sale.amount.currency, sale.merchant) == (500, "JPY", "M7")
    assert sale.at == datetime(2011, 12, 10, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,2011-12-09,9,1.005", "more digits"),
        ("1,2011-12-09,9,", "not a number"),
        ("1,2011-12-09,9,-3.00", "above zero"),
        ("1,9.12.2011,9,3.00", "YYYY-MM-DD"),
        (",2011-12-09,9,3.00", "missing or stands twice"),
        ("0,2011-12-09,9,3.00", "missing or stands twice"),
        ("1", "YYYY-MM-DD"),
    ],
)
def test_a_row_that_is_no_sale_is_refused_with_its_line(row: str, reason: str) -> None:
    """A row that cannot be read is reported with its line and reason, and never guessed."""
    sales, [refused] = read_export(export("0,2011-12-09,9,3.00", row), LoadOptions())
    assert [sale.reference for sale in sales] == ["0"]
    assert refused.line == 3
    assert reason in refused.reason


def test_a_foreign_file_is_refused_whole() -> None:
    """A file without the columns of this export loads nothing and says which is missing."""
    with pytest.raises(UnreadableExport, match="TotalPrice"):
        read_export(["InvoiceNo,InvoiceDate,CustomerID", "1,2011-12-09,9"], LoadOptions())
    with pytest.raises(UnreadableExport, match="time zone"):
        read_export(export(), LoadOptions(tz="Mars/Base"))


def test_loading_again_leaves_what_happened_since(tmp_path: Path) -> None:
    """A sale that was reversed after it was loaded stays reversed when loaded again."""
    ledger = Ledger(tmp_path / "ledger.sqlite")
    load(ledger.sales, export("1,2011-12-09,9,1.00"))
    ledger.sales.reverse("1", START)
    load(ledger.sales, export("1,2011-12-09,9,1.00", "2,2011-12-09,9,1.00"))
    assert ledger.sales.known("1").status == "reversed"
    assert len(ledger.sales.find(SaleSearch())) == 2
    ledger.close()


async def test_an_export_loads_over_the_admin_api(simulated: Simulated) -> None:
    """An upload loads like a file, with the options given and a byte order mark or not."""
    content = ("\ufeff" + "\n".join(export("1,2011-12-09,9,5.00", "2,x,9,5.00"))).encode()
    report = await simulated.admin.load_csv(content, LoadOptions(currency="EUR"))
    assert (report.loaded, [row.line for row in report.refused]) == (1, [3])
    sale = await simulated.acquirer.sale("1")
    assert sale is not None
    assert str(sale.amount) == "5.00 EUR"
    assert await simulated.admin.sale_count() == 2

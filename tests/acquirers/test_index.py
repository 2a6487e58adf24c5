"""The index of sales answers as a look through all of them would."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recourse.acquirers.index import SaleIndex
from recourse.acquirers.index.plan import DAYS_APART, plan_for
from recourse.acquirers.index.sales import laid_together
from recourse.acquirers.index.schema import WAYS, kept, moment, row_of
from recourse.disputes.records import Sale, SaleQuery
from tests.acquirers.answering import agrees
from tests.disputes.building import cny

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)

moments = st.integers(0, 60 * 86400 * 10).map(lambda n: BEGIN + timedelta(seconds=n / 10))
amounts = st.sampled_from([100, 101, 990, 1000, 1010, 50_000])


@st.composite
def sales(draw: st.DrawFn) -> tuple[Sale, ...]:
    """A few dozen sales that are hard to tell apart."""
    made = draw(
        st.lists(
            st.tuples(
                moments,
                amounts,
                st.sampled_from(["CNY", "JPY"]),
                st.sampled_from(["4242", "1111", ""]),
                st.sampled_from(["S1", "S2"]),
                st.sampled_from(["T1", "T2"]),
                st.sampled_from(["887464", ""]),
                st.sampled_from(["000042", ""]),
                st.none() | amounts | st.just(0),
            ),
            max_size=40,
        )
    )
    return tuple(
        Sale.model_validate(
            {
                "reference": f"R{number}",
                "at": at,
                "amount": {"minor": amount, "currency": currency},
                "captured": {"minor": amount if taken is None else taken, "currency": currency},
                "stan": stan,
                "batch": "000007" if stan and number % 2 else "",
                "card_last4": card,
                "store": store,
                "terminal": terminal,
                "auth_code": auth,
                "rrn": f"{number % 7:012d}" if auth else "",
            }
        )
        for number, (
            at,
            amount,
            currency,
            card,
            store,
            terminal,
            auth,
            stan,
            taken,
        ) in enumerate(made)
    )


@st.composite
def queries(draw: st.DrawFn) -> SaleQuery:
    since = draw(st.none() | moments)
    length = draw(st.integers(0, 3 * DAYS_APART))
    until = since + timedelta(days=length, hours=1) if since else draw(st.none() | moments)
    least = draw(st.none() | amounts)
    return SaleQuery(
        reference=draw(st.sampled_from(["", "", "", "R3"])),
        rrn=draw(st.sampled_from(["", "", "000000000003"])),
        auth_code=draw(st.sampled_from(["", "", "887464"])),
        stan=draw(st.sampled_from(["", "", "000042"])),
        batch=draw(st.sampled_from(["", "", "000007"])),
        captured=draw(st.none() | st.none() | amounts.map(cny)),
        terminal=draw(st.sampled_from(["", "T1"])),
        store=draw(st.sampled_from(["", "S2"])),
        card_last4=draw(st.sampled_from(["", "4242"])),
        amount=draw(st.none() | amounts.map(cny)),
        least=None if least is None else cny(least),
        most=draw(st.none() | amounts.map(cny)),
        since=since,
        until=until,
    )


@settings(max_examples=400, deadline=None)
@given(sales(), queries(), st.integers(1, 30))
def test_finds_what_a_look_through_all_finds(
    there: tuple[Sale, ...], query: SaleQuery, limit: int
) -> None:
    """Every search finds exactly the newest sales that agree with all that is stated."""
    with SaleIndex(":memory:") as index:
        index.add(there)
        found = index.find(query, limit)
    fitting = [sale for sale in there if agrees(sale, query)]
    newest = sorted((sale.at for sale in fitting), reverse=True)[:limit]
    assert [sale.at for sale in found] == newest
    assert len(set(found)) == len(found)
    assert set(found) <= set(fitting)
    amounts = SaleQuery(
        amount=query.amount, least=query.least, most=query.most, captured=query.captured
    )
    assert all(query.agrees_in_amount(sale) is agrees(sale, amounts) for sale in there)


WEEK = {"since": BEGIN, "until": BEGIN + timedelta(days=7)}
ABOUT = {"least": cny(900), "most": cny(1100)}


@pytest.mark.parametrize(
    ("known", "way"),
    [
        ({"reference": "R1"}, ""),
        ({"rrn": "000000000001", "amount": cny(100), **WEEK}, "sales_rrn"),
        ({"auth_code": "887464", "store": "S1"}, "sales_auth_code"),
        ({"stan": "000042", "terminal": "T1", **WEEK}, "sales_stan"),
        ({"captured": cny(100), **WEEK}, "sales_captured"),
        ({"amount": cny(100), **WEEK}, "sales_amount"),
        ({"amount": cny(100), "card_last4": "4242", **WEEK}, "sales_amount"),
        ({"amount": cny(100), "card_last4": "4242"}, "sales_card"),
        ({"amount": cny(100), "store": "S1", **WEEK}, "sales_store_day"),
        ({**ABOUT, "store": "S1", **WEEK}, "sales_store_day"),
        ({**ABOUT, **WEEK}, "sales_day_amount"),
        ({**ABOUT, "card_last4": "4242", **WEEK}, "sales_card"),
        ({"card_last4": "4242"}, "sales_card"),
        ({"amount": cny(100), "terminal": "T1"}, "sales_terminal"),
        ({"store": "S1"}, "sales_store"),
        (WEEK, "sales_at"),
        ({}, "sales_at"),
        ({"amount": cny(100)}, "sales_amount"),
        ({"amount": cny(9), "since": BEGIN, "until": BEGIN + timedelta(days=400)}, "sales_amount"),
        ({**ABOUT, "since": BEGIN, "until": BEGIN + timedelta(days=400)}, "sales_at"),
    ],
)
def test_goes_in_by_what_narrows_most(known: dict[str, Any], way: str) -> None:
    """Each kind of knowledge has its way in, and the database goes it."""
    plan = plan_for(SaleQuery.model_validate(known))
    assert plan.way == way
    with SaleIndex(":memory:") as index:
        told = index.explain(plan)
    assert (f"INDEX {way}" if way else "sqlite_autoindex_sales_1") in told


def test_a_long_window_is_one_stretch_and_a_short_one_days() -> None:
    """Up to the limit a window is gone through day by day, newest first; beyond it at once."""
    short = plan_for(SaleQuery(**ABOUT, **WEEK))
    assert len(short.rounds) == 7
    assert [values[-1] for values in short.rounds] == sorted(
        (values[-1] for values in short.rounds), reverse=True
    )
    far = BEGIN + timedelta(days=DAYS_APART + 1)
    assert len(plan_for(SaleQuery(**ABOUT, since=BEGIN, until=far)).rounds) == 1


def test_sales_of_one_day_and_amount_are_laid_beside_each_other() -> None:
    """What a search fetches at once lies together in the file, however the export mixed it."""
    mixed = [
        row_of(
            Sale(
                reference=f"R{day}-{amount}-{n}",
                at=BEGIN + timedelta(days=day, hours=n),
                amount=cny(amount),
                captured=cny(amount),
            )
        )
        for n in range(3)
        for amount in (700, 300)
        for day in (1, 0)
    ]
    laid = list(laid_together(mixed))
    assert sorted(laid) == sorted(mixed)
    kinds = [str(row[0])[:-1] for row in laid]
    assert kinds == sorted(kinds), kinds


@given(st.datetimes(timezones=st.just(UTC)))
def test_moments_are_kept_exactly(at: datetime) -> None:
    """What is kept of a moment is the moment, to the microsecond."""
    assert moment(kept(at)) == at


def test_nothing_of_a_sale_is_lost() -> None:
    """Whatever an acquirer says of a sale comes back as it was, whichever field it is."""
    sale = Sale(
        reference="R1",
        at=BEGIN + timedelta(microseconds=1),
        amount=cny(2),
        captured=cny(1),
        status="in_doubt",
        wallet=True,
        reversed_at=BEGIN + timedelta(days=1),
        **{name: f"its {name}" for name, f in Sale.model_fields.items() if f.default == ""},
    )
    assert {*Sale.model_fields} == sale.model_fields_set
    with SaleIndex(":memory:") as index:
        index.add([sale])
        (found,) = index.find(SaleQuery(reference="R1"))
    assert found == sale
    assert found.model_dump_json() == sale.model_dump_json()


def test_built_at_once_is_the_same_as_added_one_by_one(tmp_path: Path) -> None:
    """An index that is built has every way in, and answers as one that grew; a file that is
    there already is not built over."""
    there = tuple(
        Sale(reference=f"R{n}", at=BEGIN + timedelta(hours=n), amount=cny(n), captured=cny(n))
        for n in range(1, 50)
    )
    path = tmp_path / "index.sqlite"
    query = SaleQuery(least=cny(5), most=cny(30), since=BEGIN, until=BEGIN + timedelta(days=1))
    with SaleIndex.built(path, there) as built, SaleIndex(":memory:") as grown:
        assert grown.add(there) == 49
        assert grown.add(there) == 0
        assert built.find(query) == grown.find(query) != ()
        assert len(built) == len(grown) == 49
    names = {row[0] for row in sqlite3.connect(path).execute("SELECT name FROM sqlite_master")}
    assert set(WAYS) <= names
    with pytest.raises(FileExistsError):
        SaleIndex.built(path, ())


def test_an_addition_that_fails_adds_nothing(tmp_path: Path) -> None:
    """Sales are added all or none."""
    with SaleIndex(tmp_path / "index.sqlite") as index:
        good = Sale(reference="R1", at=BEGIN, amount=cny(1), captured=cny(1))

        def broken() -> Any:
            yield good
            raise RuntimeError("the file ends in the middle")

        with pytest.raises(RuntimeError, match="in the middle"):
            index.add(broken())
        assert len(index) == 0
        assert index.add([good]) == 1

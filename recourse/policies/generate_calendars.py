"""Write the calendar files: ``python -m recourse.policies.generate_calendars``.

The days come from the ``holidays`` package, which only building Recourse needs: running it
reads the written files, so that a newer package never moves a deadline by itself.
"""

import json
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

YEARS = range(2019, 2029)

VERSION = "2026-11-24"
"""Raise it with every change of the written days: a case names the calendar it was opened by."""


@dataclass(frozen=True)
class Source:
    """Where a calendar's days come from, and how far its authority has published them."""

    zone: str
    about: str
    confirmed_until: date
    rolls: bool = False
    """Whether a last day that is no working day rolls on."""
    hours: tuple[str, ...] = ("09:00-17:00",)
    """Our office's hours of a working day."""


SOURCES: dict[str, Source] = {
    "CN": Source(
        zone="Asia/Shanghai",
        about="China: statutory holidays and make-up workdays by the yearly State Council "
        "notice. The days of 2027 and 2028 are forecast: their notices are not out.",
        confirmed_until=date(2026, 12, 31),
        rolls=True,
        hours=("09:00-12:00", "13:30-18:00"),
    ),
    "EU": Source(
        zone="Europe/Brussels",
        about="European Union: the closing days of TARGET, which are fixed for good.",
        confirmed_until=date(2028, 12, 31),
    ),
    "UK": Source(
        zone="Europe/London",
        about="United Kingdom: bank holidays of England. One-off holidays are proclaimed late.",
        confirmed_until=date(2027, 12, 31),
    ),
    "US": Source(
        zone="America/New_York",
        about="United States: federal holidays (5 U.S.C. 6103) with their observed days.",
        confirmed_until=date(2028, 12, 31),
    ),
}


def calendar_text(name: str) -> str:
    """A calendar as TOML. Raises RuntimeError when ``holidays`` is not installed."""
    source = SOURCES[name]
    free, make_up = _days(name)
    lines = [
        *textwrap.wrap(source.about, 98, initial_indent="# ", subsequent_indent="# "),
        "# Written by `python -m recourse.policies.generate_calendars`. Saturdays and Sundays",
        "# are free and not listed, unless they are workdays.",
        f'name = "{name}"',
        f'version = "{VERSION}"',
        f'zone = "{source.zone}"',
        f"rolls = {str(source.rolls).lower()}",
        f"confirmed_until = {source.confirmed_until}",
        "",
        "# The office's hours are ours to set. Days that differ stand in [weekday_hours] by day of",
        "# the week, and in [special_hours] by date: half days, closures, duty on a holiday. None",
        "# of them makes a working day by law, nor unmakes one.",
        f"hours = {json.dumps(list(source.hours))}",
        "",
        *_listed("holidays", free),
        *_listed("workdays", make_up),
    ]
    return "\n".join(lines) + "\n"


def write(folder: Path) -> tuple[Path, ...]:
    """Write every calendar into a folder, and say which files."""
    written = []
    for name in SOURCES:
        path = folder / f"{name}.toml"
        path.write_text(calendar_text(name), "utf-8")
        written.append(path)
    return tuple(written)


def _listed(field: str, days: Mapping[date, str]) -> list[str]:
    if not days:
        return [f"{field} = []"]
    return [f"{field} = [", *(f"    {day},  # {days[day]}" for day in sorted(days)), "]"]


def _days(name: str) -> tuple[dict[date, str], dict[date, str]]:
    """The free weekdays and the working weekend days, each with what it is called."""
    try:
        import holidays
    except ImportError:
        raise RuntimeError(
            "calendars are made with the 'holidays' package: pip install -r requirements/dev.txt"
        ) from None
    make_up: dict[date, str] = {}
    found: holidays.HolidayBase
    match name:
        case "CN":
            found = holidays.country_holidays("CN", years=YEARS, language="en_US")
            make_up = {
                day: "make-up workday"
                for day in getattr(found, "weekend_workdays", ())
                if day.year in YEARS
            }
        case "EU":
            found = holidays.financial_holidays("XECB", years=YEARS)
        case "UK":
            found = holidays.country_holidays("GB", subdiv="ENG", years=YEARS)
        case _:
            found = holidays.country_holidays("US", years=YEARS)
    free = {d: found[d] for d in found if d.weekday() < 5 and d.year in YEARS}
    return free, make_up


if __name__ == "__main__":
    try:
        write(Path(__file__).parent / "calendars")
    except RuntimeError as error:
        sys.exit(str(error))

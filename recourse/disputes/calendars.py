"""Days and hours: which are worked in a jurisdiction, and how a span of them is counted.

The counting rules are ours and hold for every calendar:

- the day of the event is not counted (Civil Code Art. 201; the same in the UK and US rules);
- a span of days ends at 24:00 of its last day (Civil Code Art. 203);
- a last *calendar* day that is no working day rolls to the next working day where the
  calendar says so (``rolls``; Civil Code Art. 203);
- business days from a day that is none: the first working day after it is day one. (The
  ``holidays`` package counts the same way; ``chinesecalendar`` first walks to a working day
  and counts from there, one day more. Day one is the first day on which somebody can work.)

Which days are working days is the law's; at which hours of them people work is the office's.
An office that works on a holiday makes no business day of it, and one that is closed on a
working day does not stop the law's count.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator

from recourse.disputes.hours import Hours, Weekday, in_order
from recourse.disputes.models import Value

DAY = timedelta(days=1)
MOMENT = timedelta(microseconds=1)
"""A day ends at 24:00: what is due then is due on that day, not on the next."""

FARTHEST = 4000
"""Days ahead after which a calendar is taken to have no further open hour at all."""

Interval = tuple[datetime, datetime]


class Calendar(Value):
    """The working days and hours of one jurisdiction, as pinned to a case. Saturdays and
    Sundays are free unless listed in ``workdays`` (调休); every date is a local date of
    ``zone``, every hour a local hour."""

    name: str
    version: str
    zone: str
    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()
    confirmed_until: date
    """Beyond it the authority has not published its days: a deadline there is provisional."""
    rolls: bool = False
    hours: tuple[Hours, ...] = ()
    """When a working day is worked: several windows, in order. Empty: the whole day."""
    weekday_hours: dict[Weekday, tuple[Hours, ...]] = Field(default_factory=dict)
    """Days of the week that differ; a Saturday here is worked by the office, not by law."""
    special_hours: dict[date, tuple[Hours, ...]] = Field(default_factory=dict)
    """Single dates that differ: half days, closures (none), duty on a holiday."""

    @field_validator("hours")
    @classmethod
    def _ordered(cls, hours: tuple[Hours, ...]) -> tuple[Hours, ...]:
        return in_order(hours)

    @field_validator("weekday_hours", "special_hours")
    @classmethod
    def _each_ordered(cls, table: dict[object, tuple[Hours, ...]]) -> object:
        return {day: in_order(hours) for day, hours in table.items()}

    # -- days

    def is_working_day(self, day: date) -> bool:
        if day in self._workdays:
            return True
        return day.weekday() < 5 and day not in self._holidays

    def local_date(self, moment: datetime) -> date:
        return moment.astimezone(self._zone).date()

    def end_of(self, day: date) -> datetime:
        """24:00 local time of a day: the first moment that is too late."""
        return self._first(day + DAY, 0)

    def same_time_on(self, moment: datetime, day: date) -> datetime:
        """The local time of day of a moment, on another day."""
        local = moment.astimezone(self._zone)
        return datetime.combine(day, local.timetz().replace(tzinfo=None), self._zone).astimezone(
            UTC
        )

    def rolled(self, day: date) -> date:
        """The day itself, or the next working day where a last day rolls."""
        while self.rolls and not self.is_working_day(day):
            day += DAY
        return day

    def nth_working_day(self, day: date, number: int) -> date:
        """The ``number``-th working day after a day, or before it when negative."""
        step = DAY if number > 0 else -DAY
        left = abs(number)
        while left > 0:
            day += step
            if self.is_working_day(day):
                left -= 1
        return day

    def after_days(self, start: datetime, days: int) -> datetime:
        """The end of the ``days``-th calendar day after the day of ``start``."""
        return self.end_of(self.rolled(self.local_date(start) + timedelta(days=days)))

    def after_business_days(self, start: datetime, days: int) -> datetime:
        """The end of the ``days``-th working day after the day of ``start``."""
        return self.end_of(self.nth_working_day(self.local_date(start), days))

    def after_months(self, start: datetime, months: int) -> datetime:
        """The same day of a later month, or its last day when it has none (Art. 202)."""
        return self.end_of(self.rolled(months_after(self.local_date(start), months)))

    # -- hours

    def hours_on(self, day: date) -> tuple[Hours, ...]:
        """The windows in which a day is worked; none when it is not."""
        special = self.special_hours.get(day)
        if special is not None:
            return special
        if day in self._holidays:
            return ()
        if day not in self._workdays:
            own = self.weekday_hours.get(Weekday.of(day))
            if own is not None:
                return own
            if day.weekday() >= 5:
                return ()
        return self.hours or (Hours.whole_day(),)

    def windows_on(self, day: date) -> tuple[Interval, ...]:
        """The same windows as moments. A window that begins in the hour a clock change skips
        begins with the change; one whose edges a clock change repeats has both hours."""
        known = self._windows.get(day)
        if known is None:
            known = self.moments_of(day, self.hours_on(day))
            self._windows[day] = known
        return known

    def moments_of(self, day: date, hours: tuple[Hours, ...]) -> tuple[Interval, ...]:
        """Windows of a local day as moments. Two that meet in an hour that comes twice are
        one: no minute counts double."""
        found: list[Interval] = []
        for each in hours:
            opens, closes = self._first(day, each.opens), self._last(day, each.closes)
            if found and opens <= found[-1][1]:
                found[-1] = (found[-1][0], max(found[-1][1], closes))
            elif opens < closes:
                found.append((opens, closes))
        return tuple(found)

    def working_hours_between(self, since: datetime, until: datetime) -> timedelta:
        """How long it was open between two moments."""
        if until <= since:
            return timedelta()
        total = timedelta()
        day, last = self.local_date(since), self.local_date(until)
        while day <= last:
            for opens, closes in self.windows_on(day):
                total += max(min(closes, until) - max(opens, since), timedelta())
            day += DAY
        return total

    def after_working_hours(self, start: datetime, length: timedelta) -> datetime:
        """The first moment at which it has been open for ``length`` since ``start``. A
        calendar that never opens again lets real time count: it must not stop a case."""
        if length <= timedelta():
            return start
        left = length
        day = self.local_date(start)
        for _ in range(FARTHEST):
            for opens, closes in self.windows_on(day):
                begin = max(opens, start)
                if closes > begin:
                    if closes - begin >= left:
                        return begin + left
                    left -= closes - begin
            day += DAY
        return start + length

    def before_working_hours(self, end: datetime, length: timedelta) -> datetime:
        """The last moment from which it is open for ``length`` until ``end``."""
        if length <= timedelta():
            return end
        left = length
        day = self.local_date(end)
        for _ in range(FARTHEST):
            for opens, closes in reversed(self.windows_on(day)):
                finish = min(closes, end)
                if finish > opens:
                    if finish - opens >= left:
                        return finish - left
                    left -= finish - opens
            day -= DAY
        return end - length

    def business_days_between(self, since: datetime, until: datetime) -> timedelta:
        """How much of the time between two moments lies on working days, whole days long."""
        if until <= since:
            return timedelta()
        total = timedelta()
        day, last = self.local_date(since), self.local_date(until)
        while day <= last:
            if self.is_working_day(day):
                begin, finish = self._first(day, 0), self.end_of(day)
                total += max(min(finish, until) - max(begin, since), timedelta())
            day += DAY
        return total

    def after_business_time(self, start: datetime, length: timedelta) -> datetime:
        """The first moment at which ``length`` of working days, whole days long, has passed."""
        if length <= timedelta():
            return start
        left = length
        day = self.local_date(start)
        for _ in range(FARTHEST):
            if self.is_working_day(day):
                begin, finish = max(self._first(day, 0), start), self.end_of(day)
                if finish - begin >= left:
                    return begin + left
                left -= finish - begin
            day += DAY
        return start + length

    def opening(self, moment: datetime, hours: tuple[Hours, ...] | None = None) -> datetime:
        """The moment itself when it is open then, else the next opening: for what must not
        happen at night. With ``hours``, those of every day instead of the office's."""
        day = self.local_date(moment)
        for _ in range(FARTHEST):
            windows = self.windows_on(day) if hours is None else self.moments_of(day, hours)
            for opens, closes in windows:
                if moment < closes:
                    return max(opens, moment)
            day += DAY
        return moment

    # -- what is pinned to a case

    def window(self, since: date, until: date) -> "Calendar":
        """The same calendar with only the days a case can meet, small enough to pin."""
        return Calendar(
            name=self.name,
            version=self.version,
            zone=self.zone,
            holidays=tuple(d for d in self.holidays if since <= d <= until),
            workdays=tuple(d for d in self.workdays if since <= d <= until),
            confirmed_until=self.confirmed_until,
            rolls=self.rolls,
            hours=self.hours,
            weekday_hours=self.weekday_hours,
            special_hours={d: h for d, h in self.special_hours.items() if since <= d <= until},
        )

    def ruled(self, *, rolls: bool | None, zone: str) -> "Calendar":
        """The same days as a rule counts them that says by itself whether a last day rolls and
        by whose dates it counts; as far as it says nothing, as they are."""
        if rolls in (None, self.rolls) and zone in ("", self.zone):
            return self
        # Built and not copied: a copy would keep what was reckoned for the other zone.
        fields = {name: getattr(self, name) for name in Calendar.model_fields}
        own = {"rolls": self.rolls if rolls is None else rolls, "zone": zone or self.zone}
        return Calendar.model_construct(**fields | own)

    # -- what is reckoned once

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @cached_property
    def _holidays(self) -> frozenset[date]:
        return frozenset(self.holidays)

    @cached_property
    def _workdays(self) -> frozenset[date]:
        return frozenset(self.workdays)

    @cached_property
    def _windows(self) -> dict[date, tuple[Interval, ...]]:
        return {}

    def _first(self, day: date, minute: int) -> datetime:
        """The first moment at which the local clock shows this minute of the day or a later
        one: after a skipped hour, the moment of the change."""
        naive = _minute_of(day, minute)
        moment = naive.replace(tzinfo=self._zone).astimezone(UTC)
        if moment.astimezone(self._zone).replace(tzinfo=None) == naive:
            return moment
        return self._change(naive)

    def _last(self, day: date, minute: int) -> datetime:
        """The moment after the last one at which the local clock shows less than this minute
        of the day: after a repeated hour, its second time."""
        naive = _minute_of(day, minute)
        moment = naive.replace(tzinfo=self._zone, fold=1).astimezone(UTC)
        if moment.astimezone(self._zone).replace(tzinfo=None) == naive:
            return moment
        return self._change(naive)

    def _change(self, skipped: datetime) -> datetime:
        """The moment of the change that skips a local time, to the second."""
        after = skipped.replace(tzinfo=self._zone, fold=1).astimezone(UTC)
        before = skipped.replace(tzinfo=self._zone, fold=0).astimezone(UTC)
        low, high = min(after, before), max(after, before)
        old = low.astimezone(self._zone).utcoffset()
        while high - low > timedelta(seconds=1):
            middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
            if middle.astimezone(self._zone).utcoffset() == old:
                low = middle
            else:
                high = middle
        return high


def known_zone(name: str) -> bool:
    """Whether there is a time zone of a name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last day when it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - DAY).day))


def _minute_of(day: date, minute: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minute)

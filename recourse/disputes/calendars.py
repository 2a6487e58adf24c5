"""Days: which are working days in a jurisdiction, and how a span of days is counted.

The counting rules are ours and hold for every calendar:

- the day of the event is not counted (Civil Code Art. 201; the same in the UK and US rules);
- a span of days ends at 24:00 of its last day (Civil Code Art. 203);
- a last *calendar* day that is no working day rolls to the next working day where the
  calendar says so (``rolls``; Civil Code Art. 203);
- business days from a day that is none: the first working day after it is day one.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from recourse.disputes.models import Value


class Calendar(Value):
    """The working days of one jurisdiction, as pinned to a case. Saturdays and Sundays
    are free unless listed in ``workdays`` (调休); every date is a local date of ``zone``."""

    name: str
    version: str
    zone: str
    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()
    confirmed_until: date
    """Beyond it the authority has not published its days: a deadline there is provisional."""
    rolls: bool = False

    def is_working_day(self, day: date) -> bool:
        if day in self.workdays:
            return True
        return day.weekday() < 5 and day not in self.holidays

    def local_date(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def end_of(self, day: date) -> datetime:
        """24:00 local time of a day: the first moment that is too late."""
        midnight = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(self.zone))
        return midnight.astimezone(ZoneInfo("UTC"))

    def same_time_on(self, moment: datetime, day: date) -> datetime:
        """The local time of day of a moment, on another day."""
        zone = ZoneInfo(self.zone)
        local = moment.astimezone(zone)
        return datetime.combine(day, local.timetz().replace(tzinfo=None), zone).astimezone(
            ZoneInfo("UTC")
        )

    def after_days(self, start: datetime, days: int) -> datetime:
        """The end of the ``days``-th calendar day after the day of ``start``."""
        day = self.local_date(start) + timedelta(days=days)
        while self.rolls and not self.is_working_day(day):
            day += timedelta(days=1)
        return self.end_of(day)

    def after_business_days(self, start: datetime, days: int) -> datetime:
        """The end of the ``days``-th working day after the day of ``start``."""
        day = self.local_date(start)
        left = days
        while left > 0:
            day += timedelta(days=1)
            if self.is_working_day(day):
                left -= 1
        return self.end_of(day)

    def after_months(self, start: datetime, months: int) -> datetime:
        """The same day of a later month, or its last day when it has none (Art. 202)."""
        local = self.local_date(start)
        index = local.year * 12 + local.month - 1 + months
        year, month = divmod(index, 12)
        following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
        last = (following - timedelta(days=1)).day
        day = date(year, month + 1, min(local.day, last))
        while self.rolls and not self.is_working_day(day):
            day += timedelta(days=1)
        return self.end_of(day)

    def window(self, since: date, until: date) -> "Calendar":
        """The same calendar with only the days a case can meet, small enough to pin."""
        return self.model_copy(
            update={
                "holidays": tuple(d for d in self.holidays if since <= d <= until),
                "workdays": tuple(d for d in self.workdays if since <= d <= until),
            }
        )

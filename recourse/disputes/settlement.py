"""Settlement days: the day an acquirer's books put a moment into, which is not midnight's.

UnionPay's settlement day runs from 23:00 to 23:00 Beijing time and is named by the day it
ends on: what is captured at 23:10 on the 20th settles with the 21st.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from recourse.disputes.models import Value


class SettlementDay(Value):
    """When a network's day changes, in local time."""

    network: str
    zone: str
    cut: time
    """The local time of day at which the next settlement day begins; 00:00 is the calendar's."""
    source: str = ""

    def day_of(self, moment: datetime) -> date:
        """The settlement day a moment falls into."""
        local = moment.astimezone(ZoneInfo(self.zone))
        late = self.cut != time() and local.timetz().replace(tzinfo=None) >= self.cut
        return local.date() + timedelta(days=1) if late else local.date()

    def settled(self, moment: datetime) -> datetime:
        """What a rule counts from that counts from the settlement of a moment: the moment
        itself, or the midnight after it when it settles with the next day."""
        midnight = datetime.combine(self.day_of(moment), time(), ZoneInfo(self.zone))
        return max(moment, midnight.astimezone(UTC))

    def bounds(self, day: date) -> tuple[datetime, datetime]:
        """The first moment of a settlement day, and the first of the next."""
        return self._begin(day), self._begin(day + timedelta(days=1))

    def _begin(self, day: date) -> datetime:
        before = day - timedelta(days=1) if self.cut != time() else day
        return datetime.combine(before, self.cut, ZoneInfo(self.zone)).astimezone(UTC)


UNIONPAY = SettlementDay(
    network="unionpay",
    zone="Asia/Shanghai",
    cut=time(23),
    source="UnionPay member specifications: times are Beijing time, cut-over at 23:00",
)

"""Lakala (拉卡拉): its open API as an acquirer of ours."""

from recourse.acquirers.lakala.adapter import LakalaAcquirer, lakala_acquirer
from recourse.acquirers.lakala.settings import LakalaSettings

__all__ = ["LakalaAcquirer", "LakalaSettings", "lakala_acquirer"]

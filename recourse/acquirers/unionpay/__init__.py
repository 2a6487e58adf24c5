"""China UnionPay (银联): its online gateway, ACP 5.1.0, as an acquirer of ours."""

from recourse.acquirers.unionpay.adapter import UnionPayAcquirer, unionpay_acquirer
from recourse.acquirers.unionpay.settings import UnionPaySettings

__all__ = ["UnionPayAcquirer", "UnionPaySettings", "unionpay_acquirer"]

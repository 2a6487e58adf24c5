"""What Lakala's codes and states mean for us. What is not in these tables is unknown, never
failed: a code that turns up for the first time must not pay a customer twice."""

from recourse.disputes.effects import AnswerKind
from recourse.disputes.records import RefundStatus

SUCCESS = frozenset({"000000", "BBS00000"})
"""The call was understood. Of a query: the trade was found, whatever became of it."""
IN_PROGRESS = frozenset({"BBS10000", "BBS11105", "BBS11112", "RFD11105", "RFD11112"})
"""Time-out or unknown between Lakala and the account: ask again later."""

REFUND_STATES: dict[str, tuple[AnswerKind, RefundStatus | None]] = {
    "INIT": (AnswerKind.ACCEPTED, RefundStatus.PENDING),
    "DEAL": (AnswerKind.ACCEPTED, RefundStatus.PENDING),
    "PROCESSING": (AnswerKind.ACCEPTED, RefundStatus.PENDING),
    "SUCCESS": (AnswerKind.SUCCEEDED, RefundStatus.POSTED),
    "FAIL": (AnswerKind.FAILED, RefundStatus.FAILED),
    # Of an exception nobody says where the money is; as abnormal it counts as still out.
    "EXCEPTION": (AnswerKind.FAILED, RefundStatus.ABNORMAL),
    "TIMEOUT": (AnswerKind.UNKNOWN, None),
    "UNKNOWN": (AnswerKind.UNKNOWN, None),
}
"""trade_state of a refund or of a revocation."""

SALE_STATES: dict[str, tuple[str, bool]] = {
    "SUCCESS": ("captured", True),
    "PART_REFUND": ("captured", True),
    "REFUND": ("captured", True),
    "FAIL": ("failed", False),
    "CLOSE": ("failed", False),
    "REVOKED": ("reversed", False),
}
"""trade_state of a sale: our status, and whether money was taken. Any other: in doubt."""

REVOCATION = "CANCEL"
"""trade_main_type of a revocation."""

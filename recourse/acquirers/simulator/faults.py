"""How the simulator misbehaves when told to: a queue of faults, kept in the ledger."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from recourse.acquirers.simulator.store import Store
from recourse.disputes.models import EdgeValue, Value


class Route(StrEnum):
    """The calls of the contract, by name."""

    SEARCH_SALES = "search_sales"
    SALE = "sale"
    REFUNDS = "refunds"
    CHARGEBACKS = "chargebacks"
    TERMINAL_EVENTS = "terminal_events"
    SETTLEMENT = "settlement"
    REQUEST_EFFECT = "request_effect"
    EFFECT = "effect"
    OPEN_REQUEST = "open_request"
    REQUEST = "request"
    NOTICE = "notice"
    """Not a call of the contract: what the acquirer sends on its own account."""


class FaultAction(StrEnum):
    # On the wire.
    REQUEST_LOST = "request_lost"
    """The connection is closed before anything was done."""
    REPLY_LOST = "reply_lost"
    """Everything is done and committed; then the connection is closed without an answer."""
    TIME_OUT = "time_out"
    """Everything is done and committed; then nothing is said until the caller gives up."""
    STATUS = "status"
    """Answers ``status`` before anything was done."""
    SLOW = "slow"
    """Does it all after ``seconds`` of real time, whether or not the caller still waits."""
    # In the books: only a new effect or request takes these, never a repetition.
    REFUSE = "refuse"
    """Refused on business grounds with ``reason`` as its code, perhaps ``retryable``."""
    PENDING = "pending"
    """Posts only after ``days``; ``reason`` says what it waits for."""
    NEEDS_ACTION = "needs_action"
    """After ``days`` it waits for somebody to do something, and posts ``then_days`` later."""
    FAIL = "fail"
    """Fails after ``days``, pending or already posted, with ``reason``."""
    ABNORMAL = "abnormal"
    """After ``days`` the money waits at the acquirer: the card is void or frozen. With
    ``then_days`` it is released and posts so much later."""
    RETURN = "return"
    """Comes back ``days`` after it was posted."""
    DUPLICATE = "duplicate"
    """One effect makes two refunds, past every guard."""
    LENIENT = "lenient"
    """Gives out more than was taken, without a word, as some acquirers do."""
    # In delivering notices.
    NOTICE_LOST = "notice_lost"
    """Never sent."""
    NOTICE_TWICE = "notice_twice"
    NOTICE_OVERTAKEN = "notice_overtaken"
    """Sent only after the next one."""
    NOTICE_FORGED = "notice_forged"
    """Sent once, with a signature that is not ours."""


ON_THE_WIRE = frozenset(
    {
        FaultAction.REQUEST_LOST,
        FaultAction.REPLY_LOST,
        FaultAction.TIME_OUT,
        FaultAction.STATUS,
        FaultAction.SLOW,
    }
)
REFUSING = frozenset({FaultAction.REFUSE})
BENDING = frozenset(
    {
        FaultAction.PENDING,
        FaultAction.NEEDS_ACTION,
        FaultAction.FAIL,
        FaultAction.ABNORMAL,
        FaultAction.RETURN,
    }
)
DOUBLING = frozenset({FaultAction.DUPLICATE})
DELIVERING = frozenset(
    {
        FaultAction.NOTICE_LOST,
        FaultAction.NOTICE_TWICE,
        FaultAction.NOTICE_OVERTAKEN,
        FaultAction.NOTICE_FORGED,
    }
)
LENIENT = frozenset({FaultAction.LENIENT})


class Call(Value):
    """What a fault is matched against. A read of an effect states no kind and no sale."""

    route: Route
    kind: str = ""
    sale: str = ""
    effect_id: str = ""


class Fault(EdgeValue):
    """One fault. An empty field matches every call."""

    action: FaultAction
    route: Route | None = None
    kind: str = ""
    """A remedy or the kind of a request."""
    sale: str = ""
    effect_prefix: str = ""
    times: int = Field(default=1, ge=1)
    """How many calls it befalls."""
    after: Route | None = None
    """It waits until a call of this route came that matches in all else: the query that
    follows an order, not the one before it."""
    status: int = Field(default=503, ge=400, le=599)
    seconds: float = Field(default=0.0, ge=0, le=600)
    """Real time."""
    days: float = Field(default=0.0, ge=0, le=3650)
    """The simulator's time."""
    then_days: float = Field(default=0.0, ge=0, le=3650)
    """The simulator's time, counted from ``days``. 0: for good."""
    reason: str = ""
    retryable: bool = False

    @model_validator(mode="after")
    def _refusals_have_a_code(self) -> Self:
        if self.action is FaultAction.REFUSE and not self.reason:
            raise ValueError("a refusal needs a reason: the code it answers with")
        return self

    def befalls(self, call: Call) -> bool:
        return self.after is None and self.route in (None, call.route) and self._concerns(call)

    def begins_with(self, call: Call) -> bool:
        """Whether this is the call it waits for."""
        return self.after is call.route and self._concerns(call)

    def _concerns(self, call: Call) -> bool:
        return (
            self.kind in ("", call.kind)
            and self.sale in ("", call.sale)
            and call.effect_id.startswith(self.effect_prefix)
        )


class QueuedFault(Value):
    number: int
    fault: Fault
    remaining: int


class FaultQueue:
    """Faults in the order they were set; each is used up by the calls it befalls."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, fault: Fault) -> QueuedFault:
        with self._store.transaction() as db:
            number = db.execute(
                "INSERT INTO faults (body, remaining) VALUES (?, ?)",
                (fault.model_dump_json(), fault.times),
            ).lastrowid
        return QueuedFault(number=number or 0, fault=fault, remaining=fault.times)

    def waiting(self) -> tuple[QueuedFault, ...]:
        rows = self._store.db.execute("SELECT id, body, remaining FROM faults ORDER BY id")
        return tuple(
            QueuedFault(
                number=row["id"],
                fault=Fault.model_validate_json(row["body"]),
                remaining=row["remaining"],
            )
            for row in rows
        )

    def clear(self) -> None:
        with self._store.transaction() as db:
            db.execute("DELETE FROM faults")

    def take(self, actions: frozenset[FaultAction], call: Call) -> Fault | None:
        """The first waiting fault of these actions that befalls the call, used up by one;
        those that wait for such a call begin with the next."""
        concerned = [queued for queued in self.waiting() if queued.fault.action in actions]
        taken = next((queued for queued in concerned if queued.fault.befalls(call)), None)
        begun = [queued for queued in concerned if queued.fault.begins_with(call)]
        if taken is None and not begun:
            return None
        with self._store.transaction() as db:
            for queued in begun:
                body = queued.fault.model_copy(update={"after": None}).model_dump_json()
                db.execute("UPDATE faults SET body = ? WHERE id = ?", (body, queued.number))
            if taken is not None and taken.remaining > 1:
                db.execute(
                    "UPDATE faults SET remaining = remaining - 1 WHERE id = ?", (taken.number,)
                )
            elif taken is not None:
                db.execute("DELETE FROM faults WHERE id = ?", (taken.number,))
        return taken.fault if taken is not None else None

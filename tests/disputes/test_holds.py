"""Holds: however two orders on one sale interleave, no more goes out than came in."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from recourse.disputes.effects import EffectOrder, Remedy
from recourse.disputes.holds import Hold, Holds
from recourse.disputes.ledger import PAYOUTS, objection, unseen
from recourse.disputes.records import Record, Refund, RefundStatus
from tests.disputes.building import PRICE, a_record, a_refund, an_order, cny, jpy


def a_hold(name: str, minor: int = 100, grip: str = "", *, payout: bool = True) -> Hold:
    return Hold(effect_id=name, amount=cny(minor), payout=payout, grip=grip)


def test_the_same_effect_is_one_hold() -> None:
    """Held again, by another attempt, an effect keeps its place and its one hold."""
    holds = Holds().with_(a_hold("a", grip="1")).with_(a_hold("b")).with_(a_hold("a", grip="2"))
    assert [(h.effect_id, h.grip) for h in holds.held] == [("a", "2"), ("b", "")]
    assert [h.effect_id for h in holds.before("a")] == []
    assert [h.effect_id for h in holds.before("b")] == ["a"]
    assert [h.effect_id for h in holds.before("c")] == ["a", "b"]
    assert holds.had_by("a", "1")
    assert not holds.had_by("a", "2")
    assert not holds.had_by("c", "1")


def test_only_the_attempt_that_holds_lets_go() -> None:
    """An attempt that was given up lets go of nothing; a known end does, whoever held."""
    holds = Holds().with_(a_hold("a", grip="2"))
    assert holds.without("a", "1") == holds
    assert holds.without("b", "2") == holds
    assert holds.without("a", "2") == Holds()
    assert holds.without("a") == Holds()


def test_what_is_in_the_books_is_not_counted_twice() -> None:
    """A hold counts until the books show its effect, in its own direction and currency."""
    foreign = Hold(effect_id="d", amount=jpy(7), payout=True)
    held = (a_hold("a", 100), a_hold("b", 30), a_hold("c", 5, payout=False), foreign)
    books = a_record(a_refund(100, effect_id="a"))
    assert unseen(held, books, payout=True) == cny(30)
    assert unseen(held, books, payout=False) == cny(5)


def test_what_others_hold_is_not_given_out() -> None:
    """An order fits only beside what others hold; each direction has its own room."""
    out = (a_hold("x", PRICE - 50),)
    assert objection(an_order(minor=50), a_record(), out) == ""
    assert objection(an_order(minor=51), a_record(), out) == "over_captured"
    books = a_record(a_refund(900))
    debit = an_order(remedy=Remedy.DEBIT_ADJUSTMENT, minor=900)
    assert objection(debit, books, out) == ""
    back = (a_hold("y", 1, payout=False),)
    assert objection(debit, books, back) == "over_recovered"


@dataclass
class Books:
    """A sale at an acquirer that accepts every order, once per id, and the holds on it."""

    refunds: list[Refund] = field(default_factory=list)
    holds: Holds = field(default_factory=Holds)
    queue: list[EffectOrder] = field(default_factory=list)
    """Sent, and not carried out yet."""

    @property
    def record(self) -> Record:
        return a_record(*self.refunds)

    def there(self, order: EffectOrder) -> bool:
        return any(r.effect_id == order.effect_id for r in self.refunds)

    def carry_out(self, order: EffectOrder) -> None:
        if not self.there(order):
            direction = "credit" if order.remedy in PAYOUTS else "debit"
            status, name = RefundStatus.PENDING, order.effect_id
            refund = a_refund(order.amount.minor, status, effect_id=name, direction=direction)
            self.refunds.append(refund)

    def out(self) -> int:
        """What would be out if every debit on its way failed."""
        alive = (RefundStatus.PENDING, RefundStatus.POSTED)
        given = sum(
            r.amount.minor for r in self.refunds if r.direction == "credit" and r.status in alive
        )
        back = sum(
            r.amount.minor
            for r in self.refunds
            if r.direction == "debit" and r.status is RefundStatus.POSTED
        )
        return given - back


@dataclass
class Attempt:
    """One order on its way through the door, a step at a time, as another may come between
    any two. Its call may be carried out late, it may die at any step, and then another attempt
    begins; the acquirer may be away when its books are to be read."""

    order: EffectOrder
    late: bool
    grip: int = 1
    step: str = "look"
    others: tuple[Hold, ...] = ()
    again: bool = False
    seen: Record | None = None

    def go(self, books: Books, *, away: bool = False) -> None:
        order = self.order
        if self.step == "look":
            self.step = "done" if books.there(order) else "take"
            if self.step == "done":
                books.holds = books.holds.without(order.effect_id)
        elif self.step == "take":
            grip, payout = str(self.grip), order.remedy in PAYOUTS
            self.again = books.holds.had_by(order.effect_id, grip)
            books.holds = books.holds.with_(
                Hold(effect_id=order.effect_id, amount=order.amount, payout=payout, grip=grip)
            )
            self.others = books.holds.before(order.effect_id)
            self.step = "read"
        elif self.step == "read" and away:
            self._give_up(books)
        elif self.step == "read":
            self.seen = books.record
            self.step = "ask"
        elif self.step == "ask" and self.seen is not None:
            self._ask(books, self.seen)
        elif self.step == "let_go":
            books.holds = books.holds.without(order.effect_id, str(self.grip))
            self.step = "done"

    def die(self) -> None:
        if self.step != "done":
            self.grip += 1
            self.step, self.seen, self.others = "look", None, ()

    def _ask(self, books: Books, seen: Record) -> None:
        if objection(self.order, seen, self.others):
            self._give_up(books)
        elif self.late:
            # Whoever asked has given up: unknown keeps its hold, and is looked up.
            books.queue.append(self.order)
            self.die()
        else:
            books.carry_out(self.order)
            self.step = "let_go"

    def _give_up(self, books: Books) -> None:
        if not self.again:
            books.holds = books.holds.without(self.order.effect_id, str(self.grip))
        self.die()


MOVES = (*("go",) * 6, "die", "away", "land", "end")


@settings(max_examples=400)
@given(
    st.lists(
        st.tuples(
            st.sampled_from((Remedy.REFUND, Remedy.CREDIT_ADJUSTMENT, Remedy.DEBIT_ADJUSTMENT)),
            st.sampled_from((1, PRICE // 2, PRICE // 2 + 1, PRICE - 1, PRICE)),
            st.booleans(),
        ),
        min_size=2,
        max_size=4,
    ),
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(MOVES)),
        min_size=12,
        max_size=60,
    ),
    st.sampled_from((RefundStatus.POSTED, RefundStatus.FAILED, RefundStatus.RETURNED)),
)
def test_never_over_captured_however_they_interleave(
    asked: list[tuple[Remedy, int, bool]], moves: list[tuple[int, str]], end: RefundStatus
) -> None:
    """With an acquirer that accepts everything, orders of any size and direction that go, die, come
    late and begin again in any order never give out more than was captured, whatever becomes of
    what was accepted."""
    books = Books()
    attempts = [
        Attempt(an_order(f"e{number}", remedy, minor), lost)
        for number, (remedy, minor, lost) in enumerate(asked)
    ]
    for who, what in moves:
        attempt = attempts[who % len(attempts)]
        if what in ("go", "away"):
            attempt.go(books, away=what == "away")
        elif what == "land" and books.queue:
            books.carry_out(books.queue.pop(who % len(books.queue)))
        elif what == "die":
            attempt.die()
        elif books.refunds:
            place = who % len(books.refunds)
            if books.refunds[place].status is RefundStatus.PENDING:
                books.refunds[place] = books.refunds[place].model_copy(update={"status": end})
        assert books.out() <= PRICE

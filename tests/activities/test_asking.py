"""An acquirer that keeps no ids is asked once, through every interleaving we can think of."""

import dataclasses
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.acquirer import AcquirerDoor
from activities.asking import LISTED, UNDER_WAY, CorrectionCall, in_this_run
from activities.errors import AWAY
from activities.follow_ups import EffectRef, FollowUps
from recourse.acquirers.holding import HoldNotHad, HoldsInMemory
from recourse.disputes.effects import AnswerKind, EffectAnswer, EffectOrder, Requested
from tests.acquirers.conftest import a_sale
from tests.acquirers.forgetful import Forgetful, Manner, a_forgetful, an_order_of

FINAL_AFTER = 60
ORDER = EffectOrder.model_validate(an_order_of(a_sale()).model_dump())
RUN = "first-run"


@dataclass
class Worker:
    """A worker as Temporal sees it: attempts, what they left behind, and the time."""

    peer: Forgetful
    door: AcquirerDoor
    follow_ups: FollowUps
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    left: list[Any] = field(default_factory=list)
    """What the last attempt wrote down before it ended."""

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    async def attempt(
        self,
        number: int = 1,
        *,
        asked: datetime | None = None,
        run: str = RUN,
        first_run: str = RUN,
        held_up: float = 0,
    ) -> EffectAnswer:
        """One attempt of the activity, with what the attempt before it left."""
        environment = ActivityEnvironment()
        environment.info = dataclasses.replace(
            environment.info,
            attempt=number,
            heartbeat_details=list(self.left),
            workflow_run_id=run,
            started_time=self.now - timedelta(seconds=held_up),
            start_to_close_timeout=timedelta(seconds=40),
        )

        def keep(*details: Any) -> None:
            self.left = list(details)

        environment.on_heartbeat = keep
        call = CorrectionCall(acquirer="forgetful", order=ORDER, asked=asked, first_run=first_run)
        return await environment.run(self.door.request_correction, call)

    async def look(self, asked: datetime | None) -> EffectAnswer:
        ref = EffectRef(acquirer="forgetful", effect_id=ORDER.effect_id, asked=asked)
        return await ActivityEnvironment().run(self.follow_ups.follow_correction, ref)


@pytest.mark.parametrize(("first_run", "known"), [(RUN, True), ("", True), ("another", False)])
async def test_after_a_reset_nobody_knows_when_it_was_asked_for(
    first_run: str, known: bool
) -> None:
    """What a case remembers of when it asked is worth something only in the run that asked."""
    environment = ActivityEnvironment()
    environment.info = dataclasses.replace(environment.info, workflow_run_id=RUN)
    requested = Requested(since=datetime(2026, 11, 20, 9, tzinfo=UTC))
    heard = environment.run(in_this_run, requested, first_run)
    assert heard == (requested if known else None)


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    async with a_forgetful(a_sale(), FINAL_AFTER) as (peer, acquirer):
        door = AcquirerDoor({"forgetful": acquirer}, HoldsInMemory(), lambda: made.now)
        made = Worker(peer, door, FollowUps(door, None))  # type: ignore[arg-type]
        yield made


async def test_asked_once_and_answered(worker: Worker) -> None:
    """Without a fault it is asked for once and accepted."""
    assert (await worker.attempt()).kind is AnswerKind.ACCEPTED
    assert (worker.peer.received, worker.peer.payouts) == (1, 10000)


async def test_killed_after_sending(worker: Worker) -> None:
    """A worker that was killed after it had sent leaves no proof: the next attempt does not
    ask, however often it is made, and finds the payout once it is carried out."""
    worker.peer.manners.append(Manner.SLOWLY)
    await worker.attempt()  # its answer is lost with the worker
    for number in (2, 3):
        heard = await worker.attempt(number)
        assert (heard.kind, heard.reason) == (AnswerKind.UNKNOWN, UNDER_WAY)
    worker.peer.catch_up()
    assert (await worker.attempt(4)).kind is AnswerKind.ACCEPTED
    assert (worker.peer.received, worker.peer.payouts) == (1, 10000)


async def test_killed_before_sending(worker: Worker) -> None:
    """A worker that was killed before it had sent leaves no proof either: nothing is asked
    until the time is over in which it might have been."""
    asked = worker.now
    assert (await worker.attempt(2)).kind is AnswerKind.UNKNOWN
    worker.later(FINAL_AFTER)
    assert (await worker.attempt(1, asked=asked)).kind is AnswerKind.ACCEPTED
    assert (worker.peer.received, worker.peer.payouts) == (1, 10000)


@pytest.mark.parametrize("before", ["unreachable", "patience", "unreadable"])
async def test_proof_that_nothing_was_sent(worker: Worker, before: str) -> None:
    """An attempt that certainly sent nothing says so, and the next one asks at once."""
    if before == "patience":
        worker.peer.manners.append(Manner.PATIENCE)
    elif before == "unreadable":
        worker.peer.down = 1
    else:
        acquirer: Any = worker.door.named("forgetful")
        acquirer._http.base_url, here = "http://127.0.0.1:9", acquirer._http.base_url
    with pytest.raises(ApplicationError):
        await worker.attempt()
    if before == "unreachable":
        acquirer._http.base_url = here
    assert worker.left == ["nothing_sent", 1]
    assert (await worker.attempt(2)).kind is AnswerKind.ACCEPTED
    assert worker.peer.payouts == 10000


async def test_a_proof_holds_for_the_next_attempt_alone(worker: Worker) -> None:
    """What the first attempt proved says nothing of the second, which was killed: the third
    does not ask."""
    worker.peer.manners += [Manner.PATIENCE, Manner.SLOWLY]
    with pytest.raises(ApplicationError):
        await worker.attempt()
    proof = worker.left
    await worker.attempt(2)
    worker.left = proof
    assert (await worker.attempt(3)).kind is AnswerKind.UNKNOWN
    worker.peer.catch_up()
    assert (worker.peer.received, worker.peer.payouts) == (2, 10000)


async def test_no_proof_after_an_attempt_without_one(worker: Worker) -> None:
    """An attempt that follows one which may have sent proves nothing by sending nothing."""
    worker.peer.manners.append(Manner.SLOWLY)
    await worker.attempt()
    worker.peer.down = 1
    with pytest.raises(ApplicationError):
        await worker.attempt(2)
    assert worker.left == []
    assert (await worker.attempt(3)).kind is AnswerKind.UNKNOWN
    worker.peer.catch_up()
    assert worker.peer.payouts == 10000


async def test_slow_after_we_gave_up(worker: Worker) -> None:
    """A request that is carried out long after we stopped listening is found, and "never seen"
    is no answer before that: neither a query nor a new activity asks again."""
    worker.peer.manners.append(Manner.SLOWLY)
    assert (await worker.attempt()).kind is AnswerKind.UNKNOWN
    asked = worker.now
    worker.later(FINAL_AFTER - 1)
    looked = await worker.look(asked)
    assert (looked.kind, looked.reason) == (AnswerKind.UNKNOWN, UNDER_WAY)
    assert (await worker.attempt(1, asked=asked)).kind is AnswerKind.UNKNOWN
    worker.peer.catch_up()
    assert (await worker.look(asked)).kind is AnswerKind.ACCEPTED
    assert (worker.peer.received, worker.peer.payouts) == (1, 10000)


async def test_lost_for_good(worker: Worker) -> None:
    """Once the time is over in which a lost request could come, "never seen" is final, and the
    same order is asked for again under the same id."""
    worker.peer.manners.append(Manner.LOST)
    assert (await worker.attempt()).kind is AnswerKind.UNKNOWN
    asked = worker.now
    worker.later(FINAL_AFTER)
    assert (await worker.look(asked)).kind is AnswerKind.ABSENT
    assert (await worker.attempt(1, asked=asked)).kind is AnswerKind.ACCEPTED
    assert (worker.peer.received, worker.peer.payouts) == (2, 10000)


async def test_tried_again_by_a_person(worker: Worker) -> None:
    """A person who tries again starts another activity: what the one before it may have sent
    until it ended counts from then."""
    worker.peer.manners.append(Manner.SLOWLY)
    await worker.attempt()
    assert (await worker.attempt(1, asked=worker.now)).kind is AnswerKind.UNKNOWN
    worker.peer.catch_up()
    assert (await worker.attempt(1, asked=worker.now)).kind is AnswerKind.ACCEPTED
    assert (worker.peer.received, worker.peer.payouts) == (1, 10000)


async def test_after_a_reset(worker: Worker) -> None:
    """A case that was reset to before it asked does not know what the run before has sent: it
    asks nothing until it has waited as after a request of its own."""
    worker.peer.manners.append(Manner.SLOWLY)
    await worker.attempt()
    assert (await worker.attempt(run="reset-run")).kind is AnswerKind.UNKNOWN
    asked = worker.now
    worker.later(FINAL_AFTER)
    worker.peer.catch_up()
    heard = await worker.attempt(run="reset-run", asked=asked)
    assert heard.kind is AnswerKind.ACCEPTED
    assert (worker.peer.received, worker.peer.payouts) == (1, 10000)


@pytest.mark.parametrize("held_up", [101, 3600])
async def test_an_attempt_that_was_held_up_sends_nothing(worker: Worker, held_up: int) -> None:
    """A worker that was frozen past its attempt's time wakes beside the next attempt: it sends
    nothing."""
    with pytest.raises(ApplicationError):
        await worker.attempt(held_up=held_up)
    assert worker.peer.received == 0


class NeverLetsGo(HoldsInMemory):
    """A keeper of holds that takes and does not answer any more."""

    async def release(self, acquirer: str, sale: str, effect_id: str, grip: str = "") -> None:
        raise HoldNotHad("it does not answer")


async def test_a_hold_that_is_not_let_go_is_no_proof(worker: Worker) -> None:
    """The acquirer has taken the order and the keeper of holds is away: that is not taken for a
    proof that nothing was sent, however late the acquirer lists it."""
    worker.door._holds = NeverLetsGo()
    worker.peer.manners.append(Manner.LISTED_LATE)
    with pytest.raises(ApplicationError) as raised:
        await worker.attempt()
    assert raised.value.type == AWAY
    assert worker.left == []
    worker.door._holds = HoldsInMemory()
    heard = await worker.attempt(2)
    assert (heard.kind, heard.reason) == (AnswerKind.UNKNOWN, UNDER_WAY)
    assert worker.peer.received == 1


async def test_frozen_in_the_middle(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when it was frozen between reading the books and sending."""
    moments = iter((worker.now, worker.now + timedelta(seconds=40)))
    monkeypatch.setattr("activities.asking.wall_clock", lambda: next(moments))
    with pytest.raises(ApplicationError):
        await worker.attempt()
    assert worker.peer.received == 0


async def test_the_sales_own_list_counts(worker: Worker) -> None:
    """What the sale lists as ours is not asked for again, although a look-up by its id finds
    nothing: it is followed."""
    await worker.attempt()
    worker.peer.hides_ids = True
    worker.later(FINAL_AFTER)
    heard = await worker.attempt(1, asked=worker.now - timedelta(seconds=FINAL_AFTER))
    assert (heard.kind, heard.reason) == (AnswerKind.UNKNOWN, LISTED)
    assert (worker.peer.received, worker.peer.payouts) == (1, 10000)

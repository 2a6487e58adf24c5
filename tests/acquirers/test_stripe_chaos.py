"""Stripe's adapter against ``localstripe``, which ignores idempotency keys and gives back more
than was taken, behind a network that loses and delays calls: nothing is paid twice or lost."""

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from recourse.acquirers.errors import AcquirerUnavailable
from recourse.acquirers.stripe.adapter import StripeAcquirer
from recourse.disputes.effects import AnswerKind, EffectAnswer, EffectOrder, Remedy
from recourse.disputes.records import SaleQuery
from tests.acquirers.conftest import an_order, cny
from tests.peers.chaos_proxy import ChaosProxy, Trouble, through
from tests.peers.localstripe import API_KEY, LocalStripe, localstripe
from tests.telling import Tell
from worker.home import free_port

CORRECTIONS = 200
"""Of one round, each against books of its own: the peer writes all of them at every change."""
ROUNDS = int(os.environ.get("RECOURSE_STRIPE_ROUNDS", "1"))
TIME_OUT = 0.4
LATE = 0.7
"""Seconds: after the caller has given up, and before absence is final."""
FINAL_AFTER = 1
AT_ONCE = 20
TROUBLED = 0.5
"""The share of calls for money that something befalls."""

REPEATED = 0.3
"""The share of corrections that somebody asks for again although they are done: an attempt
that was believed dead, a case that was reset."""


@dataclass
class Account:
    peer: LocalStripe
    proxy: ChaosProxy
    stripe: StripeAcquirer


@pytest.fixture
async def account(tmp_path: Path) -> AsyncIterator[Account]:
    async with localstripe(free_port(), tmp_path) as peer:
        proxy = ChaosProxy(f"http://127.0.0.1:{peer.port}", LATE)
        async with through(proxy, free_port()) as url:
            stripe = StripeAcquirer(
                "stripe",
                API_KEY,
                base_url=url,
                timeout=TIME_OUT,
                absent_is_final_after=FINAL_AFTER,
            )
            yield Account(peer, proxy, stripe)
            await stripe.aclose()


def refund_order(effect_id: str, sale: str, minor: int) -> EffectOrder:
    return an_order(effect_id, minor, sale=sale)


async def brought_home(stripe: StripeAcquirer, order: EffectOrder) -> EffectAnswer:
    """The rule of a correction: unknown is queried, and what was never seen is asked for again
    only when it can no longer be carried out."""
    while True:
        try:
            answer = await stripe.request_effect(order)
        except AcquirerUnavailable:
            await asyncio.sleep(0.05)
            continue
        asked = time.monotonic()
        while answer.kind in (AnswerKind.UNKNOWN, AnswerKind.ABSENT):
            final = time.monotonic() - asked >= stripe.capabilities.absent_is_final_after
            if answer.kind is AnswerKind.ABSENT and final:
                break
            await asyncio.sleep(0.1)
            try:
                answer = await stripe.effect(order.effect_id, order.sale)
            except AcquirerUnavailable:
                continue
        else:
            return answer


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(ROUNDS))
async def test_nothing_is_paid_twice_or_lost(seed: int, account: Account, tell: Tell) -> None:
    """Corrections under random faults, with the server started anew in between: each is paid
    once, none is lost, and no charge gives more than it took."""
    dice = random.Random(seed)
    owed: dict[str, tuple[int, list[int]]] = {}
    count = 0
    while count < CORRECTIONS:
        minor = dice.randint(500, 30_000)
        parts = [minor // 2, minor - minor // 2] if dice.random() < 0.3 else [minor]
        owed[await account.peer.charge(minor)] = (minor, parts)
        count += len(parts)
    gate = asyncio.Semaphore(AT_ONCE)

    async def corrected(sale: str, parts: list[int]) -> None:
        async with gate:
            for number, part in enumerate(parts, 1):
                if dice.random() < TROUBLED:
                    account.proxy.troubles.append(dice.choice(list(Trouble)))
                order = refund_order(f"case-{sale}:refund:{number}", sale, part)
                answer = await brought_home(account.stripe, order)
                assert answer.kind is AnswerKind.SUCCEEDED, answer
                if dice.random() < REPEATED:
                    again = await brought_home(account.stripe, order)
                    assert again.reference == answer.reference

    async def started_anew() -> None:
        for _ in range(3):
            await asyncio.sleep(0.5)
            await account.peer.stop()
            await account.peer.start()

    async with asyncio.TaskGroup() as group:
        for sale, (_, parts) in owed.items():
            group.create_task(corrected(sale, parts))
        group.create_task(started_anew())
    await asyncio.gather(*account.proxy.late, return_exceptions=True)

    books = {sale: await account.peer.given(sale) for sale in owed}
    double = [s for s, given in books.items() if len(given) > len(owed[s][1])]
    lost = [s for s, given in books.items() if sum(given) < owed[s][0]]
    over = [s for s, given in books.items() if sum(given) > owed[s][0]]
    tell(
        f"stripe: {count} corrections, {sum(map(len, books.values()))} payouts; "
        f"{len(double)} double, {len(lost)} lost, {len(over)} over captured; "
        f"3 restarts, {dict(account.proxy.befallen)}"
    )
    assert (double, lost, over) == ([], [], [])
    assert set(account.proxy.befallen) == {trouble.value for trouble in Trouble}


async def test_the_same_effect_twice_is_one_refund(account: Account) -> None:
    """Asked for at once and again, an effect is one refund, although the server keeps no keys."""
    sale = await account.peer.charge(10_000)
    order = refund_order("case-1:refund:1", sale, 4_000)
    answers = await asyncio.gather(*(account.stripe.request_effect(order) for _ in range(5)))
    assert {answer.reference for answer in answers} == {answers[0].reference}
    assert await account.peer.given(sale) == [4_000]


async def test_more_than_was_taken_is_refused(account: Account) -> None:
    """The guard is ours: the server would give it. Over several pages of refunds as well."""
    sale = await account.peer.charge(10_500)
    for _ in range(105):
        await account.peer.http.post("/refunds", data={"charge": sale, "amount": "99"})
    room = 10_500 - 105 * 99
    over = await account.stripe.request_effect(refund_order("case-1:refund:1", sale, room + 1))
    assert (over.kind, over.reason) == (AnswerKind.FAILED, "over_refund")
    last = await account.stripe.request_effect(refund_order("case-1:refund:2", sale, room))
    assert last.kind is AnswerKind.SUCCEEDED
    assert sum(await account.peer.given(sale)) == 10_500
    assert len(await account.stripe.refunds(sale)) == 106


async def test_a_late_commit_is_absent_first(account: Account) -> None:
    """What the server sees after we gave up is unknown, then absent, then there: absence counts
    only after its time."""
    sale = await account.peer.charge(5_000)
    order = refund_order("case-1:refund:1", sale, 5_000)
    account.proxy.troubles.append(Trouble.LATE)
    assert (await account.stripe.request_effect(order)).kind is AnswerKind.UNKNOWN
    assert (await account.stripe.effect(order.effect_id, sale)).kind is AnswerKind.ABSENT
    await asyncio.sleep(LATE)
    assert (await account.stripe.effect(order.effect_id, sale)).kind is AnswerKind.SUCCEEDED


async def test_what_was_not_captured_is_canceled(account: Account) -> None:
    """A reversal of an authorisation cancels its payment intent, once, and is found again, also
    after another has come too late."""
    intent = await account.peer.intent(7_000)
    sale = await account.stripe.sale(str(intent["id"]))
    assert sale is not None
    assert (sale.status, sale.captured) == ("in_doubt", cny(0))
    order = an_order("case-1:reversal:1", 7_000, sale=sale.reference, remedy=Remedy.REVERSAL)
    for _ in range(2):
        answer = await account.stripe.request_effect(order)
        assert (answer.kind, answer.reference) == (AnswerKind.SUCCEEDED, intent["id"])
    second = order.model_copy(update={"effect_id": "case-2:reversal:1"})
    assert (await account.stripe.request_effect(second)).reason == "already_reversed"
    assert (await account.stripe.effect(second.effect_id, sale.reference)).kind is AnswerKind.ABSENT
    found = await account.stripe.effect("case-1:reversal:1", sale.reference)
    assert found.kind is AnswerKind.SUCCEEDED


async def test_a_sale_is_found_by_what_is_known(account: Account) -> None:
    """By its intent, by the till's number in its metadata, by its amount and time."""
    sale = await account.peer.charge(12_345, **{"metadata[order]": "536365"})
    await account.peer.charge(12_346)
    known = await account.stripe.sale(sale)
    assert known is not None
    assert known.captured == cny(12_345)
    for query in (
        SaleQuery(reference=sale),
        SaleQuery(reference="536365"),
        SaleQuery(amount=cny(12_345), since=known.at, until=known.at),
    ):
        assert [found.reference for found in await account.stripe.find_sales(query)] == [sale]
    assert await account.stripe.sale("ch_nowhere") is None
    assert await account.stripe.find_sales(SaleQuery(reference="no-such")) == ()

"""Arranging, counting and guarding the simulator."""

from datetime import timedelta

import httpx2
import pytest

from recourse.acquirers.errors import AcquirerMisconfigured
from recourse.acquirers.rest import RestAcquirer
from recourse.acquirers.simulator.admin import SimulatorAdmin, SimulatorRefused
from recourse.acquirers.simulator.clock import Clock
from recourse.acquirers.simulator.faults import Fault, FaultAction
from recourse.acquirers.simulator.ledger import Ledger
from recourse.acquirers.simulator.lifecycle import Step
from recourse.acquirers.simulator.refunds import TillRefund
from recourse.acquirers.simulator.requests import Answer, Programme
from recourse.acquirers.simulator.server import Tokens, create_app
from recourse.disputes.effects import AnswerKind, Remedy, RequestKind, RequestOrder
from recourse.disputes.records import Chargeback, ChargebackStatus, Refund, RefundStatus
from tests.acquirers.conftest import START, TOKENS, Simulated, an_order, cny


def a_till_refund(**fields: object) -> Refund:
    return Refund.model_validate(
        {
            "reference": "TILL-1",
            "sale": "536365",
            "amount": cny(100000),
            "at": START - timedelta(hours=1),
            "status": RefundStatus.POSTED,
            **fields,
        }
    )


async def test_a_till_can_refund_too_much_and_it_is_recovered(simulated: Simulated) -> None:
    """A refund made at the till passes every guard, blocks more, and can be debited back."""
    refund = await simulated.admin.put_refund(a_till_refund())
    assert (refund.effect_id, len(refund.arn)) == ("", 23)
    assert await simulated.acquirer.refunds("536365") == (refund,)
    more = await simulated.acquirer.request_effect(an_order("case-1.1", 1))
    assert more.reason == "over_refund"
    debit = an_order("case-1.2", 90000, remedy=Remedy.DEBIT_ADJUSTMENT)
    assert (await simulated.acquirer.request_effect(debit)).kind is AnswerKind.ACCEPTED
    early = await simulated.acquirer.request_effect(an_order("case-1.3", 1))
    assert early.reason == "over_refund"
    simulated.wall.move(days=3)
    late = await simulated.acquirer.request_effect(an_order("case-1.4", 3912))
    assert late.kind is AnswerKind.ACCEPTED
    beyond = await simulated.acquirer.request_effect(an_order("case-1.5", 1))
    assert beyond.reason == "over_refund"


async def test_a_till_refund_goes_on_as_told(simulated: Simulated) -> None:
    """A refund made at the till stays as it is, or takes the steps it was given."""
    stuck = a_till_refund(reference="TILL-2", amount=cny(10), status=RefundStatus.PENDING)
    back = Step(at=START + timedelta(days=5), status=RefundStatus.RETURNED, reason="closed")
    await simulated.admin.put_refund(stuck)
    await simulated.admin.put_refund(
        TillRefund(refund=a_till_refund(posted_at=START), then=(back,))
    )
    simulated.wall.move(days=5)
    by_reference = {r.reference: r for r in await simulated.acquirer.refunds("536365")}
    assert by_reference["TILL-2"].status is RefundStatus.PENDING
    returned = by_reference["TILL-1"]
    assert (returned.status, returned.reason) == (RefundStatus.RETURNED, "closed")
    assert returned.posted_at == START


async def test_the_newest_programme_that_matches_answers(simulated: Simulated) -> None:
    """A request is answered by the newest programme that matches it when it is opened."""
    for programme in (
        Programme(answer=Answer(after_days=1, finding="rejected", detail="general")),
        Programme(
            kind=RequestKind.INQUIRY,
            sale="536365",
            answer=Answer(after_days=4, detail="found", amount=cny(7)),
        ),
        Programme(sale="other", answer=Answer(after_days=None)),
    ):
        await simulated.admin.add_programme(programme)
    for effect_id, kind in (("case-1.1", RequestKind.INQUIRY), ("case-1.2", RequestKind.DISPUTE)):
        order = RequestOrder(effect_id=effect_id, kind=kind, sale="536365", amount=cny(9))
        await simulated.acquirer.open_request(order)
    simulated.wall.move(days=1)
    assert (await simulated.acquirer.request("case-1.1")).state == "open"
    dispute = await simulated.acquirer.request("case-1.2")
    assert (dispute.finding, dispute.detail, dispute.amount) == ("rejected", "general", cny(9))
    simulated.wall.move(days=3)
    inquiry = await simulated.acquirer.request("case-1.1")
    assert (inquiry.finding, inquiry.detail, inquiry.amount) == ("upheld", "found", cny(7))


async def test_what_was_answered_stays_answered(simulated: Simulated) -> None:
    """An open request can be given another answer; one that has its answer cannot."""
    order = RequestOrder(effect_id="case-1.1", kind=RequestKind.INQUIRY, sale="536365")
    await simulated.acquirer.open_request(order)
    await simulated.admin.set_answer("case-1.1", Answer(after_days=1, finding="rejected"))
    simulated.wall.move(days=1)
    assert (await simulated.acquirer.request("case-1.1")).finding == "rejected"
    with pytest.raises(SimulatorRefused, match="409"):
        await simulated.admin.set_answer("case-1.1", Answer())


async def test_an_inquiry_about_no_sale_finds_no_record(simulated: Simulated) -> None:
    """A request about a sale that is not in the books is answered with no_record."""
    order = RequestOrder(
        effect_id="case-1.1", kind=RequestKind.INQUIRY, sale="nothing", amount=cny(9)
    )
    await simulated.acquirer.open_request(order)
    simulated.wall.move(days=2)
    answered = await simulated.acquirer.request("case-1.1")
    assert (answered.finding, answered.amount) == ("no_record", None)


async def test_everything_asked_is_counted(simulated: Simulated) -> None:
    """Calls are counted by route, effects by sale, and repetitions by effect id."""
    before = (await simulated.admin.counters()).requests.get("request_effect", 0)
    for order in (an_order("case-1.1", 1), an_order("case-1.1", 1), an_order("case-1.2", 99999)):
        await simulated.acquirer.request_effect(order)
    counters = await simulated.admin.counters()
    assert counters.requests["request_effect"] - before == 3
    assert counters.effects == {"536365": 1}
    assert counters.asked == {"case-1.1": 2, "case-1.2": 1}


async def test_totals_count_posted_money_only(simulated: Simulated) -> None:
    """Money is in the totals from the moment it is posted, and not before."""
    await simulated.acquirer.request_effect(an_order("case-1.1", 500))
    debit = an_order("case-1.2", 200, remedy=Remedy.DEBIT_ADJUSTMENT)
    await simulated.acquirer.request_effect(debit)
    totals = (await simulated.admin.totals())["536365"]
    assert (totals.credited, totals.debited, totals.pending) == (cny(0), cny(0), cny(500))
    simulated.wall.move(days=3)
    totals = (await simulated.admin.totals())["536365"]
    assert (totals.credited, totals.debited, totals.pending) == (cny(500), cny(200), cny(0))
    assert totals.captured == cny(13912)
    assert await simulated.admin.now() == START + timedelta(days=3)


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (an_order(sale="none"), "sale_unknown"),
        (an_order(amount={"minor": 1, "currency": "EUR"}), "currency_mismatch"),
        (an_order(minor=0), "amount_invalid"),
        (an_order(minor=-5), "amount_invalid"),
        (an_order(card_last4="1881"), "card_mismatch"),
        (an_order(minor=13911, remedy=Remedy.REVERSAL), "amount_mismatch"),
        (an_order(remedy=Remedy.NONE), "remedy_unsupported"),
    ],
)
async def test_what_no_acquirer_would_do_is_refused(
    simulated: Simulated, order: object, code: str
) -> None:
    """An order against the books is refused with a code that says why."""
    assert isinstance(order, type(an_order()))
    answer = await simulated.acquirer.request_effect(order)
    assert (answer.kind, answer.reason) == (AnswerKind.FAILED, code)
    assert await simulated.acquirer.refunds("536365") == ()


async def test_a_sale_with_refunds_is_not_reversed(simulated: Simulated) -> None:
    """A reversal after a refund would give the money back twice, and is refused."""
    await simulated.acquirer.request_effect(an_order("case-1.1", 1))
    reversal = an_order("case-1.2", 13912, remedy=Remedy.REVERSAL)
    assert (await simulated.acquirer.request_effect(reversal)).reason == "refunds_exist"


async def test_each_door_has_its_own_key(simulated: Simulated) -> None:
    """The token of one side opens nothing on the other."""
    for token in (TOKENS.admin, "wrong"):
        stranger = RestAcquirer("stranger", simulated.url, token)
        with pytest.raises(AcquirerMisconfigured):
            await stranger.sale("536365")
        with pytest.raises(AcquirerMisconfigured):
            await stranger.request_effect(an_order())
        await stranger.aclose()
    async with SimulatorAdmin(simulated.url, TOKENS.public) as intruder:
        with pytest.raises(SimulatorRefused, match="401"):
            await intruder.totals()
    assert TOKENS.public not in repr(TOKENS)


@pytest.mark.parametrize("given", ["Bearer", "Bearer x", "Basic eDp4", ""])
async def test_a_simulator_without_a_token_lets_nobody_in(given: str) -> None:
    """An empty token in the settings closes the door; it does not open it."""
    ledger = Ledger(":memory:")
    app = create_app(ledger, Clock(), Tokens(public="", admin=""))
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://simulator") as client:
        for path in ("/v1/sales/1", "/admin/totals"):
            response = await client.get(path, headers={"Authorization": given})
            assert response.status_code == 401
    ledger.close()


@pytest.mark.parametrize(
    ("method", "path", "extra", "status", "code"),
    [
        ("GET", "/v1/nothing", {}, 404, "not_found"),
        ("DELETE", "/v1/effects", {}, 405, "not_found"),
        ("POST", "/v1/sales/search", {"json": {"refrence": "1"}}, 400, "invalid_request"),
        ("POST", "/v1/sales/search", {"content": b"{"}, 400, "invalid_request"),
        ("POST", "/v1/effects", {"json": {}}, 400, "invalid_request"),
        (
            "POST",
            "/v1/effects",
            {
                "json": an_order().model_dump(mode="json"),
                "headers": {"Idempotency-Key": "case-1.2"},
            },
            400,
            "idempotency_key_mismatch",
        ),
    ],
)
async def test_every_error_has_the_body_of_the_contract(
    simulated: Simulated, method: str, path: str, extra: dict[str, object], status: int, code: str
) -> None:
    """Whatever goes wrong, the body is a code and a message."""
    bearer = {"Authorization": f"Bearer {TOKENS.public}"}
    async with httpx2.AsyncClient(base_url=simulated.url, headers=bearer) as client:
        response = await client.request(method, path, **extra)  # type: ignore[arg-type]
    assert response.status_code == status
    assert response.json()["code"] == code
    assert response.json()["message"]


async def test_a_chargeback_is_told_and_leaves_less_to_refund(simulated: Simulated) -> None:
    """A chargeback put over the admin API is listed, takes its part of what can be refunded
    until it is won, and a later word about it replaces the first."""
    taken = Chargeback(
        reference="CB-1", sale="536365", amount=cny(5000), at=START, reason="visa/13.6"
    )
    await simulated.admin.put_chargeback(taken)
    assert await simulated.acquirer.chargebacks("536365") == (taken,)
    refused = await simulated.acquirer.request_effect(an_order("case-1.1", 8913))
    assert refused.reason == "over_refund"
    won = taken.model_copy(update={"status": ChargebackStatus.WON})
    await simulated.admin.put_chargeback(won)
    assert await simulated.acquirer.chargebacks("536365") == (won,)
    given = await simulated.acquirer.request_effect(an_order("case-1.2", 13912))
    assert given.kind is AnswerKind.ACCEPTED


async def test_a_lenient_acquirer_gives_out_too_much(simulated: Simulated) -> None:
    """Told to be lenient, it accepts a refund beyond what was captured, and no other error."""
    lenient = Fault(action=FaultAction.LENIENT, times=2)
    await simulated.admin.add_fault(lenient)
    other = await simulated.acquirer.request_effect(an_order("case-1.1", 1, sale="999"))
    assert other.reason == "sale_unknown"
    for ordinal in (2, 3):
        given = await simulated.acquirer.request_effect(an_order(f"case-1.{ordinal}", 13912))
        assert given.kind is AnswerKind.ACCEPTED
    assert len(await simulated.acquirer.refunds("536365")) == 2
    await simulated.admin.clear_faults()
    assert (await simulated.acquirer.request_effect(an_order("c", 1))).reason == "over_refund"

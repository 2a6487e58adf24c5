"""What the rest adapter makes of replies no honest acquirer gives."""

import httpx2
import pytest

from recourse.acquirers.errors import AcquirerMisconfigured, AcquirerRejected
from recourse.acquirers.rest import RestAcquirer
from recourse.disputes.effects import AnswerKind, RequestKind, RequestOrder
from recourse.disputes.records import SaleQuery
from tests.acquirers.conftest import an_order, cny

ANOTHER = {
    "effect_id": "case-7.7",
    "remedy": "refund",
    "sale": "536365",
    "amount": {"minor": 1, "currency": "CNY"},
    "state": "posted",
}


def answering(status: int, **reply: object) -> RestAcquirer:
    def answer(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(status, **reply)  # type: ignore[arg-type]

    return RestAcquirer("odd", "http://acquirer", "token", transport=httpx2.MockTransport(answer))


@pytest.mark.parametrize(
    ("status", "reply", "reason"),
    [
        (201, {"content": b"<html>thank you</html>"}, "unreadable"),
        (201, {"json": {"ok": True}}, "unreadable"),
        (201, {"json": ANOTHER}, "unreadable"),
        (201, {"json": {**ANOTHER, "effect_id": "case-1.1", "state": "new"}}, "unreadable"),
        (202, {"json": {}}, "http_202"),
        (302, {"headers": {"Location": "http://elsewhere"}}, "http_302"),
        (404, {"content": b"<html>nginx</html>"}, "http_404"),
        (422, {"json": {"detail": "?"}}, "http_422"),
    ],
)
async def test_an_unreadable_reply_to_an_order_is_unknown(
    status: int, reply: dict[str, object], reason: str
) -> None:
    """A reply to an order that cannot be read, or is about another effect, is unknown."""
    answer = await answering(status, **reply).request_effect(an_order())
    assert (answer.kind, answer.reason) == (AnswerKind.UNKNOWN, reason)
    inquiry = RequestOrder(effect_id="case-1.1", kind=RequestKind.INQUIRY, sale="536365")
    assert (await answering(status, **reply).open_request(inquiry)).kind is AnswerKind.UNKNOWN


@pytest.mark.parametrize(
    ("status", "reply"),
    [
        (404, {"content": b"<html>nginx</html>"}),
        (404, {"json": {"code": "not_found", "message": "no such route"}}),
        (200, {"content": b"<html>welcome</html>"}),
        (200, {"json": ANOTHER}),
        (302, {"headers": {"Location": "http://elsewhere"}}),
    ],
)
async def test_only_the_acquirer_can_say_absent(status: int, reply: dict[str, object]) -> None:
    """A 404 that is not the contract's own proves nothing about an effect or a sale."""
    with pytest.raises(AcquirerRejected):
        await answering(status, **reply).effect("case-1.1")
    with pytest.raises(AcquirerRejected):
        await answering(status, **reply).sale("536365")
    with pytest.raises(AcquirerRejected):
        await answering(status, **reply).request("case-1.1")
    with pytest.raises(AcquirerRejected):
        await answering(status, **reply).find_sales(SaleQuery(amount=cny(1)))


@pytest.mark.parametrize("state", ["pending", "posted", "failed", "abnormal", "returned"])
async def test_only_a_refusal_may_be_sent_again(state: str) -> None:
    """An effect that was begun is never called retryable, whatever the acquirer says."""
    reply = {**ANOTHER, "effect_id": "case-1.1", "state": state, "retryable": True}
    answer = await answering(200, json=reply).effect("case-1.1")
    assert answer.status is not None
    assert (answer.status.value, answer.retryable) == (state, False)


@pytest.mark.parametrize("effect_id", ["", "with blank", "中文", "line\nbreak", "x" * 201])
async def test_an_effect_id_must_travel_in_a_header(effect_id: str) -> None:
    """An effect id that cannot travel unharmed is rejected before anything is sent."""
    with pytest.raises(AcquirerRejected, match="printable ASCII"):
        await answering(500).request_effect(an_order(effect_id))


async def test_an_address_that_is_none_is_a_setting_to_mend() -> None:
    """An address without a scheme raises AcquirerMisconfigured, for reads and orders."""
    acquirer = RestAcquirer("typo", "acquirer.example", "token")
    with pytest.raises(AcquirerMisconfigured):
        await acquirer.sale("536365")
    with pytest.raises(AcquirerMisconfigured):
        await acquirer.request_effect(an_order())
    await acquirer.aclose()


@pytest.mark.parametrize("token", ["", "two words", "line\n"])
def test_a_token_that_is_none_is_a_setting_to_mend(token: str) -> None:
    """A token that cannot travel raises AcquirerMisconfigured at once."""
    with pytest.raises(AcquirerMisconfigured):
        RestAcquirer("typo", "http://acquirer", token)

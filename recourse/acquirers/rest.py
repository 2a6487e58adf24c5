"""The ``rest`` adapter: an acquirer that speaks ``docs/acquirer-rest.openapi.json``.

Bodies are never logged. For an effect the one question is whether it may have been carried
out: only a connection that was never made, and an answer that says so, mean no.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar
from urllib.parse import quote

import httpx2
from pydantic import ValidationError

from recourse.acquirers import contract
from recourse.acquirers.contract import EffectState, ErrorBody, ErrorCode
from recourse.acquirers.errors import (
    AcquirerMisconfigured,
    AcquirerRejected,
    AcquirerUnavailable,
)
from recourse.acquirers.port import Capabilities
from recourse.disputes.effects import (
    AnswerKind,
    EffectAnswer,
    EffectOrder,
    RequestAnswer,
    Requested,
    RequestOrder,
)
from recourse.disputes.models import Value
from recourse.disputes.records import (
    Chargeback,
    Refund,
    RefundStatus,
    Sale,
    SaleQuery,
    Settlement,
    TerminalEvent,
)

DEFAULT_TIMEOUT = 10.0
"""Seconds for each of connect, write and read. A till waits 60 s for an acquirer; a case
need not: what is unknown is queried."""
MOST_CONNECTIONS = 100
KEEP_IDLE_CONNECTIONS = 2.0
"""Seconds. Shorter than servers keep them (5 s is common): an order on a connection that is
just being closed would end as unknown for nothing."""

_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
_KINDS = {
    EffectState.PENDING: AnswerKind.ACCEPTED,
    EffectState.NEEDS_ACTION: AnswerKind.ACCEPTED,
    EffectState.POSTED: AnswerKind.SUCCEEDED,
    EffectState.FAILED: AnswerKind.FAILED,
    EffectState.ABNORMAL: AnswerKind.FAILED,
    EffectState.RETURNED: AnswerKind.FAILED,
    EffectState.REFUSED: AnswerKind.FAILED,
}

V = TypeVar("V", bound=Value)


class _Unsure(Exception):
    """The request may have been carried out; ``why`` says what is missing."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class RestAcquirer:
    """One acquirer over HTTP. ``base_url`` is what stands before ``/v1``.

    Safe for concurrent use. Close it with ``aclose``. Raises AcquirerMisconfigured when the
    token cannot be one.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        token: str,
        timeout: float = DEFAULT_TIMEOUT,
        transport: httpx2.AsyncBaseTransport | None = None,
        capabilities: Capabilities | None = None,
    ) -> None:
        if not re.fullmatch(r"[!-~]+", token):
            raise AcquirerMisconfigured(f"{name}: the token is empty or holds blanks")
        self.name = name
        self.capabilities = capabilities or Capabilities()
        self._http = httpx2.AsyncClient(
            base_url=f"{base_url.rstrip('/')}/v1",
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            timeout=timeout,
            limits=httpx2.Limits(
                max_connections=MOST_CONNECTIONS, keepalive_expiry=KEEP_IDLE_CONNECTIONS
            ),
            transport=transport,
        )

    async def aclose(self) -> None:
        await self._http.aclose()

    async def find_sales(self, query: SaleQuery, limit: int = 20) -> tuple[Sale, ...]:
        """Sales that agree with everything the query states, newest first."""
        body = {**query.model_dump(mode="json"), "limit": min(limit, contract.MOST_SALES)}
        response = await self._read("POST", "/sales/search", json=body)
        return self._decoded(response, contract.Sales).sales[:limit]

    async def sale(self, reference: str) -> Sale | None:
        response = await self._read(
            "GET", f"/sales/{self._segment(reference)}", absent=ErrorCode.SALE_UNKNOWN
        )
        return None if response is None else self._decoded(response, Sale)

    async def refunds(self, reference: str) -> tuple[Refund, ...]:
        """Refunds and debit adjustments against a sale, oldest first. Raises
        AcquirerRejected when the acquirer does not know the sale."""
        response = await self._read("GET", f"/sales/{self._segment(reference)}/refunds")
        return self._decoded(response, contract.Refunds).refunds

    async def chargebacks(self, reference: str) -> tuple[Chargeback, ...]:
        """Chargebacks against a sale, oldest first. Raises as ``refunds``."""
        response = await self._read("GET", f"/sales/{self._segment(reference)}/chargebacks")
        return self._decoded(response, contract.Chargebacks).chargebacks

    async def terminal_events(
        self, terminal: str, since: datetime, until: datetime
    ) -> tuple[TerminalEvent, ...]:
        """What a terminal did from ``since`` (included) to ``until`` (not included)."""
        response = await self._read(
            "GET",
            f"/terminals/{self._segment(terminal)}/events",
            params={"since": since.isoformat(), "until": until.isoformat()},
        )
        return self._decoded(response, contract.TerminalEvents).events

    async def settlement(self, reference: str) -> Settlement | None:
        """What the clearing files say of a sale. None when the acquirer keeps none for us: 404
        with code ``no_settlement``."""
        response = await self._read(
            "GET",
            f"/sales/{self._segment(reference)}/settlement",
            absent=ErrorCode.NO_SETTLEMENT,
        )
        return None if response is None else self._decoded(response, Settlement)

    async def request_effect(self, order: EffectOrder) -> EffectAnswer:
        """Ask for an effect once. Raises AcquirerUnavailable only when nothing was sent or
        the acquirer said that it took nothing (429): the same order may be sent again."""
        try:
            answer = await self._order("/effects", order, contract.Effect)
        except _Unsure as unsure:
            return EffectAnswer(kind=AnswerKind.UNKNOWN, reason=unsure.why)
        if isinstance(answer, ErrorBody):
            return EffectAnswer(
                kind=AnswerKind.FAILED, reason=answer.code, retryable=answer.retryable
            )
        return _effect_answer(answer)

    async def effect(
        self, effect_id: str, sale: str = "", requested: Requested | None = None
    ) -> EffectAnswer:
        response = await self._read(
            "GET", f"/effects/{self._segment(effect_id)}", absent=ErrorCode.EFFECT_UNKNOWN
        )
        if response is None:
            return EffectAnswer(kind=AnswerKind.ABSENT)
        effect = self._decoded(response, contract.Effect)
        self._same(effect_id, effect.effect_id)
        return _effect_answer(effect)

    async def open_request(self, order: RequestOrder) -> RequestAnswer:
        """Open an inquiry, a retrieval or a dispute once. Raises as ``request_effect``."""
        try:
            answer = await self._order("/requests", order, contract.RequestRecord)
        except _Unsure as unsure:
            return RequestAnswer(kind=AnswerKind.UNKNOWN, detail=unsure.why)
        if isinstance(answer, ErrorBody):
            return RequestAnswer(kind=AnswerKind.FAILED, detail=answer.code)
        return _request_answer(answer)

    async def request(self, effect_id: str) -> RequestAnswer:
        response = await self._read(
            "GET", f"/requests/{self._segment(effect_id)}", absent=ErrorCode.REQUEST_UNKNOWN
        )
        if response is None:
            return RequestAnswer(kind=AnswerKind.ABSENT)
        record = self._decoded(response, contract.RequestRecord)
        self._same(effect_id, record.effect_id)
        return _request_answer(record)

    async def _order(
        self, path: str, order: EffectOrder | RequestOrder, model: type[V]
    ) -> V | ErrorBody:
        """Send an order. An ErrorBody is a refusal on business grounds (422)."""
        if not re.fullmatch(contract.EFFECT_ID, order.effect_id):
            raise AcquirerRejected(f"{self.name}: effect ids are printable ASCII without blanks")
        try:
            response = await self._http.post(
                path,
                json=order.model_dump(mode="json"),
                headers={contract.IDEMPOTENCY_KEY: order.effect_id},
            )
        except _NEVER_SENT as error:
            raise AcquirerUnavailable(f"POST {path}: {_short(error)}") from error
        except (httpx2.UnsupportedProtocol, httpx2.InvalidURL) as error:
            raise AcquirerMisconfigured(f"POST {path}: {_short(error)}") from error
        except httpx2.TimeoutException as error:
            raise _Unsure("time_out") from error
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            raise _Unsure("disconnected") from error
        if response.status_code in (200, 201):
            answer = _parsed(response, model)
            # An answer about another effect says nothing about ours.
            if answer is None or getattr(answer, "effect_id", "") != order.effect_id:
                raise _Unsure("unreadable")
            return answer
        self._check_credentials(response, path)
        if response.status_code == 429:
            raise AcquirerUnavailable(f"POST {path}: HTTP 429")
        refusal = _parsed(response, ErrorBody) if 400 <= response.status_code < 500 else None
        if refusal is None:
            # 5xx, a redirect, or a page some proxy made: who knows what stands behind it.
            raise _Unsure(f"http_{response.status_code}")
        if response.status_code == 422:
            return refusal
        raise AcquirerRejected(f"POST {path}: HTTP {response.status_code} {refusal.code}")

    async def _read(
        self,
        method: str,
        path: str,
        *,
        json: Mapping[str, object] | None = None,
        params: Mapping[str, str] | None = None,
        absent: ErrorCode | None = None,
    ) -> httpx2.Response | None:
        """A call that changes nothing. None: the acquirer answered 404 with ``absent``; any
        other 404 may come from a wrong address and proves nothing."""
        try:
            response = await self._http.request(method, path, json=json, params=params)
        except (httpx2.UnsupportedProtocol, httpx2.InvalidURL) as error:
            raise AcquirerMisconfigured(f"{method} {path}: {_short(error)}") from error
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            raise AcquirerUnavailable(f"{method} {path}: {_short(error)}") from error
        status = response.status_code
        if status == 200:
            return response
        self._check_credentials(response, path)
        if status == 429 or status >= 500:
            raise AcquirerUnavailable(f"{method} {path}: HTTP {status}")
        error_body = _parsed(response, ErrorBody)
        if status == 404 and absent and error_body is not None and error_body.code == absent:
            return None
        code = error_body.code if error_body else "with a body that is not the contract's"
        raise AcquirerRejected(f"{method} {path}: HTTP {status} {code}")

    def _decoded(self, response: httpx2.Response | None, model: type[V]) -> V:
        value = None if response is None else _parsed(response, model)
        if value is None:
            raise AcquirerRejected(f"{self.name}: the reply is not a {model.__name__}")
        return value

    def _check_credentials(self, response: httpx2.Response, path: str) -> None:
        if response.status_code in (401, 403):
            raise AcquirerMisconfigured(
                f"{self.name}: {path}: HTTP {response.status_code}; check the token"
            )

    def _same(self, asked: str, answered: str) -> None:
        if asked != answered:
            raise AcquirerRejected(f"{self.name}: asked about one effect, told about another")

    def _segment(self, text: str) -> str:
        """One path segment. Dots alone would walk up the path to another resource."""
        if text.strip(".") == "":
            raise AcquirerRejected(f"{self.name}: {text!r} cannot be a reference")
        return quote(text, safe="")


def _parsed(response: httpx2.Response, model: type[V]) -> V | None:
    try:
        return model.model_validate_json(response.content)
    except ValidationError:
        return None


def _short(error: Exception) -> str:
    return type(error).__name__


def _effect_answer(effect: contract.Effect) -> EffectAnswer:
    refused = effect.state is EffectState.REFUSED
    return EffectAnswer(
        kind=_KINDS[effect.state],
        reference=effect.reference,
        status=None if refused else RefundStatus(effect.state.value),
        reason=effect.reason,
        retryable=refused and effect.retryable,
        arn=effect.arn,
        amount=effect.amount,
        posted_at=effect.posted_at,
    )


def _request_answer(record: contract.RequestRecord) -> RequestAnswer:
    if record.state == "refused":
        return RequestAnswer(kind=AnswerKind.FAILED, detail=record.finding)
    answered = record.state == "answered"
    return RequestAnswer(
        kind=AnswerKind.SUCCEEDED if answered else AnswerKind.ACCEPTED,
        reference=record.reference,
        state=record.state,
        finding=record.finding if answered else "",
        detail=record.detail,
        amount=record.amount,
    )

"""The ``stripe`` adapter: sales are charges, corrections are refunds.

Exactly once does not rest on Stripe's idempotency keys, which are forgotten after a day: every
refund carries its effect id in its metadata, and all refunds of a charge are listed before one
is created. The key is sent as well.
"""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, TypeVar
from weakref import WeakValueDictionary

import httpx2
import stripe
from stripe._base_address import BaseAddresses

from recourse.acquirers.errors import (
    AcquirerCannot,
    AcquirerMisconfigured,
    AcquirerRejected,
    AcquirerUnavailable,
)
from recourse.acquirers.port import Capabilities
from recourse.acquirers.stripe.calls import Refused, Unsure, parsed, read, send
from recourse.acquirers.stripe.records import agrees, answer_of, refund_of, refundable, sale_of
from recourse.acquirers.stripe.transport import StripeTransport
from recourse.acquirers.stripe.wire import EFFECT, Charge, Intent, StripeRefund, from_money
from recourse.disputes.effects import (
    AnswerKind,
    EffectAnswer,
    EffectOrder,
    Remedy,
    RequestAnswer,
    Requested,
    RequestOrder,
)
from recourse.disputes.models import Value
from recourse.disputes.records import Refund, Sale, SaleQuery, Settlement, TerminalEvent

PAGE = 100
"""The most that Stripe lists at once."""
MOST_LOOKED_AT = 2000
"""Charges of one search. A window that holds more is too wide to tell a sale by."""

_CANCELED = "canceled"

logger = logging.getLogger(__name__)

List = Callable[[Any], Awaitable[Any]]
V = TypeVar("V", bound=Value)


class StripeAcquirer:
    """One Stripe account. Safe for concurrent use. Close it with ``aclose``.

    Raises AcquirerMisconfigured when the key cannot be one. ``absent_is_final_after`` is in
    seconds; see ``Capabilities``.
    """

    def __init__(
        self,
        name: str,
        api_key: str,
        *,
        base_url: str = "",
        timeout: float = 10.0,
        absent_is_final_after: int = 600,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        if not api_key or not api_key.isascii() or not api_key.isprintable() or " " in api_key:
            raise AcquirerMisconfigured(f"{name}: api_key is empty or holds blanks")
        # At lower levels the library logs what customers are called.
        logging.getLogger("stripe").setLevel(logging.ERROR)
        self.name = name
        self.capabilities = Capabilities(
            idempotent=False,
            absent_is_final_after=absent_is_final_after,
            debits=False,
            reprint=False,
            inquiries=False,
            terminal_events=False,
        )
        self._http = StripeTransport(timeout, transport)
        addresses: BaseAddresses = {"api": base_url.rstrip("/")} if base_url else {}
        self._stripe = stripe.StripeClient(
            api_key,
            http_client=self._http,
            max_network_retries=0,
            base_addresses=addresses,
        )
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def aclose(self) -> None:
        await self._http.close_async()

    async def find_sales(self, query: SaleQuery, limit: int = 20) -> tuple[Sale, ...]:
        """Sales that agree with everything the query states, newest first. Raises
        AcquirerRejected when its window holds more than MOST_LOOKED_AT charges, or none that
        can be read."""
        if query.reference.startswith(("ch_", "py_", "pi_")):
            charge = await self._charge(query.reference)
            rest = query.model_copy(update={"reference": ""})
            found = [(charge, self._sale(charge))] if charge else []
        else:
            rest, found = query, await self._charges(query)
        sales = [sale for charge, sale in found if agrees(charge, sale, rest)]
        return tuple(sorted(sales, key=lambda sale: sale.at, reverse=True)[:limit])

    async def sale(self, reference: str) -> Sale | None:
        """By the id of a charge, or of the payment intent whose last charge it is."""
        charge = await self._charge(reference)
        return self._sale(charge) if charge else None

    async def refunds(self, reference: str) -> tuple[Refund, ...]:
        """Every refund of a charge, oldest first. Raises AcquirerRejected when Stripe does not
        know it."""
        charge = await self._known(reference)
        sale = self._sale(charge)
        return tuple(refund_of(refund, sale) for refund in await self._listed(charge.id))

    async def terminal_events(
        self, terminal: str, since: datetime, until: datetime
    ) -> tuple[TerminalEvent, ...]:
        """None: Stripe does not tell what a reader printed."""
        return ()

    async def settlement(self, reference: str) -> Settlement | None:
        """None: Stripe pays out sums, and gives no clearing file of a scheme."""
        return None

    async def request_effect(self, order: EffectOrder) -> EffectAnswer:
        """Refund a charge once per effect id, or cancel one that was not captured. Raises
        AcquirerUnavailable only when Stripe has done nothing."""
        self._possible(order.remedy)
        async with self._turn(order.sale):
            charge = await self._known(order.sale)
            refunds = await self._listed(charge.id)
            done = await self._found(order.effect_id, charge, refunds)
            if done is not None:
                return done if done.amount in (None, order.amount) else _failed("effect_conflict")
            try:
                if order.remedy is Remedy.REVERSAL and not charge.captured:
                    return await self._cancel(order, charge)
                objection = _objection(order, self._sale(charge), refunds)
                if objection:
                    return _failed(objection)
                return await self._refund(order, charge)
            except Unsure as unsure:
                return EffectAnswer(kind=AnswerKind.UNKNOWN, reason=unsure.why)
            except Refused as refused:
                return _failed(refused.code)

    async def effect(
        self, effect_id: str, sale: str = "", requested: Requested | None = None
    ) -> EffectAnswer:
        """How a refund stands, found among those of its charge. Raises AcquirerRejected
        without the sale: Stripe cannot be asked for a refund by its metadata."""
        if not sale:
            raise AcquirerRejected(f"{self.name}: an effect is found by the sale it was for")
        charge = await self._known(sale)
        found = await self._found(effect_id, charge, await self._listed(charge.id))
        return found or EffectAnswer(kind=AnswerKind.ABSENT)

    async def open_request(self, order: RequestOrder) -> RequestAnswer:
        raise AcquirerCannot(f"{self.name}: Stripe takes no {order.kind.value}")

    async def request(self, effect_id: str) -> RequestAnswer:
        raise AcquirerCannot(f"{self.name}: Stripe takes no inquiries")

    # -- what is asked for

    def _possible(self, remedy: Remedy) -> None:
        if remedy is Remedy.NONE or not self.capabilities.can(remedy):
            raise AcquirerCannot(f"{self.name}: {remedy.value} is nothing Stripe can do")

    async def _refund(self, wanted: EffectOrder, charge: Charge) -> EffectAnswer:
        try:
            amount = from_money(wanted.amount)
        except ValueError:
            return _failed("amount_invalid")
        params: Any = {
            "charge": charge.id,
            "amount": amount,
            "metadata": {EFFECT: wanted.effect_id},
        }
        content = await send(
            "create a refund",
            self._stripe.v1.refunds.create_async(
                params, {"idempotency_key": _key(wanted.effect_id, "refund")}
            ),
        )
        refund = parsed(content, StripeRefund)
        if refund.effect_id != wanted.effect_id:
            raise Unsure("unreadable")
        return answer_of(refund)

    async def _cancel(self, wanted: EffectOrder, charge: Charge) -> EffectAnswer:
        """Nothing was captured: the intent is canceled, and the card is free again. Its id is
        written down first, but on no intent that is canceled already: the mark tells whose
        effect that was."""
        if wanted.amount != self._sale(charge).amount:
            return _failed("amount_mismatch")
        if not charge.payment_intent:
            return await self._refund(wanted, charge)
        intent = await self._intent(charge.payment_intent)
        if intent is not None and intent.status == _CANCELED:
            return _failed("already_reversed")
        intents = self._stripe.v1.payment_intents
        await send(
            "mark a payment intent",
            intents.update_async(
                charge.payment_intent,
                {"metadata": {EFFECT: wanted.effect_id}},
                {"idempotency_key": _key(wanted.effect_id, "mark")},
            ),
        )
        content = await send(
            "cancel a payment intent",
            intents.cancel_async(
                charge.payment_intent, {}, {"idempotency_key": _key(wanted.effect_id, "cancel")}
            ),
        )
        if parsed(content, Intent).status != _CANCELED:
            raise Unsure("unreadable")
        return EffectAnswer(kind=AnswerKind.SUCCEEDED, reference=charge.payment_intent)

    # -- what is there

    async def _found(
        self, effect_id: str, charge: Charge, refunds: list[StripeRefund]
    ) -> EffectAnswer | None:
        ours = next((refund for refund in refunds if refund.effect_id == effect_id), None)
        if ours is not None:
            return answer_of(ours)
        if charge.captured or not charge.payment_intent:
            return None
        intent = await self._intent(charge.payment_intent)
        marked = intent is not None and (intent.metadata or {}).get(EFFECT) == effect_id
        if intent is None or not marked or intent.status != _CANCELED:
            return None
        return EffectAnswer(kind=AnswerKind.SUCCEEDED, reference=intent.id)

    async def _charge(self, reference: str) -> Charge | None:
        if reference.startswith("pi_"):
            intent = await self._intent(reference)
            reference = intent.charge if intent else ""
        if not reference.startswith(("ch_", "py_")):
            return None
        content = await read("read a charge", self._stripe.v1.charges.retrieve_async(reference))
        return None if content is None else self._decoded(content, Charge)

    async def _known(self, reference: str) -> Charge:
        charge = await self._charge(reference)
        if charge is None:
            raise AcquirerRejected(f"{self.name}: no such charge")
        return charge

    async def _intent(self, reference: str) -> Intent | None:
        content = await read(
            "read a payment intent", self._stripe.v1.payment_intents.retrieve_async(reference)
        )
        return None if content is None else self._decoded(content, Intent)

    async def _listed(self, charge: str) -> list[StripeRefund]:
        """Every refund of a charge, oldest first."""
        listing = self._stripe.v1.refunds.list_async
        pages = self._pages("list refunds", listing, {"charge": charge})
        found = [self._decoded(item, StripeRefund) async for item in pages]
        return sorted(found, key=lambda refund: refund.created)

    async def _charges(self, query: SaleQuery) -> list[tuple[Charge, Sale]]:
        """Those of the query's time that can be read: one in a currency we do not know may not
        hide the others."""
        created = {}
        if query.since is not None:
            created["gt"] = int(query.since.timestamp()) - 1
        if query.until is not None:
            created["lt"] = int(query.until.timestamp()) + 1
        params = {"created": created} if created else {}
        found: list[tuple[Charge, Sale]] = []
        unread = 0
        async for item in self._pages("list charges", self._stripe.v1.charges.list_async, params):
            if len(found) + unread == MOST_LOOKED_AT:
                raise AcquirerRejected(
                    f"{self.name}: more than {MOST_LOOKED_AT} charges to look at"
                )
            try:
                charge = parsed(item, Charge)
                found.append((charge, sale_of(charge)))
            except (Unsure, ValueError):
                unread += 1
        if unread and not found:
            raise AcquirerRejected(f"{self.name}: none of {unread} charges could be read")
        if unread:
            total = len(found) + unread
            logger.warning("%s: %d of %d charges could not be read", self.name, unread, total)
        return found

    async def _pages(self, what: str, listing: List, params: dict[str, Any]) -> AsyncIterator[Any]:
        after: dict[str, str] = {}
        while True:
            page = await read(what, listing({**params, "limit": PAGE, **after}))
            items = page.get("data") if page else None
            if not isinstance(items, list):
                raise AcquirerUnavailable(f"{what}: the list cannot be read")
            for item in items:
                yield item
            if not page.get("has_more") or not items:
                return
            last = items[-1].get("id") if isinstance(items[-1], dict) else None
            if not last or not isinstance(last, str):
                raise AcquirerRejected(f"{self.name}: {what}: the last of a page has no id")
            after = {"starting_after": last}

    def _decoded(self, content: Any, model: type[V]) -> V:
        try:
            return parsed(content, model)
        except Unsure:
            raise AcquirerRejected(f"{self.name}: the reply is not a {model.__name__}") from None

    def _sale(self, charge: Charge) -> Sale:
        try:
            return sale_of(charge)
        except ValueError:
            raise AcquirerRejected(f"{self.name}: {charge.id} has no amount we know") from None

    @asynccontextmanager
    async def _turn(self, sale: str) -> AsyncIterator[None]:
        """One order for a sale at a time: two that list before either creates would both find
        room. Between processes the cases' own holds keep them apart."""
        lock = self._turns.setdefault(sale, asyncio.Lock())
        async with lock:
            yield


def _objection(wanted: EffectOrder, sale: Sale, refunds: list[StripeRefund]) -> str:
    """Why a refund is not even asked for. Some servers would give more than was taken."""
    if wanted.amount.currency != sale.captured.currency:
        return "currency_mismatch"
    if wanted.amount.minor <= 0:
        return "amount_invalid"
    if wanted.card_last4 and sale.card_last4 and wanted.card_last4 != sale.card_last4:
        return "card_mismatch"
    room = refundable(sale, tuple(refund_of(refund, sale) for refund in refunds))
    if wanted.remedy is Remedy.REVERSAL and room != sale.captured:
        return "refunds_exist"
    if wanted.remedy is Remedy.REVERSAL and wanted.amount != sale.captured:
        return "amount_mismatch"
    return "over_refund" if wanted.amount > room else ""


def _failed(reason: str) -> EffectAnswer:
    return EffectAnswer(kind=AnswerKind.FAILED, reason=reason)


def _key(effect_id: str, part: str) -> str:
    """A key is for one call: one effect may need several."""
    return hashlib.sha256(f"{effect_id}\n{part}".encode()).hexdigest()

"""What a terminal's journal says of one sale: which message, and how it ended."""

from collections.abc import Iterator
from enum import StrEnum

from recourse.disputes import codes
from recourse.disputes.codes import Meaning
from recourse.disputes.models import Value
from recourse.disputes.records import Record, Refund, Sale, TerminalEvent, TerminalEventKind

_K = TerminalEventKind
_OF_THE_TERMINAL = (_K.REVERSAL_QUEUED, _K.REVERSAL_SENT, _K.OPERATOR_VOID)
"""Journals often leave out the original of these; near the sale they are taken for its own."""


class Deed(StrEnum):
    SALE = "sale"
    VOID = "void"
    REFUND = "refund"
    REVERSAL = "reversal"


class End(StrEnum):
    DONE = "done"
    REFUSED = "refused"
    OPEN = "open"
    """No answer, or one that is neither yes nor no."""
    QUEUED = "queued"


class Message(Value):
    """One message between till and acquirer about a sale."""

    deed: Deed
    end: End
    event: TerminalEvent
    meaning: Meaning | None = None


def void_or_refund(mti: str, processing_code: str) -> Deed | None:
    """A void and a refund have the same processing code, 20; the message type alone tells
    them apart (facts/domain §3.3). The last digit of it only marks a repeat."""
    if not processing_code.startswith("20"):
        return None
    return {"020": Deed.VOID, "022": Deed.REFUND}.get(mti[:3])


def is_void(refund: Refund) -> bool:
    """Whether what stands among the refunds is a void."""
    return void_or_refund(refund.mti, refund.processing_code) is Deed.VOID


def messages(record: Record) -> tuple[Message, ...]:
    """Messages about the sale, oldest first."""
    network = codes.network_of(record.sale.card_brand)
    events = sorted(_about(record), key=lambda event: event.at)
    return tuple(message for event in events if (message := _read(event, network)))


def _about(record: Record) -> Iterator[TerminalEvent]:
    sale = record.sale
    for event in record.terminal_events:
        unnamed = not event.sale and (
            event.kind in _OF_THE_TERMINAL
            if event.amount is None
            else event.amount in (sale.amount, sale.captured)
        )
        if event.sale == sale.reference or unnamed:
            yield event


def _read(event: TerminalEvent, network: str) -> Message | None:
    told = void_or_refund(event.mti, event.processing_code)
    if event.kind in (_K.REVERSAL_QUEUED, _K.REVERSAL_SENT):
        end = End.QUEUED if event.kind is _K.REVERSAL_QUEUED else End.DONE
        reason = codes.reversal_reason(network, event.response or event.detail)
        return Message(deed=Deed.REVERSAL, end=end, event=event, meaning=reason)
    meaning = codes.response(network, event.response)
    match event.kind:
        case _K.OPERATOR_VOID | _K.VOID:
            return Message(
                deed=told or Deed.VOID, end=_end(event, meaning), event=event, meaning=meaning
            )
        case _K.REFUND:
            return Message(
                deed=told or Deed.REFUND, end=_end(event, meaning), event=event, meaning=meaning
            )
        case _K.APPROVED | _K.DECLINED | _K.NO_RESPONSE:
            deed = told or (Deed.REVERSAL if event.mti.startswith("04") else Deed.SALE)
            return Message(deed=deed, end=_end(event, meaning), event=event, meaning=meaning)
        case _K.PRINTED if event.sale:
            return Message(deed=Deed.SALE, end=End.DONE, event=event)
        case _:
            return None


def _end(event: TerminalEvent, meaning: Meaning | None) -> End:
    if event.kind is _K.NO_RESPONSE or (meaning is not None and meaning.doubt):
        return End.OPEN
    refused = event.kind is _K.DECLINED or event.response.strip() not in codes.APPROVED
    return End.REFUSED if refused else End.DONE


class Till(StrEnum):
    """How the sale stands for the terminal."""

    SILENT = "silent"
    APPROVED = "approved"
    DECLINED = "declined"
    UNDONE = "undone"
    UNCONFIRMED = "unconfirmed"
    QUEUED = "queued"
    """A reversal waits for the terminal's next online transaction."""


_AFTER = {
    (Deed.SALE, End.DONE): Till.APPROVED,
    (Deed.SALE, End.REFUSED): Till.DECLINED,
    (Deed.SALE, End.OPEN): Till.UNCONFIRMED,
    (Deed.REVERSAL, End.QUEUED): Till.QUEUED,
    (Deed.REVERSAL, End.OPEN): Till.QUEUED,
    (Deed.REVERSAL, End.DONE): Till.UNDONE,
    (Deed.VOID, End.DONE): Till.UNDONE,
    (Deed.VOID, End.OPEN): Till.UNCONFIRMED,
}
"""What is not here (a void that was refused, a refund) leaves the sale as it was."""


def till(record: Record) -> Till:
    """How the sale stands by the last word of the journal. An answer to the sale that must
    still be confirmed counts wherever it is kept."""
    state = Till.SILENT
    for message in messages(record):
        if message.event.kind is _K.PRINTED and state is not Till.SILENT:
            continue  # slips are printed of declines and reversals too
        state = _AFTER.get((message.deed, message.end), state)
    if state in (Till.SILENT, Till.APPROVED) and doubtful(record.sale):
        return Till.UNCONFIRMED
    return state


def doubtful(sale: Sale) -> bool:
    meaning = codes.response(codes.network_of(sale.card_brand), sale.response)
    return meaning is not None and meaning.doubt


def why_reversed(record: Record) -> Meaning | None:
    """The reason a reversal gives for itself, in the books or in the journal."""
    network = codes.network_of(record.sale.card_brand)
    told = codes.reversal_reason(network, record.sale.reversal_reason)
    said = [m.meaning for m in messages(record) if m.deed is Deed.REVERSAL and m.meaning]
    return told or (said[-1] if said else None)


def why_refused(record: Record, deed: Deed) -> Meaning | None:
    """The answer with which the last message of a kind was refused."""
    said = [m.meaning for m in messages(record) if m.deed is deed and m.end is End.REFUSED]
    if deed is Deed.SALE and not any(said):
        return codes.response(codes.network_of(record.sale.card_brand), record.sale.response)
    return said[-1] if said else None

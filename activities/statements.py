"""Statements among the evidence: read from the vault by digest. Reading changes nothing."""

import asyncio

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.errors import away
from recourse.disputes.claims import Claim, Jurisdiction
from recourse.disputes.models import Value
from recourse.disputes.records import Sale
from recourse.disputes.statement_fit import excerpt_of
from recourse.disputes.statements import Excerpt
from recourse.statements.errors import StatementUnreadable
from recourse.statements.reading import read_statement
from recourse.vault.errors import EvidenceDamaged, EvidenceMissing
from recourse.vault.store import Vault

UNREADABLE = "unreadable_"
"""How the error types of files that cannot be read begin; the fault follows."""


_CURRENCIES: dict[Jurisdiction, str] = {"CN": "CNY", "US": "USD", "EU": "EUR", "UK": "GBP"}
"""What an account is kept in where its statement does not say: not the currency of the sale,
which may have been abroad."""


class StatementOrder(Value):
    """Which piece of evidence, and what is known of the sale that it should bear on."""

    digest: str
    claim: Claim
    sale: Sale | None = None
    zone: str
    """Of the times on the statement, which carry none."""


class StatementDoor:
    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    @activity.defn
    async def read_statement(self, order: StatementOrder) -> Excerpt:
        """The lines of a statement that bear on a sale. What cannot be read is final: the same
        bytes are read no better a second time."""
        return await asyncio.to_thread(self._read, order)

    def _read(self, order: StatementOrder) -> Excerpt:
        try:
            data = self._vault.get(order.digest)
            statement = read_statement(
                data, zone=order.zone, currency=_CURRENCIES[order.claim.jurisdiction]
            )
        except StatementUnreadable as error:
            raise _final(UNREADABLE + error.fault.value, str(error)) from None
        except EvidenceMissing as error:
            raise _final("evidence_missing", str(error)) from None
        except EvidenceDamaged as error:
            raise _final("evidence_damaged", str(error)) from None
        except OSError as error:
            raise away(f"the vault cannot be read: {error.strerror}") from None
        return excerpt_of(statement, order.claim, order.sale)


def _final(kind: str, what: str) -> ApplicationError:
    return ApplicationError(what, type=kind, non_retryable=True)

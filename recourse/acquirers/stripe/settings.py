"""What an installation says of a Stripe account."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, HttpUrl, SecretStr

from recourse.acquirers.errors import AcquirerMisconfigured
from recourse.acquirers.port import Acquirer
from recourse.acquirers.settings import AdapterSettings
from recourse.acquirers.webhooks import Verifier

LATEST_EXECUTION = 600
"""Seconds. Stripe's own library gives a call up after 80; ten minutes leave room for whatever
stands between us and them."""


class StripeSettings(AdapterSettings):
    """A Stripe account: ``api_key`` or ``api_key_file``. A restricted key is enough that reads
    charges and payment intents and writes refunds (and payment intents, to cancel one)."""

    adapter: Literal["stripe"] = "stripe"
    api_key: SecretStr = SecretStr("")
    base_url: HttpUrl | None = None
    """Only where Stripe is reached through something else."""
    absent_is_final_after: Annotated[int, Field(ge=0, le=86400)] = LATEST_EXECUTION
    """Seconds after which a request whose answer was lost can no longer be carried out."""

    def build(self, name: str, timeout: float) -> Acquirer:
        try:
            from recourse.acquirers.stripe.adapter import StripeAcquirer
        except ModuleNotFoundError as error:
            raise AcquirerMisconfigured(
                f"{name}: the stripe adapter needs the package {error.name!r}; install "
                "recourse-disputes[stripe]"
            ) from error
        return StripeAcquirer(
            name,
            self.api_key.get_secret_value(),
            base_url=str(self.base_url) if self.base_url else "",
            timeout=timeout,
            absent_is_final_after=self.absent_is_final_after,
        )

    def verifier(self, secrets: Sequence[str]) -> Verifier:
        from recourse.acquirers.stripe.notices import stripe_verifier

        return stripe_verifier(secrets)

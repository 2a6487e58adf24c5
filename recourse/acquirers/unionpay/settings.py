"""What a merchant has to say to speak to UnionPay."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field

from recourse.acquirers.exchange import DEFAULT_TIMEOUT
from recourse.acquirers.port import Acquirer
from recourse.acquirers.settings import AdapterSettings
from recourse.acquirers.unionpay.certificates import SIGNER
from recourse.acquirers.webhooks import Verifier

PRODUCTION = "https://gateway.95516.com"
TEST = "https://gateway.test.95516.com"


class UnionPaySettings(AdapterSettings):
    """Keys and certificates are named by their files, all PEM."""

    adapter: Literal["unionpay"] = "unionpay"
    base_url: str = PRODUCTION
    mer_id: str = Field(pattern=r"^[A-Za-z0-9]{15}$")
    key_file: Path
    certificate_file: Path
    """Our certificate: its serial number is the certId."""
    root_file: Path
    intermediate_file: Path
    """The authority that vouches for the certificates UnionPay signs with."""
    signer_names: tuple[str, ...] = (SIGNER,)
    """Production's. The test host signs as ``00040000:SIGN``."""
    back_url: str = Field(min_length=1, max_length=256)
    """Where UnionPay sends notifications: a mandatory field of every refund."""
    biz_type: str = Field(default="000201", pattern=r"^[0-9]{6}$")
    timeout: float = Field(default=DEFAULT_TIMEOUT, gt=0)

    def build(self, name: str, timeout: float) -> Acquirer:
        # The adapter is made of these settings, and so comes after them.
        from recourse.acquirers.unionpay.adapter import unionpay_acquirer

        return unionpay_acquirer(name, self.model_copy(update={"timeout": timeout}))

    def verifier(self, secrets: Sequence[str]) -> Verifier:
        from recourse.acquirers.unionpay.notices import unionpay_verifier

        return unionpay_verifier(self, secrets)

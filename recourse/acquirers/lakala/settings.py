"""What a merchant has to say to speak to Lakala."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field

from recourse.acquirers.exchange import DEFAULT_TIMEOUT
from recourse.acquirers.port import Acquirer
from recourse.acquirers.settings import AdapterSettings
from recourse.acquirers.webhooks import Verifier

PRODUCTION = "https://s2.lakala.com"
TEST = "https://test.wsmsd.cn/sit"


class LakalaSettings(AdapterSettings):
    """Keys are named by their files and never stand in settings themselves."""

    adapter: Literal["lakala"] = "lakala"
    base_url: str = PRODUCTION
    appid: str = Field(min_length=1)
    serial_no: str = Field(min_length=1)
    """Serial of our certificate, as registered with Lakala."""
    key_file: Path
    """Our private key, PEM."""
    lakala_serial_no: str = Field(min_length=1)
    """Serial under which Lakala signs its answers."""
    lakala_certificate_file: Path
    """Lakala's platform certificate, PEM."""
    merchant_no: str = Field(min_length=1, max_length=32)
    term_no: str = Field(min_length=1, max_length=32)
    request_ip: str = Field(min_length=1)
    """Our address as Lakala sees it: a revocation must state it."""
    refund_type: str = Field(default="", pattern=r"^(00|05|06)?$")
    """Where the money is taken from: 00 refund account, 05 merchant's balance, 06 terminal's.
    Empty: as agreed with Lakala."""
    notify_url: str = Field(default="", max_length=64, pattern=r"^[^?#]*$")
    """Where notifications go. It is lengthened by the effect id for every order, up to the 128
    characters that Lakala takes."""
    biz_types: tuple[str, ...] = ("1", "3")
    """What is sold: 1 bank cards, 3 scanned codes. A refund is looked for under each."""
    absent_codes: frozenset[str] = frozenset()
    """Codes by which Lakala says that there is no such trade. None is published; without
    one, a trade that is not found is a refusal for a person to read."""
    refusal_codes: frozenset[str] = frozenset()
    """Codes of a refund that say that nothing was done and nothing will be. None is
    published for this endpoint; every other code is unknown and is queried."""
    timeout: float = Field(default=DEFAULT_TIMEOUT, gt=0)

    def build(self, name: str, timeout: float) -> Acquirer:
        # The adapter is made of these settings, and so comes after them.
        from recourse.acquirers.lakala.adapter import lakala_acquirer

        return lakala_acquirer(name, self.model_copy(update={"timeout": timeout}))

    def verifier(self, secrets: Sequence[str]) -> Verifier:
        from recourse.acquirers.lakala.notices import lakala_verifier

        return lakala_verifier(self, secrets)

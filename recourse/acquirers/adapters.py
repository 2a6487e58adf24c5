"""The adapters an installation can choose from: the one place that names them all.

A new one is a settings model with its own ``adapter`` and ``build``, and its name below.
"""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from recourse.acquirers.lakala.settings import LakalaSettings
from recourse.acquirers.settings import RestSettings
from recourse.acquirers.stripe.settings import StripeSettings
from recourse.acquirers.unionpay.settings import UnionPaySettings

DEFAULT_ADAPTER = "rest"

_Chosen = RestSettings | StripeSettings | LakalaSettings | UnionPaySettings


def _with_default(content: Any) -> Any:
    if isinstance(content, dict):
        return {"adapter": DEFAULT_ADAPTER, **content}
    return content


AcquirerSettings = Annotated[
    Annotated[_Chosen, Field(discriminator="adapter")], BeforeValidator(_with_default)
]
"""Told apart by ``adapter``; without one it is ``rest``."""

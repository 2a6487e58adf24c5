"""A workflow that tells a name in every way a workflow can."""

from datetime import timedelta

from pydantic import BaseModel
from temporalio import workflow
from temporalio.exceptions import ApplicationError


class Claim(BaseModel):
    customer: str


@workflow.defn
class Refusal:
    """Refuses every claim but that of ``nobody``."""

    @workflow.run
    async def run(self, claim: Claim) -> Claim:
        workflow.upsert_memo({"customer": claim.customer})
        await workflow.sleep(timedelta(milliseconds=1), summary=claim.customer)
        if claim.customer == "nobody":
            return claim
        raise ApplicationError(f"no sale of {claim.customer}", claim, type="NoSale")

"""A workflow with one of everything that strict replay compares."""

import asyncio
from datetime import timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.common import RetryPolicy, SearchAttributeKey
from temporalio.exceptions import ApplicationError

STAGE = SearchAttributeKey.for_keyword("SampleStage")


@activity.defn
async def send_notice(notice: dict[str, Any]) -> str:
    return f"sent {notice['key']}"


@activity.defn
async def find_sale(reference: str, limit: int) -> str:
    return f"{reference} of {limit}"


@workflow.defn(name="Sample")
class Sample:
    def __init__(self) -> None:
        self._answer = ""

    @workflow.run
    async def run(self, customer: str) -> str:
        workflow.upsert_search_attributes([STAGE.value_set("contact")])
        await workflow.execute_activity(
            send_notice,
            {"key": "case/1:ask:1", "to": {"email": customer, "tries": 1}},
            start_to_close_timeout=timedelta(seconds=10),
            retry_policy=RetryPolicy(maximum_attempts=3),
        )
        if workflow.patched("2026-11-find-first"):
            await workflow.execute_activity(
                find_sale, args=["536365", 20], schedule_to_close_timeout=timedelta(seconds=30)
            )
        await workflow.execute_local_activity(
            find_sale, args=["536365", 1], schedule_to_close_timeout=timedelta(seconds=30)
        )
        ghost = asyncio.create_task(workflow.sleep(timedelta(days=9)))
        await asyncio.sleep(0)
        ghost.cancel()
        try:
            await workflow.wait_condition(lambda: bool(self._answer), timeout=timedelta(days=3))
        except TimeoutError:
            self._answer = "none"
        workflow.upsert_search_attributes([STAGE.value_set("verification")])
        workflow.upsert_memo({"answer": self._answer})
        await workflow.sleep(timedelta(milliseconds=5))
        await workflow.execute_activity(
            send_notice,
            {"key": "case/1:tell:1", "to": {"email": customer, "tries": 1}},
            task_queue="mail",
            start_to_close_timeout=timedelta(seconds=10),
        )
        return f"answered {self._answer}"

    @workflow.update
    async def reply(self, text: str) -> int:
        await workflow.execute_activity(
            send_notice, {"key": "case/1:thanks:1"}, start_to_close_timeout=timedelta(seconds=10)
        )
        self._answer = text
        if not text:
            raise ApplicationError("an empty reply", type="EmptyReply")
        return len(text)

"""Strict replay of histories that a real server recorded: no change is silent."""

import importlib
import json
import re
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import WorkflowHandle, WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from tests.conftest import SERVER_FLAGS
from tests.eventually import assert_eventually
from tests.worker import sample
from worker.codec import EncryptionCodec
from worker.differences import Change, Difference
from worker.keyring import Keyring
from worker.strict_replay import load_histories, strict_replay

CUSTOMER = "wang.fang@example.com"


@dataclass(frozen=True)
class Recorded:
    """A closed case and one that still waits, with the converter that wrote them."""

    closed: WorkflowHistory
    waiting: WorkflowHistory
    converter: DataConverter


@pytest_asyncio.fixture(scope="module")
async def recorded(temporal_binary: Path) -> AsyncIterator[Recorded]:
    converter = replace(
        pydantic_data_converter,
        payload_codec=EncryptionCodec(Keyring.generate()),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
    environment = await WorkflowEnvironment.start_local(
        data_converter=converter,
        search_attributes=[sample.STAGE],
        dev_server_existing_path=str(temporal_binary),
        dev_server_log_level="never",
        dev_server_extra_args=list(SERVER_FLAGS),
        dev_server_startup_timeout=timedelta(seconds=60),
    )
    async with environment:
        client = environment.client
        activities: list[Callable[..., Any]] = [sample.send_notice, sample.find_sale]
        async with (
            Worker(client, task_queue="cases", workflows=[sample.Sample], activities=activities),
            Worker(client, task_queue="mail", activities=activities),
        ):
            closed, waiting = [
                await client.start_workflow(
                    sample.Sample.run, CUSTOMER, id=workflow_id, task_queue="cases"
                )
                for workflow_id in ("case/1", "case/2")
            ]
            await _until_it_waits(closed)
            await closed.execute_update(sample.Sample.reply, "the slip is lost")
            assert await closed.result() == "answered the slip is lost"
            await _until_it_waits(waiting)
            yield Recorded(await closed.fetch_history(), await waiting.fetch_history(), converter)


async def _until_it_waits(handle: WorkflowHandle[Any, Any]) -> None:
    async def timer_started() -> None:
        events = (await handle.fetch_history()).events
        assert any(event.HasField("timer_started_event_attributes") for event in events)

    await assert_eventually(timer_started)


@pytest.fixture
def mutated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], ModuleType]:
    """Today's code: the sample with one thing changed."""
    monkeypatch.syspath_prepend(tmp_path)

    def mutate(old: str, new: str) -> ModuleType:
        source = Path(sample.__file__).read_text(encoding="utf-8")
        assert source.count(old) == 1
        name = f"sample_{tmp_path.name.replace('-', '_')}"
        (tmp_path / f"{name}.py").write_text(source.replace(old, new), encoding="utf-8")
        monkeypatch.delitem(sys.modules, name, raising=False)
        return importlib.import_module(name)

    return mutate


async def _replay(
    history: WorkflowHistory, code: ModuleType, recorded: Recorded, *, show_values: bool = False
) -> list[Difference]:
    return await strict_replay(
        [history],
        [code.Sample],
        data_converter=recorded.converter,
        show_values=show_values,
    )


async def test_unchanged_code_has_no_difference(recorded: Recorded) -> None:
    """Code that asks for what history recorded passes, for closed and for waiting cases."""
    found = await strict_replay(
        [recorded.closed, recorded.waiting, recorded.closed],
        [sample.Sample],
        data_converter=recorded.converter,
    )
    assert found == []


MUTATIONS = [
    pytest.param(
        '"key": "case/1:tell:1"',
        '"key": "case/1:tell:2"',
        r"event \d+: activity send_notice: input\.key changed: text of 13 \(\w+\) → text of 13 \(",
        id="an idempotency key",
    ),
    pytest.param(
        '{"key": "case/1:thanks:1"}',
        '{"key": "case/1:thanks:1", "copy": True}',
        r"event \d+: activity send_notice: input\.copy added: true",
        id="a new field",
    ),
    pytest.param(
        '"case/1:ask:1", "to": {"email": customer, "tries": 1}',
        '"case/1:ask:1", "to": {"email": customer}',
        r"activity send_notice: input\.to\.tries removed: number \(",
        id="a lost field",
    ),
    pytest.param(
        '"case/1:ask:1", "to": {"email": customer, "tries": 1}',
        '"case/1:ask:1", "to": {"email": customer, "tries": True}',
        r"input\.to\.tries changed: number \(\w+\) → true",
        id="a type that python calls equal",
    ),
    pytest.param(
        'args=["536365", 20]',
        'args=["536365", 21]',
        r"activity find_sale: input\[1\] changed",
        id="the second argument",
    ),
    pytest.param(
        "timedelta(days=3)",
        "timedelta(days=3, microseconds=1)",
        r"timer 2: duration changed: 259200\.000000000 s → 259200\.000001000 s",
        id="a timer by a microsecond",
    ),
    pytest.param(
        'STAGE.value_set("verification")',
        'STAGE.value_set("escalation")',
        r"attributes: attributes\.SampleStage changed: verification → escalation",
        id="a search attribute",
    ),
    pytest.param(
        '{"answer": self._answer}',
        '{"answer": self._answer + "!"}',
        r"memo: memo\.answer changed: text of 16 \(\w+\) → text of 17",
        id="a memo",
    ),
    pytest.param(
        "RetryPolicy(maximum_attempts=3)",
        "RetryPolicy(maximum_attempts=4)",
        r"activity send_notice: retry_policy\.maximum_attempts changed: 3 → 4",
        id="a retry policy",
    ),
    pytest.param(
        "            retry_policy=RetryPolicy(maximum_attempts=3),\n",
        "",
        r"activity send_notice: retry_policy\.maximum_attempts changed: 3 → 0",
        id="a retry policy forgotten",
    ),
    pytest.param(
        "start_to_close_timeout=timedelta(seconds=10),\n            retry_policy",
        "start_to_close_timeout=timedelta(seconds=11),\n            retry_policy",
        r"activity send_notice: start_to_close changed: 0:00:10 → 0:00:11",
        id="another timeout",
    ),
    pytest.param(
        'task_queue="mail"',
        'task_queue="letters"',
        r"activity send_notice: task_queue changed: mail → letters",
        id="a task queue",
    ),
    pytest.param(
        'return f"answered {self._answer}"',
        'return f"answered: {self._answer}"',
        r"completion: result changed: text of 25 \(\w+\) → text of 26",
        id="the result",
    ),
    pytest.param(
        "if not text:",
        "if text:",
        r"update \S+: outcome changed: completed → failed EmptyReply",
        id="an update that now fails",
    ),
]


@pytest.mark.parametrize(("old", "new", "words"), MUTATIONS)
async def test_changed_content_is_said_in_words(
    recorded: Recorded,
    mutated: Callable[[str, str], ModuleType],
    old: str,
    new: str,
    words: str,
) -> None:
    """What Temporal's own replay lets pass is one difference, with its event and path."""
    [difference] = await _replay(recorded.closed, mutated(old, new), recorded)
    assert re.search(words, str(difference)), str(difference)
    assert CUSTOMER not in str(difference)


ORDER_MUTATIONS = [
    pytest.param(
        'send_notice, {"key": "case/1:thanks:1"}, start',
        'find_sale, args=["case/1:thanks:1", 1], start',
        r"activity send_notice: type changed: send_notice → find_sale",
        id="an activity swapped",
    ),
    pytest.param(
        "        await workflow.sleep(timedelta(milliseconds=5))\n",
        "",
        r"workflow task: non-determinism: .*TimerStarted",
        id="a timer removed",
    ),
    pytest.param(
        "        workflow.upsert_memo",
        '        workflow.upsert_search_attributes([STAGE.value_set("x")])\n'
        "        workflow.upsert_memo",
        r"workflow task: non-determinism",
        id="an upsert added",
    ),
]


@pytest.mark.parametrize(("old", "new", "words"), ORDER_MUTATIONS)
async def test_plain_nondeterminism_is_said_first(
    recorded: Recorded,
    mutated: Callable[[str, str], ModuleType],
    old: str,
    new: str,
    words: str,
) -> None:
    """What Temporal's own replay refuses is reported as such, with what is known of it."""
    found = await _replay(recorded.closed, mutated(old, new), recorded)
    assert found[0].change is Change.NONDETERMINISM
    assert any(re.search(words, str(difference)) for difference in found), found


async def test_commands_beyond_the_history_are_no_difference(recorded: Recorded) -> None:
    """A history that was fetched while a workflow task ran does not hold that task's commands."""
    events = list(recorded.closed.events)
    begun = [
        index
        for index, event in enumerate(events)
        if event.HasField("workflow_task_started_event_attributes")
    ]
    for index in begun:
        unfinished = replace(recorded.closed, events=events[: index + 1])
        assert await _replay(unfinished, sample, recorded) == []


async def test_command_added_at_the_end_of_a_waiting_case_is_found(
    recorded: Recorded, mutated: Callable[[str, str], ModuleType]
) -> None:
    """A case that waits is held to its last recorded task too, where Temporal looks no further."""
    code = mutated(
        "        try:\n            await workflow.wait_condition",
        "        extra = asyncio.create_task(workflow.sleep(timedelta(days=1)))\n"
        "        try:\n            await workflow.wait_condition",
    )
    found = await _replay(recorded.waiting, code, recorded)
    assert found
    assert any(difference.change in {Change.ADDED, Change.CHANGED} for difference in found), found


async def test_code_that_raises_is_broken_and_quotes_nobody(
    recorded: Recorded, mutated: Callable[[str, str], ModuleType]
) -> None:
    """An exception is reported by type and place; its message only when values are wanted."""
    code = mutated(
        "        workflow.upsert_memo",
        "        raise ValueError(customer)\n        workflow.upsert_memo",
    )
    [difference] = await _replay(recorded.closed, code, recorded)
    assert difference.change is Change.BROKEN
    assert re.search(r"ValueError at sample_\w+\.py:\d+ in run$", str(difference)), str(difference)
    [shown] = await _replay(recorded.closed, code, recorded, show_values=True)
    assert CUSTOMER in str(shown)


async def test_values_are_shown_when_asked_for(
    recorded: Recorded, mutated: Callable[[str, str], ModuleType]
) -> None:
    """With ``show_values`` a difference tells both values."""
    code = mutated('"key": "case/1:tell:1"', '"key": "case/1:tell:2"')
    [difference] = await _replay(recorded.closed, code, recorded, show_values=True)
    assert (difference.before, difference.after) == ("case/1:tell:1", "case/1:tell:2")


async def test_unknown_key_is_an_error_not_a_difference(recorded: Recorded) -> None:
    """A history that cannot be decrypted is never reported as equal or as different."""
    stranger = replace(recorded.converter, payload_codec=EncryptionCodec(Keyring.generate()))
    with pytest.raises(Exception, match="key"):
        await strict_replay([recorded.closed], [sample.Sample], data_converter=stranger)


async def test_stored_histories_are_loaded_in_order(recorded: Recorded, tmp_path: Path) -> None:
    """Histories come from every folder below, with the workflow id they were recorded under."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.json").write_text(recorded.waiting.to_json(), encoding="utf-8")
    (tmp_path / "b.json").write_text(recorded.closed.to_json(), encoding="utf-8")
    loaded = load_histories(tmp_path)
    assert [history.workflow_id for history in loaded] == ["case/1", "case/2"]
    assert await strict_replay(loaded, [sample.Sample], data_converter=recorded.converter) == []


@pytest.mark.parametrize("text", ["{}", "no json", json.dumps({"events": []})])
def test_file_that_is_no_history_is_named(tmp_path: Path, text: str) -> None:
    """A broken file in the folder stops the check and is named."""
    (tmp_path / "broken.json").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"broken\.json"):
        load_histories(tmp_path)

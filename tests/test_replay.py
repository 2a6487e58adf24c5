"""Whatever was ever recorded is replayed: by Temporal's own replayer, and strictly."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from recourse.disputes.case import Case
from recourse.disputes.vocabulary import Outcome, Stage
from tests.record_histories import FOLDER, SCENARIOS
from worker.differences import Change, Difference
from worker.sandbox import workflow_runner
from worker.strict_replay import load_histories, strict_replay
from worker.worker import WORKFLOWS
from workflows import acquirer, attributes, dispute, queues, telling, verification
from workflows.correction import carry_out
from workflows.locating import locate
from workflows.process import Process

HISTORIES = sorted(FOLDER.glob("*.json"))


def history_of(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(path.stem, path.read_text(encoding="utf-8"))


async def strictly(history: WorkflowHistory) -> list[Difference]:
    return await strict_replay(
        [history],
        WORKFLOWS,
        data_converter=pydantic_data_converter,
        workflow_runner=workflow_runner(),
    )


def test_every_scenario_has_its_history() -> None:
    """Each way a case can end is kept as a history."""
    assert {path.stem for path in HISTORIES} >= set(SCENARIOS.values())


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_history_replays(path: Path) -> None:
    """Temporal's own replayer finds nothing to object to."""
    replayer = Replayer(
        workflows=WORKFLOWS,
        data_converter=pydantic_data_converter,
        workflow_runner=workflow_runner(),
    )
    await replayer.replay_workflow(history_of(path))


async def test_histories_replay_strictly() -> None:
    """Today's code asks for exactly what is recorded, to the last input and time-out."""
    differences = await strict_replay(
        load_histories(FOLDER),
        WORKFLOWS,
        data_converter=pydantic_data_converter,
        workflow_runner=workflow_runner(),
    )
    assert differences == []


Mutation = Callable[[dict[str, Any]], bool]
"""Changes one event as an incompatible change of the code would have; tells whether it did."""


def decoded(payload: dict[str, Any]) -> Any:
    return json.loads(base64.b64decode(payload["data"]))


def encode(payload: dict[str, Any], value: Any) -> None:
    payload["data"] = base64.b64encode(json.dumps(value).encode()).decode()


def scheduled(event: dict[str, Any], name: str) -> dict[str, Any] | None:
    attributes = event.get("activityTaskScheduledEventAttributes")
    found = attributes is not None and attributes["activityType"]["name"] == name
    return attributes if found else None


def another_key(event: dict[str, Any]) -> bool:
    attributes = scheduled(event, "send_notice")
    if attributes is None:
        return False
    payload = attributes["input"]["payloads"][0]
    encode(payload, decoded(payload) | {"key": "RC-OTHER.1"})
    return True


def another_effect(event: dict[str, Any]) -> bool:
    attributes = scheduled(event, "request_correction")
    if attributes is None:
        return False
    payload = attributes["input"]["payloads"][0]
    call = decoded(payload)
    call["order"]["effect_id"] += "0"
    encode(payload, call)
    return True


def another_wait(event: dict[str, Any]) -> bool:
    attributes = event.get("timerStartedEventAttributes")
    if attributes is None:
        return False
    attributes["startToFireTimeout"] = "3600s"
    return True


def another_step(event: dict[str, Any]) -> bool:
    attributes = event.get("upsertWorkflowSearchAttributesEventAttributes")
    if attributes is None:
        return False
    payload = attributes["searchAttributes"]["indexedFields"]["RecourseStep"]
    encode(payload, "elsewhere")
    return True


def another_activity(event: dict[str, Any]) -> bool:
    attributes = scheduled(event, "follow_correction")
    if attributes is None:
        return False
    attributes["activityType"]["name"] = "request_correction"
    return True


def another_patience(event: dict[str, Any]) -> bool:
    attributes = scheduled(event, "read_record") or scheduled(event, "find_sale")
    if attributes is None:
        return False
    attributes["startToCloseTimeout"] = "1s"
    return True


def mutated(name: str, mutation: Mutation) -> WorkflowHistory:
    data = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert any(mutation(event) for event in data["events"]), "nothing was changed"
    return WorkflowHistory.from_json(name, data)


@pytest.mark.parametrize(
    ("mutation", "change"),
    [
        (another_key, Change.CHANGED),
        (another_effect, Change.CHANGED),
        (another_wait, Change.CHANGED),
        (another_step, Change.CHANGED),
        (another_patience, Change.CHANGED),
        (another_activity, Change.NONDETERMINISM),
    ],
)
async def test_an_incompatible_change_is_found(mutation: Mutation, change: Change) -> None:
    """A changed key, effect id, wait, search attribute, time-out or activity never lands
    unseen, although Temporal's replayer sees only the last."""
    differences = await strictly(mutated("too_little", mutation))
    assert change in {difference.change for difference in differences}


async def test_a_rule_that_is_not_pinned_any_more_is_found() -> None:
    """A case that would live by another rule than the one it was opened under is found."""
    data = json.loads((FOLDER / "too_little.json").read_text(encoding="utf-8"))
    started = data["events"][0]["workflowExecutionStartedEventAttributes"]["input"]["payloads"][0]
    start = decoded(started)
    start["opening"]["playbook"]["verification"]["follow_every"]["amount"] = 24
    encode(started, start)
    differences = await strictly(WorkflowHistory.from_json("too_little", data))
    assert Change.CHANGED in {difference.change for difference in differences}


async def not_heard_back(p: Process) -> None:
    """Verification as it would be if the customer were not told."""
    await locate(p)
    await verification.find_cause(p)
    await verification.decide(p)
    await verification.approve(p)
    await carry_out(p)
    p.reach(Outcome.CORRECTED)


def nothing_shown(shown: attributes.Shown, case: Case) -> list[object]:
    return []


@pytest.mark.parametrize(
    ("target", "name", "value", "change"),
    [
        (dispute, "STAGES", dispute.STAGES | {Stage.VERIFICATION: not_heard_back}, None),
        (attributes.Shown, "changes", nothing_shown, None),
        (queues, "MAIL", "another-queue", Change.CHANGED),
        (telling, "MAIL_RETRY", acquirer.READ_RETRY, Change.CHANGED),
    ],
    ids=["notice left out", "attributes left out", "another queue", "another retry policy"],
)
async def test_an_incompatible_line_of_code_is_found(
    monkeypatch: pytest.MonkeyPatch, target: Any, name: str, value: Any, change: Change | None
) -> None:
    """Code that does otherwise than it did is found before it meets a running case."""
    monkeypatch.setattr(target, name, value)
    differences = await strict_replay(
        [history_of(FOLDER / "too_little.json")],
        WORKFLOWS,
        data_converter=pydantic_data_converter,
        workflow_runner=UnsandboxedWorkflowRunner(),
    )
    found = {difference.change for difference in differences}
    assert (change or Change.NONDETERMINISM) in found

"""That Temporal's file tells nothing is no accident of the search: without the codec it tells."""

from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from console.demo.secrecy import personal_words, readable
from recourse.disputes.claims import Claim
from tests.stack.running import Up
from tests.world import a_claim
from workflows.desk import Desk


def a_person(name: str, mail: str, phone: str, story: str) -> Claim:
    return a_claim(
        customer={"name": name, "email": mail, "phone": phone},
        merchant={"id": "M900", "name": "秘密店", "email": f"store.{mail}"},
        sale={
            "reference": f"SECRET-{phone[-4:]}",
            "amount": {"amount": "139.12", "currency": "CNY"},
        },
        story=story,
    )


KEPT = a_person("欧阳沉舟", "ouyang@secret.example", "+86 139 1111 0001", "这一句话谁也不应该读到")
TOLD = a_person("司马青衫", "sima@plain.example", "+86 139 1111 0002", "这一句话没有加密所以读得到")


def files(up: Up) -> list[Path]:
    found = sorted(up.home.glob("temporal.db*"))
    assert found
    return found


async def test_only_what_went_past_the_codec_can_be_read(up: Up) -> None:
    """Two people in one database: whoever came through the desk cannot be read there, in any
    spelling; the other, sent by a client without our codec, is found word for word."""
    kept, told = personal_words([KEPT]), personal_words([TOLD])
    assert min(len(kept), len(told)) >= 5
    desk = Desk(await up.client())
    case_id = (await desk.open(KEPT)).case_id
    await desk.timeline(case_id)
    without = await Client.connect(up.stack.temporal, data_converter=pydantic_data_converter)
    await without.start_workflow("Nothing", TOLD, id="plain", task_queue="nobody")
    assert readable(kept, files(up)) == {}
    assert readable(told, files(up)).keys() == told
    logs = [*(up.home / "logs").glob("*.log"), up.said]
    assert len(logs) > 3
    assert readable(kept, logs) == {}

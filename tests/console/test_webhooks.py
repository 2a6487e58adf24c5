"""The door for notices answers at once, and says what the acquirer should do."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from console.webhooks import create_app, verifiers
from recourse.acquirers.contract import SIGNATURE, Notice
from recourse.acquirers.simulator import face_keys
from recourse.acquirers.simulator.server import serving
from recourse.acquirers.webhooks import LONGEST_BODY, rest_verifier, signature
from recourse.disputes.effects import Hint
from worker.settings import Settings, SettingsError
from workflows.desk import Desk, NobodyAnswers

SECRET = "secret"
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
EFFECT = "RC-AAAA-BBBB-CCCC:refund:1"


class Deskless(Desk):
    """A desk that keeps what it hears, or whose Temporal is away."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Hint]] = []
        self.away = False
        self.known = True

    async def heard(self, identity: str, hint: Hint) -> bool:
        if self.away:
            raise NobodyAnswers("Temporal does not answer (unavailable)")
        self.told.append((identity, hint))
        return self.known


class Door:
    def __init__(self, desk: Deskless, http: httpx2.AsyncClient) -> None:
        self.desk, self.http = desk, http

    async def bring(
        self,
        effect_id: str = EFFECT,
        *,
        secret: str = SECRET,
        at: datetime = NOW,
        acquirer: str = "simulator",
        body: bytes | None = None,
    ) -> tuple[int, str]:
        given = body or Notice(id="evt_1", effect_id=effect_id, at=NOW).model_dump_json().encode()
        headers = {SIGNATURE: signature(secret, given, at)}
        answer = await self.http.post(f"/webhooks/{acquirer}", content=given, headers=headers)
        return answer.status_code, answer.json().get("status", "")


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    desk = Deskless()
    app: FastAPI = create_app(desk, {"simulator": rest_verifier(["secret"])}, lambda: NOW)
    async with (
        serving(app) as port,
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http,
    ):
        yield Door(desk, http)


async def test_told_to_its_case(door: Door) -> None:
    """A notice goes to the case that its effect id begins with."""
    assert await door.bring() == (200, "told")
    ((case_id, hint),) = door.desk.told
    assert (case_id, hint.event_id, hint.effect_id) == ("RC-AAAA-BBBB-CCCC", "evt_1", EFFECT)


async def test_dropped_and_counted(door: Door) -> None:
    """A notice about no case, a finished one, or a refund of the till is taken and dropped:
    bringing it again would help nobody. How many there were is counted."""
    assert await door.bring("") == (200, "not_ours")
    assert door.desk.told == []
    door.desk.known = False
    assert await door.bring() == (200, "no_such_case")
    assert (await door.http.get("/health")).json() == {"not_ours": 1, "no_such_case": 1}


async def test_brought_again_while_temporal_is_away(door: Door) -> None:
    """While Temporal is away the answer is an error that asks to bring it again."""
    door.desk.away = True
    assert await door.bring() == (503, "again_later")
    door.desk.away = False
    assert await door.bring() == (200, "told")


async def test_refused(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    """Forged, replayed, oversized and unknown: refused, told to nobody, and logged without a
    word of the notice."""
    with caplog.at_level(logging.DEBUG):
        assert await door.bring(secret="guess") == (401, "refused")
        assert await door.bring(at=NOW - timedelta(minutes=6)) == (401, "refused")
        assert await door.bring(body=b'{"name": "WANG FANG"}') == (401, "refused")
        assert await door.bring(acquirer="nobody") == (404, "no_such_acquirer")
        assert await door.bring(body=b"x" * (LONGEST_BODY + 1)) == (413, "too_large")
    assert door.desk.told == []
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert "refused" in logged
    assert not [word for word in ("WANG", EFFECT, "evt_1", "secret") if word in logged]


async def test_oversized_without_a_length(door: Door) -> None:
    """A body that does not say how long it is is cut off all the same."""

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(LONGEST_BODY // 1024 + 2):
            yield b"x" * 1024

    answer = await door.http.post("/webhooks/simulator", content=endless())
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("acquirer", "secrets"),
    [
        ("main", []),
        ("main", ["a", "b", "c"]),
        ("main", [""]),
        ("stripe", []),
        ("nobody", ["a"]),
    ],
)
def test_settings_that_verify_nothing_are_refused(acquirer: str, secrets: list[str]) -> None:
    """No secret, too many, or an acquirer that nobody knows: the door does not open."""
    settings = Settings.model_validate(
        {
            "acquirers": {
                "main": {"base_url": "http://127.0.0.1:9"},
                "stripe": {"adapter": "stripe", "api_key": "sk_test_1"},
            },
            "webhooks": {acquirer: {"secrets": secrets}},
        }
    )
    with pytest.raises(SettingsError, match=rf"RECOURSE_WEBHOOKS\.{acquirer}"):
        verifiers(settings)


def test_each_adapter_verifies_in_its_own_way(tmp_path: Path) -> None:
    """What an acquirer speaks says how its notices are signed; Lakala's and UnionPay's need no
    secret."""
    keys = tmp_path / "keys"
    face_keys.make_keys(keys)
    url = "http://127.0.0.1:9"
    acquirers = {
        "main": {"base_url": url},
        "stripe": {"adapter": "stripe", "api_key": "sk_test_1"},
        "lakala": face_keys.lakala_settings(keys, url).model_dump(),
        "unionpay": face_keys.unionpay_settings(keys, url, url).model_dump(),
    }
    secrets = {name: {"secrets": ["a"]} for name in ("main", "stripe")}
    heard = {**secrets, "lakala": {}, "unionpay": {}}
    found = verifiers(Settings.model_validate({"acquirers": acquirers, "webhooks": heard}))
    assert sorted(found) == sorted(acquirers)
    (keys / "lakala.pem").write_text("no certificate")
    with pytest.raises(SettingsError, match=r"RECOURSE_ACQUIRERS\.lakala"):
        verifiers(Settings.model_validate({"acquirers": acquirers, "webhooks": {"lakala": {}}}))


class Deaf(Desk):
    """A desk whose Temporal neither answers nor refuses."""

    def __init__(self) -> None:
        return

    def _handle(self, identity: str) -> Any:
        return self

    async def signal(self, *_: object, **__: object) -> None:
        await asyncio.sleep(60)


async def test_nobody_waits_for_a_silent_temporal(monkeypatch: pytest.MonkeyPatch) -> None:
    """An acquirer is not kept waiting: after some seconds it is told to come again."""
    monkeypatch.setattr("workflows.desk.HEARD_WITHIN", timedelta(milliseconds=20))
    with pytest.raises(NobodyAnswers):
        await Deaf().heard("RC-A", Hint(event_id="n", effect_id=EFFECT))

"""The decryption service of the web pages."""

from google.protobuf import json_format
from starlette.testclient import TestClient
from temporalio.api.common.v1 import Payload, Payloads

from worker.codec import EncryptionCodec
from worker.codec_server import create_app
from worker.keyring import Keyring

ORIGIN = "http://127.0.0.1:8233"


async def _encrypted(keyring: Keyring) -> str:
    plain = Payload(metadata={"encoding": b"json/plain"}, data='"退款"'.encode())
    return json_format.MessageToJson(
        Payloads(payloads=await EncryptionCodec(keyring).encode([plain]))
    )


async def test_our_own_pages_can_read() -> None:
    """A payload of ours comes back plain to the pages it was started for."""
    keyring = Keyring.generate()
    client = TestClient(create_app(keyring, ORIGIN))
    body = await _encrypted(keyring)
    answer = client.post("/decode", content=body, headers={"Origin": ORIGIN})
    decoded = json_format.Parse(answer.text, Payloads())
    assert decoded.payloads[0].data.decode() == '"退款"'
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN


async def test_other_pages_are_refused() -> None:
    """A page of another origin reads nothing."""
    keyring = Keyring.generate()
    client = TestClient(create_app(keyring, ORIGIN))
    body = await _encrypted(keyring)
    answer = client.post("/decode", content=body, headers={"Origin": "http://evil.example"})
    assert (answer.status_code, answer.text) == (403, "")


async def test_foreign_keys_are_said() -> None:
    """A payload under a key that is not in the file is an answer, not a crash."""
    client = TestClient(create_app(Keyring.generate(), ORIGIN))
    body = await _encrypted(Keyring.generate())
    assert client.post("/decode", content=body).status_code == 422


def test_nonsense_is_refused() -> None:
    """What is no list of payloads is refused as such."""
    client = TestClient(create_app(Keyring.generate(), ORIGIN))
    assert client.post("/decode", content="{").status_code == 400

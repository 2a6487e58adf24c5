"""The simulator with its Chinese faces, and the adapters that speak to them over HTTP."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recourse.acquirers.lakala import LakalaAcquirer, LakalaSettings, lakala_acquirer
from recourse.acquirers.lakala.signing import Signer as LakalaSigner
from recourse.acquirers.lakala.signing import Verifier
from recourse.acquirers.simulator import lakala_face
from recourse.acquirers.simulator.admin import SimulatorAdmin
from recourse.acquirers.simulator.clock import Clock
from recourse.acquirers.simulator.face import Face
from recourse.acquirers.simulator.lakala_face import LakalaFace
from recourse.acquirers.simulator.ledger import Ledger
from recourse.acquirers.simulator.server import create_app, serving
from recourse.acquirers.simulator.unionpay_face import UnionPayFace
from recourse.acquirers.unionpay import UnionPayAcquirer, UnionPaySettings, unionpay_acquirer
from recourse.acquirers.unionpay.signing import Signer as UnionPaySigner
from recourse.disputes import effect_ids
from recourse.disputes.casetime import CaseTime
from recourse.disputes.effects import EffectOrder
from recourse.disputes.records import Refund
from tests.acquirers.china import pki
from tests.acquirers.conftest import START, TOKENS, HandClock, an_order

APPID, OUR_SERIAL, LAKALA_SERIAL = "OP00000003", "00dfba8194c41b84cf", "0177b2a1"
MERCHANT = "82229007392000A"
MER_ID = "777290058110097"
NOWHERE = "http://127.0.0.1:9/notify"


def lakala_face_for(appid: str = APPID) -> LakalaFace:
    return LakalaFace(
        signer=LakalaSigner(appid, LAKALA_SERIAL, pki.a_key("lakala")),
        verifier=Verifier(appid, OUR_SERIAL, pki.certificate_of("merchant")),
        merchant_no=MERCHANT,
    )


def unionpay_face_for() -> UnionPayFace:
    return UnionPayFace(
        signer=UnionPaySigner(pki.a_key("unionpay"), pki.unionpay_certificate()),
        merchant=pki.certificate_of("merchant"),
        mer_id=MER_ID,
    )


def lakala_settings(folder: Path, url: str, **changed: object) -> LakalaSettings:
    return LakalaSettings.model_validate(
        {
            "base_url": f"{url}/lakala",
            "appid": APPID,
            "serial_no": OUR_SERIAL,
            "key_file": pki.write_key(folder, "merchant"),
            "lakala_serial_no": LAKALA_SERIAL,
            "lakala_certificate_file": pki.write_certificate(
                folder, "lakala", pki.certificate_of("lakala")
            ),
            "merchant_no": MERCHANT,
            "term_no": "A1062976",
            "request_ip": "127.0.0.1",
            "notify_url": NOWHERE,
            "absent_codes": [lakala_face.ABSENT],
            "refusal_codes": sorted(lakala_face.REFUSAL_CODES),
            "timeout": 2,
            **changed,
        }
    )


def unionpay_settings(folder: Path, url: str, **changed: object) -> UnionPaySettings:
    return UnionPaySettings.model_validate(
        {
            "base_url": f"{url}/unionpay",
            "mer_id": MER_ID,
            "key_file": pki.write_key(folder, "merchant"),
            "certificate_file": pki.write_certificate(
                folder, "merchant", pki.certificate_of("merchant")
            ),
            "root_file": pki.write_certificate(folder, "root", pki.root()),
            "intermediate_file": pki.write_certificate(folder, "intermediate", pki.intermediate()),
            "back_url": NOWHERE,
            "timeout": 2,
            **changed,
        }
    )


@dataclass
class Peer:
    """A simulator that can be restarted, on one port and one file."""

    folder: Path
    wall: HandClock = field(default_factory=HandClock)
    port: int = 0
    ledger: Ledger = field(init=False)
    _running: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self.ledger = Ledger(self.folder / "ledger.sqlite")
        faces: Sequence[Face] = (lakala_face_for(), unionpay_face_for())
        clock = Clock(CaseTime(origin=START, started=START), self.wall)
        app = create_app(self.ledger, clock, TOKENS, faces)
        self.port = await self._running.enter_async_context(serving(app, self.port))

    async def stop(self) -> None:
        await self._running.aclose()
        self.ledger.close()

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    def made(self, sale: str) -> tuple[Refund, ...]:
        """What the books hold against a sale."""
        return self.ledger.refunds.of_sale(sale, self.wall())

    def admin(self) -> SimulatorAdmin:
        return SimulatorAdmin(self.url, TOKENS.admin)


@contextlib.asynccontextmanager
async def a_peer(folder: Path) -> AsyncIterator[Peer]:
    peer = Peer(folder)
    await peer.start()
    try:
        yield peer
    finally:
        await peer.stop()


def make_lakala(folder: Path, url: str, **changed: object) -> LakalaAcquirer:
    return lakala_acquirer("lakala", lakala_settings(folder, url, **changed))


def make_unionpay(folder: Path, url: str, **changed: object) -> UnionPayAcquirer:
    return unionpay_acquirer("unionpay", unionpay_settings(folder, url, **changed))


def an_intent(case: str = "RC-1", minor: int = 10000, **fields: Any) -> EffectOrder:
    """An order as a case writes it down: its id carries the moment."""
    remedy = str(fields.get("remedy", "refund"))
    return an_order(effect_ids.effect_id(case, remedy, 1, START), minor, **fields)

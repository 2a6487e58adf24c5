"""The acquirers that are attacked, by the names of their adapters."""

from collections.abc import Callable

from tests.adversary.china_peers import LakalaPeer, UnionPayPeer
from tests.adversary.peers import Peer
from tests.adversary.ports import free_port
from tests.adversary.rest_peer import RestPeer

PEERS: dict[str, Callable[[int], Peer]] = {
    "rest": RestPeer,
    "lakala": LakalaPeer,
    "unionpay": UnionPayPeer,
}
"""Each is made with the port it will listen on."""


def peer_named(name: str) -> Peer:
    return PEERS[name](free_port())

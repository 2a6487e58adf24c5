"""The acquirers that are attacked, by the names of their adapters."""

from collections.abc import Callable

from tests.adversary.china_peers import LakalaPeer, UnionPayPeer
from tests.adversary.peers import Peer
from tests.adversary.rest_peer import RestPeer
from tests.adversary.stripe_peer import StripePeer
from worker.home import free_port

PEERS: dict[str, Callable[[int, str], Peer]] = {
    "rest": RestPeer,
    "stripe": StripePeer,
    "lakala": LakalaPeer,
    "unionpay": UnionPayPeer,
}


def peer_named(name: str, heard_at: str) -> Peer:
    return PEERS[name](free_port(), heard_at)

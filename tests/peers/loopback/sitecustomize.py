"""Read by a peer's own interpreter before it starts: keeps it to itself.

``localstripe`` listens on every interface and stores its books under one fixed name in /tmp.
Here its socket is bound to 127.0.0.1 instead, and its books lie where ``PEER_BOOKS`` says; they
are replaced as a whole, so that a peer that ends while it writes has the books from before.
Only the standard library is touched; nothing of the peer is imported or changed.
"""

import builtins
import io
import os
import socket

_bind, _open = socket.socket.bind, builtins.open


def _loopback(self, address):  # type: ignore[no-untyped-def]
    if self.family == socket.AF_INET6 and address[0] == "::":
        address = ("::ffff:127.0.0.1", *address[1:])
    return _bind(self, address)


class _Whole(io.BytesIO):
    """A file that is there only once it is written."""

    def __exit__(self, kind, error, trace):  # type: ignore[no-untyped-def]
        books = os.environ["PEER_BOOKS"]
        if kind is None:
            with _open(f"{books}.new", "wb") as file:
                file.write(self.getvalue())
            os.replace(f"{books}.new", books)  # noqa: PTH105 - as little as can be imported
        return super().__exit__(kind, error, trace)


def _own_books(file, *arguments, **named):  # type: ignore[no-untyped-def]
    if file == "/tmp/localstripe.pickle":  # noqa: S108 - the peer's name for it
        if arguments == ("wb",):
            return _Whole()
        file = os.environ["PEER_BOOKS"]
    return _open(file, *arguments, **named)


socket.socket.bind = _loopback  # type: ignore[method-assign]
builtins.open = _own_books

"""Read by a peer's own interpreter before it starts: keeps it to itself.

``localstripe`` listens on every interface and stores its books under one fixed name in /tmp, in
the middle of a change. Here its socket is bound to 127.0.0.1 instead, and its books lie where
``PEER_BOOKS`` says. They are written whole, and right before it next says anything to anybody:
killed at any moment it has kept all that it ever told, and nothing that is half done.
Only the standard library is touched; nothing of the peer is imported or changed.
"""

import atexit
import builtins
import io
import os
import pickle
import socket

_bind, _open, _dump = socket.socket.bind, builtins.open, pickle.dump
_changed = []  # type: ignore[var-annotated]


def _loopback(self, address):  # type: ignore[no-untyped-def]
    if self.family == socket.AF_INET6 and address[0] == "::":
        address = ("::ffff:127.0.0.1", *address[1:])
    return _bind(self, address)


class _Books(io.BytesIO):
    """The file that the peer believes to write."""


def _own_books(file, *arguments, **named):  # type: ignore[no-untyped-def]
    if file == "/tmp/localstripe.pickle":  # noqa: S108 - the peer's name for it
        if arguments == ("wb",):
            return _Books()
        file = os.environ["PEER_BOOKS"]
    return _open(file, *arguments, **named)


def _noted(content, file, *arguments, **named):  # type: ignore[no-untyped-def]
    if isinstance(file, _Books):
        _changed[:] = [content]
    else:
        _dump(content, file, *arguments, **named)


def _write():  # type: ignore[no-untyped-def]
    if _changed:
        books = os.environ["PEER_BOOKS"]
        with _open(f"{books}.new", "wb") as file:
            _dump(_changed.pop(), file, protocol=pickle.HIGHEST_PROTOCOL)
        os.replace(f"{books}.new", books)  # noqa: PTH105 - as little as can be imported


def _before(say):  # type: ignore[no-untyped-def]
    def said(self, *arguments):  # type: ignore[no-untyped-def]
        if self.family != socket.AF_UNIX:  # Those are the event loop's own, to wake itself.
            _write()  # type: ignore[no-untyped-call]
        return say(self, *arguments)

    return said


socket.socket.bind = _loopback  # type: ignore[method-assign]
socket.socket.send = _before(socket.socket.send)  # type: ignore[method-assign, no-untyped-call]
socket.socket.sendall = _before(socket.socket.sendall)  # type: ignore[method-assign, no-untyped-call]
socket.socket.sendmsg = _before(socket.socket.sendmsg)  # type: ignore[method-assign, no-untyped-call]
builtins.open = _own_books
pickle.dump = _noted  # type: ignore[assignment]
atexit.register(_write)

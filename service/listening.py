"""The socket a server listens on."""

from __future__ import annotations

import socket

from index.errors import InputError


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on an address; raises InputError when it cannot be listened on."""
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise InputError(
            f"Cannot listen on {host}:{port} ({error.strerror}); choose another with --host or --port.",
            code="bad_address",
        ) from error
    # Else the body of a response waits some 40 ms for the client to acknowledge its head.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener

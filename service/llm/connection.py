"""The connection a request runs over, held so that it can be cut while a thread is waiting for it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any


class Connection:
    """What a request's client connects to, the last if it connects more than once. Thread-safe.

    To close a socket wakes nobody who is reading from it, and until they wake the other side is told nothing; to shut
    it down does both.
    """

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._lock = threading.Lock()
        self._held: socket.socket | None = None
        self._is_cut = False

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Hold the connection that was made; called by the HTTP client, as its extension `trace`."""
        if not event.endswith(".connect_tcp.complete"):
            return
        # A copy, since TLS takes the socket itself apart.
        made = info["return_value"].get_extra_info("socket").dup()
        with self._lock:
            self._let_go()
            self._held = made
            if self._is_cut:
                _shut_down(made)

    def cut(self) -> None:
        """End the connection, and one that is only being made as soon as it is."""
        with self._lock:
            self._is_cut = True
            if self._held is not None:
                _shut_down(self._held)

    def release(self) -> None:
        """Let the connection go; whether it ends is up to the client."""
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None


def _shut_down(held: socket.socket) -> None:
    # The other side may have ended it already.
    with suppress(OSError):
        held.shutdown(socket.SHUT_RDWR)

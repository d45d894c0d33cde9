"""Run the HTTP application with uvicorn."""

from __future__ import annotations

import socket

import uvicorn

from index.errors import InputError
from service.app import create_app
from service.settings import Settings


def run_server(settings: Settings, host: str, port: int) -> None:
    """Serve until interrupted; raises InputError when the address cannot be listened on."""
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise InputError(
            f"Cannot listen on {host}:{port} ({error.strerror}); choose another with --host or --port.",
            code="bad_address",
        ) from error
    config = uvicorn.Config(create_app(settings), log_level="warning", access_log=False)
    print(f"citecheck serves http://{host}:{port}/  (Ctrl-C stops it)", flush=True)  # noqa: T201 - the address is for people
    with listener:
        uvicorn.Server(config).run(sockets=[listener])

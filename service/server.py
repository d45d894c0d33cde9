"""Run the HTTP application with uvicorn."""

from __future__ import annotations

import ipaddress
import json

import uvicorn

from index.store import Store
from service.app import create_app
from service.listening import listen
from service.settings import Settings

# People think between two questions; a connection closed under them is a failed request for most clients.
_KEEP_ALIVE_SECONDS = 75
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def run_server(settings: Settings, host: str, port: int, *, as_json: bool) -> None:
    """Serve until interrupted.

    Raises StoreError when the data folder cannot be used, InputError when the address cannot be listened on.
    """
    Store(settings.data).close()
    listener = listen(host, port)
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    print(json.dumps({"address": address}) if as_json else f"citecheck serves {address}  (Ctrl-C stops it)", flush=True)  # noqa: T201
    app = create_app(settings, hosts=_LOOPBACK_NAMES if _is_loopback(host) else None)
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_keep_alive=_KEEP_ALIVE_SECONDS)
    with listener:
        uvicorn.Server(config).run(sockets=[listener])


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

"""Run the MCP server over stdio or streamable HTTP."""

from __future__ import annotations

import json
import logging
import signal
from collections.abc import Sequence
from contextlib import closing

import anyio
import uvicorn
from mcp.server import Server
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette

from service.listening import listen
from service.mcp.desk import Desk
from service.mcp.server import create_server
from service.pipeline import Pipeline

_PATH = "/mcp"
_MAX_BODY = 1_000_000
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
# A client's open stream must not keep a stopped server alive.
_GRACE_SECONDS = 2


def run_stdio(pipeline: Pipeline, *, allow_writes: bool) -> None:
    """Serve the one client on stdin and stdout until it closes stdin; all logging goes to stderr."""
    _log_to_stderr()
    # The SDK reads stdin on a thread that nothing can interrupt: Ctrl-C would wait for the client's next line.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    with closing(pipeline.library):
        anyio.run(_talk, create_server(pipeline, allow_writes=allow_writes))


def run_http(
    pipeline: Pipeline, host: str, port: int, *, names: Sequence[str], allow_writes: bool, as_json: bool
) -> None:
    """Serve streamable HTTP, without sessions, until interrupted; `names` are more host names clients call it by.

    Raises InputError when the address cannot be listened on.
    """
    _log_to_stderr()
    app = http_app(pipeline, (host, *names), allow_writes=allow_writes)
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=_GRACE_SECONDS)
    with closing(pipeline.library), listen(host, port) as listener:
        address = f"http://{_written(host)}:{port}{_PATH}"
        shown = json.dumps({"address": address}) if as_json else f"citecheck serves MCP at {address}  (Ctrl-C stops it)"
        print(shown, flush=True)  # noqa: T201
        uvicorn.Server(config).run(sockets=[listener])


def http_app(pipeline: Pipeline, names: Sequence[str], *, allow_writes: bool) -> Starlette:
    """Return the application that serves /mcp to those who call it by one of `names` or by this machine's own."""
    return create_server(pipeline, allow_writes=allow_writes).streamable_http_app(
        streamable_http_path=_PATH,
        stateless_http=True,
        transport_security=allowed_names(names),
        max_request_body_size=max_body(pipeline, allow_writes=allow_writes),
    )


def allowed_names(hosts: Sequence[str]) -> TransportSecuritySettings:
    """Return the names the server answers to, on any port: this machine's own and `hosts`.

    A web page elsewhere must not reach it, neither by its own origin nor by pointing a name of its own at it.
    """
    names = list(dict.fromkeys((*_LOOPBACK, *(_written(host) for host in hosts))))
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=[form for name in names for form in (name, f"{name}:*")],
        allowed_origins=[
            form for name in names for scheme in ("http", "https") for form in _forms(f"{scheme}://{name}")
        ],
    )


def max_body(pipeline: Pipeline, *, allow_writes: bool) -> int:
    """Return the bytes a request may have; a document's may be twice its size, since JSON escapes characters."""
    return max(_MAX_BODY, 2 * pipeline.settings.max_document_bytes + 65_536) if allow_writes else _MAX_BODY


async def _talk(server: Server[Desk]) -> None:
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


def _written(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _forms(name: str) -> tuple[str, str]:
    return name, f"{name}:*"


def _log_to_stderr() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")

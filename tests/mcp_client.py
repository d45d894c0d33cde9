"""The SDK's own client, driven from plain tests, and a real `citecheck mcp` for it to talk to."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.types import CallToolResult


def mcp_command(data: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "eval.cli", "mcp", "--data", str(data), *options]


class Talk:
    """A connected client; every call waits for its answer."""

    def __init__(self, portal: BlockingPortal, client: Client) -> None:
        self.portal = portal
        self.client = client

    def tool(self, name: str, progress: Callable[..., Awaitable[None]] | None = None, **arguments: Any) -> Any:
        """The structured result of a tool; the client has checked it against the tool's output schema."""
        result = self.raw(name, progress, **arguments)
        assert not result.is_error, text(result)
        return result.structured_content

    def raw(self, name: str, progress: Callable[..., Awaitable[None]] | None = None, **arguments: Any) -> Any:
        async def call() -> CallToolResult:
            return await self.client.call_tool(name, arguments, progress_callback=progress)

        return self.portal.call(call)

    def error(self, name: str, **arguments: Any) -> str:
        """The sentence of a call that has to fail."""
        result = self.raw(name, **arguments)
        assert result.is_error, result
        assert result.structured_content is None
        return text(result)

    def names(self) -> list[str]:
        return [tool.name for tool in self.portal.call(self.client.list_tools).tools]


def text(result: CallToolResult) -> str:
    (content,) = result.content
    assert content.type == "text"
    return content.text


@contextmanager
def talking(server: Any, mode: str = "auto") -> Iterator[Talk]:
    """A client of `server`: an address, a transport or a server object."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Client(server, mode=mode, read_timeout_seconds=120)) as client,
    ):
        yield Talk(portal, client)


@contextmanager
def over_stdio(data: Path, log: Path, *options: str, mode: str = "auto") -> Iterator[Talk]:
    """A client of a `citecheck mcp` of its own, whose stderr goes to `log`."""
    command, *arguments = mcp_command(data, *options)
    with log.open("w") as errors:
        transport = stdio_client(StdioServerParameters(command=command, args=arguments), errlog=errors)
        with talking(transport, mode) as talk:
            yield talk


@contextmanager
def http_server(data: Path, *options: str) -> Iterator[str]:
    """The address of a real `citecheck mcp --transport http`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = mcp_command(data, "--transport", "http", "--port", str(port), "--json", *options)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())["address"]
        finally:
            process.terminate()
            process.wait(timeout=20)

"""Says what to install where the official SDK is missing, without importing it."""

from __future__ import annotations

from importlib.util import find_spec

from index.errors import InputError


def check_installed() -> None:
    """Raise InputError when the package `mcp` is not there; it is an extra, since only `citecheck mcp` needs it."""
    if find_spec("mcp") is None:
        raise InputError(
            "The MCP server needs the official SDK; install it with: pip install 'citecheck[mcp]'.",
            code="package_missing",
        )

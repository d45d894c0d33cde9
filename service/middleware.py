"""Bounds and headers around every request: body size, security headers, metrics."""

from __future__ import annotations

import time
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import error_response
from service.metrics import Metrics

_POLICY = (
    "default-src 'none'; script-src 'self'{inline}; style-src 'self'{inline}; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# A report is one file with its own script and style; in a sandbox it has no origin, and may fetch nothing.
REPORT_POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# The interactive API page starts its bundled viewer with a line of script of its own.
_API_PAGE = "/docs"
_SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}
_MAX_BODY = 1_000_000


class BodyTooLarge(HTTPException):
    """The body went over its limit while it was read; an HTTPException, since the framework wraps all others."""

    def __init__(self, limit: int) -> None:
        """Say the limit in bytes."""
        super().__init__(413, f"The request body is over the limit of {limit} bytes; send less.")


class Guard:
    """ASGI middleware: refuses oversized bodies, counts requests, adds security headers."""

    def __init__(
        self, app: ASGIApp, *, metrics: Metrics, max_document_bytes: int, hosts: frozenset[str] | None
    ) -> None:
        """Wrap `app`; a document's body may be twice its size, since JSON escapes characters."""
        self._app = app
        self._hosts = hosts
        self._metrics = metrics
        self._max_document_body = 2 * max_document_bytes + 65_536

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _with_security(message["headers"], scope["path"])
            await send(message)

        limit = self._max_document_body if scope["path"].rstrip("/") == "/v1/documents" else _MAX_BODY
        try:
            await self._limited(scope, receive, send_guarded, limit)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            self._metrics.requests.labels(route, str(status)).inc()
            self._metrics.seconds.labels(route).observe(time.perf_counter() - started)

    async def _limited(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        if self._is_foreign(scope):
            message = "The request comes from another site; open the page of this service instead."
            await error_response(403, "foreign_origin", message, {})(scope, receive, send)
            return
        if _declared_length(scope) > limit:
            refusal = BodyTooLarge(limit)
            await error_response(413, "request_too_large", refusal.detail, {})(scope, receive, send)
            return
        seen = 0

        async def receive_counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise BodyTooLarge(limit)
            return message

        await self._app(scope, receive_counted, send)

    def _is_foreign(self, scope: Scope) -> bool:
        """Whether a page of another origin sent this, or the service is called by a name it does not have."""
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        host = urlsplit(f"//{headers.get(b'host', '')}")
        if self._hosts is not None and host.hostname not in self._hosts:
            return True
        origin = headers.get(b"origin")
        return scope["method"] not in ("GET", "HEAD") and origin is not None and urlsplit(origin).netloc != host.netloc


def _declared_length(scope: Scope) -> int:
    value = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(value) if value.isdigit() else 0


def _with_security(headers: Iterable[tuple[bytes, bytes]], path: str) -> list[tuple[bytes, bytes]]:
    """Add the headers every response has; a policy the route has set itself stays."""
    own = list(headers)
    named = {name.lower() for name, _ in own}
    return [*own, *((name, value) for name, value in _headers(path) if name not in named)]


def _headers(path: str) -> list[tuple[bytes, bytes]]:
    policy = _POLICY.format(inline=" 'unsafe-inline'" if path == _API_PAGE else "")
    headers = {**_SECURITY_HEADERS, "content-security-policy": policy}
    if path == "/" or path.startswith("/static/"):
        # Checked against its ETag at each visit, so that an upgrade never mixes old modules with new ones.
        headers["cache-control"] = "no-cache"
    return [(name.encode(), value.encode()) for name, value in headers.items()]

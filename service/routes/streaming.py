"""Server-sent events from work in steps: a turn in the pool for each, and an error where the work fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event
from pydantic import TypeAdapter

from index.errors import CitecheckError
from service.errors import error_body
from service.pool import Busy
from service.routes.state import State

T = TypeVar("T")

_RETRY_SECONDS = 0.1
_JSON = TypeAdapter[Any](Any)
_END = object()
_log = logging.getLogger(__name__)


async def steps(work: Iterator[T], state: State, request: Request) -> AsyncIterator[T]:
    """Yield what `work` yields, one turn in the pool each, so that long work does not keep others waiting.

    The work stops when the client goes away. Once let in it waits for its turns like everybody else.
    """
    try:
        while not await request.is_disconnected():
            try:
                step = await state.pool.run(next, work, _END)
            except Busy:
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            if step is _END:
                return
            yield step  # type: ignore[misc]  # _END is no T
    finally:
        # A worker that is still in a step cannot be stopped there; the work ends with it.
        close = getattr(work, "close", None)
        if close is not None:
            with suppress(ValueError):
                close()


def event(name: str, data: object) -> bytes:
    """Return one server-sent event."""
    return format_sse_event(event=name, data_str=_JSON.dump_json(data).decode())


def stream(events: AsyncIterator[bytes]) -> StreamingResponse:
    """Answer with a stream of events; a failure becomes a last event `error` in the shape of every error."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_guarded(events), media_type="text/event-stream", headers=headers)


async def _guarded(events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    try:
        async for one in events:
            yield one
    except CitecheckError as error:
        yield event("error", error_body(error.code, error.message, dict(error.details)))
    except Exception as error:
        # The status line is long gone: the client learns of it here, the framework's log in the usual way.
        _log.exception("a stream failed", exc_info=error)
        message = "Something went wrong here; the log of the service has details."
        yield event("error", error_body("internal_error", message, {}))
        raise

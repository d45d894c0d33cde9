"""Server-sent events from work in steps: a turn in the pool for each, and an error where the work fails."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
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
KEEP_ALIVE_SECONDS = 10.0
KEEP_ALIVE = b": still working\n\n"
_JSON = TypeAdapter[Any](Any)
_END = object()
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wording:
    """What there is to know of work that may wait for a language model.

    `waits` tells from a step whether the next may; `stopped` is set when nobody waits for the work any more.
    """

    waits: Callable[[Any], bool]
    stopped: threading.Event = field(default_factory=threading.Event)


async def steps(work: Iterator[T], state: State, request: Request, wording: Wording | None = None) -> AsyncIterator[T]:
    """Yield what `work` yields, one turn in the pool each, so that long work does not keep others waiting.

    Steps that may wait for a language model have their turns in a pool of their own. The work stops when the client
    goes away. Once let in it waits for its turns like everybody else.
    """
    gone = asyncio.ensure_future(_gone(request))
    pool = state.pool
    try:
        while not await request.is_disconnected():
            try:
                step = await _unless(gone, pool.run(next, work, _END))
            except Busy:
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            if step is _END:
                return
            pool = state.wording_pool if wording is not None and wording.waits(step) else state.pool
            yield step  # type: ignore[misc]  # _END is no T
    finally:
        gone.cancel()
        if wording is not None:
            wording.stopped.set()
        # A worker that is still in a step cannot be stopped there, unless it waits for a model; the work ends with it.
        close = getattr(work, "close", None)
        if close is not None:
            with suppress(ValueError):
                close()


async def _gone(request: Request) -> None:
    """Return when the client has gone away."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _unless(gone: asyncio.Future[None], step: Coroutine[Any, Any, object]) -> object:
    """Return what a step comes to; its end without waiting for it when the client goes away."""
    running = asyncio.ensure_future(step)
    try:
        await asyncio.wait((running, gone), return_when=asyncio.FIRST_COMPLETED)
        return running.result() if running.done() else _END
    finally:
        running.cancel()


def event(name: str, data: object) -> bytes:
    """Return one server-sent event."""
    return format_sse_event(event=name, data_str=_JSON.dump_json(data).decode())


def stream(events: AsyncIterator[bytes]) -> StreamingResponse:
    """Answer with a stream of events; a failure becomes a last event `error` in the shape of every error."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    lines = kept_alive(told_of_failures(events, _error))
    return StreamingResponse(lines, media_type="text/event-stream", headers=headers)


def _error(error: CitecheckError) -> bytes:
    return event("error", error_body(error.code, error.message, dict(error.details)))


async def told_of_failures(
    lines: AsyncIterator[bytes], told: Callable[[CitecheckError], bytes]
) -> AsyncIterator[bytes]:
    """Yield the lines; a failure becomes a last one, and a defect is also logged and raised."""
    try:
        async for line in lines:
            yield line
    except CitecheckError as error:
        yield told(error)
    except Exception as error:
        # The status line is long gone: the client learns of it here, the framework's log in the usual way.
        _log.exception("a stream failed", exc_info=error)
        message = "Something went wrong here; the log of the service has details."
        yield told(CitecheckError(message, code="internal_error"))
        raise


async def kept_alive(lines: AsyncIterator[bytes], seconds: float = KEEP_ALIVE_SECONDS) -> AsyncIterator[bytes]:
    """Yield the lines, and a comment whenever there is none for so many seconds, so that no proxy hangs up."""
    waiting = asyncio.ensure_future(_next(lines))
    try:
        while True:
            await asyncio.wait({waiting}, timeout=seconds)
            if not waiting.done():
                yield KEEP_ALIVE
                continue
            line = waiting.result()
            if line is None:
                return
            yield line
            waiting = asyncio.ensure_future(_next(lines))
    finally:
        # The client may be gone; then the work is told so where it waits.
        waiting.cancel()


async def _next(lines: AsyncIterator[bytes]) -> bytes | None:
    return await anext(lines, None)

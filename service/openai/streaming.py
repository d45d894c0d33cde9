"""A reply in steps: begun at once, streamed as OpenAI does, kept alive while it works."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any, TypeVar

from fastapi import Request

from index.errors import CitecheckError
from service.openai.errors import body_of, openai_error
from service.routes.state import State
from service.routes.streaming import steps

T = TypeVar("T")

KEEP_ALIVE_SECONDS = 10.0
KEEP_ALIVE = b": still working\n\n"
DONE = b"data: [DONE]\n\n"
_END: Any = object()
_log = logging.getLogger(__name__)


async def begin(work: Iterator[T], state: State) -> asyncio.Future[T]:
    """Start the first step of `work` without waiting for it; raises Busy when there is no place in the pool."""
    first = asyncio.ensure_future(state.pool.run(next, work, _END))
    await asyncio.sleep(0)
    if first.done():
        first.result()
    return first


async def going_on(first: asyncio.Future[T], work: Iterator[T], state: State, request: Request) -> AsyncIterator[T]:
    """Yield the first step, when it is done, and those after it; stops when the client goes away."""
    step = await first
    if step is _END:
        return
    yield step
    async for later in steps(work, state, request):
        yield later


def data(content: dict[str, Any]) -> bytes:
    """Return one line of a stream."""
    return f"data: {json.dumps(content, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()


async def guarded(lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the lines; a failure becomes a last line with the error, and no `[DONE]` follows."""
    try:
        async for line in lines:
            yield line
    except CitecheckError as error:
        yield data(body_of(error))
    except Exception as error:
        # The status line is long gone: the client learns of it here, the framework's log in the usual way.
        _log.exception("a stream failed", exc_info=error)
        yield data(
            openai_error("internal_error", "Something went wrong here; the log of the service has details.", 500)
        )
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

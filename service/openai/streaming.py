"""A reply in steps: begun at once, streamed as OpenAI does, kept alive while it works."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any, TypeVar

from fastapi import Request

from service.openai.errors import body_of
from service.routes.state import State
from service.routes.streaming import Wording, steps, told_of_failures

T = TypeVar("T")

DONE = b"data: [DONE]\n\n"
_END: Any = object()


async def begin(work: Iterator[T], state: State) -> asyncio.Future[T]:
    """Start the first step of `work` without waiting for it; raises Busy when there is no place in the pool."""
    first = asyncio.ensure_future(state.pool.run(next, work, _END))
    await asyncio.sleep(0)
    if first.done():
        first.result()
    return first


async def going_on(
    first: asyncio.Future[T], work: Iterator[T], state: State, request: Request, wording: Wording
) -> AsyncIterator[T]:
    """Yield the first step, when it is done, and those after it; stops when the client goes away."""
    step = await first
    if step is _END:
        return
    yield step
    async for later in steps(work, state, request, wording):
        yield later


def data(content: dict[str, Any]) -> bytes:
    """Return one line of a stream."""
    return f"data: {json.dumps(content, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()


def guarded(lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Return the lines; a failure becomes a last line with the error, and no `[DONE]` follows."""
    return told_of_failures(lines, lambda error: data(body_of(error)))

"""Chat for clients that speak OpenAI's protocol: stateless, the history is what they send."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from service.conversation.chat import Chat
from service.openai.completions import Completion, model_list, model_object, new_completion
from service.openai.content import Piece
from service.openai.errors import OpenAIRoute
from service.openai.reply import Ending, Reply
from service.openai.requests import ChatCompletionRequest, check_model, check_supported
from service.openai.streaming import DONE, begin, data, going_on, guarded
from service.routes.state import ChatDep, State, StateDep
from service.routes.streaming import Wording, kept_alive

router = APIRouter(prefix="/v1", tags=["openai"], route_class=OpenAIRoute)

# Nobody reads it; logs and proxies know the number.
_CLIENT_GONE = 499
_Steps = AsyncIterator[tuple[Piece, ...] | Ending]


@router.post("/chat/completions", responses={200: {"content": {"text/event-stream": {}}}})
async def chat_completions(body: ChatCompletionRequest, request: Request, state: StateDep, chat: ChatDep) -> Response:
    """Answer the last message; quotes stand in the content as footnotes and in `message.annotations`.

    Nothing is kept. Model `citecheck-plain` leaves the footnotes out. The work stops when the client goes away.
    """
    check_supported(body)
    reply = await _prepared(chat, body, str(request.base_url))
    work = reply.steps()
    first = await begin(work, state)
    wording = Wording(lambda _step: reply.waits, reply.stopped)
    steps = _counted(going_on(first, work, state, request, wording), state)
    completion = new_completion(body.model, counted=body.include_usage)
    if body.stream:
        lines = kept_alive(guarded(_lines(steps, completion)))
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(lines, media_type="text/event-stream", headers=headers)
    return await _whole(steps, completion)


@router.get("/models")
async def models() -> dict[str, Any]:
    """List the models a chat completion may name."""
    return model_list()


@router.get("/models/{model}")
async def model(model: str) -> dict[str, Any]:
    """Describe one model."""
    return model_object(check_model(model))


async def _prepared(chat: Chat, body: ChatCompletionRequest, base_url: str) -> Reply:
    """Check a request; not in the work pool, so that what cannot be answered is told also while all are busy."""
    if body.options.within is None:
        return Reply(chat, body, base_url)
    # Their names are looked up in the database.
    return await asyncio.to_thread(Reply, chat, body, base_url)


async def _counted(steps: _Steps, state: State) -> _Steps:
    async for step in steps:
        if isinstance(step, Ending):
            state.metrics.answers.labels(step.outcome.status).inc()
        yield step


async def _whole(steps: _Steps, completion: Completion) -> Response:
    pieces: list[Piece] = []
    async for step in steps:
        if isinstance(step, Ending):
            return JSONResponse(completion.whole(pieces, step.usage, step.outcome))
        pieces += step
    return Response(status_code=_CLIENT_GONE)


async def _lines(steps: _Steps, completion: Completion) -> AsyncIterator[bytes]:
    yield data(completion.opening())
    async for step in steps:
        if not isinstance(step, Ending):
            for piece in step:
                yield data(completion.piece(piece))
            continue
        yield data(completion.ending(step.outcome))
        if completion.counted:
            yield data(completion.count(step.usage))
        yield DONE

"""Chat: the next message of a conversation, answered at once or event by event."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse

from service.answers import Answered, Conflicting, Declined
from service.conversation.chat import Event, Opened, Scope
from service.conversation.exchange import InContext
from service.conversation.turns import Turn, turn_json
from service.examples import CHAT, documented
from service.llm.written import Sentence, Written
from service.pipeline import Retrieved
from service.quotes import Citation
from service.routes.state import ChatDep, State, StateDep
from service.routes.streaming import Wording, event, steps, stream
from service.schemas import ChatRequest

router = APIRouter(prefix="/v1", tags=["chat"])

# Nobody reads it; logs and proxies know the number.
_CLIENT_GONE = 499

Told = Opened | Event | Turn
IdempotencyKey = Annotated[
    str | None, Header(description="A name for this request: sent again, it gets the turn it made the first time.")
]


@router.post("/chat", responses=documented(CHAT) | {"2XX": {"content": {"text/event-stream": {}}}})
async def chat(
    body: ChatRequest,
    request: Request,
    state: StateDep,
    chat: ChatDep,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Answer the next message of a conversation, and keep the turn; without `conversation_id` begin a new one.

    With `stream` the events are `understood` (told again with a `context` where what was talked about had to be put
    beside the question), `retrieved`, `quote` (each as it is verified), `answer`, with a language
    model `sentence` and `written`, and `done`, the whole turn; or `error`. The work stops when the client goes away,
    and nothing is kept then.
    """
    scope = Scope(body.top_k, body.within, body.min_confidence)
    understood = state.understanding_pool
    wording = Wording(chat.waits_after)
    work = await understood.run(
        chat.converse, body.message, body.conversation_id, scope, idempotency_key, wording.stopped
    )
    events = _after(await understood.run(next, work), steps(work, state, request, wording))
    if body.stream:
        return stream(_told(events, state))
    turn = await _last(events, state)
    return Response(status_code=_CLIENT_GONE) if turn is None else JSONResponse(turn_json(turn))


async def _after(first: Told, rest: AsyncIterator[Told]) -> AsyncIterator[Told]:
    yield first
    async for one in rest:
        yield one


async def _last(events: AsyncIterator[Told], state: State) -> Turn | None:
    """Return the turn that ends the work; None when the client went away before."""
    turn = None
    async for one in events:
        if isinstance(one, Turn):
            turn = one
            state.metrics.answers.labels(one.answer.status).inc()
    return turn


async def _told(events: AsyncIterator[Told], state: State) -> AsyncIterator[bytes]:
    opened: Opened | None = None
    async for one in events:
        if isinstance(one, Opened):
            opened = one
        elif isinstance(one, Turn):
            state.metrics.answers.labels(one.answer.status).inc()
        if isinstance(one, InContext) and opened is not None:
            yield event("understood", _understood(opened, one.context))
        else:
            yield _event(one)


def _event(one: Told) -> bytes:
    if isinstance(one, Turn):
        return event("done", turn_json(one))
    if isinstance(one, Opened):
        return event("understood", _understood(one, None))
    return event(_NAMES[type(one)], one)


def _understood(opened: Opened, context: str | None) -> dict[str, Any]:
    understood = opened.understood
    return {
        "conversation_id": opened.conversation_id,
        "message": understood.message,
        "standalone_question": understood.standalone_question,
        "candidates": understood.candidates,
        "context": context,
    }


_NAMES: dict[type, str] = {
    Retrieved: "retrieved",
    Citation: "quote",
    Answered: "answer",
    Conflicting: "answer",
    Declined: "answer",
    Sentence: "sentence",
    Written: "written",
}

"""Conversations: list, begin, read, rename, remove, export; and what people think of a turn."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from service.conversation.export import as_markdown
from service.conversation.turns import ConversationInfo, ConversationList, Feedback, conversation_json
from service.routes.state import ChatDep, StateDep
from service.schemas import FeedbackRequest, NewConversation, RenameRequest

router = APIRouter(prefix="/v1", tags=["chat"])

MAX_PAGE = 1000


@router.get("/conversations")
async def list_conversations(
    state: StateDep,
    chat: ChatDep,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 100,
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
) -> ConversationList:
    """List the conversations, the last used first."""
    return await state.pool.run(chat.store.list, limit=limit, offset=offset)


@router.post("/conversations")
async def begin_conversation(state: StateDep, chat: ChatDep, body: NewConversation) -> ConversationInfo:
    """Begin an empty conversation; without a title it takes its first message's words."""
    return await state.pool.run(chat.store.create, body.title)


@router.get("/conversations/{conversation_id}")
async def get_conversation(conversation_id: str, state: StateDep, chat: ChatDep) -> dict[str, Any]:
    """Return a conversation as it was answered then, with every citation."""
    return conversation_json(await state.pool.run(chat.conversation, conversation_id))


@router.patch("/conversations/{conversation_id}")
async def rename_conversation(
    conversation_id: str, state: StateDep, chat: ChatDep, body: RenameRequest
) -> ConversationInfo:
    """Give a conversation another title."""
    return await state.pool.run(chat.store.rename, conversation_id, body.title)


@router.delete("/conversations/{conversation_id}")
async def remove_conversation(conversation_id: str, state: StateDep, chat: ChatDep) -> dict[str, str]:
    """Erase a conversation with its turns and feedback."""
    await state.pool.run(chat.store.remove, conversation_id)
    return {"conversation_id": conversation_id, "status": "removed"}


@router.get(
    "/conversations/{conversation_id}/export",
    responses={200: {"content": {"application/json": {}, "text/markdown": {}}}},
)
async def export_conversation(
    conversation_id: str,
    state: StateDep,
    chat: ChatDep,
    form: Annotated[Literal["markdown", "json"], Query(alias="format")] = "markdown",
) -> Response:
    """Return a conversation as a file with its citations."""
    found = await state.pool.run(chat.conversation, conversation_id)
    name = f"conversation-{found.info.conversation_id[:8]}"
    if form == "json":
        headers = {"Content-Disposition": f'attachment; filename="{name}.json"'}
        return JSONResponse(conversation_json(found), headers=headers)
    headers = {"Content-Disposition": f'attachment; filename="{name}.md"'}
    return PlainTextResponse(as_markdown(found), media_type="text/markdown; charset=utf-8", headers=headers)


@router.post("/feedback")
async def give_feedback(state: StateDep, chat: ChatDep, body: FeedbackRequest) -> dict[str, Any]:
    """Keep what a person thinks of a turn, instead of what they thought before."""
    feedback = Feedback(body.verdict, body.comment)
    turn = await state.pool.run(chat.store.give_feedback, body.conversation_id, body.turn, feedback)
    return {"conversation_id": turn.conversation_id, "turn": turn.turn, "feedback": feedback}

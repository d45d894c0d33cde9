"""What routes share: the pipeline once it is loaded, and the pools its work runs in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from index.errors import CitecheckError
from service.conversation.chat import Chat
from service.metrics import Metrics
from service.pipeline import Pipeline
from service.pool import WorkPool
from service.settings import Settings


class NotReady(CitecheckError):
    """The index and the models are still loading, or could not be loaded (HTTP 503)."""


@dataclass(slots=True)
class State:
    """One per application.

    Reading, writing and understanding have pools of their own, so that questions are answered while a long document
    is taken in, and a message is understood while others are being answered; so has waiting for a language model, so
    that one that hangs keeps nobody else waiting.
    `pipeline` and `chat` are None until loaded; `failure` and `chat_failure` say why they never will be.
    """

    settings: Settings
    pool: WorkPool
    ingest_pool: WorkPool
    understanding_pool: WorkPool
    wording_pool: WorkPool
    metrics: Metrics
    pipeline: Pipeline | None
    chat: Chat | None
    failure: CitecheckError | None
    chat_failure: CitecheckError | None


def get_state(request: Request) -> State:
    """Return the application's state."""
    state: State = request.app.state.citecheck
    return state


def get_pipeline(state: Annotated[State, Depends(get_state)]) -> Pipeline:
    """Return the loaded pipeline; raises NotReady before that."""
    if state.failure is not None:
        raise NotReady(state.failure.message, code=state.failure.code)
    if state.pipeline is None:
        raise NotReady("The service is starting; try again in a moment.", code="starting")
    return state.pipeline


def get_chat(state: Annotated[State, Depends(get_state)]) -> Chat:
    """Return the conversations; raises NotReady before they are loaded."""
    get_pipeline(state)
    if state.chat_failure is not None:
        raise NotReady(state.chat_failure.message, code=state.chat_failure.code)
    if state.chat is None:
        raise NotReady("The service is starting; try again in a moment.", code="starting")
    return state.chat


StateDep = Annotated[State, Depends(get_state)]
PipelineDep = Annotated[Pipeline, Depends(get_pipeline)]
ChatDep = Annotated[Chat, Depends(get_chat)]

"""The HTTP application: loads in the background, answers health at once, serves the page and the API."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from fastapi_offline import FastAPIOffline

from index.errors import CitecheckError, StoreError
from service import errors
from service.assets import Assets
from service.conversation.chat import open_chat
from service.metrics import Metrics
from service.middleware import Guard
from service.pipeline import Pipeline, open_pipeline
from service.pool import WorkPool
from service.routes import chat, checking, conversations, documents, health, openai, questions, reports
from service.routes.state import State
from service.schemas import ErrorResponse
from service.settings import Settings

_WEB = Path(__file__).parent / "web"
# Answers that a language model words at once; a worker mostly waits for it.
_WORDINGS = 16
_log = logging.getLogger(__name__)


def create_app(settings: Settings, *, hosts: frozenset[str] | None = None) -> FastAPI:
    """Return the application; its index and models load when it starts.

    `hosts` are the names it may be called by, None for any: served on this machine only, a page elsewhere must not
    reach it by pointing a name of its own at it.
    """
    state = State(
        settings=settings,
        pool=WorkPool(settings.workers, settings.queue),
        ingest_pool=WorkPool(1, settings.queue),
        understanding_pool=WorkPool(1, settings.queue),
        wording_pool=WorkPool(_WORDINGS, settings.queue),
        metrics=Metrics(),
        pipeline=None,
        chat=None,
        chat_failure=None,
        failure=None,
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        loading = asyncio.create_task(_load(state))
        yield
        await loading
        state.pool.close()
        state.ingest_pool.close()
        state.understanding_pool.close()
        state.wording_pool.close()
        if state.chat is not None:
            state.chat.close()
        if state.pipeline is not None:
            state.pipeline.register.close()
            state.pipeline.library.close()

    app = FastAPIOffline(
        redoc_url=None,
        title="citecheck",
        version=version("citecheck"),
        description="Answers about your documents with verbatim quotes anyone can look up.",
        lifespan=lifespan,
        responses={"4XX": {"model": ErrorResponse}, "503": {"model": ErrorResponse}},
    )
    app.state.citecheck = state
    errors.install(app)
    app.include_router(questions.router)
    app.include_router(chat.router)
    app.include_router(conversations.router)
    app.include_router(openai.router)
    app.include_router(checking.router)
    app.include_router(documents.router)
    app.include_router(health.router)
    app.include_router(reports.router)
    _serve_page(app, state)
    app.add_middleware(Guard, metrics=state.metrics, max_document_bytes=settings.max_document_bytes, hosts=hosts)
    return app


async def _load(state: State) -> None:
    try:
        pipeline = await state.pool.run(open_pipeline, state.settings)
        await state.pool.run(pipeline.warm_up)
        await _load_chat(state, pipeline)
    except CitecheckError as error:
        _log.error("citecheck cannot start: %s", error.message)
        state.failure = error
        return
    except Exception as error:
        state.failure = CitecheckError("The service failed to start; its log has details.", code="start_failed")
        _log.exception("citecheck cannot start", exc_info=error)
        raise
    state.pipeline = pipeline


async def _load_chat(state: State, pipeline: Pipeline) -> None:
    """Open the conversations; where they cannot be used, everything else is served without them."""
    try:
        state.chat = await state.pool.run(open_chat, pipeline)
    except StoreError as error:
        _log.error("citecheck serves without chat: %s", error.message)
        state.chat_failure = error


def _serve_page(app: FastAPI, state: State) -> None:
    templates = Jinja2Templates(_WEB / "templates")
    assets = Assets(_WEB / "static")

    @app.api_route("/static/{name}", methods=["GET", "HEAD"], include_in_schema=False)
    async def asset(name: str, request: Request) -> Response:
        return assets.response(name, request.headers)

    @app.api_route("/", methods=["GET", "HEAD"], response_class=HTMLResponse, include_in_schema=False)
    async def page(request: Request) -> HTMLResponse:
        # Not in the work pool: the page opens also while all workers are busy.
        count = 0 if state.pipeline is None else await asyncio.to_thread(state.pipeline.library.store.count)
        content = {"document_count": count, "examples": state.settings.examples}
        return templates.TemplateResponse(request, "page.html", content)

"""Check a text or claims: one response, or a verdict at a time as server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse
from fastapi.sse import format_sse_event
from pydantic import TypeAdapter

from index.errors import CitecheckError, InputError
from service.checking.checker import Outline, finish
from service.checking.register import DisagreementReport
from service.exports import as_claim_review, as_markdown
from service.pipeline import Pipeline
from service.pool import Busy
from service.routes.state import PipelineDep, State, StateDep
from service.schemas import CheckRequest
from service.verdicts import CheckResult, Verdict

router = APIRouter(prefix="/v1", tags=["claims"])

_RETRY_SECONDS = 0.2
_JSON = TypeAdapter[Any](Any)


@router.post(
    "/check",
    response_model=CheckResult,
    responses={200: {"content": {"text/event-stream": {}, "text/markdown": {}, "application/ld+json": {}}}},
)
async def check(body: CheckRequest, request: Request, state: StateDep, pipeline: PipelineDep) -> Response:
    """Give every claim a verdict with quotes for and against, or say that the documents do not.

    The work stops when the client goes away; what was decided is remembered, so asking again goes on from there.
    """
    outline = await state.pool.run(_outline, pipeline, body)
    if body.stream:
        events = _events(outline, body.documents, state, pipeline, request)
        return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-store"})
    verdicts = []
    async for verdict in _verdicts(outline, body.documents, state, pipeline, request):
        verdicts.append(verdict)
        if await request.is_disconnected():
            break
    return _shaped(finish(outline, verdicts), body.format)


@router.get("/disagreements")
async def disagreements(state: StateDep, pipeline: PipelineDep) -> DisagreementReport:
    """List statements of the documents that contradict each other; looked for in the background after a change."""
    return await state.pool.run(pipeline.disagreements)


def _outline(pipeline: Pipeline, body: CheckRequest) -> Outline:
    if (body.text is None) == (body.claims is None):
        raise InputError("Send either 'text' or 'claims'.", code="text_or_claims")
    if body.stream and body.format != "json":
        raise InputError("A stream is JSON; leave out 'stream' or 'format'.", code="bad_format")
    if body.claims is not None:
        return pipeline.outline_claims(body.claims, body.documents)
    return pipeline.outline(body.text or "", body.documents)


async def _verdicts(
    outline: Outline, documents: Sequence[str] | None, state: State, pipeline: Pipeline, request: Request
) -> AsyncIterator[Verdict]:
    """Yield the verdicts, one turn in the work pool each, so that a long text does not keep others waiting."""
    verdicts = pipeline.verdicts(outline, documents)
    while (verdict := await _turn(verdicts, state, request)) is not None:
        state.metrics.verdicts.labels(verdict.verdict).inc()
        yield verdict


async def _turn(verdicts: Iterator[Verdict], state: State, request: Request) -> Verdict | None:
    """Return the next verdict; None at the end, or when nobody is there any more to wait for it."""
    while not await request.is_disconnected():
        try:
            return await state.pool.run(next, verdicts, None)
        except Busy:
            # The text was let in; between its claims it waits like everybody else.
            await asyncio.sleep(_RETRY_SECONDS)
    return None


async def _events(
    outline: Outline, documents: Sequence[str] | None, state: State, pipeline: Pipeline, request: Request
) -> AsyncIterator[bytes]:
    total = len(outline.claims)
    start = {"statements": total, "passed_over": outline.passed_over, "quotations": outline.quotations}
    yield _event("start", start)
    made: list[Verdict] = []
    try:
        async for verdict in _verdicts(outline, documents, state, pipeline, request):
            made.append(verdict)
            yield _event("verdict", {**_JSON.dump_python(verdict, mode="json"), "done": len(made), "of": total})
    except CitecheckError as error:
        yield _event("error", {"code": error.code, "message": error.message})
        return
    yield _event("done", finish(outline, made))


def _event(name: str, data: object) -> bytes:
    return format_sse_event(event=name, data_str=_JSON.dump_json(data).decode())


def _shaped(result: CheckResult, form: str) -> Response:
    if form == "markdown":
        return PlainTextResponse(as_markdown(result), media_type="text/markdown; charset=utf-8")
    if form == "claimreview":
        return Response(json.dumps(as_claim_review(result), ensure_ascii=False), media_type="application/ld+json")
    return JSONResponse(_JSON.dump_python(result, mode="json"))

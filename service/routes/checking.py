"""Check a text or claims: one response, or a verdict at a time as server-sent events."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import TypeAdapter

from index.errors import InputError
from service.checking.checker import Outline, finish
from service.checking.register import DisagreementReport
from service.exports import as_claim_review, as_markdown
from service.pipeline import Pipeline
from service.routes.state import PipelineDep, State, StateDep
from service.routes.streaming import event, steps, stream
from service.schemas import CheckRequest
from service.verdicts import CheckResult, Verdict

router = APIRouter(prefix="/v1", tags=["claims"])

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
    verdicts = _counted(steps(pipeline.verdicts(outline, body.within), state, request), state)
    if body.stream:
        return stream(_events(outline, verdicts))
    return _shaped(finish(outline, [verdict async for verdict in verdicts]), body.format)


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
        return pipeline.outline_claims(body.claims, body.within)
    return pipeline.outline(body.text or "", body.within)


async def _counted(verdicts: AsyncIterator[Verdict], state: State) -> AsyncIterator[Verdict]:
    async for verdict in verdicts:
        state.metrics.verdicts.labels(verdict.verdict).inc()
        yield verdict


async def _events(outline: Outline, verdicts: AsyncIterator[Verdict]) -> AsyncIterator[bytes]:
    total = len(outline.claims)
    yield event("start", {"statements": total, "passed_over": outline.passed_over, "quotations": outline.quotations})
    made: list[Verdict] = []
    async for verdict in verdicts:
        made.append(verdict)
        yield event("verdict", {**_JSON.dump_python(verdict, mode="json"), "done": len(made), "of": total})
    yield event("done", finish(outline, made))


def _shaped(result: CheckResult, form: str) -> Response:
    if form == "markdown":
        return PlainTextResponse(as_markdown(result), media_type="text/markdown; charset=utf-8")
    if form == "claimreview":
        return Response(json.dumps(as_claim_review(result), ensure_ascii=False), media_type="application/ld+json")
    return JSONResponse(_JSON.dump_python(result, mode="json"))

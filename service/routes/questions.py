"""Ask, search, look up a quotation, resolve a citation."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from service.answers import Answer
from service.examples import ANSWER, LOOKUP, documented
from service.lookup import LookupResult
from service.resolving import Resolution
from service.routes.state import PipelineDep, StateDep
from service.schemas import AskRequest, LookupRequest, SearchRequest
from service.searched import SearchResult

router = APIRouter(prefix="/v1", tags=["questions"])


@router.post("/ask", responses=documented(ANSWER))
async def ask(body: AskRequest, state: StateDep, pipeline: PipelineDep) -> Answer:
    """Answer a question with verbatim quotes, or say that the documents do not."""
    answer = await state.pool.run(pipeline.ask, body.question, body.top_k, body.within, body.min_confidence)
    state.metrics.answers.labels(answer.status).inc()
    return answer


@router.post("/search")
async def search(body: SearchRequest, state: StateDep, pipeline: PipelineDep) -> SearchResult:
    """Rank passages; every hit tells each leg's rank and score."""
    return await state.pool.run(pipeline.search, body.query, body.top_k, body.within)


@router.post("/lookup", responses=documented(LOOKUP))
async def lookup(body: LookupRequest, state: StateDep, pipeline: PipelineDep) -> LookupResult:
    """Find where a quotation stands, word for word or nearly, or that it does not."""
    return await state.pool.run(pipeline.look_up, body.quote, body.within)


@router.get("/citations/{citation_id:path}")
async def citation(
    citation_id: Annotated[str, Path(examples=["c1:003_2ac005a384697a87@0a1b2c3d4e5f:120-180"])],
    state: StateDep,
    pipeline: PipelineDep,
) -> Resolution:
    """Resolve a citation id, also one into an older version of its document."""
    return await state.pool.run(pipeline.resolve, citation_id)

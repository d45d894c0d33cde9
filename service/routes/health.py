"""Liveness, readiness and metrics: answered on the event loop, so they stay quick while all workers are busy."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from service.routes.state import StateDep
from service.schemas import Health

router = APIRouter(tags=["operation"])


@router.get("/health")
async def health() -> Health:
    """The process is alive."""
    return Health(status="ok")


@router.get("/health/ready", responses={503: {"model": Health}})
async def ready(state: StateDep) -> Response:
    """503 until the index and the models are loaded."""
    if state.failure is not None:
        return JSONResponse({"status": "failed"}, status_code=503)
    if state.pipeline is None:
        return JSONResponse({"status": "starting"}, status_code=503, headers={"Retry-After": "1"})
    return JSONResponse({"status": "ready"})


@router.get("/metrics")
async def metrics(state: StateDep) -> Response:
    """Prometheus text format."""
    return Response(state.metrics.render(), media_type="text/plain; version=0.0.4; charset=utf-8")

"""The evaluation reports at /eval, read-only."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

from service.middleware import REPORT_POLICY
from service.reports import list_reports, read_report
from service.routes.state import StateDep

router = APIRouter(prefix="/eval", include_in_schema=False)
_TEMPLATES = Jinja2Templates(Path(__file__).parent.parent / "web" / "templates")


@router.get("", response_class=HTMLResponse)
async def reports(request: Request, state: StateDep) -> HTMLResponse:
    """List the latest reports."""
    found = await state.pool.run(list_reports, state.settings.reports)
    return _TEMPLATES.TemplateResponse(request, "reports.html", {"reports": found})


@router.get("/{name}", response_class=HTMLResponse)
async def report(name: str, state: StateDep) -> HTMLResponse:
    """Show one report in a sandbox of its own: its script reaches nothing of this service."""
    content = await state.pool.run(read_report, state.settings.reports, name)
    return HTMLResponse(content, headers={"Content-Security-Policy": REPORT_POLICY})

"""Errors as HTTP answers: one shape, one status for each kind."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from index.errors import (
    CitecheckError,
    DocumentClash,
    InProgress,
    InputError,
    NotFound,
    StoreError,
    StoreFull,
    TooLarge,
)
from service.pool import RETRY_AFTER_SECONDS, Busy
from service.routes.state import NotReady

_log = logging.getLogger(__name__)

# The first kind that fits decides, so the narrower stand first.
_STATUS: tuple[tuple[type[CitecheckError], int], ...] = (
    (NotFound, 404),
    (DocumentClash, 409),
    (InProgress, 409),
    (TooLarge, 413),
    (InputError, 422),
    (Busy, 503),
    (NotReady, 503),
    (StoreFull, 507),
    (StoreError, 503),
)


def install(app: FastAPI) -> None:
    """Make every failure of `app` answer in the contract's shape."""
    app.add_exception_handler(CitecheckError, _citecheck_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected_error)


def error_body(code: str, message: str, details: dict[str, object]) -> dict[str, object]:
    """Return an error in the contract's shape."""
    return {"error": {"code": code, "message": message, "details": details}}


def error_response(status: int, code: str, message: str, details: dict[str, object]) -> JSONResponse:
    """Answer with an error in the contract's shape."""
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status == 503 else None
    return JSONResponse(error_body(code, message, details), status_code=status, headers=headers)


async def _citecheck_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, CitecheckError)  # noqa: S101 - narrows the type Starlette cannot express
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    if status == 500:
        _log.error("%s", error, exc_info=error)
    return error_response(status, error.code, error.message, dict(error.details))


async def _validation_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
    problems = [
        {"field": ".".join(str(part) for part in item["loc"] if part != "body"), "problem": str(item["msg"])}
        for item in error.errors()
    ]
    first = problems[0] if problems else {"field": "", "problem": "it cannot be read"}
    where = f"the field {first['field']!r}: " if first["field"] else ""
    message = f"The request is not valid, {where}{first['problem'][:200]}."
    return error_response(422, "invalid_request", message, {"problems": problems[:20]})


async def _http_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - as above
    codes = {404: "not_found", 405: "method_not_allowed", 413: "request_too_large"}
    code = codes.get(error.status_code, "http_error")
    return error_response(error.status_code, code, str(error.detail), {})


async def _unexpected_error(_request: Request, error: Exception) -> JSONResponse:
    _log.error("unexpected error", exc_info=error)
    return error_response(500, "internal_error", "Something went wrong here; the log of the service has details.", {})

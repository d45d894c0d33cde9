"""Failures as clients of OpenAI's protocol expect them: the contract's error with `type` and `param` beside it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from index.errors import CitecheckError, InputError, NotFound, StoreError, TooLarge
from service.pool import RETRY_AFTER_SECONDS, Busy
from service.routes.state import NotReady

_log = logging.getLogger(__name__)

# The first kind that fits decides; what cannot be used is 400 here, which clients turn into their BadRequestError.
_STATUS: tuple[tuple[type[CitecheckError], int], ...] = (
    (NotFound, 404),
    (TooLarge, 413),
    (InputError, 400),
    (Busy, 503),
    (NotReady, 503),
    (StoreError, 503),
)
_Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class OpenAIRoute(APIRoute):
    """A route whose errors have OpenAI's shape too."""

    def get_route_handler(self) -> _Handler:
        """Wrap the usual handler."""
        handle = super().get_route_handler()

        async def shaped(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                return _answer(400, _invalid(error.errors()))
            except HTTPException as error:
                code = "request_too_large" if error.status_code == 413 else "http_error"
                return _answer(error.status_code, openai_error(code, str(error.detail), error.status_code))
            except CitecheckError as error:
                return _answer(status_of(error), body_of(error))

        return shaped


def status_of(error: CitecheckError) -> int:
    """Return the HTTP status of a failure."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def body_of(error: CitecheckError) -> dict[str, Any]:
    """Return a failure in both shapes; one that is a defect is logged."""
    status = status_of(error)
    if status == 500:
        _log.error("%s", error, exc_info=error)
    details = {name: value for name, value in error.details.items() if name != "param"}
    return openai_error(error.code, error.message, status, param=error.details.get("param"), details=details)


def openai_error(
    code: str, message: str, status: int, *, param: object = None, details: dict[str, object] | None = None
) -> dict[str, Any]:
    """Return an error that is both the contract's and OpenAI's."""
    kind = "invalid_request_error" if status < 500 else "server_error"
    return {"error": {"code": code, "message": message, "details": details or {}, "type": kind, "param": param}}


def _invalid(problems: Sequence[Any]) -> dict[str, Any]:
    found = [{"field": _field(item["loc"]), "problem": str(item["msg"])[:200]} for item in problems[:20]]
    first = found[0] if found else {"field": "", "problem": "it cannot be read"}
    where = f"the field {first['field']!r}: " if first["field"] else ""
    message = f"The request is not valid, {where}{first['problem']}."
    return openai_error("invalid_request", message, 400, param=first["field"] or None, details={"problems": found})


def _field(place: Sequence[str | int]) -> str:
    """Return a place as OpenAI writes it, e.g. `messages[0].content`; empty when it is the body itself."""
    parts = [part for part in place if part != "body"]
    if not parts or isinstance(parts[0], int):
        return ""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).removeprefix(".")


def _answer(status: int, content: dict[str, Any]) -> JSONResponse:
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status == 503 else None
    return JSONResponse(content, status_code=status, headers=headers)

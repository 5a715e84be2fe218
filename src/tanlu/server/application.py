"""The application: API and pages of one desk, behind the guard."""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from tanlu._version import __version__
from tanlu.gate.permission import needs
from tanlu.kernel.errors import TanluError
from tanlu.rest.described import REFUSALS
from tanlu.rest.routes import ROUTERS as API
from tanlu.server.guard import Guard
from tanlu.server.refuse import BodyTooLarge, refused
from tanlu.server.session import Sessions
from tanlu.web.routes.all import ROUTERS as PAGES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from starlette.responses import Response

    from tanlu.app.desk import Desk
    from tanlu.server.door import Door

_log = logging.getLogger("tanlu.server")
_SMALL = 1000  # bytes not worth packing
_BUG, _NOT_FOUND, _METHOD = 500, 404, 405


def build(desk: Desk, door: Door) -> Guard:
    """Return the application that serves a desk, behind its guard.

    Parameters
    ----------
    desk : Desk
        The workspace; it may not be there yet.
    door : Door
        Where and for whom; see `Door.check`.

    Raises
    ------
    TanluError
        Those of `Door.check`.
    """
    door.check()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        desk.close()

    application = _application(lifespan)

    @application.get("/api/openapi.json", include_in_schema=False, dependencies=[needs("view")])
    def openapi() -> dict[str, object]:
        return application.openapi()

    _answer_errors(application)
    return Guard(application, desk=desk, door=door, sessions=Sessions(desk, door))


def description() -> dict[str, Any]:
    """Return the OpenAPI description of the API."""
    return _application(None).openapi()


def _application(
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None,
) -> FastAPI:
    application = FastAPI(
        title="Tanlu",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        middleware=[Middleware(GZipMiddleware, minimum_size=_SMALL, compresslevel=6)],
    )
    for router in API:
        application.include_router(router, responses=REFUSALS)
    for router in PAGES:
        application.include_router(router)
    return application


def _answer_errors(application: FastAPI) -> None:
    @application.exception_handler(TanluError)
    def anticipated(request: Request, error: TanluError) -> Response:
        return refused(error, request)

    @application.exception_handler(RequestValidationError)
    def wrong(request: Request, error: RequestValidationError) -> Response:
        told = error.errors()[0]
        place = ".".join(str(part) for part in told["loc"])
        return refused(TanluError("gate.input", place=place, found=told["msg"]), request)

    @application.exception_handler(HTTPException)
    def missing(request: Request, error: HTTPException) -> Response:
        if isinstance(error, BodyTooLarge):
            return refused(error.told, request)
        code = {_NOT_FOUND: "gate.not-found", _METHOD: "gate.method"}.get(error.status_code)
        told = TanluError(code or "gate.input", place=request.url.path, found=error.detail)
        return refused(told, request, status=error.status_code)

    @application.exception_handler(Exception)
    def bug(request: Request, error: Exception) -> Response:
        _log.error("%s %s", request.method, request.url.path, exc_info=error)
        return refused(TanluError("gate.bug"), request, status=_BUG)

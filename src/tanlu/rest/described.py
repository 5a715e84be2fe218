"""How the API describes itself: a name and a sentence for each operation, and its refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from fastapi import APIRouter


class Refusal(BaseModel):
    """Why nothing was done: the one shape of every error."""

    model_config = ConfigDict(extra="forbid")

    ok: bool = Field(False, description="Always false.")
    code: str = Field(description="Stable; docs/reference/codes.md says what each means.")
    message: str = Field(description="What is wrong and what to do, in the language asked for.")
    facts: dict[str, Any]
    findings: list[dict[str, Any]]


REFUSALS: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": Refusal, "description": "Refused; nothing was changed."},
    503: {"model": Refusal, "description": "Busy; try again after the seconds of Retry-After."},
}


def described(router: APIRouter) -> APIRouter:
    """Give each operation of a router its name and, from its docstring, its sentence."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            route.summary = route.description.partition("\n")[0].rstrip(".")
            route.operation_id = f"{route.tags[0]}.{route.name.rstrip('_')}"
    return router

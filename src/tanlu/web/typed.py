"""What a form says, for forms whose fields the program makes itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

if TYPE_CHECKING:
    from collections.abc import Mapping


async def typed(request: Request) -> Mapping[str, str]:
    """Return the text fields of a form by name; of a name sent twice the first."""
    form = await request.form(max_fields=5000)
    fields: dict[str, str] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            fields.setdefault(name, value)
    return fields


Typed = Annotated[dict[str, str], Depends(typed)]

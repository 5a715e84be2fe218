"""Texts and bodies that more than one route of the API takes."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError


def _storable(text: str) -> str:
    """Refuse what no file and no database holds: a NUL, half of a surrogate pair."""
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        code, told = "characters", "has a character that cannot be stored"
        raise PydanticCustomError(code, told)
    return text


Text = Annotated[str, Field(max_length=4000), AfterValidator(_storable)]
Name = Annotated[str, Field(max_length=200), AfterValidator(_storable)]


class Body(BaseModel):
    """A body of which every field is known."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Reason(Body):
    """Why something is done; kept in the ledger."""

    reason: Text = ""

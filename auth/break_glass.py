"""Breaking the glass as an argument of commits."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from scheduling.model.break_glass import BreakGlass


class BreakGlassArgs(BaseModel):
    """Why a closed date is changed all the same; roles that may are named by the policy."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    code: Annotated[str, Field(max_length=40)]
    reason: Annotated[str, Field(max_length=500)]


BreakGlassGiven = Annotated[BreakGlassArgs | None, Field(description="For closed (past or locked) dates.")]


def glass_of(given: BreakGlassArgs | None) -> BreakGlass | None:
    """The value the services take."""
    return BreakGlass(given.code, given.reason) if given else None

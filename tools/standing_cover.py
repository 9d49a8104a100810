"""What `record_absence` and `decide` say of the cover that stays when an absence blocks no more."""

from __future__ import annotations

from scheduling.services.standing_cover import StandingCover
from tools.tool import Call, Next, Scope

_LISTED = 12
_MOST = 2


def cover_shown(cover: StandingCover) -> tuple[str, ...] | None:
    """The first override ids; None when nothing stands."""
    return cover.overrides[:_LISTED] or None


def cover_notes(cover: StandingCover) -> list[str]:
    """That overrides stay, and that another absence goes on blocking; nothing where neither is so."""
    notes = []
    if cover.overrides:
        count = len(cover.overrides)
        said = (
            "1 active override that covered it stays"
            if count == 1
            else f"{count} active overrides that covered it stay"
        )
        notes.append(f"{said}: take back with revert_override what is not wanted any more.")
    if cover.absences:
        notes.append(f"Its dates are not all free: {', '.join(cover.absences[:_LISTED])} still blocks there.")
    return notes


def cover_next(cover: StandingCover, call: Call) -> tuple[Next, ...] | None:
    """Take the cover back, whole plans first, for whoever may."""
    if not call.access.may(Scope.SCHEDULE_COMMIT):
        return None
    named = [*(("plan", plan) for plan in cover.plans), *(("override", each) for each in cover.single)]
    return (
        tuple(
            Next(
                tool="revert_override",
                arguments={"program": call.program, kind: ident},
                why="the absence it covered has ended",
            )
            for kind, ident in named[:_MOST]
        )
        or None
    )

"""Why this slot, asked as a client does: on a real server, in both eras, about the demonstration and the real year."""

from __future__ import annotations

from auth.roles import Role
from scheduling.model.calendar import is_weekday_call
from scheduling.model.override import Source
from scheduling.model.part import Part, Slot
from tests.clients.asking import refused, use
from tests.clients.village import Village


async def test_a_half_day_and_a_call_of_a_block_are_explained(village: Village, era: str) -> None:
    """A call is held by its preload; a half-day of attending time has a verdict with both solves' proof; nobody unknown."""
    roster, block = await village.roster()
    night = next(d for d in block.window if is_weekday_call(d))
    caller = roster.holders("CALL", Slot(night, Part.NIGHT))[0]
    mornings = [(s.date, p) for p, s, code in roster.filled(block.window) if (code, s.part) == ("AT", Part.AM)]
    date, person = next(
        (d, p) for d, p in sorted(mornings) if roster.source_at(p, Slot(d, Part.AM)) in (Source.SOLVER, Source.TEMPLATE)
    )
    other = next(p.id for p in roster.program.people if p.takes_call and p.id != caller)
    async with village.over_http(Role.RESIDENT, era) as client:
        assert "explain_assignment" in {t.name for t in (await client.list_tools()).tools}
        held = await use(client, "explain_assignment", person=caller, date=str(night), part="NIGHT", why_not=other)
        assert held["verdict"] == "forbidden"
        assert held["rules"][0]["id"] == "prog.lock"
        assert held["slot"]["locked"] == "preload"
        free = await use(client, "explain_assignment", person=person, date=str(date), part="AM")
        assert free["verdict"] in {"costlier", "equal", "free"}
        assert free["proof"]["kind"] == "optimal"
        assert len(free["proof"]["now"]) == len(free["proof"]["forced_bound"]) == 4
        error = await refused(client, "explain_assignment", person="fac-99", date=str(date), part="AM")
        assert error["code"] == "not_found"

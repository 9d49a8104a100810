"""`fairness/{year}`: how an academic year's calls are shared, pool by pool and person by person."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated

from pydantic import Field

from auth.shapes import AsOf
from resources.places import complete_year
from resources.resource import Body, Call, ProgramPlace, Resource, Scope, Shape
from scheduling.model.pools import PoolShare
from scheduling.services.fairness import read_fairness


class FairnessPlace(ProgramPlace):
    """One academic year, named by its first."""

    year: Annotated[int, Field(ge=1970, le=2199)]


class PersonShareShape(Shape):
    """One person's calls in a pool, the days they were available, and calls per so many of them (null: never there)."""

    person: str
    calls: int
    available_days: int
    rate: float | None


class PoolShape(Shape):
    """One pool. `range` is the greatest less the least rate; up to `fair` it counts as fair."""

    pool: str
    calls: int
    range: float
    fair: float
    people: tuple[PersonShareShape, ...]

    @classmethod
    def of(cls, share: PoolShare, fair: float) -> PoolShape:
        """The pool, most loaded first."""
        rates = share.rates
        people = sorted(share.available, key=lambda person: (-rates.get(person, Fraction(-1)), person))
        return cls(
            pool=share.pool.value,
            calls=sum(share.held.values()),
            range=_rounded(share.spread),
            fair=fair,
            people=tuple(
                PersonShareShape(
                    person=person,
                    calls=share.held.get(person, 0),
                    available_days=share.available[person],
                    rate=_rounded(rates[person]) if person in rates else None,
                )
                for person in people
            ),
        )


class FairnessBody(Body):
    """The effective schedule's calls from `start` to `end`, the published part of the year; rates are per `per_days` days.

    Eligible are active core faculty. Friday and Saturday nights belong to the week's attending and to no pool.
    """

    year: int
    start: str | None = None
    end: str | None = None
    per_days: int
    pools: tuple[PoolShape, ...]
    note: str | None = None
    as_of: AsOf


async def handle(place: FairnessPlace, call: Call) -> FairnessBody:
    """Read the shares."""
    async with call.unit() as unit:
        view = await read_fairness(unit, call.program, place.year)
    window = view.window
    return FairnessBody(
        year=place.year,
        start=window.start.isoformat() if window else None,
        end=window.end.isoformat() if window else None,
        per_days=view.figures.equity_per_days,
        pools=tuple(PoolShape.of(s, float(view.figures.equity_spread[s.pool.value])) for s in view.shares),
        note=view.note,
        as_of=AsOf.of(view.roster, call, window),
    )


def _rounded(value: Fraction) -> float:
    return round(float(value), 2)


RESOURCE = Resource(
    "housestaff://{program}/fairness/{year}",
    "fairness",
    "Fairness",
    "How a year's calls are shared: Sundays, Mondays to Thursdays and holidays, each person's calls, available days, rate.",
    FairnessPlace,
    scopes={Scope.SCHEDULE_READ},
    handle=handle,
    completions={"year": complete_year},
)

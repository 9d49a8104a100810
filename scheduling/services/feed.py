"""A person's calendar: read once, or followed by a phone through a secret address."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from anyio import to_thread

from scheduling.model.calendar import days
from scheduling.model.part import Window
from scheduling.services.duty_calendar import Edition, write_calendar
from scheduling.store.unit import UnitOfWork

BEHIND, AHEAD = 35, 400
"""Days before and after today that a followed calendar holds."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar file; `mark` stays the same while the file would."""

    content: bytes
    mark: str


async def read_calendar(
    unit: UnitOfWork, slug: str, person: str, window: Window | None = None, *, known_mark: str | None = None
) -> Feed:
    """The person's calendar over the window (default: from five weeks ago to a year and a month ahead).

    With the mark of a calendar that the asker has, the content is empty where it would be the same.
    """
    program = await unit.program(slug)
    program.person(person)
    state = await unit.programs.state(slug)
    today = program.clock.today()
    asked = window or Window(today - days(BEHIND), today + days(AHEAD))
    sequence = await _sequence(unit, slug, state.overlay + state.facts)
    mark = f"{sequence}-{asked.start:%y%m%d}-{asked.end:%y%m%d}"
    if mark == known_mark:
        return Feed(b"", mark)
    roster = await unit.roster(slug, asked, margin=0)
    edition = Edition(sequence, unit.context.at)
    content = await to_thread.run_sync(functools.partial(write_calendar, roster, person, asked, edition))
    return Feed(content, mark)


async def _sequence(unit: UnitOfWork, slug: str, generations: int) -> int:
    """A number that rises with every publication, override and fact, and never falls."""
    newest = await unit.versions.publications(slug, limit=1)
    return generations + (newest[0].id if newest else 0)


async def follow(unit: UnitOfWork, secret: str, known_mark: str | None = None) -> Feed | None:
    """The calendar a secret opens; None where it opens none: never issued, revoked, or its person gone."""
    found = await unit.feeds.whose(secret)
    if found is None:
        return None
    slug, person = found
    if not (await unit.program(slug)).person(person).active:
        return None
    return await read_calendar(unit, slug, person, known_mark=known_mark)


async def issue_feed(unit: UnitOfWork, slug: str, person: str) -> str:
    """A new secret for the person's calendar, shown once; in a unit that has done nothing yet."""
    await unit.lock(slug)
    (await unit.program(slug)).person(person)
    return await unit.feeds.issue(slug, person)


async def revoke_feeds(unit: UnitOfWork, slug: str, person: str) -> int:
    """Close every calendar address of the person; how many there were."""
    await unit.lock(slug)
    (await unit.program(slug)).person(person)
    return await unit.feeds.revoke(slug, person)

"""Clinic sites: each has its own rooms and its own attendings; a program that names none has one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scheduling.model.roster import Roster


def sites_of(roster: Roster) -> tuple[str, ...]:
    """The sites people name, sorted; one empty name where nobody names any."""
    return tuple(sorted({p.site for p in roster.program.people}))


def at_site(roster: Roster, rows: NDArray[np.intp], site: str | None) -> NDArray[np.intp]:
    """The rows of people at the site; all of them for None."""
    if site is None:
        return rows
    people = roster.program.people
    return np.array([i for i in rows if people[i].site == site], np.intp)


def said_at(site: str) -> str:
    """The site as a message names it."""
    return f" at {site}" if site else ""

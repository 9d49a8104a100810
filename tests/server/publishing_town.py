"""The small program behind the product's own server, with accounts of some roles."""

from __future__ import annotations

import datetime as dt

from auth import accounts, tokens
from auth.roles import Role
from server.app import House
from tests.scheduling.services.publishing.small_house import SLUG, SmallHouse
from tests.server.sample import Town, free_port, settings_for

ROLES = {Role.ADMIN: None, Role.COORDINATOR: None, Role.RESIDENT: "pgy1-01", Role.FACULTY: "fac-01", Role.AUDITOR: None}


class RealTown(Town):
    """The product's own catalogue."""

    def house(self) -> House:
        return House(self.database, self.settings)


async def settle_town(small: SmallHouse) -> RealTown:
    """Accounts named like their roles, and a token of each."""
    town = RealTown(small.database, settings_for(free_port()))
    now = dt.datetime.now(dt.UTC)
    async with small.database.session() as session:
        for role, person in ROLES.items():
            await accounts.add(session, role.value, role, SLUG, person=person)
            town.issued[role.value] = await tokens.issue(session, role.value, now=now)
        await session.commit()
    return town

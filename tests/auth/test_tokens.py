from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator

import anyio
import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from auth import accounts, setup, tokens
from auth.roles import Role
from auth.scopes import Scope
from auth.secret import TOKEN
from auth.tables import SetupLink, TokenRow
from auth.verifier import AnyVerifier, OpaqueVerifier
from scheduling.model.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from scheduling.store.database import Database

NOW = dt.datetime(2026, 3, 13, 12, tzinfo=dt.UTC)
HERE = "https://house.example/mcp"
DAY = dt.timedelta(days=1)


class Watch:
    """A clock a test can turn."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
async def session(database: Database) -> AsyncIterator[AsyncSession]:
    async with database.session() as opened:
        yield opened


@pytest.fixture
async def chief(session: AsyncSession) -> tokens.Issued:
    await accounts.add(session, "chief-1", Role.CHIEF, "demo", person="pgy3-01")
    issued = await tokens.issue(session, "chief-1", now=NOW, days=30)
    await session.commit()
    return issued


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def verifier(database: Database, watch: Watch) -> OpaqueVerifier:
    return OpaqueVerifier(database, HERE, "https://house.example", watch)


async def test_a_token_leads_to_its_account_roles_and_person(verifier: OpaqueVerifier, chief: tokens.Issued) -> None:
    """The verifier returns the caller as the database knows them, and never the secret."""
    found = await verifier.verify_token(chief.secret)
    assert found is not None
    assert chief.secret.startswith(TOKEN)
    assert (found.subject, found.resource, found.token) == ("chief-1", HERE, chief.id)
    assert found.principal.memberships["demo"].role is Role.CHIEF
    assert found.principal.memberships["demo"].person == "pgy3-01"
    assert found.principal.membership("other") is None
    assert chief.secret not in repr(found)


async def test_only_hashes_are_stored(session: AsyncSession, chief: tokens.Issued) -> None:
    """No column of the token's row holds the secret."""
    row = (await session.execute(text("select * from tokens"))).one()
    assert chief.secret not in repr(tuple(row))
    assert chief.secret[len(TOKEN) :].encode() not in bytes(row.hash)


@pytest.mark.parametrize("wrong", ["", "hst_", "hst_" + "A" * 43, "xyz", "hst_" + "A" * 9000, "hst_\x00"])
async def test_an_unknown_token_is_refused(verifier: OpaqueVerifier, chief: tokens.Issued, wrong: str) -> None:
    """Nothing that was not issued opens the door."""
    assert await verifier.verify_token(wrong) is None


async def test_an_expired_token_is_refused(verifier: OpaqueVerifier, chief: tokens.Issued, watch: Watch) -> None:
    """The last instant before the end counts, the end itself does not."""
    watch.now = chief.expires_at - dt.timedelta(microseconds=1)
    assert await verifier.verify_token(chief.secret) is not None
    watch.now = chief.expires_at
    assert await verifier.verify_token(chief.secret) is None


async def test_a_revoked_token_is_refused(
    verifier: OpaqueVerifier, chief: tokens.Issued, session: AsyncSession
) -> None:
    """Revoking by id or by the token itself ends it at once, and doing it twice succeeds."""
    assert await tokens.revoke(session, chief.secret, now=NOW) == "chief-1"
    assert await tokens.revoke(session, chief.id, now=NOW + DAY) == "chief-1"
    await session.commit()
    assert await verifier.verify_token(chief.secret) is None
    row = (await session.scalars(select(TokenRow))).one()
    assert row.revoked_at == NOW


async def test_a_disabled_account_is_refused_until_enabled(
    verifier: OpaqueVerifier, chief: tokens.Issued, session: AsyncSession
) -> None:
    """Disabling an account refuses the next use of every token it has; a token for it cannot be issued."""
    await accounts.set_disabled(session, "chief-1", disabled=True, now=NOW)
    await session.commit()
    assert await verifier.verify_token(chief.secret) is None
    with pytest.raises(ForbiddenError):
        await tokens.issue(session, "chief-1", now=NOW)
    await accounts.set_disabled(session, "chief-1", disabled=False, now=NOW)
    await session.commit()
    assert await verifier.verify_token(chief.secret) is not None


async def test_an_audience_is_reported_as_issued(verifier: OpaqueVerifier, session: AsyncSession) -> None:
    """A token bound to another server's URL keeps that URL, so that the SDK refuses it here."""
    await accounts.add(session, "admin", Role.ADMIN, "*")
    issued = await tokens.issue(session, "admin", now=NOW, audience="https://other.example/mcp")
    await session.commit()
    found = await verifier.verify_token(issued.secret)
    assert found is not None
    assert found.resource == "https://other.example/mcp"


async def test_a_removed_role_is_gone_at_the_next_use(
    verifier: OpaqueVerifier, chief: tokens.Issued, session: AsyncSession
) -> None:
    """Roles are read at every request, not at issue."""
    await accounts.withdraw(session, "chief-1", "demo")
    await session.commit()
    found = await verifier.verify_token(chief.secret)
    assert found is not None
    assert found.principal.membership("demo") is None


async def test_last_use_is_noted_to_the_minute(
    verifier: OpaqueVerifier, chief: tokens.Issued, session: AsyncSession, watch: Watch
) -> None:
    """Many uses within a minute write once."""
    await verifier.verify_token(chief.secret)
    watch.now = NOW + dt.timedelta(seconds=59)
    await verifier.verify_token(chief.secret)
    assert (await tokens.overview(session))[0].last_used_at == NOW
    watch.now = NOW + dt.timedelta(seconds=61)
    await verifier.verify_token(chief.secret)
    await session.rollback()
    assert (await tokens.overview(session))[0].last_used_at == watch.now


async def test_a_token_carries_by_default_what_the_roles_can_hold(session: AsyncSession) -> None:
    """An auditor's token reads and audits; a coordinator's may commit, should the policy ever grant it."""
    await accounts.add(session, "auditor-1", Role.AUDITOR, "demo")
    await accounts.add(session, "coord-1", Role.COORDINATOR, "demo")
    auditor = await tokens.issue(session, "auditor-1", now=NOW)
    coordinator = await tokens.issue(session, "coord-1", now=NOW)
    assert auditor.scopes == {Scope.SCHEDULE_READ, Scope.AUDIT_READ}
    assert Scope.SCHEDULE_COMMIT in coordinator.scopes
    assert Scope.ADMIN_MANAGE not in coordinator.scopes


async def test_administration_refuses_what_makes_no_sense(session: AsyncSession) -> None:
    """Each refusal names its field and the way on."""
    await accounts.add(session, "admin", Role.ADMIN, "*")
    with pytest.raises(ConflictError):
        await accounts.add(session, "admin", Role.ADMIN, "*")
    for bad in ("", "-x", "a b", "x" * 65, accounts.OWNER, "a\n"):
        with pytest.raises(InvalidError):
            await accounts.add(session, bad, Role.STAFF, "demo")
    with pytest.raises(InvalidError, match="auditor"):
        await accounts.grant(session, "admin", Role.AUDITOR, "demo", person="fac-01")
    with pytest.raises(InvalidError, match="person"):
        await accounts.grant(session, "admin", Role.ADMIN, "*", person="fac-01")
    with pytest.raises(NotFoundError, match="nearest: admin"):
        await tokens.issue(session, "admim", now=NOW)
    with pytest.raises(InvalidError, match="days"):
        await tokens.issue(session, "admin", now=NOW, days=0)
    with pytest.raises(NotFoundError):
        await tokens.revoke(session, "tok_unknown", now=NOW)
    with pytest.raises(NotFoundError):
        await accounts.withdraw(session, "admin", "demo")


async def test_a_role_change_keeps_the_person(session: AsyncSession) -> None:
    """A resident who becomes chief is still the same person of the roster; an auditor is nobody."""
    await accounts.add(session, "r", Role.RESIDENT, "demo", person="pgy3-01")
    await accounts.grant(session, "r", Role.CHIEF, "demo")
    [view] = await accounts.overview(session)
    assert (view.roles["demo"].role, view.roles["demo"].person) == (Role.CHIEF, "pgy3-01")
    await accounts.grant(session, "r", Role.AUDITOR, "demo")
    [view] = await accounts.overview(session)
    assert view.roles["demo"].person is None


def test_the_program_of_a_role_is_the_only_one_or_named() -> None:
    """With one program nothing needs saying; with several it does; an administrator is one everywhere."""
    assert accounts.choose_program(None, Role.CHIEF, ["demo"]) == "demo"
    assert accounts.choose_program(None, Role.ADMIN, ["a", "b"]) == "*"
    assert accounts.choose_program("b", Role.ADMIN, ["a", "b"]) == "b"
    with pytest.raises(InvalidError, match="valid: a, b"):
        accounts.choose_program(None, Role.CHIEF, ["a", "b"])
    with pytest.raises(InvalidError, match="no program yet"):
        accounts.choose_program(None, Role.CHIEF, [])
    with pytest.raises(NotFoundError, match="nearest: demo"):
        accounts.choose_program("dmo", Role.CHIEF, ["demo"])


async def test_a_setup_link_makes_one_administrator_once(database: Database) -> None:
    """Twelve people with two links at once: one administrator, eleven refusals, and no link left open."""
    async with database.session() as session:
        links = [await setup.offer(session, NOW), await setup.offer(session, NOW)]
        await session.commit()
    made: list[tokens.Issued] = []
    refused: list[str] = []

    async def redeem(number: int) -> None:
        link = links[number % 2]
        assert link is not None
        async with database.session() as session:
            try:
                made.append(await setup.redeem(session, link, f"admin-{number}", NOW))
                await session.commit()
            except ForbiddenError as error:
                refused.append(error.message)

    async with anyio.create_task_group() as group:
        for number in range(12):
            group.start_soon(redeem, number)
    assert (len(made), len(refused)) == (1, 11)
    async with database.session() as session:
        assert await setup.offer(session, NOW) is None
        assert (await session.scalars(select(SetupLink.hash).where(SetupLink.used_at.is_(None)))).all() == []
        [view] = await accounts.overview(session)
    assert view.roles["*"].role is Role.ADMIN


async def test_a_setup_link_expires_and_looking_does_not_use_it(session: AsyncSession) -> None:
    """A mail scanner that opens the link changes nothing; after a day it is closed."""
    link = await setup.offer(session, NOW)
    assert link is not None
    assert await setup.is_open(session, link, NOW)
    assert await setup.is_open(session, link, NOW)
    assert not await setup.is_open(session, link, NOW + DAY)
    assert not await setup.is_open(session, "hss_wrong", NOW)
    with pytest.raises(ForbiddenError):
        await setup.redeem(session, link, "admin", NOW + DAY)


async def test_verifiers_are_asked_in_turn(verifier: OpaqueVerifier, chief: tokens.Issued) -> None:
    """A second kind of token has its place behind ours."""
    both = AnyVerifier([verifier, verifier])
    assert (await both.verify_token(chief.secret)) is not None
    assert await both.verify_token("hst_unknown") is None

"""Accounts and their roles: add, list, disable, change."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from auth.principal import Membership
from auth.roles import EVERY_PROGRAM, Role
from auth.store import account_ids
from auth.tables import Account, RoleRow
from scheduling.model.errors import ConflictError, InvalidError, NotFoundError

OWNER = "local-owner"
"""The caller of a local process on the embedded database: the owner of the data directory. Never a stored account."""

OPERATOR = "operator"
"""The caller of a command on a shared database who names no account: whoever holds its address. Never stored either."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account as administrators see it."""

    id: str
    created_at: dt.datetime
    disabled: bool
    roles: Mapping[str, Membership]


async def add(session: AsyncSession, account: str, role: Role, program: str, *, person: str | None = None) -> None:
    """Create an account with its first role; ConflictError when the id is taken."""
    check_id(account)
    fresh = insert(Account).values(id=account).on_conflict_do_nothing().returning(Account.id)
    if await session.scalar(fresh) is None:
        raise ConflictError(
            f"the account {account} exists", hint=f"to change what it may do: housestaff user role {account} --role …"
        )
    await grant(session, account, role, program, person=person)


def check_id(account: str) -> None:
    """InvalidError unless the text can be an account's id."""
    if not _ID.fullmatch(account):
        raise InvalidError("id", "letters, digits, and . _ @ + -, at most 64, starting with a letter or digit")
    if account in {OWNER, OPERATOR}:
        raise InvalidError("id", "reserved for whoever holds the database itself", valid=["any other id"])


async def grant(session: AsyncSession, account: str, role: Role, program: str, *, person: str | None = None) -> None:
    """Give an account its role in a program, replacing the one it had there; `person` is kept when it is not given."""
    await _require(session, account)
    if role is Role.AUDITOR and person is not None:
        raise InvalidError("person", "an auditor is nobody of the roster")
    if program == EVERY_PROGRAM and person is not None:
        raise InvalidError("person", "a person belongs to one program: name it")
    row = insert(RoleRow).values(account=account, program=program, role=role.value, person=person)
    change: dict[str, object] = {"role": role.value}
    if person is not None or role is Role.AUDITOR:
        change["person"] = person
    await session.execute(row.on_conflict_do_update(index_elements=["account", "program"], set_=change))


async def withdraw(session: AsyncSession, account: str, program: str) -> None:
    """Take an account's role in a program away; NotFoundError when it has none there."""
    gone = delete(RoleRow).where(RoleRow.account == account, RoleRow.program == program).returning(RoleRow.program)
    if await session.scalar(gone) is None:
        raise NotFoundError("role in program", program, await _programs_of(session, account))


async def set_disabled(session: AsyncSession, account: str, *, disabled: bool, now: dt.datetime) -> None:
    """Disable an account (its next call is refused, whatever its tokens say) or enable it again."""
    row = await _require(session, account)
    row.disabled_at = (row.disabled_at or now) if disabled else None
    await session.flush()


async def overview(session: AsyncSession) -> list[AccountView]:
    """Every account with its roles, by id."""
    rows = await session.execute(
        select(Account, RoleRow).outerjoin(RoleRow, RoleRow.account == Account.id).order_by(Account.id, RoleRow.program)
    )
    found: dict[str, tuple[Account, dict[str, Membership]]] = {}
    for account, role in rows:
        _, roles = found.setdefault(account.id, (account, {}))
        if role is not None:
            roles[role.program] = Membership(Role(role.role), role.person)
    return [AccountView(a.id, a.created_at, a.disabled_at is not None, roles) for a, roles in found.values()]


def choose_program(wanted: str | None, role: Role, known: Collection[str]) -> str:
    """The program a role is meant for: the one named, the only one there is, or for an admin every one."""
    if wanted == EVERY_PROGRAM or (wanted is None and role is Role.ADMIN):
        return EVERY_PROGRAM
    if wanted is None:
        if len(known) == 1:
            return next(iter(known))
        reason = "say which program" if known else "there is no program yet: import one first"
        raise InvalidError("program", reason, valid=sorted(known), hint="or '*' for every program")
    if wanted not in known:
        raise NotFoundError("program", wanted, known, hint="housestaff import brings a program in")
    return wanted


async def _require(session: AsyncSession, account: str) -> Account:
    row = await session.get(Account, account)
    if row is None:
        raise NotFoundError("account", account, await account_ids(session), hint="housestaff user list")
    return row


async def _programs_of(session: AsyncSession, account: str) -> Sequence[str]:
    await _require(session, account)
    return (await session.scalars(select(RoleRow.program).where(RoleRow.account == account))).all()

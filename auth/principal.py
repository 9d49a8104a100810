"""The caller of one request, and the decision whether they may."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from auth.roles import EVERY_PROGRAM, Reach, Role, holders, holds
from auth.scopes import ALL, Scope, join
from scheduling.model.errors import ForbiddenError
from scheduling.model.policy import Rights, shipped_policy


@dataclass(frozen=True, slots=True)
class Membership:
    """A role in one program, and the person of the roster the caller is, where they are one."""

    role: Role
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls, through which client, with which token rights, and what they are in each program.

    `account` is the account's id, the name every audit row carries; `memberships` maps program slugs (or `*`) to
    roles as they stand in the database at this call.
    """

    account: str
    client: str
    scopes: frozenset[Scope] = ALL
    memberships: Mapping[str, Membership] = field(default_factory=dict)

    def membership(self, program: str) -> Membership | None:
        """What the caller is in the program; None for a stranger."""
        return self.memberships.get(program) or self.memberships.get(EVERY_PROGRAM)

    def programs(self, known: Iterable[str]) -> list[str]:
        """Of the known programs those the caller has a role in, sorted."""
        return sorted(p for p in known if self.membership(p))


class ScopeError(ForbiddenError):
    """The role allows this, the token does not carry the scope for it."""

    def __init__(self, missing: Iterable[Scope]) -> None:
        wanted = join(missing)
        super().__init__(
            f"the token lacks the scope {wanted}",
            hint="authorise again with this scope, or have a token issued that carries it",
            details={"needed_scopes": wanted.split()},
        )


@dataclass(frozen=True, slots=True)
class Access:
    """The caller's effective rights in one program: token scopes ∩ role, by reach. `role` is None outside any."""

    program: str
    role: Role | None
    person: str | None
    token: frozenset[Scope]
    held: Mapping[Scope, Reach]
    rights: Rights

    def reach(self, scope: Scope) -> Reach:
        """How far a scope reaches for this caller now."""
        return self.held.get(scope, Reach.NONE) if scope in self.token else Reach.NONE

    def may(self, scope: Scope, *, own: bool = False) -> bool:
        """True when the scope reaches the whole program, or with `own` at least the caller's own duties."""
        return self.reach(scope) >= (Reach.OWN if own else Reach.PROGRAM)

    def sees(self, scope: Scope, person: str) -> bool:
        """True when the scope reaches this person: any of the program, or oneself."""
        reach = self.reach(scope)
        return reach is Reach.PROGRAM or (reach is Reach.OWN and person == self.person)

    def holds(self, scope: Scope, *, own: bool = False) -> bool:
        """True when the role can ever hold the scope, whatever the token carries."""
        return self.held.get(scope, Reach.NONE) >= (Reach.OWN if own else Reach.PROGRAM)

    def require(self, *scopes: Scope, person: str | None = None, own: bool = False) -> None:
        """ForbiddenError naming the roles that could; ScopeError where only the token falls short.

        With `person`, a scope that reaches only oneself is enough when the caller is that person; with `own`, it is
        enough to pass, and the caller of `require` compares the person later.
        """
        own = own or (person is not None and person == self.person)
        if lacking := sorted(s for s in scopes if not self.holds(s, own=own)):
            roles = [r for r in Role if all(r in holders(s, self.rights) for s in lacking)]
            raise ForbiddenError(
                f"the role {self.role} may not do this in {self.program}: it needs {join(lacking)}",
                hint=f"held by {', '.join(roles)}" if roles else "no role holds it in this program",
                details={"needed_scopes": lacking, "needed_roles": list(roles)},
            )
        if missing := sorted(set(scopes) - self.token):
            raise ScopeError(missing)


def nowhere(principal: Principal) -> Access:
    """The rights of a caller where no program is concerned: none beyond having an account."""
    return Access("", None, None, principal.scopes, {}, shipped_policy().rights)


def access(principal: Principal, program: str, rights: Rights) -> Access | None:
    """The caller's rights in a program under its policy; None for a stranger to it."""
    member = principal.membership(program)
    if member is None:
        return None
    held = holds(member.role, rights, is_person=member.person is not None)
    return Access(program, member.role, member.person, principal.scopes, held, rights)


def allow(principal: Principal, program: str, scopes: Iterable[Scope], rights: Rights, *, own: bool = False) -> Access:
    """The caller's rights in a program, after the scopes are checked; ForbiddenError names what is needed."""
    found = access(principal, program, rights)
    if found is None:
        raise ForbiddenError("no role in this program", hint="an administrator of the program grants roles")
    found.require(*scopes, own=own)
    return found

"""Which program a call is about, and what its caller is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from auth.principal import Access, Principal
from resources.prompts import Prompt
from resources.resource import AnyResource, Resource
from scheduling.model.errors import ForbiddenError, InvalidError, NotFoundError
from scheduling.model.policy import Rights
from tools.tool import AnyTool

Guarded = AnyTool | AnyResource | Prompt
"""What needs a right to be used."""


def choose_program(wanted: object, principal: Principal, rights: Mapping[str, Rights]) -> str:
    """The program a call is about: the one named, or the caller's only one.

    A program the caller has no role in is as unknown to them as one that does not exist.
    """
    mine = principal.programs(rights)
    if not mine:
        hint = "an administrator grants roles" if rights else "no program has been imported yet"
        raise ForbiddenError("the account has no role in any program", hint=hint)
    if wanted is None:
        if len(mine) > 1:
            raise InvalidError("program", "say which: you have a role in several", valid=mine)
        return mine[0]
    if not isinstance(wanted, str):
        raise InvalidError("program", "a program's slug", valid=mine)
    if wanted.strip() not in mine:
        raise NotFoundError("program", wanted, mine)
    return wanted.strip()


def is_static(guarded: Guarded) -> bool:
    """True for a resource of the whole server: it names no program."""
    return isinstance(guarded, Resource) and "program" not in guarded.place.model_fields


def shown(guarded: Guarded, holdings: Iterable[Access]) -> bool:
    """True when in some program the caller's role can ever hold what this needs: token scopes do not hide it.

    A tool that only a fresh token would open stays visible, or nobody would ever ask for that token.
    """
    if is_static(guarded):
        return True
    return any(all(a.holds(s, own=s in guarded.own) for s in guarded.scopes) for a in holdings)

"""The one boundary between the wire and the handlers: who, where, whether, what, how much, and a row that says so."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
from opentelemetry import trace

from auth.call import Call, Detail, Progress, silent
from auth.principal import Access, Principal, access, allow, nowhere
from auth.programs import Programs
from auth.scopes import Scope
from resources.prompts import Prompt
from resources.resource import AnyResource, Body, Resource
from scheduling.model.errors import ForbiddenError, InvalidError, NotFoundError, UserError
from scheduling.model.policy import Rights
from scheduling.store.audit import OK, SERVER, AuditContext, AuditEntry, append_apart, arguments_hash
from scheduling.store.database import Database
from scheduling.store.unit import UnitOfWork
from server import arguments, budget
from server.errors import INTERNAL, problem
from server.render import render
from tools.tool import AnyTool, Tool

_WRITE_PATIENCE = 5.0


Guarded = AnyTool | AnyResource | Prompt
"""What needs a right to be used."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, the name their client gives itself, and where progress goes."""

    principal: Principal
    client: str = ""
    progress: Progress = silent

    @property
    def via(self) -> str:
        """The client as the audit trail names it: the token, and what the client calls itself."""
        return f"{self.principal.client} {self.client}".strip()


@dataclass(frozen=True, slots=True)
class Answer:
    """A tool's answer in both forms, with the same facts."""

    facts: dict[str, Any]
    failed: bool = False

    @property
    def text(self) -> str:
        """The facts as text."""
        return render(self.facts)


@dataclass(frozen=True, slots=True)
class Edge:
    """Carries calls to their handlers. `today` pins every program's clock; `ports` are the services handlers may use."""

    database: Database
    programs: Programs
    clock: Callable[[], dt.datetime]
    today: dt.date | None = None
    ports: Mapping[type, object] = field(default_factory=dict)

    async def call(self, tool: AnyTool, raw: Mapping[str, Any], caller: Caller) -> Answer:
        """Run a tool; every failure is an answer too, and every call leaves a row."""
        trail = self._trail(caller, tool.name, raw)
        try:
            async with self._recorded(trail):
                return await self._call(tool, raw, caller, trail)
        except Exception as error:  # noqa: BLE001 - the boundary: whatever a handler raises becomes an answer
            return Answer(problem(error, what=tool.name).facts(), failed=True)

    async def read(self, resource: AnyResource, raw: Mapping[str, Any], caller: Caller) -> str | bytes:
        """Read a resource: JSON, text or bytes. Raises UserError; whatever else goes wrong is for the log."""
        trail = self._trail(caller, f"resource {resource.name}", raw)
        async with self._recorded(trail):
            call = await self._open(resource, raw, caller, trail)
            content = await resource.handle(arguments.read(resource.place, raw), call)
            return content.model_dump_json() if isinstance(content, Body) else content

    async def complete(
        self, target: AnyResource | Prompt, variable: str, prefix: str, known: Mapping[str, str], caller: Caller
    ) -> list[str]:
        """Values for a variable that begin as typed; nothing where the caller may not read."""
        if variable == "program":
            mine = caller.principal.programs(await self.programs.rights())
            return [p for p in mine if p.startswith(prefix)]
        completer = target.completions.get(variable)
        if completer is None:
            return []
        trail = self._trail(caller, f"completion {target.name}", known)
        try:
            call = await self._open(target, known, caller, trail)
            return list(await completer(prefix, known, call))
        except UserError:
            return []

    async def prompt(self, prompt: Prompt, raw: Mapping[str, Any], caller: Caller) -> str:
        """A prompt's text with its arguments filled in. Raises UserError."""
        trail = self._trail(caller, f"prompt {prompt.name}", raw)
        async with self._recorded(trail):
            await self._open(prompt, raw, caller, trail)
            return prompt.render(arguments.read(prompt.place, raw))

    async def may_read(self, resource: AnyResource, raw: Mapping[str, Any], caller: Caller) -> None:
        """UserError unless the caller may read this resource; used to admit subscriptions."""
        trail = self._trail(caller, f"subscription {resource.name}", raw)
        async with self._recorded(trail):
            await self._open(resource, raw, caller, trail)
            arguments.read(resource.place, raw)

    def scopes(self, guarded: Guarded, raw: Mapping[str, Any]) -> frozenset[Scope]:
        """Every scope a request needs, those its arguments add included; faulty arguments add none."""
        scopes = frozenset(guarded.scopes)
        if isinstance(guarded, Tool):
            with contextlib.suppress(UserError):
                scopes |= guarded.needs(arguments.read(guarded.args, raw))
        return scopes

    async def lacking(
        self, needed: Iterable[Scope], own: Iterable[Scope], program: object, principal: Principal
    ) -> frozenset[Scope]:
        """The scopes a fresh token would add: those the role holds in the program and the token does not carry."""
        missing = frozenset(needed) - principal.scopes
        if not missing:
            return missing
        rights = await self.programs.rights()
        try:
            chosen = choose_program(program, principal, rights)
        except UserError:
            return frozenset()
        found = access(principal, chosen, rights[chosen])
        return missing if found and all(found.holds(s, own=s in own) for s in needed) else frozenset()

    async def holdings(self, principal: Principal) -> list[Access]:
        """The caller's rights in each program they have a role in: what decides which tools they are shown."""
        rights = await self.programs.rights()
        found = (access(principal, p, rights[p]) for p in principal.programs(rights))
        return [a for a in found if a is not None]

    async def _call(self, tool: AnyTool, raw: Mapping[str, Any], caller: Caller, trail: AuditContext) -> Answer:
        call = await self._open(tool, raw, caller, trail)
        args = arguments.read(tool.args, raw)
        if more := frozenset(tool.also(args)) - frozenset(tool.scopes):
            call.access.require(*more)
        cursor = getattr(args, "cursor", None)
        page = budget.Page.read(cursor, raw) if cursor else budget.Page.first(raw)
        result = await tool.handle(args, call)
        facts = result.model_dump(mode="json")
        fitted = budget.fit(facts, page, detail=call.detail, pages=result.pages, trims=result.trims)
        return Answer(fitted)

    async def _open(self, guarded: Guarded, raw: Mapping[str, Any], caller: Caller, trail: AuditContext) -> Call:
        if is_static(guarded):
            program, granted = "", nowhere(caller.principal)
        else:
            rights = await self.programs.rights()
            program = trail.program = choose_program(raw.get("program"), caller.principal, rights)
            own = frozenset(guarded.own) & frozenset(guarded.scopes)
            granted = allow(caller.principal, program, frozenset(guarded.scopes) - own, rights[program])
            granted.require(*own, own=True)
        return Call(
            principal=caller.principal,
            access=granted,
            program=program,
            audit=trail,
            now=trail.at,
            unit=lambda: UnitOfWork(self.database, trail, today=self.today),
            detail=Detail.DETAILED if raw.get("detail") == Detail.DETAILED else Detail.CONCISE,
            progress=caller.progress,
            ports=self.ports,
        )

    def _trail(self, caller: Caller, what: str, raw: Mapping[str, Any]) -> AuditContext:
        return AuditContext(caller.principal.account, caller.via, what, arguments_hash(raw), SERVER, self.clock())

    @asynccontextmanager
    async def _recorded(self, trail: AuditContext) -> AsyncIterator[None]:
        """Leave a row of how the call ended, unless the change it made carries one; no answer without a row."""
        outcome = OK
        try:
            yield
        except UserError as error:
            outcome = error.code
            raise
        except anyio.get_cancelled_exc_class():
            outcome = "cancelled"
            raise
        except Exception:
            outcome = INTERNAL
            raise
        finally:
            span = trace.get_current_span()
            span.set_attributes({"housestaff.program": trail.program, "housestaff.outcome": outcome})
            if outcome != OK or not trail.recorded:
                with anyio.CancelScope(shield=True), anyio.fail_after(_WRITE_PATIENCE):
                    async with self.database.session() as session:
                        await append_apart(session, AuditEntry(trail, outcome))


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

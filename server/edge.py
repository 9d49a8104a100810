"""The one boundary between the wire and the handlers: who, where, whether, what, how much, and a row that says so."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
from opentelemetry import trace

from auth.call import Call, Detail, Progress, silent
from auth.principal import Access, Principal, access, allow, nowhere
from auth.programs import Programs
from auth.roles import EVERY_PROGRAM
from auth.scopes import Scope
from resources.prompts import Prompt
from resources.resource import AnyResource, Body
from scheduling.model.errors import UserError
from scheduling.model.policy import shipped_policy
from scheduling.store.audit import OK, SERVER, AuditContext, AuditEntry, append_apart, arguments_hash
from scheduling.store.database import Database
from scheduling.store.unit import UnitOfWork
from server import arguments, budget
from server.access import Guarded, choose_program, is_static
from server.errors import code_of, problem
from server.render import render
from tools.tool import AnyTool, Tool

_WRITE_PATIENCE = 5.0


Ask = Callable[[str], Awaitable[None]]
"""Puts a question to the person behind a client: returns when they agree, raises UserError or Pause otherwise."""


class Pause(Exception):  # noqa: N818 - no failure: the call waits for an answer
    """The call cannot go on before a person has answered."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, the name their client gives itself, where progress goes, and how the person can be asked, if at all."""

    principal: Principal
    client: str = ""
    progress: Progress = silent
    ask: Ask | None = None

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
        except Pause:
            raise
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
            call = await self._open(prompt, raw, caller, trail)
            args = arguments.read(prompt.place, raw)
            await prompt.check(args, call)
            return prompt.render(args)

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
        rights = dict(await self.programs.rights())
        # A role everywhere is a role before there is any program: a client lists its tools once and keeps the list.
        rights.setdefault(EVERY_PROGRAM, shipped_policy().rights)
        found = (access(principal, p, rights[p]) for p in principal.programs(rights))
        return [a for a in found if a is not None]

    async def _call(self, tool: AnyTool, raw: Mapping[str, Any], caller: Caller, trail: AuditContext) -> Answer:
        call = await self._open(tool, raw, caller, trail)
        args = arguments.read(tool.args, raw)
        if more := frozenset(tool.also(args)) - frozenset(tool.scopes):
            call.access.require(*more)
        cursor = getattr(args, "cursor", None)
        page = budget.Page.read(cursor, raw) if cursor else budget.Page.first(raw)
        if tool.question is not None and caller.ask is not None and (question := await tool.question(args, call)):
            await caller.ask(question)
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
        except Pause:
            outcome = "asked"
            raise
        except anyio.get_cancelled_exc_class():
            outcome = "cancelled"
            raise
        except Exception as error:
            outcome = code_of(error)
            raise
        finally:
            span = trace.get_current_span()
            span.set_attributes({"housestaff.program": trail.program, "housestaff.outcome": outcome})
            if outcome != OK or not trail.recorded:
                with anyio.CancelScope(shield=True), anyio.fail_after(_WRITE_PATIENCE):
                    async with self.database.session() as session:
                        await append_apart(session, AuditEntry(trail, outcome))

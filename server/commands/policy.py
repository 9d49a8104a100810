"""`housestaff policy`: the program's figures, versioned by the date each takes effect."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from auth.scopes import Scope
from scheduling.model.errors import InvalidError
from scheduling.model.part import Slot
from scheduling.model.policy import shipped_policy
from scheduling.services.adopt_policy import FIELD, Adoption, FigureChange, adopt_policy, compare_policies
from scheduling.services.check_rules import Examined, LaneExaminer, check_rules
from scheduling.services.draft_policy import read_draft
from scheduling.services.named_file import check_readable, reading
from scheduling.store.unit import UnitOfWork
from server.commands.local import Desk, at_desk
from server.commands.printing import AsJson, emit, emit_json, remark, say

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

File = Annotated[
    Path, typer.Argument(metavar="FILE", help="TOML or JSON; what it does not say stays as it is in force.")
]
ProgramName = Annotated[str | None, typer.Option("--program", help="Slug; default: your only program.")]

_LARGEST = 1_000_000


@app.command("show")
def show(program: ProgramName = None, *, as_json: AsJson = False) -> None:
    """The policy in force today, and the dates at which it changes. Prints what differs from the shipped one."""

    async def read(desk: Desk) -> tuple[dict[str, object], tuple[FigureChange, ...]]:
        access = await desk.enter(program, Scope.SCHEDULE_READ)
        async with desk.unit(desk.trail("policy show", access.program)) as unit:
            found = await unit.program(access.program)
        policy = found.policy
        adopted = [date.isoformat() for date, _ in sorted(found.policies.dated, key=lambda p: p[0])]
        facts: dict[str, object] = {
            "program": found.slug,
            "today": found.clock.today(),
            "name": policy.name,
            "digest": policy.digest,
            "adopted": adopted,
        }
        if as_json:
            facts["policy"] = policy.model_dump(mode="json")
        return facts, compare_policies(shipped_policy(), policy)

    facts, changes = at_desk(read)
    if as_json:
        emit_json(facts)
        return
    for key, value in facts.items():
        say(f"{key}: {', '.join(value) or 'never, the shipped policy holds' if isinstance(value, list) else value}")
    _emit_changes(changes, as_json=False, empty="every figure is the shipped one")


@app.command("check")
def check(
    file: File,
    program: ProgramName = None,
    block: Annotated[str | None, typer.Option(help="With --examine: a block such as 2025/10.")] = None,
    *,
    examine: Annotated[bool, typer.Option("--examine", help="Build and solve a block under it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read a policy, whole or some figures, and say what it would change or do to a block; nothing is stored."""
    if examine:
        _examine(file, program, block, as_json=as_json)
        return
    if block is not None:
        raise InvalidError("block", "is for --examine")

    async def read(desk: Desk) -> tuple[FigureChange, ...]:
        text = _text(file)
        access = await desk.enter(program, Scope.SCHEDULE_READ)
        async with desk.unit(desk.trail("policy check", access.program)) as unit:
            before = (await unit.program(access.program)).policy
            return compare_policies(before, read_draft(text, before, field=FIELD))

    _emit_changes(at_desk(read), as_json=as_json, empty="a valid policy; it changes nothing")


def _examine(file: Path, program: str | None, block: str | None, *, as_json: bool) -> None:
    """Contradictions and warnings of a draft on a block, as rows."""

    async def read(desk: Desk) -> Examined:
        access = await desk.enter(program, Scope.SCHEDULE_READ, Scope.SCHEDULE_PROPOSE)

        def unit() -> UnitOfWork:
            return desk.unit(desk.trail("policy check", access.program))

        return await check_rules(unit, access.program, LaneExaminer(), block=block, draft=_text(file))

    examined = at_desk(read)
    found = examined.found
    if examined.note or found is None:
        remark(examined.note or "nothing was examined")
        return
    told = [(c.strength.value, c.rules, "; ".join(d.message for d in c.conditions)) for c in found.conflicts]
    told += [(w.about.value, w.rules, w.message) for w in found.warnings]
    rows = [{"kind": kind, "rules": ", ".join(rules), "what": what} for kind, rules, what in told]
    feasible = "hold together" if found.feasible else "do not hold together"
    remark(f"block {examined.block.ref}: its hard rules {feasible}; a solve takes about {found.estimate:g} s")
    emit(rows, as_json=as_json, empty="no contradiction, no warning")


@app.command("adopt")
def adopt(
    file: File,
    effective: Annotated[str, typer.Option("--from", metavar="DATE", help="The date it takes effect, YYYY-MM-DD.")],
    program: ProgramName = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Let a policy, or some figures over the one in force, take effect on a date, and show what changes."""
    date = Slot.day(effective, "from")

    async def act(desk: Desk) -> tuple[Adoption, bool]:
        text = _text(file)
        access = await desk.enter(program, Scope.ADMIN_MANAGE)
        trail = desk.trail("policy adopt", access.program, effective=effective)
        async with desk.unit(trail) as unit:
            adoption = await adopt_policy(unit, access.program, date, text)
            return adoption, date < (await unit.program(access.program)).clock.today()

    adoption, past = at_desk(act)
    if past and adoption.changes:
        remark(f"{date} lies in the past: what was already published is judged by this policy from then on")
    _emit_changes(adoption.changes, as_json=as_json, empty="nothing changes: that policy is in force already")


def _text(file: Path) -> str:
    check_readable(file)
    try:
        with reading():
            if file.stat().st_size > _LARGEST:
                raise InvalidError("FILE", f"is larger than {_LARGEST} bytes")
            return file.read_text("utf-8")
    except UnicodeDecodeError:
        raise InvalidError("FILE", "cannot be read as UTF-8 text") from None


def _emit_changes(changes: tuple[FigureChange, ...], *, as_json: bool, empty: str) -> None:
    rows = [{"figure": c.key, "old": _figure(c.old), "new": _figure(c.new)} for c in changes]
    emit(rows, as_json=as_json, empty=empty)


def _figure(value: object) -> str | None:
    return None if value is None else json.dumps(value)

"""The main job, told to a person who reads along: solve a block, publish it, cover an absence, take it back."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from mcp import Client
from rich.console import Console
from rich.table import Table

from scheduling.model.calendar import days
from scheduling.model.part import Window
from scheduling.services.demonstration.build_demo import create_demo, demo_slug
from scheduling.store.unit import UnitOfWork
from server.app import House
from server.background import beside
from server.commands.local import local_context
from server.demonstration.assistant import Assistant, StepFailedError
from server.demonstration.choose import choose_absence, week_of
from server.demonstration.solve_block import publish_block, solve_block
from server.demonstration.week import week_grid
from server.worker_child import helpers_of

_REASON = "demonstration"


async def tell(house: House, console: Console, *, size: str, seed: int) -> None:
    """Run every step on the house's database; StepFailedError at the first that does not hold."""
    slug = demo_slug(size, seed)
    with timed(console, "1", f"A program of size {size}, built from seed {seed}, imported and published"):
        async with UnitOfWork(house.database, local_context("demo", slug)) as unit:
            report = await create_demo(unit, size, seed)
        console.print(f"   {report.headline()}")
    async with UnitOfWork(house.database, local_context("demo", slug)) as unit:
        program = await unit.program(slug)
    block = program.calendar.block_of(program.calendar.block_of(program.clock.today()).end + days(1))
    async with Client(house.stdio()) as client, beside(*helpers_of(house, worker=True, quiet=True)):
        assistant = Assistant(client, slug)
        with timed(console, "2", f"Block {block.ref}, the next one: solved in place of its stand-ins"):
            versions = await solve_block(assistant, console, str(block.ref))
        say(console, "3", "Staged, looked at, published")
        await publish_block(assistant, console, versions)
        async with UnitOfWork(house.database, local_context("demo", slug)) as unit:
            roster = await unit.roster(slug, block.window)
        person, window = choose_absence(roster, block.window)
        await _cover(assistant, console, str(block.ref), person, window)


async def _cover(assistant: Assistant, console: Console, block: str, person: str, window: Window) -> None:
    dates = {"start": window.start.isoformat(), "end": window.end.isoformat()}
    say(console, "4", f"Block {block} against its duty-hour and program rules")
    before = await assistant.use("validate_schedule", block=block)
    say_counts(console, before, assistant.seconds["validate_schedule"])

    say(console, "5", f"{person} is out {window.start:%a %d %b} to {window.end:%a %d %b}: recorded, then planned")
    recorded = await assistant.use("record_absence", person=person, type="sick", **dates)
    duties = [*recorded["affected"]["slots"], *recorded["affected"]["calls"]]
    console.print("   affected: " + ", ".join(f"{d['activity']} {d['date'][5:]} {d['part']}" for d in duties))
    planned = await assistant.use("plan_cascade", person=person, reason=_REASON, detail="detailed", **dates)
    plans = planned["plans"]
    if not plans:
        raise StepFailedError("plan_cascade found no plan")
    best = plans[0]
    say_plan(console, best, len(plans), assistant.seconds["plan_cascade"])

    week = week_of(window)
    people = affected(person, best)
    old = await assistant.slots(week, people)
    console.print(week_grid("   The week as published", week, people, old))

    say(console, "6", "The plan is applied, all of it or nothing")
    await assistant.use("apply_plan", plan=best["plan"], digest=best["digest"], idempotency_key=f"demo:{best['plan']}")
    console.print(f"   applied in {assistant.seconds['apply_plan'] * 1000:.0f} ms")
    new = await assistant.slots(week, people)
    console.print(week_grid("   The same week with the plan over it", week, people, new))
    if new == old:
        raise StepFailedError("the schedule did not change")
    after = await assistant.use("validate_schedule", block=block)
    say_counts(console, after, assistant.seconds["validate_schedule"])

    say(console, "7", "And taken back")
    reverted = await assistant.use("revert_override", plan=best["plan"])
    again = await assistant.slots(week, people)
    if again != old:
        raise StepFailedError("reverting did not bring the same schedule back")
    console.print(f"   {len(reverted['reverted'])} overrides reverted; the schedule is the one before, slot for slot")


def affected(person: str, plan: Mapping[str, Any]) -> list[str]:
    """The absent person, then everybody the plan touches."""
    touched = {str(s[key]) for s in plan["steps"] for key in ("from", "to") if s.get(key)}
    return [person, *sorted(touched - {person})]


def say(console: Console, number: str, text: str) -> None:
    """A step's heading."""
    console.print(f"\n[bold]{number}. {text}[/bold]")


@contextmanager
def timed(console: Console, number: str, text: str) -> Iterator[None]:
    """A step's heading and, at its end, how long it took."""
    say(console, number, text)
    begun = time.perf_counter()
    yield
    console.print(f"   [dim]{time.perf_counter() - begun:.2f} s[/dim]")


def say_counts(console: Console, report: Mapping[str, Any], seconds: float) -> None:
    """A validation in one line."""
    counts = report["counts"]
    verdict = "[green]compliant[/green]" if report["compliant"] else "[red]not compliant[/red]"
    rules = ", ".join(f"{rule} {n}" for rule, n in counts["by_rule"].items()) or "no findings"
    console.print(
        f"   {verdict}: {counts['must']} must, {counts['should']} should, {counts['policy']} policy ({rules})"
        f" [dim]{seconds * 1000:.0f} ms[/dim]"
    )


def say_plan(console: Console, plan: Mapping[str, Any], alternatives: int, seconds: float) -> None:
    """A plan as a table of its steps, with its cost and its proof."""
    console.print(
        f"   best of {alternatives}: cost [bold]{plan['cost']}[/bold], proof [bold]{plan['proof']}[/bold], "
        f"digest {plan['digest'][:12]} [dim]{seconds * 1000:.0f} ms[/dim]"
    )
    table = Table(show_edge=False, pad_edge=False)
    for column in ("date", "part", "activity", "type", "from", "to", "penalty", "warnings"):
        table.add_column(column)
    for step in plan["steps"]:
        table.add_row(*_row(step), style="red" if step["type"] == "gap" else "")
    console.print(table)


def _row(step: Mapping[str, Any]) -> Sequence[str]:
    slot = step["slot"]
    return (
        slot["date"],
        slot["part"],
        step["activity"],
        step["type"],
        step["from"],
        step.get("to") or "",
        f"{step['penalty']:g}",
        "; ".join(step.get("warnings") or ()),
    )

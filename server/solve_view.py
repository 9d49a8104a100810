"""A solve as a person watches it at a terminal: tier, cost, bound, gap curve, time; then what was proved."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from auth.run_shapes import ProgressShape, RunShape, note_of
from scheduling.model.run import RunState, StoredRun

_BARS = "▁▂▃▄▅▆▇█"
_WIDTH = 48
_MOST_TROUBLES = 8
_FLOOR = 1e-3
"""Gaps below a thousandth look alike: the lowest bar."""

_COLOURS = {
    RunState.SUCCEEDED: "green",
    RunState.CANCELLED: "yellow",
    RunState.FAILED: "red",
    RunState.INFEASIBLE: "red",
}


def gap_curve(curve: Sequence[Sequence[Any]], width: int = _WIDTH) -> str:
    """The gap over time as bars on a logarithmic scale, from a thousandth up to one; a dot before the first schedule."""
    points = curve[-width:]
    return "".join(_bar(incumbent, bound) for _, _, incumbent, bound in points)


def _bar(incumbent: int | None, bound: int | None) -> str:
    if incumbent is None or bound is None:
        return "·"
    gap = min(1.0, max(_FLOOR, (incumbent - bound) / max(1, abs(incumbent))))
    height = 1 - math.log10(gap) / math.log10(_FLOOR)
    return _BARS[round(height * (len(_BARS) - 1))]


def watching(run: StoredRun) -> RenderableType:
    """The run while it is under way."""
    progress = ProgressShape.of(run)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("phase", "tier", "cost", "bound", "gap", "time"):
        table.add_column(column)
    gap = "-" if progress.gap is None else f"{progress.gap:.1%}"
    cells = (progress.tier or "-", _figure(progress.incumbent), _figure(progress.bound), gap)
    table.add_row(progress.phase, *cells, f"{progress.seconds:.1f} s")
    return Group(table, Text(gap_curve(run.progress.get("curve", ())), style="cyan"))


def _figure(value: int | None) -> str:
    return "-" if value is None else str(value)


def outcome(run: StoredRun) -> RenderableType:
    """The run once it is over."""
    shape = RunShape.of_run(run)
    seconds = (run.result or {}).get("seconds", shape.progress.seconds)
    lines = [Text.assemble((shape.state, f"bold {_COLOURS.get(run.state, '')}"), f": {shape.of}, {seconds:.1f} s")]
    lines += [Text(f"  {tier.sentence}", style="" if tier.proved else "yellow") for tier in shape.tiers or ()]
    if shape.findings is not None:
        counts = ", ".join(f"{count} {binding}" for binding, count in shape.findings.items())
        lines.append(Text(f"  checked apart from the model: {counts}"))
    lines += [Text(f"  nobody: {gap}", style="red") for gap in shape.gaps or ()]
    troubles = shape.troubles or ()
    lines += [Text(f"  data: {trouble.message}", style="yellow") for trouble in troubles[:_MOST_TROUBLES]]
    if len(troubles) > _MOST_TROUBLES:
        lines.append(Text(f"  data: {len(troubles) - _MOST_TROUBLES} more rows (--json)", style="yellow"))
    lines += [Text(f"  conflict: {condition.message}", style="red") for condition in shape.core or ()]
    for way in shape.relaxations or ():
        given = "; ".join(condition.message for condition in way.conditions)
        lines.append(Text(f"  way out (costs {way.cost}): without {given}"))
    if shape.error is not None:
        lines.append(Text(f"  {shape.error.message}. {shape.error.hint or ''}".rstrip(), style="red"))
    lines += [
        Text(f"  {block}  {version}") for block, version in zip(shape.blocks or (), shape.result_versions, strict=True)
    ]
    if note := note_of(run):
        lines.append(Text(f"  {note}", style="dim"))
    return Group(*lines)

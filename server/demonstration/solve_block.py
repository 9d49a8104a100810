"""The demonstration's block: solved by a worker, proved tier by tier, staged with its guard, published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from server.demonstration.assistant import Assistant, StepFailedError

_WAIT = 50


async def solve_block(assistant: Assistant, console: Console, block: str) -> list[str]:
    """Solve the block and print its proof; the draft versions. StepFailedError when there is no schedule."""
    run = await assistant.use("solve_schedule", block=block, wait=_WAIT)
    while run["state"] in {"queued", "running"}:
        run = await assistant.use("get_run", run=run["run"], wait=_WAIT)
    if run["state"] != "succeeded":
        raise StepFailedError(f"the solve ended as {run['state']}")
    for tier in run["tiers"]:
        colour = "green" if tier["proved"] else "yellow"
        console.print(f"   [{colour}]{tier['sentence']}[/{colour}]")
    counts = ", ".join(f"{count} {binding}" for binding, count in run["findings"].items())
    console.print(
        f"   checked apart from the model: {counts} [dim]{run['progress']['seconds']:.1f} s in the worker[/dim]"
    )
    return list(run["result_versions"])


async def publish_block(assistant: Assistant, console: Console, versions: list[str]) -> None:
    """Stage the versions, look at the guard, acknowledge what may be, publish."""
    staged = await assistant.use("stage_publish", versions=versions)
    diff = staged["diff"]
    console.print(
        f"   guard [bold]{staged['guard']}[/bold]: churn {diff['churn']:.2f}, rigidity {diff['rigidity']:.2f}, "
        f"{diff['filled']} half-days filled; {len(staged['flags'])} flags acknowledged"
    )
    calls: list[Mapping[str, Any]] = [call for call in staged.get("next") or () if call["tool"] == "publish"]
    if not calls:
        raise StepFailedError("the stage cannot be published: " + "; ".join(f["text"] for f in staged["flags"][:3]))
    arguments = {name: value for name, value in calls[0]["arguments"].items() if name != "program"}
    published = await assistant.use("publish", **arguments)
    console.print(
        f"   published in {assistant.seconds['publish'] * 1000:.0f} ms, until {published['rollback_until'][:16]} to be rolled back"
    )

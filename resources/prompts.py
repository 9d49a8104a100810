"""Prompts: the four conversations people begin most often, each a text that says which tools to use and in what order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field

from auth.fields import BlockName, Day, Form
from auth.scopes import Scope
from resources.places import complete_block, complete_date, complete_person
from resources.resource import Call, Completer, Place
from scheduling.model.calendar import BlockRef
from scheduling.model.part import Window

Text = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9][A-Za-z0-9_./-]*$"), Form("an id")]
"""An id: what a prompt repeats can be no instruction."""


async def _nothing(_args: Place, _call: Call) -> None:
    """Nothing to look up."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A named text. `place` is the model of its arguments; `render` writes the message.

    `check` refuses arguments that name nothing of the program, as the tools would that the text leads to.
    """

    name: str
    title: str
    description: str
    place: type[Any]
    scopes: frozenset[Scope]
    render: Callable[[Any], str]
    check: Callable[[Any, Call], Awaitable[None]] = _nothing
    own: frozenset[Scope] = frozenset()
    completions: Mapping[str, Completer] = field(default_factory=dict)


class _ProgramArgs(Place):
    program: Annotated[Text | None, Field(description="Program slug; omit if you have one.")] = None

    @property
    def within(self) -> str:
        """The program as a clause; nothing when it goes without saying."""
        return f" of program {self.program}" if self.program else ""


class CoverArgs(_ProgramArgs):
    """Who is away, and when."""

    person: Annotated[Text, Field(description="Person id, such as fac-01.")]
    start: Annotated[Day, Field(description="First day away, YYYY-MM-DD.")]
    end: Annotated[Day, Field(description="Last day away, YYYY-MM-DD.")]


class BlockArgs(_ProgramArgs):
    """A block."""

    block: Annotated[BlockName, Field(description="Block, such as 2025/10.")]


class PersonArgs(_ProgramArgs):
    """A person."""

    person: Annotated[Text, Field(description="Person id, such as pgy1-03.")]


def _cover(args: CoverArgs) -> str:
    return (
        f"{args.person}{args.within} is away from {args.start} to {args.end}. Find cover.\n"
        "1. get_schedule for that person and window: what stands there, what is call, inpatient or supervision.\n"
        "2. plan_cascade for the window. Compare its plans: cost, gaps, what is sacrificed, supervision and hours after.\n"
        "3. Show me the plan you would choose, step by step, every gap and every warning, and why not the others.\n"
        "4. Only when I agree: apply_plan with that plan's digest, then validate_schedule for the window.\n"
        "Never apply without my word. If a plan is stale, plan again and show what changed."
    )


def _audit(args: BlockArgs) -> str:
    return (
        f"Audit duty hours and program rules in block {args.block}{args.within}.\n"
        "1. validate_schedule for the block, detailed; follow the cursor to the end.\n"
        "2. explain_violation for every finding that binds as must; quote rule id, citation and the arithmetic.\n"
        "3. Group the rest by rule and person. Keep risks apart from findings: a risk is not a violation.\n"
        "4. Offer only remedies that came back verified, with their cost, and say plainly what has none.\n"
        "Report what was checked (people, days, rules) and what data is missing."
    )


def _release(args: BlockArgs) -> str:
    return (
        f"Take block {args.block}{args.within} from draft to published.\n"
        "1. stage_publish the version you are given; ask me for it if there are several.\n"
        "2. Show churn, rigidity, filled cells, the people it changes most, findings new and resolved, overrides kept, "
        "moved or in conflict, and every flag.\n"
        "3. If the guard rejects, name every cause and stop. If it warns, say what and whom it touches.\n"
        "4. Only when I agree to each flag by name: publish with the stage's digest.\n"
        "Afterwards tell me until when it can be rolled back."
    )


def _explain(args: PersonArgs) -> str:
    return (
        f"Explain the schedule of {args.person}{args.within} to that person.\n"
        "1. get_schedule for the coming four weeks, that person only.\n"
        "2. Say week by week, in plain words, where they are, their nights, and their free days.\n"
        "3. For anything that looks odd use explain_assignment: which rule or cost decided it.\n"
        "4. validate_schedule for that person: say whether hours, rest and free days hold, with the figures.\n"
        "If they ask for a change, say that a coordinator or the program director decides it; change nothing yourself."
    )


async def _window_of_one(args: CoverArgs, call: Call) -> None:
    Window(args.start, args.end)
    await _one(args, call)


async def _one(args: CoverArgs | PersonArgs, call: Call) -> None:
    async with call.unit() as unit:
        (await unit.program(call.program)).person(args.person)


async def _block(args: BlockArgs, call: Call) -> None:
    async with call.unit() as unit:
        (await unit.program(call.program)).calendar.block(BlockRef.parse(args.block))


_READ = frozenset({Scope.SCHEDULE_READ})
_PROPOSE = _READ | {Scope.SCHEDULE_PROPOSE}
_PERSON: Mapping[str, Completer] = {"person": complete_person}
_BLOCK: Mapping[str, Completer] = {"block": complete_block}

PROMPTS: tuple[Prompt, ...] = (
    Prompt(
        "cover_absence",
        "Cover an absence",
        "Plan, compare and apply cover for somebody away.",
        CoverArgs,
        _PROPOSE,
        _cover,
        _window_of_one,
        completions={**_PERSON, "start": complete_date, "end": complete_date},
    ),
    Prompt(
        "audit_compliance",
        "Audit a block",
        "Check a block against every rule and explain it.",
        BlockArgs,
        _READ,
        _audit,
        _block,
        completions=_BLOCK,
    ),
    Prompt(
        "release_block",
        "Release a block",
        "Stage, review and publish a block's version.",
        BlockArgs,
        _PROPOSE,
        _release,
        _block,
        completions=_BLOCK,
    ),
    Prompt(
        "explain_my_schedule",
        "Explain my schedule",
        "Explain a person's coming weeks.",
        PersonArgs,
        _READ,
        _explain,
        _one,
        completions=_PERSON,
    ),
)

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from fractions import Fraction

from scheduling.model.break_glass import Lock
from scheduling.model.calendar import BlockRef
from scheduling.model.diff import Share
from scheduling.model.guard import Cause, Judgement, Measure, Verdict
from scheduling.model.override import Change, Override, OverrideType
from scheduling.model.part import Part, Slot
from scheduling.model.rebase import Fate, Rebased
from scheduling.model.stage import (
    Flag,
    Settles,
    Stage,
    StagedBlock,
    StagedFinding,
    StageState,
    StoredStage,
    digest_of,
    pack_changes,
    unpack_changes,
)

DAY = dt.date(2026, 3, 16)
SLOT = Slot(DAY, Part.NIGHT)
SHARE = Share(100, 3, 1, 2)
STAGE = Stage(
    program="demo",
    made_by="coordinator-1",
    made_at=dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC),
    today=dt.date(2026, 3, 1),
    overlay=4,
    facts=9,
    policy="p" * 64,
    blocks=(StagedBlock(BlockRef(2025, 10), "a" * 64, "b" * 64, partial=True, share=SHARE),),
    share=SHARE,
    people={"fac-02": SHARE, "fac-01": SHARE},
    changes=(Change("fac-01", SLOT, "CALL", None), Change("fac-02", SLOT, None, "CALL")),
    judgement=Judgement((Cause(Measure.PEOPLE, Verdict.WARN, Fraction(11), Fraction(10)),)),
    flags=(Flag("partial:2025/10", "block 2025/10 is not fully filled"), Flag("lock", "past", Settles.BREAKING_GLASS)),
    new=(StagedFinding("fnd-1", "prog.one_caller", "must", None, DAY, DAY, "two callers"),),
    resolved=(),
    overrides=(Rebased(Override("ovr-1", "fac-01", SLOT, "CALL", OverrideType.GAP), Fate.CONFLICT, "gone"),),
    closed={DAY: Lock.PAST},
)


def test_the_digest_is_of_everything_a_person_would_decide_on() -> None:
    """Any other version, base, change, cause, flag, finding, override or date makes another digest."""
    digest = digest_of(STAGE.body())
    assert digest_of(replace(STAGE).body()) == digest

    others = [
        replace(STAGE, blocks=(replace(STAGE.blocks[0], version="c" * 64),)),
        replace(STAGE, blocks=(replace(STAGE.blocks[0], base=None),)),
        replace(STAGE, changes=STAGE.changes[:1]),
        replace(STAGE, judgement=Judgement()),
        replace(STAGE, flags=STAGE.flags[:1]),
        replace(STAGE, new=()),
        replace(STAGE, overrides=()),
        replace(STAGE, closed={}),
        replace(STAGE, overlay=5),
        replace(STAGE, made_at=STAGE.made_at + dt.timedelta(seconds=1)),
    ]
    assert len({digest, *(digest_of(o.body()) for o in others)}) == len(others) + 1


def test_the_digest_does_not_depend_on_the_order_people_come_in() -> None:
    """Equal stages have equal digests."""
    turned = replace(STAGE, people=dict(sorted(STAGE.people.items(), reverse=True)))
    assert digest_of(turned.body()) == digest_of(STAGE.body())


def test_a_stored_stage_reads_back_what_a_commit_compares() -> None:
    """Versions, base, flags and the overrides' fates survive the trip through JSON."""
    body = json.loads(json.dumps(STAGE.body()))
    stored = StoredStage("stg-1", digest_of(body), StageState.STAGED, body, STAGE.made_by, STAGE.made_at)

    assert stored.digest == digest_of(STAGE.body())
    assert (stored.versions, stored.base, stored.flags) == (STAGE.versions, STAGE.base, STAGE.flags)
    assert stored.overrides == {Fate.KEPT: [], Fate.MOVED: [], Fate.CONFLICT: ["ovr-1"]}


def test_changes_survive_packing() -> None:
    """Rows of plain text, and back."""
    assert unpack_changes(json.loads(json.dumps(pack_changes(STAGE.changes)))) == STAGE.changes


def test_only_what_nothing_settles_blocks() -> None:
    """Acknowledgement and break-glass are ways on; a flag without one blocks."""
    assert [f.blocking for f in (*STAGE.flags, Flag("x", "y", Settles.NOTHING))] == [False, False, True]

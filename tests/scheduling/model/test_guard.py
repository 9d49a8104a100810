from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

from scheduling.model.calendar import BlockRef, Calendar
from scheduling.model.guard import Judgement, Measure, Verdict, judge
from scheduling.model.override import Source
from scheduling.model.part import Part, Slot
from scheduling.model.policy import GuardFigures, shipped_policy
from scheduling.model.version import BlockSchedule, Cell
from tests.scheduling.model.block_diff import between

FIGURES = shipped_policy().guard
REF = BlockRef(2025, 10)
BLOCK = Calendar().block(REF)
SLOTS = [Slot(date, part) for date, part in product(BLOCK.window, (Part.AM, Part.PM))][:40]


def grid(people: int, slots: int, changed: dict[int, int] | None = None) -> BlockSchedule:
    """`people` with `slots` cells each; `changed` says how many cells of which person hold something else."""
    moved = changed or {}
    return BlockSchedule.of(
        BLOCK,
        [
            Cell(f"fac-{p:02}", slot, "AT" if n < moved.get(p, 0) else "C", Source.SOLVER)
            for p in range(people)
            for n, slot in enumerate(SLOTS[:slots])
        ],
    )


def judged(people: int, slots: int, changed: dict[int, int], figures: GuardFigures = FIGURES) -> Judgement:
    return judge({REF: between(grid(people, slots), grid(people, slots, changed))}, figures)


def spread(cells: int, people: int) -> dict[int, int]:
    """As evenly as it goes, so that no person's churn speaks."""
    return {p: cells // people + (p < cells % people) for p in range(people)}


def test_ten_of_a_hundred_cells_pass() -> None:
    """100 cells, 10 changed in place: churn 0.10, rigidity 0.90, pass."""
    diff = between(grid(10, 10), grid(10, 10, spread(10, 10)))

    assert (diff.share.churn, diff.share.rigidity) == (Fraction(1, 10), Fraction(9, 10))
    assert judge({REF: diff}, FIGURES) == Judgement()


def test_twenty_one_of_a_hundred_cells_are_rejected_for_both_reasons() -> None:
    """100 cells, 21 changed: churn 0.21 and rigidity 0.79, and both causes are reported."""
    found = judged(10, 10, spread(21, 10))

    assert found.verdict is Verdict.REJECT
    assert {(c.measure, c.value) for c in found.causes} == {
        (Measure.CHURN, Fraction(21, 100)),
        (Measure.RIGIDITY, Fraction(79, 100)),
    }


def test_exactly_the_limits_pass() -> None:
    """Churn of exactly 0.20 is not above 0.20 and rigidity of exactly 0.80 not below 0.80, whatever floats say."""
    assert judged(10, 10, spread(20, 10)).verdict is Verdict.PASS


def test_seven_of_a_persons_twenty_cells_warn() -> None:
    """Within 560 cells, 7 of one person's 20: 0.35, a warning that names the person."""
    found = judged(28, 20, {3: 7})

    assert found.verdict is Verdict.WARN
    (cause,) = found.causes
    assert (cause.measure, cause.person, cause.value) == (Measure.PERSON_CHURN, "fac-03", Fraction(35, 100))
    assert cause.message == "churn of fac-03 in block 2025/10 is 0.35, above 0.30"


def test_eleven_of_a_persons_twenty_cells_are_rejected() -> None:
    """Within 560 cells, 11 of one person's 20: 0.55, a rejection."""
    found = judged(28, 20, {3: 11})

    assert found.verdict is Verdict.REJECT
    assert [(c.measure, c.value) for c in found.causes] == [(Measure.PERSON_CHURN, Fraction(55, 100))]


@pytest.mark.parametrize(("changed", "verdict"), [(6, Verdict.PASS), (10, Verdict.WARN)])
def test_exactly_a_persons_limits_do_not_speak(changed: int, verdict: Verdict) -> None:
    """6 of 20 is exactly 0.30 and does not warn; 10 of 20 is exactly 0.50 and does not reject."""
    assert judged(28, 20, {3: changed}).verdict is verdict


def test_eleven_people_with_one_change_each_pass_with_a_warning() -> None:
    """More than ten people touched warns; ten do not."""
    found = judged(28, 20, dict.fromkeys(range(11), 1))

    assert found.verdict is Verdict.WARN
    assert [c.message for c in found.causes] == ["11 people are touched, more than 10"]
    assert judged(28, 20, dict.fromkeys(range(10), 1)).verdict is Verdict.PASS


def test_filling_an_empty_version_passes() -> None:
    """Empty to full: every cell is filled, nobody is touched, the guard has nothing to say."""
    diff = between(BlockSchedule.of(BLOCK, []), grid(28, 20))

    assert (diff.share.filled, diff.share.churn, diff.share.rigidity) == (560, Fraction(0), Fraction(1))
    assert judge({REF: diff}, FIGURES).verdict is Verdict.PASS


def test_every_cause_is_reported_and_rejections_come_first() -> None:
    """A publication that breaks everything is told everything."""
    found = judged(12, 10, {**spread(20, 11), 11: 8, 10: 4})

    assert {c.measure for c in found.causes} == set(Measure)
    levels = [c.level for c in found.causes]
    assert levels == sorted(levels, key=lambda v: v is not Verdict.REJECT)


def test_quiet_blocks_do_not_hide_a_loud_one() -> None:
    """Published together with an unchanged block, a block past its limit is still rejected, and named."""
    loud = between(grid(10, 10), grid(10, 10, spread(21, 10)))
    quiet = between(grid(10, 10), grid(10, 10))

    found = judge({REF: quiet, BlockRef(2025, 11): loud}, FIGURES)

    assert found.verdict is Verdict.REJECT
    assert {c.block for c in found.causes} == {BlockRef(2025, 11)}


def test_the_limits_come_from_the_policy() -> None:
    """A program that allows more gets more."""
    loose = FIGURES.model_copy(update={"churn_reject": 0.5, "rigidity_reject": 0.5})
    assert judged(10, 10, spread(21, 10), loose).verdict is Verdict.PASS


def test_a_cause_keeps_its_name() -> None:
    """A flag is acknowledged by the cause's name, which does not depend on the figures."""
    assert (
        judged(28, 20, {3: 7}).causes[0].id
        == judged(28, 20, {3: 8}).causes[0].id
        == "guard:person_churn:2025/10:fac-03"
    )

"""The template's residents: clinic by norm where attendings can be, specialty in the rest (domain.md §4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scheduling.model.activity import Category
from scheduling.model.board import FULL_WEEK, Board
from scheduling.model.part import Slot
from scheduling.model.patterns import Stay


@dataclass(frozen=True, slots=True)
class Capacity:
    """Attending half-days that can be found, while no faculty is placed yet: people by slot, and the whole week's."""

    people: Mapping[Slot, int]
    total: int

    @classmethod
    def of(cls, board: Board) -> Capacity:
        """What the open half-days and weekly maxima of the faculty allow, their least clinic set aside."""
        code, clinic = board.policy.template.attending, board.policy.rotations.clinic
        total = 0
        for person in board.faculty:
            most = person.limit(code, board.year).most
            spare = sum(board.open(person.id, s) for s in board.slots) - (person.limit(clinic, board.year).least or 0)
            total += min(spare, len(board.slots) if most is None else most)
        return cls({slot: len(board.free(slot)) for slot in board.slots}, total)


def place_residents(board: Board, stays: Sequence[Stay]) -> None:
    """Fill the week of residents whose weekdays are open. The least clinic goes first for all, then procedures, then more."""
    capacity = Capacity.of(board)
    ordered = sorted(stays, key=lambda s: (s.pgy, s.person))
    for upper in (False, True):
        for stay in ordered:
            norm = board.policy.template.norm(stay.rotation.pattern, stay.pgy)[int(upper)]
            _place_supervised(board, capacity, stay, board.policy.rotations.clinic, _share(board, stay, norm))
        if not upper:
            for stay in ordered:
                if board.policy.catalogue[stay.rotation.activity].category is Category.PROCEDURE:
                    _place_procedures(board, capacity, stay)
    for stay in ordered:
        _place_specialty(board, stay)


def _place_procedures(board: Board, capacity: Capacity, stay: Stay) -> None:
    activity = board.policy.catalogue[stay.rotation.activity]
    if not activity.needs_credential and not activity.only_slots:
        _place_supervised(
            board, capacity, stay, activity.code, _share(board, stay, board.policy.template.procedure_half_days)
        )


def _share(board: Board, stay: Stay, weekly: int) -> int:
    """A weekly figure for the half-days the resident is there, to the nearest: leave and holidays ask for less."""
    away = (Category.TIME_OFF, Category.RECOVERY)
    there = 0
    for slot in board.slots:
        held = board.holds(stay.person, slot)
        if slot.date in stay.window and (held is None or board.policy.catalogue[held].category not in away):
            there += 1
    return (2 * weekly * there + FULL_WEEK) // (2 * FULL_WEEK)


def _place_supervised(board: Board, capacity: Capacity, stay: Stay, code: str, target: int) -> None:
    """Up to `target` half-days in the week, each only where attendings can still be found for it."""
    activity = board.policy.catalogue[code]
    units = board.units_of(stay.person, activity)
    have = sum(
        count
        for held, count in board.counts[stay.person].items()
        if held == code or (activity.category is Category.CLINIC is board.policy.catalogue[held].category)
    )
    while have < target:
        slots = [s for s in board.slots if _possible(board, capacity, stay, s, units)]
        if not slots:
            return
        board.place(stay.person, min(slots, key=lambda s: _price(board, stay, s, units)), code)
        have += 1


def _possible(board: Board, capacity: Capacity, stay: Stay, slot: Slot, units: int) -> bool:
    if slot.date not in stay.window or not board.open(stay.person, slot):
        return False
    if board.rooms[slot] >= min(board.policy.template.resident_rooms, board.policy.rooms.soft):
        return False
    needed = board.need(slot, units)
    extra = needed - board.need(slot)
    if needed > capacity.people[slot]:
        return False
    return not extra or capacity.total - sum(board.need(s) for s in board.slots) >= extra


def _price(board: Board, stay: Stay, slot: Slot, units: int) -> tuple[int, int, int, int, Slot]:
    """Fewest further attendings first, then a day without clinic yet, then the emptier slot."""
    clinic = board.policy.rotations.clinic
    same_day = sum(1 for other in board.slots if other.date == slot.date and board.holds(stay.person, other) == clinic)
    extra = board.need(slot, units) - board.need(slot)
    return extra, same_day, board.rooms[slot], board.units[slot], slot


def _place_specialty(board: Board, stay: Stay) -> None:
    activity = board.policy.catalogue[stay.rotation.activity]
    plain = not (activity.needs_supervision or activity.needs_credential)
    code = activity.code if plain else board.policy.template.specialty_stand_in
    for slot in board.slots:
        if slot.date in stay.window and board.open(stay.person, slot):
            board.place(stay.person, slot, code)

"""The template's faculty: attending time where residents need it, then clinic and administration at their minimums (§4)."""

from __future__ import annotations

from scheduling.model.board import Board
from scheduling.model.part import Slot
from scheduling.model.person import Person


def place_faculty(board: Board) -> None:
    """Attending time by demand and at least the minimum, then clinic, then education and department administration."""
    figures = board.policy.template
    _place_attending(board)
    for turn, person in enumerate(board.faculty):
        _place_least_attending(board, person)
        _place_least(board, person, board.policy.rotations.clinic, turn)
        _place_least(board, person, figures.education_admin, turn)
        _place_least(board, person, figures.department_admin, turn)


def _most(board: Board, person: Person, code: str) -> int:
    """The person's weekly maximum; for clinic the role's cap where no own one is set."""
    most = person.limit(code, board.year).most
    if most is None and code == board.policy.rotations.clinic and person.role is not None:
        most = board.policy.people.clinic_cap.get(person.role.value)
    return len(board.slots) if most is None else most


def _place_attending(board: Board) -> None:
    """Slots with the fewest people to choose from first; in each, whoever has given the least of what they can."""
    code = board.policy.template.attending
    for slot in sorted(board.slots, key=lambda s: (len(board.free(s)) - board.need(s), s)):
        while board.need(slot):
            able = [p for p in board.free(slot) if board.counts[p.id][code] < _most(board, p, code)]
            if not able:
                break
            board.place(min(able, key=lambda p: _burden(board, p)).id, slot, code)


def _burden(board: Board, person: Person) -> tuple[bool, float, int, str]:
    """Those below their minimum first, then the smallest share of the maximum, then who has the most open half-days."""
    code = board.policy.template.attending
    given = board.counts[person.id][code]
    least = person.limit(code, board.year).least or 0
    spare = sum(board.open(person.id, s) for s in board.slots) - _owed(board, person)
    return given >= least, given / max(1, _most(board, person, code)), -spare, person.id


def _owed(board: Board, person: Person) -> int:
    """Half-days the person still owes to the other minimums."""
    figures = board.policy.template
    codes = (board.policy.rotations.clinic, figures.education_admin, figures.department_admin)
    return sum(max(0, (person.limit(c, board.year).least or 0) - board.counts[person.id][c]) for c in codes)


def _place_least_attending(board: Board, person: Person) -> None:
    """The rest of the attending minimum, where the most residents are."""
    code = board.policy.template.attending
    least = min(board.weekly(person.limit(code, board.year).least or 0), _most(board, person, code))
    for slot in sorted(board.slots, key=lambda s: (-board.units[s], s)):
        if board.counts[person.id][code] < least and person in board.free(slot):
            board.place(person.id, slot, code)


def _place_least(board: Board, person: Person, code: str, turn: int) -> None:
    """The minimum of one activity on the person's fixed weekdays, on the next ones where those are taken."""
    least = min(board.weekly(person.limit(code, board.year).least or 0), _most(board, person, code))
    needs_room = board.policy.catalogue[code].uses_room
    for slot in _preferred(board, person, code, turn):
        if board.counts[person.id][code] >= least:
            return
        if person in board.free(slot) and not (needs_room and board.rooms[slot] >= board.policy.rooms.soft):
            board.place(person.id, slot, code)


def _preferred(board: Board, person: Person, code: str, turn: int) -> list[Slot]:
    """Weekday half-days from Monday morning on, starting at the person's turn; clinic leaves avoided weekdays out.

    Administration begins with the lecture afternoon, when no resident is in clinic.
    """
    figures = board.policy.rotations
    ordered = sorted(board.slots, key=lambda s: ((s.date.isoweekday() * 2 + s.part - 2 * turn) % 14, s))
    if code == figures.clinic:
        role = person.role.value if person.role else ""
        avoided = board.policy.people.avoid_clinic_weekdays.get(role, ())
        return [s for s in ordered if s.date.isoweekday() not in avoided]
    lecture = figures.lecture_slot
    return sorted(ordered, key=lambda s: (s.date.isoweekday(), s.part) != (lecture.weekday, lecture.part))

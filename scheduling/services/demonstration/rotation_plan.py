"""The rotations of the demonstration year: each resident walks the same circle of thirteen, two steps apart."""

from __future__ import annotations

import random
from collections.abc import Mapping

from scheduling.model.calendar import BlockRef, default_blocks
from scheduling.model.person import Person
from scheduling.services.demonstration.sizes import YEAR
from scheduling.services.importing.year_input import JOINT, MappedRotation

_ORIENTATION = "Family Medicine Orientation"
_STEP = 2

# With residents two steps apart, the inpatient team at the 1st, 6th and 11th place is staffed in every block.
_CIRCLES = {
    1: (
        "Inpatient Team Intern",
        "Family Medicine Clinic",
        "Labor and Delivery",
        "Pediatrics Clinic",
        "Internal Medicine",
        "Inpatient Team Intern",
        "Musculoskeletal Selective",
        "Newborn Nursery",
        "Gynecology + Night Float",
        "Labor and Delivery off-site",
        "Inpatient Team Intern",
        "Procedures",
        "Pediatrics Ward",
    ),
    2: (
        "Inpatient Team Resident",
        "Family Medicine Clinic",
        "Emergency Medicine",
        "Cardiology + Night Float",
        "Sports Medicine",
        "Inpatient Team Resident",
        "Labor and Delivery Night Float",
        "Geriatrics",
        "Night Float + Dermatology",
        "Procedures",
        "Inpatient Team Resident",
        "Intensive Care Unit",
        "Pediatrics Subspecialty",
    ),
    3: (
        "Inpatient Team Senior",
        "Family Medicine Clinic",
        "Pediatric Emergency Medicine",
        "Night Float + Neonatal Intensive Care Unit",
        "Sports Medicine",
        "Inpatient Team Senior",
        "Ultrasound",
        "Away Rotation",
        "Neurology + Night Float",
        "Pediatrics Night Float",
        "Inpatient Team Senior",
        "Surgical Experience",
        "Geriatrics",
    ),
}

_MEANINGS = {
    "Inpatient Team Intern": ("FMIT", "inpatient"),
    "Inpatient Team Resident": ("FMIT", "inpatient"),
    "Inpatient Team Senior": ("FMIT", "inpatient"),
    "Family Medicine Clinic": ("FMC", "clinic"),
    "Labor and Delivery": ("L&D", "inpatient"),
    "Labor and Delivery off-site": ("LDX", "offsite_ld"),
    "Labor and Delivery Night Float": ("LDNF", "night_float_ld"),
    "Internal Medicine": ("IM", "inpatient"),
    "Intensive Care Unit": ("ICU", "inpatient"),
    "Neonatal Intensive Care Unit": ("NICU", "inpatient"),
    "Newborn Nursery": ("NBN", "inpatient"),
    "Pediatrics Ward": ("PedW", "inpatient"),
    "Pediatrics Night Float": ("PedNF", "night_float_peds"),
    "Night Float": ("NF", "night_float"),
    "Emergency Medicine": ("EM", "emergency"),
    "Pediatric Emergency Medicine": ("PEM", "emergency"),
    "Sports Medicine": ("SM", "outpatient"),
    "Procedures": ("PROC", "outpatient"),
    "Ultrasound": ("US", "outpatient"),
    "Away Rotation": ("TDY", "away"),
    _ORIENTATION: ("FMO", "outpatient"),
}
_ELECTIVE = ("ELEC", "outpatient")


def rotation_map() -> tuple[MappedRotation, ...]:
    """What every rotation's name means, sorted."""
    found = []
    for name in sorted({_ORIENTATION, *(name for circle in _CIRCLES.values() for name in circle)}):
        first, _, second = name.partition(JOINT)
        half1, half2 = (_MEANINGS.get(part, _ELECTIVE) for part in (first, second or first))
        found.append(MappedRotation.of(name, half1, half2))
    return tuple(found)


def plan_rotations(people: tuple[Person, ...], chance: random.Random) -> Mapping[tuple[str, BlockRef], str]:
    """A rotation for every resident and block. Block 0 is orientation for all, block 1 for the interns."""
    start = {pgy: chance.randrange(len(circle)) for pgy, circle in _CIRCLES.items()}
    found: dict[tuple[str, BlockRef], str] = {}
    turns = dict.fromkeys(_CIRCLES, 0)
    for person in people:
        if not person.is_resident:
            continue
        pgy = person.pgy(YEAR)
        circle = _CIRCLES[pgy]
        for block in default_blocks(YEAR):
            place = start[pgy] + _STEP * turns[pgy] + block.ref.number
            first = block.ref.number == 0 or (pgy == 1 and block.ref.number == 1)
            found[person.id, block.ref] = _ORIENTATION if first else circle[place % len(circle)]
        turns[pgy] += 1
    return dict(sorted(found.items()))

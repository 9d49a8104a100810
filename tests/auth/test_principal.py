from __future__ import annotations

import pytest

from auth.principal import Access, Membership, Principal, ScopeError, access, allow
from auth.roles import Reach, Role, holders, holds
from auth.scopes import ALL, Scope, join, parse
from scheduling.model.errors import ForbiddenError, InvalidError
from scheduling.model.policy import Rights, shipped_policy

DEFAULT = shipped_policy().rights
GRANTED = DEFAULT.model_copy(update={"coordinator_commits": True})
LOCKED = GRANTED.model_copy(update={"commits_admin_only": True})


def caller(role: Role, *, person: str | None = None, scopes: frozenset[Scope] = ALL) -> Principal:
    return Principal("x", "tok", scopes, {"demo": Membership(role, person)})


def rights_of(role: Role, rights: Rights = DEFAULT, *, person: str | None = None) -> Access:
    found = access(caller(role, person=person), "demo", rights)
    assert found is not None
    return found


def whole(role: Role) -> set[str]:
    return {s.value for s, reach in holds(role, DEFAULT).items() if reach is Reach.PROGRAM}


def own(role: Role) -> set[str]:
    return {s.value for s, reach in holds(role, DEFAULT).items() if reach is Reach.OWN}


def test_every_role_holds_what_the_contract_gives_it() -> None:
    """The table of roles, whole-program scopes first, then those over oneself."""
    everything = {s.value for s in Scope}
    assert whole(Role.ADMIN) == everything
    assert whole(Role.PROGRAM_DIRECTOR) == everything - {"admin:manage"}
    assert whole(Role.COORDINATOR) == {"schedule:read", "schedule:propose", "people:names", "people:absence"}
    assert whole(Role.CHIEF) == {"schedule:read", "schedule:propose", "people:names"}
    for role in (Role.FACULTY, Role.RESIDENT):
        assert whole(role) == {"schedule:read", "people:names"}
        assert own(role) == {"schedule:propose", "people:absence"}
    assert whole(Role.STAFF) == {"schedule:read"}
    assert whole(Role.AUDITOR) == {"schedule:read", "audit:read"}
    assert own(Role.STAFF) == own(Role.AUDITOR) == own(Role.CHIEF) == set()


@pytest.mark.parametrize(
    ("role", "rights", "may"),
    [
        (Role.COORDINATOR, DEFAULT, False),
        (Role.COORDINATOR, GRANTED, True),
        (Role.COORDINATOR, LOCKED, False),
        (Role.PROGRAM_DIRECTOR, DEFAULT, True),
        (Role.PROGRAM_DIRECTOR, LOCKED, False),
        (Role.ADMIN, LOCKED, True),
        (Role.CHIEF, GRANTED, False),
    ],
)
def test_who_commits_follows_the_policy(role: Role, rights: Rights, may: bool) -> None:
    """A coordinator commits only where the policy grants it; a program may lock commits to administrators."""
    assert rights_of(role, rights).may(Scope.SCHEDULE_COMMIT) is may


def test_a_chief_who_is_a_person_reaches_their_own_absence() -> None:
    """Being tied to a person of the roster adds that person's own swaps and absences, never to an auditor."""
    chief = rights_of(Role.CHIEF, person="pgy3-01")
    assert chief.sees(Scope.PEOPLE_ABSENCE, "pgy3-01")
    assert not chief.sees(Scope.PEOPLE_ABSENCE, "pgy3-02")
    assert chief.may(Scope.SCHEDULE_PROPOSE)
    assert not rights_of(Role.AUDITOR, person="fac-01").sees(Scope.PEOPLE_ABSENCE, "fac-01")
    assert not rights_of(Role.RESIDENT).sees(Scope.PEOPLE_ABSENCE, "pgy1-01")


def test_a_refusal_by_role_names_scope_and_roles() -> None:
    """The caller learns which scope is needed and who holds it."""
    with pytest.raises(ForbiddenError) as refused:
        allow(caller(Role.RESIDENT), "demo", {Scope.SCHEDULE_COMMIT}, DEFAULT)
    assert not isinstance(refused.value, ScopeError)
    assert refused.value.details["needed_scopes"] == ["schedule:commit"]
    assert refused.value.details["needed_roles"] == ["admin", "program_director"]
    assert "resident" in refused.value.message
    assert holders(Scope.SCHEDULE_COMMIT, LOCKED) == [Role.ADMIN]


def test_a_refusal_by_token_is_told_apart_from_one_by_role() -> None:
    """The role allows it and the token does not carry it: a new token helps, so the error says so."""
    narrow = caller(Role.ADMIN, scopes=frozenset({Scope.SCHEDULE_READ}))
    assert allow(narrow, "demo", {Scope.SCHEDULE_READ}, DEFAULT).role is Role.ADMIN
    with pytest.raises(ScopeError) as refused:
        allow(narrow, "demo", {Scope.SCHEDULE_READ, Scope.SCHEDULE_COMMIT}, DEFAULT)
    assert refused.value.details == {"needed_scopes": ["schedule:commit"]}


def test_the_effective_right_is_token_and_role_together() -> None:
    """A token that claims everything gives a staff member nothing more, and a narrow one takes from an admin."""
    assert not rights_of(Role.STAFF).may(Scope.PEOPLE_NAMES)
    narrow = access(caller(Role.ADMIN, scopes=frozenset({Scope.SCHEDULE_READ})), "demo", DEFAULT)
    assert narrow is not None
    assert narrow.holds(Scope.PEOPLE_NAMES)
    assert not narrow.may(Scope.PEOPLE_NAMES)


def test_reach_over_oneself_opens_only_where_it_is_allowed() -> None:
    """A resident proposes a swap of their own duties and nothing else."""
    resident = caller(Role.RESIDENT, person="pgy1-01")
    assert allow(resident, "demo", {Scope.SCHEDULE_PROPOSE}, DEFAULT, own=True).person == "pgy1-01"
    with pytest.raises(ForbiddenError):
        allow(resident, "demo", {Scope.SCHEDULE_PROPOSE}, DEFAULT)
    found = rights_of(Role.RESIDENT, person="pgy1-01")
    found.require(Scope.PEOPLE_ABSENCE, person="pgy1-01")
    with pytest.raises(ForbiddenError):
        found.require(Scope.PEOPLE_ABSENCE, person="pgy1-02")


def test_a_stranger_has_no_access() -> None:
    """A role in one program says nothing about another; a role everywhere holds in both."""
    assert access(caller(Role.ADMIN), "other", DEFAULT) is None
    with pytest.raises(ForbiddenError, match="no role"):
        allow(caller(Role.ADMIN), "other", {Scope.SCHEDULE_READ}, DEFAULT)
    root = Principal("x", "tok", ALL, {"*": Membership(Role.ADMIN), "demo": Membership(Role.STAFF)})
    assert root.programs(["other", "demo"]) == ["demo", "other"]
    found = access(root, "demo", DEFAULT)
    assert found is not None
    assert found.role is Role.STAFF


def test_scopes_are_read_and_written_as_oauth_does() -> None:
    """Spaces or commas in, sorted and space-separated out; an unknown one names the valid ones and not itself."""
    assert join(parse("schedule:read,people:names")) == "people:names schedule:read"
    assert parse("") == frozenset()
    with pytest.raises(InvalidError) as refused:
        parse("schedule:read sudo")
    assert "sudo" not in refused.value.message
    assert "schedule:commit" in refused.value.message
    with pytest.raises(InvalidError, match="program_director"):
        Role.parse("boss")
    assert Role.parse("Program-Director") is Role.PROGRAM_DIRECTOR

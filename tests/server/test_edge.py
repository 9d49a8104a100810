from __future__ import annotations

import datetime as dt
from typing import Any

import anyio
import asyncpg
import pytest
from sqlalchemy import text

from auth.principal import Principal
from auth.scopes import ALL, Scope
from auth.secret import digest
from auth.store import holder
from scheduling.model.errors import InvalidError, NotFoundError, UserError
from scheduling.model.policy import shipped_policy
from scheduling.store.audit import SERVER, AuditContext, verify
from scheduling.store.errors import StorageError
from scheduling.store.unit import UnitOfWork
from server.access import shown
from server.edge import Answer, Caller, Edge
from server.errors import code_of, problem
from tests.faults.test_worker_kill import wait_until
from tests.server.sample import CATALOGUE, SECRET, Town


@pytest.fixture
def edge(town: Town) -> Edge:
    return town.house().edge()


async def caller(town: Town, account: str, scopes: frozenset[Scope] = ALL) -> Caller:
    async with town.database.session() as session:
        found = await holder(session, digest(town.issued[account].secret))
    assert found is not None
    return Caller(Principal(account, found.token, found.scopes & scopes, found.memberships), "test/1")


async def call(edge: Edge, who: Caller, name: str, **raw: Any) -> Answer:
    tool = CATALOGUE.tool(name)
    assert tool is not None
    return await edge.call(tool, raw, who)


async def test_a_read_answers_and_leaves_a_row(edge: Edge, town: Town) -> None:
    """The caller's only program goes without saying; the answer has both forms; the row names the caller."""
    answer = await call(edge, await caller(town, "chief"), "count_rows")
    assert not answer.failed
    assert answer.facts["who"] == "chief"
    assert answer.facts["rows"][0] == {"n": 0, "person": "fac-01"}
    assert "0 | fac-01" in answer.text
    assert await town.rows() == [("chief", "count_rows", "ok")]


async def test_a_change_leaves_one_row_in_its_own_transaction(edge: Edge, town: Town) -> None:
    """The unit of work writes the row with what it changed; the edge adds none."""
    answer = await call(edge, await caller(town, "admin"), "add_note", date="2026-03-13")
    assert answer.facts["holidays"] == 1
    assert await town.rows() == [("admin", "add_note", "ok")]
    async with town.database.session() as session:
        assert (await verify(session, "demo")).broken is None


async def test_a_change_that_fails_leaves_a_row_and_nothing_else(edge: Edge, town: Town) -> None:
    """What was written is rolled back, the refusal is on record."""
    who = await caller(town, "admin")
    assert (await call(edge, who, "add_note", date="2026-03-13", fail=True)).facts["code"] == "conflict"
    assert (await call(edge, who, "add_note", date="2026-03-14")).facts["holidays"] == 1
    assert await town.rows() == [("admin", "add_note", "conflict"), ("admin", "add_note", "ok")]


DECISIONS: list[tuple[str, str, dict[str, Any], str | None]] = [
    ("resident", "add_note", {"date": "2026-03-13"}, "forbidden"),
    ("coordinator", "add_note", {"date": "2026-03-13"}, "forbidden"),
    ("auditor", "plan_own", {"person": "fac-01"}, "forbidden"),
    ("resident", "plan_own", {"person": "fac-01"}, "forbidden"),
    ("resident", "plan_own", {"person": "pgy1-01"}, None),
    ("chief", "plan_own", {"person": "fac-01"}, None),
    ("program_director", "add_note", {"date": "2026-03-13"}, None),
    ("chief", "count_rows", {"kind": "deep"}, "forbidden"),
    ("auditor", "count_rows", {"kind": "deep"}, None),
    ("chief", "count_rows", {"rows": -1}, "invalid"),
    ("chief", "count_rows", {"rows": 0}, "conflict"),
    ("chief", "count_rows", {"program": "other"}, "not_found"),
    ("root", "count_rows", {}, "invalid"),
    ("root", "count_rows", {"program": "other"}, None),
]


async def test_who_may_do_what(edge: Edge, town: Town) -> None:
    """Role, reach and arguments decide, and every refusal is on record with its code."""
    for account, tool, raw, code in DECISIONS:
        answer = await call(edge, await caller(town, account), tool, **raw)
        assert answer.facts.get("code") == code, (account, tool, raw)
        assert answer.failed is (code is not None)
    rows = [*await town.rows(), *await town.rows("other"), *await town.rows(SERVER)]
    assert sorted((a, t, o) for a, t, o in rows) == sorted((a, t, c or "ok") for a, t, _, c in DECISIONS)


async def test_a_coordinator_commits_once_the_policy_grants_it(edge: Edge, town: Town) -> None:
    """The policy in force on the program's date decides, at once and at every call."""
    who = await caller(town, "coordinator")
    admin = await caller(town, "admin")
    shipped = (await call(edge, who, "add_note", date="2026-03-13")).facts
    assert shipped["code"] == "forbidden"
    assert shipped["needed_roles"] == ["admin", "program_director"]
    await adopt(town, "2026-03-13", "coordinator_commits")
    assert not (await call(edge, who, "add_note", date="2026-03-13")).failed
    await adopt(town, "2026-03-14", "commits_admin_only")
    assert not (await call(edge, who, "add_note", date="2026-03-14")).failed
    await adopt(town, "2026-03-13", "commits_admin_only")
    assert (await call(edge, who, "add_note", date="2026-03-13")).facts["needed_roles"] == ["admin"]
    assert not (await call(edge, admin, "add_note", date="2026-03-13")).failed


async def adopt(town: Town, date: str, right: str) -> None:
    policy = shipped_policy()
    policy = policy.model_copy(update={"rights": policy.rights.model_copy(update={right: True})})
    context = AuditContext("test", "test", "policy", "", "demo", dt.datetime.now(dt.UTC))
    async with UnitOfWork(town.database, context) as unit:
        await unit.lock("demo")
        await unit.policies.adopt("demo", dt.date.fromisoformat(date), policy)


async def test_a_token_without_the_scope_is_told_apart(edge: Edge, town: Town) -> None:
    """Where the role would allow it, the error asks for a token that carries the scope."""
    narrow = await caller(town, "admin", frozenset({Scope.SCHEDULE_READ}))
    facts = (await call(edge, narrow, "add_note", date="2026-03-13")).facts
    assert (facts["code"], facts["needed_scopes"]) == ("forbidden", ["schedule:commit"])
    assert "token" in facts["message"]
    lacking = await edge.lacking({Scope.SCHEDULE_COMMIT}, (), "demo", narrow.principal)
    assert lacking == {Scope.SCHEDULE_COMMIT}
    resident = await caller(town, "resident", frozenset({Scope.SCHEDULE_READ}))
    assert await edge.lacking({Scope.SCHEDULE_COMMIT}, (), "demo", resident.principal) == set()
    assert await edge.lacking({Scope.SCHEDULE_PROPOSE}, (), None, resident.principal) == set()
    assert await edge.lacking({Scope.SCHEDULE_PROPOSE}, {Scope.SCHEDULE_PROPOSE}, None, resident.principal) != set()


async def test_a_program_one_has_no_role_in_does_not_exist(edge: Edge, town: Town) -> None:
    """The refusal is the same as for a program that was never there, and names only one's own."""
    who = await caller(town, "chief")
    hidden = (await call(edge, who, "count_rows", program="other")).facts
    absent = (await call(edge, who, "count_rows", program="outer")).facts
    assert hidden["nearest"] == absent["nearest"] == ["demo"]
    assert hidden["message"].replace("other", "X") == absent["message"].replace("outer", "X")


async def test_a_removed_role_is_refused_at_the_next_call(edge: Edge, town: Town) -> None:
    """Nothing is remembered between calls."""
    await town.run("delete from roles where account = 'chief'")
    facts = (await call(edge, await caller(town, "chief"), "count_rows")).facts
    assert (facts["code"], facts["message"]) == ("forbidden", "the account has no role in any program")


async def test_a_crash_becomes_an_incident(edge: Edge, town: Town, capfd: pytest.CaptureFixture[str]) -> None:
    """The caller gets an id and no trace; the log has both."""
    answer = await call(edge, await caller(town, "chief"), "count_rows", boom=SECRET)
    assert answer.facts["code"] == "internal"
    assert answer.facts["incident"].startswith("inc-")
    assert SECRET not in answer.text
    assert "Traceback" not in answer.text
    assert await town.rows() == [("chief", "count_rows", "internal")]


async def test_a_database_that_goes_away_is_one_to_call_again(edge: Edge, town: Town) -> None:
    """The connection of a change that waits is ended by the server: busy and no incident, and again it is done."""
    who = await caller(town, "admin")
    answers: list[Answer] = []

    async def change() -> None:
        answers.append(await call(edge, who, "add_note", date="2026-03-13"))

    cut = text(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity"
        " where datname = current_database() and wait_event_type = 'Lock'"
    )

    async def is_cut() -> bool:
        async with town.database.session() as session:  # a transaction sees the same activity from its first look on
            return bool(await session.scalar(cut))

    async with town.database.session() as holding, anyio.create_task_group() as tasks:
        await holding.execute(text("select 1 from programs for update"))
        tasks.start_soon(change)
        await wait_until(is_cut, 20)
    assert answers[0].facts["code"] == "busy"
    assert answers[0].facts["retry_after"] > 0
    await change()
    assert answers[1].facts["holidays"] == 1
    assert await town.rows() == [("admin", "add_note", "busy"), ("admin", "add_note", "ok")]


async def test_what_the_storage_says_itself_is_answered_as_it_is_recorded() -> None:
    """A refusal with words of its own keeps its code and its hint; trouble with a file is no outage of the database."""
    refused = StorageError("the database cannot be reached", hint="check that it runs")
    assert (problem(refused, what="test").code, problem(refused, what="test").hint) == ("storage", "check that it runs")
    for error in (refused, OSError(28, "no space"), asyncpg.DiskFullError("full"), ValueError("x")):
        assert problem(error, what="test").code == code_of(error)
    assert [code_of(OSError(28, "no space")), code_of(asyncpg.DiskFullError("full"))] == ["internal", "busy"]


async def test_arguments_are_never_repeated_nor_stored(edge: Edge, town: Town) -> None:
    """Neither the answer nor the audit trail holds what was sent."""
    who = await caller(town, "chief")
    for raw in (
        {"rows": SECRET},
        {SECRET: 1},
        {"program": SECRET + " x"},
        {"kind": "a\x00" + SECRET},
        {"cursor": SECRET},
    ):
        answer = await call(edge, who, "count_rows", **raw)
        assert answer.facts["code"] in {"invalid", "not_found"}
        assert SECRET not in answer.text
    async with town.database.session() as session:
        stored = (await session.execute(text("select audit::text from audit"))).scalars().all()
    assert len(stored) == 5
    assert SECRET not in "".join(stored)


async def test_a_large_result_is_cut_and_walked(edge: Edge, town: Town) -> None:
    """The cursor brings the rest, each page within its budget."""
    who = await caller(town, "chief")
    seen: list[int] = []
    cursor = None
    while True:
        raw = {"rows": 900, "detail": "detailed", **({"cursor": cursor} if cursor else {})}
        facts = (await call(edge, who, "count_rows", **raw)).facts
        seen += [row["n"] for row in facts["rows"]]
        cursor = facts.get("cursor")
        if cursor is None:
            break
    assert seen == list(range(900))


async def test_a_resource_is_read_under_the_same_rules(edge: Edge, town: Town) -> None:
    """Role, program and arguments are checked as for a tool, and the row says which resource."""
    chief = await caller(town, "chief")
    found = CATALOGUE.locate("housestaff://demo/day/2026-03-13?part=AM")
    assert found is not None
    assert await edge.read(*found, chief) == '{"date":"2026-03-13","part":"AM","program":"demo"}'
    audit = CATALOGUE.locate("housestaff://demo/audit")
    assert audit is not None
    with pytest.raises(UserError) as refused:
        await edge.read(*audit, chief)
    assert refused.value.code == "forbidden"
    bad = CATALOGUE.locate("housestaff://demo/day/yesterday")
    assert bad is not None
    with pytest.raises(InvalidError, match="date"):
        await edge.read(*bad, chief)
    foreign = CATALOGUE.locate("housestaff://other/day/2026-03-13")
    assert foreign is not None
    with pytest.raises(NotFoundError):
        await edge.read(*foreign, chief)
    assert [o for _, t, o in await town.rows() if t.startswith("resource ")] == ["ok", "forbidden", "invalid"]
    assert await town.rows(SERVER) == [("chief", "resource day", "not_found")]


async def test_tools_are_shown_by_role_and_not_by_token(edge: Edge, town: Town) -> None:
    """A narrow token hides nothing, or nobody would ever ask for a wider one."""

    async def tools(account: str, scopes: frozenset[Scope] = ALL) -> list[str]:
        holdings = await edge.holdings((await caller(town, account, scopes)).principal)
        return [t.name for t in CATALOGUE.tools if shown(t, holdings)]

    assert await tools("staff") == ["count_rows"]
    assert await tools("resident") == ["count_rows", "plan_own"]
    assert await tools("coordinator") == ["count_rows", "plan_own"]
    assert await tools("admin", frozenset({Scope.SCHEDULE_READ})) == ["count_rows", "plan_own", "add_note"]


async def test_completion_offers_only_what_may_be_read(edge: Edge, town: Town) -> None:
    """Programs are one's own; a stranger's resources complete to nothing."""
    template = CATALOGUE.resource("housestaff://{program}/day/{date}{?part}")
    assert template is not None
    chief, far = await caller(town, "chief"), await caller(town, "far")
    assert await edge.complete(template, "program", "", {}, chief) == ["demo"]
    assert await edge.complete(template, "date", "2026-03", {"program": "demo"}, chief) == ["2026-03-13", "2026-03-14"]
    assert await edge.complete(template, "date", "2026-03", {"program": "demo"}, far) == []
    assert await edge.complete(template, "part", "", {"program": "demo"}, chief) == []

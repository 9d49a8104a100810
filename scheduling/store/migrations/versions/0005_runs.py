"""Solve runs, their snapshots, the server's own keys, and procrastinate's queue in a schema of its own."""

from __future__ import annotations

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0005_runs"
down_revision = "0004_publishing"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
create table runs (
  id text not null,
  program text not null,
  kind text not null,
  request jsonb not null,
  request_hash text not null,
  state text not null,
  job bigint,
  lease bigint not null default 0,
  tries smallint not null default 0,
  heartbeat timestamptz,
  stop_by text,
  progress jsonb not null default '{}'::jsonb,
  result jsonb,
  made_by text not null,
  made_at timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz,
  constraint pk_runs primary key (id),
  constraint fk_runs_program foreign key (program) references programs (slug),
  constraint ck_runs_kind check (kind in ('block', 'year')),
  constraint ck_runs_state check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'infeasible')),
  constraint ck_runs_ended check ((state in ('queued', 'running')) = (ended_at is null))
)
""",
    "create unique index uq_runs_under_way on runs (program, request_hash) where state in ('queued', 'running')",
    "create index ix_runs_under_way on runs (state, heartbeat) where state in ('queued', 'running')",
    "create index ix_runs_program_made_at on runs (program, made_at)",
    """
create table run_snapshots (
  id bigint not null generated always as identity,
  run text not null,
  lease bigint not null,
  problem text not null,
  phase text not null,
  tier text not null,
  objective bigint not null,
  packed bytea not null,
  at timestamptz not null,
  until timestamptz not null,
  seal bytea not null,
  constraint pk_run_snapshots primary key (id),
  constraint fk_run_snapshots_run foreign key (run) references runs (id) on delete cascade
)
""",
    "create index ix_run_snapshots_run_id on run_snapshots (run, id)",
    "create index ix_run_snapshots_until on run_snapshots (until)",
    """
create table server_keys (
  purpose text not null,
  key bytea not null,
  made_at timestamptz not null,
  constraint pk_server_keys primary key (purpose)
)
""",
    "create schema jobs",
)

PIN = """
do $pin$ declare f regprocedure; begin
  for f in select p.oid::regprocedure from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'jobs'
  loop execute format('alter function %s set search_path = jobs, pg_temp', f); end loop;
end $pin$
"""
"""Its functions find their own tables whoever calls them: ours run in transactions that know only `public`."""


def upgrade() -> None:
    """Create the tables of `run_tables` and install the queue."""
    for statement in STATEMENTS:
        op.execute(statement)
    script = SchemaManager.get_schema()
    driver = op.get_bind().connection.dbapi_connection
    assert driver is not None
    for step in ("set local search_path = jobs", script, "set local search_path to default", PIN):
        driver.run_async(lambda raw, step=step: raw.execute(step))


def downgrade() -> None:
    """Drop what `upgrade` created."""
    op.execute("drop schema jobs cascade")
    for table in ("server_keys", "run_snapshots", "runs"):
        op.drop_table(table)

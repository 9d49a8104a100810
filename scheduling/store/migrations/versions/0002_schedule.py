"""Programs and their facts, versions, the overlay, plans, the outbox."""

from __future__ import annotations

from alembic import op

revision = "0002_schedule"
down_revision = "0001_identity"
branch_labels = None
depends_on = None

FACTS = """
create table programs (
  slug text not null,
  zone text not null,
  today date,
  settings jsonb not null default '{}'::jsonb,
  overlay integer not null default 0,
  facts integer not null default 0,
  created_at timestamptz not null default now(),
  constraint pk_programs primary key (slug),
  constraint ck_programs_slug check (slug ~ '^[a-z0-9][a-z0-9-]{0,59}$' and slug <> 'programs')
);

create table people (
  program text not null,
  id text not null,
  kind text not null,
  role text,
  pgy jsonb not null default '{}'::jsonb,
  limits jsonb not null default '{}'::jsonb,
  limits_by_year jsonb not null default '{}'::jsonb,
  available_weekdays smallint[] not null default '{}'::smallint[],
  avoid_call_weekdays smallint[] not null default '{}'::smallint[],
  prefer_call_weekdays smallint[] not null default '{}'::smallint[],
  supervisor text,
  site text not null default '',
  name text,
  active boolean not null default true,
  constraint pk_people primary key (program, id),
  constraint fk_people_program foreign key (program) references programs (slug),
  constraint fk_people_program_supervisor foreign key (program, supervisor) references people (program, id),
  constraint ck_people_kind check (kind in ('resident', 'faculty', 'learner')),
  constraint ck_people_role
    check (role in ('pd', 'apd', 'oic', 'dept_chief', 'sports_med', 'core', 'adjunct')),
  constraint ck_people_role_of_faculty check (role is null or kind = 'faculty')
);
create index ix_people_program_supervisor on people (program, supervisor) where supervisor is not null;

create table credentials (
  program text not null,
  person text not null,
  code text not null,
  level smallint not null,
  expires date,
  constraint pk_credentials primary key (program, person, code),
  constraint fk_credentials_program_person foreign key (program, person) references people (program, id),
  constraint ck_credentials_level check (level between 0 and 3)
);
create index ix_credentials_program_code_person on credentials (program, code, person);

create table blocks (
  program text not null,
  year smallint not null,
  number smallint not null,
  start date not null,
  "end" date not null,
  constraint pk_blocks primary key (program, year, number),
  constraint fk_blocks_program foreign key (program) references programs (slug),
  constraint ck_blocks_dates check (start <= "end")
);

create table holidays (
  program text not null,
  date date not null,
  title text not null,
  constraint pk_holidays primary key (program, date),
  constraint fk_holidays_program foreign key (program) references programs (slug)
);

create table policies (
  program text not null,
  effective date not null,
  text text not null,
  digest text not null,
  adopted_by text not null,
  adopted_at timestamptz not null,
  constraint pk_policies primary key (program, effective),
  constraint fk_policies_program foreign key (program) references programs (slug)
);

create table absences (
  program text not null,
  id text not null,
  person text not null,
  start date not null,
  "end" date not null,
  start_part smallint not null,
  end_part smallint not null,
  type text not null,
  status text not null,
  reason text,
  recorded_by text not null,
  recorded_at timestamptz not null,
  constraint pk_absences primary key (program, id),
  constraint fk_absences_program foreign key (program) references programs (slug),
  constraint fk_absences_program_person foreign key (program, person) references people (program, id),
  constraint ck_absences_order check ((start, start_part) <= ("end", end_part)),
  constraint ck_absences_parts check (start_part between 0 and 2 and end_part between 0 and 2),
  constraint ck_absences_type check (type in (
    'unspecified', 'vacation', 'sick', 'medical', 'convalescent', 'parental', 'bereavement', 'family_emergency',
    'emergency_leave', 'conference', 'training', 'military_duty', 'deployment', 'tdy')),
  constraint ck_absences_status check (status in ('pending', 'approved', 'denied', 'cancelled', 'anticipated')),
  constraint ck_absences_reason check (length(reason) <= 2000)
);
create index ix_absences_program_person_start on absences (program, person, start);
create index ix_absences_program_start_end on absences (program, start, "end");
"""

VERSIONS = """
create table versions (
  id bigint not null generated always as identity,
  program text not null,
  hash text not null,
  year smallint not null,
  number smallint not null,
  start date not null,
  "end" date not null,
  packed bytea not null,
  partial boolean not null,
  first_call date,
  last_call date,
  state text not null,
  origin text not null,
  parent text,
  created_by text not null,
  created_at timestamptz not null,
  constraint pk_versions primary key (id),
  constraint uq_versions_program_hash unique (program, hash),
  constraint uq_versions_id_program_year_number unique (id, program, year, number),
  constraint fk_versions_program foreign key (program) references programs (slug),
  constraint fk_versions_program_parent foreign key (program, parent) references versions (program, hash),
  constraint ck_versions_hash check (hash ~ '^[0-9a-f]{64}$'),
  constraint ck_versions_state check (state in ('draft', 'staged', 'published', 'rolled_back', 'discarded')),
  constraint ck_versions_dates check (start <= "end"),
  constraint ck_versions_calls check ((first_call is null) = (last_call is null))
);
create index ix_versions_program_year_number_created_at on versions (program, year, number, created_at);
create index ix_versions_program_parent on versions (program, parent) where parent is not null;

create table cells (
  version bigint not null,
  person text not null,
  date date not null,
  part smallint not null,
  program text not null,
  activity text not null,
  source text not null,
  constraint pk_cells primary key (version, person, date, part),
  constraint fk_cells_version foreign key (version) references versions (id),
  constraint fk_cells_program_person foreign key (program, person) references people (program, id),
  constraint ck_cells_part check (part between 0 and 2),
  constraint ck_cells_source check (source in ('preload', 'manual', 'solver', 'template'))
);
create index ix_cells_version_date_part on cells (version, date, part) include (person, activity);
create index ix_cells_program_person_date on cells (program, person, date);

create table live (
  program text not null,
  year smallint not null,
  number smallint not null,
  version bigint not null,
  constraint pk_live primary key (program, year, number),
  constraint fk_live_program foreign key (program) references programs (slug),
  constraint fk_live_version_program_year_number foreign key (version, program, year, number)
    references versions (id, program, year, number)
);
create index ix_live_version_program_year_number on live (version, program, year, number);

create table publications (
  id bigint not null generated always as identity,
  program text not null,
  year smallint not null,
  number smallint not null,
  move text not null,
  version text,
  previous text,
  reason text,
  rollback_until timestamptz,
  by text not null,
  at timestamptz not null,
  constraint pk_publications primary key (id),
  constraint fk_publications_program foreign key (program) references programs (slug),
  constraint fk_publications_program_version foreign key (program, version) references versions (program, hash),
  constraint fk_publications_program_previous foreign key (program, previous) references versions (program, hash),
  constraint ck_publications_move check (move in ('import', 'publish', 'rollback')),
  constraint ck_publications_reason check (length(reason) <= 2000)
);
create index ix_publications_program_year_number_id on publications (program, year, number, id);
create index ix_publications_program_version on publications (program, version);

create function versions_are_immutable() returns trigger language plpgsql as $$
begin
  raise exception 'the content of a version never changes';
end $$;
create trigger versions_immutable
  before update of program, hash, year, number, start, "end", packed, partial, first_call, last_call on versions
  for each row execute function versions_are_immutable();
create trigger cells_immutable before update on cells
  for each row execute function versions_are_immutable();
"""

OVERLAY = """
create table plans (
  id text not null,
  program text not null,
  kind text not null,
  digest text not null,
  body jsonb not null,
  versions jsonb not null,
  overlay bigint not null,
  state text not null,
  made_by text not null,
  made_at timestamptz not null,
  applied_key text,
  decided_by text,
  decided_at timestamptz,
  constraint pk_plans primary key (id),
  constraint fk_plans_program foreign key (program) references programs (slug),
  constraint ck_plans_state
    check (state in ('proposed', 'approved', 'applied', 'reverted', 'rejected', 'discarded'))
);
create index ix_plans_program_made_at on plans (program, made_at);
create index ix_plans_program_digest on plans (program, digest);

create table overrides (
  id text not null,
  program text not null,
  person text not null,
  date date not null,
  part smallint not null,
  activity text not null,
  type text not null,
  replacement text,
  plan text,
  supersedes text,
  reason text not null,
  notes text,
  active boolean not null default true,
  made_by text not null,
  made_at timestamptz not null,
  deactivated_by text,
  deactivated_at timestamptz,
  constraint pk_overrides primary key (id),
  constraint fk_overrides_program foreign key (program) references programs (slug),
  constraint fk_overrides_program_person foreign key (program, person) references people (program, id),
  constraint fk_overrides_program_replacement foreign key (program, replacement) references people (program, id),
  constraint fk_overrides_plan foreign key (plan) references plans (id),
  constraint fk_overrides_supersedes foreign key (supersedes) references overrides (id),
  constraint ck_overrides_type check (type in ('coverage', 'cancellation', 'gap')),
  constraint ck_overrides_replacement check ((type = 'coverage') = (replacement is not null)),
  constraint ck_overrides_somebody_else check (replacement <> person),
  constraint ck_overrides_part check (part between 0 and 2),
  constraint ck_overrides_deactivated check (active = (deactivated_at is null)),
  constraint ck_overrides_text check (length(reason) <= 2000 and length(notes) <= 2000)
);
create unique index uq_overrides_active on overrides (program, person, date, part) where active;
create unique index uq_overrides_covering on overrides (program, replacement, date, part)
  where active and replacement is not null;
create index ix_overrides_active on overrides (program, date) where active;
create index ix_overrides_program_date_id on overrides (program, date, id);
create index ix_overrides_plan on overrides (plan) where plan is not null;
create index ix_overrides_supersedes on overrides (supersedes) where supersedes is not null;
"""

LEDGER = """
create table idempotency (
  program text not null,
  subject text not null,
  tool text not null,
  key text not null,
  request text not null,
  result jsonb not null,
  at timestamptz not null,
  constraint pk_idempotency primary key (program, subject, tool, key),
  constraint fk_idempotency_program foreign key (program) references programs (slug)
);
create index ix_idempotency_at on idempotency (at);

create table outbox (
  id bigint not null generated always as identity,
  program text not null,
  kind text not null,
  payload jsonb not null,
  dedupe_key text not null,
  at timestamptz not null,
  attempts smallint not null default 0,
  due timestamptz,
  delivered_at timestamptz,
  constraint pk_outbox primary key (id),
  constraint uq_outbox_program_dedupe_key unique (program, dedupe_key),
  constraint fk_outbox_program foreign key (program) references programs (slug)
);
create index ix_outbox_due on outbox (due, id) where due is not null;

create function outbox_notify() returns trigger language plpgsql as $$
begin
  perform pg_notify('housestaff_outbox', '');
  return null;
end $$;
create trigger outbox_notify after insert on outbox for each statement execute function outbox_notify();

create table imports (
  id bigint not null generated always as identity,
  program text not null,
  digest text not null,
  report jsonb not null,
  by text not null,
  at timestamptz not null,
  constraint pk_imports primary key (id),
  constraint fk_imports_program foreign key (program) references programs (slug)
);
create index ix_imports_program_id on imports (program, id);
"""

TABLES = (
    "imports",
    "outbox",
    "idempotency",
    "overrides",
    "plans",
    "publications",
    "live",
    "cells",
    "versions",
    "absences",
    "policies",
    "holidays",
    "blocks",
    "credentials",
    "people",
    "programs",
)


def upgrade() -> None:
    """Create the tables of `program_tables`, `version_tables`, `overlay_tables` and `ledger_tables`."""
    for part in (FACTS, VERSIONS, OVERLAY, LEDGER):
        for statement in _statements(part):
            op.execute(statement)


def downgrade() -> None:
    """Drop what `upgrade` created."""
    for table in TABLES:
        op.drop_table(table)
    op.execute("drop function outbox_notify()")
    op.execute("drop function versions_are_immutable()")


def _statements(part: str) -> list[str]:
    # asyncpg takes one statement at a time; a blank line or a new "create" at the left edge begins the next.
    found: list[list[str]] = []
    for line in part.splitlines():
        if line.startswith("create "):
            found.append([])
        if line:
            found[-1].append(line)
    return ["\n".join(lines) for lines in found]

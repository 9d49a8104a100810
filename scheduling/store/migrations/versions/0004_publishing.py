"""Stages, waivers, calendar feeds, receivers, notices and their deliveries."""

from __future__ import annotations

from alembic import op

revision = "0004_publishing"
down_revision = "0002_schedule"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
create table stages (
  id text not null,
  program text not null,
  digest text not null,
  state text not null,
  body jsonb not null,
  changes jsonb not null,
  result jsonb,
  made_by text not null,
  made_at timestamptz not null,
  decided_by text,
  decided_at timestamptz,
  constraint pk_stages primary key (id),
  constraint fk_stages_program foreign key (program) references programs (slug),
  constraint ck_stages_state check (state in ('staged', 'published', 'discarded')),
  constraint ck_stages_result check ((state = 'published') = (result is not null))
)
""",
    "create index ix_stages_program_made_at on stages (program, made_at)",
    """
create table waivers (
  id text not null,
  program text not null,
  finding text not null,
  rule text not null,
  reason text not null,
  until date,
  made_by text not null,
  made_at timestamptz not null,
  ended_by text,
  ended_at timestamptz,
  constraint pk_waivers primary key (id),
  constraint fk_waivers_program foreign key (program) references programs (slug),
  constraint ck_waivers_reason check (length(reason) between 1 and 2000)
)
""",
    "create unique index uq_waivers_standing on waivers (program, finding) where ended_at is null",
    """
create table feeds (
  hash bytea not null,
  program text not null,
  person text not null,
  made_by text not null,
  made_at timestamptz not null,
  revoked_at timestamptz,
  constraint pk_feeds primary key (hash),
  constraint fk_feeds_program_person foreign key (program, person) references people (program, id)
)
""",
    "create index ix_feeds_program_person on feeds (program, person)",
    """
create table receivers (
  program text not null,
  receiver text not null,
  email text,
  webhook text,
  secret text,
  kinds text[] not null default '{}'::text[],
  follows boolean not null default false,
  digest boolean not null default false,
  constraint pk_receivers primary key (program, receiver),
  constraint fk_receivers_program foreign key (program) references programs (slug)
)
""",
    """
create table notices (
  id bigint not null generated always as identity,
  program text not null,
  receiver text not null,
  kind text not null,
  payload jsonb not null,
  dedupe_key text not null,
  at timestamptz not null,
  read_at timestamptz,
  constraint pk_notices primary key (id),
  constraint uq_notices_program_receiver_dedupe_key unique (program, receiver, dedupe_key),
  constraint fk_notices_program foreign key (program) references programs (slug)
)
""",
    "create index ix_notices_program_receiver_id on notices (program, receiver, id)",
    """
create table deliveries (
  id bigint not null generated always as identity,
  notice bigint not null,
  channel text not null,
  due timestamptz,
  attempts smallint not null default 0,
  sent_at timestamptz,
  error text,
  constraint pk_deliveries primary key (id),
  constraint uq_deliveries_notice_channel unique (notice, channel),
  constraint fk_deliveries_notice foreign key (notice) references notices (id),
  constraint ck_deliveries_channel check (channel in ('email', 'webhook'))
)
""",
    "create index ix_deliveries_due on deliveries (due, id) where due is not null",
    "create index ix_deliveries_dead on deliveries (id) where due is null and sent_at is null",
    """
create function outbox_announce() returns trigger language plpgsql as $$
begin
  perform pg_notify('housestaff_events', new.id::text);
  return null;
end $$
""",
    "create trigger outbox_announce after insert on outbox for each row execute function outbox_announce()",
)

TABLES = ("deliveries", "notices", "receivers", "feeds", "waivers", "stages")


def upgrade() -> None:
    """Create the tables of `publishing_tables` and `notice_tables`."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Drop what `upgrade` created."""
    op.execute("drop trigger outbox_announce on outbox")
    op.execute("drop function outbox_announce()")
    for table in TABLES:
        op.drop_table(table)

"""Duty records: moonlighting, hours called in from at-home call, stays of one's own accord, transitions."""

from __future__ import annotations

from alembic import op

revision = "0006_duty_records"
down_revision = "0005_runs"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
create table duty_records (
  program text not null,
  id text not null,
  person text not null,
  kind text not null,
  date date not null,
  start smallint not null,
  "end" smallint not null,
  reason text,
  new_patients boolean not null default false,
  recorded_by text not null,
  recorded_at timestamptz not null,
  constraint pk_duty_records primary key (program, id),
  constraint fk_duty_records_program foreign key (program) references programs (slug),
  constraint fk_duty_records_program_person foreign key (program, person) references people (program, id),
  constraint ck_duty_records_kind check (kind in ('moonlighting', 'called_in', 'stay', 'transition')),
  constraint ck_duty_records_start check (start between 0 and 1439),
  constraint ck_duty_records_end check (start < "end" and "end" <= start + 4320),
  constraint ck_duty_records_new_patients check (kind = 'transition' or not new_patients),
  constraint ck_duty_records_reason check (length(reason) <= 2000)
)
""",
    "create index ix_duty_records_program_date on duty_records (program, date)",
    "create index ix_duty_records_program_person_date on duty_records (program, person, date)",
)


def upgrade() -> None:
    """Create the table of `DutyRecordRow`."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Drop what `upgrade` created."""
    op.drop_table("duty_records")

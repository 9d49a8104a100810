"""Accounts, roles, tokens, setup links, and the audit chain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001_identity"
down_revision = None
branch_labels = None
depends_on = None

ROLES = "'admin', 'program_director', 'coordinator', 'chief', 'faculty', 'resident', 'staff', 'auditor'"  # as auth.roles.Role


def _moment(name: str, *, default: bool = False, nullable: bool = False) -> sa.Column[object]:
    server_default = sa.func.now() if default else None
    return sa.Column(name, sa.TIMESTAMP(timezone=True), nullable=nullable, server_default=server_default)


def upgrade() -> None:
    """Create the tables of `auth/tables.py` and `scheduling/store/audit.py`."""
    op.create_table(
        "accounts",
        sa.Column("id", sa.Text, nullable=False),
        _moment("created_at", default=True),
        _moment("disabled_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
    )
    op.create_table(
        "roles",
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("program", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("person", sa.Text),
        sa.PrimaryKeyConstraint("account", "program", name="pk_roles"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_roles_account", ondelete="CASCADE"),
        sa.CheckConstraint(f"role in ({ROLES})", name="ck_roles_role"),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text), nullable=False),
        _moment("created_at", default=True),
        _moment("expires_at"),
        _moment("revoked_at", nullable=True),
        _moment("last_used_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.UniqueConstraint("hash", name="uq_tokens_hash"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_tokens_account", ondelete="CASCADE"),
    )
    op.create_index("ix_tokens_account", "tokens", ["account"])
    op.create_table(
        "setup_links",
        sa.Column("hash", sa.LargeBinary, nullable=False),
        _moment("created_at", default=True),
        _moment("expires_at"),
        _moment("used_at", nullable=True),
        sa.PrimaryKeyConstraint("hash", name="pk_setup_links"),
    )
    _audit()


def _audit() -> None:
    op.create_table(
        "audit_head",
        sa.Column("program", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("program", name="pk_audit_head"),
    )
    op.create_table(
        "audit",
        sa.Column("program", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        _moment("at"),
        sa.Column("caller", sa.Text, nullable=False),
        sa.Column("client", sa.Text, nullable=False),
        sa.Column("tool", sa.Text, nullable=False),
        sa.Column("arguments", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("program", "seq", name="pk_audit"),
    )
    op.create_index("ix_audit_program_at", "audit", ["program", "at"])
    op.create_index("ix_audit_program_caller_at", "audit", ["program", "caller", "at"])
    op.execute(
        """
        create function audit_is_append_only() returns trigger language plpgsql as $$
        begin
          raise exception 'the audit trail is append-only';
        end $$
        """
    )
    op.execute(
        """
        create trigger audit_append_only before update or delete or truncate on audit
        for each statement execute function audit_is_append_only()
        """
    )


def downgrade() -> None:
    """Drop what `upgrade` created."""
    for table in ("audit", "audit_head", "setup_links", "tokens", "roles", "accounts"):
        op.drop_table(table)
    op.execute("drop function audit_is_append_only()")

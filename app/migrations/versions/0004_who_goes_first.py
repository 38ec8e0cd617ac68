"""who goes first of those that are due at once: always the same one

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-22 07:30:00

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

DUE = sa.text("status IN ('ready', 'waiting')")


def upgrade():
    _index('version_id', 'wake_at', 'id')


def downgrade():
    _index('version_id', 'wake_at')


def _index(*columns):
    with op.batch_alter_table('run', schema=None) as batch_op:
        batch_op.drop_index('ix_run_due')
        batch_op.create_index('ix_run_due', list(columns), unique=False, sqlite_where=DUE, postgresql_where=DUE)

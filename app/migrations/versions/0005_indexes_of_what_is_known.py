"""indexes of those customers only of whom there is something to find: each change of one is written into all

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-22 13:20:00

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

INDEXES = {
    'ix_customer_last_order_heard': ('shop_id', 'last_order_heard_at'),
    'ix_customer_read': ('shop_id', 'read_at'),
    'ix_customer_birthday': ('shop_id', 'timezone', 'birthday'),
}


def upgrade():
    for name, columns in INDEXES.items():
        known = sa.text(f'{columns[-1]} IS NOT NULL')
        _index(name, columns, sqlite_where=known, postgresql_where=known)


def downgrade():
    for name, columns in INDEXES.items():
        _index(name, columns)


def _index(name, columns, **where):
    with op.batch_alter_table('customer', schema=None) as batch_op:
        batch_op.drop_index(name)
        batch_op.create_index(name, list(columns), unique=False, **where)

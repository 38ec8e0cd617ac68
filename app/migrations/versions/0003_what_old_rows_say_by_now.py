"""what old rows say by now: the columns and tables of 0002, filled from what was known before

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-22 01:30:00

"""
from alembic import op

# revision identifiers, used by Alembic.
revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

FILLED = (
    # The demo has always shown its offers.
    "UPDATE shop SET channel = 'selling' WHERE is_demo",
    # Since when nobody knows; the last change is the nearest that is known.
    "UPDATE flow SET paused_at = updated_at WHERE status = 'paused' AND paused_at IS NULL",
    """UPDATE message SET closed_at = COALESCE(gate_at, prepared_at)
       WHERE state IN ('failed', 'skipped', 'cancelled') AND closed_at IS NULL""",
    """UPDATE customer SET read_at = (
         SELECT MAX(CASE WHEN opened_at IS NULL OR clicked_at > opened_at THEN clicked_at ELSE opened_at END)
         FROM message WHERE message.shop_id = customer.shop_id AND message.customer_id = customer.id)
       WHERE read_at IS NULL""",
    """INSERT INTO interest (shop_id, customer_id, product_key, viewed_at)
       SELECT shop_id, customer_id, product_key, at FROM product_view
       WHERE NOT EXISTS (SELECT 1 FROM interest WHERE interest.shop_id = product_view.shop_id
         AND interest.customer_id = product_view.customer_id AND interest.product_key = product_view.product_key)""",
    # Codes are looked up as they are kept, in capitals.
    "UPDATE code SET code = UPPER(code) WHERE code <> UPPER(code)",
    "UPDATE coupon SET prefix = UPPER(prefix) WHERE prefix <> UPPER(prefix)",
)


def upgrade():
    for statement in FILLED:
        op.execute(statement)


def downgrade():
    pass

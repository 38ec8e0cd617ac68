"""C1 to C3: a code belongs to one visit, is used no more often than it may be, and was shown to its owner."""

from __future__ import annotations

from collections import Counter

from app.models import Redemption


def c1_one_code_a_visit(rows):
    strings = Counter((code.shop_id, code.code) for code in rows.codes.values())
    yield from (
        f"C1: code {code} is there {count} times" for (_shop, code), count in strings.items() if count > 1
    )
    visits = Counter((code.run_id, code.visit) for code in rows.codes.values() if code.run_id)
    yield from (f"C1: {count} codes of run {visit[0]}" for visit, count in visits.items() if count > 1)


def c2_limits_hold(rows):
    """However many checkouts asked at once, a code was used no more often than its coupon allows."""
    uses = rows.all(Redemption)
    total = Counter(use.code_id for use in uses)
    each = Counter((use.code_id, use.customer_id) for use in uses if use.customer_id)
    for code in rows.codes.values():
        coupon = rows.coupons[code.coupon_id]
        most = 1 if coupon.personal else coupon.usage_limit
        if most is not None and max(total[code.id], code.uses) > most:
            yield f"C2: code {code.id} was used {max(total[code.id], code.uses)} times of {most}"
    for (code_id, customer_id), count in each.items():
        if count > 1 and rows.coupons[rows.codes[code_id].coupon_id].once_per_customer:
            yield f"C2: customer {customer_id} used code {code_id} {count} times"


def c3_no_code_without_its_message(rows):
    shown = {message.run_id for message in rows.messages.values() if message.gate_at}
    for code in rows.codes.values():
        personal = rows.coupons[code.coupon_id].personal and code.run_id
        if personal and code.state in ("issued", "used") and code.run_id not in shown:
            yield f"C3: code {code.id} was issued without a message"


CHECKS = (c1_one_code_a_visit, c2_limits_hold, c3_no_code_without_its_message)

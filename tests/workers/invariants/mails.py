"""M7, M9: what the mail server took, compared with what we say that we sent."""

from __future__ import annotations

from collections import Counter

from app.models import Confirmation, StaffNotice
from workers import marks

ONE_CLICK = "List-Unsubscribe=One-Click"


def ours(rows):
    """Return the messages by the id of their mail; mails that are no messages of a flow are known besides."""
    return {message.mail_id: message for message in rows.messages.values()}


def others(rows):
    """Return the ids of the mails that no flow sends: questions, and alarms to the shop's own people."""
    asked = {marks.single_id(f"confirmation:{each.id}", each.shop_id) for each in rows.all(Confirmation)}
    told = {marks.single_id(f"notice:{each.id}", each.shop_id) for each in rows.all(StaffNotice) if each.mail}
    return asked | told


def m7_never_twice(rows):
    ids = Counter(mail.id for mail in rows.seen.mails)
    yield from (f"M7: mail {id} was accepted {count} times" for id, count in ids.items() if count > 1)


def m7_what_arrived_is_told(rows):
    """Accepted is sent or unknown; nothing else is, and nothing else was."""
    known, besides = ours(rows), others(rows)
    for mail in rows.seen.mails:
        if mail.id not in known and mail.id not in besides:
            yield f"M7: mail {mail.id} is nobody's"
        elif mail.id in known and known[mail.id].state not in ("sent", "unknown", "handing"):
            yield f"M7: message {known[mail.id].id} was accepted, but is {known[mail.id].state}"


def m7_what_is_told_arrived(rows):
    accepted = {mail.id for mail in rows.seen.mails}
    for message in rows.messages.values():
        if message.state == "sent" and message.channel == "email" and message.mail_id not in accepted:
            yield f"M7: message {message.id} is sent, but nobody has it"


def m7_no_more_doubt_than_faults(rows):
    unknown = [message.id for message in rows.messages.values() if message.state == "unknown"]
    if rows.seen.most_unknown is not None and len(unknown) > rows.seen.most_unknown:
        yield f"M7: {len(unknown)} unknown, and only {rows.seen.most_unknown} can have been cut off: {unknown[:9]}"


def m9_each_mail_is_one_persons(rows):
    known = ours(rows)
    for mail in rows.seen.mails:
        if len(mail.to) != 1:
            yield f"M9: mail {mail.id} has {len(mail.to)} recipients"
        message = known.get(mail.id)
        if message is None:
            continue
        if message.audience == "customer" and not (mail.unsubscribe and mail.post == ONE_CLICK):
            yield f"M9: mail {mail.id} has no way out"
        strange = set(mail.marks) - {rows.seen.marks.get(message.shop_id)}
        if rows.seen.marks and strange:
            yield f"M9: a mail of shop {message.shop_id} holds the words of {strange}"


CHECKS = (m7_never_twice, m7_what_arrived_is_told, m7_what_is_told_arrived, m7_no_more_doubt_than_faults,
          m9_each_mail_is_one_persons)  # fmt: skip

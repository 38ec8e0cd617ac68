"""A returned mail, read: a delivery status (RFC 3464 and what servers write instead) or a complaint (RFC 5965)."""

from __future__ import annotations

from email.message import Message as Parsed
from email.parser import BytesParser
from email.policy import compat32

from flufl.bounce import all_failures


def kind_of(raw: bytes) -> str:
    """Return hard, soft or complaint; "" for anything else, such as an answer from a holiday. Never raises."""
    try:
        mail = BytesParser(policy=compat32).parsebytes(raw)
        if _is_complaint(mail):
            return "complaint"
        soft, hard = all_failures(mail)
    except Exception:  # strangers write these, and parsers raise whatever they like
        return ""
    return "hard" if hard else "soft" if soft else ""


def words_of(raw: bytes) -> str:
    """Return what the reporting server said, in one line; "" when it said nothing that can be read."""
    try:
        mail = BytesParser(policy=compat32).parsebytes(raw)
        found = [str(part.get("Diagnostic-Code")) for part in mail.walk() if part.get("Diagnostic-Code")]
    except Exception:
        return ""
    return " ".join(found[0].split())[:300] if found else ""


def _is_complaint(mail: Parsed) -> bool:
    return (
        mail.get_content_type() == "multipart/report" and mail.get_param("report-type") == "feedback-report"
    )

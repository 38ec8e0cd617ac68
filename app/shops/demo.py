"""The demo shop's own system: what it tells Relance, and how.

It goes through exactly the door that any shop goes through: an authenticated POST to the API, answered by the
application itself. It must not know a table, nor anything that another shop could not know.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import secrets
from typing import Any

from flask import Flask
from werkzeug.test import Client

log = logging.getLogger(__name__)
PATH = "/api/v1/events"


def api_key(secret: str) -> str:
    """Return the demo shop's API key. It comes from the instance's secret, so it is stored nowhere."""
    return (
        "relance_demo_" + hmac.digest(secret.encode(), b"api key of the demo shop", hashlib.sha256).hex()[:40]
    )


def tell(app: Flask, happening: dict[str, Any], delivery: str = "") -> bool:
    """POST one happening to the API; False when it was not taken. Never raises: the shop goes on selling.

    `delivery` makes a second telling harmless; without one each telling is new.
    """
    headers = {
        "Authorization": f"Bearer {api_key(app.config['SECRET_KEY'])}",
        "Idempotency-Key": delivery or secrets.token_hex(16),
    }
    try:
        return _post(app, happening, headers)
    except Exception:
        log.exception("the demo shop could not speak: %s", happening["event"])
        return False


def _post(app: Flask, happening: dict[str, Any], headers: dict[str, str]) -> bool:
    base = app.extensions["settings"].base_url
    body = json.dumps(happening, ensure_ascii=False).encode()
    answer = Client(app).post(
        PATH, base_url=base, data=body, content_type="application/json", headers=headers
    )
    if answer.status_code != 202:
        log.warning("the demo shop was not heard: %s %s", happening["event"], answer.status_code)
    return answer.status_code == 202

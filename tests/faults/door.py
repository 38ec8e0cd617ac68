"""The door: how the shops of a stage, and their readers, speak to the product. Over HTTP, again until it answers."""

from __future__ import annotations

import http.client
import json
import threading
import time
from urllib.parse import urlencode

PATIENCE = 90.0  # seconds for which a shop's own system tries again
BUSY = (429, 500, 502, 503)


class Door:
    """The web server of a stage, as somebody outside sees it. One connection a thread."""

    def __init__(self, port):
        self.port, self.local, self.stopped = port, threading.local(), threading.Event()

    def post(self, path, body, headers, host=None):
        """Send until an answer comes that is not "later"; return (status, body)."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                connection = self._connection()
                connection.request("POST", path, body=body, headers=headers)
                answer = connection.getresponse()
                said = answer.read()
                if answer.status not in BUSY:
                    return answer.status, said
            except (OSError, http.client.HTTPException):
                self._connection().close()
            self.stopped.wait(0.05)
        raise AssertionError(f"the door did not answer {path} for {PATIENCE} seconds")

    def _connection(self):
        if not hasattr(self.local, "connection"):
            self.local.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        return self.local.connection

    def tell(self, key, body):
        """Tell one event; return its status."""
        headers = {
            "Authorization": f"Bearer {key}",
            "Idempotency-Key": body["id"],
            "Content-Type": "application/json",
        }
        return self.post("/api/v1/events", json.dumps(body).encode(), headers)[0]

    def unsubscribe(self, token):
        """Press the one-click button of a mail program; return the status."""
        form = urlencode({"List-Unsubscribe": "One-Click"}).encode()
        return self.post(f"/u/{token}", form, {"Content-Type": "application/x-www-form-urlencoded"})[0]

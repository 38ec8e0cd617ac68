"""The web server's application with a fuse in it: what granian loads where the web is to die at a named point."""

from __future__ import annotations

import json
import os

from tests.faults import fuse
from wsgi import app

__all__ = ("app",)

if told := os.environ.get("FUSE"):
    fuse.light(json.loads(told), os.environ["FUSE_TOLD"])

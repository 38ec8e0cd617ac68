"""Pictures that merchants upload: opened by a process that can hurt nobody, drawn anew, named unguessably."""

from __future__ import annotations

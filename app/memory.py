"""Memory: what a process has loaded stays for good, and most of what it makes dies by its reference counts.

A batch makes a hundred thousand things, a request some hundreds, none of them in circles. Python's collector would walk
among them every seven hundred, and now and then among all that was ever loaded: a third of an advance's time, and a
fifth of a second in which no page is answered.
"""

from __future__ import annotations

import gc

# Things made before a collection of the young; of those before one of the older; …
SELDOM = (100_000, 50, 100)


def settle() -> None:
    """Keep what has been loaded out of every collection to come, and let these come seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)

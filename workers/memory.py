"""Memory: a batch makes a hundred thousand things that die together by their reference counts, none of them in circles.

Python's collector would walk among them every seven hundred, for a third of an advance's time.
"""

from __future__ import annotations

import gc

SELDOM = (
    100_000,
    50,
    100,
)  # things made before a collection of the young; of those before one of the older; …


def settle() -> None:
    """Keep what has been loaded out of every collection to come, and let these come seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)

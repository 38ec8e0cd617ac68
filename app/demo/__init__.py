"""The demo: an invented shop to look around in, and the past that makes its screens worth looking at.

The rest of the product knows it only as a shop with a mark, a clock that can be moved, and an API key.
"""

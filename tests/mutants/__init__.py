"""Mutants: each guard of the running product taken out by hand, one at a time, and the tests that must miss it.

`python -m tests.mutants` (`make mutants`) shows it. A guard that no test misses is no guard.
"""

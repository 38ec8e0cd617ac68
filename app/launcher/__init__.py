"""One command for one machine: prepares the place, starts every process, keeps them up, stops them all.

Knows processes, ports, files and signals. Must not know a table, a view or an actor: whatever touches
the product's own data runs as a child command.
"""

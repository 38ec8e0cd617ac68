"""The flow, pure: what is drawn, what it means, how it moves forward.

Knows the standard library and networkx. Must not know Flask, SQLAlchemy, Redis, a clock or chance:
`now` and `chance` are arguments, and every answer is data.
"""

"""The rule book, and which tests hold which rule."""

"""The words of the screens: the English of the sources, and its translations beside it."""

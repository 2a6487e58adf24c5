"""Figures that a run prints at its end."""

from collections.abc import Callable

Tell = Callable[[object], None]
"""The fixture ``tell``: say a figure, from whichever process."""

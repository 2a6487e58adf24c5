"""A face: the simulator's books spoken for in a provider's own wire format and signatures."""

from typing import Protocol

from fastapi import APIRouter

from recourse.acquirers.simulator.notices import Letter
from recourse.acquirers.simulator.public import Front


class Face(Protocol):
    @property
    def prefix(self) -> str:
        """Where its routes are mounted."""
        ...

    def routes(self, front: Front) -> APIRouter: ...

    def letters(self, front: Front) -> list[Letter]:
        """The notifications that are due, signed, and marked as told."""
        ...

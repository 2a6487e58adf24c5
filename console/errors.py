"""From what went wrong to the exit code that says what the caller can do."""

from enum import IntEnum

from recourse.disputes.actions import BadAction
from recourse.intake.errors import BadClaim
from recourse.policies.errors import PolicyError
from worker.client import TemporalUnreachable
from worker.home import HomeInUse, PortTaken
from worker.keyring import KeyringError
from worker.processes import ProcessError
from worker.settings import SettingsError
from worker.temporal_server import TemporalMissing
from workflows.desk import (
    BadInput,
    CaseNotFound,
    DeskConflict,
    NobodyAnswers,
    NotAllowed,
)


class Exit(IntEnum):
    """Exit codes, the same for every command."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    CONFLICT = 4
    REFUSED = 5
    DOWN = 6


_CODES: tuple[tuple[type[Exception], Exit], ...] = (
    (BadClaim, Exit.USAGE),
    (BadInput, Exit.USAGE),
    (BadAction, Exit.USAGE),
    (PolicyError, Exit.USAGE),
    (SettingsError, Exit.USAGE),
    (KeyringError, Exit.USAGE),
    (CaseNotFound, Exit.NOT_FOUND),
    (DeskConflict, Exit.CONFLICT),
    (HomeInUse, Exit.CONFLICT),
    (PortTaken, Exit.CONFLICT),
    (NotAllowed, Exit.REFUSED),
    (NobodyAnswers, Exit.DOWN),
    (TemporalUnreachable, Exit.DOWN),
    (ProcessError, Exit.DOWN),
    (TemporalMissing, Exit.DOWN),
)


def code_of(error: Exception) -> Exit | None:
    """The exit code of an expected error; nothing for one that is a bug."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), None)

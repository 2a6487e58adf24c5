"""What could not be carried out waits for a person."""

from typing import Literal

from recourse.disputes.models import Value


class WorkFailed(Value):
    """A step could not be carried out. It waits for a person; the case keeps its place."""

    type: Literal["work_failed"] = "work_failed"
    item: str
    what: str
    error: str
    """The error's type: what the caller should do, never personal data."""
    money: bool = False
    """Whether money may hang on it: such an item cannot be skipped."""
    aside: bool = False
    """Whether the case goes on meanwhile: then it keeps its step."""
    evidence: str = ""
    """Digest of the piece of evidence that it is about."""
    effect: str = ""
    """Id of the correction that it is about."""


class WorkResumed(Value):
    type: Literal["work_resumed"] = "work_resumed"
    item: str
    how: Literal["retry", "skip", "by_hand", "dropped"]
    """``dropped``: by nobody; the case has moved on and the step has lost its object."""
    reference: str = ""
    reason: str = ""


WorkEvent = WorkFailed | WorkResumed

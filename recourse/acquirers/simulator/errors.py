"""Why the simulator did not do as asked."""

from recourse.acquirers.contract import ErrorBody, ErrorCode


class Refusal(Exception):
    """Answered with ``status`` and an error body; nothing was changed."""

    def __init__(
        self, status: int, code: ErrorCode | str, message: str, *, retryable: bool = False
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = ErrorBody(code=code, message=message, retryable=retryable)

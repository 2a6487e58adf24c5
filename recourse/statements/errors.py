"""What can go wrong with a statement, named by what the caller should do."""

from enum import StrEnum


class Fault(StrEnum):
    """Why a file cannot be read. In words, with what would be right: section ``unreadable``
    of the words."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    PDF = "pdf"
    IMAGE = "image"
    OLD_EXCEL = "old_excel"
    ARCHIVE = "archive"
    WEB_PAGE = "web_page"
    BAD_WORKBOOK = "bad_workbook"
    NO_HEADER = "no_header"
    NO_LINES = "no_lines"


class StatementUnreadable(ValueError):
    """The file is no statement we can read: ask for it in another form, or have a person read
    it. Never repeats what the file says."""

    def __init__(self, fault: Fault, where: str = "") -> None:
        self.fault = fault
        self.where = where
        """A line, a sheet or a part of the file; empty for the whole."""
        super().__init__(f"{fault.value} at {where}" if where else fault.value)

"""Letters and the legal file: rendered and stored, the same input always the same bytes."""

from typing import Protocol

from temporalio import activity

from activities.errors import away, refused
from recourse.disputes.models import Value
from recourse.disputes.notices import LegalFile, StoredDocument
from recourse.documents.errors import DocumentError


class FileDrafts(Protocol):
    """Renders a legal file into documents: name, media type, bytes."""

    def __call__(self, file: LegalFile) -> tuple[tuple[str, str, bytes], ...]: ...


class Shelf(Protocol):
    """Where documents are kept."""

    def put(self, case_id: str, name: str, media_type: str, content: bytes) -> StoredDocument: ...


class Assembled(Value):
    documents: tuple[StoredDocument, ...]


class DocumentDoor:
    def __init__(self, drafts: FileDrafts, shelf: Shelf) -> None:
        self._drafts = drafts
        self._shelf = shelf

    @activity.defn
    async def assemble_file(self, file: LegalFile) -> Assembled:
        """Render and store the demand letter and the legal file of a case."""
        try:
            stored = tuple(
                self._shelf.put(file.case_id, name, media_type, content)
                for name, media_type, content in self._drafts(file)
            )
        except OSError as error:
            raise away(f"documents cannot be stored: {error.strerror}") from None
        except DocumentError as error:
            raise refused(str(error)) from None
        return Assembled(documents=stored)

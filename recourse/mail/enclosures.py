"""Stored documents as attachments."""

from recourse.documents.store import DocumentStore
from recourse.mail.port import Attachment


class Enclosures:
    """Reads what a notice encloses from the document store, within its own case only."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store

    def read(self, case_id: str, digest: str) -> Attachment:
        """Raises recourse.documents.errors: DocumentMissing, DocumentDamaged."""
        document = self._store.find(digest, case_id)
        content = self._store.read(digest, case_id)
        return Attachment(name=document.name, media_type=document.media_type, content=content)

"""Where rendered documents lie: write-once files, found again by what they hash to."""

import contextlib
import hashlib
import os
import re
import tempfile
from pathlib import Path

from pydantic import ValidationError

from recourse.disputes.models import Value
from recourse.disputes.notices import StoredDocument
from recourse.documents.errors import DocumentDamaged, DocumentMissing, DocumentNameRefused

_DIGESTS = ".digests"
_SAFE = re.compile(r"[^\x00-\x1f/\\]{1,150}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class _Place(Value):
    """Where one copy of some bytes lies."""

    case_id: str
    document: StoredDocument


class DocumentStore:
    """Documents under ``<root>/<case id>/<name>``, found by SHA-256 digest.

    Nothing is ever overwritten: other bytes under a name that is taken go beside it, with
    the start of their digest in the name. Putting the same bytes again changes nothing, so
    a retry is harmless. ``<root>/.digests/<digest>/`` says where the copies lie. Blocking.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, case_id: str, name: str, media_type: str, content: bytes) -> StoredDocument:
        """Keep a document. When it returns, the bytes are on disk. Raises
        DocumentNameRefused."""
        folder = self._root / _safe(case_id)
        digest = hashlib.sha256(content).hexdigest()
        folder.mkdir(parents=True, exist_ok=True)
        path = _write_once(folder / _safe(name), content, digest)
        document = StoredDocument(
            name=path.name, digest=digest, media_type=media_type, size=len(content)
        )
        index = self._root / _DIGESTS / digest
        index.mkdir(parents=True, exist_ok=True)
        place = _Place(case_id=case_id, document=document)
        _replace(index / f"{case_id}.json", place.model_dump_json().encode())
        return document

    def find(self, digest: str, case_id: str = "") -> StoredDocument:
        """What is known of the document with this digest, in any case or in one only.
        Raises DocumentMissing."""
        return self._places(digest, case_id)[0].document

    def read(self, digest: str, case_id: str = "") -> bytes:
        """The bytes of a document, verified. Raises DocumentMissing, DocumentDamaged."""
        damaged = False
        for place in self._places(digest, case_id):
            with contextlib.suppress(FileNotFoundError):
                content = (self._root / place.case_id / place.document.name).read_bytes()
                if hashlib.sha256(content).hexdigest() == digest:
                    return content
                damaged = True
        if damaged:
            raise DocumentDamaged(f"document {digest} has changed on disk")
        raise DocumentMissing(f"document {digest} is gone from disk")

    def of_case(self, case_id: str) -> tuple[StoredDocument, ...]:
        """Every document of a case, by name."""
        found = [
            place
            for path in self._root.glob(f"{_DIGESTS}/*/*.json")
            if (place := _place(path)) is not None and place.case_id == case_id
        ]
        return tuple(sorted((place.document for place in found), key=lambda d: d.name))

    def _places(self, digest: str, case_id: str) -> list[_Place]:
        if not _DIGEST.fullmatch(digest):
            raise DocumentMissing("that is no SHA-256 digest")
        paths = sorted((self._root / _DIGESTS / digest).glob("*.json"))
        places = [
            place
            for path in paths
            if (place := _place(path)) is not None and case_id in ("", place.case_id)
        ]
        if not places:
            raise DocumentMissing(f"no document {digest}")
        return places


def _place(path: Path) -> _Place | None:
    try:
        return _Place.model_validate_json(path.read_bytes())
    except ValidationError:
        return None


def _safe(name: str) -> str:
    if name.startswith(".") or not _SAFE.fullmatch(name):
        raise DocumentNameRefused("a case id or document name must be one plain file name")
    return name


def _write_once(path: Path, content: bytes, digest: str) -> Path:
    """The path that holds ``content``, written only if it was not there."""
    beside = path.with_name(f"{path.stem}-{digest[:12]}{path.suffix}")
    for candidate in (path, beside):
        unfinished = _unfinished(candidate, content)
        try:
            # A link fails where a file is; a rename would silently take its place.
            candidate.hardlink_to(unfinished)
        except FileExistsError:
            if candidate.read_bytes() == content:
                return candidate
        else:
            _sync_folder(candidate.parent)
            return candidate
        finally:
            unfinished.unlink()
    raise DocumentDamaged(f"the file of document {digest} holds other bytes")


def _replace(path: Path, content: bytes) -> None:
    _unfinished(path, content).replace(path)
    _sync_folder(path.parent)


def _unfinished(beside: Path, content: bytes) -> Path:
    descriptor, name = tempfile.mkstemp(dir=beside.parent, prefix=".unfinished-")
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    return Path(name)


def _sync_folder(folder: Path) -> None:
    """A new name survives a power cut only once its folder is on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

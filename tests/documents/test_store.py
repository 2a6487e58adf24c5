"""The document store: written once, found by digest, never silently changed."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from recourse.documents.errors import DocumentDamaged, DocumentMissing, DocumentNameRefused
from recourse.documents.store import DocumentStore
from recourse.mail.enclosures import Enclosures

CASE = "C-2026-0007"
LETTER = "催告函".encode()


@pytest.fixture
def store(tmp_path: Path) -> DocumentStore:
    return DocumentStore(tmp_path)


def files(root: Path) -> set[str]:
    return {path.name for path in (root / CASE).iterdir()}


def test_a_document_lies_where_people_look_and_is_found_by_digest(
    store: DocumentStore, tmp_path: Path
) -> None:
    """A document lies under its case and name, and is read back by its SHA-256."""
    stored = store.put(CASE, "demand_letter.html", "text/html", LETTER)
    assert stored.digest == hashlib.sha256(LETTER).hexdigest()
    assert (stored.name, stored.size) == ("demand_letter.html", len(LETTER))
    assert (tmp_path / CASE / "demand_letter.html").read_bytes() == LETTER
    assert DocumentStore(tmp_path).read(stored.digest) == LETTER
    assert DocumentStore(tmp_path).find(stored.digest) == stored


def test_putting_again_changes_nothing(store: DocumentStore, tmp_path: Path) -> None:
    """A retry gives the same answer and leaves one file."""
    first = store.put(CASE, "a.txt", "text/plain", LETTER)
    assert store.put(CASE, "a.txt", "text/plain", LETTER) == first
    assert files(tmp_path) == {"a.txt"}


def test_other_bytes_never_take_a_name_over(store: DocumentStore, tmp_path: Path) -> None:
    """A second letter under the same name lies beside the first; both stay readable."""
    first = store.put(CASE, "a.txt", "text/plain", b"first")
    second = store.put(CASE, "a.txt", "text/plain", b"second")
    assert second.name == f"a-{second.digest[:12]}.txt"
    assert store.put(CASE, "a.txt", "text/plain", b"second") == second
    assert (store.read(first.digest), store.read(second.digest)) == (b"first", b"second")
    assert store.of_case(CASE) == (second, first)


def test_writers_at_once_leave_every_document_whole(store: DocumentStore, tmp_path: Path) -> None:
    """Two attempts at the same moment cannot tear or lose a document."""
    contents = [str(n % 4).encode() * 100_000 for n in range(16)]
    with ThreadPoolExecutor(8) as pool:
        stored = list(pool.map(lambda c: store.put(CASE, "a.txt", "text/plain", c), contents))
    assert [store.read(document.digest) for document in stored] == contents
    assert len(files(tmp_path)) == 4


def test_a_changed_file_is_never_handed_on(store: DocumentStore, tmp_path: Path) -> None:
    """Bytes that no longer hash to their digest are an error, not a document."""
    stored = store.put(CASE, "a.txt", "text/plain", LETTER)
    (tmp_path / CASE / "a.txt").write_bytes(b"changed")
    with pytest.raises(DocumentDamaged):
        store.read(stored.digest)


def test_same_bytes_in_two_cases_outlive_one_of_them(store: DocumentStore, tmp_path: Path) -> None:
    """Deleting one case's copy does not take the other case's document away."""
    stored = store.put(CASE, "a.txt", "text/plain", LETTER)
    store.put("C-2", "b.txt", "text/plain", LETTER)
    (tmp_path / "C-2" / "b.txt").unlink()
    assert store.read(stored.digest) == LETTER
    (tmp_path / CASE / "a.txt").unlink()
    with pytest.raises(DocumentMissing):
        store.read(stored.digest)


def test_a_notice_encloses_documents_of_its_own_case_only(store: DocumentStore) -> None:
    """A digest from another case opens nothing."""
    stored = store.put(CASE, "a.html", "text/html; charset=utf-8", LETTER)
    enclosed = Enclosures(store).read(CASE, stored.digest)
    assert (enclosed.name, enclosed.content) == ("a.html", LETTER)
    with pytest.raises(DocumentMissing):
        Enclosures(store).read("C-2", stored.digest)


@pytest.mark.parametrize("digest", ["", "0" * 64, "../../etc/passwd"])
def test_unknown_digest(store: DocumentStore, digest: str) -> None:
    """What was never stored is missing, whatever is asked for."""
    with pytest.raises(DocumentMissing):
        store.read(digest)


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", ".digests", "a\\b", "a\nb"])
def test_names_cannot_leave_their_folder(store: DocumentStore, name: str) -> None:
    """Neither a case id nor a name leads out of the store."""
    with pytest.raises(DocumentNameRefused):
        store.put(name, "a.txt", "text/plain", LETTER)
    with pytest.raises(DocumentNameRefused):
        store.put(CASE, name, "text/plain", LETTER)

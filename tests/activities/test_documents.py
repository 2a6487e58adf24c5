"""The document door: the same file gives the same documents, and errors say what to do."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from activities.documents import DocumentDoor
from activities.errors import AWAY, REFUSED
from recourse.disputes.money import parse
from recourse.disputes.notices import Contact, LegalFile, NoticeFacts, Role, StoredDocument
from recourse.documents.letters import drafts
from recourse.documents.store import DocumentStore
from tests.activities.conftest import fails, run

CASE = "RC-TEST-0000-0001"


def a_file(case_id: str = CASE) -> LegalFile:
    return LegalFile(
        case_id=case_id,
        language="zh-CN",
        kind="wrong_refund",
        jurisdiction="CN",
        facts=NoticeFacts(case_id=case_id, kind="wrong_refund", claimant="customer"),
        claimant=Contact(role=Role.CUSTOMER, name="王芳"),
        respondent=Contact(role=Role.STORE, name="云膳过桥米线"),
        demand=parse("90.00", "CNY"),
        at=datetime(2026, 11, 20, 6, 0, tzinfo=UTC),
    )


async def test_letter_and_file_are_stored(tmp_path: Path) -> None:
    """Letter and file are stored in both forms, each under the digest of its bytes."""
    store = DocumentStore(tmp_path)
    assembled = await run(DocumentDoor(drafts, store).assemble_file, a_file())
    names = [document.name for document in assembled.documents]
    assert names == [
        "demand_letter.html",
        "demand_letter.txt",
        "legal_file.html",
        "legal_file.txt",
    ]
    for document in assembled.documents:
        content = store.read(document.digest, CASE)
        assert hashlib.sha256(content).hexdigest() == document.digest
        assert len(content) == document.size


async def test_a_second_attempt_changes_nothing(tmp_path: Path) -> None:
    """The same file again gives the same documents and writes no second copy."""
    store = DocumentStore(tmp_path)
    door = DocumentDoor(drafts, store)
    first = await run(door.assemble_file, a_file())
    assert await run(door.assemble_file, a_file(), attempt=2) == first
    assert len(store.of_case(CASE)) == len(first.documents)


async def test_a_case_id_that_leaves_its_folder_is_refused(tmp_path: Path) -> None:
    """What can never be stored is final."""
    door = DocumentDoor(drafts, DocumentStore(tmp_path))
    error = await fails(door.assemble_file, a_file("../elsewhere"))
    assert (error.type, error.non_retryable) == (REFUSED, True)


class FullShelf:
    """A disk without room."""

    def put(self, case_id: str, name: str, media_type: str, content: bytes) -> StoredDocument:
        raise OSError(28, "No space left on device", "/srv/recourse/secret")


async def test_a_full_disk_is_tried_again(tmp_path: Path) -> None:
    """A full disk is over some time; the error does not tell where the disk is."""
    error = await fails(DocumentDoor(drafts, FullShelf()).assemble_file, a_file())
    assert (error.type, error.non_retryable) == (AWAY, False)
    assert "No space left" in str(error)
    assert "secret" not in str(error)


@pytest.mark.parametrize("content", [b"pay", b""])
async def test_what_was_written_before_is_kept(tmp_path: Path, content: bytes) -> None:
    """Other bytes under a taken name stay beside it: nothing of a case is overwritten."""
    store = DocumentStore(tmp_path)
    earlier = store.put(CASE, "demand_letter.html", "text/html", content)
    assembled = await run(DocumentDoor(drafts, store).assemble_file, a_file())
    assert store.read(earlier.digest, CASE) == content
    assert assembled.documents[0].name != "demand_letter.html"

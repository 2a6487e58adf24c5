"""Evidence beside a claim: read from where it may lie, searched, and kept by its digest."""

import hashlib
import io
import os
from pathlib import Path

import pytest
from openpyxl import Workbook

from recourse.intake import evidence
from recourse.intake.errors import BadClaim
from recourse.intake.evidence import piece_of
from recourse.intake.files import read_claims, read_claims_from
from recourse.vault.store import Vault
from tests.intake.samples import CARD, CLAIM


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "examples" / "claims"
    folder.mkdir(parents=True)
    return folder


def claim_with(folder: Path, file: str, extra: str = "") -> Path:
    path = folder / "claim.yaml"
    item = f"evidence: [{{kind: bank_statement, file: '{file}'{extra}}}]\n"
    path.write_text(CLAIM + item, encoding="utf-8")
    return path


def refusal(path: Path, vault: Vault, root: Path | None = None) -> str:
    with pytest.raises(BadClaim) as caught:
        read_claims(path, vault=vault, root=root)
    return str(caught.value)


def test_a_file_becomes_its_digest(folder: Path, vault: Vault) -> None:
    """The bytes go to the vault as they are, and the claim names them by SHA-256."""
    data = "日期,金额\n2026-11-20,139.12\n".encode("gbk")
    (folder / "statement.CSV").write_bytes(data)
    (source,) = read_claims(claim_with(folder, "statement.CSV", ", given_by: store"), vault=vault)
    (item,) = source.claim.evidence
    assert item.digest == hashlib.sha256(data).hexdigest()
    assert (item.name, item.size, item.media_type) == ("statement.CSV", len(data), "text/csv")
    assert item.given_by.value == "store"
    assert vault.get(item.digest) == data


def test_evidence_may_lie_under_a_root_that_is_given(folder: Path, vault: Vault) -> None:
    """A path out of the claim's folder needs a root around both, given by the caller."""
    (folder.parent / "statement.txt").write_text("139.12", encoding="utf-8")
    path = claim_with(folder, "../statement.txt")
    assert "evidence[0].file lies outside the folder of the claim" in refusal(path, vault)
    (source,) = read_claims(path, vault=vault, root=folder.parent)
    assert source.claim.evidence[0].name == "statement.txt"


def test_no_path_leads_out(folder: Path, vault: Vault, tmp_path: Path) -> None:
    """Absolute paths, parents, symbolic links and folders' links out of the root are refused."""
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    (folder / "link.txt").symlink_to(secret)
    (folder / "up").symlink_to(tmp_path, target_is_directory=True)
    for file in ("../../secret.txt", "link.txt", "up/secret.txt", "./link.txt"):
        assert "lies outside" in refusal(claim_with(folder, file), vault, folder.parent), file
    assert "is an absolute path" in refusal(claim_with(folder, str(secret)), vault)


def test_only_files_are_read(folder: Path, vault: Vault) -> None:
    """A folder, a pipe, nothing and an empty name are not evidence, and nothing waits."""
    os.mkfifo(folder / "pipe")
    (folder / "sub").mkdir()
    assert "is not a file" in refusal(claim_with(folder, "pipe"), vault)
    assert "is not a file" in refusal(claim_with(folder, "sub"), vault)
    assert "does not exist" in refusal(claim_with(folder, "none.txt"), vault)
    assert "is not the path of a file" in refusal(claim_with(folder, ""), vault)


def test_a_piece_has_a_largest_size(
    folder: Path, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A piece of the largest size is kept, and one byte more is refused."""
    monkeypatch.setattr(evidence, "LARGEST_EVIDENCE", 100)
    (folder / "film.mp4").write_bytes(b"x" * 100)
    assert read_claims(claim_with(folder, "film.mp4"), vault=vault)
    (folder / "film.mp4").write_bytes(b"x" * 101)
    assert "evidence[0].file is larger than" in refusal(claim_with(folder, "film.mp4"), vault)


HEADER_MAIL = b"Subject: =?utf-8?B?NDExMTExMTExMTExMTExMQ==?=\n\nx"

MAIL = """\
From: a@example.com
Subject: statement
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

"""


@pytest.mark.parametrize(
    ("name", "data", "place"),
    [
        ("s.csv", f"a,b\n1,2\n卡号,{CARD}\n".encode("gbk"), "line 3"),
        ("s.csv", f"\ufeffa\n{CARD}\n".encode(), "line 2"),
        ("s.txt", f"a\r\nb\r\nCVV: 123 {CARD}".encode("utf-16"), "line 3"),
        ("s.eml", HEADER_MAIL, "header Subject"),
        ("s.eml", MAIL.encode() + b"YQo0MTExIDExMTEgMTExMSAxMTExCg==\n", "line 2 of text part 1"),
    ],
)
def test_text_with_a_card_number_is_refused_by_its_line(
    folder: Path, vault: Vault, name: str, data: bytes, place: str
) -> None:
    """Text in UTF-8, UTF-16 or GBK and mail are searched; the line is told, never the number."""
    (folder / name).write_bytes(data)
    error = refusal(claim_with(folder, name), vault)
    assert f"holds a full card number or security code in {place}" in error or (
        f"in the {place}" in error
    )
    assert "1111" not in error
    assert not vault.has(hashlib.sha256(data).hexdigest())


def a_workbook(cell: object, *, hidden: bool = False, title: str = "S") -> bytes:
    book = Workbook()
    first = book.worksheets[0]
    second = book.create_sheet(title)
    first.append(["日期", "金额"])
    second.append(["x"])
    second.append(["y", cell])
    second.sheet_state = "hidden" if hidden else "visible"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (a_workbook(CARD), "row 2 of sheet 2"),
        (a_workbook(int(CARD.replace(" ", ""))), "row 2 of sheet 2"),
        (a_workbook(CARD, hidden=True), "row 2 of sheet 2"),
        (a_workbook("x", title=CARD), "the name of sheet 2"),
    ],
)
def test_a_workbook_with_a_card_number_is_refused_by_its_row(
    folder: Path, vault: Vault, data: bytes, place: str
) -> None:
    """The cells of a workbook are searched as text is, also those that nobody sees."""
    (folder / "s.xlsx").write_bytes(data)
    error = refusal(claim_with(folder, "s.xlsx"), vault)
    assert f"holds a full card number or security code in {place}" in error
    assert "1111" not in error
    (folder / "s.xlsx").write_bytes(a_workbook("x"))
    assert read_claims(claim_with(folder, "s.xlsx"), vault=vault)


def test_text_that_cannot_be_searched_is_refused(folder: Path, vault: Vault) -> None:
    """Bytes that are text in no encoding we read could hide a number between them."""
    for data in (CARD.encode("utf-16-le"), b"\xff\xff\xff"):
        (folder / "s.txt").write_bytes(data)
        assert "text in an unknown encoding" in refusal(claim_with(folder, "s.txt"), vault)


def test_a_file_stands_alone(folder: Path, vault: Vault) -> None:
    """What is found from the file cannot be told otherwise beside it."""
    (folder / "a.txt").write_text("a", encoding="utf-8")
    error = refusal(claim_with(folder, "a.txt", ", size: 3"), vault)
    assert "evidence[0].size stands beside a file" in error


def test_nothing_is_kept_of_a_file_that_is_refused(folder: Path, vault: Vault) -> None:
    """Evidence of a good claim is not kept when another claim of the file is bad."""
    (folder / "a.txt").write_text("a", encoding="utf-8")
    path = claim_with(folder, "a.txt")
    path.write_text(path.read_text(encoding="utf-8") + "---\nkind: x\n", encoding="utf-8")
    assert "claim.yaml, line 15" in refusal(path, vault)
    assert not vault.has(hashlib.sha256(b"a").hexdigest())


def test_a_file_that_changes_meanwhile_is_refused(folder: Path, vault: Vault) -> None:
    """What is kept is what was searched."""
    file = folder / "a.txt"
    file.write_text("a", encoding="utf-8")
    place = evidence.EvidenceFolder(folder)
    _, (found,) = place.resolve({"evidence": [{"kind": "slip", "file": "a.txt"}]})
    file.write_text("b", encoding="utf-8")
    with pytest.raises(BadClaim, match="changed while it was read"):
        found.keep(vault)


def test_bulk_rows_name_files_too(folder: Path, vault: Vault) -> None:
    """A CSV row names evidence by evidence.0.file."""
    (folder / "a.txt").write_text("a", encoding="utf-8")
    (folder / "bulk.csv").write_text(
        "kind,claimant,merchant.id,merchant.name,acquirer,customer.email,"
        "evidence.1.kind,evidence.1.file,evidence.0.kind,evidence.0.file\n"
        "receipt_lost,customer,M1,N,simulator,a@example.com,slip,a.txt,note,a.txt\n",
        encoding="utf-8",
    )
    (source,) = read_claims(folder / "bulk.csv", vault=vault)
    assert [item.kind for item in source.claim.evidence] == ["note", "slip"]


def test_a_door_without_files_says_so() -> None:
    """Where no folder and no vault is given, evidence is named by digest only."""
    text = CLAIM + "evidence: [{kind: slip, file: /etc/passwd}]\n"
    with pytest.raises(BadClaim, match="files are not taken here"):
        read_claims_from(text.encode(), "application/yaml")


def test_a_piece_for_an_open_case(folder: Path, vault: Vault) -> None:
    """One file that comes later is described as one beside a claim, and kept when it is wanted."""
    data = "日期,金额\n2026-11-20,139.12\n".encode("gbk")
    path = folder / "late.csv"
    path.write_bytes(data)
    item, found = piece_of(path, "bank_statement", "store")
    assert (item.kind, item.name, item.given_by.value) == ("bank_statement", "late.csv", "store")
    assert item.digest == hashlib.sha256(data).hexdigest()
    found.keep(vault)
    assert vault.get(item.digest) == data


@pytest.mark.parametrize(
    ("name", "kind", "given_by", "words"),
    [
        ("nothing.csv", "bank_statement", "customer", "file does not exist"),
        ("card.txt", "bank_statement", "customer", "file holds a full card number"),
        ("good.txt", "", "customer", "kind"),
        ("good.txt", "bank_statement", "martian", "given_by"),
    ],
)
def test_a_piece_that_cannot_be_taken(
    folder: Path, name: str, kind: str, given_by: str, words: str
) -> None:
    """What is wrong is said of the option that holds it, and nothing of the file is repeated."""
    (folder / "card.txt").write_text(CARD, encoding="utf-8")
    (folder / "good.txt").write_text("139.12", encoding="utf-8")
    with pytest.raises(BadClaim) as caught:
        piece_of(folder / name, kind, given_by)
    assert words in str(caught.value)
    assert CARD not in str(caught.value)

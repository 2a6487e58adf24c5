"""``recourse case attach``: a file that comes after the claim."""

import hashlib
from pathlib import Path

from recourse.vault.store import Vault
from tests.stack.commands import Recourse
from tests.stack.running import Up
from tests.stack.test_command_line import CARDS, assert_one_line, opened


async def test_a_file_that_comes_later(up: Up, recourse: Recourse, tmp_path: Path) -> None:
    """It is kept by its digest and stands in the case, once; what holds a card number, belongs to
    no case or is no file is refused, and nothing of it is kept."""
    case_id = await opened(recourse, tmp_path)
    late, card = tmp_path / "消费记录.txt", tmp_path / "card.txt"
    late.write_text("2026-11-20 139.12", encoding="utf-8")
    card.write_text(CARDS["Visa"], encoding="utf-8")
    digest = hashlib.sha256(late.read_bytes()).hexdigest()
    vault = up.home / "vault"

    def attach(case: str, file: Path) -> tuple[str, ...]:
        return ("case", "attach", case, str(file), "--kind", "contract", "--as", "mei")

    for number in range(2):
        said = await recourse(*attach(case_id, late))
        assert (said.code, said.out) == (0, f"消费记录.txt is kept as {digest}\n"), number
    timeline = (await recourse("case", "timeline", case_id, "-o", "json")).json
    added = [e["event"]["item"] for e in timeline if e["event"]["type"] == "evidence_added"]
    assert [(item["digest"], item["given_by"]) for item in added] == [(digest, "customer")]
    assert Vault(vault).get(digest) == late.read_bytes()

    kept = sorted(vault.rglob("*"))
    assert_one_line(await recourse(*attach(case_id, card)), 2)
    assert_one_line(await recourse(*attach(case_id, tmp_path / "none.txt")), 2)
    other = tmp_path / "other.txt"
    other.write_text("1.00", encoding="utf-8")
    assert_one_line(await recourse(*attach("RC-NONE-NONE-NONE", other)), 3)
    assert sorted(vault.rglob("*")) == kept

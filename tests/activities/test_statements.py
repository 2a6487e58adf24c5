"""The statement door: from the vault by digest, and errors that say what to do."""

from pathlib import Path

import pytest

from activities.errors import AWAY
from activities.statements import StatementDoor, StatementOrder
from recourse.disputes.claims import Claim
from recourse.statements.errors import Fault
from recourse.vault.store import Vault
from templates.words import LANGUAGES, words
from tests.activities.conftest import fails, run
from tests.world import a_claim

STATEMENTS = Path(__file__).parents[2] / "examples" / "statements"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path)


def order(digest: str, claim: Claim | None = None) -> StatementOrder:
    return StatementOrder(digest=digest, claim=claim or a_claim(), zone="Asia/Shanghai")


async def test_the_lines_of_the_sale_are_given(vault: Vault) -> None:
    """Of a real statement only the lines that bear on the sale leave the door, whatever the
    file is called."""
    digest = vault.put((STATEMENTS / "wechat.xlsx").read_bytes())
    claim = a_claim(
        sale={
            "amount": {"amount": "28.16", "currency": "CNY"},
            "at": "2019-09-26T12:45:00+08:00",
            "card_last4": "1234",
        },
        refund={},
    )
    excerpt = await run(StatementDoor(vault).read_statement, order(digest, claim))
    assert excerpt.count == 27
    assert [str(line.amount) for line in excerpt.lines] == ["28.16 CNY"]


async def test_an_account_is_kept_in_the_currency_of_its_country(vault: Vault) -> None:
    """Amounts that name no currency are of the customer's country, wherever the sale was."""
    digest = vault.put("日期,商户,支出\n2026-11-13,店,139.12\n".encode())
    pounds = {"amount": {"amount": "139.12", "currency": "GBP"}, "at": "2026-11-13T12:00:00Z"}
    door = StatementDoor(vault).read_statement
    at_home = await run(door, order(digest, a_claim(sale=pounds, refund={}, jurisdiction="UK")))
    abroad = await run(door, order(digest, a_claim(sale=pounds, refund={}, jurisdiction="CN")))
    assert (at_home.currencies, abroad.currencies) == (("GBP",), ("CNY",))


async def test_what_cannot_be_read_is_final_and_has_words(vault: Vault) -> None:
    """A file that cannot be read is not tried again; the error's type says why, and has words in
    every language."""
    failure = await fails(StatementDoor(vault).read_statement, order(vault.put(b"%PDF-1.7")))
    assert (failure.type, failure.non_retryable) == ("unreadable_pdf", True)
    for spoken in LANGUAGES:
        for fault in Fault:
            assert words(spoken).has("reasons", f"unreadable_{fault.value}")


async def test_what_is_missing_or_damaged_is_final(vault: Vault, tmp_path: Path) -> None:
    """Evidence that is not there, or no longer hashes to its digest, waits for a person."""
    missing = await fails(StatementDoor(vault).read_statement, order("a" * 64))
    digest = vault.put(b"x")
    (tmp_path / digest[:2] / digest[2:]).write_bytes(b"y")
    damaged = await fails(StatementDoor(vault).read_statement, order(digest))
    assert [(e.type, e.non_retryable) for e in (missing, damaged)] == [
        ("evidence_missing", True),
        ("evidence_damaged", True),
    ]
    assert all(words(spoken).has("reasons", "evidence_missing") for spoken in LANGUAGES)


async def test_a_vault_that_cannot_be_read_is_tried_again(vault: Vault, tmp_path: Path) -> None:
    """A disk that does not answer is not the statement's fault."""
    digest = vault.put(b"x")
    place = tmp_path / digest[:2] / digest[2:]
    place.unlink()
    place.mkdir()
    failure = await fails(StatementDoor(vault).read_statement, order(digest))
    assert (failure.type, failure.non_retryable) == (AWAY, False)

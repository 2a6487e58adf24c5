"""The example claims are about sales that exist, and cover what the product is for."""

import re
from pathlib import Path

import pytest

from recourse.acquirers.simulator.loading import LoadOptions, read_export
from recourse.disputes.claims import Claim, Kind
from recourse.disputes.records import Sale
from recourse.intake.files import read_claims
from recourse.vault.store import Vault

EXAMPLES = Path(__file__).parents[2] / "examples"
FILES = sorted((EXAMPLES / "claims").glob("[0-9]*"))


@pytest.fixture(scope="module")
def sales() -> dict[str, Sale]:
    ledger = EXAMPLES / "ledger/uk-retail-invoices.csv"
    with ledger.open(encoding="utf-8-sig", newline="") as lines:
        return {sale.reference: sale for sale in read_export(lines, LoadOptions())[0]}


def claims(vault: Vault) -> list[tuple[Path, Claim]]:
    return [
        (path, source.claim)
        for path in FILES
        for source in read_claims(path, vault=vault, root=EXAMPLES)
    ]


def reference(path: Path, claim: Claim) -> str:
    if claim.sale.reference:
        return claim.sale.reference
    found = re.search(r"it is sale (\d{6})", path.read_text(encoding="utf-8"))
    assert found, path.name
    return found[1]


def test_every_example_fits_its_sale(tmp_path: Path, sales: dict[str, Sale]) -> None:
    """Amount, time, card, terminal and store are the ledger's, and no refund exceeds the sale."""
    seen = []
    for path, claim in claims(Vault(tmp_path)):
        sale = sales[reference(path, claim)]
        seen.append(sale.reference)
        assert claim.sale.amount == sale.amount, path.name
        assert claim.sale.at is not None
        # Who remembers neither card nor hour is about to be asked one question.
        off = 3600 if claim.sale.card_last4 else 86400
        assert abs((claim.sale.at - sale.at).total_seconds()) < off, path.name
        assert claim.sale.card_last4 in ("", sale.card_last4), path.name
        assert claim.sale.terminal in ("", sale.terminal), path.name
        assert claim.merchant.store == sale.store, path.name
        for refund in (claim.refund.requested, claim.refund.reported):
            assert refund is None or refund <= sale.captured, path.name
    assert len(set(seen)) == len(seen)
    assert sum(not claim.sale.card_last4 for _, claim in claims(Vault(tmp_path))) == 1


def test_the_examples_cover_the_field(tmp_path: Path) -> None:
    """Every kind, both claimants, both languages, three jurisdictions, and evidence."""
    read = [claim for _, claim in claims(Vault(tmp_path))]
    assert {claim.kind for claim in read} == set(Kind)
    assert {claim.claimant for claim in read} == {"customer", "merchant"}
    assert {claim.language for claim in read} == {"zh-CN", "en"}
    assert {claim.jurisdiction for claim in read} == {"CN", "UK", "US"}
    names = {item.name for claim in read for item in claim.evidence}
    assert names == {"wechat.csv", "alipay.csv"}


def test_nobody_in_the_examples_can_be_written_to() -> None:
    """Every address is of example.com, which belongs to nobody."""
    for path in FILES:
        hosts = set(re.findall(r"@([a-z.]+)", path.read_text(encoding="utf-8")))
        assert hosts == {"example.com"}, path.name

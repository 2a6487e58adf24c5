"""The published claim schema is the one the code reads by."""

import json
from pathlib import Path

from recourse.disputes.money import EXPONENTS
from recourse.intake.schema import claim_schema, schema_text
from recourse.intake.shape import columns

PUBLISHED = Path(__file__).parents[2] / "docs/claim.schema.json"


def test_the_published_schema_is_current() -> None:
    """docs/claim.schema.json is what recourse.intake.schema writes; run it after a change."""
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text()


def test_the_schema_says_what_files_may_hold() -> None:
    """Amounts are written as people write them, and evidence by digest or by file."""
    schema = claim_schema()
    money = schema["$defs"]["Money"]
    assert set(money["properties"]["currency"]["enum"]) == set(EXPONENTS)
    assert money["properties"]["amount"]["type"] == ["string", "number"]
    assert set(schema["$defs"]["EvidenceFile"]["properties"]) == {"kind", "file", "given_by"}
    assert schema["additionalProperties"] is False
    json.dumps(schema)


def test_bulk_columns_follow_the_model() -> None:
    """Every field of a claim has a column with its dotted name."""
    assert {"kind", "customer.email", "sale.amount.amount", "evidence.0.file"} <= set(columns())
    assert {name.partition(".")[0] for name in columns()} == set(claim_schema()["properties"])

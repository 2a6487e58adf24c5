"""The claim format as JSON Schema, for editors and for those who write claims by program.

``python -m recourse.intake.schema docs/claim.schema.json`` writes the published file anew.
"""

import json
import sys
from pathlib import Path
from typing import Any

from recourse.disputes.claims import Claim
from recourse.disputes.money import EXPONENTS
from recourse.intake.evidence import LARGEST_EVIDENCE
from recourse.intake.shape import FILE_EVIDENCE


def claim_schema() -> dict[str, Any]:
    """One claim, as a file may hold it: with amounts as people write them, and evidence by
    digest or by file."""
    schema = Claim.model_json_schema()
    definitions = schema["$defs"]
    definitions["Money"] = _money()
    by_digest = definitions["EvidenceItem"]
    by_file = {
        "type": "object",
        "title": "EvidenceFile",
        "description": (
            "A file beside the claim; it is stored under its SHA-256. "
            f"At most {LARGEST_EVIDENCE // 1024**2} MiB."
        ),
        "properties": {
            name: by_digest["properties"].get(
                name, {"type": "string", "description": "Path relative to the claim file."}
            )
            for name in FILE_EVIDENCE
        },
        "required": ["kind", "file"],
        "additionalProperties": False,
    }
    definitions["EvidenceFile"] = by_file
    reference = {"$ref": "#/$defs/EvidenceItem"}
    schema["properties"]["evidence"]["items"] = {
        "anyOf": [reference, {"$ref": "#/$defs/EvidenceFile"}]
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def schema_text() -> str:
    """The schema as the published file holds it."""
    return json.dumps(claim_schema(), indent=2, ensure_ascii=False) + "\n"


def _money() -> dict[str, Any]:
    return {
        "type": "object",
        "title": "Money",
        "description": (
            "A decimal amount with at most the currency's digits, and an ISO 4217 code. "
            "Text is safest; a number is read exactly as it is written."
        ),
        "properties": {
            "amount": {"type": ["string", "number"], "examples": ["139.12"]},
            "currency": {"type": "string", "enum": sorted(EXPONENTS)},
            "minor": {"type": "integer", "description": "The amount in minor units."},
        },
        "required": ["currency"],
        "anyOf": [{"required": ["amount"]}, {"required": ["minor"]}],
        "additionalProperties": False,
    }


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(schema_text(), encoding="utf-8")

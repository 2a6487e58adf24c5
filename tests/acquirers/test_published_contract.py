"""The contract in docs/ is the one the simulator keeps."""

import json
from pathlib import Path

from recourse.acquirers.simulator.server import contract_text

PUBLISHED = Path(__file__).parents[2] / "docs" / "acquirer-rest.openapi.json"


def test_the_published_contract_is_current() -> None:
    """The document is what the simulator serves: ``python -m recourse.acquirers.simulator
    --contract > docs/acquirer-rest.openapi.json`` writes it anew."""
    assert PUBLISHED.read_text(encoding="utf-8") == contract_text()


def test_the_published_contract_shows_the_public_side_alone() -> None:
    """Every route is under /v1, asks for a token, and documents each of its errors."""
    document = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    assert len(document["paths"]) == 9
    for path, operations in document["paths"].items():
        assert path.startswith("/v1/")
        for operation in operations.values():
            assert operation["security"]
            for status in ("400", "401", "404", "409", "422", "429", "500", "503"):
                body = operation["responses"][status]["content"]["application/json"]["schema"]
                assert body == {"$ref": "#/components/schemas/ErrorBody"}

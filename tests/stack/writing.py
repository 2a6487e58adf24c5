"""Claims as people write them into files."""

import itertools
import json
from pathlib import Path
from typing import Any

_numbers = itertools.count(1)


def a_claim_file(folder: Path, name: str = "claim.json", **changes: Any) -> Path:
    """A good claim about a sale nobody else has, changed by what is given; ``None`` takes a
    key out."""
    number = next(_numbers)
    claim: dict[str, Any] = {
        "kind": "wrong_refund",
        "claimant": "customer",
        "language": "zh-CN",
        "jurisdiction": "CN",
        "customer": {"name": "沈若溪", "email": f"shen.{number}@example.com"},
        "merchant": {
            "id": "M100",
            "name": "云膳过桥米线",
            "store": "S01",
            "email": f"store.{number}@example.com",
            "head_office": f"office.{number}@example.com",
        },
        "acquirer": "simulator",
        "sale": {
            "reference": f"NEW{number:05d}",
            "amount": {"amount": "139.12", "currency": "CNY"},
            "at": "2026-11-20T12:31:00+08:00",
            "card_last4": "4242",
        },
        "refund": {
            "requested": {"amount": "100.00", "currency": "CNY"},
            "reported": {"amount": "10.00", "currency": "CNY"},
        },
        "story": "只退了十块钱",
    }
    claim |= changes
    path = folder / name
    content = {key: value for key, value in claim.items() if value is not None}
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path

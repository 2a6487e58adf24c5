"""What of the people of the demonstration can be read in files that should tell nothing."""

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from recourse.disputes.claims import Claim

SHORTEST = 2
"""Characters: a Chinese name has two."""

TELLING = 24
"""Characters of a story that are looked for."""


def personal_words(claims: Iterable[Claim]) -> set[str]:
    """Every name, address, telephone number and story of some claims."""
    words: set[str] = set()
    for claim in claims:
        customer, merchant = claim.customer, claim.merchant
        words |= {customer.name, customer.email, customer.phone, merchant.email}
        words |= {merchant.head_office, claim.story.strip()[:TELLING]}
    return {word for word in words if len(word) >= SHORTEST}


def spellings(word: str) -> Iterator[bytes]:
    """How a word can stand in bytes: as UTF-8, UTF-16, JSON escapes, and base64 of each at
    every offset."""
    plain = [
        word.encode(),
        word.encode("utf-16-le"),
        word.encode("utf-16-be"),
        json.dumps(word)[1:-1].encode(),
    ]
    yield from plain
    for data in plain:
        for offset in range(3):
            coded = base64.b64encode(b"\0" * offset + data)
            # The ends depend on the neighbours: only the middle is certain.
            middle = coded[4 if offset else 0 : len(coded) - 4]
            if len(middle) >= 6:
                yield middle


def readable(words: set[str], files: Iterable[Path]) -> dict[str, str]:
    """Which words can be read, and in which file."""
    found: dict[str, str] = {}
    for file in files:
        content = file.read_bytes()
        for word in words:
            if any(spelling in content for spelling in spellings(word)):
                found[word] = file.name
    return found

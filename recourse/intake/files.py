"""Claims read from files: YAML, JSON, and CSV for bulk. All of a file, or nothing of it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from recourse.disputes.claims import LARGEST_CLAIM, Claim
from recourse.intake.csv_text import read_csv
from recourse.intake.errors import BadClaim, in_one
from recourse.intake.evidence import EvidenceFolder, Found
from recourse.intake.explain import judged
from recourse.intake.json_text import read_json
from recourse.intake.raw import RawClaim, without_gaps
from recourse.intake.yaml_text import read_yaml
from recourse.vault.store import Vault

LARGEST_FILE = 32 * 1024 * 1024
"""Bytes of a file of many claims."""

_ENDINGS = {
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".json": "application/json",
    ".csv": "text/csv",
}
_READERS: dict[str, Callable[[str], list[RawClaim]]] = {
    "application/yaml": read_yaml,
    "application/x-yaml": read_yaml,
    "text/yaml": read_yaml,
    "application/json": read_json,
    "text/csv": read_csv,
}


@dataclass(frozen=True)
class ClaimSource:
    """A claim and where it was read."""

    claim: Claim
    source: str
    """The file's name."""
    line: int
    """Where the claim begins, from 1; 0 when the format does not tell."""
    number: int
    """Of the claim in the file, from 1."""


def read_claims(
    path: Path, *, vault: Vault | None = None, root: Path | None = None
) -> list[ClaimSource]:
    """The claims of a file. Evidence it names by ``file`` is put into the vault; such files
    lie under ``root``, by default the claim's own folder. Raises BadClaim, or BadClaims."""
    media_type = _ENDINGS.get(path.suffix.lower())
    if media_type is None:
        raise BadClaim(
            "the file is of no kind we read", source=path.name, hint="use .yaml, .json or .csv"
        )
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError:
        raise BadClaim("the file cannot be opened", source=path.name) from None
    return read_claims_from(
        data,
        media_type,
        source=path.name,
        vault=vault,
        evidence=EvidenceFolder(path.resolve().parent, root),
    )


def read_claims_from(
    data: bytes,
    media_type: str,
    *,
    source: str = "",
    vault: Vault | None = None,
    evidence: EvidenceFolder | None = None,
) -> list[ClaimSource]:
    """The claims of a file's bytes. Without an evidence folder and a vault a claim can name
    evidence by digest only. Raises BadClaim, or BadClaims."""
    try:
        raw_claims = _raw_claims(data, media_type)
    except BadClaim as error:
        raise error.located(source=source) from None
    problems: list[BadClaim] = []
    read: list[ClaimSource] = []
    files: list[Found] = []
    for number, raw in enumerate(raw_claims, 1):
        claim, found, wrong = _one(raw, evidence if vault is not None else None)
        several = number if len(raw_claims) > 1 else 0
        problems += [
            problem.located(source=source, line=raw.line_of(problem.field), number=several)
            for problem in wrong
        ]
        files += found
        if claim is not None:
            read.append(ClaimSource(claim, source, raw.line, number))
    if problems:
        raise in_one(problems)
    if vault is not None:
        for file in files:
            try:
                file.keep(vault)
            except BadClaim as error:
                raise error.located(source=source) from None
    return read


def _raw_claims(data: bytes, media_type: str) -> list[RawClaim]:
    if len(data) > LARGEST_FILE:
        raise BadClaim(f"the file is larger than {LARGEST_FILE // 1024**2} MiB")
    reader = _READERS.get(media_type.partition(";")[0].strip().lower())
    if reader is None:
        raise BadClaim("the file is of no kind we read", hint="use YAML, JSON or CSV")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadClaim("the file is not UTF-8", hint="save it as UTF-8", line=line) from None
    claims = reader(text)
    if not claims:
        raise BadClaim("the file holds no claim")
    if len(claims) == 1 and len(data) > LARGEST_CLAIM:
        raise _too_large()
    return claims


def _one(
    raw: RawClaim, evidence: EvidenceFolder | None
) -> tuple[Claim | None, list[Found], list[BadClaim]]:
    data = without_gaps(raw.data)
    if len(json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")) > LARGEST_CLAIM:
        return None, [], [_too_large()]
    found: list[Found] = []
    if evidence is not None:
        try:
            data, found = evidence.resolve(data)
        except BadClaim as error:
            return None, [], [error]
    elif _names_a_file(data):
        return None, [], [_no_files()]
    claim, wrong = judged(data)
    return claim, found, wrong


def _names_a_file(data: object) -> bool:
    items = data.get("evidence") if isinstance(data, dict) else None
    return isinstance(items, list) and any(isinstance(i, dict) and "file" in i for i in items)


def _too_large() -> BadClaim:
    return BadClaim(
        f"the claim is larger than {LARGEST_CLAIM // 1024} KiB",
        hint="tell the story shortly and give the rest as evidence",
    )


def _no_files() -> BadClaim:
    return BadClaim(
        "names a file, and files are not taken here",
        field="evidence",
        hint="hand the evidence in first and name it by digest",
    )

"""Evidence that a claim file names: read beside it, searched, and kept by digest."""

import hashlib
import os
import stat
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from recourse.disputes.claims import EvidenceItem
from recourse.intake.errors import BadClaim
from recourse.intake.scan import TEXTUAL, UnreadableText, find_card_cell, find_card_line
from recourse.intake.shape import FILE_EVIDENCE
from recourse.vault.store import Vault

LARGEST_EVIDENCE = 20 * 1024 * 1024
"""Bytes of one piece: a scanned contract fits, a film of the till does not."""

_BINARY = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".heic": "image/heic",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".wav": "audio/wav",
    ".mp4": "video/mp4",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_MEDIA_TYPES = {**TEXTUAL, **_BINARY}  # not the machine's own table: the same file everywhere


@dataclass(frozen=True)
class Found:
    """A file that was read and may be kept. Its bytes are read again when they are, so that
    a bulk file's evidence does not all lie in memory."""

    path: Path
    digest: str
    field: str

    def keep(self, vault: Vault) -> None:
        """Put the bytes that were searched into the vault. Raises BadClaim when the file has
        changed since."""
        data = _read(self.path, self.field)
        if hashlib.sha256(data).hexdigest() != self.digest:
            raise BadClaim("changed while it was read", field=self.field, hint="try again")
        vault.put(data)


def piece_of(path: Path, kind: str, given_by: str) -> tuple[EvidenceItem, Found]:
    """One file as a piece of evidence of a case that is open already. Raises BadClaim, which
    names ``file``, ``kind`` or ``given_by``."""
    if not kind.strip():
        raise BadClaim("is missing", field="kind", hint="say what it is: slip_photo, contract, …")
    raw = {"kind": kind, "file": path.name, "given_by": given_by}
    try:
        described, found = EvidenceFolder(path.parent, path.resolve().parent).described(raw)
        return EvidenceItem.model_validate(described), replace(found, field="file")
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise BadClaim(first["msg"].lower(), field=str(first["loc"][0])) from None


class EvidenceFolder:
    """Where a claim's evidence files may lie: under ``root``, named relative to ``folder``."""

    def __init__(self, folder: Path, root: Path | None = None) -> None:
        self._folder = folder
        self._root = (root or folder).resolve()

    def resolve(self, data: Any) -> tuple[Any, list[Found]]:
        """Raw claim data with every ``file`` replaced by name, digest, size and media type.
        Raises BadClaim."""
        if not isinstance(data, dict) or not isinstance(data.get("evidence"), list):
            return data, []
        found: list[Found] = []
        items: list[Any] = []
        for index, item in enumerate(data["evidence"]):
            if isinstance(item, dict) and "file" in item:
                replaced, piece = self.described(item, f"evidence[{index}].")
                found.append(piece)
                items.append(replaced)
            else:
                items.append(item)
        return {**data, "evidence": items}, found

    def described(self, item: dict[str, Any], within: str = "") -> tuple[dict[str, Any], Found]:
        """One item with its ``file`` replaced; ``within`` stands before the names of fields."""
        for name in ("name", "digest", "size", "media_type"):
            if name in item:
                raise BadClaim(
                    "stands beside a file",
                    field=f"{within}{name}",
                    hint=f"give {', '.join(FILE_EVIDENCE)}; the rest is found from the file",
                )
        place = f"{within}file"
        path = self._path(item["file"], place)
        data = _read(path, place)
        media_type = _MEDIA_TYPES.get(path.suffix.lower(), "application/octet-stream")
        if media_type in TEXTUAL.values():
            _refuse_card_data(data, media_type, place)
        elif media_type == _BINARY[".xlsx"]:
            _refuse_found(find_card_cell(data), place)
        digest = hashlib.sha256(data).hexdigest()
        rest = {key: value for key, value in item.items() if key != "file"}
        described = {"name": path.name, "digest": digest, "size": len(data)}
        return {**rest, **described, "media_type": media_type}, Found(path, digest, place)

    def _path(self, written: Any, field: str) -> Path:
        if not isinstance(written, str) or not written or "\0" in written:
            raise BadClaim("is not the path of a file", field=field)
        if Path(written).is_absolute():
            raise BadClaim(
                "is an absolute path", field=field, hint="name it from the claim's folder"
            )
        try:
            path = (self._folder / written).resolve(strict=True)
        except (OSError, RuntimeError):
            raise BadClaim("does not exist", field=field, hint=_RELATIVE) from None
        if not path.is_relative_to(self._root):
            raise BadClaim(
                "lies outside the folder of the claim", field=field, hint="copy the file into it"
            )
        return path


_RELATIVE = "the path is relative to the claim file"


def _read(path: Path, field: str) -> bytes:
    try:
        # Without O_NONBLOCK a pipe put in the file's place would hold us for ever.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        raise BadClaim("cannot be opened", field=field) from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise BadClaim("is not a file", field=field)
    with os.fdopen(handle, "rb") as file:
        data = file.read(LARGEST_EVIDENCE + 1)
    if len(data) > LARGEST_EVIDENCE:
        raise BadClaim(
            f"is larger than {LARGEST_EVIDENCE // 1024**2} MiB",
            field=field,
            hint="give an extract",
        )
    return data


def _refuse_card_data(data: bytes, media_type: str, field: str) -> None:
    try:
        place = find_card_line(data, media_type)
    except UnreadableText:
        raise BadClaim(
            "is text in an unknown encoding", field=field, hint="save it as UTF-8 or GBK"
        ) from None
    _refuse_found(place, field)


def _refuse_found(place: str, field: str) -> None:
    if place:
        raise BadClaim(
            f"holds a full card number or security code in {place}",
            field=field,
            hint="black out all but the last four digits",
        )

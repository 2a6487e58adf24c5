"""JSON in which every number stays the text that was written."""

import json
from typing import Any, NoReturn

from recourse.intake.errors import BadClaim, shown
from recourse.intake.raw import RawClaim, too_deep


def read_json(text: str) -> list[RawClaim]:
    """The claims of an object or of a list. Raises BadClaim."""
    try:
        data = json.loads(
            text,
            parse_float=str,
            parse_int=str,
            parse_constant=_no_number,
            object_pairs_hook=_once,
        )
    except json.JSONDecodeError as error:
        raise BadClaim(
            "the file is not valid JSON",
            hint="it holds one object, or a list of objects",
            line=error.lineno,
        ) from None
    except RecursionError:
        raise _nested() from None
    if too_deep(data):
        raise _nested()
    return [RawClaim(claim) for claim in data] if isinstance(data, list) else [RawClaim(data)]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for key, value in pairs:
        if key in mapping:
            raise BadClaim(f"{shown(key)} stands twice", hint="keep one of the two")
        mapping[key] = value
    return mapping


def _no_number(_: str) -> NoReturn:
    raise BadClaim("NaN and Infinity are no amounts", hint="write for example 139.12")


def _nested() -> BadClaim:
    return BadClaim("the claim is nested too deeply")

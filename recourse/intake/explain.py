"""The one place where a validation error becomes a sentence for whoever wrote the claim."""

import difflib
import re
from typing import Any

from pydantic import ValidationError

from recourse.disputes.claims import Claim
from recourse.disputes.pan import find_card_data
from recourse.intake.amounts import money_path, money_problem
from recourse.intake.errors import (
    IS_MISSING,
    UNKNOWN,
    BadClaim,
    did_you_mean,
    dotted,
    in_one,
    shown,
)
from recourse.intake.shape import FILE_EVIDENCE, Path, follow, model_at, names_of, value_at

TIME_EXAMPLE = "2026-11-20T12:31:00+08:00"

PATTERNS = {
    r"^\d{4}$": "four digits",
    r"^\d{6}$": "six digits, with the zeros before them, as on the slip",
    r"^[A-Za-z0-9]{12}$": "twelve letters or digits",
    r"^[A-Za-z0-9]{6}$": "six letters or digits",
    r"^[A-Za-z0-9]{1,8}$": "one to eight letters or digits",
    r"^[0-9a-f]{64}$": "64 hexadecimal digits in lower case (SHA-256)",
    r"^[A-Z]{3}$": "three capital letters (ISO 4217), such as CNY",
    r"^\+?[0-9 ()-]{5,20}$": "a telephone number, such as +86 10 1234 5678",
    r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$": (
        "at most 64 letters, digits and . _ : / - beginning with a letter or digit"
    ),
    r"^[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\"]+$": "an address such as name@example.com",
    r"^[a-z][a-z_]{1,19}$": "a scheme in small letters such as visa or unionpay",
}
"""Every pattern of the claim model in words."""

_MISSING = {
    "kind": "say what went wrong, for example kind: wrong_refund",
    "claimant": "say who claims: customer or merchant",
    "merchant": "name the merchant, for example {id: M100, name: Noodle House}",
    "merchant.id": "give the merchant's id at the acquirer, for example M100",
    "merchant.name": "give the merchant's name as the customer knows it",
    "acquirer": "name the acquirer as in the settings, for example simulator",
}
_FULL_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIMES = (("sale", "at"), ("refund", "at"))

# The earlier a kind of problem stands, the more of the others it explains.
_RANKS = ("extra_forbidden", "missing", "model_type", "tuple_type")


def claim_from(data: Any) -> Claim:
    """The claim in raw data. Raises BadClaim, or BadClaims with the most useful first."""
    claim, problems = judged(data)
    if claim is None:
        raise in_one(problems)
    return claim


def judged(data: Any) -> tuple[Claim | None, list[BadClaim]]:
    """The claim in raw data, or everything that is wrong with it, the most useful first."""
    if not isinstance(data, dict):
        return None, [BadClaim("a claim is a mapping of names to values")]
    place = next(find_card_data(data), None)
    if place is not None:
        return None, [
            BadClaim(
                "holds a full card number or security code",
                field=_shown_place(place),
                hint="give the last four digits only",
            )
        ]
    times = [_not_a_time(path) for path in _TIMES if _is_bare_number(value_at(data, path))]
    try:
        claim = Claim.model_validate(data)
    except ValidationError as error:
        known = {problem.field for problem in times}
        return None, [*(p for p in _problems(error, data) if p.field not in known), *times]
    return (None, times) if times else (claim, [])


def _is_bare_number(value: Any) -> bool:
    """A number would be read as seconds since 1970: 20261120 as a day in August 1970."""
    return isinstance(value, str) and not _FULL_DATE.match(value)


def _not_a_time(path: Path) -> BadClaim:
    return BadClaim(
        "is not a date and time", field=dotted(path), hint=f"write for example {TIME_EXAMPLE}"
    )


def _problems(error: ValidationError, data: Any) -> list[BadClaim]:
    found: dict[Path, tuple[int, BadClaim]] = {}
    for item in error.errors(include_url=False):
        kind, loc = item["type"], item["loc"]
        path = follow(loc)
        if kind == "extra_forbidden":
            path = loc
        money = money_path(path)
        if money is not None:
            found.setdefault(money, (len(_RANKS), money_problem(money, value_at(data, money))))
            continue
        if path in found and kind == "literal_error":
            continue  # the other half of "an address or nothing"
        rank = _RANKS.index(kind) if kind in _RANKS else len(_RANKS)
        found[path] = (rank, _problem(kind, path, item.get("ctx", {}), str(item["msg"])))
    ranked = sorted(found.values(), key=lambda pair: pair[0])
    meant = {problem.hint for _, problem in ranked if problem.problem == UNKNOWN}
    return [
        problem
        for _, problem in ranked
        if not (problem.problem == IS_MISSING and did_you_mean(_last(problem.field)) in meant)
    ]


def _problem(kind: str, path: Path, ctx: dict[str, Any], message: str) -> BadClaim:
    field = dotted(path)
    match kind:
        case "extra_forbidden":
            return BadClaim(UNKNOWN, field=field, hint=_suggest(path))
        case "missing":
            example = _MISSING.get(field, f"add {_last(field)}")
            return BadClaim(IS_MISSING, field=field, hint=example)
        case "enum" | "literal_error":
            allowed = str(ctx["expected"]).replace("'", "")
            return BadClaim("is not one of the known words", field=field, hint=f"use {allowed}")
        case "string_pattern_mismatch":
            words = PATTERNS.get(ctx["pattern"], "it as documented")
            return BadClaim("is not written as expected", field=field, hint=f"give {words}")
        case "timezone_aware":
            return BadClaim(
                "has no time zone",
                field=field,
                hint=f"give the zone, for example {TIME_EXAMPLE}",
            )
        case "string_too_long":
            return BadClaim(
                "is too long", field=field, hint=f"use at most {ctx['max_length']} characters"
            )
        case "too_long":
            return BadClaim(
                "has too many entries", field=field, hint=f"give at most {ctx['max_length']}"
            )
        case "string_type":
            return BadClaim("is not text", field=field, hint="write one value")
        case "model_type" | "model_attributes_type" | "dict_type":
            return BadClaim(
                "is not a mapping of names to values",
                field=field,
                hint=_inner_names(path),
            )
        case "tuple_type":
            return BadClaim("is not a list", field=field)
        case "value_error" if not path:
            return _of_the_whole(str(ctx["error"]))
        case _ if kind.startswith("datetime"):
            return _not_a_time(path)
        case _ if kind.startswith("int") or kind == "greater_than_equal":
            return BadClaim("is not a whole number from 0", field=field)
        case _:
            return BadClaim("cannot be read", field=field, hint=message.lower())


def _of_the_whole(message: str) -> BadClaim:
    """A rule of the claim as a whole. Its message is ours and begins with the field."""
    field, _, problem = message.partition(" ")
    return BadClaim(problem, field=field)


def _suggest(path: Path) -> str:
    *parents, key = path
    model = model_at(parents)
    names = names_of(model) if model is not None else ()
    if parents[:1] == ["evidence"]:
        names = (*names, *(name for name in FILE_EVIDENCE if name not in names))
    near = difflib.get_close_matches(str(key), names, n=1)
    return did_you_mean(near[0]) if near else f"known are {', '.join(names)}"


def _inner_names(path: Path) -> str:
    model = model_at(path)
    return f"it holds {', '.join(names_of(model))}" if model is not None else ""


def _last(field: str) -> str:
    return field.rpartition(".")[2]


def _shown_place(place: str) -> str:
    """A place as ``find_card_data`` writes it, without keys that may be words of a person."""
    parts = []
    for part in place.split("."):
        name, bracket, index = part.partition("[")
        parts.append(f"{shown(name)}{bracket}{index}" if name != "(a key)" else name)
    return ".".join(parts)

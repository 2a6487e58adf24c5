"""The claim model's fields, found by name: for suggestions, bulk columns and messages."""

from collections.abc import Sequence
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

from recourse.disputes.claims import Claim
from recourse.disputes.money import Money

FILE_EVIDENCE = ("kind", "file", "given_by")
"""The keys of a piece of evidence that lies beside the claim as a file."""

MONEY = ("amount", "currency")

Path = tuple[str | int, ...]
"""Names of fields and places in lists, from the claim inwards."""


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The model inside an annotation such as ``Money | None`` or ``tuple[Item, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(model_in, get_args(annotation))), None)


def names_of(model: type[BaseModel]) -> tuple[str, ...]:
    """The keys people may write for a model."""
    return MONEY if model is Money else tuple(model.model_fields)


def follow(loc: Path) -> Path:
    """The part of an error's location that names fields. What follows in it are tags of
    unions, which nobody wrote."""
    path: list[str | int] = []
    inner: type[BaseModel] | None = Claim
    for part in loc:
        if isinstance(part, str):
            if inner is None or part not in inner.model_fields:
                break
            inner = model_in(inner.model_fields[part].annotation)
        path.append(part)
    return tuple(path)


def model_at(path: Sequence[str | int]) -> type[BaseModel] | None:
    """The model that stands at a path of fields; None at a plain value."""
    model: type[BaseModel] | None = Claim
    for part in path:
        if isinstance(part, str):
            if model is None or part not in model.model_fields:
                return None
            model = model_in(model.model_fields[part].annotation)
    return model


def value_at(data: Any, path: Sequence[str | int]) -> Any:
    """The value at a path in raw data; None when there is none."""
    for part in path:
        if isinstance(part, int):
            data = data[part] if isinstance(data, list) and part < len(data) else None
        else:
            data = data.get(part) if isinstance(data, dict) else None
    return data


@cache
def columns() -> tuple[str, ...]:
    """Every dotted name a bulk file may use, in the model's order."""
    return tuple(_columns(Claim, ""))


def _columns(model: type[BaseModel], prefix: str) -> list[str]:
    if model is Money:
        return [f"{prefix}{name}" for name in (*MONEY, "minor")]
    found: list[str] = []
    for name, field in model.model_fields.items():
        inner = model_in(field.annotation)
        if inner is None:
            found.append(f"{prefix}{name}")
        elif name == "evidence":
            found += [*_columns(inner, "evidence.0."), "evidence.0.file"]
        else:
            found += _columns(inner, f"{prefix}{name}.")
    return found

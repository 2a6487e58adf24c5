"""What every value of ours keeps to."""

import traceback
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from recourse.disputes.case import Case
from recourse.disputes.claims import Claim
from recourse.disputes.models import EdgeValue, Value
from tests.disputes.building import a_claim

NAME, MAIL = "王芳", "wang.fang@example.com"


def every(base: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for model in base.__subclasses__():
        yield model
        yield from every(model)


def test_no_model_shows_what_it_was_made_of() -> None:
    """No value changes that its errors are silent, whatever else it changes."""
    models = [*every(Value), *every(EdgeValue)]
    assert Case in models
    assert [m for m in models if not m.model_config.get("hide_input_in_errors")] == []


@pytest.mark.parametrize(
    ("customer", "field"),
    [
        ({"name": [NAME], "email": MAIL}, "name"),
        ({"name": NAME, "email": MAIL, "telephone": MAIL}, "telephone"),
    ],
)
def test_an_error_names_the_field_and_nobody(customer: dict[str, Any], field: str) -> None:
    """An error that nobody expected goes into a log with its stack: it says which field and what
    would be right, and repeats nothing of what was given. Payloads are read in the same way."""
    told = a_claim().model_dump(mode="json") | {"customer": customer}
    for reading in (Claim.model_validate, TypeAdapter(Claim).validate_python):
        with pytest.raises(ValidationError) as caught:
            reading(told)
        assert caught.value.errors()[0]["loc"] == ("customer", field)
        logged = "".join(traceback.format_exception(caught.value))
        assert f"customer.{field}\n" in logged
        assert NAME not in logged
        assert MAIL not in logged


def test_a_text_that_is_no_json_is_not_repeated() -> None:
    """Nor does what came instead of a value show."""
    with pytest.raises(ValidationError) as caught:
        Claim.model_validate_json(f'{{"customer": {{"name": "{NAME}", {MAIL}')
    logged = "".join(traceback.format_exception(caught.value))
    assert NAME not in logged
    assert MAIL not in logged

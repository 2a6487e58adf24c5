"""Numbers of ours for acquirers: fixed, fitting, and never shared."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.acquirers.numbers import number_for


def test_the_golden_numbers() -> None:
    """A number is a function of scheme and effect id alone, the same at every run."""
    intent = "RC-0000-0000-0001:refund:1@20261120T090000Z"
    assert number_for("lakala", intent, 32) == "VRVACIY723THXRX53VGWYIVBPJYWZBH7"
    assert number_for("unionpay", intent, 40) == "5NVZM6VH7H67YDCTCKRJ5IYEGNHDLJCF2KZPH3A4"


@given(st.text(min_size=1), st.text(min_size=1), st.integers(min_value=26, max_value=51))
def test_numbers_fit_their_field(one: str, other: str, length: int) -> None:
    """Letters and digits of the asked length, and two effects never share one."""
    number = number_for("lakala", one, length)
    assert re.fullmatch(rf"[A-Z2-7]{{{length}}}", number)
    assert (number == number_for("lakala", other, length)) == (one == other)
    assert number != number_for("unionpay", one, length)


@pytest.mark.parametrize("length", [8, 25, 52])
def test_a_number_that_is_no_identity_is_not_made(length: int) -> None:
    """Too few characters for an identity, or more than a hash fills, raise ValueError."""
    with pytest.raises(ValueError, match="characters"):
        number_for("lakala", "case", length)

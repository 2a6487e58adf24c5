"""The moment an effect id carries."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.disputes.effect_ids import effect_id, intended_at

MOMENTS = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis wants it naive
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001 - hypothesis wants it naive
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-9))]),
)


@given(MOMENTS)
def test_an_id_carries_its_moment(moment: datetime) -> None:
    """The moment of the intent is read back from the id, to the second, in UTC."""
    name = effect_id("RC-0000-0000-0001-2", "credit_adjustment", 3, moment)
    assert intended_at(name) == moment.astimezone(UTC).replace(microsecond=0)
    assert re.fullmatch(r"[!-~]{1,200}", name)


@pytest.mark.parametrize(
    "name", ["case-1.1", "a@b", "a@20261120T090000", "a@20261320T090000Z", "a@20261120T090000Z:b"]
)
def test_an_id_without_a_moment_has_none(name: str) -> None:
    """What is not a moment that exists, at the end of the id, is none."""
    assert intended_at(name) is None

"""Two logins of one person are one person; two people are two where a table says so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from recourse.disputes.actions import Actor
from recourse.disputes.notices import Role
from recourse.disputes.persons import People, login_key, same_login, same_person


@pytest.mark.parametrize(
    "other",
    [
        "li.wei@shop.example",
        "LI.WEI",
        " li  wei ",
        "li_wei",
        "ｌｉ．ｗｅｉ",
        "li.wei+2@shop.example",
        "lі.wеi",  # with Cyrillic letters
        "l\u200bi.wei",
        "lí.wei",
        "1i.wei",
        "SHOP\\li.wei",
    ],
)
def test_written_otherwise_is_the_same(other: str) -> None:
    """Case, width, joints, tags, domains, accents, invisible and look-alike letters make no
    second person."""
    assert same_login("li.wei", other)
    assert Actor(name=other, role=Role.SUPERVISOR).is_who("agent:li.wei", "")


@pytest.mark.parametrize("other", ["wang.wei", "li.wei2", "li.wen", "li.wei@other.example"])
def test_another_name_is_another_login(other: str) -> None:
    """Names that differ in more than how they are written are other people's; so are mail
    addresses at different places."""
    assert not same_login("li.wei@shop.example", other)


@given(st.text(min_size=1), st.text(min_size=1))
def test_the_key_settles(one: str, other: str) -> None:
    """Written twice in its plainest way a login does not change, and being the same goes both
    ways."""
    assert login_key(login_key(one)) == login_key(one)
    assert same_login(one, other) == same_login(other, one)
    assert same_login(one, one)


def test_the_table_alone_counts() -> None:
    """Where both people are known, logins mean nothing: two logins of one are one, and two
    people with like logins are two."""
    people = People(logins={"li": "P-1", "boss": "P-1", "li@other.example": "P-2"})
    assert people.person("BOSS") == "P-1"
    assert people.person("nobody") == ""
    assert same_person(("li", "P-1"), ("boss", "P-1"))
    assert not same_person(("li", "P-1"), ("li@other.example", "P-2"))
    assert same_person(("li", ""), ("Li", "P-9"))


@pytest.mark.parametrize("logins", [{}, {"li": " "}, {"li": "P-1", "L I": "P-2"}])
def test_a_table_that_contradicts_itself_is_refused(logins: dict[str, str]) -> None:
    """Nobody without a person, and no two people under one login."""
    with pytest.raises(ValidationError):
        People(logins=logins)

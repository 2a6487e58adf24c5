"""Who is the same person: logins of one human being, however they are written.

Two people must agree before money moves, and one person with two logins is one. Where an
installation keeps a table of its people, that alone counts. Without one, logins are compared
with everything taken off that a second login of the same person usually differs by; rather
two people are taken for one, who then need a third, than one for two.
"""

import unicodedata

from pydantic import Field, model_validator

from recourse.disputes.models import EdgeValue

_LOOK_ALIKE = str.maketrans(
    # Cyrillic and Greek letters that are drawn as Latin ones (Unicode UTS 39, the part of its
    # confusables that keyboards have), then digits and letters that are taken for each other.
    "АВЕКМНОРСТУХІЈЅЗавекмнорстухіјѕһӏԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧαειικνορτυχ",
    "ABEKMHOPCTYXIJS3abekmhopctyxijshlqwABEZHIKMNOPTYXaeiikvoptux",
)
_ALIKE = str.maketrans("01|i", "olll")
_JOINTS = frozenset("._-'`’ ")


def login_key(login: str) -> str:
    """A login without case, width, accents, invisible and look-alike letters, joints between
    words, the domain before a backslash and the tag after a plus sign of a mail address."""
    text = unicodedata.normalize("NFKC", login).rpartition("\\")[2]
    local, at, domain = text.partition("@")
    local = local.partition("+")[0] or local
    return _plain(local) + (at + _plain(domain) if at else "")


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.translate(_LOOK_ALIKE)).casefold()
    kept = (
        letter
        for letter in letters
        if unicodedata.category(letter) not in ("Cf", "Cc", "Mn", "Zs") and letter not in _JOINTS
    )
    return "".join(kept).translate(_ALIKE)


def same_login(one: str, other: str) -> bool:
    """Whether two logins may be one person's. A bare name may be anybody's mail address."""
    first, second = login_key(one), login_key(other)
    if "@" in first and "@" in second:
        return first == second
    return first.partition("@")[0] == second.partition("@")[0]


class People(EdgeValue):
    """Whose login is whose: the table of an installation."""

    logins: dict[str, str] = Field(min_length=1)
    """The person behind each login, by any id that never passes on to somebody else."""

    @model_validator(mode="after")
    def _one_person_a_login(self) -> "People":
        seen: dict[str, str] = {}
        for login, person in self.logins.items():
            if not person.strip():
                raise ValueError(f"login {login!r} has no person")
            if seen.setdefault(login_key(login), person) != person:
                raise ValueError(f"login {login!r} is written like another person's")
        return self

    def person(self, login: str) -> str:
        """The person behind a login; empty when nobody knows."""
        return self._by_key().get(login_key(login), "")

    def _by_key(self) -> dict[str, str]:
        return {login_key(login): person for login, person in self.logins.items()}


def same_person(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two are one human being, each told as (login, person). Where both persons are
    known they alone count."""
    (login, person), (other_login, other_person) = one, other
    if person and other_person:
        return person == other_person
    return same_login(login, other_login)

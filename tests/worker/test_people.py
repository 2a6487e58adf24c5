"""The table of people is a file that an installation keeps."""

from pathlib import Path

import pytest

from console.access import people_of
from worker.settings import Settings, SettingsError


def settings(tmp_path: Path, text: str | None) -> Settings:
    place = tmp_path / "people.toml"
    if text is not None:
        place.write_text(text, encoding="utf-8")
    return Settings(home=tmp_path, people=place)


def test_logins_are_read(tmp_path: Path) -> None:
    """``[logins]`` says whose login is whose; without a file there is no table."""
    people = people_of(settings(tmp_path, '[logins]\n"li" = "P-1"\n"王丽" = "P-1"\n'))
    assert people is not None
    assert people.person("王丽") == people.person("LI") == "P-1"
    assert people_of(Settings(home=tmp_path)) is None


@pytest.mark.parametrize(
    "text", [None, "[logins", "[logins]\n", '[logins]\n"li" = "P-1"\n"LI" = "P-2"\n', "x = 1"]
)
def test_a_table_that_does_not_read_stops_the_command(tmp_path: Path, text: str | None) -> None:
    """A table that is missing, torn or contradicts itself is an error that names the setting:
    nobody goes on as if there were none."""
    with pytest.raises(SettingsError, match="RECOURSE_PEOPLE"):
        people_of(settings(tmp_path, text))

"""Codes in words: asks, causes, remedies, reasons, rungs, and the labels of mails and letters."""

import tomllib
from functools import cache
from importlib.resources import files

LANGUAGES = ("zh-CN", "en")
"""The first is spoken where a wish for Chinese of any kind is all that is known."""


def language(tag: str) -> str:
    """The language we have for a BCP 47 tag: ``zh-Hans-CN`` is ``zh-CN``, anything that is
    neither Chinese nor English is English."""
    return "zh-CN" if tag.lower().replace("_", "-").split("-")[0] == "zh" else "en"


class Words:
    """The words of one language, by section and code."""

    def __init__(self, language: str, sections: dict[str, dict[str, str]]) -> None:
        self.language = language
        self._sections = sections

    def say(self, section: str, code: str) -> str:
        """A code in words. A code nobody gave words to is shown as it is, with spaces:
        honest, if not pretty. Empty stays empty."""
        return self._sections.get(section, {}).get(code) or code.replace("_", " ")

    def label(self, name: str) -> str:
        """A label of ours. Raises KeyError: a missing one is a mistake in the words file."""
        return self._sections["labels"][name]

    def has(self, section: str, code: str) -> bool:
        return code in self._sections.get(section, {})


@cache
def words(tag: str) -> Words:
    """The words for a language tag."""
    known = language(tag)
    source = files("templates").joinpath("words", f"{known}.toml").read_text("utf-8")
    return Words(known, tomllib.loads(source))

"""From wording to text and HTML: the Jinja environments and what every wording file may use."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template, TemplateNotFound
from markupsafe import Markup

from recourse.disputes.money import Money
from templates.figures import day_text, moment_text, money_text, rule_text
from templates.words import words

Form = Literal["text", "html"]
_SUFFIX: dict[Form, str] = {"text": "txt", "html": "html"}


@dataclass(frozen=True)
class Reader:
    """For whom something is worded: a language of ours, and the time zone of the case."""

    language: str
    zone: str


def render(room: str, wording: str, form: Form, reader: Reader, facts: Mapping[str, object]) -> str:
    """Render a wording of a room (``mail``, ``documents``).

    The wording may use ``facts`` and, in the reader's language and the case's zone: ``say``
    (a code in words), ``label``, ``money``, ``when``, ``day``, and the room's ``kit`` of
    blocks. A name that is none of these is an error (StrictUndefined). Raises
    jinja2.TemplateError.
    """
    template, context = _prepared(room, wording, form, reader, facts)
    return template.render(context)


def render_block(
    room: str, wording: str, block: str, reader: Reader, facts: Mapping[str, object]
) -> str:
    """Render one block of a wording as text: the subject of a mail."""
    template, context = _prepared(room, wording, "text", reader, facts)
    rendered = template.blocks[block](template.new_context(context))
    return "".join(rendered).strip()


def _prepared(
    room: str, wording: str, form: Form, reader: Reader, facts: Mapping[str, object]
) -> tuple[Template, dict[str, Any]]:
    environment = _environment(form)
    suffix = _SUFFIX[form]
    context: dict[str, Any] = {
        **facts,
        **_reading(reader),
        "layout": f"{room}/layout.{suffix}.j2",
    }
    kit = environment.get_template(f"{room}/kit.{suffix}.j2")
    context["kit"] = kit.make_module(context)
    # What consists of labels alone has one wording for all languages.
    wordings = [f"{room}/{reader.language}/{wording}.j2", f"{room}/{wording}.j2"]
    return environment.select_template(wordings), context


def _reading(reader: Reader) -> dict[str, object]:
    """What depends on who reads. Nothing in, nothing out: a template shows what is known."""
    language, zone = reader.language, reader.zone
    spoken = words(language)

    def money(amount: Money | None) -> str:
        return "" if amount is None else money_text(amount, language)

    def when(at: datetime | None) -> str:
        return "" if at is None else moment_text(at, zone, language)

    def day(at: datetime | None) -> str:
        return "" if at is None else day_text(at, zone, language)

    return {
        "language": language,
        "say": spoken.say,
        "label": spoken.label,
        "money": money,
        "when": when,
        "day": day,
        "rule": lambda text: rule_text(text, language),
    }


@cache
def _environment(form: Form) -> Environment:
    environment = Environment(
        loader=FunctionLoader(_source),
        undefined=StrictUndefined,
        # Text is not escaped: its reader would see &amp;. Everything in HTML is.
        autoescape=form == "html",  # noqa: S701
        # A value with a blank line in it would end a paragraph, and tear the block around it.
        finalize=_one_line if form == "html" else None,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["paragraphs"] = _paragraphs_html if form == "html" else _paragraphs_text
    environment.filters["lines"] = _lines_html if form == "html" else _lines_text
    return environment


def _source(name: str) -> str:
    source = files("templates").joinpath(*name.split("/"))
    if not source.is_file():
        raise TemplateNotFound(name)
    return source.read_text("utf-8")


def _one_line(value: object) -> object:
    return " ".join(value.split()) if type(value) is str else value


_BLANK = re.compile(r"\n(?:[ \t]*\n)+")


def _paragraphs_text(body: str) -> str:
    """Paragraphs of plain text: one blank line between them, none at the ends."""
    return "\n\n".join(chunk.rstrip() for chunk in _BLANK.split(body) if chunk.strip()).lstrip("\n")


def _paragraphs_html(body: Markup) -> Markup:
    """Paragraphs separated by blank lines become ``<p>``; blocks made by the kit stay as they
    are. Safe because values are escaped before: no value can begin with a bare ``<``."""
    chunks = [chunk.strip() for chunk in _BLANK.split(str(body)) if chunk.strip()]
    return Markup("\n").join(
        Markup(chunk) if chunk.startswith("<") else Markup("<p>{}</p>").format(Markup(chunk))  # noqa: S704
        for chunk in chunks
    )


def _lines_text(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _lines_html(text: str) -> Markup:
    """Free words with their line breaks, and without blank lines, which part paragraphs."""
    return Markup("<br>").join(_lines_text(text))

"""What commands print: a table for people, JSON for programs, one clear line for errors."""

import asyncio
import json
import re
import sys
from collections.abc import Callable, Coroutine, Iterable, Sequence
from enum import StrEnum
from typing import Any, NoReturn

from pydantic import BaseModel
from rich import box
from rich.console import Console
from rich.table import Table

from console.errors import Exit, code_of


class Form(StrEnum):
    TABLE = "table"
    JSON = "json"


WIDE = 150
"""Columns when nobody's terminal says how many: a file or a pipe."""

# Without markup: what people write into a case may look like it.
out = Console(
    highlight=False,
    soft_wrap=True,
    markup=False,
    emoji=False,
    width=None if sys.stdout.isatty() else WIDE,
)
err = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What steers a terminal, or turns the order of what is read."""


def clean(text: str) -> str:
    """Text that somebody else wrote, as it may be shown in a terminal."""
    return _CONTROLS.sub(" ", text)


def fail(words: str, code: Exit) -> NoReturn:
    """One clear line on standard error, and the exit code."""
    err.print(f"recourse: {clean(words)}", style="red" if err.is_terminal else "")
    raise SystemExit(int(code))


def as_json(content: Any) -> None:
    """Print JSON: models as their contract says, text as it is (no ASCII escapes)."""
    print(json.dumps(_plain(content), ensure_ascii=False, indent=2))


def _plain(content: Any) -> Any:
    if isinstance(content, BaseModel):
        return content.model_dump(mode="json")
    if isinstance(content, list | tuple):
        return [_plain(item) for item in content]
    if isinstance(content, dict):
        return {key: _plain(value) for key, value in content.items()}
    return content


def table(
    columns: Sequence[str],
    rows: Iterable[Iterable[str]],
    title: str = "",
    folds: Sequence[str] = (),
) -> None:
    """A table. Only the last column is folded, between words, or those of ``folds``: ids,
    codes and figures are never torn."""
    made = Table(
        title=title or None,
        title_justify="left",
        header_style="bold",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        show_edge=False,
    )
    for column in columns:
        made.add_column(column, overflow="fold", no_wrap=column not in (folds or columns[-1:]))
    for row in rows:
        made.add_row(*(clean(cell) for cell in row))
    if out.measure(made, options=out.options.update(width=10 * WIDE)).maximum > out.width:
        made.padding = 0  # room for what would be folded
    out.print(made)


def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a command to its end, with every client call awaited before the process goes."""
    try:
        asyncio.run(work())
    except SystemExit:
        raise
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except Exception as error:
        code = code_of(error)
        if code is None:
            raise
        fail(str(error), code)
    sys.stdout.flush()


__all__ = ["Exit", "Form", "as_json", "clean", "err", "fail", "out", "run", "table"]

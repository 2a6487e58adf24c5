"""What is wrong with a claim as it was handed in, said so that its author can mend it.

No message repeats a value of the claim: values are personal, and one may be the very card
number that is refused. Field names are repeated only when they look like field names.
"""

import re
from collections.abc import Sequence
from typing import Self

MOST_PROBLEMS = 20
"""As many as are listed; a file with more has one mistake many times."""

UNKNOWN = "is not a known key"
IS_MISSING = "is missing"

_FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")


class BadClaim(ValueError):
    """A claim cannot be read: mend the file and hand it in again.

    ``source`` is the file, ``place`` the line, claim and dotted field in it, ``problem`` what
    is wrong, ``hint`` what would be right.
    """

    def __init__(
        self,
        problem: str,
        *,
        field: str = "",
        hint: str = "",
        source: str = "",
        line: int = 0,
        number: int = 0,
    ) -> None:
        self.problem = problem
        self.field = field
        self.hint = hint
        self.source = source
        self.line = line
        """Of the file, from 1; 0 when it is not known."""
        self.number = number
        """Of the claim in a file of several, from 1; 0 when it is the only one."""
        super().__init__(problem)

    @property
    def place(self) -> str:
        return ", ".join(part for part in (self._where, self.field) if part)

    @property
    def _where(self) -> str:
        if self.line:
            return f"line {self.line}"
        return f"claim {self.number}" if self.number else ""

    def located(self, *, source: str = "", line: int = 0, number: int = 0) -> Self:
        """The same problem with what an outer reader knows of its place."""
        self.source = self.source or source
        self.line = self.line or line
        self.number = self.number or number
        return self

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.source, self._where) if part)
        what = f"{self.field} {self.problem}" if self.field else self.problem
        sentence = f"{what}; {self.hint}" if self.hint else what
        return f"{where}: {sentence}" if where else sentence


class BadClaims(BadClaim):
    """Several problems; nothing of the file was taken. As a BadClaim it is the first."""

    def __init__(self, problems: Sequence[BadClaim]) -> None:
        first = problems[0]
        super().__init__(
            first.problem,
            field=first.field,
            hint=first.hint,
            source=first.source,
            line=first.line,
            number=first.number,
        )
        self.problems = tuple(problems[:MOST_PROBLEMS])
        self.more = len(problems) - len(self.problems)
        """How many problems are not listed."""

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems]
        if self.more:
            lines.append(f"and {self.more} more")
        return "\n".join(lines)


def in_one(problems: Sequence[BadClaim]) -> BadClaim:
    """The error to raise for one problem or for many."""
    return problems[0] if len(problems) == 1 else BadClaims(problems)


def shown(key: object) -> str:
    """A key as a message may show it: as it is when it looks like a field name."""
    text = str(key)
    return text if _FIELD_NAME.fullmatch(text) else "(a key)"


def dotted(path: Sequence[str | int]) -> str:
    """``("evidence", 0, "kind")`` as people write it: ``evidence[0].kind``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{shown(part)}" if text else shown(part)
    return text


def did_you_mean(name: str) -> str:
    return f"did you mean {name}?"

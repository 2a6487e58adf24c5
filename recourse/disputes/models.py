"""The two bases of every value in this package.

Neither shows in an error what it was made of: an error nobody expected ends in a log, and what
it was made of may be a person's. ``errors()`` still has it, for words that name the field."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen value that may be stored. Unknown keys are ignored, so that a newer
    writer does not break an older reader; new fields therefore need defaults."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class EdgeValue(BaseModel):
    """A frozen value that comes from outside. Unknown keys are an error that names the key."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

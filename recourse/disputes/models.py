"""The two bases of every value in this package."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen value that may be stored. Unknown keys are ignored, so that a newer
    writer does not break an older reader; new fields therefore need defaults."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class EdgeValue(BaseModel):
    """A frozen value that comes from outside. Unknown keys are an error that names the key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

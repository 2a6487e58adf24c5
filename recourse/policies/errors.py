"""What can be wrong with a policy."""


class PolicyError(ValueError):
    """A policy file is wrong, or none answers the question asked. The message names the file
    and the field, or what is covered. Final: asking again changes nothing."""

"""Task queues: one for cases, one for mail, one for documents, one for each acquirer, so
that one that is down holds up no other."""

CASES = "recourse-cases"
MAIL = "recourse-mail"
DOCUMENTS = "recourse-documents"


def acquirer(name: str) -> str:
    """The queue of one acquirer's door."""
    return f"recourse-acquirer-{name}"

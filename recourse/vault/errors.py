"""What can go wrong with stored evidence, named by what the caller should do."""


class VaultError(Exception):
    """Base. Messages name the digest, never the content."""


class EvidenceMissing(VaultError):
    """Nothing lies under this digest here: ask whoever gave it for the file."""


class EvidenceDamaged(VaultError):
    """The stored bytes no longer hash to their digest: restore them from a copy, or put the
    original again, which mends it."""

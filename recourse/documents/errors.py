"""What can go wrong with documents, named by what the caller should do."""


class DocumentError(Exception):
    """Base. Messages name digests and cases, never what a document says."""


class DocumentMissing(DocumentError):
    """No document has this digest here: render it again from the case."""


class DocumentDamaged(DocumentError):
    """The bytes on disk no longer hash to their digest: a person must look, and restore it
    from a backup. Never hand it on."""


class DocumentNameRefused(DocumentError):
    """A case id or a document name that would leave its folder: calling again is useless."""

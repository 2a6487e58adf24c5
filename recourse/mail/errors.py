"""What can go wrong with a mail, named by what the caller should do.

Messages give the reply code and the server's words with every address blanked out: they end
up in logs and in workflow histories.
"""


class MailError(Exception):
    """Base. ``code`` is the SMTP reply code, 0 when the server gave none."""

    def __init__(self, message: str, *, code: int = 0) -> None:
        super().__init__(message)
        self.code = code


class MailAddressRefused(MailError):
    """This address takes no mail, for good: find another one; sending again is useless."""


class MailRefused(MailError):
    """The message itself was refused (content, size, policy of the receiver), for good.
    The address may be right: a person must reach the party in another way."""


class MailUnavailable(MailError):
    """The server did not take the message and may do so later: send again."""


class MailMisconfigured(MailError):
    """Credentials, TLS, certificate or our own sender address are wrong: a person must mend
    the settings. Nothing was sent, and sending again only locks the account."""


class MailAmbiguous(MailError):
    """The server may have taken the message. Send again with the same Message-ID, by which
    the receiver can tell the copies apart, and record that it may have arrived twice."""

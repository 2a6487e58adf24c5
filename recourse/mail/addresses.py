"""Mail addresses: what one is, and keeping them out of what is logged."""

import re
from email.errors import MessageError
from email.headerregistry import Address

from recourse.mail.errors import MailAddressRefused

_ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@,;]+")
_SHAPE = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?=.{1,253}$)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"
)


def one_line(text: str) -> str:
    """Text fit for a header: control characters and line breaks become single spaces."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def address(name: str, email: str) -> Address:
    """A header address. Raises MailAddressRefused when ``email`` is none that SMTP without
    SMTPUTF8 can carry (local part in ASCII, domain in letters or punycode)."""
    spec = email.strip()
    if not _SHAPE.fullmatch(spec):
        raise MailAddressRefused("not a mail address that SMTP can carry")
    try:
        return Address(display_name=one_line(name), addr_spec=spec)
    except (ValueError, IndexError, MessageError) as error:
        raise MailAddressRefused("not a mail address that SMTP can carry") from error


def without_addresses(text: str) -> str:
    """A server's words with every address blanked out, on one line."""
    return one_line(_ADDRESS.sub("(address)", text))

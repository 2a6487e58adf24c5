"""Evidence that is text, searched for card numbers before it is kept."""

import codecs
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

from recourse.disputes.pan import contains_card_data
from recourse.statements.errors import StatementUnreadable
from recourse.statements.workbook import sheets

TEXTUAL = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".txt": "text/plain",
    ".log": "text/plain",
    ".md": "text/markdown",
    ".json": "application/json",
    ".xml": "application/xml",
    ".html": "text/html",
    ".htm": "text/html",
    ".eml": "message/rfc822",
}
"""Media types that are searched, by the ending of the file's name."""

_HEADERS = ("Subject", "From", "To", "Cc", "Reply-To")
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class UnreadableText(ValueError):
    """The bytes are text in no encoding we read, so that they cannot be searched."""


def find_card_line(data: bytes, media_type: str) -> str:
    """Where text holds a full card number or security code, in words (``line 7``); empty
    when nowhere. A mail is searched as its reader sees it. Raises UnreadableText."""
    if media_type == "message/rfc822":
        return _in_mail(data)
    return _in_text(_decoded(data))


def find_card_cell(data: bytes) -> str:
    """Where an Excel workbook holds a full card number or security code, in words, also where
    nobody sees it; empty when nowhere, or when it cannot be opened."""
    try:
        found = sheets(data, hidden=True)
    except StatementUnreadable:
        return ""  # like a picture: nobody reads it but people
    for number, sheet in enumerate(found, 1):
        if contains_card_data(sheet.sheet):
            return f"the name of sheet {number}"
        for row in sheet.rows:
            if any(contains_card_data(cell) for cell in row.cells):
                return f"row {row.number} of sheet {number}"
    return ""


def _in_text(text: str) -> str:
    for number, line in enumerate(text.splitlines(), 1):
        if contains_card_data(line):
            return f"line {number}"
    return ""


def _in_mail(data: bytes) -> str:
    try:
        mail = message_from_bytes(data, policy=policy.default)
        headers = {name: str(mail.get(name, "")) for name in _HEADERS}
        texts = [_decoded(raw) for raw in _raw_texts(mail)]
    except (AttributeError, LookupError, TypeError) as error:
        # The standard parser stumbles so over headers that are no headers.
        raise UnreadableText from error
    for name, value in headers.items():
        if contains_card_data(value):
            return f"the header {name}"
    for number, text in enumerate(texts, 1):
        if place := _in_text(text):
            return f"{place} of text part {number}"
    return ""


def _raw_texts(mail: EmailMessage) -> Iterator[bytes]:
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            raw = part.get_payload(decode=True)
            if isinstance(raw, bytes):
                yield raw


def _decoded(data: bytes) -> str:
    """UTF-8, UTF-16 with its mark, or GBK in its present extent (GB 18030): what banks and
    wallets export in China."""
    encodings = ("utf-16",) if data.startswith(_WIDE) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:  # digits could hide between zero bytes
            break
        return text
    raise UnreadableText

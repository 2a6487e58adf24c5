"""From a notice to a message: wording, headers, threading. The same notice, the same bytes."""

import hashlib
import re
from collections.abc import Callable
from email import policy
from email.message import EmailMessage, Message

from recourse.disputes.notices import Notice, NoticeFacts
from recourse.mail.addresses import address, one_line
from recourse.mail.port import Attachment
from templates.figures import moment_text, money_text, zone_of
from templates.rendering import Reader, render, render_block
from templates.words import language, words

LONGEST_KEY = 40
"""Characters of a key kept in a Message-ID; longer keys end in a hash."""
THREAD_KEPT = 30
"""Message-IDs in References: the first, which names the thread, and the latest of the rest."""

_NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+")


class _MailPolicy(policy.EmailPolicy):
    """The standard's SMTP policy, except that Message-IDs are never encoded.

    The library takes a long Message-ID in References for unstructured text and writes it as
    an encoded word, which no mail reader threads by.
    """

    def fold(self, name: str, value: str) -> str:
        if name.lower() in ("message-id", "in-reply-to", "references"):
            return f"{name}: " + f"{self.linesep} ".join(value.split()) + self.linesep
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("ascii", "surrogateescape")


# 7bit: the parts are encoded here, so that no relay on the way has to.
POLICY = _MailPolicy(linesep="\r\n", cte_type="7bit")


class NoticeComposer:
    """Makes messages of notices.

    ``domain`` is the right-hand side of our Message-IDs and default reply addresses,
    ``sender`` the From address and ``sender_name`` what people read there.
    ``reply_address`` says where answers to a notice go (the default names the case without
    proving anything), ``case_link`` where its reader can see the case; empty for nowhere.
    """

    def __init__(
        self,
        domain: str,
        sender: str,
        *,
        sender_name: str = "Recourse",
        reply_address: Callable[[Notice], str] | None = None,
        case_link: Callable[[Notice], str] | None = None,
    ) -> None:
        self._domain = domain
        self._sender = address(sender_name, sender)
        self._sender_name = sender_name
        self._reply_address = reply_address or self._by_case
        self._case_link = case_link or (lambda notice: "")

    def compose(self, notice: Notice, attachment: Attachment | None = None) -> EmailMessage:
        """The message for a notice. Raises MailAddressRefused when the contact's address is
        none, jinja2.TemplateError when a wording is broken."""
        facts = notice.facts
        message = EmailMessage(policy=POLICY)
        message["From"] = self._sender
        message["To"] = address(notice.to.name, notice.to.email)
        message["Reply-To"] = address(self._sender_name, self._reply_address(notice))
        message["Subject"] = self.subject(notice)
        message["Date"] = notice.at.astimezone(zone_of(facts.time_zone))
        message["Message-ID"] = self.message_id(notice.key)
        if notice.thread:
            thread = [self.message_id(key) for key in notice.thread]
            message["In-Reply-To"] = thread[-1]
            message["References"] = " ".join(thread[:1] + thread[1:][1 - THREAD_KEPT :])
        # RFC 3834: an automatic answer to an automatic message is a loop.
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message["X-Recourse-Case"] = one_line(facts.case_id)
        message["X-Recourse-Notice"] = notice.template.value
        message["Content-Language"] = language(notice.language)
        attached = attachment is not None
        message.set_content(self.text(notice, attached=attached), cte=_cte(notice))
        message.add_alternative(
            self.html(notice, attached=attached), subtype="html", cte=_cte(notice)
        )
        if attachment is not None:
            _enclose(message, attachment)
        _set_boundaries(message, notice.key)
        return message

    def message_id(self, key: str) -> str:
        """The Message-ID for a notice's key, with its angle brackets: always the same, and
        different for different keys."""
        clean = ".".join(_NOT_IN_AN_ID.sub("-", part) for part in key.split(".") if part)
        if clean != key or len(clean) > LONGEST_KEY:
            digest = hashlib.sha256(key.encode()).hexdigest()[:16]
            clean = f"{clean[:LONGEST_KEY].strip('.')}-{digest}"
        return f"<{clean}@{self._domain}>"

    def subject(self, notice: Notice) -> str:
        """The subject, with the case id in it: forwarded mail loses every other header."""
        reader = _reader(notice)
        subject = render_block("mail", notice.template, "subject", reader, self._shown(notice))
        framed = words(reader.language).label("subject")
        return one_line(framed.format(case=notice.facts.case_id, subject=subject))

    def text(self, notice: Notice, *, attached: bool = False) -> str:
        """The plain text part."""
        shown = self._shown(notice, attached=attached)
        return render("mail", notice.template, "text", _reader(notice), shown)

    def html(self, notice: Notice, *, attached: bool = False) -> str:
        """The HTML part: everything inline, nothing fetched from anywhere."""
        shown = self._shown(notice, attached=attached)
        return render("mail", notice.template, "html", _reader(notice), shown)

    def _shown(self, notice: Notice, *, attached: bool = False) -> dict[str, object]:
        """What wording files may use beside the reader's functions (templates.rendering)."""
        return {
            "facts": _flat(notice.facts),
            "known": known(notice.facts, language(notice.language)),
            "name": one_line(notice.to.name),
            "role": notice.to.role.value,
            "sender": self._sender_name,
            "link": self._case_link(notice),
            "attached": attached,
        }

    def _by_case(self, notice: Notice) -> str:
        case = _NOT_IN_AN_ID.sub("-", notice.facts.case_id)[:58]
        return f"case+{case}@{self._domain}"


def _reader(notice: Notice) -> Reader:
    return Reader(language(notice.language), notice.facts.time_zone)


def known(facts: NoticeFacts, spoken: str) -> tuple[tuple[str, str], ...]:
    """What we know of the case and its sale, in words: only what is known, in reading order."""
    said = words(spoken)
    card = said.label("card_ending").format(last4=facts.card_last4) if facts.card_last4 else ""

    def money(name: str) -> str:
        amount = getattr(facts, name)
        return money_text(amount, spoken) if amount is not None else ""

    rows = (
        ("case", facts.case_id),
        ("kind", said.say("kinds", facts.kind)),
        ("merchant", facts.merchant_name),
        ("store", facts.store),
        ("sale_at", moment_text(facts.sale_at, facts.time_zone, spoken) if facts.sale_at else ""),
        ("sale_amount", money("sale_amount")),
        ("card", card),
        ("refund_requested", money("refund_requested")),
        ("refund_reported", money("refund_reported")),
        ("sale_reference", facts.sale_reference),
        ("terminal", facts.terminal),
    )
    return tuple((said.label(label), one_line(value)) for label, value in rows if value)


def _flat(facts: NoticeFacts) -> NoticeFacts:
    """Facts without line breaks, so that no name can pass for a line of ours in plain text.
    ``detail`` keeps its own: it is always shown as a quotation."""
    return facts.model_copy(
        update={
            name: one_line(value)
            for name, value in facts
            if isinstance(value, str) and name != "detail"
        }
    )


def _enclose(message: EmailMessage, attachment: Attachment) -> None:
    kind, _, parameters = attachment.media_type.partition(";")
    main, _, sub = kind.strip().partition("/")
    name, _, charset = parameters.strip().partition("=")
    message.add_attachment(
        attachment.content,
        maintype=main or "application",
        subtype=sub or "octet-stream",
        filename=one_line(attachment.name),
        params={"charset": charset.strip('"')} if name.lower() == "charset" else None,
    )


def _cte(notice: Notice) -> str:
    """Base64 where nearly every character would be escaped otherwise."""
    return "base64" if language(notice.language) == "zh-CN" else "quoted-printable"


def _set_boundaries(message: Message, key: str) -> None:
    """Boundaries made from the key: the library's are random, and a second delivery of a
    notice must not look like another message."""
    for place, part in enumerate(message.walk()):
        if part.is_multipart():
            digest = hashlib.sha256(f"{key}/{place}".encode()).hexdigest()[:24]
            part.set_boundary(f"=_{digest}")

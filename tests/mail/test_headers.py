"""Headers: what threading, loops and second deliveries depend on."""

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from recourse.disputes.notices import Template
from recourse.mail.compose import THREAD_KEPT, NoticeComposer
from recourse.mail.errors import MailAddressRefused
from recourse.mail.port import Attachment
from tests.mail.conftest import CASE, FULL, a_notice


def over_the_wire(message: EmailMessage) -> EmailMessage:
    return message_from_bytes(message.as_bytes(), policy=policy.SMTP)


def test_same_notice_same_bytes(composer: NoticeComposer) -> None:
    """A second delivery of a notice is the same message, byte for byte."""
    first = composer.compose(a_notice(), Attachment(name="a.pdf", media_type="a/b", content=b"x"))
    second = composer.compose(a_notice(), Attachment(name="a.pdf", media_type="a/b", content=b"x"))
    assert first.as_bytes() == second.as_bytes()


def test_message_id_comes_from_the_key_alone(composer: NoticeComposer) -> None:
    """The Message-ID depends on the notice's key and on nothing else."""
    notice = a_notice()
    later = notice.model_copy(update={"at": notice.at + timedelta(days=1), "language": "en"})
    assert composer.compose(notice)["Message-ID"] == f"<{CASE}.3@recourse.example>"
    assert composer.compose(later)["Message-ID"] == composer.compose(notice)["Message-ID"]


@pytest.mark.parametrize("key", ["a b", "a-b", "a..b", "a.b", "案件/1", "案件/2", "x" * 300, ".a"])
def test_odd_keys_give_valid_and_different_ids(composer: NoticeComposer, key: str) -> None:
    """Whatever a key holds, its Message-ID is plain ASCII and no other key has it."""
    mine = composer.message_id(key)
    assert mine.isascii()
    assert len(mine) < 90
    assert " " not in mine
    assert ".." not in mine
    others = {
        composer.message_id(k) for k in ("a b", "a-b", "a..b", "a.b", "案件/1", "b") if k != key
    }
    assert mine not in others


def test_references_hold_the_chain_oldest_first(composer: NoticeComposer) -> None:
    """A later notice answers the last one and refers to the whole thread."""
    thread = (f"{CASE}.0", f"{CASE}.1", f"{CASE}.2")
    message = over_the_wire(composer.compose(a_notice(thread=thread)))
    assert message["In-Reply-To"] == f"<{CASE}.2@recourse.example>"
    assert message["References"].split() == [f"<{CASE}.{n}@recourse.example>" for n in range(3)]


def test_first_notice_refers_to_nothing(composer: NoticeComposer) -> None:
    """The first notice of a thread has no References."""
    message = composer.compose(a_notice())
    assert message["References"] is None
    assert message["In-Reply-To"] is None


def test_long_ids_are_never_encoded() -> None:
    """A Message-ID too long for a line stays readable to every mail reader."""
    composer = NoticeComposer("disputes.a-very-long-name-of-a-company.example", "s@r.example")
    keys = tuple(f"a-case-id-of-thirty-one-letters.{n}" for n in range(60))
    raw = composer.compose(a_notice(thread=keys)).as_bytes()
    headers = raw.split(b"\r\n\r\n")[0]
    assert b"=?" not in headers.split(b"References:")[1].split(b"Auto-Submitted")[0]
    kept = over_the_wire(composer.compose(a_notice(thread=keys)))["References"].split()
    assert len(kept) == THREAD_KEPT
    assert kept[0] == composer.message_id(keys[0])
    assert kept[-1] == composer.message_id(keys[-1])


def test_loops_are_prevented_and_the_case_is_named(composer: NoticeComposer) -> None:
    """Every notice says it is automatic, names its case, and asks for replies to the case."""
    message = over_the_wire(composer.compose(a_notice()))
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Recourse-Case"] == CASE
    assert message["Reply-To"].addresses[0].addr_spec == f"case+{CASE}@recourse.example"
    assert message["Date"].datetime == a_notice().at


def test_reply_address_and_link_are_the_callers() -> None:
    """Who runs Recourse decides where replies go and where the reader sees the case."""
    composer = NoticeComposer(
        "r.example",
        "s@r.example",
        reply_address=lambda notice: f"t-{notice.key}@in.example",
        case_link=lambda notice: "https://r.example/c?a=1&b=2",
    )
    message = composer.compose(a_notice())
    assert message["Reply-To"].addresses[0].addr_spec == f"t-{CASE}.3@in.example"
    assert 'href="https://r.example/c?a=1&amp;b=2"' in composer.html(a_notice())
    assert "https://r.example/c?a=1&b=2" in composer.text(a_notice())


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "我们已受理"), ("en", "received")])
def test_subject_survives_the_wire(composer: NoticeComposer, language: str, words: str) -> None:
    """The subject reads the same after encoding, in Chinese too, and names the case."""
    message = over_the_wire(composer.compose(a_notice(language=language)))
    assert CASE in message["Subject"]
    assert words in message["Subject"]
    assert message["To"].addresses[0].display_name == "王芳"


def test_no_header_can_be_smuggled_in(composer: NoticeComposer) -> None:
    """Line breaks in names and facts never become headers."""
    facts = FULL.model_copy(update={"case_id": "C\r\nBcc: thief@example.com"})
    notice = a_notice(facts=facts)
    to = notice.to.model_copy(update={"name": "王\r\nBcc: thief@example.com"})
    message = over_the_wire(composer.compose(notice.model_copy(update={"to": to})))
    assert message["Bcc"] is None
    assert [a.addr_spec for a in message["To"].addresses] == [notice.to.email]


@pytest.mark.parametrize("email", ["", "nobody", "a@b@c", "a b@example.com", "王@example.com"])
def test_what_is_no_address_is_refused(composer: NoticeComposer, email: str) -> None:
    """An address SMTP cannot carry is refused for good before anything is sent."""
    with pytest.raises(MailAddressRefused):
        composer.compose(a_notice(email=email))


def test_attachment_arrives_whole(composer: NoticeComposer) -> None:
    """An attachment keeps its bytes, its Chinese name and its media type, beside both bodies."""
    content = "催告函".encode()
    letter = Attachment(name="催告函.html", media_type="text/html; charset=utf-8", content=content)
    message = over_the_wire(composer.compose(a_notice(Template.DEMAND_LETTER), letter))
    (part,) = message.iter_attachments()
    assert part.get_filename() == "催告函.html"
    assert part.get_content_type() == "text/html"
    assert part.get_payload(decode=True) == content
    body = message.get_body(("plain",))
    assert body is not None
    assert "附件" in body.get_content()

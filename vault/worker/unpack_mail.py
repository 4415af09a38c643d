"""What is attached to a mail, to the mails of a mailbox, or belongs to a saved web page (MHTML)."""

from __future__ import annotations

from email.message import Message
from urllib.parse import unquote

from vault.worker import read_mail, read_mail_parts, read_mail_words
from vault.worker.read_mail_parts import MailPart
from vault.worker.unpack_members import Members

SUFFIXES = {
    "message/rfc822": ".eml", "image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "text/html": ".html",
    "application/pdf": ".pdf", "text/calendar": ".ics", "text/plain": ".txt",
}  # fmt: skip
_ONLY_FOR_THE_BROWSER = ("text/css", "text/javascript", "application/javascript", "image/svg+xml")


def prepare() -> None:
    """Load the parser and the codecs."""
    read_mail.prepare()


def unpack(data: bytes, media_type: str) -> Members:
    """The attachments in order; in a mailbox of several mails with the mail's number before the name."""
    members = Members()
    mails = read_mail_parts.messages(data)
    for number, one in enumerate(mails, start=1):
        message = read_mail_parts.parsed(one)
        if read_mail_parts.is_page(message):
            _page(members, message)
        else:
            for part in read_mail_parts.parts(message):
                _add(members, part, f"{number}/" if len(mails) > 1 else "")
    return members


def _add(members: Members, part: MailPart, before: str) -> None:
    name = before + (part.name or _made_name(part))
    if part.kind == "message":
        members.add(name, read_mail_parts.content(part), "message/rfc822")
    elif part.kind == "attached":
        members.add(name, read_mail_parts.content(part), "text/html" if part.media_type == "text/html" else "")
    elif part.kind == "encrypted":
        signed = "signed" in read_mail_words.parameter(part.message, "smime-type", "content-type").lower()
        members.refuse(name, "unsupported-type" if signed else "encrypted")
    elif part.kind == "wrapper":
        members.refuse(name, "tnef")


def _made_name(part: MailPart) -> str:
    stem = {"message": "message", "encrypted": "encrypted"}.get(part.kind, "attachment")
    return stem + SUFFIXES.get(part.media_type, "")


def _page(members: Members, message: Message) -> None:
    root = read_mail.root_of(message)
    for part in read_mail_parts.parts(message):
        if root is not None and part.message is root.message:
            continue
        if part.media_type in _ONLY_FOR_THE_BROWSER or part.media_type.startswith("font/"):
            members.note("page-resources")
            continue
        place = read_mail_words.header("".join(read_mail_words.headers(part.message, "content-location")[:1]))
        content = read_mail_parts.content(part)
        if content:
            members.add(unquote(place) or part.name, content, "text/html" if part.media_type == "text/html" else "")

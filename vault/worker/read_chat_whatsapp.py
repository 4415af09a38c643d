"""WhatsApp's export as text, in the date forms of its many languages, from iOS (brackets) and Android (a dash)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vault.worker import read_blocks
from vault.worker.read_chat_message import Message

_DATE = r"\d{1,4}[./-] ?\d{1,2}[./-] ?\d{1,4}\.?"
_TIME = (
    r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?"
    r"(?:[ \u00a0\u202f]?(?:[AaPp]\.?[ \u00a0\u202f]?[Mm]\.?|[ДдПп][Пп]|[AaPp]|vorm\.|nachm\.|午前|午後))?"
)
_START = re.compile(
    rf"(?:\[({_DATE}),? (?:в |um |at |à |kl\. )?({_TIME})\]|({_DATE}),? (?:в |um |at |à |kl\. )?({_TIME}) [-–]) ?(.*)"
)
MAX_AUTHOR = 120
LOOK_AT = 400
_NAMED = re.compile(
    r"<(?:attached|прикреплено|Anhang|вложение|adjunto|bijgevoegd|allegato|pièce jointe|вкладення)"
    r"\s{0,3}:\s{0,3}([^<>]{1,200})>",
    re.IGNORECASE,
)
_ATTACHED = re.compile(
    r" \((?:file attached|файл добавлен|Datei angehängt|файл додано|archivo adjunto|fichier joint|файл прикреплен"
    r"|файл прикреплён)\)",
    re.IGNORECASE,
)
_LEFT_OUT = re.compile(
    r"<(?:Media omitted|Медиафайл пропущен|Без медиафайлов|Без медіафайлів|Medien ausgeschlossen|Медиа опущено"
    r"|Multimedia omitido|Médias omis)>|(?:image|video|audio|GIF|sticker|document|Contact card) omitted"
    r"|(?:изображение|видео|аудио|стикер|документ) (?:отсутствует|опущено|пропущено)"
    r"|(?:Bild|Video|Audio|Sticker|Dokument) weggelassen",
    re.IGNORECASE,
)


def is_one(text: str) -> bool:
    """Whether the text begins as an export does, and goes on so."""
    lines = [line for line in read_blocks.clean(text[: LOOK_AT * 200]).split("\n", LOOK_AT)[:LOOK_AT] if line.strip()]
    if not lines or not _START.match(lines[0]):
        return False
    return len(lines) == 1 or sum(1 for line in lines if _START.match(line)) >= 2


def messages(text: str) -> Iterator[Message]:
    """All messages in order; what the program says itself has its name for an author."""
    start, lines = None, []
    for line in read_blocks.clean(text).split("\n"):
        found = _START.match(line)
        if found is None:
            lines.append(line)
            continue
        if start is not None:
            yield _message(start, lines)
        start, lines = found, [found.group(5)]
    if start is not None:
        yield _message(start, lines)


def _message(start: re.Match[str], lines: list[str]) -> Message:
    when = f"{start.group(1) or start.group(3)} {start.group(2) or start.group(4)}"
    when = when.replace("\u202f", " ").replace("\u00a0", " ")
    said = "\n".join(lines).rstrip()
    author, colon, words = said.partition(":")
    if not colon or len(author) > MAX_AUTHOR or "\n" in author or (words and not words[0].isspace()):
        return Message("WhatsApp", when, said)
    words = words.strip(" ")
    files: list[str] = []
    rest: list[str] = []
    for line in words.split("\n"):
        attached = _ATTACHED.search(line)
        if attached:
            files.append(f"file: {line[: attached.start()].strip()}")
            line = line[attached.end() :]
        files += [f"file: {one.group(1).strip()}" for one in _NAMED.finditer(line)]
        files += ["file" for _ in _LEFT_OUT.finditer(line)]
        rest.append(_LEFT_OUT.sub("", _NAMED.sub("", line)))
    return Message(author.strip(), when, "\n".join(rest).strip(), tuple(files))

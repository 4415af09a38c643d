"""The text that asks a recipient to delete a bundle. It names no client: a bundle's id, its date and its hashes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

Language = Literal["en", "ru"]

_TEXTS: dict[Language, str] = {
    "en": """Please delete bundle {bundle}

On {made} you were given a sealed bundle of case documents. Please delete it, with everything that was made of it.
{files}
You find the file by its SHA-256. On Windows: certutil -hashfile FILE SHA256. On macOS and Linux: shasum -a 256 FILE

Please
1. do not open it any more, and do not pass it on;
2. delete the file wherever it lies: the downloads folder, the desktop, USB sticks, the mail or the chat that it came
   with, shared folders and clouds;
3. delete what was saved or unpacked from it, then empty the bin;
4. delete it from backups, or write to us when those will be overwritten;
5. shred the pages that were printed, and the words that opened it;
6. ask everybody whom you gave a copy to do the same, and tell us how many they are.

Then confirm it to us: the id {bundle}, the date, what was deleted, and what could not be. If you have to keep
something, such as what was filed with a court, tell us what and where, and lock it away. Please name nobody in your
answer.
""",
    "ru": """Пожалуйста, удалите пакет {bundle}

{made} вам передали запечатанный пакет документов по делу. Просим удалить его и всё, что из него было сделано.
{files}
Найти файл можно по SHA-256. В Windows: certutil -hashfile ФАЙЛ SHA256. В macOS и Linux: shasum -a 256 ФАЙЛ

Просим вас:
1. больше не открывать его и никому не передавать;
2. удалить файл везде, где он есть: в папке загрузок, на рабочем столе, на флешках, в письме или чате, с которым он
   пришёл, в общих папках и облаках;
3. удалить то, что из него сохранили или распаковали, и очистить корзину;
4. удалить его из резервных копий или написать нам, когда они будут перезаписаны;
5. уничтожить распечатанные страницы и слова, которыми он открывался;
6. попросить о том же всех, кому вы дали копию, и сообщить нам, сколько их.

Затем подтвердите это нам: номер {bundle}, дата, что удалено и что удалить не удалось. Если что-то вы обязаны хранить,
например поданное в суд, сообщите, что и где, и держите это под замком. Пожалуйста, никого не называйте в ответе.
""",
}
_SIZES: dict[Language, str] = {"en": "{size} bytes", "ru": "{size} байт"}


def text(language: Language, bundle: str, made: str, files: Sequence[tuple[str, int]]) -> str:
    """The text to send. `made` is a date; `files` are (SHA-256 in hex, bytes) of what was handed over."""
    listed = "".join(f"\n    SHA-256 {sha256}  ({_SIZES[language].format(size=size)})" for sha256, size in files)
    return _TEXTS[language].format(bundle=bundle, made=made, files=listed + "\n")


_INDEX: dict[Language, str] = {
    "en": "Which text goes to whom. Who that is, the vault knows: casevault recipient list",
    "ru": "Какой текст кому послать. Кто это, знает хранилище: casevault recipient list",
}


def index(language: Language, pairs: Sequence[tuple[str, str]]) -> str:
    """What tells the texts apart: `pairs` are a file's name and the id of the recipient it is for."""
    return "\n".join([_INDEX[language], "", *(f"{file}  {recipient}" for file, recipient in pairs), ""])

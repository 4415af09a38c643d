"""The words of `custody.pdf`: what is certified of each exhibit, in English, and a page that explains it in Russian.

The wording follows 28 U.S.C. 1746 and Federal Rules of Evidence 902(11), (13) and (14), as they stood in 2024. What
it says of files is what the manifest and the custody log say; place for the person who signs is left blank.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vault.bundle import custody
from vault.formats.manifest import Exhibit
from vault.model.document import Block, Page

TITLE = "Certificate of custody"
RUSSIAN_TITLE = "Пояснение по-русски"


@dataclass(frozen=True, slots=True)
class Original:
    """What only an unredacted certificate tells of an original: SHA-256 in hex, bytes, file name, who gave it."""

    sha256: str
    size: int
    name: str
    giver: str


@dataclass(frozen=True, slots=True)
class Certified:
    """One exhibit with its steps, in the form in which they leave; `original` in an unredacted certificate only."""

    exhibit: Exhibit
    steps: Sequence[custody.Step]
    original: Original | None = None


@dataclass(frozen=True, slots=True)
class About:
    """The bundle, when and by which version of Casevault it was made, and the log of its own that custody.json is.

    `root` is in hex.
    """

    bundle: str
    made: str
    program: str
    fingerprint: str
    origin: str
    size: int
    root: str
    redacted: bool


_LINE = "_" * 44
_STEPS = {
    custody.ADDED: "Taken into the vault as a file, encrypted on entry, its SHA-256 noted{program}",
    custody.TRANSLATED: "Taken into the vault as a translation, encrypted on entry, its SHA-256 noted{program}",
    custody.DESCRIBED: "What is noted about it (such as title or dates) was changed; the file was not",
    custody.ANEW: "Encrypted anew within the vault; compared with its SHA-256, unchanged",
    custody.TAKEN: "A copy was taken out of the vault for work; what is stored stayed as it was",
    custody.CHECKED: "Read whole and compared with its SHA-256, unchanged; this bundle was made from it",
}
_WHAT_IT_IS = (
    "This certificate was set by the case-file vault Casevault {program} on {made} for the bundle {bundle}. It says "
    "nothing on anybody's word until a person who knows how the vault is kept has filled in "
    "and signed the declaration at its end."
)
_PROVES = (
    "Identity of the copy: a file whose SHA-256 is the one given here is, byte for byte, the file that left the "
    "vault as this exhibit.",
    "Identity of the source: the commitment stands for the original in the vault and can be opened for a court with "
    "the original and one key; nothing can be concluded about the original without them.",
    "A bound in time: the steps are entries of an append-only log. As far as an auditor has cosigned that log, its "
    "entries were there by the time of the cosignature.",
)
_DOES_NOT = (
    "That what an exhibit says is true, or who wrote, said or pictured it.",
    "Where a file was before it was taken into the vault. The day of collection is what the case manager noted.",
    "Days and times, until an auditor has cosigned the log: up to then they are those of the holder's own clock, and "
    "a holder could have made another log.",
    "Reading within the vault is not listed here, nor that other work of the organisation uses an item, nor who else "
    "was given a bundle.",
)
_ANEW = (
    "The exhibits are not copies of the originals byte for byte: each was made anew from the stored original, which "
    "stays in the vault. "
)
_REDACTED = (
    "The words and pictures that the index counts were taken out of them; sound and film leave without what is "
    "written about them inside the file."
)
_INTERNAL = (
    "This certificate is not redacted: it holds SHA-256, size and name of the original files. It must not be handed "
    "on with a redacted bundle: a short text can be guessed from its hash."
)
_CHECK = (
    "Rules of evidence and forms change, and immigration courts are not bound by the Federal Rules: have counsel "
    "check this text before it is signed."
)


def english(about: About, certified: Sequence[Certified]) -> list[Page]:
    """The certificate itself, to be typeset under `TITLE`."""
    blocks = [*_opening(about), *_log(about)]
    for one in certified:
        blocks += _exhibit(one, about)
    return [_page([*blocks, *_declaration()])]


def russian(about: About) -> list[Page]:
    """What it is, on a page of its own under `RUSSIAN_TITLE`, so that a court can be given the certificate alone."""
    return [_page(list(_russian(about)))]


def _page(blocks: Sequence[Block]) -> Page:
    return Page(1, "text", 0.0, 0.0, tuple(blocks))


def _heading(text: str, level: int = 2) -> Block:
    return Block("heading", text, level)


def _text(text: str) -> Block:
    return Block("paragraph", text)


def _row(*cells: str) -> Block:
    return Block("table-row", "\t".join(cells))


def _list(texts: Sequence[str]) -> Iterator[Block]:
    return (Block("list-item", text, 1) for text in texts)


def _opening(about: About) -> Iterator[Block]:
    yield _text(_WHAT_IT_IS.format(program=about.program, made=_time(about.made), bundle=about.bundle))
    yield _text(_ANEW + (_REDACTED if about.redacted else _INTERNAL))
    yield _heading("What it proves")
    yield from _list([f"• {text}" for text in _PROVES])
    yield _heading("What it does not prove")
    yield from _list([f"• {text}" for text in _DOES_NOT])


def _log(about: About) -> Iterator[Block]:
    yield _heading("The log behind it")
    yield _text(
        "Each step below is a leaf of a Merkle tree (RFC 6962), whose checkpoint the key of the bundle has signed. "
        "custody.json holds the leaves, their proofs and the checkpoint; a step can be shown without the others."
    )
    yield _row("Log", about.origin)
    yield _row("Steps", str(about.size))
    yield _row("Root", _hex(about.root))
    yield _row("Fingerprint of the key", about.fingerprint)


def _exhibit(one: Certified, about: About) -> Iterator[Block]:
    exhibit = one.exhibit
    yield _heading(f"Exhibit {exhibit.label}" + (f": {exhibit.title}" if exhibit.title else ""))
    for name, value in (
        ("Kind, date, language", ", ".join(filter(None, (exhibit.kind, exhibit.date, exhibit.language)))),
        ("Translation of exhibit", exhibit.translation_of), ("Certificate for exhibit", exhibit.certificate_of),
        ("Collected on", one.steps[0].collected),
    ):  # fmt: skip
        if value:
            yield _row(name, value)
    for file in exhibit.files:
        yield _row(f"SHA-256 of {file.name.rpartition('/')[2]}", _hex(file.sha256))
    yield _row("Commitment to the original", _hex(exhibit.commitment))
    if (original := one.original) is not None:
        yield _row("SHA-256 of the original", _hex(original.sha256))
        yield _row("Original", f"{original.name}, {original.size} bytes")
        yield _row("Given by", original.giver)
    yield _row("Day (UTC)" if about.redacted else "Time (UTC)", "Step", "Blinded entry")
    yield from (_row(_time(step.at), _step(step), step.entry.hex()[:16]) for step in one.steps)


def _step(step: custody.Step) -> str:
    program = f" (Casevault {step.program})" if step.program else ""
    return _STEPS[step.what].format(program=program)


def _hex(digest: str) -> str:
    """In groups that can be read out, and broken between lines."""
    return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))


def _time(moment: str) -> str:
    return f"{moment[:10]} {moment[11:16]}".rstrip()


def _declaration() -> Iterator[Block]:
    yield _heading("Declaration (28 U.S.C. § 1746; Federal Rules of Evidence 902(11), 902(13) and 902(14))")
    for text in (
        f"1. My name is {_LINE}. My qualification, and my position at the organisation that keeps the vault: {_LINE}"
        f"{_LINE}.",
        "2. I know from my own work how the records in this case-file vault are made and kept. Its log is made at or "
        "near the time of each step by the program itself; it is kept in the course of a regularly conducted "
        "activity of the organisation, and making it is a regular practice of that activity (Rule 902(11)).",
        "3. The steps and hash values given in this certificate were generated by an electronic process that "
        "produces an accurate result: SHA-256 over each file, and an append-only log with signed "
        "checkpoints (Rule 902(13)).",
        "4. Each file listed as an exhibit is identified by the SHA-256 value given beside it. A file with the same "
        "value is the very file that was exported from the vault (process of digital identification, Rule 902(14)).",
        "5. I do not declare that what the exhibits say is true, nor who made them.",
        "I declare under penalty of perjury under the laws of the United States of America that the foregoing is "
        "true and correct.",
        f"Executed on (date): {'_' * 20}    at (place): {_LINE}",
        f"Signature: {_LINE}",
        _CHECK,
    ):
        yield _text(text)


def _russian(about: About) -> Iterator[Block]:
    for text in (
        f"Это справка о хранении приложений пакета {about.bundle}. Её составила программа Casevault, в которой "
        "организация хранит дела. Справка начинает действовать, только когда человек, который знает, как ведётся "
        "хранилище, впишет имя и должность и подпишет заявление по-английски (под страхом наказания за "
        "лжесвидетельство по праву США).",
        "Для каждого приложения указаны: описание; SHA-256 того файла, который вышел из хранилища; обязательство "
        "(commitment), которое стоит вместо подлинника и которое можно раскрыть суду вместе с подлинником и ключом; "
        "день сбора, как его записал ведущий дело; шаги по журналу, дни и время всемирные (UTC).",
        "Что справка доказывает: файл с тем же SHA-256 — тот самый, что вышел из хранилища; подлинник, по которому "
        "он сделан, не менялся с приёма; записи журнала существовали не позже, чем их заверил аудитор.",
        "Чего она не доказывает: что написанное правда; кто автор; где был файл до приёма. Чтение внутри хранилища и "
        "другие получатели в ней не названы.",
        "Шаги: added — принят в хранилище; translated — принят как перевод; described — изменено описание, не файл; "
        "anew — зашифрован заново внутри хранилища и сверен; taken — для работы взята копия; checked — прочитан "
        "целиком, сверен, и по нему сделан этот пакет.",
        "Правила доказывания меняются: пусть юрист проверит текст, прежде чем его подписывать.",
    ):
        yield _text(text)

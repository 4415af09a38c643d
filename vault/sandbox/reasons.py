"""What a worker may say about a document, and the sentences that a user reads for it.

The worker sends codes and whole numbers; every word comes from here, so that nothing of a document, and nothing
that a taken-over worker makes up, reaches a screen or a log. Where an extra is missing, the hint only names it: the
commands know the line that installs it.
"""

from __future__ import annotations

from dataclasses import dataclass

from vault.errors import Refused

WEAK_JAIL_HINT = (
    "This system can't lock the document reader in. If you trust where the file comes from, add --accept-weak-jail."
)
LARGEST_NUMBER = 2**53


@dataclass(frozen=True, slots=True)
class Reason:
    """`sentence` may hold {n}."""

    kind: str
    sentence: str
    hint: str = ""


_OPEN_AND_SAVE = "Open it in its usual program and save or export it again, for example as PDF."
_PRINT = "Print it to PDF in the program that shows it, and use that copy."
_AGAIN = "Try again; if it happens again, tell us what kind of text it was, not the text."
_AGAIN_PACKED = "Unpack the archive in its usual program and add the file by itself."
_SMALLER = "Split the file, or make a smaller copy of it."

REASONS = {
    "encrypted": Reason(
        "encrypted", "the document is protected with a password", "Save a copy without the password and use that."
    ),
    "damaged": Reason("damaged", "the document is damaged or not what it claims to be", _OPEN_AND_SAVE),
    "parser-failed": Reason("damaged", "the document is damaged: reading it failed", _OPEN_AND_SAVE),
    "crashed": Reason("damaged", "the document is damaged: its reader stopped", _OPEN_AND_SAVE),
    "broken-answer": Reason("damaged", "the document's reader gave an answer that makes no sense", _OPEN_AND_SAVE),
    "empty": Reason("damaged", "the document holds nothing", ""),
    "dangerous": Reason("damaged", "the document holds constructs that only attacks use", _OPEN_AND_SAVE),
    "unsupported-type": Reason("unsupported", "documents of this type can't be read yet", _PRINT),
    "unsupported-json": Reason("unsupported", "this JSON file is not a chat export that is known", _PRINT),
    "unsupported-encryption": Reason("unsupported", "the document's protection is of an unknown kind", _PRINT),
    "legacy-office": Reason("unsupported", "the old binary Office format can't be read", _OPEN_AND_SAVE),
    "xfa": Reason("unsupported", "the document is an XFA form, which only some programs can show", _PRINT),
    "no-jail": Reason("unsupported", "this system can't lock the document reader in", WEAK_JAIL_HINT),
    "no-reader": Reason(
        "unsupported",
        "the part of Casevault that reads such documents does not start",
        "Install Casevault again; 'casevault doctor' says more.",
    ),
    "memory": Reason("unreadable", "the document needs more memory than its reader may use", _SMALLER),
    "too-large": Reason("unreadable", "the document is larger than {n} MiB", _SMALLER),
    "too-many-pages": Reason("unreadable", "the document has more than {n} pages", _SMALLER),
    "too-much-text": Reason("unreadable", "the document holds more text than {n} million characters", _SMALLER),
    "too-much-inside": Reason("unreadable", "the document unpacks to far more than its size", _SMALLER),
    "picture-too-large": Reason("unreadable", "a picture has more than {n} million pixels", _SMALLER),
    "page-too-large": Reason("unreadable", "page {n} is too large to be drawn", _SMALLER),
    "unknown-encoding": Reason("unreadable", "the text's encoding can't be recognised", _OPEN_AND_SAVE),
    "page-blank": Reason("unreadable", "page {n} shows nothing where its text should be", _PRINT),
    "cannot-fit": Reason(
        "unreadable",
        "the pages do not fit into {n} KiB and stay legible",
        "Allow a larger file, or split the document.",
    ),
    "no-such-page": Reason("unreadable", "the document has no page {n}", ""),
    "time": Reason("unreadable", "reading the document took longer than {n} s", _SMALLER),
    "output": Reason("unreadable", "the document's content is larger than {n} MiB", _SMALLER),
    "no-ocr": Reason(
        "unsupported",
        "the part that reads scans does not start",
        "Install the extra casevault[ocr] anew.",
    ),
    "media-unknown": Reason(
        "unsupported",
        "the recording holds parts that nobody can rid of what is written about it",
        "Save it anew as MP4 (H.264 and AAC) or MP3, and use that copy.",
    ),
    "no-faces": Reason(
        "unsupported", "the part that finds faces does not start", "Install the extra casevault[faces] anew."
    ),
    "no-heic": Reason(
        "unsupported",
        "HEIC pictures need a part that is not installed",
        "Install the extra casevault[heic], or save the picture as JPEG.",
    ),
    "no-models": Reason(
        "unsupported", "the models that find names do not start", "Install the extra casevault[models] anew."
    ),
    "models-jail": Reason(
        "unsupported",
        "this system can't lock in the process that finds names by models",
        "If you trust where the text comes from, add --accept-weak-jail.",
    ),
    "models-stopped": Reason("unreadable", "the process that finds names by models stopped", _AGAIN),
    "models-time": Reason("unreadable", "finding names by models took longer than {n} s", _AGAIN),
    "models-memory": Reason("unreadable", "finding names by models needs more memory than it may use", _AGAIN),
    "models-answer": Reason("unreadable", "the models gave an answer that makes no sense", _AGAIN),
    "too-many-members": Reason("unreadable", "the archive holds more than {n} files", _SMALLER),
    "duplicate-name": Reason(
        "damaged", "the archive holds more than one file of this name", "Pack the files anew under different names."
    ),
    "odd-path": Reason(
        "damaged",
        "the file's name in the archive leads out of the archive, or reads differently elsewhere",
        _AGAIN_PACKED,
    ),
    "link": Reason("damaged", "it is a link, not a file", _AGAIN_PACKED),
    "packing-method": Reason("unsupported", "it is packed by a method that can't be read", _AGAIN_PACKED),
    "tnef": Reason(
        "unsupported",
        "the attachments are in Outlook's own wrapper (winmail.dat), which can't be read",
        "Ask the sender to send them again as plain attachments, or save them from Outlook.",
    ),
    "lays-out-badly": Reason("unreadable", "the document's pages can't be laid out anew", ""),
}

NOTES = {
    "pictures": "{n} pictures inside the text were left out",
    "hidden-text": "text that is not visible was left out ({n} places)",
    "invisible-layer": "{n} scanned pages carry an invisible text layer, which was not used",
    "slanted": "{n} letters that stand at an angle or out of line are not part of the text",
    "no-text-mapping": "{n} pages hold text that can be seen but not extracted",
    "deletions": "text deleted under change tracking was left out ({n} places)",
    "insertions": "text inserted under change tracking counts as text ({n} places)",
    "comments": "{n} comments were left out",
    "xfa-data": "form data that only some programs show was left out",
    "attachments": "{n} attached files were left out",
    "hidden-annotations": "{n} hidden annotations were left out",
    "annotations": "{n} annotations have no text that can be read",
    "embedded-objects": "{n} embedded objects were left out",
    "text-boxes": "text boxes were read ({n})",
    "guessed-encoding": "the text's encoding was guessed",
    "lost-characters": "{n} characters could not be decoded",
    "frames": "the picture has {n} frames",
    "media": "{n} photos, recordings or files of the chat are not part of this document",
    "parts-unread": "{n} files inside could not be read",
    "unlisted-files": "{n} files lie in the archive but are not on its list: they were left out",
    "system-files": "{n} files that a system keeps for itself were left out",
    "page-resources": "{n} files that only make pages look or run, repeats and failed requests were left out",
    "damaged-records": "the archive is cut off or damaged: what comes after that could not be read",
    "cut-short": "{n} pages were cut short when they were saved",
    "digest-mismatch": "{n} files are not what was saved: their digests differ",
    "digest-missing": "{n} files are missing, or were added after the archive's list of digests was made",
    "signature-unchecked": "the archive is signed; the signature was not checked",
    "both-bodies": "{n} mails say one thing as plain text and another as a page: both are shown",
    "encrypted-parts": "{n} encrypted parts could not be read",
    "signatures": "{n} digital signatures were left out, unchecked",
    "outside-parts": "{n} parts that lie elsewhere on the network were left out",
    "unknown-charset": "the encoding that {n} parts claim is unknown or wrong: it was guessed",
    "unknown-export": "this JSON file is no chat export that is known: everything in it is shown, name by name",
    "details-left-out": "{n} details that no reader of a chat sees (ids, addresses of files, settings) were left out",
    "table-in-table": "{n} tables inside tables were flattened",
    "equations": "{n} equations were written out in one line",
    "charts": "{n} charts were left out",
    "macros": "programs inside the document were left out ({n})",
    "foreign-parts": "{n} parts in another format, which the document shows as its own text, were left out",
    "hidden-sheets": "{n} hidden sheets were left out",
    "hidden-rows": "{n} hidden rows of tables were left out",
    "hidden-columns": "{n} hidden columns of tables were left out",
    "hidden-slides": "{n} hidden slides were left out",
    "speaker-notes": "the speaker's notes of {n} slides were left out",
    "scripts": "{n} scripts and templates of the page were left out",
    "after-the-end": "there is more after the document's end, which was left out",
}
OTHER_NOTE = "something else was left out"


def refusal(untrusted_code: object, untrusted_number: object = None) -> Refused:
    """The error for a code; an unknown code is an answer that makes no sense."""
    code = untrusted_code if isinstance(untrusted_code, str) and untrusted_code in REASONS else "broken-answer"
    reason = REASONS[code]
    return Refused(_filled(reason.sentence, untrusted_number), kind=reason.kind, hint=reason.hint)


def note(untrusted_code: object, untrusted_number: object) -> str:
    """The sentence for a note's code; an unknown code still says that something is missing."""
    if not isinstance(untrusted_code, str) or untrusted_code not in NOTES:
        return OTHER_NOTE
    return _filled(NOTES[untrusted_code], untrusted_number)


def _filled(sentence: str, untrusted_number: object) -> str:
    known = isinstance(untrusted_number, int) and not isinstance(untrusted_number, bool)
    if known and isinstance(untrusted_number, int) and 0 <= untrusted_number <= LARGEST_NUMBER:
        return sentence.replace("{n}", str(untrusted_number))
    return sentence.replace("{n}", "some")

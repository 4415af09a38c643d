"""The rows of the catalogue, as frozen values. Each class is one table; field names are column names.

Times are ISO 8601 UTC strings; JSON-valued columns hold tuples here. `PREFIX` is the letter of the row's ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

EvidenceKind = Literal[
    "document", "post", "court", "summons", "medical", "photo", "video", "chat", "letter", "screenshot",
    "translation", "certificate", "other",
]  # fmt: skip
TextState = Literal["none", "pending", "read", "picture", "refused"]


@dataclass(frozen=True, slots=True)
class Record:
    """A row: `id` is its key, `case_id` whose keys protect it (None: the vault's)."""

    TABLE: ClassVar[str]
    PREFIX: ClassVar[str] = ""
    id: str
    case_id: str | None


@dataclass(frozen=True, slots=True)
class Case(Record):
    """One dossier. Its own `case_id` is its id. `wrapped_key` is its X25519 identity under the case-wrap key."""

    TABLE: ClassVar[str] = "cases"
    PREFIX: ClassVar[str] = "C"
    title: str
    status: str
    note: str
    created: str
    wrapped_key: bytes


@dataclass(frozen=True, slots=True)
class PersonRecord(Record):
    """Somebody listed in a case."""

    TABLE: ClassVar[str] = "people"
    PREFIX: ClassVar[str] = "P"
    name: str
    role: str
    aliases: tuple[str, ...]
    identifiers: tuple[str, ...]
    keep: str | None
    note: str


@dataclass(frozen=True, slots=True)
class Evidence(Record):
    """One stored file, with where it came from. Sizes in bytes; `sha256`, `commitment`, `header_mac` are raw.

    `commitment` is HMAC-SHA-256 over the file's SHA-256 under `commitment_key`; `object` the random name of
    the age file that holds it; `header_mac` that file's own header MAC, which ties the row to this very file.
    `moved_from` are the ids of the cases that it was in before, joined by spaces: their people stay protected in it.
    """

    TABLE: ClassVar[str] = "evidence"
    PREFIX: ClassVar[str] = "E"
    kind: str
    title: str
    original_name: str
    media_type: str
    size: int
    sha256: bytes
    commitment: bytes
    commitment_key: bytes
    object: str
    header_mac: bytes
    stored_size: int
    added: str
    source: str
    note: str
    given_by: str
    collected_at: str
    captured_at: str
    language: str
    translation_of: str | None
    text_state: str
    text_note: str
    moved_from: str = ""


@dataclass(frozen=True, slots=True)
class ExtractedText(Record):
    """What the worker read in an item; `id` is the evidence's, `body` compressed JSON of the document."""

    TABLE: ClassVar[str] = "texts"
    body: bytes


@dataclass(frozen=True, slots=True)
class Share(Record):
    """An item of another case that this case may use; `id` is `<evidence>@<case>`."""

    TABLE: ClassVar[str] = "shares"
    evidence_id: str


@dataclass(frozen=True, slots=True)
class Link(Record):
    """A tie between two cases, such as spouses; kept once on each side."""

    TABLE: ClassVar[str] = "links"
    PREFIX: ClassVar[str] = "L"
    other_case: str
    tie: str


@dataclass(frozen=True, slots=True)
class Plan(Record):
    """A case's redaction plan; `basis` is the hash of all that it was made from; `body` compressed JSON."""

    TABLE: ClassVar[str] = "plans"
    PREFIX: ClassVar[str] = "D"
    profile: str
    basis: str
    made: str
    body: bytes


@dataclass(frozen=True, slots=True)
class RecipientRecord(Record):
    """Somebody who can be given something. `age_key` and `verifier` are public keys, or empty."""

    TABLE: ClassVar[str] = "recipients"
    PREFIX: ClassVar[str] = "R"
    role: str
    name: str
    address: str
    age_key: str
    verifier: str
    state: str
    created: str


@dataclass(frozen=True, slots=True)
class Disclosure(Record):
    """A bundle that was made: the exact bytes that left, for whom, why, and what became of it."""

    TABLE: ClassVar[str] = "disclosures"
    PREFIX: ClassVar[str] = "B"
    recipient_id: str
    made: str
    sha256: bytes
    size: int
    fingerprint: str
    profile: str
    purpose: str
    consent: str
    state: str
    manifest: bytes


@dataclass(frozen=True, slots=True)
class ExhibitNote(Record):
    """How an item goes out of a case, kept for each export: `id` is `<evidence>@<case>`.

    `place` counts from 1, 0 is none chosen; an empty label, description or date is the one that follows from the
    order and the item. `certificate_of` is the evidence id of the translation that the item vouches for, or empty.
    """

    TABLE: ClassVar[str] = "exhibits"
    evidence_id: str
    place: int
    label: str
    description: str
    date: str
    certificate_of: str


@dataclass(frozen=True, slots=True)
class Copy(Record):
    """What only the vault knows of a bundle or packet that was made; `id` is the bundle's.

    `mark` (8 random bytes) is in the layout of every page; `items` are the evidence ids in the order of their
    `labels`, `recordings` those that left unheard; `files` are "<SHA-256 in hex> <size>" of each file handed over;
    `payload` is the raw SHA-256 of the ZIP inside. `replaces` is a bundle's id or empty, `deadline` a date or empty;
    `version` counts from 1, of the copies of this case that the recipient got; `words` is 1 if it opens with words.
    """

    TABLE: ClassVar[str] = "copies"
    PREFIX: ClassVar[str] = "B"
    form: str
    mark: bytes
    items: tuple[str, ...]
    labels: tuple[str, ...]
    recordings: tuple[str, ...]
    files: tuple[str, ...]
    payload: bytes
    replaces: str
    deadline: str
    version: int
    words: int


@dataclass(frozen=True, slots=True)
class Mark(Record):
    """A state that a bundle came into; `id` is `<bundle>@<number>`, `at` when."""

    TABLE: ClassVar[str] = "marks"
    bundle: str
    state: str
    at: str


TABLES: tuple[type[Record], ...] = (
    Case, PersonRecord, Evidence, ExtractedText, Share, Link, Plan, RecipientRecord, Disclosure, ExhibitNote, Copy,
    Mark,
)  # fmt: skip

"""What should be put right about exhibits before they are sealed. Each warning names labels, pages and people's ids.

Nothing is refused here: a case manager may know better. A warning holds no name, no number and no text of a document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from vault.errors import NotFound, Usage
from vault.model import languages
from vault.model.document import Document
from vault.model.records import Case, ExhibitNote
from vault.redaction.engine import PROFILES, Engine
from vault.redaction.identifiers import SOURCE_RULE
from vault.usecases import exhibit_facts as facts
from vault.usecases import (
    exhibit_languages,
    exhibit_leaving,
    exhibit_list,
    exhibit_notes,
    exhibit_people,
    exhibit_pictures,
    exhibit_same,
    items,
    redacting,
)
from vault.usecases.exhibit_languages import FEW_LETTERS, LETTERS, language_of
from vault.usecases.exhibit_leaving import CERTIFIED
from vault.usecases.exhibit_list import Findings, Placed
from vault.usecases.exhibit_pictures import LESS_THAN_PAPER
from vault.usecases.unlocked import UnlockedVault

TARGET = "en"
"""The language that a court wants: English (8 CFR 1003.33)."""
_ABOUT_TRANSLATING = re.compile(r"translat|interpret|перев[оеё]|тлумач|переклад", re.IGNORECASE)
_HEADED = re.compile(r"(?:\bот|\bdated|\bdate[d]?:|\bдата:?)[ \u00a0]{0,3}$", re.IGNORECASE)
HEAD = 1_500
"""Characters within which a document says of what day it is."""
MOST_OF_A_KIND = 200
"""Warnings of one kind: who has more of them has seen what is wrong."""


@dataclass(frozen=True, slots=True)
class Warning:
    """One thing to look at. `labels` are the exhibits that it is about, `page` counts from 1 (0: none in particular),
    `person` is the id of somebody listed, or empty."""

    code: str
    labels: tuple[str, ...]
    text: str
    page: int = 0
    person: str = ""


@dataclass(frozen=True, slots=True)
class _Read:
    """An exhibit with what was read in it."""

    placed: Placed
    document: Document | None
    text: str

    @property
    def label(self) -> str:
        return self.placed.label


def warnings(
    vault: UnlockedVault,
    case_id: str,
    placed: Sequence[Placed],
    target: str = TARGET,
    findings: Findings | None = None,
) -> list[Warning]:
    """Everything to be said of these exhibits of a case, in the order of the labels. Not logged: for other use cases.

    `target` is the code of the language that the recipient's court wants; `findings` are those of the plan by which
    they leave, without it of the case's latest. Raises Usage if there is no such language.
    """
    read = [_read(vault, one) for one in placed]
    return _warnings(vault, case_id, read, _wanted(target), findings or _latest(vault, case_id))


@dataclass(frozen=True, slots=True)
class Looked:
    """The exhibits of a case, how many pages each has (0: none, or nothing was read), the language that each seems
    to be in where none was noted (else ""), and the warnings."""

    placed: Sequence[Placed]
    pages: Sequence[int]
    languages: Sequence[str]
    warnings: Sequence[Warning]


def look(vault: UnlockedVault, case_id: str, *, target: str = TARGET, purpose: str | None = None) -> Looked:
    """The whole case as exhibits, as its latest plan leaves the titles, with the warnings. Logged as
    `bundle.exhibits`. Raises NotFound, Usage."""
    case = vault.catalogue.require(Case, case_id)
    wanted = _wanted(target)
    lenders = items.lenders(vault, case.id)
    with vault.access("bundle.exhibits", case.id, purpose=purpose, lenders=lenders) as outcome:
        findings = _latest(vault, case.id)
        placed = exhibit_list.arranged(vault, case.id, items.of_case(vault, case.id), findings)
        read = [_read(vault, one) for one in placed]
        found = _warnings(vault, case.id, read, wanted, findings)
        outcome.count = len(placed)
    pages = [len(one.document.pages) if one.document else 0 for one in read]
    spoken = ["" if one.placed.item.language else exhibit_languages.proposed(one.text) for one in read]
    return Looked(placed, pages, spoken, found)


def _latest(vault: UnlockedVault, case_id: str) -> Findings | None:
    try:
        return redacting.current(vault, case_id).plan.of
    except NotFound:
        return None


def _wanted(target: str) -> str:
    wanted = languages.tags(target)
    if not wanted or "," in wanted:
        raise Usage("there is no such language", hint="Write its code, such as en or de.")
    return wanted.split("-")[0]


def _warnings(
    vault: UnlockedVault, case_id: str, read: Sequence[_Read], target: str, findings: Findings | None
) -> list[Warning]:
    noted = exhibit_list.notes(vault, case_id)
    found = [
        *_untranslated(read, target),
        *_uncertified(read, noted),
        *_twice(read),
        *_pixels(read),
        *_people(vault, case_id, read),
        *_described(vault, case_id, read, noted),
        *_dates(read, noted),
        *_translated(read),
        *_masked(read, noted, findings),
        *_leaving(vault, case_id, [one.placed for one in read], target),
    ]
    order = {one.label: place for place, one in enumerate(read)}
    kept = sorted(found, key=lambda one: (order[one.labels[0]], one.code, one.labels, one.page, one.person))
    counts: dict[str, int] = {}
    out = []
    for one in kept:
        counts[one.code] = counts.get(one.code, 0) + 1
        out += [one] if counts[one.code] <= MOST_OF_A_KIND else []
    return out


def _read(vault: UnlockedVault, placed: Placed) -> _Read:
    document = items.document_of(vault, placed.item)
    return _Read(placed, document, "" if document is None else facts.whole_text(document))


# Translations and certificates


def _untranslated(read: Sequence[_Read], target: str) -> Iterator[Warning]:
    fits = {one.label: language_of(one.text, one.placed.item.language, target) for one in read}
    before: dict[str, list[str]] = {}
    for one in read:
        if one.placed.translation_of:
            before.setdefault(one.placed.translation_of, []).append(one.label)
    for one in read:
        item = one.placed.item
        wordless = item.kind in ("photo", "video") and len(LETTERS.findall(one.text)) < FEW_LETTERS
        if (
            fits[one.label] is None
            and not one.text.strip()
            and item.kind not in LESS_THAN_PAPER
            and not item.language
        ):
            yield Warning(
                "language-unknown", (one.label,),
                f"exhibit {one.label}: its language is not noted, and nothing was read in it",
            )  # fmt: skip
        if fits[one.label] is not False or wordless or _has_translation(one.label, before, fits, set()):
            continue
        yield Warning(
            "no-translation", (one.label,),
            f"exhibit {one.label} is not in the language of the court ({target}), and no translation of it is among "
            "the exhibits",
        )  # fmt: skip


def _has_translation(
    label: str, before: Mapping[str, Sequence[str]], fits: Mapping[str, bool | None], seen: set[str]
) -> bool:
    if label in seen:
        return False
    seen.add(label)
    return any(fits[one] is not False or _has_translation(one, before, fits, seen) for one in before.get(label, ()))


def _uncertified(read: Sequence[_Read], noted: Mapping[str, ExhibitNote]) -> Iterator[Warning]:
    certified = {one.placed.certificate_of for one in read if one.placed.certificate_of}
    for one in read:
        item, label = one.placed.item, one.label
        of = exhibit_list.vouched(item, noted)
        is_translation = bool(item.translation_of) or item.kind == "translation"
        if is_translation and not (label in certified or of == item.id or CERTIFIED.search(one.text)):
            text = f"exhibit {label} is a translation without a certificate of the translator"
            yield Warning("no-certificate", (label,), text)
        if item.translation_of and one.placed.translation_of is None:
            text = f"exhibit {label} is a translation, and its original is left out"
            yield Warning("original-left-out", (label,), text)
        elif item.kind == "translation" and not item.translation_of:
            text = f"exhibit {label} is a translation of no item in the vault: add it with 'evidence translate'"
            yield Warning("original-left-out", (label,), text)
        if of and of != item.id and one.placed.certificate_of is None:
            text = f"exhibit {label} is a certificate, and the translation that it is of is left out"
            yield Warning("certificate-alone", (label,), text)
        elif item.kind == "certificate" and not of and (not one.text or _ABOUT_TRANSLATING.search(one.text)):
            text = f"exhibit {label} is a certificate that is tied to no translation: use --certificate"
            yield Warning("certificate-alone", (label,), text)


def _masked(read: Sequence[_Read], noted: Mapping[str, ExhibitNote], findings: Findings | None) -> Iterator[Warning]:
    for one in read:
        item = one.placed.item
        of = exhibit_list.vouched(item, noted)
        certificate = item.kind == "certificate" and bool(of or _ABOUT_TRANSLATING.search(one.text))
        alone = certificate or bool(of and of != item.id)
        if findings is None or not (alone or of or item.translation_of or item.kind == "translation"):
            continue
        page = exhibit_leaving.masked(one.document, findings(item.id), whole=alone)
        if page:
            text = (
                f"exhibit {one.label}, page {page}: a name, an address or a telephone is taken out of a certificate "
                "of translation, and a court wants the translator's: reject those findings in the review if they are "
                "the translator's, who agrees to be named"
            )
            yield Warning("certificate-masked", (one.label,), text, page)


# How it leaves


def _leaving(vault: UnlockedVault, case_id: str, placed: Sequence[Placed], target: str) -> Iterator[Warning]:
    if bare := exhibit_leaving.undescribed(placed):
        text = f"exhibits without a description: {', '.join(bare)}; write one with --describe"
        yield Warning("no-description", bare, text)
    if other := exhibit_leaving.described_otherwise(placed, target):
        text = f"exhibits whose description is not in the language of the court ({target}): {', '.join(other)}"
        yield Warning("description-language", other, text)
    for label, bundles in exhibit_leaving.relabelled(vault, case_id, placed):
        text = f"exhibit {label} is another item than in what was made before under this label: {bundles}"
        yield Warning("label-changed", (label,), text)


# The same twice


def _twice(read: Sequence[_Read]) -> Iterator[Warning]:
    papers = [exhibit_same.Paper(one.label, one.placed.item.sha256, one.text, one.document) for one in read]
    for pair, text in exhibit_same.pairs(papers):
        yield Warning("duplicate", pair, text)


# Pages of pixels


def _pixels(read: Sequence[_Read]) -> Iterator[Warning]:
    for one in read:
        item, pages = one.placed.item, one.document.pages if one.document else ()
        coarse = [page.number for page in pages if exhibit_pictures.is_coarse(item, page)]
        if coarse:
            listed = ", ".join(map(str, coarse[:10])) + (" …" if len(coarse) > 10 else "")
            text = f"exhibit {one.label}, page {listed}: too few pixels to be read well on paper"
            yield Warning("low-resolution", (one.label,), text, coarse[0])
        shot = any(exhibit_pictures.is_screenshot(item, page) for page in pages)
        if any(exhibit_pictures.is_cropped(item, page) for page in pages):
            yield Warning(
                "cropped", (one.label,), f"exhibit {one.label} looks like a part of a screen: it was cropped"
            )
        if not shot and item.kind not in ("post", "screenshot"):
            continue
        yield from _where_and_when(one)


def _where_and_when(one: _Read) -> Iterator[Warning]:
    item, label = one.placed.item, one.label
    seen = "\n".join((one.text, item.source))
    unread = not one.text.strip()
    talk = item.kind == "chat" or exhibit_pictures.is_conversation(one.text)
    if not talk and not exhibit_pictures.has_address(seen):
        text = f"exhibit {label} shows no web address: note it as the item's source"
        if unread:
            text = (
                f"exhibit {label}: nothing was read in it; if it shows no web address, note it as the item's source"
            )
        yield Warning("no-address", (label,), text)
    if not one.placed.date and not exhibit_pictures.has_date(seen):
        text = f"exhibit {label} shows no date: note when it was captured with 'evidence set --captured'"
        if unread:
            text = f"exhibit {label}: nothing was read in it; if it shows no date, note when it was captured"
        yield Warning("no-date", (label,), text)


# What does not agree


def _people(vault: UnlockedVault, case_id: str, read: Sequence[_Read]) -> Iterator[Warning]:
    people = redacting.people_of(vault, case_id)
    if not people:
        return
    documents = [(one.label, one.document) for one in read if one.document]
    misspelt, differing = exhibit_people.compared(people, documents)
    for bad in misspelt:
        text = f"exhibit {bad.label}, page {bad.page}: the name of {bad.person} is spelt otherwise than in the list"
        yield Warning("name", (bad.label,), text, bad.page, bad.person)
    for said in differing:
        labels = tuple(dict.fromkeys(label for label, _ in said.places))
        where = "; ".join(f"{label}, page {page}" for label, page in said.places[:10])
        if said.what == "birth":
            text = f"the exhibits give different days of birth of {said.person}: {where}"
            yield Warning("birth-date", labels, text, said.places[0][1], said.person)
        else:
            text = f"the exhibits give different numbers of one paper ({said.kind}) of {said.person}: {where}"
            yield Warning("number", labels, text, said.places[0][1], said.person)


def _described(
    vault: UnlockedVault, case_id: str, read: Sequence[_Read], noted: Mapping[str, ExhibitNote]
) -> Iterator[Warning]:
    """A title is reviewed with the plan; a description is what somebody typed for the recipient."""
    written = {one.label: note.description for one in read if (note := noted.get(one.placed.item.id))}
    if not any(written.values()):
        return
    engine = Engine(redacting.people_of(vault, case_id), PROFILES[exhibit_notes.PROFILE])
    for label, text in written.items():
        if seems_to_name(engine, text):
            said = f"the description of exhibit {label} seems to name somebody, or to hold a number: is that meant?"
            yield Warning("description", (label,), said)


def seems_to_name(engine: Engine, text: str) -> bool:
    """Whether a text that somebody typed for the recipient has anybody in it, or a number, but for whom the profile
    keeps."""
    return any(span.category == "PERSON" or span.source == SOURCE_RULE for span in engine.analyse(text))


def _dates(read: Sequence[_Read], noted: Mapping[str, ExhibitNote]) -> Iterator[Warning]:
    for one in read:
        note = noted.get(one.placed.item.id)
        chosen = (note.date if note else "") or one.placed.item.captured_at[:10]
        found = facts.dates(one.text)
        if not chosen or not found:
            continue
        try:
            listed = date.fromisoformat(chosen)
        except ValueError:
            continue
        day = (listed.year, listed.month, listed.day)
        headed = [d for d in found if d.start < HEAD and _HEADED.search(one.text[max(0, d.start - 12) : d.start])]
        if headed and not any(day in one_of.days for one_of in found):
            text = f"exhibit {one.label} is dated otherwise in its text than it is listed"
            yield Warning("date", (one.label,), text)


def _translated(read: Sequence[_Read]) -> Iterator[Warning]:
    by_label = {one.label: one for one in read}
    for one in read:
        original = by_label.get(one.placed.translation_of or "")
        if original is None or original.document is None or not one.text.strip():
            continue
        known = {day for written in facts.dates(one.text) for day in written.days}
        digits = facts.digits_of(one.text)
        pages: list[int] = []
        days = counts = 0
        for page in original.document.pages:
            text = facts.sure_text(page)
            lost = sum(not written.days & known for written in facts.dates(text))
            gone = sum(number not in digits for _, number in facts.numbers(text))
            days, counts = days + lost, counts + gone
            pages += [page.number] if lost or gone else []
        if not pages:
            continue
        where = ", ".join(map(str, pages[:10]))
        text = f"exhibit {one.label} lacks dates ({days}) and numbers ({counts}) of {original.label}, page {where}"
        yield Warning("translation-differs", (one.label, original.label), text, pages[0])

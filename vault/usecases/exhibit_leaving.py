"""What reads badly in what leaves: descriptions, labels that mean something else now, a translator without a name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from vault.model.document import Document
from vault.model.records import Copy, Disclosure
from vault.redaction.plan import Finding
from vault.usecases import exhibit_facts, exhibit_languages
from vault.usecases.exhibit_list import Placed
from vault.usecases.unlocked import UnlockedVault

CERTIFIED = re.compile(
    r"certif\w{0,10}[^.]{0,120}translat|translat\w{0,4}[^.]{0,120}certif|competent to translate"
    r"|верность перевода|перев[её]л\w{0,3}[^.]{0,80}(?:подтвержд|свидетельств|удостовер)",
    re.IGNORECASE,
)
TRANSLATOR = frozenset({"PERSON", "PHONE", "ADDRESS"})
"""What a certificate of translation has to tell of the translator (8 CFR 1003.33), by the categories of findings."""
HEAD = 60
"""Characters before the words of a certificate within which the translator's name stands: "I, …, certify that"."""
MOST_BUNDLES = 3
VOID = "void"


def undescribed(placed: Sequence[Placed]) -> tuple[str, ...]:
    """The labels of exhibits that leave without a description."""
    return tuple(one.label for one in placed if not one.description.strip())


def described_otherwise(placed: Sequence[Placed], target: str) -> tuple[str, ...]:
    """The labels of exhibits whose description is in other letters than the court's language has."""
    return tuple(one.label for one in placed if exhibit_languages.in_another_script(one.description, target))


def relabelled(vault: UnlockedVault, case_id: str, placed: Sequence[Placed]) -> Iterator[tuple[str, str]]:
    """(label, ids of earlier copies in which it is another item's), newest first; those that are void don't count."""
    told = {one.id: one for one in vault.catalogue.all(Disclosure, case_id=case_id)}
    # A packet for nobody in particular is in no ledger; it may have left all the same.
    copies = [
        one for one in vault.catalogue.all(Copy, case_id=case_id) if one.id not in told or told[one.id].state != VOID
    ]
    copies.sort(key=lambda one: told[one.id].made if one.id in told else "", reverse=True)
    for one in placed:
        differing = [
            copy.id
            for copy in copies
            if any(one.label == label and one.item.id != item
                   for label, item in zip(copy.labels, copy.items, strict=False))
        ]  # fmt: skip
        if differing:
            yield one.label, ", ".join(differing[:MOST_BUNDLES]) + (" …" if len(differing) > MOST_BUNDLES else "")


def masked(document: Document | None, findings: Sequence[Finding], *, whole: bool) -> int:
    """The page on which a certificate lacks a name, a telephone or an address, 0 for none.

    With `whole` all of the document is the certificate; else it begins where a translation says to be certified.
    """
    gone = [one for one in findings if one.state == "accepted" and one.category in TRANSLATOR]
    if document is None or not gone:
        return 0
    start = (0, 0) if whole else _begins(document)
    if start is None:
        return 0
    starts = {page.number: _starts([block.text for block in page.blocks]) for page in document.pages}
    pages = [
        one.page
        for one in gone
        if 0 <= one.block < len(starts.get(one.page, ()))
        and (one.page, starts[one.page][one.block] + one.end) > start
    ]
    return min(pages, default=0)


def _begins(document: Document) -> tuple[int, int] | None:
    """(page, place in its text) at which the last words of a certificate begin, with what stands before them."""
    for page in reversed(document.pages):
        places = [match.start() for match in CERTIFIED.finditer(exhibit_facts.sure_text(page))]
        if places:
            return page.number, max(0, places[0] - HEAD)
    return None


def _starts(blocks: Sequence[str]) -> list[int]:
    """Where each block begins in the page's text, in which they are joined by line ends."""
    found, at = [], 0
    for text in blocks:
        found.append(at)
        at += len(text) + 1
    return found

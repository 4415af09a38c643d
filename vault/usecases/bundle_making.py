"""The exhibits of a bundle or a packet: made anew side by side, each searched before it is used."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from vault.errors import Refused
from vault.formats.manifest import Exhibit
from vault.model.document import Document
from vault.usecases import exhibits
from vault.usecases.bundle_order import Job
from vault.usecases.exhibit_list import Placed
from vault.usecases.exhibits import MadeFile, Maker

PROCESSES = 2
"""Exhibits that are worked on side by side, each in processes of its own."""

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class MadeExhibit:
    """One exhibit, with the vault's own id of its item."""

    exhibit: Exhibit
    evidence: str


@dataclass(frozen=True, slots=True)
class Made:
    """Exhibits in their order, and (name, bytes) of all their files in the same order."""

    exhibits: tuple[MadeExhibit, ...]
    files: tuple[tuple[str, bytes], ...]


def made(job: Job, progress: Progress | None = None) -> Made:
    """Make every exhibit of a job; `progress` is given each label. Raises Refused if one gives somebody away."""
    maker = Maker(job.vault, job.bundle, job.mark, job.look(), job.order.accept_weak_jail)
    done: list[MadeExhibit] = []
    files: list[tuple[str, bytes]] = []
    for item in job.found:
        job.vault.wrapped_key(str(item.case_id))  # the catalogue's connection must stay in this thread

    def make(place: Placed, document: Document | None) -> tuple[Exhibit, list[MadeFile]]:
        if document is None:
            return maker.make_recording(place)
        return maker.make(place, document, job.plan.of(place.item.id))

    with ThreadPoolExecutor(PROCESSES, "exhibit") as pool:
        for start in range(0, len(job.placed), PROCESSES):
            some = job.placed[start : start + PROCESSES]
            texts = [_document(job, place) for place in some]
            for place, (exhibit, parts) in zip(some, pool.map(make, some, texts), strict=True):
                if progress:
                    progress(exhibit.label)
                done.append(MadeExhibit(exhibit, place.item.id))
                files += [(part.name, part.data) for part in parts]
    if len({name for name, _ in files}) != len(files):
        raise Refused("two files of the bundle have one name", kind="damaged")
    return Made(tuple(done), tuple(files))


def _document(job: Job, place: Placed) -> Document | None:
    """What was read in an item; None for a recording, which leaves unheard."""
    return None if place.item.id in job.order.recordings else exhibits.document_of(job.vault, place.item)

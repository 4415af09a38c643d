"""The exhibits of a bundle or a packet: made anew side by side, each searched before it is used."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue

from vault.errors import Refused
from vault.formats.manifest import Exhibit
from vault.model.document import Document
from vault.redaction import verify
from vault.sandbox import documents
from vault.usecases import exhibits
from vault.usecases.bundle_order import Job
from vault.usecases.exhibit_list import Placed
from vault.usecases.exhibits import Desk, MadeFile, Maker

PROCESSES = 2
"""Exhibits that are worked on side by side, at desks of their own."""
AHEAD = 2
"""Exhibits that may be finished before the one whose turn it is."""

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
    done: list[MadeExhibit] = []
    files: list[tuple[str, bytes]] = []
    for exhibit, item, parts in _side_by_side(job):
        if progress:
            progress(exhibit.label)
        done.append(MadeExhibit(exhibit, item))
        files += [(part.name, part.data) for part in parts]
    if len({name for name, _ in files}) != len(files):
        raise Refused("two files of the bundle have one name", kind="damaged")
    return Made(tuple(done), tuple(files))


_Result = tuple[Exhibit, list[MadeFile]]


def _side_by_side(job: Job) -> Iterator[tuple[Exhibit, str, list[MadeFile]]]:
    """Each exhibit in its order, while others behind it are worked on."""
    for item in job.found:
        job.vault.wrapped_key(str(item.case_id))  # the catalogue's connection must stay in this thread
    maker = Maker(job.vault, job.bundle, job.mark, job.look(), job.order.accept_weak_jail)
    weak = job.order.accept_weak_jail
    desks = [
        Desk(documents.typesetter(accept_weak_jail=weak), verify.checker(accept_weak_jail=weak))
        for _ in range(PROCESSES)
    ]
    free: SimpleQueue[Desk] = SimpleQueue()
    for desk in desks:
        free.put(desk)

    def make(place: Placed, document: Document | None) -> _Result:
        if document is None:
            return maker.make_recording(place)
        desk = free.get()
        try:
            return maker.make(place, document, job.plan.of(place.item.id), desk)
        finally:
            free.put(desk)

    waiting: deque[tuple[Placed, Future[_Result]]] = deque()
    with ThreadPoolExecutor(PROCESSES, "exhibit") as pool:
        try:
            for place in job.placed:
                waiting.append((place, pool.submit(make, place, _document(job, place))))
                if len(waiting) > PROCESSES + AHEAD:
                    yield _next(waiting)
            while waiting:
                yield _next(waiting)
        finally:
            # What failed, or was stopped, once stops all: nobody waits for the others' work.
            pool.shutdown(wait=False, cancel_futures=True)
            for desk in desks:
                desk.close()


def _next(waiting: deque[tuple[Placed, Future[_Result]]]) -> tuple[Exhibit, str, list[MadeFile]]:
    place, future = waiting.popleft()
    exhibit, parts = future.result()
    return exhibit, place.item.id, parts


def _document(job: Job, place: Placed) -> Document | None:
    """What was read in an item; None for a recording, which leaves unheard."""
    return None if place.item.id in job.order.recordings else exhibits.document_of(job.vault, place.item)

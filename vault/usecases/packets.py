"""A filing for a court, as open PDFs. Whatever guards a bundle guards it too; then it is searched part by part."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from vault import __version__
from vault.bundle import court_rules, packet_note
from vault.bundle.court_rules import CourtRules
from vault.errors import Refused, Usage
from vault.formats.manifest import Manifest
from vault.model import ids
from vault.model.records import Case, Disclosure
from vault.redaction import titles
from vault.redaction.engine import PROFILES, Engine
from vault.sandbox import packet as jail
from vault.sandbox.documents import PageSize
from vault.store import output
from vault.store.catalogue import PlaintextCopy
from vault.usecases import (
    bundle_making,
    bundle_note,
    bundle_order,
    bundling,
    exhibit_checks,
    exhibit_list,
    exhibits,
    items,
    originals,
    outputs,
    packet_layout,
    pieces,
)
from vault.usecases.bundle_making import Made, Progress
from vault.usecases.bundle_order import Job, Order
from vault.usecases.exhibit_checks import Warning
from vault.usecases.lastlook import PDF
from vault.usecases.packet_layout import Layout, Placing, Plan
from vault.usecases.unlocked import UnlockedVault, now

ACTION = "bundle.packet"
FORM = "packet"
DEFAULT_RULES = "us-immigration-court"
OUTLINE = "structure:outline"
"""What the leak check says of bookmarks, which are made on purpose; what they say is searched like all else."""
NAME_LETTERS = 6
SOMEBODY = "a listed person"
MAX_COVER_BYTES, MAX_COVER_LINES, MAX_COVER_LINE = 64_000, 40, 200


@dataclass(frozen=True, slots=True)
class Wish:
    """How a packet is to look: by which rules, on which paper (None: theirs), with which lines on the cover."""

    rules: str = DEFAULT_RULES
    paper: PageSize | None = None
    cover: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PacketFile:
    """One part: its name, its hash in hex, its size in bytes, how many pages it has."""

    name: str
    sha256: str
    size: int
    pages: int


@dataclass(frozen=True, slots=True)
class Packet:
    """What was made, or would be. `id` is its id in the ledger; `recipient` None where nobody was named."""

    id: str
    recipient: str | None
    parts: tuple[PacketFile, ...]
    exhibits: tuple[Placing, ...]
    rules: CourtRules
    paper: PageSize
    left_out: int
    warnings: tuple[Warning, ...]


def create(
    vault: UnlockedVault, case_id: str, order: Order, wish: Wish, out: Path, progress: Progress | None = None
) -> Packet:
    """Make a packet in a new folder, whole or not at all, and note what left. Raises Refused if anything could leak.

    With a recipient it is a disclosure like a bundle; without one only the copy's mark is noted.
    """
    outputs.check_folder(out)
    rules = court_rules.load(wish.rules)
    case = vault.catalogue.require(Case, case_id)
    bundle_order.check_purpose(order.purpose)
    with vault.access(ACTION, case.id, purpose=order.purpose) as outcome:
        job, layout = _prepared(vault, case.id, order, wish, rules)
        _refuse_name(job, out)
        made = _made(job, progress)
        stem = "EX-" + "".join(secrets.choice(ids.ALPHABET) for _ in range(NAME_LETTERS))
        try:
            with output.new_folder(out) as folder:
                noted = _note_plain(vault, job.case_id, folder, out)
                plan, files = _written(job, layout, made, stem, folder)
                for file in files:
                    _look_once_more(job, made, file.name, _read(folder, file))
                packet = _packet(job, layout, plan, files, wish, out)
                _write_note(job, packet, folder)
                # The ledger first, then the name: a packet that exists is always accounted for.
                output.settle_folder(folder, out)
                _commit(job, made, files)
        except BaseException:
            if (worse := bundle_note.taken_back(job)) is not None:
                raise worse from None
            raise
        originals.forget(vault, noted)
        outcome.count, outcome.size = len(plan.exhibits), sum(file.size for file in files)
    return packet


def rehearse(
    vault: UnlockedVault, case_id: str, order: Order, wish: Wish, progress: Progress | None = None
) -> Packet:
    """Make and search everything that `create` would, and write nothing. Logged as a look at the exhibits."""
    rules = court_rules.load(wish.rules)
    case = vault.catalogue.require(Case, case_id)
    bundle_order.check_purpose(order.purpose)
    lenders = items.lenders(vault, case.id)
    with vault.access("bundle.exhibits", case.id, purpose=order.purpose, lenders=lenders) as outcome:
        job, layout = _prepared(vault, case.id, order, wish, rules)
        made = _made(job, progress)

        def search(name: str, data: bytes) -> None:
            _look_once_more(job, made, name, data)

        plan, files = _parts(job, layout, made, "EX-XXXXXX", search, lambda: None)
        outcome.count = len(plan.exhibits)
    return _packet(job, layout, plan, files, wish)


def read_cover(untrusted_data: bytes) -> tuple[str, ...]:
    """The lines of a JSON file {"lines": [text, …]}; an empty line is a gap. Raises Usage."""
    try:
        if len(untrusted_data) > MAX_COVER_BYTES:
            raise ValueError
        untrusted = json.loads(untrusted_data)
        lines = untrusted["lines"]
        fits = set(untrusted) == {"lines"} and isinstance(lines, list) and 0 < len(lines) <= MAX_COVER_LINES
        if not fits or not all(isinstance(one, str) and len(one) <= MAX_COVER_LINE for one in lines):
            raise ValueError
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Usage(
            "the file for the cover is not of the form that it should have",
            hint=f'Such as {{"lines": ["In removal proceedings", ""]}}: up to {MAX_COVER_LINES} lines of '
            f"{MAX_COVER_LINE} letters.",
        ) from None
    return tuple(" ".join(line.split()) for line in lines)


# -- before anything is made -------------------------------------------------------------------------------------


def _prepared(vault: UnlockedVault, case_id: str, order: Order, wish: Wish, rules: CourtRules) -> tuple[Job, Layout]:
    """Everything that can be refused before any work is done."""
    job = bundle_order.prepare(vault, case_id, order)
    if order.recordings:
        raise Usage("sound and film can't be pages of a packet", hint="Leave them out, or put them into a bundle.")
    bundling.note_choices(job)
    _check_cover(job, wish.cover)
    lines = rules.lines(wish.cover)
    return job, Layout(rules, wish.paper or rules.paper, lines, rules.part_bytes, order.accept_weak_jail)


def _check_cover(job: Job, lines: Sequence[str]) -> None:
    """The cover was written for the court by a person: it may name who stays, and nobody else."""
    text = "\n".join(lines).strip()
    if not text:
        return
    look = job.look()
    if look.written([line for line in (*lines, " ".join(lines)) if line]):
        raise Refused(
            "the text for the cover names somebody who is protected",
            kind="leak",
            hint="Nothing was written. Say it without the name.",
        )
    look.check("the text for the cover", text.encode(), "text/plain")


def _refuse_name(job: Job, out: Path) -> None:
    if job.look().file_names([out.name]):
        raise Refused(
            "the folder's name names somebody of the case",
            kind="leak",
            hint="Nothing was written. Call the folder something that says nothing.",
        )


def _made(job: Job, progress: Progress | None) -> Made:
    made = bundle_making.made(job, progress)
    for one in made.exhibits:
        if not one.exhibit.sheets:
            raise Refused(
                f"{one.evidence} has no pages, so it can't be part of a packet",
                kind="unreadable",
                hint="Leave it out with --without ID.",
            )
    _check_descriptions(job, made)
    return made


def _check_descriptions(job: Job, made: Made) -> None:
    """What stands in the contents and on tab sheets, searched without what may stay inside the exhibits."""
    about = [f for one in made.exhibits for f in job.plan.of(one.evidence) if f.page == titles.PAGE]
    left = exhibits.staying(about)
    _check_text(job, [one.exhibit.title for one in made.exhibits], left)
    if left:
        bare = exhibit_list.arranged(
            job.vault, job.case_id, job.found, lambda item: exhibits.as_if_gone(job.plan.of(item))
        )
        _check_text(job, [place.description for place in bare], ())


def _check_text(job: Job, descriptions: Sequence[str], left: Sequence[str]) -> None:
    text = "\n".join(descriptions).strip()
    if text:
        job.look().check("the table of contents", text.encode(), "text/plain", left)


# -- the parts ---------------------------------------------------------------------------------------------------


def _written(job: Job, layout: Layout, made: Made, stem: str, folder: Path) -> tuple[Plan, list[PacketFile]]:
    """All parts, in the folder."""

    def keep(name: str, data: bytes) -> None:
        output.write_in(folder, name, data)

    def again() -> None:
        for path in folder.glob("*.pdf"):
            path.unlink()

    return _parts(job, layout, made, stem, keep, again)


def _parts(
    job: Job,
    layout: Layout,
    made: Made,
    stem: str,
    keep: Callable[[str, bytes], None],
    again: Callable[[], None],
) -> tuple[Plan, list[PacketFile]]:
    """Make one part after the other, never more than one in memory; divided anew where one came out too large."""
    sources = packet_layout.sources(made, layout)
    limit = layout.limit
    for _ in range(packet_layout.TRIES):
        plan = packet_layout.planned(sources, layout, limit)
        files: list[PacketFile] = []
        over = 0
        for name, (part, pages) in zip(_names(stem, len(plan.parts)), zip(plan.parts, plan.pages, strict=True),
                                       strict=True):  # fmt: skip
            data = jail.make(part, accept_weak_jail=job.order.accept_weak_jail)
            over = max(over, len(data) - layout.limit)
            if over > 0:
                break
            keep(name, data)
            files.append(PacketFile(name, hashlib.sha256(data).hexdigest(), len(data), pages))
        if over <= 0:
            return plan, files
        again()
        limit -= over + packet_layout.SPARE_BYTES
    raise Refused(
        "the packet can't be divided into parts that are small enough",
        kind="too-large",
        hint="Nothing was written. Leave the largest items out with --without.",
    )


def _names(stem: str, count: int) -> Iterator[str]:
    for number in range(1, count + 1):
        yield f"{stem}_Part{number}.pdf" if count > 1 else f"{stem}.pdf"


def _read(folder: Path, file: PacketFile) -> bytes:
    """A part as it lies on the disk. Raises Refused where that is not what was made."""
    data = (folder / file.name).read_bytes()
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise Refused("the packet does not hold what was made", kind="damaged")
    return data


def _look_once_more(job: Job, made: Made, name: str, data: bytes) -> None:
    """Each exhibit was searched by itself; the finished part is searched as it leaves."""
    left = {words for one in made.exhibits for words in exhibits.staying(job.plan.of(one.evidence))}
    expected = {pieces.INVISIBLE_TEXT, OUTLINE}
    job.look().check(f"the packet ({name})", data, PDF, sorted(left), expected=expected, pixels=False)


# -- what stays in the vault, and what lies beside the packet ----------------------------------------------------


def _note_plain(vault: UnlockedVault, case_id: str, folder: Path, out: Path) -> str:
    """Note the folder before anything is in it; returns the unfinished one's path, to forget once it has its name."""
    unfinished = originals.noted_path(folder)
    with vault.catalogue.transaction():
        vault.catalogue.note_plaintext(
            [PlaintextCopy(path, case_id, FORM) for path in (unfinished, originals.noted_path(out))]
        )
    return unfinished


def _packet(
    job: Job, layout: Layout, plan: Plan, files: Sequence[PacketFile], wish: Wish, out: Path | None = None
) -> Packet:
    recipient = None if job.recipient is None else job.recipient.id
    return Packet(
        job.bundle, recipient, tuple(files), plan.exhibits, layout.rules, layout.paper, job.left_out,
        (*_warnings_typed(job, wish, out), *_warnings(job, layout, plan)),
    )  # fmt: skip


def _warnings_typed(job: Job, wish: Wish, out: Path | None) -> Iterator[Warning]:
    """Names of people who are not listed, in what was typed for the court."""
    engine = Engine(job.people, PROFILES[job.order.profile])
    if any(exhibit_checks.seems_to_name(engine, line) for line in wish.cover):
        yield Warning(
            "cover", (), "the text for the cover seems to name somebody, or to hold a number: is that meant?"
        )
    if out is not None and job.look().names_others([out.name]):
        yield Warning(
            "file-name", (), "the folder's name seems to name somebody: call it something that says nothing"
        )


def _warnings(job: Job, layout: Layout, plan: Plan) -> Iterator[Warning]:
    """What a person should look at before it is filed."""
    court = layout.rules.court_language
    target = court or exhibit_checks.TARGET
    found = exhibit_checks.warnings(job.vault, job.case_id, job.placed, target, job.plan.of)
    for one in found:
        if court or one.code not in ("no-translation", "description-language"):
            yield one
    for placing in plan.exhibits:
        if len(placing.parts) > 1:
            text = f"exhibit {placing.label} is too large for one part and goes over several"
            yield Warning("divided", (placing.label,), text)


def _write_note(job: Job, packet: Packet, folder: Path) -> None:
    names = [file.name for file in packet.parts]
    job.look().check_names([*names, packet_note.NAME])
    # Nothing that points at a person lies open beside the packet, not even an id.
    about = packet_note.About(
        [one.text.replace(one.person, SOMEBODY) if one.person else one.text for one in packet.warnings],
        {one.label: one.redactions for one in packet.exhibits},
        packet.left_out,
        packet.recipient is not None,
    )
    text = packet_note.note(packet.rules, names, date.today(), about)
    output.write_in(folder, packet_note.NAME, text.encode())


def _commit(job: Job, made: Made, files: Sequence[PacketFile]) -> None:
    """The copy in any case, for its mark; a disclosure where somebody gets it."""
    when = now()
    listed = [(file.sha256, file.size) for file in files]
    payload = hashlib.sha256("".join(f"{sha256} {size}\n" for sha256, size in listed).encode()).digest()
    copy = bundle_note.copy_of(job, FORM, listed, payload)
    size = sum(file.size for file in files)
    if job.recipient is None:
        bundle_note.commit(job, ACTION, None, copy, None, size=size)
        return
    manifest = Manifest(
        job.bundle, job.order.profile, when, tuple(one.exhibit for one in made.exhibits), files[0].sha256,
        job.left_out, __version__, traced=True,
    )  # fmt: skip
    noted = Disclosure(
        id=job.bundle, case_id=job.case_id, recipient_id=job.recipient.id, made=when,
        sha256=bytes.fromhex(files[0].sha256), size=files[0].size, fingerprint="", profile=job.order.profile,
        purpose=job.order.purpose, consent=job.order.consent, state=bundle_note.PREPARED, manifest=manifest.dump(),
    )  # fmt: skip
    bundle_note.commit(job, ACTION, noted, copy, bundle_note.first_mark(job, when), size=size)

"""The inside of a bundle: exhibits, papers, lists and signature in one payload, searched once more as it leaves."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from vault import __version__
from vault.bundle import container, index, signature
from vault.errors import Refused
from vault.formats import manifest as manifests
from vault.formats.manifest import Exhibit, ExhibitFile, Manifest
from vault.redaction import titles, verify
from vault.sandbox.standing import Standing
from vault.usecases import bundle_making, custody, exhibit_list, exhibits, pieces
from vault.usecases.bundle_making import Made, MadeExhibit, Progress
from vault.usecases.bundle_order import Job
from vault.usecases.exhibit_checks import Warning
from vault.usecases.lastlook import PDF
from vault.usecases.unlocked import now

MAX_SEARCHED_WHOLE, MAX_MEMBERS_WHOLE, MAX_SHEETS_WHOLE = 64 << 20, 100, 100
"""Bytes, files and pages up to which a finished bundle is searched again as a whole."""
_MEDIA_TYPES = {manifests.CERTIFICATE_NAME: PDF, manifests.CUSTODY_NAME: "application/json"}


@dataclass(frozen=True, slots=True)
class Draft:
    """A bundle that is finished but for its seal: `payload` is the ZIP, `manifest` the list inside it, `warnings`
    what is to be said beside those about the exhibits."""

    job: Job
    exhibits: tuple[MadeExhibit, ...]
    payload: bytes
    manifest: bytes
    fingerprint: str
    warnings: tuple[Warning, ...] = ()

    @property
    def digest(self) -> bytes:
        """The payload's SHA-256."""
        return hashlib.sha256(self.payload).digest()


def draft(job: Job, progress: Progress | None = None) -> Draft:
    """Make and search everything. The case's keys are used: the caller has logged why. Raises Refused."""
    made = bundle_making.made(job, progress)
    with verify.checker(accept_weak_jail=job.order.accept_weak_jail) as checker:
        return _draft(job, made, checker)


def _draft(job: Job, made: Made, checker: Standing) -> Draft:
    when = now()
    papers = _papers(job, made, when, checker)
    listed = tuple(one.exhibit for one in made.exhibits)
    about = tuple(ExhibitFile(name, hashlib.sha256(data).hexdigest(), len(data), "") for name, data in papers)
    traced = any(one.sheets for one in listed)  # sound and film carry no mark
    page = index.page(listed, job.bundle, when[:10], papers=about, traced=traced)
    seed = job.vault.case_keys(job.case_id).signing
    manifest = Manifest(
        job.bundle, job.order.profile, when, listed, hashlib.sha256(page).hexdigest(), job.left_out, __version__,
        about, traced=traced,
    ).dump()  # fmt: skip
    members = [
        (manifests.INDEX_NAME, page), (manifests.NAME, manifest),
        (manifests.SIGNATURE_NAME, signature.sign(seed, manifest)), *papers, *made.files,
    ]  # fmt: skip
    _check_lists(job, made.exhibits, page, manifest, checker)
    job.look().check_names([name for name, _ in members], checker)
    payload = container.pack(members)
    _check_whole(job, made.exhibits, members, payload)
    return Draft(job, made.exhibits, payload, manifest, signature.fingerprint(signature.key_of(seed)))


def _papers(job: Job, made: Made, when: str, checker: Standing) -> list[tuple[str, bytes]]:
    """What stands beside the exhibits, searched like them."""
    by_id = {item.id: item for item in job.found}
    pairs = [(one.exhibit, by_id[one.evidence]) for one in made.exhibits]
    papers = custody.papers(
        job.vault, job.case_id, job.bundle, pairs, job.order.profile, when,
        accept_weak_jail=job.order.accept_weak_jail,
    )  # fmt: skip
    left = _staying_in_titles(job, made.exhibits)
    for name, data in papers:
        _look_at(job, name, data, _MEDIA_TYPES[name], left, worker=checker)
    return papers


def _look_at(
    job: Job,
    name: str,
    data: bytes,
    media_type: str,
    left: Sequence[str],
    expected: Collection[str] = (),
    worker: Standing | None = None,
) -> None:
    """Search what holds fixed sentences of ours, which may seem to name somebody and name nobody: a surname may be a
    word, or the end of one line and the start of the next. Raises Refused."""
    try:
        job.look().check(name, data, media_type, left, expected=expected, pixels=False, worker=worker)
    except Refused as refused:
        if refused.kind != "leak" or not (ours := _worded(job)):
            raise
        job.look().check(name, data, media_type, left, expected=expected, pixels=False, but=ours, worker=worker)


def _worded(job: Job) -> set[str]:
    """Whom the papers and the list seem to name where they are about nothing."""
    papers = tuple(ExhibitFile(name, "", 0, "") for name in manifests.PAPERS)
    page = index.page((), job.bundle, "", papers=papers, traced=True)
    paper = custody.wording(job.order.profile, accept_weak_jail=job.order.accept_weak_jail)
    return job.look().found_in(page, "text/html") | job.look().found_in(paper, PDF)


def _check_whole(job: Job, made: Sequence[MadeExhibit], members: Sequence[tuple[str, bytes]], payload: bytes) -> None:
    """What leaves is exactly what was searched file by file; it is searched again as one, where that is feasible."""
    if not container.holds(payload, members):
        raise Refused("the bundle does not hold what was checked", kind="damaged")
    sheets = sum(one.exhibit.sheets for one in made)
    if len(payload) <= MAX_SEARCHED_WHOLE and sheets <= MAX_SHEETS_WHOLE and len(members) <= MAX_MEMBERS_WHOLE:
        left = {words for one in made for words in exhibits.staying(job.plan.of(one.evidence))}
        expected = {pieces.INVISIBLE_TEXT, *(exhibits.UNHEARD if job.order.recordings else ())}
        _look_at(job, "the bundle", payload, "application/zip", sorted(left), expected)


def _check_lists(job: Job, made: Sequence[MadeExhibit], page: bytes, manifest: bytes, checker: Standing) -> None:
    """The index and the manifest hold the descriptions."""
    left = _staying_in_titles(job, made)
    _look_at(job, manifests.INDEX_NAME, page, "text/html", left, worker=checker)
    # No sentence of ours is in it: here no name of a description may hide behind one.
    job.look().check(manifests.NAME, manifest, "application/json", left, worker=checker)
    if not left:
        return
    for exhibit in _as_if_gone(job, [one.exhibit for one in made]):
        bare = index.page([exhibit], job.bundle, "")
        _look_at(job, manifests.INDEX_NAME, bare, "text/html", (), worker=checker)


def _staying_in_titles(job: Job, made: Sequence[MadeExhibit]) -> list[str]:
    about = [f for one in made for f in job.plan.of(one.evidence) if f.page == titles.PAGE]
    return exhibits.staying(about)


def _as_if_gone(job: Job, made: Sequence[Exhibit]) -> list[Exhibit]:
    """The exhibits as they would be listed if nothing in their titles had been let stay."""
    arranged = exhibit_list.arranged(
        job.vault, job.case_id, job.found, lambda item: exhibits.as_if_gone(job.plan.of(item))
    )
    return [replace(one, title=place.description) for one, place in zip(made, arranged, strict=True)]

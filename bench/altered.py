"""Are altered bundles refused, and for the right reason? Random flips and deliberate forgeries of every form.

.venv/bin/python bench/altered.py [--flips 1000] [--seed 1]

Bundles are made of the program's own parts around synthetic files. The flips are of files sealed to a key, as scrypt
would only make them slow; what needs words is tried with words.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from vault.bundle import container, custody, index, page, signature
from vault.crypto import age
from vault.errors import CasevaultError, Damaged, Forged, WrongSecret
from vault.formats import manifest as manifests
from vault.formats.manifest import Exhibit, ExhibitFile, Manifest
from vault.usecases import receiving

SEED, OTHER_SEED = bytes(range(32)), bytes(range(1, 33))
KEY = signature.key_of(SEED)
FINGERPRINT = signature.fingerprint(KEY)
BUNDLE = "B-7K3Q9V2M"
WORDS, OTHER_WORDS = "abacus zoom wobble jaguar unfold sixth", "abacus zoom wobble jaguar unfold onset"
IDENTITY = age.X25519Identity.generate()

Members = dict[str, bytes]
Reason = tuple[type[CasevaultError], str]
"""The class of the error, and a part of its kind or message."""


def members(seed: bytes = SEED, bundle: str = BUNDLE) -> Members:
    """The inside of a bundle of two exhibits with their histories."""
    data = {"exhibits/A.pdf": b"%PDF-1.4 first " * 40, "exhibits/B.pdf": b"%PDF-1.4 second " * 40}
    exhibits = tuple(
        Exhibit(
            label, f"Document {label}", "court", "2024-05-06", "ru", (about(name, data[name]),), {"PERSON": 2},
            hashlib.sha256(name.encode()).hexdigest(), None, None, 1,
        )
        for label, name in zip("AB", data, strict=True)
    )  # fmt: skip
    step = custody.Step(custody.ADDED, "2024-05-06", bytes(32), "2024-05-05", "0.1.0")
    checked = custody.Step(custody.CHECKED, "2024-05-07", bytes(range(32)))
    key = signature.key_of(seed)
    papers = {manifests.CUSTODY_NAME: custody.make(bundle, [(one, (step, checked)) for one in exhibits], key, seed)}
    return listed(exhibits, papers, data, seed, bundle)


def about(name: str, data: bytes) -> ExhibitFile:
    """A file as the manifest lists it."""
    return ExhibitFile(name, hashlib.sha256(data).hexdigest(), len(data), "")


def listed(
    exhibits: tuple[Exhibit, ...], papers: Members, data: Members, seed: bytes = SEED, bundle: str = BUNDLE
) -> Members:
    """Index, manifest and signature for these files."""
    paper_files = tuple(about(name, content) for name, content in papers.items())
    shown = index.page(exhibits, bundle, "2024-05-07", papers=paper_files, traced=True)
    manifest = Manifest(
        bundle, "lawyer", "2024-05-07T10:00:00Z", exhibits, hashlib.sha256(shown).hexdigest(), 0, "0.1.0",
        paper_files, traced=True,
    ).dump()  # fmt: skip
    lists = {
        manifests.INDEX_NAME: shown, manifests.NAME: manifest,
        manifests.SIGNATURE_NAME: signature.sign(seed, manifest),
    }  # fmt: skip
    return {**lists, **papers, **data}


def sealed(payload: bytes, recipient: age.Recipient | None = None) -> bytes:
    """An age file, to the key of this run or to words."""
    out = io.BytesIO()
    age.encrypt(io.BytesIO(payload), out, [recipient or IDENTITY.recipient()])
    return out.getvalue()


def in_page(age_file: bytes) -> bytes:
    """The page around it."""
    out = io.BytesIO()
    page.inline(out, io.BytesIO(age_file))
    return out.getvalue()


@dataclass(frozen=True)
class Trial:
    """Files to be written, which of them is opened, with what, and why it must be refused."""

    what: str
    files: dict[str, bytes]
    opened: str
    reasons: tuple[Reason, ...]
    identity: age.Identity = IDENTITY
    fingerprint: str | None = FINGERPRINT


def judged(trial: Trial, folder: Path) -> str:
    """ "" if the trial was refused for one of its reasons; else what happened."""
    for name, data in trial.files.items():
        (folder / name).write_bytes(data)
    try:
        receiving.require_bundle(folder / trial.opened)
        receiving.verify(folder / trial.opened, [trial.identity], trial.fingerprint)
    except CasevaultError as error:
        for kind, part in trial.reasons:
            if isinstance(error, kind) and (part == error.kind or part in error.message):
                return ""
        return f"{trial.what}: {type(error).__name__} {error.kind}: {error.message}"
    return f"{trial.what}: accepted"


ANY_DAMAGE: tuple[Reason, ...] = ((Damaged, ""), (WrongSecret, ""))
READER: tuple[Reason, ...] = ((Forged, "reader"),)
INSIDE: tuple[Reason, ...] = ((Damaged, ""),)


def flipped(data: bytes, chance: random.Random, start: int = 0, end: int | None = None) -> bytes:
    """One bit turned over somewhere in [start, end)."""
    at = chance.randrange(start, len(data) if end is None else end)
    return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]


def flips(count: int, seed: int) -> Iterator[Trial]:
    """A third each: of the age file, of the page, of the payload before it is sealed again."""
    chance = random.Random(seed)
    payload = container.pack(list(members().items()))
    age_file = sealed(payload)
    html = in_page(age_file)
    inner = html.index(b'class="sealed">') + len(b'class="sealed">')
    outer = html.index(b"<", inner)
    for number in range(count):
        if number % 3 == 0:
            yield Trial("age", {"a.age": flipped(age_file, chance)}, "a.age", ANY_DAMAGE)
        elif number % 6 == 1:
            yield Trial("page, inside", {"a.html": flipped(html, chance, inner, outer)}, "a.html", ANY_DAMAGE)
        elif number % 6 == 4:
            at = (0, inner) if chance.random() < 0.9 else (outer, len(html))
            yield Trial(
                "page, around", {"a.html": flipped(html, chance, *at)}, "a.html",
                (*READER, (Damaged, "ends too early"), (Damaged, "not-a-bundle"), (Damaged, "in the page")),
            )  # fmt: skip
        else:
            yield Trial("payload", {"a.age": sealed(flipped(payload, chance))}, "a.age", INSIDE)


def forgeries() -> Iterator[Trial]:
    """What somebody would do on purpose, each sealed again as if nothing had happened."""
    good = members()
    swapped = {**good, "exhibits/A.pdf": good["exhibits/B.pdf"], "exhibits/B.pdf": good["exhibits/A.pdf"]}
    yield _inside("swapped exhibits", swapped, (Damaged, "is not the file that the manifest lists"))
    manifest = manifests.parse(good[manifests.NAME])
    edited = replace(manifest, left_out=3).dump()
    yield _inside("edited manifest", {**good, manifests.NAME: edited}, (Forged, "belongs to another manifest"))
    renamed = replace(manifest, exhibits=(replace(manifest.exhibits[0], title="Other"), manifest.exhibits[1])).dump()
    yield _inside("edited title", {**good, manifests.NAME: renamed}, (Damaged, "index.html"))
    line = good[manifests.SIGNATURE_NAME]
    torn = line[:-10] + (b"A" if line[-10:-9] != b"A" else b"B") + line[-9:]
    yield _inside("forged signature", {**good, manifests.SIGNATURE_NAME: torn}, (Damaged, ""))
    yield _inside("signed by another", members(OTHER_SEED), (Damaged, "forged"))
    other = members(bundle="B-00000000")
    mixed = {**good, manifests.CUSTODY_NAME: other[manifests.CUSTODY_NAME]}
    yield _inside("custody of another bundle", mixed, (Damaged, "is not the file that the manifest lists"))
    exhibits = manifest.exhibits
    data = {name: good[name] for name in ("exhibits/A.pdf", "exhibits/B.pdf")}
    papers = {manifests.CUSTODY_NAME: other[manifests.CUSTODY_NAME]}
    yield _inside("the same, signed", listed(exhibits, papers, data), (Forged, "another bundle"))
    yield _inside("one file more", {**good, "exhibits/C.pdf": b"%PDF-1.4"}, (Damaged, "exactly the files"))
    yield _inside("one file less", {k: v for k, v in good.items() if k != "exhibits/B.pdf"}, (Damaged, "exactly"))
    script = good[manifests.INDEX_NAME].replace(b"</body>", b"<script>1</script></body>")
    yield _inside("another index", {**good, manifests.INDEX_NAME: script}, (Damaged, "index.html"))
    yield from _outside(container.pack(list(good.items())))


def _inside(what: str, altered: Members, reason: Reason) -> Trial:
    return Trial(what, {"a.age": sealed(container.pack(list(altered.items())))}, "a.age", (reason,))


def _outside(payload: bytes) -> Iterator[Trial]:
    words = sealed(payload, age.ScryptRecipient(WORDS))
    html = in_page(words)
    other = age.ScryptIdentity(OTHER_WORDS)
    wrong = (WrongSecret, "does not open with that")
    yield Trial("other recipient's words", {"a.age": words}, "a.age", (wrong,), other)
    yield Trial("other recipient's words, page", {"a.html": html}, "a.html", (wrong,), other)
    for what, before, after in (
        ("page of another reader", b"Sealed file", b"Sealed File"),
        ("page that asks a server", b"connect-src 'none'", b"connect-src *     "),
        ("page with a script more", b'<div id="end"', b'<script>1</script><div id="end"'),
    ):
        yield Trial(what, {"a.html": html.replace(before, after)}, "a.html", READER)
    yield Trial(
        "a page of somebody's", {"a.html": b"<!doctype html><p>words?"}, "a.html", ((Damaged, "not-a-bundle"),)
    )
    age_file = sealed(payload)
    beside = io.BytesIO()
    page.beside(beside, "b.age", hashlib.sha256(age_file).hexdigest())
    wrong_file = (Damaged, "is not the file that belongs to this page")
    files = {"b.html": beside.getvalue(), "b.age": sealed(payload)}
    yield Trial("another file beside the page", files, "b.html", (wrong_file,))
    renamed = beside.getvalue().replace(b'"b.age"', b'"../b.age"')
    yield Trial("a path in the page", {"b.html": renamed, "b.age": age_file}, "b.html", READER)


def run(trials: Iterator[Trial], tell: Callable[[str], None]) -> Counter[str]:
    """How many of each kind were refused; what was not is told."""
    done: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        for trial in trials:
            problem = judged(trial, Path(scratch))
            if problem:
                tell(problem)
            done["refused" if not problem else "NOT REFUSED"] += 1
    return done


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--flips", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    print("forgeries:", dict(run(forgeries(), print)))
    print("flips:", dict(run(flips(wanted.flips, wanted.seed), print)))


if __name__ == "__main__":
    main()

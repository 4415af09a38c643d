"""Hostile bytes against both ends: `python -m bench.documents.fuzz --seconds 600`.

Hypothesis makes archives, web archives, mails, chats and Word packages, whole and broken. Most are read in this
process, which is quick and shows what a reader throws; every so many go through the jail, as they do in use; and
answers of a worker that was taken over go to the parent's checks. A failure is whatever is no clear refusal, or takes
too long.
`--engine atheris` takes what Hypothesis makes as first inputs of a coverage-guided fuzzer (fuzz_coverage.py).
Prints a line a target; ends with 1 if anything failed.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from bench.documents import fuzz_answers as answers
from bench.documents import fuzz_coverage
from bench.documents.fuzz_answers import JSON, whole_or_broken
from vault.errors import Refused
from vault.sandbox import documents, frames, unpacking
from vault.sandbox.reasons import REASONS
from vault.sandbox.transport import Limits
from vault.worker import read_document, unpack_main
from vault.worker.refusal import Refusal

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
JAIL_LIMITS = Limits(cpu_seconds=20, wall_seconds=30.0)
SLOW = 20.0
A_ROUND = 40
JAIL_SHARE = 0.3
SEEDS = 200
Case = tuple[str, str, bytes]
"""(job, media type, source)"""

NAMES = st.sampled_from(["a.txt", "../a", "/b", "C:\\c", "дело/п.pdf", "A.TXT", "", "x/", "n.zip"])
BYTES = st.binary(max_size=60) | st.sampled_from([b"\0" * 5000, b"PK\x03\x04", b"%PDF-1.7", b"WARC/1.0\r\n"])
HEADERS = st.sampled_from([
    b"From: a", b"To: =?utf-8?B?0J4=?=", b"Subject: \xff\xfe", b"Content-Type: multipart/mixed; boundary=x",
    b"Content-Type: multipart/alternative; boundary=y", b"Content-Type: text/html; charset=utf-16", b"Received: x",
    b"Content-Type: message/rfc822", b"Content-Type: multipart/signed; boundary=\"x\"",
    b"Content-Type: multipart/encrypted",
    b"Content-Disposition: attachment; filename*0*=utf-8''%D0; filename*1*=%9E", b"Content-Transfer-Encoding: base64",
    b"Content-Transfer-Encoding: quoted-printable", b"Content-Transfer-Encoding: x-uuencode", b" folded; a=\"",
    b"Content-Type: multipart/related; start=<a>; boundary=x", b"Snapshot-Content-Location: http://a",
    b"MIME-Version: 1.0",
    b"Content-Type: application/ms-tnef", b"Content-Type: text/plain; charset=utf-7",
    b"Content-Type: text/plain; charset*=utf-7''a",
    b"From a@b Tue Mar  3 10:11:12 2026",
])  # fmt: skip
PIECES = st.sampled_from(
    [b"--x", b"--x--", b"--y", b"", b"", b"<p>\xd0\x9e<b>", b"begin 644 a", b"0J4=", b"=D0=9", b".", b">From a"]
)
FIELDS = st.sampled_from([
    "WARC-Type: response", "WARC-Type: resource", "WARC-Type: revisit", "Content-Type: application/http",
    "WARC-Date: 2024",
    "Content-Type: text/html", "WARC-Target-URI: https://a/%D0%", "WARC-Payload-Digest: sha1:AA",
    "WARC-Truncated: time",
])  # fmt: skip
ANSWERS = st.sampled_from([
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip, br\r\n\r\nx", b"HTTP/1.1 301\r\n\r\n", b"",
    b"HTTP/1.1 200\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"x" * 9000),
])  # fmt: skip
TAGS = st.sampled_from([
    "p", "r", "t", "tbl", "tr", "tc", "ins", "del", "hyperlink", "sdt", "sdtContent", "pPr", "numPr", "ilvl",
    "numId", "br",
    "tab", "pStyle", "vanish", "rPr", "drawing", "txbxContent", "fldChar", "instrText", "footnoteReference",
    "sectPr", "moveTo",
])  # fmt: skip


def _zip(members: Sequence[tuple[str, bytes]], method: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in dict(members).items():
            archive.writestr(name or "-", data, method)
    return out.getvalue()


def _record(fields: Sequence[str], block: bytes, wrong: int) -> bytes:
    lines = ["WARC/1.1", *fields, f"Content-Length: {max(0, len(block) + wrong)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def _element(name: str, inner: Sequence[str], text: str) -> str:
    shown = "".join(one for one in text if one.isalnum())
    return f'<w:{name} w:val="{shown}">{shown}{"".join(inner)}</w:{name}>'


def packed(document: bytes, more: Sequence[tuple[str, bytes]] = ()) -> bytes:
    """A Word package with this as its text."""
    types = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    related = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{kind}" Target="word/document.xml"/></Relationships>'
    )
    parts = [("[Content_Types].xml", types), ("_rels/.rels", related.encode()), ("word/document.xml", document)]
    return _zip([*parts, *more], zipfile.ZIP_DEFLATED)


def _document(body: str) -> bytes:
    return f'<w:document xmlns:w="{WORDS}"><w:body>{body}</w:body></w:document>'.encode()


METHODS = st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
ZIPS = whole_or_broken(st.builds(_zip, st.lists(st.tuples(NAMES, BYTES), max_size=5), METHODS))
RECORDS = st.builds(_record, st.lists(FIELDS, max_size=6), ANSWERS | BYTES, st.sampled_from([0, 0, 0, 5, -2]))
WARCS = st.lists(RECORDS | RECORDS.map(gzip.compress), max_size=4).map(b"".join)
PACKAGES = st.builds(
    lambda digest, warc: _zip([("datapackage.json", json.dumps(digest).encode()), ("archive/a.warc", warc)], 8),
    JSON,
    WARCS,
)
MAILS = whole_or_broken(st.lists(HEADERS | PIECES, max_size=30).map(b"\r\n".join))
ELEMENTS = st.recursive(
    st.builds(_element, TAGS, st.just(()), st.text(max_size=9)),
    lambda inner: st.builds(_element, TAGS, st.lists(inner, max_size=4), st.text(max_size=5)),
    max_leaves=20,
)
WORD_FILES = whole_or_broken(
    st.builds(packed, ELEMENTS.map(_document), st.lists(st.tuples(NAMES, BYTES), max_size=2))
)
CHATS = whole_or_broken(JSON.map(lambda value: json.dumps(value).encode()))

CASES: dict[str, st.SearchStrategy[Case]] = {
    "zip": st.tuples(st.just("unpack"), st.just("application/zip"), ZIPS),
    "warc": st.tuples(st.just("unpack"), st.just("application/gzip"), whole_or_broken(WARCS.map(gzip.compress)))
    | st.tuples(st.just("unpack"), st.just("application/warc"), whole_or_broken(WARCS))
    | st.tuples(st.just("unpack"), st.just("application/wacz"), whole_or_broken(PACKAGES)),
    "mail": st.tuples(
        st.sampled_from(["unpack", "extract"]), st.sampled_from(["message/rfc822", "application/mbox"]), MAILS
    ),
    "docx": st.tuples(st.just("extract"), st.just(DOCX), WORD_FILES),
    "chat": st.tuples(st.just("extract"), st.just("application/json"), CHATS),
}


DRAWN: dict[str, st.SearchStrategy[bytes]] = {"frames": answers.FRAMES, "docx-xml": ELEMENTS.map(_document)}


@dataclass
class Tally:
    """What came of one target."""

    examples: int = 0
    refused: int = 0
    longest: float = 0.0
    failures: Counter[str] = field(default_factory=Counter)
    samples: dict[str, bytes] = field(default_factory=dict)

    def take(self, work: Callable[[], object], data: bytes, allowed: tuple[type[Exception], ...]) -> None:
        """Run once; whatever is not allowed is a failure, kept by where it came from."""
        began = time.monotonic()
        self.examples += 1
        try:
            work()
        except allowed as refused:
            self.refused += 1
            if isinstance(refused, Refusal) and refused.reason not in REASONS:
                self._fail(f"unknown reason {refused.reason}", data)
        except Exception as error:  # that is what is looked for
            last = traceback.extract_tb(error.__traceback__)[-1]
            self._fail(f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}", data)
        took = time.monotonic() - began
        self.longest = max(self.longest, took)
        if took > SLOW:
            self._fail(f"slower than {SLOW:.0f} s", data)

    def _fail(self, what: str, data: bytes) -> None:
        self.failures[what] += 1
        self.samples.setdefault(what, data)


def _here(case: Case) -> None:
    job, media_type, data = case
    module = unpack_main if job == "unpack" else read_document
    request = {"media_type": media_type}
    module.prepare(request)
    module.work(request, [data])


def _jailed(case: Case) -> None:
    """Through the jail, as in use; a refusal as "crashed" or "time" is a failure of the worker."""
    job, media_type, data = case
    call: Callable[..., object] = unpacking.unpack if job == "unpack" else documents.extract
    try:
        call(data, media_type, limits=JAIL_LIMITS, accept_weak_jail=True)
    except Refused as refused:
        bad = [REASONS[code].sentence.split("{")[0] for code in ("crashed", "broken-answer", "time", "no-reader")]
        if any(refused.message.startswith(start) for start in bad):
            raise AssertionError(refused.message) from None
        raise


def _round(target: str, tally: Tally, number: int, examples: int) -> None:
    strategy: st.SearchStrategy[object] = answers.FRAMES if target == "frames" else st.one_of(*CASES.values())
    if target in CASES:
        strategy = CASES[target]

    @seed(number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def run(made: object) -> None:
        if isinstance(made, bytes):
            tally.take(lambda: answers.believed(made), made, (frames.BrokenAnswer, Refused))
        elif isinstance(made, tuple):
            work, allowed = (_jailed, Refused) if target == "jail" else (_here, Refusal)
            tally.take(lambda: work(made), made[2], (allowed,))

    run()


TARGETS = (*CASES, "frames", "jail")


def run(
    seconds: float, targets: Sequence[str] = TARGETS, first_seed: int = 1, examples: int = A_ROUND
) -> dict[str, Tally]:
    """Go round the targets until the time is up, at least once; each round draws anew."""
    import_module("vault.worker.read_document")
    tallies = {target: Tally() for target in targets}
    ends = time.monotonic() + seconds
    number = first_seed
    while True:
        for target in targets:
            many = max(1, int(examples * JAIL_SHARE)) if target == "jail" else examples
            _round(target, tallies[target], number, many)
        number += 1
        if time.monotonic() >= ends:
            return tallies


def drawn(target: str, number: int, examples: int) -> list[bytes]:
    """What Hypothesis makes for a target."""
    made: list[bytes] = []
    strategy = DRAWN[target] if target in DRAWN else CASES[target].map(lambda case: case[2])

    @seed(number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def run(data: bytes) -> None:
        made.append(data)

    run()
    return made


def guided(seconds: float, targets: Sequence[str], first_seed: int, keep: Path) -> int:
    """Give each target its share of the time under atheris; how many failed."""
    failed = 0
    print(f"{'target':<12}{'runs':>10}{'edges':>8}  failure")
    for target in targets:
        seeds = drawn(fuzz_coverage.SEEDED_BY.get(target, target), first_seed, SEEDS)
        outcome = fuzz_coverage.fuzz(target, max(1, int(seconds / len(targets))), seeds, keep)
        failed += bool(outcome.failure)
        print(f"{target:<12}{outcome.runs:>10}{outcome.edges:>8}  {outcome.failure or 'none'}", flush=True)
        if outcome.failure:
            (keep / f"{target}.log").write_text(outcome.log, "utf-8")
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=1, help="of the first round; the next has the next")
    parser.add_argument("--engine", choices=["hypothesis", "atheris"], default="hypothesis")
    every = sorted({*TARGETS, *fuzz_coverage.TARGETS})
    parser.add_argument("--target", choices=every, action="append", help="only this; may be given again")
    parser.add_argument("--keep", type=Path, help="a folder for one sample of each failure")
    told = parser.parse_args()
    if told.engine == "atheris":
        keep = told.keep or Path("fuzz-found")
        wanted = [one for one in told.target or fuzz_coverage.TARGETS if one in fuzz_coverage.TARGETS]
        return 1 if guided(told.seconds, wanted, told.seed, keep) else 0
    tallies = run(told.seconds, [one for one in told.target or TARGETS if one in TARGETS], told.seed)
    print(f"{'target':<8}{'examples':>10}{'refused':>10}{'longest s':>11}{'failures':>10}")
    for target, tally in tallies.items():
        failed = sum(tally.failures.values())
        print(f"{target:<8}{tally.examples:>10}{tally.refused:>10}{tally.longest:>11.2f}{failed:>10}")
        for number, (what, count) in enumerate(tally.failures.most_common()):
            print(f"    {count} x {what}")
            if told.keep:
                told.keep.mkdir(parents=True, exist_ok=True)
                (told.keep / f"{target}-{number}").write_bytes(tally.samples[what])
    return 1 if any(tally.failures for tally in tallies.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())

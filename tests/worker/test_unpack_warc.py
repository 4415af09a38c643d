"""Web archives: pages, pictures and documents come out with their address, and wrong digests are told."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from pathlib import Path

import pytest
from containers import record, response, unpacked, zipped
from hypothesis import given, settings
from hypothesis import strategies as st

from vault.errors import Refused
from vault.sandbox.documents import extract
from vault.sandbox.unpacking import unpack
from vault.worker.refusal import Refusal

WARC, GZ, WACZ = "application/warc", "application/gzip", "application/wacz"
PAGE = b"<!DOCTYPE html><p>" + "Пикет у суда".encode()
HTML = "Content-Type: text/html; charset=utf-8"


@pytest.mark.needs_shared
@pytest.mark.parametrize(
    ("name", "media_type", "address"),
    [
        ("example-collection.warc", GZ, "http://www.example.com/ (2020-10-07T21:22:36Z)"),
        ("example-resource.warc.gz", GZ, "https://example.com/index.html (2021-05-20T23:11:22Z)"),
        ("valid_example_1.wacz", WACZ, "http://www.example.com/ (2020-10-07T21:22:36Z)"),
        ("valid_example_2.wacz", WACZ, "http://www.example.com/ (2020-10-07T21:22:36Z)"),
        ("valid_signed_example_1.wacz", WACZ, "https://example.com/ (2022-01-18T19:00:09Z)"),
    ],
)
def test_real_archives_in_the_jail(shared: Path, name: str, media_type: str, address: str) -> None:
    found = unpack((shared / "data/social/wacz" / name).read_bytes(), media_type)
    assert [(one.name, one.media_type, one.reason) for one in found.members] == [(address, "text/html", "")]
    text = extract(found.members[0].data, "text/html").pages[0].text
    assert "This domain is" in text
    assert not any("digest" in note for note in found.notes)
    assert ("the archive is signed; the signature was not checked" in found.notes) == ("signed" in name)


def test_a_file_that_was_changed_is_told() -> None:
    listed = json.dumps({"resources": [{"path": "archive/a.warc", "hash": "sha256:" + "0" * 64}]}).encode()
    made = zipped(("datapackage.json", listed), ("archive/a.warc", response("https://a.example/", PAGE, HTML)))
    taken, notes = unpacked(made, WACZ)
    assert notes == {"digest-mismatch": 1}
    assert taken[0].data == PAGE


def test_a_package_counts_what_is_missing_or_added() -> None:
    archive = response("https://a.example/", PAGE, HTML)
    listed = json.dumps(
        {
            "resources": [
                {"path": "archive/a.warc", "hash": "sha256:" + hashlib.sha256(archive).hexdigest()},
                {"path": "gone.txt", "hash": "sha256:" + "0" * 64},
            ]
        }
    ).encode()
    sealed = json.dumps({"hash": "sha256:" + hashlib.sha256(listed).hexdigest(), "signedData": {}}).encode()
    data = zipped(
        ("datapackage.json", listed), ("datapackage-digest.json", sealed), ("archive/a.warc", archive),
        ("archive/b.warc", b"WARC/1.0 broken"), ("pages/pages.jsonl", b"{}"),
    )  # fmt: skip
    taken, notes = unpacked(data, WACZ)
    assert [one.name for one in taken] == ["https://a.example/ (2024-03-05T10:00:00Z)"]
    assert notes == {"digest-missing": 3, "signature-unchecked": 1, "damaged-records": 1}
    other = json.dumps({"hash": "sha256:" + "1" * 64}).encode()
    again = zipped(("datapackage.json", listed), ("datapackage-digest.json", other), ("archive/a.warc", archive))
    assert unpacked(again, WACZ)[1]["digest-mismatch"] == 1


def test_bodies_are_made_plain() -> None:
    chunked = b"5\r\n" + PAGE[:5] + b"\r\n%x;x=y\r\n" % (len(PAGE) - 5) + PAGE[5:] + b"\r\n0\r\n\r\n"
    records = [
        response("https://a.example/1", chunked, HTML, "Transfer-Encoding: chunked"),
        response("https://a.example/2", PAGE, HTML, "Transfer-Encoding: chunked"),
        response("https://a.example/3", gzip.compress(PAGE), HTML, "Content-Encoding: gzip"),
        response("https://a.example/4", PAGE, HTML, "Content-Encoding: gzip"),
        response("https://a.example/5", b"xx", HTML, "Content-Encoding: br"),
        response("https://a.example/%D0%BF%D0%B8%D0%BA%D0%B5%D1%82", PAGE, "Content-Type: application/xhtml+xml"),
    ]
    taken, notes = unpacked(b"".join(records), WARC)
    assert [one.data for one in taken] == [PAGE, PAGE, PAGE, PAGE, b"", PAGE]
    assert [one.reason for one in taken] == ["", "", "", "", "packing-method", ""]
    assert taken[5].name == "https://a.example/пикет (2024-03-05T10:00:00Z)"
    assert {one.media_type for one in taken if one.data} == {"text/html"}
    assert notes == {}


def test_what_only_serves_the_browser_is_left_out() -> None:
    picture = b"\x89PNG\r\n\x1a\n" + b"p" * 300
    records = [
        response("https://a.example/a.css", b"x", "Content-Type: text/css"),
        response("https://a.example/a.js", b"x", "Content-Type: application/javascript"),
        response("https://a.example/old", b"moved", HTML, status="301 Moved"),
        response("https://a.example/gone", b"gone", HTML, status="404 Not Found"),
        response("https://a.example/dot.gif", b"GIF89a", "Content-Type: image/gif"),
        record("request", "https://a.example/", b"GET / HTTP/1.1\r\nCookie: secret\r\n\r\n", "application/http"),
        record("warcinfo", "", b"operator: Ivan", "application/warc-fields"),
        record("revisit", "https://a.example/", b"", "application/http"),
        record("resource", "https://a.example/p.png", picture, "image/png"),
        response("https://a.example/law.pdf", b"%PDF-1.7 ...", "Content-Type: application/pdf"),
    ]
    taken, notes = unpacked(b"".join(gzip.compress(one) for one in records), GZ)
    assert [one.name.split(" ")[0][-5:] for one in taken] == ["p.png", "w.pdf"]
    assert [one.media_type for one in taken] == ["", ""]
    assert notes == {"page-resources": 6}


@pytest.mark.parametrize("make", [hashlib.sha1, hashlib.sha256])
def test_digests_of_records(make: type) -> None:
    right = base64.b32encode(make(PAGE).digest()).decode()
    name = make(b"").name
    good = response("https://a.example/", PAGE, HTML, more=(f"WARC-Payload-Digest: {name}:{right}",))
    hexed = response(
        "https://a.example/", PAGE, HTML, more=(f"WARC-Payload-Digest: {name}:{make(PAGE).hexdigest()}",)
    )
    bad = response("https://a.example/", PAGE + b"!", HTML, more=(f"WARC-Payload-Digest: {name}:{right}",))
    block = response("https://a.example/", PAGE, HTML, more=(f"WARC-Block-Digest: {name}:{right}",))
    assert unpacked(good + hexed, WARC)[1] == {}
    taken, notes = unpacked(bad + block, WARC)
    assert notes == {"digest-mismatch": 2}
    assert [len(one.data) for one in taken] == [len(PAGE) + 1, len(PAGE)]


def test_a_cut_off_archive_gives_what_came_before() -> None:
    data = response("https://a.example/1", PAGE, HTML) + response("https://a.example/2", PAGE, HTML)
    for cut in (data[:-40], gzip.compress(data)[:-12]):
        taken, notes = unpacked(cut, GZ if cut.startswith(b"\x1f\x8b") else WARC)
        assert taken[0].data == PAGE
        assert notes["damaged-records"] >= 1


def test_bombs_are_refused() -> None:
    with pytest.raises(Refused, match="far more than its size"):
        unpack(gzip.compress(b"WARC/1.0\r\n" + b"\0" * (30 << 20)), GZ)
    packed = gzip.compress(b"\0" * (30 << 20))
    taken, _ = unpacked(response("https://a.example/", packed, HTML, "Content-Encoding: gzip"), WARC)
    assert taken[0].reason == "too-much-inside"


def test_another_gzip_file_is_its_one_member() -> None:
    taken, _ = unpacked(gzip.compress(PAGE), GZ)
    assert [(one.data, one.reason) for one in taken] == [(PAGE, "")]
    with pytest.raises(Refused) as caught:
        unpack(b"\x1f\x8b\x08\x00broken", GZ)
    assert caught.value.kind == "damaged"


BASE = response("https://a.example/1", gzip.compress(PAGE), HTML, "Content-Encoding: gzip") + response(
    "https://a.example/2", b"3\r\nabc\r\n0\r\n\r\n", HTML, "Transfer-Encoding: chunked"
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(BASE) - 1), st.integers(0, 255)), max_size=8), st.booleans())
def test_any_broken_archive_unpacks_or_is_refused(changes: list[tuple[int, int]], packed: bool) -> None:
    data = bytearray(BASE)
    for place, value in changes:
        data[place] = value
    try:
        taken, _ = unpacked(gzip.compress(bytes(data)) if packed else bytes(data), GZ if packed else WARC)
    except Refusal as refusal:
        assert refusal.reason == "damaged"  # noqa: PT017
        return
    assert len(taken) <= 2

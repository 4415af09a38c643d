"""The inside of a bundle: every changed byte is refused, and nothing of somebody else's ZIP is believed."""

from __future__ import annotations

import hashlib
import io
import json
import tracemalloc
import warnings
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault.bundle import container, index, signature, taken_out
from vault.crypto import signing
from vault.errors import Damaged, Forged, NewerFormat
from vault.formats import canonical
from vault.formats import manifest as manifests
from vault.formats.manifest import Exhibit, ExhibitFile, Manifest

SEED = bytes(range(32))
PDFS = {"exhibits/A.pdf": b"%PDF-1.4 first", "exhibits/B.pdf": b"%PDF-1.4 second", "exhibits/B-1.pdf": b""}


def exhibit(label: str, *names: str, title: str = "Повестка [WITNESS 1]") -> Exhibit:
    files = tuple(ExhibitFile(n, hashlib.sha256(PDFS[n]).hexdigest(), len(PDFS[n]), "p. 1") for n in names)
    return Exhibit(label, title, "summons", "2024-03-31", "ru", files, {"PERSON": 2, "black box": 1}, "cd" * 32, None)


EXHIBITS = (
    exhibit("A", "exhibits/A.pdf"),
    replace(exhibit("B", "exhibits/B.pdf", "exhibits/B-1.pdf"), translation_of="A"),
)
PAGE = index.page(EXHIBITS, "B-12345678", "2024-04-01")
MANIFEST = Manifest(
    "B-12345678", "lawyer", "2024-04-01T00:00:00Z", EXHIBITS, hashlib.sha256(PAGE).hexdigest(), 3, "0.1.0"
)
MEMBERS = [
    ("index.html", PAGE), ("manifest.json", MANIFEST.dump()),
    ("manifest.sig", signature.sign(SEED, MANIFEST.dump())), *PDFS.items(),
]  # fmt: skip
PAYLOAD = container.pack(MEMBERS)


def opened(payload: bytes) -> Manifest:
    """What a recipient's program does with a payload."""
    members = container.unpack(payload)
    manifest = container.check(members)
    signature.verify(members["manifest.sig"], members["manifest.json"])
    return manifest


def zipped(members: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w") as archive:
        warnings.simplefilter("ignore")
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name, container.DATE), data)
    return out.getvalue()


# ---- whole bundles -----------------------------------------------------------------------------------------------


def test_what_is_packed_opens() -> None:
    assert opened(PAYLOAD) == MANIFEST
    assert container.pack(MEMBERS) == PAYLOAD
    with zipfile.ZipFile(io.BytesIO(PAYLOAD)) as archive:
        assert archive.testzip() is None
        assert [info.filename for info in archive.infolist()] == [name for name, _ in MEMBERS]
        assert {info.date_time for info in archive.infolist()} == {container.DATE}


def test_every_single_byte_counts() -> None:
    """Every byte of the payload, one bit of it turned."""
    for place in range(len(PAYLOAD)):
        bad = PAYLOAD[:place] + bytes([PAYLOAD[place] ^ (1 << place % 8)]) + PAYLOAD[place + 1 :]
        with pytest.raises(Damaged):
            opened(bad)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_mutations_are_refused_and_nothing_else_is_raised(data: st.DataObject) -> None:
    bad = bytearray(PAYLOAD)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(bad) - 1))
        kind = data.draw(st.sampled_from(["set", "insert", "delete", "repeat"]))
        if kind == "set":
            bad[place] = data.draw(st.integers(0, 255))
        elif kind == "insert":
            bad[place:place] = data.draw(st.binary(min_size=1, max_size=8))
        elif kind == "delete":
            del bad[place : place + data.draw(st.integers(1, 50))]
        else:
            bad += bad[place : place + 50]
        if not bad:
            break
    if bytes(bad) == PAYLOAD:
        return
    with pytest.raises(Damaged):
        opened(bytes(bad))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_noise_is_damage(noise: bytes) -> None:
    for payload in (
        noise,
        b"PK\x03\x04" + noise,
        noise + PAYLOAD,
        PAYLOAD + noise,
        noise + b"PK\x05\x06" + bytes(18),
    ):
        if payload != PAYLOAD:
            with pytest.raises(Damaged):
                opened(payload)


# ---- somebody else's ZIP -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../evil.pdf", "/etc/passwd", "exhibits/../../evil.pdf", "C:\\evil.pdf", "exhibits/..", "exhibits/A.exe",
             "exhibits/a.pdf", "exhibits/ABCDE.pdf", "exhibits/A-1234.pdf", "exhibits//A.pdf", "EXHIBITS/A.pdf",
             "exhibits/A.pdf\n", "exhibits/А.pdf", "con", "", "index.html/x", "exhibits/A.pdf/"],
)  # fmt: skip
def test_a_member_of_any_other_name_is_refused(name: str) -> None:
    for payload in (container.pack([*MEMBERS, (name, b"x")]), zipped([*MEMBERS, (name, b"x")])):
        with pytest.raises(Damaged):
            opened(payload)
    bad = replace(EXHIBITS[0], files=(replace(EXHIBITS[0].files[0], name=name),))
    manifest = replace(MANIFEST, exhibits=(bad,)).dump()
    with pytest.raises(Damaged):
        manifests.parse(manifest)


def test_double_and_missing_members_are_refused() -> None:
    with pytest.raises(Damaged):
        opened(zipped([*MEMBERS, MEMBERS[0]]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        doubled = container.pack([*MEMBERS, MEMBERS[-1]])
    with pytest.raises(Damaged):
        opened(doubled)
    for place in range(len(MEMBERS)):
        with pytest.raises(Damaged):
            opened(container.pack(MEMBERS[:place] + MEMBERS[place + 1 :]))


def test_compression_comments_dates_and_modes_are_refused() -> None:
    with pytest.raises(Damaged, match="not packed by Casevault"):
        container.unpack(deflated(1 << 20))
    out = io.BytesIO(PAYLOAD)
    with zipfile.ZipFile(out, "a") as archive:
        archive.comment = b"hello"
    with pytest.raises(Damaged):
        container.unpack(out.getvalue())
    for change in (
        {"date": (2024, 1, 1, 0, 0, 0)},
        {"external_attr": 0o777 << 16},
        {"extra": b"\x99\x99\x04\0abcd"},
        {"comment": b"x"},
    ):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name, data in MEMBERS:
                info = zipfile.ZipInfo(name, change.get("date", container.DATE))  # type: ignore[arg-type]
                info.create_system = 0
                info.external_attr = 0
                for attribute, value in change.items():
                    if attribute != "date":
                        setattr(info, attribute, value)
                archive.writestr(info, data)
        with pytest.raises(Damaged):
            container.unpack(out.getvalue())


def deflated(size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("index.html", bytes(size))
    return out.getvalue()


def test_a_bomb_is_refused_without_opening_it() -> None:
    bomb = deflated(50 << 20)
    assert len(bomb) < 100_000
    with pytest.raises(Damaged, match="not packed by Casevault"):
        container.unpack(bomb)


def test_members_in_another_order_are_as_good() -> None:
    """Nothing hangs on the order: the manifest lists the files by name."""
    assert opened(container.pack(MEMBERS[::-1])) == MANIFEST


def test_exchanged_files_and_pages_are_named() -> None:
    for name, match in (("exhibits/A.pdf", "exhibits/A.pdf"), ("index.html", "index.html")):
        members = dict(MEMBERS)
        members[name] = members[name][:-1] + b"!" if members[name] else b"!"
        with pytest.raises(Damaged, match=match):
            container.check(members)
    members = dict(MEMBERS)
    members["exhibits/A.pdf"], members["exhibits/B.pdf"] = members["exhibits/B.pdf"], members["exhibits/A.pdf"]
    with pytest.raises(Damaged, match=r"exhibits/A\.pdf"):
        container.check(members)


# ---- the manifest ------------------------------------------------------------------------------------------------


def test_a_manifest_is_read_and_written_byte_for_byte() -> None:
    assert manifests.parse(MANIFEST.dump()) == MANIFEST
    assert manifests.parse(MANIFEST.dump()).dump() == MANIFEST.dump()
    assert set(MANIFEST.files()) == set(PDFS)


def manifest_with(**members: Any) -> bytes:
    return canonical.dump({**json.loads(MANIFEST.dump()), **members})


def exhibit_with(**members: Any) -> bytes:
    value = json.loads(MANIFEST.dump())
    value["exhibits"][0] = {**value["exhibits"][0], **members}
    return canonical.dump(value)


def renamed(label: str, file: str = "") -> bytes:
    """The first exhibit by itself under a label, its file under the same or another."""
    (made,) = json.loads(replace(MANIFEST, exhibits=EXHIBITS[:1]).dump())["exhibits"]
    files = [{**made["files"][0], "name": f"exhibits/{file or label}.pdf"}]
    return manifest_with(exhibits=[{**made, "label": label, "files": files}])


def test_a_file_goes_by_its_exhibit() -> None:
    assert manifests.parse(renamed("CB12")).exhibits[0].label == "CB12"


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{}", b"[]", b"null", MANIFEST.dump() + b"\n", b" " + MANIFEST.dump(), manifest_with(extra=1),
        manifest_with(casevault=0), manifest_with(casevault=True), manifest_with(casevault="1"),
        manifest_with(bundle="x"),
        manifest_with(bundle=None), manifest_with(exhibits=5), manifest_with(exhibits=[5]),
        manifest_with(exhibits={}),
        manifest_with(index_sha256="AB" * 32), manifest_with(index_sha256="ab" * 31), manifest_with(left_out=-1),
        manifest_with(left_out=True), manifest_with(left_out="3"), manifest_with(left_out=1 << 52),
        manifest_with(made=5),
        manifest_with(profile="x" * 20_001), exhibit_with(label=""), exhibit_with(label="a"),
        exhibit_with(label="ABCDE"),
        exhibit_with(title=None), exhibit_with(files="x"), exhibit_with(files=[{}]), exhibit_with(redactions=[]),
        exhibit_with(redactions={"PERSON": -1}), exhibit_with(redactions={"PERSON": True}), exhibit_with(extra=""),
        exhibit_with(commitment="x"), exhibit_with(commitment=None), exhibit_with(translation_of="a"),
        exhibit_with(translation_of=5),
        exhibit_with(files=json.loads(MANIFEST.dump())["exhibits"][1]["files"]),
        exhibit_with(translation_of="C"), exhibit_with(certificate_of="Z"), renamed("COM1"), renamed("AUX"),
        renamed("A", "AA"), renamed("A", "C"), exhibit_with(certificate_of="COM1"),
    ],
    ids=lambda data: str(len(data)),
)  # fmt: skip
def test_what_is_not_exactly_a_manifest_is_damage(data: bytes) -> None:
    with pytest.raises(Damaged):
        manifests.parse(data)


def test_a_later_version_is_named() -> None:
    with pytest.raises(NewerFormat):
        manifests.parse(manifest_with(casevault=3))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@settings(max_examples=300, deadline=None)
@given(ANYTHING, st.sampled_from(sorted(json.loads(MANIFEST.dump()))))
def test_any_value_in_any_member_is_read_or_damage(value: Any, member: str) -> None:
    data = manifest_with(**{member: value})
    try:
        found = manifests.parse(data)
    except (Damaged, NewerFormat):
        return
    assert found.dump() == data


def test_labels_count_on() -> None:
    found = [manifests.label_for(place) for place in range(800)]
    assert found[:3] == ["A", "B", "C"]
    assert found[25:29] == ["Z", "AA", "AB", "AC"]
    assert found[701:703] == ["ZZ", "AAA"]
    assert len(set(found)) == 800
    assert len(manifests.label_for(manifests.MAX_EXHIBITS - 1)) <= 4


def test_the_page_of_exhibits_is_inert() -> None:
    evil = replace(EXHIBITS[0], title='<script>alert("x")</script>', language='"><img src=x>', kind="<b>")
    page = index.page((evil,), "B-<i>", "2024").decode()
    assert "<script" not in page
    assert "<img" not in page
    assert "<i>" not in page
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")


def test_the_page_says_in_words_what_was_taken_out() -> None:
    one = replace(EXHIBITS[0], redactions={"PERSON": 2, "COURT_UID": 1, "CODE": 1, "NUMBER": 2, "NEW_KIND": 3})
    page = index.page((one,), "B-1", "2024").decode()
    for code in ("PERSON", "COURT_UID", "NEW_KIND"):
        assert code not in page
    assert "names of people: 2" in page
    assert "имена людей: 2" in page
    assert "other numbers: 3" in page
    assert "new kind: 3" in page
    assert "nothing" in index.page((replace(one, redactions={}),), "B-1", "2024").decode()


def test_every_category_of_the_engine_has_words() -> None:
    from vault.redaction import identifiers, quasi

    assert set(taken_out.WORDS) >= quasi.CATEGORIES
    assert {kind.category for kind in identifiers.KINDS} <= set(taken_out.WORDS)


# ---- signatures --------------------------------------------------------------------------------------------------

SIGNED = signature.sign(SEED, MANIFEST.dump())
KEY = signature.key_of(SEED)


def test_a_signature_tells_its_key() -> None:
    assert signature.verify(SIGNED, MANIFEST.dump()) == KEY
    assert KEY.text in SIGNED.decode()


def test_another_manifest_or_another_key_is_forged() -> None:
    with pytest.raises(Forged, match="another manifest"):
        signature.verify(SIGNED, MANIFEST.dump() + b" ")
    other = signature.sign(bytes(32), MANIFEST.dump())
    assert signature.verify(other, MANIFEST.dump()) != KEY, "only the fingerprint tells who signed"
    # The other key's signature under our key's name, and our key's text in the other's note.
    with pytest.raises((Damaged, Forged)):
        signature.verify(other.replace(signature.key_of(bytes(32)).text.encode(), KEY.text.encode()), MANIFEST.dump())
    with pytest.raises((Damaged, Forged)):
        signature.verify(SIGNED[: SIGNED.index("— ".encode())] + other[other.index("— ".encode()) :], MANIFEST.dump())


def test_every_changed_byte_of_a_signature_is_noticed() -> None:
    for place in range(len(SIGNED)):
        bad = SIGNED[:place] + bytes([SIGNED[place] ^ 1]) + SIGNED[place + 1 :]
        with pytest.raises(Damaged):
            signature.verify(bad, MANIFEST.dump())
    for bad in (b"", SIGNED[:-1], SIGNED + b"\n", SIGNED * 2, SIGNED + SIGNED.split(b"\n\n")[1]):
        with pytest.raises(Damaged):
            signature.verify(bad, MANIFEST.dump())


def test_a_fingerprint_is_compared_as_people_type_it() -> None:
    printed = signature.fingerprint(KEY)
    assert [len(group) for group in printed.split(" ")] == [4] * 8
    for told in (printed, printed.lower(), printed.replace(" ", ""), printed.replace(" ", "-"), f" {printed}\n",
                 printed.replace(" ", "\u00a0"), printed.replace(" ", ":")):  # fmt: skip
        assert signature.same_fingerprint(told, KEY)
    for told in ("", printed[:-1], printed + "0", printed[5:], printed[::-1], printed.replace(printed[0], "G", 1),
                 signature.fingerprint(signature.key_of(bytes(32)))):  # fmt: skip
        assert not signature.same_fingerprint(told, KEY)


def test_keys_of_two_cases_can_not_be_linked() -> None:
    first, second = signature.key_of(SEED), signature.key_of(bytes(32))
    assert first.name != second.name
    assert signing.parse_verifier(first.text) == first


def test_what_was_packed_is_read_back_without_a_further_copy() -> None:
    assert container.holds(PAYLOAD, MEMBERS)
    name, data = MEMBERS[3]
    for other in (
        MEMBERS[:-1],
        [*MEMBERS, ("exhibits/C.pdf", b"")],
        [MEMBERS[1], MEMBERS[0], *MEMBERS[2:]],
        [*MEMBERS[:3], (name, data[:-1] + b"!"), *MEMBERS[4:]],
        [*MEMBERS[:3], ("exhibits/Z.pdf", data), *MEMBERS[4:]],
    ):
        assert not container.holds(PAYLOAD, other)
    for payload in (PAYLOAD + b"x", b"x" + PAYLOAD, PAYLOAD[:-1], PAYLOAD.replace(b"first", b"fxrst")):
        assert not container.holds(payload, MEMBERS)
    large = [("exhibits/A.pdf", bytes(range(256)) * 50_000)]
    packed = container.pack(large)
    tracemalloc.start()
    assert container.holds(packed, large)
    assert tracemalloc.get_traced_memory()[1] < 4 << 20
    tracemalloc.stop()

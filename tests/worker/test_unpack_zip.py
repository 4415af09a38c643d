"""ZIP files: what is inside comes out, and where two programs could see two things, none of them does."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest
from containers import unpacked, zipped
from hypothesis import given, settings
from hypothesis import strategies as st

from vault.errors import Refused
from vault.sandbox.unpacking import unpack
from vault.worker.refusal import Refusal

ZIP = "application/zip"
METHODS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]


def reasons(data: bytes) -> dict[str, str]:
    return {one.name: one.reason for one in unpacked(data, ZIP)[0]}


@pytest.mark.needs_shared
def test_the_real_archive_in_the_jail(shared: Path) -> None:
    found = unpack((shared / "data/documents/lab__bundle.zip").read_bytes(), ZIP)
    assert [(one.name, one.data) for one in found.members] == [("Ковальчук/паспорт_Kovalchuk.txt", b"x")]
    assert found.notes == ()


@pytest.mark.parametrize("method", METHODS)
def test_every_method_of_the_standard_library(method: int) -> None:
    text = "Протокол допроса. ".encode() * 500
    taken, notes = unpacked(zipped(("дело/протокол.txt", text), ("b.bin", b"\0\1"), method=method), ZIP)
    assert [(one.name, one.data) for one in taken] == [("дело/протокол.txt", text), ("b.bin", b"\0\1")]
    assert notes == {}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../a.txt", "odd-path"), ("a/../../b", "odd-path"), ("/etc/passwd", "odd-path"), ("C:/a.txt", "odd-path"),
        ("a\\..\\b.txt", "odd-path"), ("./a", "odd-path"), ("a//b", "odd-path"), ("..", "odd-path"),
        ("a\x1b[31m.txt", "odd-path"), ("   ", "odd-path"), ("folder/", "odd-path"),
        ("fine..txt", ""), ("a/b.c/d", ""),
    ],
)  # fmt: skip
def test_names_that_lead_out_are_refused_and_the_rest_goes_on(name: str, reason: str) -> None:
    # The name is put in by hand: the library that writes would mend it.
    raw = zipped(("\x01" * len(name.encode()), b"x"), ("other.txt", b"y"), method=zipfile.ZIP_STORED)
    taken, _ = unpacked(raw.replace(b"\x01" * len(name.encode()), name.encode()), ZIP)
    assert [one.reason for one in taken] == [reason, ""]
    assert taken[1].data == b"y"


@pytest.mark.parametrize(("one", "two"), [("a.txt", "a.txt"), ("А.txt", "а.txt"), ("й.txt", "\u0438\u0306.txt")])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_neither_of_two_names_that_are_one_comes_out(one: str, two: str) -> None:
    taken, _ = unpacked(zipped((one, b"1"), (two, b"2"), ("c", b"3")), ZIP)
    assert [member.reason for member in taken] == ["duplicate-name", "duplicate-name", ""]


def test_links_devices_folders_and_system_files() -> None:
    link, pipe, plain = zipfile.ZipInfo("link"), zipfile.ZipInfo("pipe"), zipfile.ZipInfo("plain.txt")
    link.external_attr, pipe.external_attr = 0o120777 << 16, 0o010644 << 16
    plain.external_attr = 0o100600 << 16
    data = zipped(
        (link, b"/etc/passwd"), (pipe, b"x"), (plain, b"x"), ("folder/", b""), ("__MACOSX/._a", b"x"),
        ("folder/.DS_Store", b"x"), ("folder/Thumbs.db", b"x"),
    )  # fmt: skip
    taken, notes = unpacked(data, ZIP)
    assert {one.name: one.reason for one in taken} == {"link": "link", "pipe": "dangerous", "plain.txt": ""}
    assert notes == {"system-files": 3}


def test_a_member_with_a_password_is_named() -> None:
    data = bytearray(zipped(("secret.txt", b"x" * 40), ("open.txt", b"y")))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    assert reasons(bytes(data)) == {"secret.txt": "encrypted", "open.txt": ""}


def local(data: bytes, place: int, form: str, value: object) -> bytes:
    out = bytearray(data)
    struct.pack_into(form, out, data.index(b"PK\x03\x04") + place, value)
    return bytes(out)


@pytest.mark.parametrize(
    ("place", "form", "value"), [(30, "1s", b"b"), (22, "<I", 39), (18, "<I", 4), (14, "<I", 1), (8, "<H", 0)]
)
def test_a_local_header_that_disagrees_is_dangerous(place: int, form: str, value: object) -> None:
    data = local(zipped(("a.txt", b"x" * 40), ("z.txt", b"y")), place, form, value)
    assert reasons(data) == {"a.txt": "dangerous", "z.txt": ""}


def test_wrong_content_is_damaged_or_dangerous() -> None:
    stored = zipped(("a.txt", b"abcdefgh"), method=zipfile.ZIP_STORED)
    assert reasons(stored.replace(b"abcdefgh", b"abcdefgX")) == {"a.txt": "damaged"}
    packed = zipped(("a.txt", b"x" * 900))
    less = packed.replace(struct.pack("<I", 900), struct.pack("<I", 800))
    assert reasons(less) == {"a.txt": "dangerous"}
    more = packed.replace(struct.pack("<I", 900), struct.pack("<I", 990))
    assert reasons(more) == {"a.txt": "damaged"}


def test_a_bomb_stays_packed_and_the_rest_goes_on() -> None:
    data = zipped(("bomb.txt", b"\0" * (6 << 20)), ("fine.txt", b"y"))
    assert len(data) < 10_000
    assert reasons(data) == {"bomb.txt": "too-much-inside", "fine.txt": ""}


def test_members_that_overlap_are_dangerous() -> None:
    data = bytearray(zipped(("a.txt", b"x" * 50), ("b.txt", b"y" * 50), ("c.txt", b"z"), method=zipfile.ZIP_STORED))
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    # The second member's header is the first one's content now; the central directory says so.
    inner = b"PK\x03\x04" + data[data.index(b"PK\x03\x04") + 4 :][:26]
    start = data.index(b"x" * 50)
    data[start : start + 50] = (bytes(inner) + b"b.txt" + b"x" * 50)[:50]
    struct.pack_into("<I", data, second + 42, start)
    found = reasons(bytes(data))
    assert found["a.txt"] == "dangerous"
    assert found["b.txt"] in ("dangerous", "damaged")
    assert found["c.txt"] == ""


def test_two_archives_in_one_file_are_refused() -> None:
    one, two = zipped(("a.txt", b"1")), zipped(("b.txt", b"2"))
    with pytest.raises(Refusal, match="dangerous"):
        unpacked(one + two, ZIP)
    end = one.rindex(b"PK\x05\x06")
    nested = one[: end + 20] + struct.pack("<H", len(two)) + two
    with pytest.raises(Refusal, match="dangerous"):
        unpacked(nested, ZIP)


def test_a_file_that_is_not_on_the_list_is_noted() -> None:
    hidden = zipped(("hidden.txt", b"h" * 30), method=zipfile.ZIP_STORED)
    piece = hidden[: hidden.index(b"PK\x01\x02")]
    data = bytearray(piece + zipped(("a.txt", b"x"), method=zipfile.ZIP_STORED))
    central = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, central + 42, len(piece))
    end = data.rindex(b"PK\x05\x06")
    struct.pack_into("<I", data, end + 16, central)
    taken, notes = unpacked(bytes(data), ZIP)
    assert [one.name for one in taken] == ["a.txt"]
    assert notes == {"unlisted-files": 1}


@pytest.mark.parametrize(("raw", "shown"), [
    ("паспорт.txt".encode("cp866"), "паспорт.txt"), ("паспорт.txt".encode(), "паспорт.txt"),
    ("Müller.txt".encode("cp437"), "Müller.txt"),
])  # fmt: skip
def test_names_in_old_encodings(raw: bytes, shown: str) -> None:
    data = zipped(("\x01" * len(raw), b"x"), method=zipfile.ZIP_STORED).replace(b"\x01" * len(raw), raw)
    assert [one.name for one in unpacked(data, ZIP)[0]] == [shown]


def test_an_unknown_method_and_comments() -> None:
    data = zipped(("a.txt", b"x" * 20), ("b.txt", b"y"))
    odd = data.replace(struct.pack("<H", 8) + data[10:14], struct.pack("<H", 9) + data[10:14])
    assert reasons(odd)["a.txt"] == "packing-method"
    commented = data[:-2] + struct.pack("<H", 5) + b"Ivan!"
    assert reasons(commented) == {"a.txt": "", "b.txt": ""}


def test_a_stream_with_sizes_behind_the_data() -> None:
    class Unseekable:
        def __init__(self) -> None:
            self.data = bytearray()

        def write(self, piece: bytes) -> int:
            self.data += piece
            return len(piece)

        def flush(self) -> None:
            return

    out = Unseekable()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        archive.writestr("a.txt", b"x" * 500)
        with archive.open("b.txt", "w", force_zip64=True) as member:
            member.write(b"yyy")
    taken, notes = unpacked(bytes(out.data), ZIP)
    assert [(one.name, one.data) for one in taken] == [("a.txt", b"x" * 500), ("b.txt", b"yyy")]
    assert notes == {}


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04", b"PK\x05\x06" + b"\0" * 17, b"x" * 100, b"PK\x05\x06" + b"\xff" * 18]
)
def test_what_is_no_archive_is_damaged(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        unpack(data, ZIP)
    assert caught.value.kind == "damaged"


def test_an_archive_with_nothing_in_it() -> None:
    assert unpacked(zipped(), ZIP) == ([], {})
    with pytest.raises(Refused, match="holds nothing"):
        unpack(b"", ZIP)


CONTENTS = (b"text" * 20, b"{}", zipped(("e", b"f")))
BASE = zipped(*zip(("дело.txt", "b/c.json", "d.zip"), CONTENTS, strict=True))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(BASE) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_any_broken_archive_unpacks_or_is_refused(changes: list[tuple[int, int]]) -> None:
    data = bytearray(BASE)
    for place, value in changes:
        data[place] = value
    try:
        taken, _ = unpacked(bytes(data), ZIP)
    except Refusal as refusal:
        assert refusal.reason in ("damaged", "dangerous", "too-much-inside")  # noqa: PT017
        return
    assert len(taken) <= 3
    assert all(one.reason or one.data in CONTENTS or len(changes) > 3 for one in taken)

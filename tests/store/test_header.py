"""`vault.json`: one byte string for one header, all else refused; kinds of a later version are kept."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import vaults
from hypothesis import given, settings
from hypothesis import strategies as st

from vault.crypto import slots
from vault.errors import Damaged, NewerFormat, NoVault, WrongSecret
from vault.formats import canonical, document_json, header
from vault.formats.header import Header, SlotRecord
from vault.model.document import Block, Document, Page, Part, Word
from vault.model.findings import Box
from vault.store import header_file
from vault.usecases import headers, locked, opening

LATER = {
    "id": "S-AAAAAA", "kind": "shares", "threshold": 2, "Z": "", "ä": {"b": [], "a": {}}, "number": 9007199254740991,
    "members": [{"index": 1, "hint": "сестра"}, None, True, "\u2028"],
}  # fmt: skip
HEADER = Header(
    "V-0123456789AB",
    (SlotRecord({"id": "S-BBBBBB", "kind": "recovery", "salt": "x", "key": "y"}), SlotRecord(LATER)),
    "ab" * 32,
)
DATA = HEADER.dump()


def resealed(**members: Any) -> bytes:
    """The header with other members and a checksum that fits, as an attacker would write it."""
    value = {**json.loads(DATA), **members}
    body = {name: value[name] for name in ("format", "vault", "slots")}
    value["check"] = header._checksum(body)
    return canonical.dump(value) + b"\n"


# ---- round trip --------------------------------------------------------------------------------------------------


def test_a_header_is_read_and_written_byte_for_byte() -> None:
    assert header.parse(DATA) == HEADER
    assert header.parse(DATA).dump() == DATA
    assert header.parse(resealed()) == HEADER


def test_unknown_kinds_are_kept_byte_for_byte_when_a_slot_is_added() -> None:
    before = header.parse(DATA)
    after = replace(before, slots=(*before.slots, SlotRecord({"id": "S-CCCCCC", "kind": "recovery"})))
    assert canonical.dump(LATER) in after.dump()
    assert header.parse(after.dump()).slots[1].members == LATER


def test_a_vault_with_a_slot_of_a_later_kind_opens(tmp_path: Path) -> None:
    folder = tmp_path / "vault"
    opening.create(folder, [vaults.CODE])
    with opening.open_vault(folder, vaults.CODE) as vault:
        wider = headers.sealed(replace(vault.header, slots=(SlotRecord(LATER), *vault.header.slots)), vault.keys)
    header_file.write(folder, wider)
    with opening.open_vault(folder, vaults.CODE) as vault:
        assert vault.header == wider
    assert locked.peek(folder).kinds == ("shares", "recovery")
    with pytest.raises(WrongSecret):
        opening.open_vault(folder, slots.Passphrase("x"))


# ---- damage ------------------------------------------------------------------------------------------------------


def test_every_flipped_bit_is_noticed_without_a_key() -> None:
    """Only the MAC's own digits can't be judged before the vault is open; `test_a_forged_header` opens it."""
    mac = DATA.index(b'"mac":"') + 7
    for place in range(len(DATA)):
        if mac <= place < mac + 64:
            continue
        for bit in range(8):
            bad = DATA[:place] + bytes([DATA[place] ^ (1 << bit)]) + DATA[place + 1 :]
            with pytest.raises((Damaged, NewerFormat)):
                header.parse(bad)


@settings(max_examples=300)
@given(st.binary(max_size=300))
def test_noise_is_damage(data: bytes) -> None:
    with pytest.raises(Damaged):
        header.parse(data)
    with pytest.raises(Damaged):
        header.parse(data + b"\n")


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\n", DATA[:-1], DATA[:-2], DATA[: len(DATA) // 2], DATA + b"\n", DATA + b" ", DATA + b"{}\n",
        DATA[:-1] + b"\0\n", b" " + DATA, b"\xef\xbb\xbf" + DATA, DATA[:-1] + b"\r\n", DATA.decode().encode("utf-16"),
        b"[]\n", b"null\n", b"5\n", b'"x"\n', b"{}\n", b"\xff\xfe\n", b'{"format":1}\n', b'"\\ud800"\n',
        b'{"format":NaN}\n', b'{"format":1e999}\n', b'{"format":' + b"9" * 6000 + b"}\n",
        DATA.replace(b'"check":', b'"check": '),
        DATA.replace(b'"format":1', b'"format":1,"format":1'), DATA.replace(b'"format":1', b'"format":2,"format":1'),
        DATA.replace(b'"vault":', b'"vault":"V-AAAAAAAAAAAA","vault":'), DATA.replace(b'"format":1', b'"format":1.0'),
        DATA.replace(b"S-BBBBBB", b"S-BBBB\\u0042B"),
    ],
    ids=lambda data: str(len(data)),
)  # fmt: skip
def test_what_is_not_exactly_a_header_is_damage(data: bytes) -> None:
    with pytest.raises(Damaged):
        header.parse(data)


@pytest.mark.parametrize("nested", ["[", '{"a":'])
def test_deep_nesting_is_damage(nested: str) -> None:
    closing = "]" if nested == "[" else "1}"
    for depth in (900, 5_000, 100_000):
        with pytest.raises(Damaged):
            header.parse((nested * depth + closing * depth + "\n").encode())


def test_a_large_header_is_refused_before_it_is_read_whole(tmp_path: Path) -> None:
    data = b"[" * (2 << 20) + b"\n"
    with pytest.raises(Damaged, match="larger"):
        header.parse(data)
    (tmp_path / header_file.NAME).write_bytes(data)
    with pytest.raises(Damaged):
        header_file.read(tmp_path)


@pytest.mark.parametrize(
    "members",
    [
        {"format": True}, {"format": 0}, {"format": -1}, {"format": "1"}, {"format": None}, {"format": [1]},
        {"vault": ""}, {"vault": "V-0123456789A"}, {"vault": "../../../etc"}, {"vault": 5},
        {"vault": "V-0123456789AI"}, {"mac": None}, {"mac": 5}, {"extra": 1}, {"slots": {}}, {"slots": None},
        {"slots": [1]}, {"slots": [[]]}, {"slots": [{}]}, {"slots": [{"id": "S-BBBBBB"}]},
        {"slots": [{"kind": "recovery"}]}, {"slots": [{"id": "../x", "kind": "recovery"}]},
        {"slots": [{"id": 1, "kind": "recovery"}]},
        {"slots": [{"id": "S-BBBBBB", "kind": 7}]}, {"slots": [{"id": "S-BBBBBB", "kind": "recovery"}] * 65},
    ],
    ids=str,
)  # fmt: skip
def test_members_of_a_wrong_form_are_damage_even_with_a_checksum_that_fits(members: dict[str, Any]) -> None:
    with pytest.raises(Damaged):
        header.parse(resealed(**members))


def test_a_newer_format_is_named_before_anything_else_is_looked_at() -> None:
    for data in (b'{"format":2}\n', b'{"format":99,"something":["else"]}\n', resealed(format=3)):
        with pytest.raises(NewerFormat, match="this version reads up to 1"):
            header.parse(data)


# ---- in a vault --------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    opening.create(tmp_path / "vault", [vaults.CODE])
    return tmp_path / "vault"


def rewrite(folder: Path, **members: Any) -> None:
    """Change members of vault.json and make its checksum fit, but not its MAC."""
    path = folder / header_file.NAME
    value = {**json.loads(path.read_bytes()), **members}
    value["check"] = header._checksum({name: value[name] for name in ("format", "vault", "slots")})
    path.write_bytes(canonical.dump(value) + b"\n")


def test_a_forged_header_does_not_pass_its_mac(folder: Path) -> None:
    value = json.loads((folder / header_file.NAME).read_bytes())
    slot = value["slots"][0]
    for members in (
        {"vault": "V-000000000000"}, {"slots": [slot, slot]},
        {"slots": [slot, {"id": "S-000000", "kind": "passphrase"}]},
        {"slots": [{**slot, "note": "x"}]}, {"mac": "0" * 64}, {"mac": ""}, {"mac": value["mac"].upper()},
        {"mac": "Ж" * 64},
    ):  # fmt: skip
        rewrite(folder, **{**value, **members})
        with pytest.raises(Damaged, match="seal does not fit"):
            opening.open_vault(folder, vaults.CODE)
    rewrite(folder, **value)
    opening.open_vault(folder, vaults.CODE).close()


def test_hostile_parameters_in_a_header_are_damage(folder: Path) -> None:
    hostile = {"id": "S-000000", "kind": "passphrase", "kdf": "argon2id", "wrap": "rfc3394", "lanes": 1,
               "salt": base64.b64encode(bytes(16)).decode(), "key": base64.b64encode(bytes(40)).decode()}  # fmt: skip
    for cost in (
        {"memory_kib": 1 << 30, "passes": 3},
        {"memory_kib": 524288, "passes": 1},
        {"memory_kib": True, "passes": 3},
    ):
        rewrite(folder, slots=[{**hostile, **cost}])
        with pytest.raises(Damaged):
            opening.open_vault(folder, slots.Passphrase("x"))


def test_what_is_missing_is_told_apart(folder: Path, tmp_path: Path) -> None:
    for place in (tmp_path / "nowhere", tmp_path, folder / header_file.NAME):
        with pytest.raises(NoVault):
            opening.open_vault(place, vaults.CODE)
    (folder / header_file.NAME).unlink()
    with pytest.raises(Damaged, match=r"header .* is missing"):
        opening.open_vault(folder, vaults.CODE)


def test_writing_is_whole_and_leaves_nothing_beside(folder: Path) -> None:
    before = sorted(path.name for path in folder.iterdir())
    changed = replace(header_file.read(folder), mac="00" * 32)
    header_file.write(folder, changed)
    assert header_file.read(folder) == changed
    assert sorted(path.name for path in folder.iterdir()) == before


# ---- canonical JSON ----------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text()
    | st.floats(-1e15, 1e15),  # beyond them a whole number would be written that JSON can't hold exactly
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(JSON)
def test_one_value_has_one_form(value: Any) -> None:
    data = canonical.dump(value)
    assert canonical.dump(canonical.load(data, "it", limit=1 << 20)) == data
    pretty = json.dumps(value, indent=1).encode()
    if pretty != data:
        with pytest.raises(Damaged, match="canonical"):
            canonical.load(pretty, "it", limit=1 << 20)


def test_the_examples_of_rfc_8785() -> None:
    numbers = [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001]
    assert canonical.dump(numbers) == b"[333333333.3333333,1e+30,4.5,0.002,1e-27]"
    keys = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    assert [*json.loads(canonical.dump(keys))] == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1 << 60, b"bytes", {1: 2}, {"a": object()}, "\ud800"])
def test_what_json_can_not_hold_is_no_value(value: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any will do: none of it comes from a file
        canonical.dump(value)


def test_a_limit_is_a_limit() -> None:
    assert canonical.load(b'"abc"', "it", limit=5) == "abc"
    with pytest.raises(Damaged, match="larger"):
        canonical.load(b'"abc"', "it", limit=4)


# ---- extracted documents -----------------------------------------------------------------------------------------

BLOCKS = st.builds(
    Block,
    st.sampled_from(["heading", "paragraph", "list-item", "table-row", "picture"]),
    st.text(),
    st.integers(0, 9),
)
PAGES = st.builds(
    Page, st.integers(1, 9999), st.sampled_from(["text", "picture"]), st.floats(0, 1e4), st.floats(0, 1e4),
    st.lists(BLOCKS, max_size=4).map(tuple),
)  # fmt: skip


@given(st.builds(Document, st.lists(PAGES, max_size=4).map(tuple), st.lists(st.text(), max_size=3).map(tuple)))
def test_a_document_comes_back(document: Document) -> None:
    try:
        packed = document_json.pack(document)
    except UnicodeEncodeError:
        return  # half a surrogate pair is no text that the worker may answer with
    assert document_json.unpack(packed) == document


@given(st.binary(max_size=200), st.data())
def test_a_damaged_document_is_damage(noise: bytes, data: st.DataObject) -> None:
    packed = document_json.pack(Document((Page(1, "text", 0, 0, (Block("paragraph", "текст" * 20),)),)))
    cut = packed[: data.draw(st.integers(0, len(packed) - 1))]
    for bad in (noise, cut):
        with pytest.raises(Damaged):
            document_json.unpack(bad)


@pytest.mark.parametrize(
    "value", ["5", "[]", "{}", '{"pages":[],"notes":5}', '{"pages":[[]],"notes":[]}', '{"pages":[5],"notes":[]}']
)
def test_other_json_is_no_document(value: str) -> None:
    with pytest.raises(Damaged):
        document_json.unpack(zlib.compress(value.encode()))


def test_a_document_that_swells_is_damage() -> None:
    bomb = zlib.compressobj(1)
    data = b"".join([bomb.compress(bytes(1 << 20)) for _ in range(257)]) + bomb.flush()
    with pytest.raises(Damaged):
        document_json.unpack(data)


def test_places_and_parts_of_a_document_come_back() -> None:
    block = Block("paragraph", "Пришла Анна")
    words = (Word(0, 0, 6, Box(10, 5.5, 20, 2)), Word(0, 7, 11, Box(31, 5.5, 12, 2), 0.93))
    page = Page(1, "picture", 595, 842, (block,), words, (Box(1, 2, 3, 4),), (Box(5, 6, 7, 8),), ("ocr", "faces"), 1)
    plain = Page(2, "text", 0, 0, (Block("heading", "Приложение", 1),))
    parts = (Part((), "mail.eml", "message/rfc822"), Part((0, 2), "скан.pdf", "application/pdf", 1, 2, "damaged"))
    document = Document((page, plain), ("a note",), parts)
    assert document_json.unpack(document_json.pack(document)) == document


def test_a_page_of_text_alone_is_kept_as_before() -> None:
    packed = document_json.pack(Document((Page(1, "text", 0, 0, (Block("paragraph", "a"),)),)))
    assert json.loads(zlib.decompress(packed)) == {"notes": [], "pages": [[1, "text", 0, 0, [["paragraph", "a", 0]]]]}

"""Changed bytes anywhere in a vault: noticed, named, never returned; the rest stays readable."""

from __future__ import annotations

import json
import random
import resource
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import fault_lab
import pytest

from vault.crypto import kdf, slots
from vault.crypto.kdf import Argon2Parameters
from vault.errors import Damaged, NewerFormat
from vault.formats import header
from vault.formats.header import Header, SlotRecord
from vault.model.records import Evidence
from vault.store import header_file
from vault.usecases import doctor, items, opening
from vault.usecases.unlocked import UnlockedVault

PAGE = 4096
SEED = 20261121


@pytest.fixture
def mine(lab: fault_lab.Lab, tmp_path: Path) -> fault_lab.Lab:
    return lab.copy(tmp_path / "lab")


def flip(path: Path, at: int, bit: int = 0) -> None:
    """Change one bit of a file in its place."""
    with path.open("r+b") as file:
        file.seek(at)
        (old,) = file.read(1)
        file.seek(at)
        file.write(bytes([old ^ 1 << bit]))


def damaged(vault: UnlockedVault, *, read_data: bool = True) -> list[doctor.Finding]:
    """What the doctor calls damaged."""
    return [one for one in doctor.examine(vault, read_data=read_data) if one.level == "damaged"]


def noticed(lab: fault_lab.Lab) -> set[str]:
    """What is damaged, as the doctor names it; or the one thing without which nothing is opened."""
    try:
        with lab.open() as vault:
            return {one.subject for one in damaged(vault)}
    except Damaged as error:
        return {error.message.removeprefix("the ").removesuffix(" is damaged or was altered")}


def good_items(lab: fault_lab.Lab) -> set[str]:
    """The items that come out as they went in."""
    good = set()
    with lab.open() as vault:
        for item in vault.catalogue.all(Evidence):
            try:
                if fault_lab.content_hash(vault, item) == lab.earlier[item.id]:
                    good.add(item.id)
            except Damaged:
                continue
    return good


def restore(mine: fault_lab.Lab, lab: fault_lab.Lab, name: str) -> None:
    """Put one file of the vault back as it was, and what this device remembers of it."""
    shutil.copyfile(lab.vault / name, mine.vault / name)
    shutil.copytree(lab.state, mine.state, dirs_exist_ok=True)


# ---- vault.json ---------------------------------------------------------------------------------------------------


def test_every_bit_of_the_header_counts(mine: fault_lab.Lab) -> None:
    path = mine.vault / header_file.NAME
    whole = path.read_bytes()
    assert len(whole) > 300
    for at in range(len(whole)):
        for bit in range(8):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :])
            # A changed format number may look like that of a later version: refused too.
            with pytest.raises((Damaged, NewerFormat), match=r"vault\.json|format"):
                mine.open()
    path.write_bytes(whole)
    assert fault_lab.check_vault(mine) == []


@pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: data[: len(data) // 2], lambda _: b"",
                                    lambda data: data + b"\n", lambda data: data * 2])  # fmt: skip
def test_a_header_cut_off_or_extended(change: Callable[[bytes], bytes], mine: fault_lab.Lab) -> None:
    path = mine.vault / header_file.NAME
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(Damaged, match=r"vault\.json"):
        mine.open()
    found = fault_lab.run(mine.arguments("case", "list"))
    assert found.code == 13, found.stderr


def test_a_lost_header_is_not_taken_for_no_vault(mine: fault_lab.Lab) -> None:
    (mine.vault / header_file.NAME).unlink()
    found = fault_lab.run(mine.arguments("status"))
    assert found.code == 13, found.stderr
    assert "vault.json" in found.error["message"]


def _rewrite(mine: fault_lab.Lab, change: Callable[[Header], Header]) -> None:
    """Change the header as somebody would who knows the format but not the key: the checksum fits, the seal can't."""
    found = header_file.read(mine.vault)
    (mine.vault / header_file.NAME).write_bytes(change(found).dump())


def _slot(**members: object) -> Callable[[Header], Header]:
    def change(found: Header) -> Header:
        slot = SlotRecord({**found.slots[0].members, **members})
        return Header(found.vault, (slot,), found.mac, found.format)

    return change


def _passphrase_slot(memory_kib: int, passes: int, lanes: int = 1) -> Callable[[Header], Header]:
    return _slot(kind="passphrase", kdf="argon2id", memory_kib=memory_kib, passes=passes, lanes=lanes)


def test_a_forged_header_is_refused(mine: fault_lab.Lab, lab: fault_lab.Lab) -> None:
    extra = SlotRecord({"id": "S-0000", "kind": "recovery"})
    forgeries: list[Callable[[Header], Header]] = [
        lambda found: Header("V-000000000000", found.slots, found.mac),
        lambda found: Header(found.vault, (*found.slots, extra), found.mac),
        lambda found: Header(found.vault, found.slots, "0" * 64),
        lambda found: Header(found.vault, found.slots, ""),
    ]
    for forge in forgeries:
        restore(mine, lab, header_file.NAME)
        _rewrite(mine, forge)
        with pytest.raises(Damaged):
            mine.open()
    for salt in ("", "AAAA", 7):
        restore(mine, lab, header_file.NAME)
        _rewrite(mine, _slot(salt=salt))
        with pytest.raises(Damaged, match="key slot"):
            mine.open()


HOSTILE = {
    "1 TiB": (1 << 30, 3, 1),
    "just above the limit": (kdf.MAX_MEMORY_KIB + 1, 3, 1),
    "little memory": (kdf.MIN_MEMORY_KIB - 1, 3, 1),
    "8 KiB": (8, 3, 1),
    "1 pass": (512 * 1024, 1, 1),
    "no pass": (512 * 1024, 0, 1),
    "a million passes": (512 * 1024, 1_000_000, 1),
    "no lane": (512 * 1024, 3, 0),
    "many lanes": (512 * 1024, 3, 1 << 20),
    "negative": (-1, -1, -1),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_costs_are_refused_before_anything_is_allocated(name: str, mine: fault_lab.Lab) -> None:
    _rewrite(mine, _passphrase_slot(*HOSTILE[name]))
    with pytest.raises(Damaged, match="outside the allowed range"):
        opening.open_vault(mine.vault, slots.Passphrase("seven words that somebody would know"))
    with pytest.raises(Damaged):
        Argon2Parameters(*HOSTILE[name]).checked()


@pytest.mark.parametrize("name", ["1 TiB", "1 pass"])
def test_hostile_costs_at_the_command_line(name: str, mine: fault_lab.Lab) -> None:
    _rewrite(mine, _passphrase_slot(*HOSTILE[name]))
    secret = mine.base / "passphrase"
    secret.write_text("seven words that somebody would know\n")
    command = [*fault_lab.CASEVAULT, "--vault", str(mine.vault), "--json", "--passphrase-file", str(secret), "status"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    found = fault_lab.run(command)
    assert found.code == 13, found.stderr
    # Far below the 512 MiB that an honest slot takes.
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss <= max(before, 300 * 1024)


def test_a_newer_format_is_left_alone(mine: fault_lab.Lab) -> None:
    _rewrite(mine, lambda found: Header(found.vault, found.slots, found.mac, header.FORMAT + 1))
    before = {path: path.read_bytes() for path in mine.vault.rglob("*") if path.is_file()}
    found = fault_lab.run(mine.arguments("evidence", "list", mine.case))
    assert found.code == 1, found.stderr
    assert found.error["kind"] == "newer-format"
    assert {path: path.read_bytes() for path in mine.vault.rglob("*") if path.is_file()} == before


# ---- the two databases --------------------------------------------------------------------------------------------


def _places(size: int, count: int) -> Iterator[int]:
    """Each page's first, last and one random byte of some pages, the first page in any case."""
    draw = random.Random(SEED)
    pages = [0, *draw.sample(range(1, size // PAGE), count)]
    for page in pages:
        yield from (page * PAGE + at for at in (0, draw.randrange(1, PAGE - 1), PAGE - 1))


@pytest.mark.parametrize(("name", "subject"), [("catalog.db", "catalogue"), ("audit.db", "audit log")])
def test_every_page_of_a_database_counts(name: str, subject: str, mine: fault_lab.Lab, lab: fault_lab.Lab) -> None:
    opened = 0
    for at in _places((mine.vault / name).stat().st_size, 6):
        flip(mine.vault / name, at, at % 8)
        if at < PAGE:
            # Without its first page nothing can be read.
            with pytest.raises(Damaged, match=name):
                mine.open()
        else:
            assert subject in noticed(mine), at
            opened += 1
        for file in ("catalog.db", "audit.db"):
            for end in ("-wal", "-shm"):
                (mine.vault / (file + end)).unlink(missing_ok=True)
            restore(mine, lab, file)
    assert opened == 18
    assert fault_lab.check_vault(mine) == []


def test_what_a_damaged_catalogue_still_gives_is_right(mine: fault_lab.Lab, lab: fault_lab.Lab) -> None:
    whole, refusals = 0, list[str]()
    for page in range(1, (mine.vault / "catalog.db").stat().st_size // PAGE):
        flip(mine.vault / "catalog.db", page * PAGE + 100)
        try:
            with mine.open() as vault:
                for item in vault.catalogue.all(Evidence):
                    assert fault_lab.content_hash(vault, item) == lab.earlier[item.id]
                    whole += 1
        except Damaged as error:
            refusals.append(error.message)
        for end in ("-wal", "-shm"):
            (mine.vault / f"catalog.db{end}").unlink(missing_ok=True)
        restore(mine, lab, "catalog.db")
    assert all("catalog" in message for message in refusals), refusals
    assert whole > 3 * len(lab.earlier), "one page must not take everything with it"


@pytest.mark.parametrize("name", ["catalog.db", "audit.db"])
def test_a_database_lost_emptied_cut_or_of_another_vault(name: str, mine: fault_lab.Lab, tmp_path: Path) -> None:
    path = mine.vault / name
    whole = path.read_bytes()
    other = fault_lab.build(tmp_path / "other")
    for change in (None, b"", whole[:100], whole[: PAGE * 2], b"SQLite format 3\0" + whole[16:],
                   (other.vault / name).read_bytes(), bytes(len(whole))):  # fmt: skip
        path.unlink()
        if change is not None:
            path.write_bytes(change)
        found = fault_lab.run(mine.arguments("doctor"))
        assert found.code == 13, found.stderr
        for file in (name, f"{name}-wal", f"{name}-shm"):
            (mine.vault / file).unlink(missing_ok=True)
        path.write_bytes(whole)


def test_an_older_catalogue_put_back_is_noticed(mine: fault_lab.Lab, tmp_path: Path) -> None:
    old = (mine.vault / "catalog.db").read_bytes()
    (tmp_path / "note.json").write_text('{"note": "changed"}')
    changed = fault_lab.run(mine.arguments("evidence", "set", mine.binary, "--from", str(tmp_path / "note.json")))
    assert changed.code == 0, changed.stderr
    (mine.vault / "catalog.db").write_bytes(old)
    found = fault_lab.run(mine.arguments("doctor"))
    assert found.code == 13, found.stderr
    with mine.open() as vault:
        assert any(mine.binary in one.message for one in damaged(vault))
    assert good_items(mine) == set(mine.earlier)
    refused = fault_lab.run(
        mine.arguments("bundle", "create", mine.case, "--to", mine.recipient, "--only", mine.readable,
                       "--purpose", "filing", "--out", str(mine.bundle))
    )  # fmt: skip
    assert refused.code == 13, refused.stderr
    assert not mine.bundle.exists()


def test_the_doctor_deletes_nothing_that_an_older_catalogue_does_not_know(
    mine: fault_lab.Lab, tmp_path: Path
) -> None:
    old = (mine.vault / "catalog.db").read_bytes()
    (tmp_path / "new.bin").write_bytes(b"new")
    with mine.open() as vault:
        fault_lab.add(vault, mine.case, [tmp_path / "new.bin"])
    new = (mine.vault / "catalog.db").read_bytes()
    (mine.vault / "catalog.db").write_bytes(old)
    found = fault_lab.run(mine.arguments("doctor"))
    assert found.code == 13, found.stderr
    (mine.vault / "catalog.db").write_bytes(new)
    # Once the right one is back, its object is still there.
    assert len(fault_lab.check_vault(mine)) == 1


# ---- objects ------------------------------------------------------------------------------------------------------


def _object(lab: fault_lab.Lab, item: str) -> Path:
    with lab.open() as vault:
        return vault.objects.path(vault.catalogue.require(Evidence, item).object)


def _header_length(path: Path) -> int:
    data = path.read_bytes()
    return data.index(b"\n", data.index(b"\n--- ") + 1) + 1


def _regions(path: Path) -> dict[str, int]:
    start, size = _header_length(path), path.stat().st_size
    return {
        "version": 3, "stanza": start // 2, "header MAC": start - 10, "nonce": start + 3, "first chunk": start + 16,
        "its tag": start + 16 + 65536 + 15, "last chunk": size - 100, "last byte": size - 1,
    }  # fmt: skip


REGIONS = ["version", "stanza", "header MAC", "nonce", "first chunk", "its tag", "last chunk", "last byte"]


@pytest.mark.parametrize("region", REGIONS)
def test_a_flipped_bit_of_an_object(region: str, mine: fault_lab.Lab) -> None:
    path = _object(mine, mine.binary)
    at = _regions(path)[region]
    flip(path, at, at % 8)
    _check_only_this_is_damaged(mine)


def _check_only_this_is_damaged(mine: fault_lab.Lab) -> None:
    """`binary` is damaged and named; the rest is whole; nothing of it is given out; commands say 13."""
    assert good_items(mine) == set(mine.earlier) - {mine.binary}
    with mine.open() as vault:
        assert [one.subject for one in damaged(vault)] == [mine.binary]
        wrong = [one for one in items.verify(vault) if one.problem is not None]
        assert [one.evidence.id for one in wrong] == [mine.binary]
        assert mine.binary in str(wrong[0].problem)
    got = fault_lab.run(mine.arguments("evidence", "get", mine.binary, "--out", str(mine.got)))
    assert got.code == 13, got.stderr
    assert mine.binary in got.error["message"]
    assert {path.name for path in mine.room.iterdir()} == {"vault", "code", "state"}
    for words in (("doctor", "--read-data"), ("evidence", "verify")):
        found = fault_lab.run(mine.arguments(*words))
        assert found.code == 13, found.stderr
    rest = fault_lab.run(mine.arguments("evidence", "get", mine.readable, "--out", str(mine.got)))
    assert rest.code == 0, rest.stderr
    assert mine.got.read_bytes() == fault_lab.EARLIER["слово.txt"]


def _cut_byte(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _cut_chunk(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: _header_length(path) + 16 + 65552])


def _cut_to_header(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: _header_length(path)])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _extend(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def _repeat(path: Path) -> None:
    path.write_bytes(path.read_bytes() * 2)


def _remove(path: Path) -> None:
    path.unlink()


def _swap_chunks(path: Path) -> None:
    data, start = path.read_bytes(), _header_length(path) + 16
    first, second = data[start : start + 65552], data[start + 65552 :]
    path.write_bytes(data[:start] + second + first)


@pytest.mark.parametrize(
    "change", [_cut_byte, _cut_chunk, _cut_to_header, _empty, _extend, _repeat, _remove, _swap_chunks]
)
def test_an_object_cut_extended_or_gone(change: Callable[[Path], None], mine: fault_lab.Lab) -> None:
    change(_object(mine, mine.binary))
    _check_only_this_is_damaged(mine)


def test_an_object_exchanged_for_another_of_the_case(mine: fault_lab.Lab) -> None:
    shutil.copyfile(_object(mine, mine.readable), _object(mine, mine.binary))
    _check_only_this_is_damaged(mine)


def test_an_object_exchanged_for_one_of_another_case(mine: fault_lab.Lab, tmp_path: Path) -> None:
    from vault.usecases import cases

    (tmp_path / "same").write_bytes(fault_lab.EARLIER["first.bin"])
    with mine.open() as vault:
        other = cases.new(vault, "Другое дело")
        (added,) = fault_lab.add(vault, other.id, [tmp_path / "same"])
    # The very same bytes and size, but sealed to another case's key.
    shutil.copyfile(_object(mine, added.id), _object(mine, mine.binary))
    with mine.open() as vault:
        wrong = {one.evidence.id: one.problem for one in items.verify(vault) if one.problem is not None}
    assert set(wrong) == {mine.binary}


def test_an_object_of_the_same_bytes_from_a_later_adding(mine: fault_lab.Lab, tmp_path: Path) -> None:
    (tmp_path / "same").write_bytes(fault_lab.EARLIER["first.bin"])
    with mine.open() as vault:
        (added,) = fault_lab.add(vault, mine.case, [tmp_path / "same"])
    shutil.copyfile(_object(mine, added.id), _object(mine, mine.binary))
    with mine.open() as vault:
        wrong = {one.evidence.id for one in items.verify(vault) if one.problem is not None}
    assert wrong == {mine.binary}


def test_a_damaged_item_is_named_in_json(mine: fault_lab.Lab) -> None:
    flip(_object(mine, mine.binary), 4000)
    done = fault_lab.run(mine.arguments("evidence", "verify"))
    assert done.code == 13, done.stderr
    assert mine.binary in json.dumps(done.answer) + done.stderr

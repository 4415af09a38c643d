"""Stored files: exactly what was put in comes out, or Damaged; sizes and times say little; nothing is half there."""

from __future__ import annotations

import io
import os
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vault.crypto import age
from vault.errors import CasevaultError, Damaged, StorageFailed
from vault.formats.padding import MIN_BYTES, padded_length
from vault.store import objects
from vault.store.objects import BUFFER_BYTES, FIXED_TIME_NS, TRAILER_BYTES, ObjectStore, StoredObject

IDENTITY = age.X25519Identity.from_bytes(bytes(range(32)))
OTHER = age.X25519Identity.from_bytes(bytes(range(1, 33)))
AGE_CHUNK = 64 * 1024
CONTENT = bytes(n * 31 % 251 for n in range(200_000))


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    (tmp_path / "objects").mkdir()
    return ObjectStore(tmp_path / "objects")


def put(store: ObjectStore, data: bytes, identity: age.X25519Identity = IDENTITY) -> StoredObject:
    stored = store.put(io.BytesIO(data), [identity.recipient()])
    store.sync_folders([stored])
    return stored


def chunks(
    store: ObjectStore, stored: StoredObject, *, size: int | None = None, header_mac: bytes | None = None,
    identity: age.X25519Identity = IDENTITY,
) -> Iterator[bytes]:  # fmt: skip
    mac = stored.header_mac if header_mac is None else header_mac
    with store.open(stored.name, mac, stored.size if size is None else size, [identity], "E-1") as pieces:
        yield from pieces


def get(store: ObjectStore, stored: StoredObject, **changed: Any) -> bytes:
    return b"".join(chunks(store, stored, **changed))


# ---- round trips -------------------------------------------------------------------------------------------------

NEAR = st.integers(-20, 20)
SIZES = st.one_of(
    st.integers(0, 64),
    st.builds(lambda base, near: max(0, base + near), st.sampled_from([AGE_CHUNK, 2 * AGE_CHUNK, MIN_BYTES]), NEAR),
    st.builds(lambda n, near: padded_length(n) - TRAILER_BYTES + near, st.integers(MIN_BYTES, 400_000), NEAR),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=SIZES)
def test_whatever_goes_in_comes_out(store: ObjectStore, size: int) -> None:
    data = secrets.token_bytes(size)
    stored = put(store, data)
    assert get(store, stored) == data
    assert stored.size == size
    assert stored.stored_size == store.path(stored.name).stat().st_size


@pytest.mark.parametrize(
    "size",
    [0, 1, MIN_BYTES - TRAILER_BYTES, MIN_BYTES - TRAILER_BYTES + 1,
     BUFFER_BYTES - 1, BUFFER_BYTES, BUFFER_BYTES + 1, objects.BUFFERS * BUFFER_BYTES,
     objects.BUFFERS * BUFFER_BYTES + 1, (objects.BUFFERS + 2) * BUFFER_BYTES + 12345],
)  # fmt: skip
def test_the_boundaries_of_buffers_and_padding(store: ObjectStore, size: int) -> None:
    data = os.urandom(size)
    seen: list[int] = []
    stored = store.put(io.BytesIO(data), [IDENTITY.recipient()], seen.append)
    assert get(store, stored) == data
    assert sum(seen) == (size if size >= BUFFER_BYTES else 0)


def test_a_source_that_gives_little_at_a_time(store: ObjectStore) -> None:
    class Slow(io.RawIOBase):
        def __init__(self, data: bytes) -> None:
            self._data = data

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            step = min(len(buffer), 40_001, len(self._data))
            buffer[:step], self._data = self._data[:step], self._data[step:]
            return step

    data = os.urandom(2 * BUFFER_BYTES + 77)
    stored = store.put(Slow(data), [IDENTITY.recipient()])  # type: ignore[arg-type]
    assert get(store, stored) == data


def test_age_alone_opens_an_object(store: ObjectStore) -> None:
    """docs/recovery.md promises it: `age -d`, then the first LENGTH bytes; the length stands in the last eight."""
    data = b"content" * 9999
    stored = put(store, data)
    plain = io.BytesIO()
    with store.path(stored.name).open("rb") as file:
        age.decrypt(file, plain, [IDENTITY])
    whole = plain.getvalue()
    assert len(whole) == padded_length(len(data) + TRAILER_BYTES)
    assert int.from_bytes(whole[-TRAILER_BYTES:], "big") == len(data)
    assert whole[: len(data)] == data
    assert not any(whole[len(data) : -TRAILER_BYTES])


# ---- what an object tells ----------------------------------------------------------------------------------------


def test_sizes_fall_into_few_classes(store: ObjectStore) -> None:
    small = {put(store, bytes(size)).stored_size for size in (0, 1, 1000, 50_000, MIN_BYTES - TRAILER_BYTES)}
    assert len(small) == 1
    classes = {padded_length(size) for size in range(1_000_000, 1_100_000, 500)}
    assert len(classes) <= 5


def test_names_and_times_say_nothing(store: ObjectStore) -> None:
    first, second = put(store, b"same"), put(store, b"same")
    assert first.name != second.name
    assert first.header_mac != second.header_mac
    assert store.path(first.name).read_bytes() != store.path(second.name).read_bytes()
    for path in store.folder.rglob("*"):
        assert path.stat().st_mtime_ns == FIXED_TIME_NS, path


# ---- damage ------------------------------------------------------------------------------------------------------


def test_an_object_exchanged_for_another_is_refused_before_a_byte(store: ObjectStore) -> None:
    first, second = put(store, b"a" * 200_000), put(store, b"b" * 200_000)
    os.replace(store.path(second.name), store.path(first.name))
    with pytest.raises(Damaged, match="E-1 was swapped"):
        next(chunks(store, first))


def test_another_header_mac_is_refused_before_a_byte(store: ObjectStore) -> None:
    stored = put(store, b"a" * 200_000)
    with pytest.raises(Damaged, match="swapped"):
        next(chunks(store, stored, header_mac=bytes(32)))


def test_an_object_of_another_case_is_refused_before_a_byte(store: ObjectStore) -> None:
    stored = put(store, b"a" * 200_000, OTHER)
    with pytest.raises(Damaged, match="another case"):
        next(chunks(store, stored))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_in_the_place_of_an_object_is_named_at_once(store: ObjectStore) -> None:
    stored = put(store, b"a")
    path = store.path(stored.name)
    path.unlink()
    os.mkfifo(path)
    ended: list[str] = []

    def read() -> None:
        try:
            get(store, stored)
        except Damaged as error:
            ended.append(error.message)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(10)
    assert ended == ["what lies in the place of the stored file of E-1 is no file"]


def test_a_missing_object_is_named(store: ObjectStore) -> None:
    stored = put(store, b"a")
    store.remove(stored.name)
    store.remove(stored.name)
    with pytest.raises(Damaged, match="E-1 is missing"):
        get(store, stored)


@pytest.mark.parametrize(
    "name", ["", "..", "../../etc/passwd", "A" * 32, "0" * 31, "0" * 33, "0" * 32 + "\n", "0" * 31 + "/"]
)
def test_a_name_that_is_none_never_becomes_a_path(store: ObjectStore, name: str) -> None:
    with pytest.raises(Damaged, match="impossible"):
        store.path(name)


def released_before_the_error(store: ObjectStore, stored: StoredObject) -> bytes:
    out = bytearray()
    try:
        for chunk in chunks(store, stored):
            out += chunk
    except Damaged:
        return bytes(out)
    raise AssertionError("nothing was noticed")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), size=st.sampled_from([0, 1, 70_000, 200_000]))
def test_no_changed_byte_is_ever_released(store: ObjectStore, data: st.DataObject, size: int) -> None:
    """Flip, cut, extend, exchange: whatever came out until the error is a prefix of the truth."""
    content = CONTENT[:size]
    stored = put(store, content)
    path = store.path(stored.name)
    whole = path.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    kind = data.draw(st.sampled_from(["flip", "cut", "extend", "insert", "exchange"]))
    if kind == "flip":
        bad = whole[:place] + bytes([whole[place] ^ (1 << data.draw(st.integers(0, 7)))]) + whole[place + 1 :]
    elif kind == "cut":
        bad = whole[:place]
    elif kind == "extend":
        bad = whole + data.draw(st.binary(min_size=1, max_size=100))
    elif kind == "insert":
        bad = whole[:place] + b"\0" + whole[place:]
    else:
        block = AGE_CHUNK + 16
        bad = (
            whole[: -2 * block] + whole[-block:] + whole[-2 * block : -block] if len(whole) > 2 * block else whole[1:]
        )
    path.write_bytes(bad)
    assert content.startswith(released_before_the_error(store, stored))


@pytest.mark.parametrize("wrong", [0, 1, 199_999, 200_001, 300_000, 1 << 40])
def test_a_row_with_another_length_is_noticed(store: ObjectStore, wrong: int) -> None:
    stored = put(store, b"a" * 200_000)
    with pytest.raises(Damaged, match="another length"):
        get(store, stored, size=wrong)


# ---- nothing half ------------------------------------------------------------------------------------------------


class _Bursts(io.RawIOBase):
    """A source that fails after some bytes."""

    def __init__(self, good: int, error: BaseException) -> None:
        self._good, self._error = good, error

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._good <= 0:
            raise self._error
        step = min(len(buffer), self._good)
        self._good -= step
        return step


@pytest.mark.parametrize("good", [0, 1000, 3 * BUFFER_BYTES + 5])
@pytest.mark.parametrize("error", [CasevaultError("source"), KeyboardInterrupt(), OSError(5, "Input/output error")])
def test_a_source_that_fails_leaves_nothing(store: ObjectStore, good: int, error: BaseException) -> None:
    expected = StorageFailed if isinstance(error, OSError) else type(error)
    with pytest.raises(expected):
        store.put(_Bursts(good, error), [IDENTITY.recipient()])  # type: ignore[arg-type]
    assert [path for path in store.folder.rglob("*") if path.is_file()] == []


def test_a_folder_that_is_gone_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed):
        ObjectStore(tmp_path / "nothing").put(io.BytesIO(b"x"), [IDENTITY.recipient()])


def test_names_and_strays(store: ObjectStore) -> None:
    stored = put(store, b"x")
    folder = store.path(stored.name).parent
    half = folder / ("a" * 32 + ".part")
    strange = [half, folder / "notes.txt", store.folder / "top.age", store.folder / "zz"]
    for path in strange:
        path.write_bytes(b"")
    wrong_place = store.folder / "00" / ("f" * 32 + ".age")
    wrong_place.parent.mkdir(exist_ok=True)
    wrong_place.write_bytes(b"")
    assert set(store.strays()) == {*strange, wrong_place}
    assert stored.name in set(store.names())


# ---- padding -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "padded"),
    # Padmé keeps the top log2(log2 n) + 1 bits; 64 KiB is our own floor. Computed from the paper's algorithm 1.
    [(0, 65536), (1, 65536), (65536, 65536), (65537, 67584), (67584, 67584), (67585, 69632), (100_000, 100_352),
     (1_000_000, 1_015_808), (1 << 30, 1 << 30), ((1 << 30) + 1, (1 << 30) + (1 << 25))],
)  # fmt: skip
def test_padme(length: int, padded: int) -> None:
    assert padded_length(length) == padded


@given(length=st.integers(0, 1 << 60))
def test_padding_never_shrinks_and_costs_at_most_12_percent(length: int) -> None:
    padded = padded_length(length)
    assert padded >= max(length, MIN_BYTES)
    assert length <= MIN_BYTES or padded - length <= 0.12 * length
    assert padded_length(padded) == padded


def test_removing_leaves_no_time(store: ObjectStore) -> None:
    first, second = put(store, b"a"), put(store, b"b")
    store.remove(first.name)
    for folder in (store.folder, store.path(first.name).parent, store.path(second.name).parent):
        assert folder.stat().st_mtime_ns == FIXED_TIME_NS

    class Broken(io.RawIOBase):
        def readinto(self, buffer: Any) -> int:
            raise CasevaultError("gone")

    with pytest.raises(CasevaultError, match="gone"):
        store.put(Broken(), [IDENTITY.recipient()])  # type: ignore[arg-type]
    assert {path.stat().st_mtime_ns for path in (store.folder, *store.folder.iterdir())} == {FIXED_TIME_NS}


@pytest.mark.skipif(not hasattr(os, "O_NOATIME"), reason="only Linux can read unnoticed")
def test_reading_leaves_no_time(store: ObjectStore) -> None:
    stored = put(store, CONTENT)
    assert get(store, stored) == CONTENT
    assert store.path(stored.name).stat().st_atime_ns == FIXED_TIME_NS

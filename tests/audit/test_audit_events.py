"""What may be an event, and what its bytes are."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import fields, replace

import pytest
import rfc8785
from audit_make import WRITER, hexed
from hypothesis import given
from hypothesis import strategies as st

from vault.audit import entries as forms
from vault.audit.clock import SystemClock, boot_id, offset_text, time_text
from vault.errors import Damaged
from vault.formats import canonical
from vault.model import events
from vault.model.events import Disclosure, Event, RowState, Writer

FREE_TEXT = [
    "Ольга Ивановна",
    "Olga Kovalchuk",
    "olga",
    "OLGA",
    "протокол.pdf",
    "summons.pdf",
    "a b",
    "",
    '"',
    "C-7K3Q9\n",
    "ok\0",
    "../x",
    "+79125550142",
    "é",
    "lawyer.olga",
    "С-7K3Q9",  # the last with a Cyrillic С
]
TEXT_FIELDS = [
    ("action", "evidence.get"),
    ("case", "C-7K3Q9"),
    ("object", "ab" * 16),
    ("op", "cd" * 8),
    ("purpose", "review"),
    ("outcome", "ok"),
    ("digest", "ef" * 32),
    ("phase", "event"),
]


@pytest.mark.parametrize("text", FREE_TEXT)
def test_no_free_text_gets_into_any_field(text: str) -> None:
    event = Event("evidence.get", "event")
    for name, good in TEXT_FIELDS:
        replace(event, **{name: good})
        with pytest.raises(ValueError, match=r"."):
            replace(event, **{name: text})
    row = RowState("people", "ab" * 16, "cd" * 32)
    for name in ("row", "hash"):
        with pytest.raises(ValueError, match="row"):
            replace(row, **{name: text})
    given_away = Disclosure("R-7K3Q9N", "ab" * 32, "lawyer", "E-7K3Q9N2XY")
    for field in fields(Disclosure):
        with pytest.raises(ValueError, match=r"."):
            replace(given_away, **{field.name: text})
    for field in fields(Writer):
        with pytest.raises(ValueError, match=r"."):
            replace(WRITER, **{field.name: text})


@pytest.mark.parametrize("name", ["case", "object", "op", "digest", "action", "purpose"])
def test_other_types_are_refused(name: str) -> None:
    for value in (7, b"ab" * 8, ["C-7K3Q9"], ("ab",)):
        with pytest.raises((ValueError, TypeError)):
            Event(**{"action": "search", "phase": "event", name: value})


@pytest.mark.parametrize(
    "change",
    [
        {"count": -1},
        {"count": 10**15},
        {"count": True},
        {"bytes": 1.5},
        {"count": "1"},
        {"phase": "intent"},
        {"phase": "outcome", "op": "ab" * 8},
        {"phase": "intent", "op": "ab" * 8, "outcome": "ok"},
        {"rows": [RowState("people", "ab" * 16, None)]},
        {"rows": ("people",)},
        {"disclosure": "R-1"},
        {"rows": (RowState("people", "ab" * 16, None),) * (events.MAX_ROWS + 1)},
    ],
)
def test_shapes_that_are_refused(change: dict) -> None:
    with pytest.raises(ValueError, match=r"."):
        replace(Event("evidence.get", "event"), **change)


def test_the_last_gate_before_the_disk() -> None:
    """Even a value that got around the checks of Event is not written."""
    event = Event("evidence.get", "event")
    for name, value in (("object", "Ольга"), ("case", 'C-7K3Q9","x":"Olga'), ("action", "Olga")):
        forced = replace(event)
        object.__setattr__(forced, name, value)
        with pytest.raises(ValueError, match="does not take"):
            part(forced)
    writer = replace(WRITER)
    object.__setattr__(writer, "device", "laptop of Olga")
    with pytest.raises(ValueError, match="does not take"):
        forms.log_part(writer, seq=0, mono=0, salt="0" * 32)


def part(event: Event) -> bytes:
    n = 12 if event.case else None
    return forms.case_part(
        event, WRITER, n=n, time="2026-11-21T21:27:22.123Z", offset="+03:00", salt="0f" * 16
    ).string.encode()


def optional(values: st.SearchStrategy) -> st.SearchStrategy:
    return st.none() | values


def from_alphabet(letters: str, least: int, most: int) -> st.SearchStrategy:
    return st.text(letters, min_size=least, max_size=most)


HEX = "0123456789abcdef"
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
HASHES = from_alphabet(HEX, 64, 64)
ROWS = st.lists(
    st.builds(RowState, st.sampled_from(["people", "case_links"]), from_alphabet(HEX, 16, 64), optional(HASHES)),
    max_size=4,
)
NUMBERS = st.integers(0, events.MAX_NUMBER)
EVENTS = st.builds(
    Event,
    action=st.sampled_from(sorted(events.ACTIONS)),
    phase=st.just("outcome"),
    case=optional(from_alphabet(LETTERS, 5, 5).map("C-".__add__)),
    object=optional(from_alphabet(HEX, 16, 64)),
    rows=ROWS.map(tuple),
    op=from_alphabet(HEX, 16, 16),
    count=optional(NUMBERS),
    bytes=optional(NUMBERS),
    purpose=optional(st.sampled_from(sorted(events.PURPOSES))),
    outcome=st.sampled_from(sorted(events.OUTCOMES)),
    digest=optional(HASHES),
    disclosure=optional(
        st.builds(
            Disclosure,
            from_alphabet(LETTERS, 6, 6).map("R-".__add__),
            HASHES,
            st.sampled_from(sorted(events.PROFILES)),
            st.sampled_from(["oral", "none", "E-7K3Q9N2XY"]),
        )
    ),
)


@given(EVENTS, NUMBERS, NUMBERS)
def test_parts_are_canonical_json_and_read_back(event: Event, seq: int, mono: int) -> None:
    case_part = part(event)
    log_part = forms.log_part(WRITER, seq=seq, mono=mono, salt="0f" * 16).string.encode()
    for data in (case_part, log_part):
        assert canonical.dump(json.loads(data)) == data
    entry = forms.decode(case_part, log_part)
    for field in fields(Event):
        assert getattr(entry, field.name) == getattr(event, field.name)
    assert (entry.seq, entry.mono, entry.actor, entry.device) == (seq, mono, WRITER.actor, WRITER.device)
    assert (entry.session, entry.boot, entry.program) == (WRITER.session, WRITER.boot, WRITER.program)
    assert (entry.time, entry.offset) == ("2026-11-21T21:27:22.123Z", "+03:00")
    assert entry.n == (12 if event.case else None)


@given(EVENTS, st.data())
def test_no_other_bytes_are_read(event: Event, data: st.DataObject) -> None:
    """Whatever one byte is changed, left out or put in: it is refused, or is canonical and another entry."""
    good = part(event)
    log_part = forms.log_part(WRITER, seq=1, mono=2, salt="0f" * 16).string.encode()
    place = data.draw(st.integers(0, len(good) - 1))
    put = data.draw(st.binary(max_size=2))
    bad = good[:place] + put + good[place + 1 :]
    try:
        forms.decode(bad, log_part)
    except Damaged:
        return
    assert canonical.dump(json.loads(bad)) == bad


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"{}",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"action":"search"}',
        b'{"actor":"S-1","action":"search","offset":"+00:00"}',
    ],
)
def test_parts_that_are_none(bad: bytes) -> None:
    with pytest.raises(Damaged):
        forms.decode(bad, b"{}")


def test_leaf_is_rfc_6962_over_canonical_json() -> None:
    one, two = (base64.b64encode(hashlib.sha256(part).digest()).decode() for part in (b"one", b"two"))
    data = {"case": one, "log": two, "v": 1}
    assert forms.leaf(b"one", b"two") == hashlib.sha256(b"\0" + rfc8785.dumps(data)).digest()


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (4_102_444_800_007, "2100-01-01T00:00:00.007Z"),
        (1_795_296_442_123, "2026-11-21T21:27:22.123Z"),
        (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
    ],
)
def test_time_text(milliseconds: int, text: str) -> None:
    assert time_text(milliseconds) == text


def test_clock_and_boot() -> None:
    assert offset_text(0) == "+00:00"
    assert offset_text(-210) == "-03:30"
    clock = SystemClock()
    assert clock.wall() > 1_600_000_000_000
    assert clock.monotonic() <= clock.monotonic()
    first = boot_id(bytes(32))
    assert first == boot_id(bytes(32))
    assert first != boot_id(bytes([1]) * 32)
    assert len(first) == 8
    assert hexed("x", 8) != first

"""The map of cases: what it proves, what it refuses, and that it tells nothing of other cases."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import statistics

import pytest
from audit_make import SEED, hexed
from hypothesis import given
from hypothesis import strategies as st

from vault.audit import casemap
from vault.audit.casemap import CaseMap, CasePlace, CaseTrees, MapNote
from vault.audit.cosigner import HEADS, WITNESS, Cosigner
from vault.crypto import merkle, signing
from vault.errors import Damaged, Forged
from vault.formats import note as notes
from vault.formats.note import Note, Signature

KEY = bytes(range(32))
ORIGIN = "casevault/" + "5a" * 16
TIME = "2026-11-21T21:27:22.123Z"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def case_id(number: int) -> str:
    return "C-" + "".join(ALPHABET[number >> shift & 31] for shift in (20, 15, 10, 5, 0))


def leaf(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def some_state(cases: int, entries: int = 1) -> dict[str, casemap.CaseState]:
    trees = CaseTrees()
    for number in range(entries):
        for case in range(cases):
            trees.add(case_id(case), leaf(f"{case} {number}"))
    return trees.state()


def a_salt(size: int = 7, root: bytes = b"r" * 32) -> bytes:
    return casemap.salt(KEY, size, root)


def note_of(made: CaseMap) -> MapNote:
    return MapNote(ORIGIN, TIME, made.leaves, made.root)


def test_the_trees_of_cases_are_those_of_their_entries_alone() -> None:
    trees = CaseTrees()
    apart: dict[str, list[bytes]] = {}
    for number in range(100):
        case = [None, case_id(1), case_id(2)][number % 3] if number % 7 else case_id(3)
        trees.add(case, leaf(str(number)))
        if case is not None:
            apart.setdefault(case, []).append(leaf(str(number)))
    wanted = {case: (len(leaves), root_by_definition(leaves)) for case, leaves in apart.items()}
    assert trees.state() == wanted
    assert {case: casemap.case_root(leaves) for case, leaves in apart.items()} == {
        case: root for case, (_, root) in wanted.items()
    }


def root_by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, over leaf hashes, as it is written there."""
    if len(leaves) == 1:
        return leaves[0]
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    both = root_by_definition(leaves[:middle]) + root_by_definition(leaves[middle:])
    return hashlib.sha256(b"\x01" + both).digest()


def test_a_map_is_what_its_definition_says() -> None:
    state = some_state(3, entries=5)
    salt = hmac.digest(KEY, (7).to_bytes(8, "big") + b"r" * 32, "sha256")
    digests = []
    for case, (count, root) in state.items():
        own = hmac.digest(salt, b"case\0" + case.encode(), "sha256").hex()
        text = f'["{own}","{case}",{{"count":{count},"root":"{base64.b64encode(root).decode()}"}}]'
        digests.append(hashlib.sha256(text.encode()).digest())
    for number in range(4096 - 3):
        drawn = hmac.digest(salt, b"decoy\0" + number.to_bytes(8, "big"), "sha256")
        digests.append(hashlib.sha256(drawn).digest())
    leaves = [hashlib.sha256(b"\0" + digest).digest() for digest in sorted(digests)]
    made = CaseMap.build(state, a_salt())
    assert made.leaves == 4096
    assert made.root == root_by_definition(leaves)


@pytest.mark.parametrize(("cases", "leaves"), [(0, 4096), (1, 4096), (4095, 4096), (4096, 4096), (4097, 8192)])
def test_a_map_is_padded_with_decoys(cases: int, leaves: int) -> None:
    made = CaseMap.build(some_state(cases), a_salt())
    assert made.leaves == leaves
    for number in {0, cases // 2, cases - 1} & set(range(cases)):
        place = made.proof(case_id(number))
        assert place is not None
        casemap.verify_place(place, note_of(made))
    assert made.proof(case_id(cases)) is None


def changed(place: CasePlace) -> dict[str, CasePlace]:
    other = leaf("other")
    replace = dataclasses.replace
    return {
        "another case": replace(place, case=case_id(99)),
        "no case": replace(place, case="C-7K3Q9\n"),
        "one entry less": replace(place, count=place.count - 1),
        "one entry more": replace(place, count=place.count + 1),
        "no entries": replace(place, count=0),
        "another root": replace(place, root=other),
        "a short root": replace(place, root=other[:31]),
        "another salt": replace(place, salt=other),
        "a short salt": replace(place, salt=place.salt[:16]),
        "its neighbour's index": replace(place, index=place.index ^ 1),
        "an index outside": replace(place, index=place.index + 4096),
        "a negative index": replace(place, index=place.index - 4096),
        "a path too short": replace(place, hashes=place.hashes[:-1]),
        "a path too long": replace(place, hashes=(*place.hashes, other)),
        "another path": replace(place, hashes=(other, *place.hashes[1:])),
        "a path of other widths": replace(place, hashes=(other[:16], *place.hashes[1:])),
    }


PLACES = list(changed(CasePlace(case_id(1), 1, b"r" * 32, b"s" * 32, 1, (b"h" * 32,))))


@pytest.mark.parametrize("how", PLACES)
def test_a_place_that_is_not_in_the_map_is_refused(how: str) -> None:
    made = CaseMap.build(some_state(20, entries=3), a_salt())
    place = made.proof(case_id(7))
    assert place is not None
    casemap.verify_place(place, note_of(made))
    with pytest.raises(Forged):
        casemap.verify_place(changed(place)[how], note_of(made))


def test_a_place_of_an_older_map_is_not_in_a_newer_one() -> None:
    older, newer = (CaseMap.build(some_state(20, entries=count), a_salt(count)) for count in (2, 3))
    place = older.proof(case_id(7))
    assert place is not None
    with pytest.raises(Forged):
        casemap.verify_place(place, note_of(newer))


def test_every_map_has_salts_of_its_own() -> None:
    state = some_state(50)
    salts = [a_salt(7), a_salt(8), a_salt(7, b"q" * 32), casemap.salt(b"k" * 32, 7, b"r" * 32)]
    places = [CaseMap.build(state, one).proof(case_id(5)) for one in salts]
    assert all(place is not None for place in places)
    seen = [{place.salt, *place.hashes} for place in places if place is not None]
    assert all(not one & other for one in seen for other in seen if one is not other)


def test_places_and_paths_do_not_tell_how_many_cases_there_are() -> None:
    """Whoever guesses from the index or from the hashes beside the path: the same for one case as for 3,000."""

    def shown(cases: int, size: int) -> list[int]:
        place = CaseMap.build(some_state(cases), a_salt(size)).proof(case_id(0))
        assert place is not None
        assert len(place.hashes) == 12
        return [place.index, *(one[0] * 16 for one in place.hashes)]

    rounds = 64
    few = [shown(1, size) for size in range(rounds)]
    many = [shown(3000, size) for size in range(rounds)]
    # Uniform from 0 to 4095: the mean of 64 strays by 148, so that five of these are one in two million.
    for column in range(13):
        for one in (few, many):
            assert abs(statistics.mean(row[column] for row in one) - 2047) < 5 * 148


def test_a_neighbour_can_not_be_guessed_from_its_id() -> None:
    """Whoever has the extract of another case, under another map, finds it beside the path of neither."""
    state = some_state(2)
    made = CaseMap.build(state, a_salt(8))
    place, stale = made.proof(case_id(0)), CaseMap.build(state, a_salt(7)).proof(case_id(1))
    assert place is not None
    assert stale is not None
    for salt in (place.salt, stale.salt):
        text = f'["{salt.hex()}","{stale.case}",{{"count":1,"root":"{base64.b64encode(stale.root).decode()}"}}]'
        guess = merkle.leaf_hash(hashlib.sha256(text.encode()).digest())
        assert guess not in place.hashes


@given(st.integers(0, 24), st.binary(min_size=32, max_size=32), st.integers(0, 9999))
def test_notes_of_maps_are_read_as_they_are_written(power: int, root: bytes, milliseconds: int) -> None:
    time = f"2026-11-21T21:27:{milliseconds % 60:02d}.{milliseconds % 1000:03d}Z"
    if power < 12:
        with pytest.raises(ValueError, match="map"):
            MapNote(ORIGIN, time, 1 << power, root)
        return
    said = MapNote(ORIGIN, time, 1 << power, root)
    assert casemap.parse_note_text(said.text) == said


GOOD = MapNote(ORIGIN, TIME, 4096, hashlib.sha256(b"map").digest()).text


@pytest.mark.parametrize(
    "text",
    [
        "",
        GOOD[:-1],
        GOOD + "\n",
        GOOD + "more\n",
        "\n" + GOOD,
        GOOD.replace("map/v1", "map/v2"),
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("4096", "04096"),
        GOOD.replace("4096", "4097"),
        GOOD.replace("4096", "2048"),
        GOOD.replace("4096", "33554432"),
        GOOD.replace("4096", "٤٠٩٦"),
        GOOD.replace("2026-11-21T", "2026-11-21 "),
        GOOD.replace(ORIGIN, ORIGIN.upper()),
        GOOD.replace(ORIGIN, "casevault-witness/" + "5a" * 16),
        GOOD.replace("=\n", "\n"),
        # The last letter's two lowest bits are none of the root's.
        GOOD[:-3] + chr(ord(GOOD[-3]) + 1) + "=\n",
    ],
)
def test_other_texts_are_no_notes_of_maps(text: str) -> None:
    assert casemap.parse_note_text(GOOD).text == GOOD
    with pytest.raises(Damaged):
        casemap.parse_note_text(text)


# Signatures of a map's note.

LOG = signing.Signer(SEED)
LOG_KEY = signing.NoteKey(ORIGIN, LOG.public)
AUDITOR = Cosigner(WITNESS + "11" * 8, b"a" * 32)
OTHER = Cosigner(WITNESS + "22" * 8, b"b" * 32)
LAWYER = Cosigner(HEADS + "33" * 8, b"c" * 32)


def by_log(text: str = GOOD) -> Signature:
    return Signature(LOG_KEY.name, LOG_KEY.id, LOG.sign(text.encode()))


def signed(*signatures: Signature, text: str = GOOD) -> bytes:
    return notes.serialise(Note(text, signatures))


def test_a_witness_vouches_for_a_map() -> None:
    bytes_of_note = signed(by_log(), AUDITOR.sign(GOOD), OTHER.sign(GOOD))
    said, names = casemap.open_note(bytes_of_note, LOG_KEY, [AUDITOR.key])
    assert (said.text, names) == (GOOD, (AUDITOR.key.name,))
    both = casemap.open_note(bytes_of_note, LOG_KEY, [OTHER.key.plain, AUDITOR.key])[1]
    assert sorted(both) == [AUDITOR.key.name, OTHER.key.name]
    assert casemap.open_note(bytes_of_note, None, [AUDITOR.key])[1] == (AUDITOR.key.name,)
    assert casemap.open_note(bytes_of_note, LOG_KEY, [])[1] == ()


def test_a_key_for_heads_alone_vouches_for_no_map() -> None:
    bytes_of_note = signed(by_log(), LAWYER.sign(GOOD))
    assert casemap.open_note(bytes_of_note, LOG_KEY, [LAWYER.key])[1] == ()
    # Nor does its signature under a witness's name: the key id is not that of the name.
    moved = Signature(AUDITOR.key.name, AUDITOR.key.plain.id, LAWYER.sign(GOOD).signature)
    with pytest.raises(Forged):
        casemap.open_note(signed(by_log(), moved), LOG_KEY, [AUDITOR.key, LAWYER.key])
    alias = signing.CosignerKey(AUDITOR.key.name, LAWYER.key.public)
    assert casemap.open_note(bytes_of_note, LOG_KEY, [alias])[1] == ()


def test_a_cosignature_of_a_head_is_no_word_on_a_map() -> None:
    cosigned = AUDITOR.cosign(GOOD, 1_800_000_000)
    assert casemap.open_note(signed(by_log(), cosigned), LOG_KEY, [AUDITOR.key])[1] == ()
    bare = Signature(AUDITOR.key.name, AUDITOR.key.plain.id, cosigned.signature[8:])
    with pytest.raises(Forged):
        casemap.open_note(signed(by_log(), bare), LOG_KEY, [AUDITOR.key])


def test_notes_that_must_not_pass() -> None:
    good, known = AUDITOR.sign(GOOD), [AUDITOR.key]
    spoilt = Signature(good.name, good.key_id, bytes([good.signature[0] ^ 1]) + good.signature[1:])
    other_text = GOOD.replace("4096", "8192")
    another = signing.NoteKey("casevault/" + hexed("another", 32), LOG.public)
    cases = {
        "a witness alone, where the log's word is asked for": (signed(good), LOG_KEY),
        "a bad signature of a known witness": (signed(by_log(), spoilt), LOG_KEY),
        "a signature of another text": (signed(by_log(), AUDITOR.sign(other_text)), LOG_KEY),
        "two signatures of one witness": (signed(by_log(), good, good), LOG_KEY),
        "two signatures of the log": (signed(by_log(), by_log(), good), LOG_KEY),
        "a bad signature of the log": (signed(by_log(other_text), good), LOG_KEY),
        "another log": (signed(by_log(), good), another),
    }
    casemap.open_note(signed(by_log(), good), LOG_KEY, known)
    for bytes_of_note, log in cases.values():
        with pytest.raises(Forged):
            casemap.open_note(bytes_of_note, log, known)
    with pytest.raises(Damaged):
        casemap.open_note(notes.serialise(Note("casevault-map/v1\n", (by_log(),))), LOG_KEY, known)


def test_one_key_under_two_names_vouches_for_nothing() -> None:
    itself = signing.NoteKey(WITNESS + "44" * 8, LOG.public)
    with pytest.raises(Forged):
        casemap.open_note(signed(by_log()), LOG_KEY, [itself])
    twice = signing.NoteKey(WITNESS + "55" * 8, AUDITOR.key.public)
    with pytest.raises(Forged):
        casemap.open_note(signed(by_log(), AUDITOR.sign(GOOD)), LOG_KEY, [AUDITOR.key, twice])

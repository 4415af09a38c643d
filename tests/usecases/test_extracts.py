"""Extracts of one case, and proofs: complete where a witness says so, and silent about everything else.

Two readers: a forger who wants something to pass as complete, and the other side's lawyer, who wants to learn of
other cases from one extract, or from two.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import vaults
from witnessed import deposit, log_map, take_in

from vault.audit.casemap import case_root, salt
from vault.audit.cosigner import HEADS, WITNESS, Cosigner
from vault.crypto import age, merkle, signing
from vault.errors import CasevaultError, Damaged, Forged, NotAllowed, NotFound, OutputExists, Usage, WrongSecret
from vault.formats import audit_extract as form
from vault.formats import note as notes
from vault.formats import tlog_proof
from vault.formats.note import Note, Signature
from vault.model.events import Event
from vault.usecases import cases, extract_check, extracts, proofs, recipients
from vault.usecases.extract_check import CheckedExtract, CheckedProof
from vault.usecases.unlocked import UnlockedVault

AUDITOR = Cosigner(WITNESS + "11" * 8, b"a" * 32)
OTHER = Cosigner(WITNESS + "22" * 8, b"b" * 32)
LAWYER = Cosigner(HEADS + "33" * 8, b"c" * 32)
OWN = 6
"""Entries that `work` writes for a case that is new: its making, and two reads."""


def work(vault: UnlockedVault, case: str | None = None, reads: int = 2) -> str:
    """A case, new if none is named, and reads of it."""
    case = case or cases.new(vault, "Дело").id
    for _ in range(reads):
        cases.show(vault, case, purpose="review")
    return case


def made(vault: UnlockedVault, case: str, name: str = "extract.json") -> bytes:
    out = vault.folder.parent / name
    extracts.extract(vault, case, out)
    data = out.read_bytes()
    out.unlink()
    return data


def check(data: bytes, *keys: Cosigner, since: str | None = None) -> CheckedExtract:
    found = extract_check.check(data, [one.key.text for one in keys], since=since)
    assert isinstance(found, CheckedExtract)
    return found


@pytest.fixture
def case(vault: UnlockedVault) -> str:
    """A case between others."""
    work(vault)
    case = work(vault)
    work(vault)
    work(vault, case)
    return case


def test_an_extract_is_complete_under_the_auditors_key(vault: UnlockedVault, case: str) -> None:
    said = deposit(vault, AUDITOR)
    out = vault.folder.parent / "extract.json"
    told = extracts.extract(vault, case, out)
    assert told == extracts.Extracted(OWN + 5, OWN + 4, (AUDITOR.key.name,), said.time)
    found = check(out.read_bytes(), AUDITOR)
    assert found == CheckedExtract(
        log=vault.log.key.name,
        case=case,
        entries=OWN + 5,  # two more reads are four entries; the last one is the making of the extract
        vouched=OWN + 4,
        vouched_by=(AUDITOR.key.name,),
        until=said.time,
        last=[one.time for one in vault.log.entries(case=case)][-2],
        complete=True,
    )
    shown = [bytes(one[0], "ascii") for one in json.loads(out.read_bytes())["entries"]]
    stored = [part for part, _ in vault.log.stored() if f'"{case}"'.encode() in part]
    assert shown == stored[:-1]  # its outcome is written after it
    logged = [(one.action, one.phase, one.count, one.bytes) for one in vault.log.entries(case=case)][-2:]
    assert logged == [
        ("audit.extract", "intent", None, None),
        ("audit.extract", "outcome", OWN + 5, out.stat().st_size),
    ]


def test_later_entries_are_shown_and_not_vouched_for(vault: UnlockedVault, case: str) -> None:
    deposit(vault, AUDITOR)
    assert check(made(vault, case), AUDITOR).complete
    again = check(made(vault, case), AUDITOR)
    assert (again.entries, again.vouched, again.complete) == (OWN + 7, OWN + 4, True)  # making extracts hides nothing
    work(vault, case, reads=1)
    found = check(made(vault, case), AUDITOR)
    assert (found.entries, found.vouched, found.complete) == (OWN + 11, OWN + 4, False)
    deposit(vault, AUDITOR)
    found = check(made(vault, case), AUDITOR)
    assert (found.entries, found.vouched, found.complete) == (OWN + 13, OWN + 12, True)


def test_who_must_have_vouched(vault: UnlockedVault, case: str) -> None:
    assert not check(made(vault, case)).complete
    assert not check(made(vault, case), AUDITOR).complete  # nobody has vouched for anything
    take_in(vault, log_map(vault), LAWYER)
    assert not check(made(vault, case), LAWYER).complete  # a key for heads alone
    take_in(vault, log_map(vault), AUDITOR, vouching=False)
    assert not check(made(vault, case), AUDITOR).complete  # the head is cosigned, the map is not
    deposit(vault, AUDITOR)
    data = made(vault, case)
    nobody = check(data)
    assert (nobody.vouched, nobody.vouched_by, nobody.until, nobody.complete) == (0, (), None, False)
    assert not check(data, OTHER).complete  # somebody else's key
    assert not check(data, LAWYER).complete
    assert check(data, OTHER, AUDITOR, LAWYER).vouched_by == (AUDITOR.key.name,)
    take_in(vault, log_map(vault), AUDITOR, OTHER)
    assert set(check(made(vault, case), OTHER, AUDITOR).vouched_by) == {AUDITOR.key.name, OTHER.key.name}


def test_two_auditors_at_different_times(vault: UnlockedVault, case: str) -> None:
    """The newest map that somebody vouches for is shown, whoever that is."""
    deposit(vault, AUDITOR)
    work(vault, case)
    deposit(vault, OTHER)
    data = made(vault, case)
    assert check(data, OTHER).complete
    assert not check(data, AUDITOR).complete


def test_a_case_that_is_younger_than_the_map(vault: UnlockedVault) -> None:
    deposit(vault, AUDITOR)
    case = work(vault)
    found = check(made(vault, case), AUDITOR)
    assert (found.entries, found.vouched, found.complete) == (OWN + 1, 0, False)


def test_the_reader_says_up_to_when(vault: UnlockedVault, case: str) -> None:
    said = deposit(vault, AUDITOR)
    data = made(vault, case)
    assert check(data, AUDITOR, since=said.time).complete
    assert not check(data, AUDITOR, since="2999-01-01T00:00:00.000Z").complete


def test_the_logs_own_key(vault: UnlockedVault, case: str) -> None:
    data = made(vault, case)
    assert isinstance(extract_check.check(data, [vault.log.verifier]), CheckedExtract)
    same_name = signing.NoteKey(vault.log.key.name, AUDITOR.key.public)
    another = signing.NoteKey("casevault/" + "5a" * 16, vault.log.key.public)
    for key in (same_name, another):
        with pytest.raises(Forged) as caught:
            extract_check.check(data, [key.text])
        assert caught.value.kind == "other-log"
    with pytest.raises(Usage):
        extract_check.check(data, ["casevault-witness/"])
    with pytest.raises(Usage):
        extract_check.check(data, [Cosigner(f"{WITNESS}{n:016x}", b"%032d" % n).key.text for n in range(33)])


def test_sealed_to_a_recipient(vault: UnlockedVault, case: str, tmp_path: Path) -> None:
    deposit(vault, AUDITOR)
    identity = age.HybridIdentity.generate()
    to = recipients.add(vault, "lawyer", "Адвокат", age_key=identity.recipient().to_string()).id
    extracts.extract(vault, case, tmp_path / "extract.age", to)
    sealed = tmp_path / "extract.age"
    assert b"audit-extract" not in sealed.read_bytes()
    found = extract_check.check(sealed, [AUDITOR.key.text], [identity])
    assert isinstance(found, CheckedExtract)
    assert found.complete
    with pytest.raises(WrongSecret):
        extract_check.check(sealed, [AUDITOR.key.text])
    with pytest.raises(WrongSecret):
        extract_check.check(sealed, [], [age.X25519Identity.generate()])
    named = [one.object for one in vault.log.entries(case=case, action="audit.extract")]
    assert named == [vault.pseudonym(case, to)] * 2


def test_what_no_extract_is_made_of(vault: UnlockedVault, case: str, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    without = recipients.add(vault, "lawyer", "Адвокат").id
    gone = recipients.add(
        vault, "lawyer", "Адвокат", age_key=age.HybridIdentity.generate().recipient().to_string()
    ).id
    recipients.remove(vault, gone)
    before = vault.log.head().size
    for to in (without, gone):
        with pytest.raises(NotAllowed):
            extracts.extract(vault, case, out, to)
    with pytest.raises(NotFound):
        extracts.extract(vault, "C-00000", out)
    assert vault.log.head().size == before
    out.write_bytes(b"there")
    with pytest.raises(OutputExists):
        extracts.extract(vault, case, out)
    assert out.read_bytes() == b"there"


# The forger.


def resigned(vault: UnlockedVault, extract: form.Extract) -> bytes:
    """The extract with a statement that fits it: the holder has the log's key, and may sign what they like."""
    leaves = [extracts.leaf_of(*one) for one in extract.entries]
    root = None if extract.map is None else notes.parse(extract.map.note).text.split("\n")[4]
    text = form.statement(
        vault.log.key.name, extract.case, len(leaves), case_root(leaves), extract.vouched,
        None if root is None else base64.b64decode(root),
    )  # fmt: skip
    return form.serialise(
        dataclasses.replace(extract, statement=notes.serialise(Note(text, (vault.log.sign(text),))))
    )


Forgery = Callable[[form.Extract, form.Extract, form.Extract], form.Extract]
replace = dataclasses.replace


def _with_map(one: form.Extract, other: form.Extract) -> form.Extract:
    return replace(one, map=other.map, vouched=other.vouched)


def _place(one: form.Extract, **changes: Any) -> form.Extract:
    assert one.map is not None
    return replace(one, map=replace(one.map, **changes))


def _renamed(entry: form.ExtractEntry, old: bytes, new: bytes) -> form.ExtractEntry:
    return entry[0].replace(old, new), entry[1]


FORGERIES: dict[str, Forgery] = {
    # own: the extract; older: of the same case under an older map; other: of another case under the same map
    "an entry left out": lambda own, older, other: replace(own, entries=own.entries[:3] + own.entries[4:]),
    "an entry left out, not counted": lambda own, older, other: replace(
        own, entries=own.entries[:3] + own.entries[4:], vouched=own.vouched - 1
    ),
    "an entry left out, others counted anew": lambda own, older, other: replace(
        own,
        entries=own.entries[:3]
        + tuple(
            _renamed(one, b'"n":%d' % n, b'"n":%d' % (n - 1)) for n, one in enumerate(own.entries[4:], start=5)
        ),
        vouched=own.vouched - 1,
    ),
    "the first one left out": lambda own, older, other: replace(own, entries=own.entries[1:]),
    "the end cut off": lambda own, older, other: replace(
        own, entries=own.entries[: own.vouched - 1], vouched=own.vouched - 1
    ),
    "no entries": lambda own, older, other: replace(own, entries=(), vouched=0, map=None),
    "two changed about": lambda own, older, other: replace(
        own, entries=(own.entries[1], own.entries[0], *own.entries[2:])
    ),
    "one twice": lambda own, older, other: replace(own, entries=(own.entries[0], *own.entries)),
    "one of another case": lambda own, older, other: replace(
        own, entries=(*own.entries[:3], other.entries[3], *own.entries[4:])
    ),
    "one of another case, renamed": lambda own, older, other: replace(
        own,
        entries=(
            *own.entries[:3],
            _renamed(other.entries[3], other.case.encode(), own.case.encode()),
            *own.entries[4:],
        ),
    ),
    "another case's under this name": lambda own, older, other: replace(other, case=own.case),
    "another log part": lambda own, older, other: replace(
        own, entries=((own.entries[0][0], bytes(32)), *own.entries[1:])
    ),
    "another purpose": lambda own, older, other: replace(
        own, entries=tuple(_renamed(one, b'"review"', b'"hearing"') for one in own.entries)
    ),
    "bytes that mean the same": lambda own, older, other: replace(
        own, entries=((own.entries[0][0].replace(b",", b", ", 1), own.entries[0][1]), *own.entries[1:])
    ),
    "more vouched for than the map covers": lambda own, older, other: replace(own, vouched=own.vouched + 1),
    "less vouched for than the map covers": lambda own, older, other: replace(own, vouched=own.vouched - 1),
    "vouched for without a map": lambda own, older, other: replace(own, map=None),
    "the place of another case": lambda own, older, other: _with_map(own, other),
    "the note of an older map": lambda own, older, other: _place(own, note=older.map.note),  # type: ignore[union-attr]
    "an older map, and the newer count": lambda own, older, other: replace(
        _with_map(own, older), vouched=own.vouched
    ),
    "a newer map of fewer entries": lambda own, older, other: _with_map(older, own),
    "another salt": lambda own, older, other: _place(own, salt=bytes(32)),
    "another index": lambda own, older, other: _place(own, index=own.map.index ^ 1),  # type: ignore[union-attr]
    "an index far outside": lambda own, older, other: _place(own, index=0xFFFFFFFF),
    "a short path": lambda own, older, other: _place(own, hashes=own.map.hashes[:-1]),  # type: ignore[union-attr]
    "another log's key": lambda own, older, other: replace(
        own, log=signing.NoteKey("casevault/" + "5a" * 16, AUDITOR.key.public).text
    ),
    "a witness as the log": lambda own, older, other: replace(own, log=AUDITOR.key.plain.text),
}  # fmt: skip


@dataclasses.dataclass
class Scene:
    """A vault whose cases were vouched for twice, and what its holder then has in hand."""

    vault: UnlockedVault
    own: form.Extract
    older: form.Extract
    other: form.Extract
    older_bytes: bytes


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with vaults.new_vault(tmp_path_factory.mktemp("forger") / "vault") as vault:
        case, other = work(vault), work(vault)
        deposit(vault, AUDITOR)
        older = made(vault, case)
        work(vault, case)
        deposit(vault, AUDITOR)
        own, beside = made(vault, case), made(vault, other)
        assert check(own, AUDITOR).complete
        assert check(older, AUDITOR).complete
        yield Scene(vault, *(form.parse(one) for one in (own, older, beside)), older)


@pytest.mark.parametrize("how", FORGERIES)
def test_no_forgery_passes(scene: Scene, how: str) -> None:
    """Neither somebody else's, under the statement that was there, nor the holder's, who signs another."""
    forged = FORGERIES[how](scene.own, scene.older, scene.other)
    for data in (form.serialise(forged), resigned(scene.vault, forged)):
        with pytest.raises(Damaged):
            check(data, AUDITOR)


def test_an_older_map_does_not_pass_for_a_newer_one(scene: Scene) -> None:
    """Together with the newer entries it leaves them unvouched; alone it says its own time."""
    mixed = _with_map(scene.own, scene.older)
    with pytest.raises(Forged):
        check(form.serialise(mixed), AUDITOR)
    found = check(resigned(scene.vault, mixed), AUDITOR)
    assert not found.complete
    assert (found.entries, found.vouched) == (len(scene.own.entries), scene.older.vouched)
    newest = check(resigned(scene.vault, scene.own), AUDITOR)
    old = check(scene.older_bytes, AUDITOR)
    assert old.until is not None
    assert newest.until is not None
    assert old.until < newest.until
    assert not check(scene.older_bytes, AUDITOR, since=newest.until).complete


def test_a_map_that_only_its_holder_signed(scene: Scene) -> None:
    """Under a map that leaves an entry out, signed by the log and by whoever the holder likes."""
    said = notes.parse(scene.own.map.note).text if scene.own.map else ""
    for signatures in (
        (scene.vault.log.sign(said),),
        (scene.vault.log.sign(said), LAWYER.sign(said)),
        (scene.vault.log.sign(said), OTHER.sign(said)),
        (scene.vault.log.sign(said), AUDITOR.cosign(said, 1_800_000_000)),
    ):
        note = notes.serialise(Note(said, signatures))
        found = check(resigned(scene.vault, _place(scene.own, note=note)), AUDITOR, LAWYER)
        assert (found.vouched, found.vouched_by, found.complete) == (0, (), False)
    stolen = Signature(AUDITOR.key.name, AUDITOR.key.plain.id, LAWYER.sign(said).signature)
    for signatures in ((scene.vault.log.sign(said), stolen), (AUDITOR.sign(said),)):
        with pytest.raises(Forged):
            check(resigned(scene.vault, _place(scene.own, note=notes.serialise(Note(said, signatures)))), AUDITOR)


def test_every_flipped_byte_is_noticed(scene: Scene) -> None:
    data = form.serialise(scene.own)
    places = random.Random(5).sample(range(len(data)), 300)
    for place in places:
        flipped = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        try:
            found = check(flipped, AUDITOR)
        except Damaged:
            continue
        assert not found.complete, f"byte {place} may be changed"  # it made a stranger of the witness


def test_damaged_extracts(scene: Scene) -> None:
    data = form.serialise(scene.own)
    members = json.loads(data)

    def dumped(**changes: object) -> bytes:
        text = json.dumps({**members, **changes}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return text.encode("utf-8", "surrogatepass")

    assert dumped() == data
    hostile: list[bytes] = [
        b"", b"{", b"[]", b"null", b"\xff\xfe{}", data[:-1], data + b"\n", b" " + data,
        data.decode().encode("utf-16"),
        dumped(v=2), dumped(v=True), dumped(v="1"), dumped(more=1), dumped(entries={}), dumped(entries=[[]]),
        dumped(entries=[["{}", "AA=="]]), dumped(entries=[[1, 2]]), dumped(entries=None), dumped(case="C-OIL"),
        dumped(vouched=-1), dumped(vouched=1e3), dumped(vouched=10**30), dumped(map=[]), dumped(map={}),
        dumped(log=5), dumped(log="x" * 10_000_000), dumped(statement="\ud800"), dumped(statement=""),
        dumped(map={**members["map"], "index": "1"}), dumped(map={**members["map"], "index": "-0000001"}),
        dumped(map={**members["map"], "salt": "0"}), dumped(map={**members["map"], "hashes": ["x"] * 1000}),
        b"[" * 1_000_000, b'{"a":' * 100_000, b"9" * 1_000_000, b"x" * 10_000_000,
        data.replace(b'"case":', b'"case":"C-00000","case":', 1),
        dumped(statement="x").replace(b'"x"', b'"\\ud800"'), json.dumps(members).encode(),
    ]  # fmt: skip
    for untrusted in hostile:
        with pytest.raises(Damaged):
            check(untrusted, AUDITOR)


# The other side's lawyer.


def numbers(value: object) -> list[object]:
    """Every number in a JSON value, those inside of entries too, in order."""
    if isinstance(value, dict):
        return [found for name in sorted(value) for found in numbers(value[name])]
    if isinstance(value, list):
        return [found for one in value for found in numbers(one)]
    if isinstance(value, str) and value.startswith("{"):
        return numbers(json.loads(value))
    return [value] if isinstance(value, int | float) else []


def shape(value: object) -> object:
    """A JSON value with the length of each text in its place: what is left when nothing random can be read."""
    if isinstance(value, dict):
        return {name: shape(one) for name, one in value.items()}
    if isinstance(value, list):
        return [shape(one) for one in value]
    if isinstance(value, str):
        return shape(json.loads(value)) if value.startswith("{") else [len(line) for line in value.split("\n")]
    return value


def busy(vault: UnlockedVault, count: int) -> list[str]:
    """Other cases and what goes on in none: a lot of both."""
    found = []
    for _ in range(count):
        found.append(work(vault, reads=3))
        cases.listing(vault)
    return found


def quiet(vault: UnlockedVault, count: int) -> list[str]:
    """Nothing at all."""
    return []


def two_extracts(
    folder: Path, around: Callable[[UnlockedVault, int], list[str]]
) -> tuple[list[bytes], UnlockedVault]:
    """Two extracts of one case in vaults that differ in nothing but what goes on around it."""
    vault = vaults.new_vault(folder)
    around(vault, 12)
    case = work(vault)
    around(vault, 9)
    work(vault, case)
    deposit(vault, AUDITOR)
    around(vault, 5)
    first = made(vault, case)
    around(vault, 30)
    deposit(vault, AUDITOR)
    around(vault, 7)
    return [first, made(vault, case)], vault


def test_nothing_about_other_cases_can_be_learned(tmp_path: Path) -> None:
    """Neither their number nor that of their entries: not from lengths, numbers and shapes, not from two files."""
    busier, vault = two_extracts(tmp_path / "busy", busy)
    quieter, calm = two_extracts(tmp_path / "quiet", quiet)
    try:
        assert vault.log.head().size > 10 * calm.log.head().size
        assert len(vault.log.case_heads()) == 64
        assert len(calm.log.case_heads()) == 1
        for one, other in zip(busier, quieter, strict=True):
            assert check(one, AUDITOR).complete
            assert len(one) == len(other)
            assert numbers(json.loads(one)) == numbers(json.loads(other))
            assert shape(json.loads(one)) == shape(json.loads(other))
        _nothing_in_common(busier)
        _nothing_in_common(quieter)
        _nothing_of_the_log(busier, vault)
    finally:
        vault.close()
        calm.close()


def _nothing_in_common(pair: list[bytes]) -> None:
    """No salt and no hash of one map is in the other: what stayed the same looks like what did not."""
    first, second = (form.parse(one).map for one in pair)
    assert first is not None
    assert second is not None
    assert not {first.salt, *first.hashes} & {second.salt, *second.hashes}


def _nothing_of_the_log(pair: list[bytes], vault: UnlockedVault) -> None:
    """What stands in the log outside of the case's own part: in no form that a file could hold."""
    case = form.parse(pair[0]).case
    size = vault.log.head().size
    secret: set[bytes] = {str(size).encode()} if size > 999 else set()
    hidden: list[bytes] = [vault.log.root_at(at) for at in range(size + 1)]
    for one, (case_part, log_part) in zip(vault.log.entries(), vault.log.stored(), strict=True):
        secret |= {one.boot.encode(), one.device.encode(), one.session.encode()}
        secret.add(json.loads(log_part)["salt"].encode())
        if one.case != case:
            secret |= {value.encode() for value in (one.case, one.op, one.object) if value}
            secret.add(json.loads(case_part)["salt"].encode())
            hidden += [extracts.leaf_of(case_part, hashlib.sha256(log_part).digest())]
            hidden += [hashlib.sha256(part).digest() for part in (case_part, log_part)]
    for other in vault.log.case_heads():
        if other != case:
            hidden.append(vault.log.case_heads()[other].last)
    sizes = [one.size for one in vault.log.kept.cosigned()]
    hidden += [vault.keys.audit_map, *(salt(vault.keys.audit_map, at, vault.log.root_at(at)) for at in sizes)]
    secret.add(vault.header.vault.encode())
    for data in pair:
        for value in hidden:
            secret_forms = (value.hex().encode(), base64.b64encode(value), base64.b64encode(value)[:22])
            assert not any(one in data for one in secret_forms)
        assert [one for one in secret if one in data] == []


def test_two_cases_of_one_map_side_by_side(tmp_path: Path) -> None:
    """Whoever has two clients' extracts sees that one log wrote both, and nothing of a third case."""
    with vaults.new_vault(tmp_path / "vault") as vault:
        one, other, third = work(vault), work(vault), work(vault)
        deposit(vault, AUDITOR)
        pair = [made(vault, one), made(vault, other)]
        third_place = form.parse(made(vault, third)).map
    assert third_place is not None
    found = [form.parse(data) for data in pair]
    assert found[0].map is not None
    assert found[1].map is not None
    assert found[0].map.note == found[1].map.note
    assert found[0].map.salt != found[1].map.salt
    for data in pair:
        assert third.encode() not in data
        assert third_place.salt.hex().encode() not in data
    salts = {json.loads(part)["salt"] for extract in found for part, _ in extract.entries}
    assert len(salts) == sum(len(extract.entries) for extract in found)


# The log itself is not what it was.


def test_a_log_that_left_its_map_gives_no_extract(vault: UnlockedVault, case: str) -> None:
    """A map note that the log does not lead to: made up, or from a log that was put back since."""
    said = log_map(vault)
    take_in(vault, dataclasses.replace(said, root=hashlib.sha256(b"another").digest()), AUDITOR)
    with pytest.raises(Damaged):
        made(vault, case)
    last = list(vault.log.entries(case=case))[-1]
    assert (last.action, last.outcome) == ("audit.extract", "failed")


def test_an_altered_entry_gives_no_extract(vault: UnlockedVault, case: str) -> None:
    deposit(vault, AUDITOR)
    stored = list(vault.log.stored())
    seq = next(at for at, (part, _) in enumerate(stored) if f'"{case}"'.encode() in part)
    altered = stored[seq][0].replace(b'"ok"', b'"no"').replace(b'"phase":"intent"', b'"phase":"event" ')[:-1] + b"}"
    vault.log._db.execute("UPDATE entries SET case_part = ? WHERE seq = ?", (altered, seq))
    vault.log._db.commit()
    with pytest.raises(Damaged):
        made(vault, case)


# Proofs.


def proven(data: bytes, *keys: signing.NoteKey) -> CheckedProof:
    found = extract_check.check(data, [one.text for one in keys])
    assert isinstance(found, CheckedProof)
    return found


def test_a_proof_under_the_newest_cosigned_head(vault: UnlockedVault, case: str) -> None:
    deposit(vault, AUDITOR, LAWYER)
    covered = vault.log.kept.latest_cosigned()
    assert covered is not None
    work(vault, case)
    one = proofs.proof(vault, 5)
    assert (one.size, one.cosigned_by) == (covered.size, (AUDITOR.key.name, LAWYER.key.name))
    found = proven(one.data, vault.log.key, AUDITOR.key)
    assert (found.log, found.index, found.size) == (vault.log.key.name, 5, covered.size)
    assert found.signed_by == (vault.log.key.name, AUDITOR.key.name)
    case_part, log_part = next(vault.log.stored(5, 6))
    digests = [base64.b64encode(hashlib.sha256(part).digest()).decode() for part in (case_part, log_part)]
    assert json.loads(found.leaf) == {"case": digests[0], "log": digests[1], "v": 1}
    assert proven(one.data, LAWYER.key).signed_by == (LAWYER.key.name,)
    last = vault.log.head().size - 1
    newer = proofs.proof(vault, last)
    assert (newer.size, newer.cosigned_by) == (last + 2, ())  # its own entry is under the head too
    assert proven(newer.data, vault.log.key).signed_by == (vault.log.key.name,)
    with pytest.raises(Forged):
        proven(newer.data, AUDITOR.key)
    logged = list(vault.log.entries(action="audit.proof"))
    assert len(logged) == 2
    assert all(entry.count is None and entry.object is None and entry.digest is None for entry in logged)


def test_a_proof_rests_on_the_auditor_where_somebody_else_cosigned_last(vault: UnlockedVault, case: str) -> None:
    deposit(vault, AUDITOR)
    by_auditor = vault.log.kept.latest_cosigned()
    work(vault, case)
    after = vault.log.head().size - 1
    take_in(vault, None, LAWYER)
    by_lawyer = vault.log.kept.latest_cosigned()
    assert by_auditor is not None
    assert by_lawyer is not None
    one = proofs.proof(vault, 5)
    assert (one.size, one.cosigned_by) == (by_auditor.size, (AUDITOR.key.name,))
    assert proven(one.data, AUDITOR.key).signed_by == (AUDITOR.key.name,)
    late = proofs.proof(vault, after)
    assert (late.size, late.cosigned_by) == (by_lawyer.size, (LAWYER.key.name,))


def test_proofs_that_must_not_pass(vault: UnlockedVault, case: str) -> None:
    deposit(vault, AUDITOR)
    good = tlog_proof.parse(proofs.proof(vault, 5).data)
    other = tlog_proof.parse(proofs.proof(vault, 6).data)
    bad = (
        replace(good, index=6),
        replace(good, hashes=other.hashes),
        replace(good, hashes=good.hashes[:-1]),
        replace(good, extra=other.extra),
        replace(good, extra=b""),
        replace(good, extra=b"\x00" + bytes(64)),
        replace(good, checkpoint=vault.log.head().checkpoint),
        replace(good, index=10**9),
    )
    for one in bad:
        with pytest.raises(Damaged):
            proven(tlog_proof.serialise(one), vault.log.key, AUDITOR.key)
    data = tlog_proof.serialise(good)
    with pytest.raises(Usage):
        proven(data)
    for key in (OTHER.key, signing.NoteKey("casevault/" + "5a" * 16, vault.log.key.public)):
        with pytest.raises(Forged):
            proven(data, key)
    for seq in (-1, vault.log.head().size + 5):
        with pytest.raises(NotFound):
            proofs.proof(vault, seq)


def test_a_proof_is_small_and_quick(vault: UnlockedVault) -> None:
    events = [Event("case.show", "event", case=f"C-{n % 50:05d}", outcome="ok") for n in range(5_000)]
    vault.log.append(events, vault.writer)
    deposit(vault, AUDITOR)
    proofs.proof(vault, 1)
    begun = time.process_time()
    for seq in range(100, 110):
        one = proofs.proof(vault, seq)
    assert (time.process_time() - begun) / 10 < 0.05
    # 5,000 entries need 13 hashes, a million 20: seven more lines of 45 bytes.
    assert len(one.data) + 7 * 45 <= 2048


def test_a_proof_by_way_of_the_case(vault: UnlockedVault, case: str) -> None:
    assert proofs.case_proof(vault, case, 1) is None
    deposit(vault, AUDITOR)
    last = vault.log.case_heads()[case].n
    for n in (1, 2, last):
        one = proofs.case_proof(vault, case, n)
        assert one is not None
        assert one.case_part == [part for part, _ in vault.log.stored() if f'"{case}"'.encode() in part][n - 1]
        assert proofs.verify_case_proof(one, vault.log.key, [AUDITOR.key, LAWYER.key]) == (AUDITOR.key.name,)
        assert proofs.verify_case_proof(one, vault.log.key, [LAWYER.key]) == ()
        for bad in (
            replace(one, n=n + 1),
            replace(one, log_digest=bytes(32)),
            replace(one, case_part=one.case_part.replace(case.encode(), b"C-00000")),
            replace(one, hashes=one.hashes[1:]),
            replace(one, place=replace(one.place, count=one.place.count + 1)),
            replace(one, place=replace(one.place, case="C-00000")),
        ):
            with pytest.raises(Damaged):
                proofs.verify_case_proof(bad, vault.log.key, [AUDITOR.key])
    work(vault, case)
    assert proofs.case_proof(vault, case, last + 1) is None  # not covered yet
    with pytest.raises(NotFound):
        proofs.case_proof(vault, case, last + 100)


def test_no_log_no_extract(vault: UnlockedVault, case: str, tmp_path: Path) -> None:
    """What can't be logged is not written out."""
    vault.log._db.execute("PRAGMA query_only = ON")
    with pytest.raises(CasevaultError):
        extracts.extract(vault, case, tmp_path / "out.json")
    assert not (tmp_path / "out.json").exists()
    with pytest.raises(CasevaultError):
        proofs.proof(vault, 0)


def test_roots_of_cases_are_in_no_extract_of_another(scene: Scene) -> None:
    """The other case's extract, under the very same map, shares no entry and no leaf with this one."""
    own = {extracts.leaf_of(*one) for one in scene.own.entries}
    other = {extracts.leaf_of(*one) for one in scene.other.entries}
    assert not own & other
    assert merkle.leaf_hash(b"") not in own

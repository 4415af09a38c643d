"""Exports and answers by somebody who wishes the auditor or the case manager ill, given to the real program."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import audit_forge as forge
import pytest
from cli_tools import PROGRAM, Done, Scratch, environment, new_scratch, run

from commands import exits
from vault.audit import heads
from vault.crypto import age, signing, slots
from vault.formats import audit_export, canonical
from vault.formats import note as notes
from vault.formats.audit_export import Front, Parts
from vault.formats.note import Note, Signature
from vault.usecases import keygen, opening

MIB = 1 << 20
MEMORY = 120 * MIB
"""What a check may take, whatever it is given; the program alone takes half of it."""
Change = Callable[[Front, list[Parts], signing.Signer], tuple[Front, list[Parts]]]


@dataclass(frozen=True)
class Office:
    """A vault, an auditor who has cosigned it once, and its second export, which nobody has checked yet."""

    folder: Path
    laptop: Scratch
    recipient: str
    export: Path

    @property
    def identity(self) -> Path:
        return self.folder / "auditor.txt"

    @property
    def age_key(self) -> age.Recipient:
        return age.parse_recipient(keygen_of(self.identity)[0])

    def signer(self) -> signing.Signer:
        """The log's own key, as a thief has it."""
        code = slots.RecoveryCode.parse(self.laptop.sheet.read_text().splitlines()[0])
        with opening.open_vault(self.laptop.vault, code) as vault:
            return signing.Signer(vault.keys.audit_signing)

    def parts(self) -> tuple[Front, list[Parts]]:
        return forge.opened(self.export, keygen.identities(self.identity.read_bytes()))

    def state(self) -> dict[str, bytes]:
        """What is remembered, byte for byte."""
        return {
            path.name: path.read_bytes() for path in (self.folder / "logs").iterdir() if path.name != "vault.lock"
        }

    def auditor(self, *words: str | Path) -> Done:
        return run("audit", *words, "--identity", self.identity, "--json", cwd=self.folder)

    def check(self, path: Path) -> Done:
        return self.auditor("check", path, "--state", "logs")

    def refused(self, path: Path) -> Done:
        """Neither checked nor cosigned, and nothing of it is remembered."""
        before = self.state()
        found = self.check(path)
        answer = self.folder / f"{path.name}.answer"
        signed = self.auditor("cosign", path, "--state", "logs", "--out", answer)
        assert found.code == signed.code == exits.DAMAGED, found.out + found.err + signed.err
        assert not answer.exists()
        assert self.state() == before
        assert not [one for one in (self.folder / "logs").iterdir() if one.name.endswith(".part")]
        return found


def keygen_of(path: Path) -> tuple[str, str]:
    """The two public keys of a file."""
    lines = [line.partition(": ")[2] for line in path.read_text().splitlines() if "key: " in line]
    return lines[0], lines[1]


def kinds(done: Done) -> set[str]:
    return {one["kind"] for one in json.loads(done.out)["findings"]}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder = tmp_path_factory.mktemp("office")
    laptop = new_scratch(folder / "laptop")
    assert run("keygen", "--out", folder / "auditor.txt", "--no-passphrase", "--x25519", "--json").code == 0
    recipient = note_auditor(laptop, folder / "auditor.txt")
    laptop.case()
    made = Office(folder, laptop, recipient, folder / "second.age")
    first, answer = folder / "first.age", folder / "first.answer"
    laptop.json("audit", "export", "--to", recipient, "--out", first)
    assert made.auditor("check", first, "--state", "logs").code == 0
    assert made.auditor("cosign", first, "--state", "logs", "--out", answer).code == 0
    laptop.json("audit", "accept", answer)
    for title in ("Второе", "Третье"):
        laptop.case(title)
    laptop.json("audit", "export", "--to", recipient, "--out", made.export)
    return made


def note_auditor(laptop: Scratch, identity: Path) -> str:
    age_key, verifier = keygen_of(identity)
    words = ["recipient", "add", "--role", "auditor", "--age-key", age_key, "--verifier", verifier, "--from", "-"]
    return str(laptop.json(*words, stdin='{"name": "Auditor"}')["recipient"]["id"])


def test_what_is_changed_below_was_good_before(office: Office, tmp_path: Path) -> None:
    shutil.copytree(office.folder / "logs", tmp_path / "logs")
    done = run("audit", "check", office.export, "--state", tmp_path / "logs", "--identity", office.identity, "--json")
    assert (done.code, json.loads(done.out)["findings"]) == (0, [])
    front, parts = office.parts()
    same = forge.sealed(tmp_path / "same.age", office.age_key, front, parts)
    done = run("audit", "check", same, "--state", tmp_path / "logs", "--identity", office.identity, "--json")
    assert done.code == 0


def test_bytes_that_were_lost_or_changed(office: Office, tmp_path: Path) -> None:
    whole = office.export.read_bytes()
    path = tmp_path / "bad.age"
    for size in (0, 1, 20, 200, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        assert office.refused(path).out == ""
    for at in (5, 30, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert office.check(path).code in (exits.DAMAGED, exits.WRONG_SECRET)
    path.write_bytes(whole + b"\n")
    office.refused(path)
    assert office.check(tmp_path / "not-there.age").code == exits.USAGE
    assert office.check(tmp_path).code == exits.USAGE


def swapped(front: Front, parts: list[Parts], signer: signing.Signer) -> tuple[Front, list[Parts]]:
    parts[3], parts[4] = parts[4], parts[3]
    return front, parts


def swapped_and_signed(front: Front, parts: list[Parts], signer: signing.Signer) -> tuple[Front, list[Parts]]:
    parts[3], parts[4] = parts[4], parts[3]
    parts = forge.moved(parts)
    return forge.resigned(front, parts, signer), parts


def cut_and_signed(front: Front, parts: list[Parts], signer: signing.Signer) -> tuple[Front, list[Parts]]:
    return forge.resigned(front, parts[:5], signer), parts[:5]


def shortened(front: Front, parts: list[Parts], signer: signing.Signer) -> tuple[Front, list[Parts]]:
    return replace(front, size=len(parts) - 1), parts[:-1]


def other_key(front: Front, parts: list[Parts], signer: signing.Signer) -> tuple[Front, list[Parts]]:
    return forge.resigned(front, parts, signing.Signer(bytes(32))), parts


def signed_twice(front: Front, parts: list[Parts], signer: signing.Signer) -> tuple[Front, list[Parts]]:
    note = notes.parse(front.checkpoint)
    # The reader of notes refuses it too, so the line is put there by hand.
    line = notes.serialise(note).split(b"\n\n", 1)[1]
    return replace(front, checkpoint=front.checkpoint + line), parts


def odd_bytes(front: Front, parts: list[Parts], signer: signing.Signer) -> tuple[Front, list[Parts]]:
    return replace(front, checkpoint=front.checkpoint.replace(b"\n\n", b"\n\x01\n\n", 1)), parts


def no_checkpoint(front: Front, parts: list[Parts], signer: signing.Signer) -> tuple[Front, list[Parts]]:
    return replace(front, checkpoint=b""), parts


def twice_cosigned(front: Front, parts: list[Parts], signer: signing.Signer) -> tuple[Front, list[Parts]]:
    lines = front.cosigned[0].split(b"\n\n", 1)[1].splitlines(keepends=True)
    return replace(front, cosigned=(front.cosigned[0] + lines[-1],)), parts


def other_vault(front: Front, parts: list[Parts], signer: signing.Signer) -> tuple[Front, list[Parts]]:
    return replace(front, vault="V-0000000000000"), parts


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (swapped, {"rewrite", "signature"}),
        (swapped_and_signed, {"rewrite"}),
        (cut_and_signed, {"truncation"}),
        (shortened, {"signature"}),
        (other_key, {"signature"}),
        (signed_twice, {"signature"}),
        (odd_bytes, {"signature"}),
        (no_checkpoint, {"signature"}),
        (twice_cosigned, {"signature"}),
    ],
)
def test_entries_and_heads_that_were_tampered_with(
    office: Office, tmp_path: Path, change: Change, wanted: set[str]
) -> None:
    front, parts = change(*office.parts(), office.signer())
    found = office.refused(forge.sealed(tmp_path / "bad.age", office.age_key, front, parts))
    assert found.error["kind"] == "findings"
    assert wanted <= kinds(found), found.out


def test_signatures_of_unknown_keys_are_passed_over(office: Office, tmp_path: Path) -> None:
    shutil.copytree(office.folder / "logs", tmp_path / "logs")
    front, parts = office.parts()
    note, stranger = notes.parse(front.checkpoint), signing.NoteKey("stranger", signing.Signer(bytes(32)).public)
    lines = (*note.signatures, *(Signature(f"stranger{n}", stranger.id, bytes(64)) for n in range(20)))
    crowded = replace(front, checkpoint=notes.serialise(Note(note.text, lines)))
    path = forge.sealed(tmp_path / "crowded.age", office.age_key, crowded, parts)
    done = run("audit", "check", path, "--state", tmp_path / "logs", "--identity", office.identity, "--json")
    assert done.code == 0, done.out


def test_another_vault_under_the_same_name(office: Office, tmp_path: Path) -> None:
    """Its entries, its key, the names of the other: log, vault, and both."""
    other = new_scratch(tmp_path / "other")
    there = note_auditor(other, office.identity)
    other.json("audit", "export", "--to", there, "--out", tmp_path / "other.age")
    known, _ = office.parts()
    front, parts = forge.opened(tmp_path / "other.age", keygen.identities(office.identity.read_bytes()))
    same_vault = forge.sealed(tmp_path / "vault.age", office.age_key, replace(front, vault=known.vault), parts)
    assert kinds(office.refused(same_vault)) == {"replaced"}
    signer, origin = signing.Signer(bytes(32)), known.log.partition("+")[0]
    renamed = forge.resigned(replace(front, vault=known.vault), parts, signer, origin)
    same_log = forge.sealed(tmp_path / "log.age", office.age_key, renamed, parts)
    assert {"signature", "replaced"} <= kinds(office.refused(same_log))


def test_sealed_to_somebody_else(office: Office, tmp_path: Path) -> None:
    front, parts = office.parts()
    stranger = age.X25519Identity.generate().recipient()
    done = office.check(forge.sealed(tmp_path / "theirs.age", stranger, front, parts))
    assert (done.code, done.out) == (exits.WRONG_SECRET, "")


def lines_of(front: Front, parts: list[Parts]) -> list[bytes]:
    return zlib.decompress(b"".join(audit_export.pack(front, parts))).split(b"\n")


def seal_lines(path: Path, recipient: age.Recipient, lines: list[bytes]) -> Path:
    with path.open("wb") as file:
        sealer = age.Encryptor(file, [recipient])
        sealer.write(zlib.compress(b"\n".join(lines), 1))
        sealer.close()
    return path


@pytest.mark.parametrize("at", [0, 1, 2, 6, 9, -2])
@pytest.mark.parametrize("filler", [b"a", b" ", b"[", b'{"a":', b"\xff", b"\x00", b"9"])
def test_lines_of_ten_megabytes(office: Office, tmp_path: Path, at: int, filler: bytes) -> None:
    lines = lines_of(*office.parts())
    if at == 6 and filler not in (b"a", b"["):
        return
    lines[at] = filler * (10 * MIB // len(filler))
    before = office.state()
    path = seal_lines(tmp_path / "long.age", office.age_key, lines)
    done = office.check(path)
    assert (done.code, done.out) == (exits.DAMAGED, "")
    assert office.state() == before


MEASURE = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=sys.stderr)
print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@pytest.mark.skipif(os.name == "nt", reason="the memory of a process that ended is told on POSIX only")
def test_what_swells_is_refused_in_little_memory(office: Office, tmp_path: Path) -> None:
    """A hundred megabytes in a hundred kilobytes: one line of zeros, and one entry over and over."""
    front, parts = office.parts()
    lines = lines_of(front, parts)
    many = lines[0].replace(b'"size":%d' % front.size, b'"size":1000000000')
    packer = zlib.compressobj(9)
    body = packer.compress(b"\n".join([many, *lines[1:7]]) + b"\n")
    entry = lines[7] + b"\n"
    for filler in (bytes(MIB), entry * (MIB // len(entry))):
        path = tmp_path / "bomb.age"
        with path.open("wb") as file:
            sealer, packing = age.Encryptor(file, [office.age_key]), packer.copy()
            sealer.write(body)
            for _ in range(100):
                sealer.write(packing.compress(filler))
            sealer.write(packing.flush())
            sealer.close()
        words = ["audit", "check", path, "--state", "logs", "--identity", office.identity, "--json"]
        # What a process took at the most begins with what the one had that it was split from: so from a small one.
        measured = subprocess.run(
            [sys.executable, "-c", MEASURE, PROGRAM, *map(str, words)], cwd=office.folder, env=environment(),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True,
        )  # fmt: skip
        code, memory = map(int, measured.stdout.split())
        assert code == exits.DAMAGED, measured.stderr
        assert memory * (1 if sys.platform == "darwin" else 1024) < MEMORY


def test_answers_that_are_none(office: Office, tmp_path: Path) -> None:
    good = json.loads((office.folder / "first.answer").read_text())
    size = office.laptop.json("audit", "verify")["size"]
    stranger = signing.Signer(bytes(32))
    forged = heads.sign(stranger, signing.NoteKey(good["log"], stranger.public), 1, bytes(32))
    for bad in (
        b"", b"{}", b"[]", b"\xff" * 100, b"[" * 100_000, b'"' + b"a" * 10 * MIB + b'"',
        canonical.dump({**good, "log": "casevault/" + "0" * 32}),
        canonical.dump({**good, "note": forged.checkpoint.decode()}),
        canonical.dump({**good, "note": good["note"] + good["note"].splitlines()[-1] + "\n"}),
        canonical.dump({**good, "note": good["note"].replace("\n\n", "\n\x07\n\n")}),
        canonical.dump({**good, "maps": ["x"] * 1000}),
        canonical.dump({**good, "v": 0}),
    ):  # fmt: skip
        path = tmp_path / "answer"
        path.write_bytes(bad)
        done = office.laptop.run("audit", "accept", path, "--json")
        assert (done.code, done.out) == (exits.DAMAGED, ""), bad[:80]
    after = office.laptop.json("audit", "verify")
    assert after["ok"]
    assert after["size"] - size < 5
    assert not office.laptop.json("audit", "show", "--action", "audit.accept", "--since", "2100-01-01")["entries"]


def test_the_state_folder_is_damaged(office: Office, tmp_path: Path) -> None:
    """Never taken for a log that is seen for the first time."""
    (path,) = (office.folder / "logs").glob("*.json")
    for bad in (b"", b"{}", path.read_bytes()[:-1], b"\xff" * 50, b"[" * 5000):
        shutil.copytree(office.folder / "logs", tmp_path / "logs", dirs_exist_ok=True)
        (tmp_path / "logs" / path.name).write_bytes(bad)
        done = run("audit", "check", office.export, "--state", tmp_path / "logs", "--identity", office.identity,
                   "--json")  # fmt: skip
        assert (done.code, done.out) == (exits.DAMAGED, ""), bad
        assert (tmp_path / "logs" / path.name).read_bytes() == bad

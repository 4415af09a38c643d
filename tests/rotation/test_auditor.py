"""The log's key is replaced with the root key: auditors who know the old one are told so, and can go on."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import auditing_office as office
import pytest
import rotated
from auditing_office import Auditor, Laptop, kinds

from vault.audit import seal_keys, succession
from vault.crypto import signing
from vault.errors import Forged
from vault.formats import audit_export
from vault.usecases import auditing, cases, extract_check, extracts, log_state, opening, sealing
from vault.usecases import auditor as auditors


@pytest.fixture
def laptop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Laptop:
    office.clock(monkeypatch)
    return office.new_laptop(tmp_path)


def _open_with(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laptop.__class__, "open", lambda self: opening.open_vault(self.folder, rotated.NEW_CODE))


def test_the_old_key_vouches_for_the_new_one(laptop: Laptop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full, part, late = Auditor(tmp_path), Auditor(tmp_path, "part", "other", True), Auditor(tmp_path, "late")
    with laptop.open() as vault:
        case = cases.new(vault, "Дело").id
    to = {one.name: laptop.add(one) for one in (full, part, late)}
    for one in (full, part):
        office.round_of(laptop, one, to[one.name])
    waiting = full.answer(laptop.export(to["auditor"]))
    with laptop.open() as vault:
        chain = sealing.state(vault).chain
        before = log_state.read(vault)
    rotated.rotate(laptop.folder)
    _open_with(laptop, monkeypatch)

    with laptop.open() as vault:
        state = log_state.read(vault)
        assert state.vouched == before.vouched
        assert (state.wrong, auditing.verify(vault, only_new=True).ok) == (False, True)
        assert (sealing.state(vault).chain, sealing.state(vault).key) == (chain, True)
        assert seal_keys.read(vault.log.key.name, vault.keys.seals) is not None
    # What was signed on an export of before is taken in.
    assert laptop.accept(waiting).size > 0

    for one in (full, part):
        export = laptop.export(to[one.name])
        found = one.check(export)
        assert (kinds(found), found.ok) == (["replaced"], False), found.findings
        assert "compare the new fingerprint" in found.findings[0].message
        assert found.findings[0].seq is not None
        accepted = one.cosign(export, accept=frozenset({"replaced"}))
        assert accepted.written
        laptop.use(2)
        again = one.check(laptop.export(to[one.name]))
        assert (again.ok, kinds(again)) == (True, []), again.findings
    # Who comes to it now has nothing to compare; the maps of before are made again all the same.
    first = late.check(laptop.export(to["late"]))
    assert (first.ok, first.first) == (True, True), first.findings
    office.round_of(laptop, full, to["auditor"])
    _extract(laptop, full, case, tmp_path)


def _extract(laptop: Laptop, full: Auditor, case: str, folder: Path) -> None:
    with laptop.open() as vault:
        data, _ = extracts._make(vault, case)
        checked = extract_check.check_extract(data, [vault.log.key, full.cosigner.key])
    assert checked.vouched > 0


def test_a_key_that_nobody_vouches_for_is_a_forgery(
    laptop: Laptop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    auditor = Auditor(tmp_path)
    to = laptop.add(auditor)
    auditor.check(laptop.export(to))
    with laptop.open() as vault:
        old = vault.log.verifier
    rotated.rotate(laptop.folder)
    _open_with(laptop, monkeypatch)
    with auditors._opened(laptop.export(to), auditor.identity) as reader:
        front = reader.front
    newest = signing.parse_verifier(front.log)
    (link,) = front.keys
    (head,) = succession.follow(front.keys, old, newest)
    assert head.size > 0
    stranger = dataclasses.replace(newest, public=signing.Signer(bytes(32)).public)
    with pytest.raises(Forged):
        succession.follow(front.keys, old, stranger)
    with pytest.raises(Forged):
        succession.follow(front.keys, newest.text, newest)
    for spoilt in (
        dataclasses.replace(link, entry=link.entry.replace(b'"count":0', b'"count":9')),
        dataclasses.replace(link, place=bytes(32)),
        dataclasses.replace(link, hashes=link.hashes[:-1]),
        dataclasses.replace(link, log=stranger.text),
    ):
        assert spoilt != link
        with pytest.raises(Forged):
            succession.follow([spoilt], spoilt.log, newest)

    real = audit_export.pack

    def without(front: audit_export.Front, *more: object) -> object:
        return real(dataclasses.replace(front, keys=()), *more)  # type: ignore[arg-type]

    monkeypatch.setattr(audit_export, "pack", without)
    found = auditor.check(laptop.export(to))
    assert "signature" in kinds(found)
    assert not auditor.cosign(laptop.export(to), accept=frozenset({"replaced"})).written

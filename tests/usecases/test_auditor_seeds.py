"""A thief with the laptop of today, its passphrase and the source: can the seals of the days before be made anew?

The auditor holds no seal key: each export brings it again. So the thief may bring another one.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import audit_forge as forge
from auditing_office import Auditor, Hands, Laptop, kinds, round_of

from vault.audit import casemap, seal_keys, seals
from vault.audit import entries as forms
from vault.audit.seals import Statement
from vault.crypto import age, merkle, signing
from vault.formats.audit_export import Front, Parts
from vault.usecases import sealing
from vault.usecases.auditor import Checked

STRANGE = bytes(range(100, 132))


def days(laptop: Laptop, hands: Hands, count: int) -> None:
    for _ in range(count):
        hands.forward(1.001)
        laptop.use(2)


class Thief:
    """What the laptop of today gives away: its keys, and the one seal key that is left."""

    def __init__(self, laptop: Laptop) -> None:
        with laptop.open() as vault:
            self.signer = signing.Signer(vault.keys.audit_signing)
            held = seal_keys.read(vault.log.key.name, vault.keys.seals)
            assert held is not None
            self.statement: Statement = sealing._statement(held)
            self.epoch, self.key = held.epoch, held.key

    def seed(self, auditor: Auditor, epoch: int, key: bytes, statement: Statement | None = None) -> bytes:
        sealed = io.BytesIO()
        payload = seals.seed_payload(statement or self.statement, epoch, key)
        age.encrypt(io.BytesIO(payload), sealed, [auditor.recipient])
        return sealed.getvalue()

    def rewrite(self, front: Front, parts: Sequence[Parts], at: int, first: int, key: bytes) -> list[Parts]:
        """Entry `at` becomes another one. Maps are made again, and seals too: from the key of epoch `first` on."""
        assert front.map_key is not None
        trees, frontier, made = casemap.CaseTrees(), [], []
        epoch = first
        for seq, (case_part, log_part) in enumerate(parts):
            if seq == at:
                case_part = case_part.replace(b'"action":"case.show"', b'"action":"case.list"')
            root = merkle.fold(frontier)
            if seq > at and b'"action":"audit.map"' in case_part:
                salt = casemap.salt(front.map_key, seq, root)
                case_part = with_digest(case_part, casemap.CaseMap.build(trees.state(), salt).root)
            if seq > at and b'"action":"audit.seal"' in case_part:
                said = forms.read_case_part(case_part)
                assert said is not None
                this = int(said[forms.CASE_GROUP["count"]])
                while epoch < this:
                    key, epoch = seals.next_key(key), epoch + 1
                log, chain = self.statement.log, said[forms.CASE_GROUP["object"]]
                case_part = with_digest(
                    case_part, seals.mac(key, log=log, chain=chain, epoch=this, size=seq, root=root)
                )
            leaf = forms.leaf(case_part, log_part)
            read = forms.read_case_part(case_part)
            assert read is not None
            trees.add(read[forms.CASE_GROUP["case"]], leaf)
            merkle.push(frontier, seq, leaf)
            made.append((case_part, log_part))
        return made

    def hand_in(
        self, path: Path, auditor: Auditor, seeds: Sequence[bytes], first: int, key: bytes, at: int
    ) -> Checked:
        """Instead of the laptop's export, one in which entry `at` and all seals after it were made anew."""
        front, parts = forge.opened(path, auditor.identity)
        altered = self.rewrite(front, parts, at, first, key)
        front = replace(forge.resigned(front, altered, self.signer), seeds=tuple(seeds))
        return auditor.check(forge.sealed(path.with_suffix(".forged"), auditor.recipient, front, altered))


def with_digest(case_part: bytes, digest: bytes) -> bytes:
    return re.sub(rb'"digest":"[0-9a-f]{64}"', b'"digest":"%b"' % digest.hex().encode(), case_part)


def unsealed_read(path: Path, auditor: Auditor, after: int) -> int:
    """The first case that was looked at after entry `after`, before the next seal."""
    _, parts = forge.opened(path, auditor.identity)
    return next(seq for seq, one in enumerate(parts) if seq > after and b'"action":"case.show"' in one[0])


def test_the_seal_key_of_today_in_the_place_of_the_first(
    laptop: Laptop, auditor: Auditor, to: str, hands: Hands
) -> None:
    seen = auditor.check(round_of(laptop, auditor, to)).size
    days(laptop, hands, 5)
    path = laptop.export(to)
    thief = Thief(laptop)
    assert thief.epoch == 5
    at = unsealed_read(path, auditor, seen)
    # With the first key the forgery shows, of course.
    front, _ = forge.opened(path, auditor.identity)
    assert kinds(thief.hand_in(path, auditor, front.seeds, 0, STRANGE, at)) == ["seal"]
    newest = thief.seed(auditor, thief.epoch, thief.key)
    assert kinds(thief.hand_in(path, auditor, [newest], 0, STRANGE, at)) == ["seal"]
    assert auditor.check(path).findings == ()


def test_a_made_up_key_for_an_auditor_who_came_later(
    tmp_path: Path, laptop: Laptop, auditor: Auditor, to: str, hands: Hands
) -> None:
    """Their key is of a later day than the chain's first, whose hash alone stands in the log."""
    days(laptop, hands, 2)
    second = Auditor(tmp_path, "second")
    theirs = laptop.add(second)
    seen = second.check(laptop.export(theirs)).size
    laptop.use(2)
    days(laptop, hands, 5)
    path = laptop.export(theirs)
    thief = Thief(laptop)
    at = unsealed_read(path, second, seen)
    forged = thief.seed(second, 2, STRANGE)
    assert kinds(thief.hand_in(path, second, [forged], 2, STRANGE, at)) == ["seal"]
    assert second.check(path).findings == ()


def test_an_explained_new_chain_does_not_stand_for_the_old_ones_key(
    laptop: Laptop, auditor: Auditor, to: str, hands: Hands
) -> None:
    """A restored laptop explains the new chain. It does not explain why nobody can check the old one any more."""
    seen = auditor.check(round_of(laptop, auditor, to)).size
    days(laptop, hands, 3)
    with laptop.open() as vault:
        seal_keys.forget(vault.log.key.name)
    days(laptop, hands, 3)
    path = laptop.export(to)
    thief = Thief(laptop)
    honest = auditor.check(path)
    (begun,) = honest.findings
    assert "took another's place" in begun.message
    at = unsealed_read(path, auditor, seen)
    front, _ = forge.opened(path, auditor.identity)
    # The old key is left out; the new one is given as of today, or from its beginning.
    newest = thief.seed(auditor, thief.epoch, thief.key)
    for seeds in ([newest], front.seeds[:1]):
        found = thief.hand_in(path, auditor, seeds, 0, STRANGE, at)
        assert [one.kind for one in found.findings if one.seq != begun.seq], seeds
    # Without any forgery before it, the new one as of today is not enough either.
    front, parts = forge.opened(path, auditor.identity)
    front = replace(front, seeds=(newest, *front.seeds[1:]))
    later = auditor.check(forge.sealed(path.with_suffix(".later"), auditor.recipient, front, parts))
    assert any("not given to you from its beginning" in one.message for one in later.findings)
    assert auditor.check(path, accept=frozenset({"seal"})).ok

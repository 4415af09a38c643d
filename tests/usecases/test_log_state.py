"""What `status` says of the log: before any auditor, after a cosignature, without a quorum, overdue, put back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import vaults

from vault.audit import cosigner
from vault.audit.kept import Cosigned, Stamp
from vault.crypto import age
from vault.errors import Damaged
from vault.formats import note as notes
from vault.usecases import log_state, policies, recipients
from vault.usecases.unlocked import UnlockedVault

DAY = 86_400
AUDITOR = cosigner.Cosigner(f"{cosigner.WITNESS}{'a1' * 8}", bytes(range(32)))
LAWYER = cosigner.Cosigner(f"{cosigner.HEADS}{'b2' * 8}", bytes(range(32, 64)))
BOTH = f'''[cosignatures]
quorum = """
witness auditor {AUDITOR.key.text}
witness lawyer {LAWYER.key.text}
group both all auditor lawyer
quorum both
"""
'''


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[UnlockedVault]:
    with vaults.new_vault(tmp_path / "vault") as opened:
        yield opened


def on_record(vault: UnlockedVault, role: str, key: cosigner.Cosigner) -> None:
    age_key = age.X25519Identity.generate().recipient().to_string()
    recipients.add(vault, role, "Кто-то", age_key=age_key, verifier=key.key.text)


def cosigned(vault: UnlockedVault, *by: cosigner.Cosigner, ago: int = 0) -> int:
    """Have the current head cosigned; its size."""
    head = vault.log.head()
    note = notes.parse(head.checkpoint)
    signatures = tuple(one.cosign(note.text, int(time.time()) - ago) for one in by)
    whole = notes.serialise(notes.Note(note.text, (*note.signatures, *signatures)))
    vault.log.kept.add_cosigned(Cosigned(head.size, head.root, whole))
    return head.size


def test_before_any_auditor_nothing_is_wrong_or_overdue(vault: UnlockedVault) -> None:
    found = log_state.read(vault, int(time.time()) + 1000 * DAY)
    assert (found.cosigners, found.vouched, found.asked, found.met) == (0, None, False, None)
    assert not found.overdue
    assert not found.wrong
    assert found.uncosigned == found.size == vault.log.head().size
    assert (found.seals.chain, found.sealed, found.stamped, found.waiting) == (None, None, None, 0)


def test_a_cosigned_head_its_age_and_the_tail(vault: UnlockedVault) -> None:
    on_record(vault, "auditor", AUDITOR)
    size = cosigned(vault, AUDITOR, ago=3 * DAY)
    vault.note("vault.status")
    found = log_state.read(vault)
    assert found.vouched is not None
    assert (found.vouched.size, found.vouched.by) == (size, (AUDITOR.key.name,))
    assert abs(found.vouched.time - (time.time() - 3 * DAY)) < 60
    assert found.uncosigned == vault.log.head().size - size == 1
    assert found.seals.key
    assert found.seals.chain


def test_the_newest_head_counts(vault: UnlockedVault) -> None:
    on_record(vault, "auditor", AUDITOR)
    cosigned(vault, AUDITOR)
    vault.note("vault.status")
    later = cosigned(vault, AUDITOR)
    found = log_state.read(vault)
    assert found.vouched is not None
    assert found.vouched.size == later


def test_a_cosignature_of_a_key_that_nobody_knows_vouches_for_nothing(vault: UnlockedVault) -> None:
    cosigned(vault, AUDITOR)
    found = log_state.read(vault)
    assert found.vouched is None
    assert not found.wrong


def test_the_quorum_of_the_policy(vault: UnlockedVault) -> None:
    on_record(vault, "auditor", AUDITOR)
    policies.replace(vault, BOTH.encode())
    assert (log_state.read(vault).asked, log_state.read(vault).met) == (True, None)
    whole = cosigned(vault, AUDITOR, LAWYER)
    vault.note("vault.status")
    part = cosigned(vault, AUDITOR)
    found = log_state.read(vault)
    assert found.met == whole
    assert found.vouched is not None
    assert found.vouched.size == part


def test_a_later_head_vouches_for_the_beginning(vault: UnlockedVault) -> None:
    """Each party's export adds entries, so that no two ever cosign the same head."""
    on_record(vault, "auditor", AUDITOR)
    on_record(vault, "lawyer", LAWYER)
    policies.replace(vault, BOTH.encode())
    first = cosigned(vault, AUDITOR)
    assert log_state.read(vault).met is None
    vault.note("vault.status")
    second = cosigned(vault, LAWYER)
    assert first < second
    assert log_state.read(vault).met == first
    vault.note("vault.status")
    cosigned(vault, AUDITOR)
    assert log_state.read(vault).met == second


def test_a_head_that_the_log_does_not_lead_through_meets_no_quorum(vault: UnlockedVault) -> None:
    policies.replace(vault, BOTH.encode())
    cosigned(vault, AUDITOR)
    for _ in range(2):
        vault.note("vault.status")
    head = vault.log.head()
    text = notes.parse(head.checkpoint).text.replace(f"\n{head.size}\n", f"\n{head.size - 1}\n")
    line = LAWYER.cosign(text, int(time.time()))
    vault.log.kept.add_cosigned(Cosigned(head.size - 1, head.root, notes.serialise(notes.Note(text, (line,)))))
    assert log_state.read(vault).met is None


def test_a_deposit_is_overdue_by_the_policy(vault: UnlockedVault) -> None:
    on_record(vault, "auditor", AUDITOR)
    now = int(time.time())
    assert not log_state.read(vault, now + 34 * DAY).overdue
    assert log_state.read(vault, now + 36 * DAY).overdue
    cosigned(vault, AUDITOR)
    assert not log_state.read(vault, now + 34 * DAY).overdue
    policies.replace(vault, b"[deposit]\noverdue_days = 7\n")
    assert log_state.read(vault, now + 8 * DAY).overdue


def test_a_head_of_another_history_and_a_bad_signature_are_wrong(vault: UnlockedVault) -> None:
    on_record(vault, "auditor", AUDITOR)
    head = vault.log.head()
    text = notes.parse(head.checkpoint).text
    other = text.replace(f"\n{head.size}\n", f"\n{head.size - 1}\n")
    line = AUDITOR.cosign(other, int(time.time()))
    vault.log.kept.add_cosigned(Cosigned(head.size - 1, head.root, notes.serialise(notes.Note(other, (line,)))))
    found = log_state.read(vault)
    assert found.wrong
    assert found.vouched is None


def test_stamps_that_wait_and_that_came(vault: UnlockedVault) -> None:
    head = vault.log.head()
    vault.log.kept.put_stamp(Stamp(head.size, head.checkpoint, b"one"))
    assert (log_state.read(vault).stamped, log_state.read(vault).waiting) == (None, 1)
    vault.log.kept.put_stamp(Stamp(head.size, head.checkpoint, b"one", b"answer", b"chain"))
    assert (log_state.read(vault).stamped, log_state.read(vault).waiting) == (head.size, 0)


def test_a_policy_is_logged_with_its_hash_or_not_taken(vault: UnlockedVault) -> None:
    assert policies.show(vault).logged
    made = policies.replace(vault, b"[deposit]\noverdue_days = 7\n")
    (entry,) = vault.log.entries(action="audit.policy")
    assert entry.digest == made.sha256
    assert policies.show(vault) == made
    vault.log.kept.set_policy("[purposes]\nrequired = []\n")  # past the use case
    assert not policies.show(vault).logged
    vault.log.kept.set_policy("no policy at all")
    with pytest.raises(Damaged):
        policies.current(vault)
    assert policies.replace(vault, b"").sha256 is None
    assert policies.show(vault).logged

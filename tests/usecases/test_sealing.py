"""Seals, failed tries and clock steps, in a vault whose days go by under a clock that the test sets."""

from __future__ import annotations

import hashlib
import io
import json
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
import vaults
from auditing_office import DAY, Hands, clock

from vault.audit import seal_keys, seals
from vault.audit.clock import time_text
from vault.audit.seals import ChainPoint, SealPoint
from vault.crypto import age, slots
from vault.errors import WrongSecret
from vault.formats import canonical
from vault.model.records import RecipientRecord
from vault.session import failed_unlocks, places
from vault.usecases import cases, keygen, opening, recipients, sealing
from vault.usecases.unlocked import UnlockedVault


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    return clock(monkeypatch)


@dataclass
class Laptop:
    folder: Path
    auditor: RecipientRecord
    identity: list[age.Identity]

    def open(self) -> UnlockedVault:
        return opening.open_vault(self.folder, vaults.CODE)

    def report(self) -> seals.SealReport:
        """What the auditor finds."""
        with self.open() as vault:
            return report_of(vault, self.identity, self.auditor)


def report_of(vault: UnlockedVault, identity: list[age.Identity], auditor: RecipientRecord) -> seals.SealReport:
    """As an auditor does it, from the entries alone and the seeds that were sealed to them."""
    found, chains = [], []
    for entry in vault.log.entries():
        if entry.action == "audit.seal":
            assert entry.object is not None
            assert entry.digest is not None
            assert entry.count is not None
            mac, root = bytes.fromhex(entry.digest), vault.log.root_at(entry.seq)
            found.append(SealPoint(entry.seq, entry.time, entry.object, entry.count, mac, entry.seq, root))
        elif entry.action == "audit.chain":
            assert entry.object is not None
            assert entry.digest is not None
            chains.append(ChainPoint(entry.seq, entry.time, entry.object, bytes.fromhex(entry.digest)))
    seeds = []
    for seed in vault.log.kept.seeds():
        if seed.key_name == auditor.verifier.split("+")[0]:
            plain = io.BytesIO()
            age.decrypt(io.BytesIO(seed.sealed), plain, identity)
            seeds.append(plain.getvalue())
    return seals.check(vault.log.key.name, found, chains, seeds, time_text(time.time_ns() // 1_000_000))


def new_auditor(
    vault: UnlockedVault, folder: Path, name: str = "auditor"
) -> tuple[RecipientRecord, list[age.Identity]]:
    public = keygen.make(folder / name, classic=True)
    record = recipients.add(vault, "auditor", "Auditor", "", public.age, public.verifier)
    return record, keygen.identities((folder / name).read_bytes())


@pytest.fixture
def laptop(tmp_path: Path, hands: Hands) -> Laptop:
    with vaults.new_vault(tmp_path / "vault") as vault:
        auditor, identity = new_auditor(vault, tmp_path)
    return Laptop(tmp_path / "vault", auditor, identity)


def actions(vault: UnlockedVault) -> list[str]:
    return [entry.action for entry in vault.log.entries()]


def test_each_day_has_one_seal_also_those_without_use(laptop: Laptop, hands: Hands) -> None:
    hands.forward(1.01)
    with laptop.open() as vault:
        assert actions(vault).count("audit.seal") == 1
        cases.new(vault, "Дело")
    with laptop.open() as vault:
        assert actions(vault).count("audit.seal") == 1
    hands.forward(7)
    with laptop.open() as vault:
        assert actions(vault).count("audit.seal") == 8
        assert sealing.state(vault) == sealing.SealState(vault.log.kept.chain(), 8, 0, key=True)
    assert laptop.report().problems == ()


def test_before_there_is_an_auditor_nothing_is_sealed(tmp_path: Path, hands: Hands) -> None:
    vaults.new_vault(tmp_path / "vault").close()
    hands.forward(5)
    with opening.open_vault(tmp_path / "vault", vaults.CODE) as vault:
        assert "audit.seal" not in actions(vault)
        assert sealing.state(vault) == sealing.SealState(None, 0, 0, key=False)
        recipients.add(vault, "lawyer", "Lawyer")
        assert "audit.chain" not in actions(vault)


def test_an_old_key_is_gone_from_the_device(laptop: Laptop, hands: Hands) -> None:
    with laptop.open() as vault:
        before = seal_keys.read(vault.log.key.name, vault.keys.seals)
        assert before is not None
        hands.forward(2.5)
    with laptop.open() as vault:
        after = seal_keys.read(vault.log.key.name, vault.keys.seals)
        assert after is not None
        assert after.epoch == 2
        assert after.key == seals.next_key(seals.next_key(before.key))
        folder = seal_keys._folder(vault.log.key.name)  # other tests' logs have theirs beside it
        # The older key is not in the file; nor is any key in the vault's own folder, which copies take along.
        assert {path.name for path in folder.iterdir()} == {"key", "vault.lock"}
        assert (folder / "key").stat().st_size == seal_keys.FILE_BYTES
        assert seal_keys.read(vault.log.key.name, bytes(32)) is None


def test_a_process_that_stopped_between_seal_and_key_seals_no_day_twice(laptop: Laptop, hands: Hands) -> None:
    with laptop.open() as vault:
        before = seal_keys.read(vault.log.key.name, vault.keys.seals)
        assert before is not None
    hands.forward(3.2)
    with laptop.open() as vault:
        # Put back the state of the disk as it was before the new key was written.
        seal_keys.write(vault.log.key.name, vault.keys.seals, before)
    with laptop.open() as vault:
        assert actions(vault).count("audit.seal") == 3
        after = seal_keys.read(vault.log.key.name, vault.keys.seals)
        assert after is not None
        assert after.epoch == 3
    assert laptop.report().problems == ()


def test_a_lost_key_begins_a_chain_that_names_the_old_one(laptop: Laptop, hands: Hands) -> None:
    hands.forward(2.2)
    laptop.open().close()
    for path in (places.state_folder() / "seals").rglob("key"):
        path.unlink()
    hands.forward(2)
    with laptop.open() as vault:
        assert actions(vault).count("audit.chain") == 2
    hands.forward(1)
    report = laptop.report()
    assert report.problems == ()
    assert len(report.begun) == 2
    assert [state.last_epoch for state in report.chains] == [1, 0]


def test_a_second_auditor_gets_the_key_of_today_and_no_earlier_one(
    laptop: Laptop, hands: Hands, tmp_path: Path
) -> None:
    hands.forward(3.5)
    with laptop.open() as vault:
        second, identity = new_auditor(vault, tmp_path, "second")
        assert actions(vault).count("audit.chain") == 1
    hands.forward(2)
    with laptop.open() as vault:
        report = report_of(vault, identity, second)
    assert report.problems == ()
    assert report.chains[0].first_epoch == 3
    assert laptop.report().problems == ()


@pytest.mark.parametrize("years", [-56, 75])
def test_a_clock_of_1970_or_2100_makes_no_seal_and_stops_nothing(laptop: Laptop, hands: Hands, years: int) -> None:
    hands.forward(1.5)
    laptop.open().close()
    hands.forward(365 * years)
    with laptop.open() as vault:
        cases.new(vault, "Дело")
        assert actions(vault).count("audit.seal") == 1
        assert (actions(vault).count("clock.step") == 1) == (years < 0)
    hands.forward(-365 * years + 1)
    with laptop.open() as vault:
        assert actions(vault).count("audit.seal") == 2
        assert actions(vault).count("clock.step") == 1
    assert laptop.report().problems == ()


def test_a_clock_that_went_back_is_logged_with_by_how_much(laptop: Laptop, hands: Hands) -> None:
    laptop.open().close()
    hands.forward(-0.5)
    with laptop.open() as vault:
        (step,) = vault.log.entries(action="clock.step")
        assert step.count is not None
        assert abs(step.count - DAY // 2) < 120
        assert step.since is not None
        assert step.since > step.time
    laptop.open().close()
    with laptop.open() as vault:
        assert actions(vault).count("clock.step") == 1


def test_a_minute_more_or_less_is_no_step(laptop: Laptop, hands: Hands) -> None:
    laptop.open().close()
    for minutes in (-1.5, 1.5, 0.5, -1):
        hands.forward(minutes / 1440)
        with laptop.open() as vault:
            vault.note("vault.status")
            assert "clock.step" not in actions(vault)


def test_failed_tries_are_logged_at_the_next_success(laptop: Laptop) -> None:
    wrong = slots.RecoveryCode(bytes(32))
    for _ in range(3):
        with pytest.raises(WrongSecret):
            opening.open_vault(laptop.folder, wrong)
    with laptop.open() as vault:
        (entry,) = vault.log.entries(action="vault.unlock-failed")
        assert (entry.count, entry.outcome) == (3, "failed")
        assert entry.since is not None
        assert entry.since <= entry.time
        assert failed_unlocks.read(vault.header.vault) is None
    with laptop.open() as vault:
        assert actions(vault).count("vault.unlock-failed") == 1


def test_a_chain_survives_a_copy_of_the_vault_on_another_computer(
    laptop: Laptop, hands: Hands, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """There is no key there: a new chain begins, and the auditor is told."""
    hands.forward(1.5)
    laptop.open().close()
    monkeypatch.setattr(places, "state_folder", lambda: tmp_path / "other computer")
    laptop.open().close()
    hands.forward(1)
    report = laptop.report()
    assert report.problems == ()
    assert len(report.begun) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"start": "x"}, {"start": None}, {"start": 10**15}, {"start": -(10**15)}, {"start": 0}, {"old": {}},
        {"old": 5}, {"old": {"chain": [], "epoch": {}}}, {"key": 7}, {"log": None}, {"period": 1}, {"more": 1}, {},
    ],
)  # fmt: skip
@pytest.mark.parametrize("epoch", [0, 1, 300])
def test_a_key_file_that_somebody_without_keys_altered(
    laptop: Laptop, hands: Hands, change: dict[str, object], epoch: int
) -> None:
    """The vault opens all the same, no day is left out, and the auditor is told of a new chain."""
    hands.forward(1.01)
    with laptop.open() as vault:
        log = vault.log.key.name
    path = places.state_folder() / "seals" / hashlib.sha256(log.encode()).hexdigest()[:16] / "key"
    value = json.loads(path.read_bytes())
    value["statement"].update(change)
    altered = (value["epoch"], change) != (epoch, {})
    value["epoch"] = epoch
    path.write_bytes(canonical.dump(value).ljust(seal_keys.FILE_BYTES))
    hands.forward(2.01)
    with laptop.open() as vault:
        assert sealing.state(vault).key
    report = laptop.report()
    assert report.problems == ()
    assert len(report.begun) == (2 if altered else 1)


@pytest.mark.parametrize("gone", ["statement", "key", "mac", "epoch", "v"])
def test_a_key_file_without_all_of_it(laptop: Laptop, hands: Hands, gone: str) -> None:
    with laptop.open() as vault:
        log = vault.log.key.name
    path = places.state_folder() / "seals" / hashlib.sha256(log.encode()).hexdigest()[:16] / "key"
    value = json.loads(path.read_bytes())
    del value[gone]
    for data in (canonical.dump(value), b"[]", b"null", b"7", b""):
        path.write_bytes(data.ljust(seal_keys.FILE_BYTES))
        before = len(laptop.report().begun)
        assert before >= 2, data

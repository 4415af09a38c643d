"""Stamps on heads of a real log: request out, answer in, and everything that must not be taken."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import tsa
import vaults

from vault.audit import clock as clocks
from vault.crypto import timestamps
from vault.errors import Damaged, Forged, NotFound, OutputExists, Usage
from vault.usecases import cases, opening, stamping
from vault.usecases.unlocked import UnlockedVault

DAY_MS = 24 * 3600 * 1000


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tsa.Authority:
    return tsa.Authority(tmp_path_factory.mktemp("tsa"))


@pytest.fixture
def other(tmp_path: Path) -> Iterator[UnlockedVault]:
    with vaults.new_vault(tmp_path / "other") as made:
        yield made


def ask(vault: UnlockedVault, folder: Path, name: str = "head.tsq") -> bytes:
    stamping.request(vault, folder / name)
    return (folder / name).read_bytes()


def test_a_stamp_comes_back(vault: UnlockedVault, authority: tsa.Authority, tmp_path: Path) -> None:
    cases.new(vault, "Дело")
    head = vault.log.head()
    request = ask(vault, tmp_path)
    assert timestamps.asked(request).digest == hashlib.sha256(head.checkpoint).digest()
    (waiting,) = stamping.listing(vault)
    assert (waiting.size, waiting.root, waiting.waiting) == (head.size, head.root, True)
    cases.new(vault, "Ещё одно")
    taken = stamping.receive(vault, authority.reply(request), authority.chain)
    assert taken.stamped is not None
    assert (taken.size, taken.root, taken.stamped.authority) == (head.size, head.root, "CN=Test Time Stamps")
    assert taken.ahead == 0
    with opening.open_vault(vault.folder, vaults.CODE) as again:
        assert stamping.listing(again) == [taken]
        (kept,) = again.log.kept.stamps()
        assert kept.chain == authority.chain
        assert again.log.verify().ok
    logged = list(vault.log.entries(action="audit.stamp"))
    assert [(one.count, one.digest) for one in logged] == [
        (head.size, hashlib.sha256(request).hexdigest()), (head.size, hashlib.sha256(kept.response).hexdigest())
    ]  # fmt: skip


def test_several_requests_wait_and_each_answer_finds_its_own(
    vault: UnlockedVault, authority: tsa.Authority, tmp_path: Path
) -> None:
    requests = [ask(vault, tmp_path, f"{number}.tsq") for number in range(3)]
    sizes = [one.size for one in stamping.listing(vault)]
    assert sorted(set(sizes)) == sizes
    for number in (1, 2, 0):
        taken = stamping.receive(vault, authority.reply(requests[number]), authority.chain)
        assert taken.size == sizes[number]
    assert not any(one.waiting for one in stamping.listing(vault))


def test_the_same_answer_twice(vault: UnlockedVault, authority: tsa.Authority, tmp_path: Path) -> None:
    request = ask(vault, tmp_path)
    answer = authority.reply(request)
    stamping.receive(vault, answer, authority.chain)
    before = stamping.listing(vault), vault.log.head()
    for again in (answer, authority.reply(request)):
        with pytest.raises(Usage, match="answer already"):
            stamping.receive(vault, again, authority.chain)
    assert (stamping.listing(vault), vault.log.head()) == before


def test_answers_that_are_not_ours(
    vault: UnlockedVault, other: UnlockedVault, authority: tsa.Authority, tmp_path: Path
) -> None:
    """Of another vault, to a request nobody made here, and to our own head under a nonce of somebody else."""
    request = ask(vault, tmp_path)
    (kept,) = vault.log.kept.stamps()
    for foreign in (ask(other, tmp_path, "o.tsq"), timestamps.request(b"else"), timestamps.request(kept.checkpoint)):
        with pytest.raises(NotFound, match="none of this vault's requests"):
            stamping.receive(vault, authority.reply(foreign), authority.chain)
    assert stamping.listing(vault)[0].waiting
    assert not stamping.receive(vault, authority.reply(request), authority.chain).waiting


def test_answers_that_do_not_verify_leave_nothing(
    vault: UnlockedVault, authority: tsa.Authority, tmp_path: Path
) -> None:
    request = ask(vault, tmp_path)
    answer = authority.reply(request)
    stranger = tsa.Authority(tmp_path / "stranger")
    asked = timestamps.asked(request)
    no_purpose = tsa.issue("No purpose", authority.between)
    before = vault.log.head()
    for body, chain, error in (
        (answer, stranger.chain, Forged), (answer, authority.between.pem, Usage), (answer, b"", Damaged),
        (answer[:-1], authority.chain, Damaged), (b"", authority.chain, Damaged), (request, authority.chain, Damaged),
        (authority.chain, authority.chain, Damaged), (answer, answer, Damaged),
        (answer + b"\x00" * 10_000_000, authority.chain, Damaged),
        (authority.forged(tsa.tst_info(asked.digest, asked.nonce), no_purpose), authority.chain, Forged),
    ):  # fmt: skip
        with pytest.raises(error):
            stamping.receive(vault, body, chain)
    assert vault.log.head() == before
    assert stamping.listing(vault)[0].waiting


def test_a_request_never_writes_over_a_file_nor_into_a_vault(vault: UnlockedVault, tmp_path: Path) -> None:
    (tmp_path / "there.tsq").write_bytes(b"mine")
    before = vault.log.head()
    with pytest.raises(OutputExists):
        stamping.request(vault, tmp_path / "there.tsq")
    with pytest.raises(Usage):
        stamping.request(vault, vault.folder / "in.tsq")
    with pytest.raises(Usage):
        stamping.request(vault, tmp_path / "no folder" / "in.tsq")
    assert (tmp_path / "there.tsq").read_bytes() == b"mine"
    assert vault.log.head() == before
    assert stamping.listing(vault) == []


def test_a_vault_put_back_to_before_the_stamp(vault: UnlockedVault, authority: tsa.Authority, tmp_path: Path) -> None:
    """The old copy knows nothing of the request: the answer proves that there was more."""
    old = tmp_path / "old"
    vault.close()
    shutil.copytree(vault.folder, old)
    with opening.open_vault(vault.folder, vaults.CODE) as newer:
        answer = authority.reply(ask(newer, tmp_path))
    with opening.open_vault(old, vaults.CODE, accept_rollback=True) as older:
        cases.new(older, "Другая история")
        with pytest.raises(NotFound):
            stamping.receive(older, answer, authority.chain)


def test_what_an_auditor_checks(
    vault: UnlockedVault, other: UnlockedVault, authority: tsa.Authority, tmp_path: Path
) -> None:
    request = ask(vault, tmp_path)
    taken = stamping.receive(vault, authority.reply(request), authority.chain)
    ask(vault, tmp_path, "waiting.tsq")
    stamps = vault.log.kept.stamps()
    good = stamping.check_stamps(stamps, vault.log.root_at)
    assert [(one.problem, one.waiting) for one in good] == [("", False), ("", True)]
    assert taken.stamped is not None
    assert stamping.check_stamps(stamps, vault.log.root_at, trusted=[taken.stamped.root]) == good
    mistrusted = stamping.check_stamps(stamps, vault.log.root_at, trusted=["0" * 64])
    assert mistrusted[1].waiting
    assert "trusted" in mistrusted[0].problem

    kept = stamps[0]
    stranger = tsa.Authority(tmp_path / "stranger")
    for changed, root_at in (
        (kept, other.log.root_at), (kept, lambda size: bytes(32)),
        (replace(kept, size=kept.size + 1), vault.log.root_at),
        (replace(kept, chain=stranger.chain), vault.log.root_at), (replace(kept, chain=b""), vault.log.root_at),
        (replace(kept, request=stamps[1].request), vault.log.root_at),
        (replace(kept, checkpoint=stamps[1].checkpoint), vault.log.root_at),
        (replace(kept, checkpoint=kept.checkpoint + b"x"), vault.log.root_at),
        (replace(kept, response=kept.response[:-9]), vault.log.root_at),
        (replace(kept, request=b"\x30\x03\x02\x01\x01"), vault.log.root_at),
    ):  # fmt: skip
        (found,) = stamping.check_stamps([changed], root_at)
        assert found.problem
        assert found.stamped is None


class _Ahead(clocks.SystemClock):
    """A laptop whose clock is a year ahead."""

    def wall(self) -> int:
        return super().wall() + 365 * DAY_MS


def test_a_clock_that_was_ahead_shows(
    vault: UnlockedVault, authority: tsa.Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault.log, "_clock", _Ahead())
    cases.new(vault, "Дело из будущего")
    request = ask(vault, tmp_path)
    taken = stamping.receive(vault, authority.reply(request), authority.chain)
    assert abs(taken.ahead - 365 * DAY_MS // 1000) < 300
    (listed,) = stamping.listing(vault)
    assert listed == taken

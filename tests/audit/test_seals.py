"""Seals: what a chain proves, and each way to tamper with it."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from time import process_time

import pytest

from vault.audit import seals
from vault.audit.seals import ChainPoint, SealPoint, Statement
from vault.crypto.kdf import hkdf
from vault.errors import Damaged

LOG = "casevault/" + "ab" * 16
KEY = bytes(range(32))
CHAIN = "0123456789abcdef"
START = 1_767_225_600  # 2026-01-01T00:00:00Z
STATEMENT = Statement(LOG, CHAIN, START, seals.key_hash(KEY))


def time_of(epoch: float) -> str:
    from vault.audit.clock import time_text

    return time_text(int((START + epoch * seals.PERIOD) * 1000))


def root_of(size: int) -> bytes:
    return hashlib.sha256(b"%d" % size).digest()


def made(count: int, *, statement: Statement = STATEMENT, key: bytes = KEY, first_seq: int = 10) -> list[SealPoint]:
    found = []
    for epoch in range(count):
        seq = first_seq + 5 * epoch
        code = seals.mac(key, log=LOG, chain=statement.chain, epoch=epoch, size=seq, root=root_of(seq))
        found.append(SealPoint(seq, time_of(epoch + 1.1), statement.chain, epoch, code, seq, root_of(seq)))
        key = seals.next_key(key)
    return found


def point(statement: Statement = STATEMENT, seq: int = 3) -> ChainPoint:
    return ChainPoint(seq, time_of(0), statement.chain, statement.digest())


def check(found: list[SealPoint], *, until: float = 5.5, chains: list[ChainPoint] | None = None,
          seeds: list[bytes] | None = None) -> seals.SealReport:  # fmt: skip
    given = [seals.seed_payload(STATEMENT, 0, KEY)] if seeds is None else seeds
    return seals.check(LOG, found, [point()] if chains is None else chains, given, time_of(until))


def test_a_whole_chain_has_no_problem() -> None:
    report = check(made(5))
    assert report.problems == ()
    assert report.begun == ((3, CHAIN),)
    (state,) = report.chains
    assert (state.first_epoch, state.last_epoch) == (0, 4)
    assert state.commitment == hashlib.sha256(KEY).hexdigest()


def test_the_construction_is_that_of_the_page() -> None:
    """HKDF and HMAC called by hand, with the canonical JSON written out."""
    key = hkdf(hkdf(KEY, "casevault/v1/seal/next"), "casevault/v1/seal/mac")
    root = "pmWkWSBCL51Bfkhn79xPuKBKHz//H6B+mY6G9/eieuM="
    body = f'{{"chain":"{CHAIN}","epoch":1,"log":"{LOG}","root":"{root}","size":15,"v":1}}'
    import base64

    expected = hmac.digest(key, body.encode(), "sha256")
    assert seals.mac(
        seals.next_key(KEY), log=LOG, chain=CHAIN, epoch=1, size=15, root=base64.b64decode(root)
    ) == expected  # fmt: skip


def test_whoever_has_the_key_of_today_can_not_make_a_seal_of_yesterday() -> None:
    """The thief's best: seal a changed past with the newest key."""
    found = made(5)
    today = KEY
    for _ in range(4):
        today = seals.next_key(today)
    other = hashlib.sha256(b"changed").digest()
    forged = seals.mac(today, log=LOG, chain=CHAIN, epoch=2, size=20, root=other)
    found[2] = replace(found[2], mac=forged, root=other)
    assert [seq for seq, _ in check(found).problems] == [20]
    # The seal of today's own epoch can be made anew: the page says so.
    found = made(5)
    found[4] = replace(
        found[4], root=other, mac=seals.mac(today, log=LOG, chain=CHAIN, epoch=4, size=30, root=other)
    )  # fmt: skip
    assert check(found).problems == ()


@pytest.mark.parametrize("gone", range(5))
def test_a_missing_seal_is_named(gone: int) -> None:
    found = made(5)
    del found[gone]
    assert len(check(found).problems) == 1


def test_a_log_that_was_cut_lacks_the_seals_of_the_last_days() -> None:
    ((seq, message),) = check(made(5)[:2]).problems
    assert seq == 15
    assert "at the end, of so many days: 3" in message


def test_a_chain_without_any_seal_lacks_them_all() -> None:
    assert "at the end, of so many days: 5" in check([]).problems[0][1]
    assert check([], until=0.9).problems == ()


def test_days_that_were_sealed_before_they_came_are_named() -> None:
    """Else a clock that is set ahead for a moment would leave the days after it without seals, unseen."""
    seeds = [seals.seed_payload(STATEMENT, 0, KEY)]
    for now, ahead in ((9.0, False), (5.0, False), (4.99, False), (4.9, True), (0.5, True), (-400.0, True)):
        report = seals.check(LOG, made(5), [point()], seeds, time_of(5.5), time_of(now))
        assert [(seq, "ahead" in message) for seq, message in report.problems] == ([(30, True)] if ahead else []), now


def test_other_orders_are_named() -> None:
    found = made(5)
    twice = [*found[:3], replace(found[2], seq=21), *found[3:]]
    assert any("twice" in message for _, message in check(twice).problems)
    swapped = [found[0], replace(found[2], seq=15), replace(found[1], seq=20), *found[3:]]
    assert check(swapped).problems
    other = [*found[:4], replace(found[4], chain="f" * 16)]
    assert any("another chain" in message for _, message in check(other).problems)
    early = [*found[:4], replace(found[4], time=time_of(4.5))]
    assert any("before it was over" in message for _, message in check(early).problems)
    before = [replace(found[0], seq=1), *found]
    assert any("before any chain" in message for _, message in check(before).problems)


def test_a_new_chain_names_the_old_one() -> None:
    newer = Statement(LOG, "f" * 16, START + 3 * seals.PERIOD, seals.key_hash(b"k" * 32), (CHAIN, 2))
    chains = [point(), ChainPoint(25, time_of(3), newer.chain, newer.digest())]
    seeds = [seals.seed_payload(STATEMENT, 0, KEY), seals.seed_payload(newer, 0, b"k" * 32)]
    report = check(made(3), chains=chains, seeds=seeds, until=3.5)
    assert report.problems == ()
    assert report.begun == ((3, CHAIN), (25, newer.chain))
    # The same after a cut: the new chain says that three epochs were sealed, and two are there.
    cut = check(made(2), chains=chains, seeds=seeds, until=3.5)
    assert any("does not go on" in message for _, message in cut.problems)


def test_another_key_than_the_statement_names_is_refused() -> None:
    other = bytes(32)
    found = made(5, key=other)
    assert check(found, seeds=[seals.seed_payload(STATEMENT, 0, other)]).problems
    lying = replace(STATEMENT, key_hash=seals.key_hash(other))
    report = check(found, seeds=[seals.seed_payload(lying, 0, other)])
    assert any("not the one whose key" in message for _, message in report.problems)


def test_a_later_seed_checks_what_comes_after_it() -> None:
    key = seals.next_key(seals.next_key(KEY))
    report = check(made(5), seeds=[seals.seed_payload(STATEMENT, 2, key)])
    assert report.problems == ()
    assert report.chains[0].first_epoch == 2
    found = made(5)
    found[3] = replace(found[3], mac=bytes(32))
    assert check(found, seeds=[seals.seed_payload(STATEMENT, 2, key)]).problems


def test_without_a_seed_the_newest_chain_is_a_problem() -> None:
    assert "not given to you" in check(made(5), seeds=[]).problems[0][1]


@pytest.mark.parametrize(
    "payload",
    [
        b"", b"{}", b"[]", b"null", b'{"casevault":"audit-seed"}', b"x" * 5000,
        seals.seed_payload(STATEMENT, 0, KEY) + b" ",
        seals.seed_payload(STATEMENT, 0, KEY).replace(b'"epoch":0', b'"epoch":40001'),
        seals.seed_payload(STATEMENT, 0, KEY).replace(b'"epoch":0', b'"epoch":true'),
        seals.seed_payload(STATEMENT, 0, KEY).replace(b'"period":86400', b'"period":1'),
        seals.seed_payload(STATEMENT, 0, KEY).replace(b'"old":null', b'"old":{"chain":"x"}'),
        seals.seed_payload(STATEMENT, 0, KEY).replace(b'"chain":"0123456789abcdef"', b'"chain":["0123456789abcdef"]'),
        seals.seed_payload(STATEMENT, 0, KEY).replace(b'"chain":"0123456789abcdef"', b'"chain":{}'),
        seals.seed_payload(STATEMENT, 0, KEY).replace(LOG.encode(), b'x').replace(b'"log":"x"', b'"log":7'),
        seals.seed_payload(replace(STATEMENT, key_hash="x" * 3000), 3, KEY),
    ],
)  # fmt: skip
def test_seeds_that_are_none_are_damaged(payload: bytes) -> None:
    with pytest.raises(Damaged):
        seals.parse_seed(payload)


def test_a_log_full_of_chains_and_seals_keeps_nobody_busy() -> None:
    count = 40_000
    time = time_of(1)
    many = [SealPoint(2 * n + 1, time, f"{n:016x}", 0, bytes(32), 2 * n + 1, bytes(32)) for n in range(count)]
    chains = [ChainPoint(2 * n, time, f"{n:016x}", bytes(32)) for n in range(count)]
    began = process_time()
    assert check(many, chains=chains, seeds=[]).problems
    assert process_time() - began < 5


def test_keys_are_not_evolved_for_ever() -> None:
    """Chains whose one seal is of a day a century later: each alone may be, all together not."""
    chains, found, seeds, last = [], [], [], None
    for number in range(8):
        statement = Statement(LOG, f"{number:016x}", START - 10**9, seals.key_hash(KEY), last)
        seq, epoch = 10 * number, seals.MAX_EPOCHS - 1
        chains.append(point(statement, seq))
        found.append(SealPoint(seq + 5, time_of(5), statement.chain, epoch, bytes(32), seq + 5, root_of(seq + 5)))
        seeds.append(seals.seed_payload(statement, 0, KEY))
        last = statement.chain, epoch
    began = process_time()
    messages = [message for _, message in check(found, chains=chains, seeds=seeds).problems]
    assert any("more days of seals than can be" in message for message in messages)
    assert process_time() - began < 10

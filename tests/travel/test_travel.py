"""Travel from its start to its end: what opens the vault, what is destroyed, what the files tell."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import vaults
from journeys import (
    NAMES,
    WAIT,
    Trustee,
    answered,
    asked,
    never,
    order,
    root_of,
    share_of,
    started,
    trustee,
    trustees,
    words,
)  # fmt: skip

from vault.crypto import age, slots
from vault.errors import NotAllowed, Usage, WrongSecret
from vault.session import travel_state
from vault.store import header_file
from vault.usecases import (
    doctor,
    headers,
    opening,
    overview,
    travel,
    travel_end,
    travel_header,
    travel_look,
    travel_now,
    travel_return,
)  # fmt: skip
from vault.usecases.unlocked import UnlockedVault

NEW = slots.RecoveryCode(bytes(range(1, 33)))


@pytest.fixture
def who(vault: UnlockedVault) -> list[Trustee]:
    return trustees(vault)


@contextlib.contextmanager
def old_header(folder: Path) -> Iterator[int]:
    """A second handle on the header's inode, to see what becomes of its bytes."""
    handle = os.open(folder / "vault.json", os.O_RDONLY)
    try:
        yield handle
    finally:
        os.close(handle)


def everything_in(folder: Path) -> bytes:
    return b"\0".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_start_leaves_only_the_trustees(vault: UnlockedVault, who: list[Trustee], tmp_path: Path) -> None:
    before = header_file.read(vault.folder)
    secrets = [str(value).encode() for slot in before.slots for value in slot.members.values()]
    secrets = [one for one in secrets if len(one) > 20]  # its salt and wrapped key
    with old_header(vault.folder) as handle:
        done = started(vault, who, tmp_path / "shares")
        inode = os.pread(handle, 1 << 20, 0)
    vault.close()
    assert len(secrets) == 2
    assert done.overwritten
    assert len(inode) == len(before.dump())
    for secret in (*secrets, before.mac.encode(), before.slots[0].members["id"].encode()):
        assert secret not in inode
        assert secret not in everything_in(vault.folder)
    after = header_file.read(vault.folder)
    assert [slot.members["kind"] for slot in after.slots] == ["shares"]
    with pytest.raises(WrongSecret):
        opening.open_vault(vault.folder, vaults.CODE)
    texts = [words(one, who) for one in done.given]
    for some in ((0, 1), (1, 2), (2, 0)):
        opening.open_vault(vault.folder, slots.Shares(tuple(texts[n] for n in some))).close()
    with pytest.raises(WrongSecret, match="2 of 3 shares are needed, 1 given"):
        opening.open_vault(vault.folder, slots.Shares((texts[0],)))


def test_the_header_names_nobody_and_no_date(vault: UnlockedVault, who: list[Trustee], tmp_path: Path) -> None:
    done = started(vault, who, tmp_path / "shares")
    vault.close()
    data = (vault.folder / "vault.json").read_bytes()
    (slot,) = json.loads(data)["slots"]
    assert set(slot) == {"id", "kind", "kdf", "salt", "wrap", "key", "set", "need", "count", "checks"}
    for one in who:
        for told in (one.id, one.name, *one.name.split(), one.identity.recipient().to_string()[:40]):
            assert told.encode() not in data
    assert (vault.folder / "vault.json").stat().st_mtime == 946_684_800
    # Nor do the files of the trustees by their names or sizes; inside is what they have to know, and no more.
    files = sorted((tmp_path / "shares").iterdir())
    assert [path.name for path in files] == ["share-1.age", "share-2.age", "share-3.age"]
    assert len({path.stat().st_size for path in files}) == 1
    for given, one in zip(done.given, who, strict=True):
        assert given.path is not None
        assert given.path.stat().st_mode & 0o777 == 0o600
        inside = share_of(given.path.read_bytes(), one.identity)
        assert (inside.need, inside.count, inside.wait) == (2, 3, WAIT)
        for told in (*NAMES, one.id, vault.header.vault, "202"):
            assert told not in inside.share + inside.instructions
        others = [other for other in who if other is not one]
        for other in others:
            with pytest.raises(WrongSecret):
                share_of(given.path.read_bytes(), other.identity)


def test_the_way_back(vault: UnlockedVault, who: list[Trustee], tmp_path: Path) -> None:
    done = started(vault, who, tmp_path / "shares")
    vault.close()
    folder, texts = vault.folder, [words(one, who) for one in done.given]
    request = asked(folder, tmp_path / "request.json")
    assert vault.header.vault.encode() not in (tmp_path / "request.json").read_bytes()
    kept = list((travel_state._folder(vault.header.vault)).iterdir())
    assert [path.stat().st_mode & 0o777 for path in kept] == [0o600]
    answers = [answered(request, texts[n], tmp_path / f"answer{n}") for n in (0, 2)]
    assert texts[0].split()[0].encode() not in answers[0]
    found = opening.unlock(folder, slots.Shares(travel_end.opened(folder, answers, [])))
    with opening.opened(folder, found) as again:
        travel_end.finish(again, found.root, travel_end.New(None, NEW))
        assert [entry.action for entry in again.log.entries()][-2:] == ["travel.end", "travel.end"]
        assert {one.level for one in doctor.examine(again)} <= {"ok", "warning"}
    assert not travel_state._folder(vault.header.vault).exists()
    opening.open_vault(folder, NEW).close()
    with pytest.raises(WrongSecret):
        opening.open_vault(folder, slots.Shares((texts[0], texts[1])))


def test_answers_that_are_wrong_are_named(vault: UnlockedVault, who: list[Trustee], tmp_path: Path) -> None:
    done = started(vault, who, tmp_path / "shares")
    vault.close()
    folder, texts = vault.folder, [words(one, who) for one in done.given]
    first, second = asked(folder, tmp_path / "r1"), asked(folder, tmp_path / "r2")
    good = answered(first, texts[0], tmp_path / "a1")
    also = answered(second, texts[1], tmp_path / "a2")
    travel_end.opened(folder, [good, also], [])  # two requests may be open, and both kinds of shares mixed
    travel_end.opened(folder, [good], [texts[2]])
    with pytest.raises(WrongSecret, match="answer 2 holds the same share as answer 1"):
        travel_end.opened(folder, [good, answered(second, texts[0], tmp_path / "a3")], [])
    with pytest.raises(WrongSecret, match="2 of 3 shares are needed, 1 given"):
        travel_end.opened(folder, [good], [])
    foreign = age.HybridIdentity.generate()
    other = type(first)(foreign.recipient().to_string(), first.sets)
    with pytest.raises(WrongSecret, match="answer 2 is to another request"):
        travel_end.opened(folder, [good, answered(other, texts[1], tmp_path / "a4")], [])
    for at in range(0, len(also), 97):
        altered = bytearray(also)
        altered[at] ^= 1
        with pytest.raises(Exception, match=r"answer 2 is (damaged|to another request)"):
            travel_end.opened(folder, [good, bytes(altered)], [])
    with pytest.raises(Usage, match="no answer was given"):
        travel_end.opened(folder, [], [])


def test_shares_of_another_vault(vault: UnlockedVault, who: list[Trustee], tmp_path: Path) -> None:
    done = started(vault, who, tmp_path / "shares")
    vault.close()
    texts = [words(one, who) for one in done.given]
    with vaults.new_vault(tmp_path / "second") as other:
        there = trustees(other, 2)
        foreign = [words(one, there) for one in started(other, there, tmp_path / "others").given]
    request = asked(vault.folder, tmp_path / "request")
    with pytest.raises(Usage, match="asks for other shares"):
        answered(request, foreign[0], tmp_path / "answer")
    with pytest.raises(WrongSecret, match="share 2: this is a share of another set"):
        travel_end.opened(vault.folder, [], [texts[0], foreign[0]])
    mistyped = texts[1].replace(texts[1].split()[7], "academic", 1)
    with pytest.raises(WrongSecret, match="share 2: a word of the share is wrong"):
        travel_end.opened(vault.folder, [], [texts[0], mistyped])
    with pytest.raises(WrongSecret):
        opening.open_vault(vault.folder, slots.Shares(tuple(foreign)))


def test_a_prepared_header_closes_the_vault_without_a_key(
    vault: UnlockedVault, who: list[Trustee], tmp_path: Path
) -> None:
    with pytest.raises(Usage, match="nothing was prepared for travel"):
        travel_now.close(vault.folder)
    made = travel.prepare(vault, root_of(vault.folder), order(who), tmp_path / "shares", never)
    assert overview.status(vault).travel
    texts = [words(one, who) for one in made.given]
    vault.close()
    before = header_file.read(vault.folder).dump()
    opening.open_vault(vault.folder, vaults.CODE).close()
    with old_header(vault.folder) as handle:
        done = travel_now.close(vault.folder)
        assert not done.already
        assert os.pread(handle, 1 << 20, 0) != before
    assert done.seen == ()
    assert header_file.read(vault.folder).dump() not in before
    again = travel_now.close(vault.folder)
    assert again.already
    with pytest.raises(WrongSecret):
        opening.open_vault(vault.folder, vaults.CODE)
    with opening.open_vault(vault.folder, slots.Shares(tuple(texts[1:]))) as back:
        told = [entry for entry in back.log.entries() if entry.action == "travel.now"]
        assert [entry.digest for entry in told] == [headers.digest_of(back.header)]
        assert not travel_return.prepared(back)
    with opening.open_vault(vault.folder, slots.Shares(tuple(texts[:2]))) as back:
        assert sum(entry.action == "travel.now" for entry in back.log.entries()) == 1
    # The header of before, put back now, is an older one.
    (vault.folder / "vault.json").write_bytes(before)
    with pytest.raises(Exception, match="is an older one"):
        opening.open_vault(vault.folder, vaults.CODE)


def test_start_with_what_was_prepared(vault: UnlockedVault, who: list[Trustee], tmp_path: Path) -> None:
    root = root_of(vault.folder)
    with pytest.raises(Usage, match="no trustees are named"):
        travel.start(vault, root, None, None, never)
    made = travel.prepare(vault, root, order(who), tmp_path / "shares", never)
    done = travel.start(vault, root, None, None, never)
    vault.close()
    assert (done.need, done.count, done.given) == (2, 3, ())
    assert not (vault.folder / travel_header.NAME).exists()
    texts = [words(one, who) for one in made.given]
    with opening.open_vault(vault.folder, slots.Shares((texts[0], texts[2]))) as back:
        assert all(entry.action != "travel.now" for entry in back.log.entries())


def test_a_second_preparation_replaces_the_first(vault: UnlockedVault, who: list[Trustee], tmp_path: Path) -> None:
    root = root_of(vault.folder)
    first = travel.prepare(vault, root, order(who), tmp_path / "first", never)
    second = travel.prepare(vault, root, order(who[:2]), tmp_path / "second", never)
    vault.close()
    travel_now.close(vault.folder)
    with pytest.raises(WrongSecret, match="another set"):
        opening.open_vault(vault.folder, slots.Shares(tuple(words(one, who) for one in first.given[:2])))
    opening.open_vault(vault.folder, slots.Shares(tuple(words(one, who) for one in second.given))).close()


def test_a_prepared_header_can_be_dropped(vault: UnlockedVault, who: list[Trustee], tmp_path: Path) -> None:
    travel.prepare(vault, root_of(vault.folder), order(who), tmp_path / "shares", never)
    travel.drop_prepared(vault)
    assert not (vault.folder / travel_header.NAME).exists()
    assert vault.log.kept.prepared() == ""
    with pytest.raises(Usage):
        travel_now.check(vault.folder)
    travel.drop_prepared(vault)


def test_paper_is_shown_before_anything_is_done(vault: UnlockedVault, who: list[Trustee], tmp_path: Path) -> None:
    before, shown = header_file.read(vault.folder), []

    def show(number: int, text: str) -> None:
        assert header_file.read(vault.folder) == before
        assert not (tmp_path / "shares").exists()
        shown.append((number, text))

    done = travel.start(vault, root_of(vault.folder), order(who[:1], paper=2), tmp_path / "shares", show)
    vault.close()
    assert [number for number, _ in shown] == [2, 3]
    assert [(one.number, one.path is None) for one in done.given] == [(1, False), (2, True), (3, True)]
    opening.open_vault(vault.folder, slots.Shares(tuple(text for _, text in shown))).close()


def test_a_person_who_stops_writing_down_changes_nothing(vault: UnlockedVault, tmp_path: Path) -> None:
    def stop(number: int, text: str) -> None:
        raise KeyboardInterrupt

    before, who = header_file.read(vault.folder), trustees(vault, 2)
    with pytest.raises(KeyboardInterrupt):
        travel.start(vault, root_of(vault.folder), order(who, paper=1), tmp_path / "shares", stop)
    assert header_file.read(vault.folder) == before
    assert not (tmp_path / "shares").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["vault"]


def test_orders_that_can_not_be_carried_out(vault: UnlockedVault, who: list[Trustee], tmp_path: Path) -> None:
    root, out = root_of(vault.folder), tmp_path / "shares"
    lawyer = trustee(vault, "Адвокат", role="lawyer")
    for wrong, error in (
        (order(who, need=4), Usage), (order(who, need=0), Usage), (order([who[0], who[0]]), Usage),
        (order([*who, lawyer]), NotAllowed), (order([], need=1), Usage), (order(who, paper=14), Usage),
    ):  # fmt: skip
        with pytest.raises(error):
            travel.start(vault, root, wrong, out, never)
        assert not out.exists()
    opening.open_vault(vault.folder, vaults.CODE).close()


def test_one_of_several_is_enough_if_asked_for(vault: UnlockedVault, who: list[Trustee], tmp_path: Path) -> None:
    done = started(vault, who, tmp_path / "shares", need=1)
    vault.close()
    for one in done.given:
        opening.open_vault(vault.folder, slots.Shares((words(one, who),))).close()


def test_what_lies_about_is_found(vault: UnlockedVault, who: list[Trustee], tmp_path: Path) -> None:
    from vault.crypto import recovery

    root = root_of(vault.folder)
    (tmp_path / "sheet.txt").write_text(recovery.encode(vaults.CODE.secret) + "\n")
    (tmp_path / "other.txt").write_text(recovery.encode(NEW.secret) + "\n")
    (tmp_path / "note.txt").write_text("Просто записка.")
    (tmp_path / "key.txt").write_text(f"# public key: {who[0].identity.recipient().to_string()}\n"
                                      f"{who[0].identity.to_string()}\n")  # fmt: skip
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "vault.json").write_bytes((vault.folder / "vault.json").read_bytes())
    (vault.folder / "vault.json.bak").write_bytes((vault.folder / "vault.json").read_bytes())
    with vault.catalogue.transaction():
        for place in (tmp_path / "copy", tmp_path / "gone"):
            vault.catalogue.db.execute(
                "INSERT INTO backups (id, place, made, verified, size) VALUES (?, ?, '', '', 0)",
                (str(place), str(place)),
            )
    plan = travel.plan(vault, root, order(who))
    found = {(one.kind, Path(one.where).name, one.opens) for one in plan.seen}
    assert found == {
        ("sheet", "sheet.txt", False), ("trustee-key", "key.txt", False), ("copy", "vault.json", True),
        ("copy", "vault.json.bak", True), ("backup", "copy", True),
    }  # fmt: skip
    assert {kind for _, kind in plan.slots} == {"recovery"}


def test_another_process_that_has_the_vault_open_is_seen(
    vault: UnlockedVault, who: list[Trustee], tmp_path: Path
) -> None:
    travel.prepare(vault, root_of(vault.folder), order(who), tmp_path / "shares", never)
    assert [one.kind for one in travel_now.close(vault.folder).seen] == ["open"]
    vault.close()
    assert travel_look.open_elsewhere(vault.folder) == []


def test_bytes_that_are_in_use_are_never_written_over(tmp_path: Path) -> None:
    from vault.store import wipe

    path = tmp_path / "file"
    path.write_bytes(b"in use")
    with wipe.holding(path) as held:
        assert held is not None
        assert held.overwrite() is False
    assert path.read_bytes() == b"in use"
    os.link(path, tmp_path / "second name")
    wipe.destroy(tmp_path / "second name")
    assert path.read_bytes() == b"in use"
    (tmp_path / "link").symlink_to(path)
    wipe.destroy(tmp_path / "link")
    assert path.read_bytes() == b"in use"
    with path.open("rb") as inode:
        wipe.destroy(path)
        assert len(rest := inode.read()) == 6
        assert rest != b"in use"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["cut", "other", "local slot", "flipped"])
def test_a_prepared_header_that_is_none_destroys_nothing(
    vault: UnlockedVault, who: list[Trustee], tmp_path: Path, damage: str
) -> None:
    from vault.errors import Damaged

    travel.prepare(vault, root_of(vault.folder), order(who), tmp_path / "shares", never)
    vault.close()
    path = vault.folder / travel_header.NAME
    data = path.read_bytes()
    if damage == "cut":
        path.write_bytes(data[:-30])
    elif damage == "flipped":
        path.write_bytes(data.replace(b'"need":2', b'"need":1'))
    elif damage == "local slot":
        path.write_bytes((vault.folder / "vault.json").read_bytes())
    else:
        with vaults.new_vault(tmp_path / "second") as other:
            there = trustees(other, 2)
            travel.prepare(other, root_of(other.folder), order(there), tmp_path / "others", never)
        path.write_bytes((tmp_path / "second" / travel_header.NAME).read_bytes())
    before = (vault.folder / "vault.json").read_bytes()
    with pytest.raises(Damaged):
        travel_now.close(vault.folder)
    assert (vault.folder / "vault.json").read_bytes() == before
    with opening.open_vault(vault.folder, vaults.CODE) as again:
        assert not travel_return.prepared(again)

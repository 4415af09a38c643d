"""Commands that change what opens the vault: disturbed, they leave the old or the new secret to open all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import fault_lab
from fault_lab import Lab, Run
from fault_trials import Scenario

from vault.crypto import age, recovery, slots
from vault.store import header_file
from vault.usecases import (
    headers,
    key_slots,
    opening,
    recipients,
    travel,
    travel_answer,
    travel_header,
    travel_shares,
)

PASSPHRASES = ("seven older words that nobody knows yet", "seven newer words that nobody knows yet")
TRUSTEES = 2


def prepared(name: str, make: Callable[[Lab], None]) -> Callable[[Lab, Path], Lab]:
    """A start from a copy of a lab in which `make` has changed something, which is done once."""

    def start(lab: Lab, base: Path) -> Lab:
        changed = replace(lab, base=lab.base.with_name(f"{lab.base.name}-{name}"))
        if not changed.base.exists():
            make(lab.copy(changed.base))
        return changed.copy(base)

    return start


def slot_ids(lab: Lab) -> list[str]:
    return [str(slot.members["id"]) for slot in header_file.read(lab.vault).slots]


def _again(lab: Lab, arguments: list[str], code: int = 0) -> Run:
    """The same command, undisturbed, on what the disturbed one left."""
    found = fault_lab.run(arguments)
    assert found.code == code, found.stderr
    return found


# ---- key add -------------------------------------------------------------------------------------------------------


def _new_code(lab: Lab, name: str = "new-code") -> Path:
    return lab.room / name


def _add_code(lab: Lab, name: str = "new-code") -> list[str]:
    return lab.arguments("key", "add", "recovery", "--recovery-out", str(_new_code(lab, name)))


def _judge_add_code(lab: Lab, found: Run) -> None:
    assert fault_lab.check_vault(lab) == []
    there = len(slot_ids(lab))
    assert there in (1, 2)
    if there == 2:
        assert fault_lab.opens(lab, fault_lab.code_in(_new_code(lab))), "a key slot whose secret is lost"
    else:
        assert found.code != 0
    _again(lab, _add_code(lab, "again"))
    assert fault_lab.check_vault(lab, fault_lab.code_in(_new_code(lab, "again"))) == []


def _shares(lab: Lab, name: str = "new-shares") -> slots.Shares:
    files = sorted((lab.room / name).iterdir())
    return slots.Shares(tuple(file.read_text().splitlines()[0] for file in files[:2]))


def _add_shares(lab: Lab, name: str = "new-shares") -> list[str]:
    return lab.arguments("key", "add", "shares", "--need", "2", "--of", "3", "--shares-out", str(lab.room / name))


def _judge_add_shares(lab: Lab, found: Run) -> None:
    assert fault_lab.check_vault(lab) == []
    if len(slot_ids(lab)) == 2:
        assert fault_lab.opens(lab, _shares(lab)), "a key slot whose shares are lost"
    else:
        assert found.code != 0
    _again(lab, _add_shares(lab, "again"))
    assert fault_lab.opens(lab, _shares(lab, "again"))


def _organisation(lab: Lab) -> Path:
    return lab.base / "organisation"


def _with_organisation(lab: Lab) -> None:
    _organisation(lab).write_text(age.HybridIdentity.generate().to_string() + "\n")


def _identity(path: Path) -> age.Identity:
    return age.parse_identity(path.read_text().strip())


def _add_recipient(lab: Lab) -> list[str]:
    key = _identity(_organisation(lab)).recipient().to_string()
    return lab.arguments("key", "add", "recipient", "--age-key", key)


def _judge_add_recipient(lab: Lab, found: Run) -> None:
    assert fault_lab.check_vault(lab) == []
    opens = fault_lab.opens(lab, slots.Identities((_identity(_organisation(lab)),)))
    assert opens == (len(slot_ids(lab)) == 2)
    assert opens or found.code != 0


# ---- key remove, key change ----------------------------------------------------------------------------------------


def _second(lab: Lab) -> Path:
    return lab.base / "second-code"


def _with_second(lab: Lab) -> None:
    code = recovery.generate()
    _second(lab).write_text(recovery.encode(code) + "\n")
    _add_slot(lab, lambda root: slots.make(slots.RecoveryCode(code), root))


def _with_passphrase(lab: Lab) -> None:
    for name, text in zip(("old", "new"), PASSPHRASES, strict=True):
        (lab.base / f"{name}-passphrase").write_text(text + "\n")
    _add_slot(lab, lambda root: slots.make(slots.Passphrase(PASSPHRASES[0]), root))


def add_every_kind(lab: Lab) -> None:
    """A slot of each kind that needs neither Argon2 nor a keyring."""
    _with_second(lab)
    _add_slot(lab, lambda root: slots.make_shares(2, 3, root)[0])
    _add_slot(lab, lambda root: slots.make_recipient(age.HybridIdentity.generate().recipient(), root))


def _add_slot(lab: Lab, make: Callable[[bytes], slots.Slot]) -> None:
    unlocked = opening.unlock(lab.vault, fault_lab.code_in(lab.sheet))
    with opening.opened(lab.vault, unlocked) as vault:
        key_slots.add(vault, unlocked.root, make(unlocked.root), "")


def _remove(lab: Lab) -> list[str]:
    slot = slot_ids(lab)[-1]
    return lab.arguments("key", "remove", slot, "--confirm", slot)


def _judge_remove(lab: Lab, found: Run) -> None:
    assert fault_lab.check_vault(lab) == []
    there = len(slot_ids(lab)) == 2
    assert fault_lab.opens(lab, fault_lab.code_in(_second(lab))) == there
    if there:
        assert found.code != 0
        _again(lab, _remove(lab))
    assert not fault_lab.opens(lab, fault_lab.code_in(_second(lab)))
    assert fault_lab.check_vault(lab) == []


def _change(lab: Lab) -> list[str]:
    return lab.arguments(
        "key", "change", slot_ids(lab)[-1], "--new-passphrase-file", str(lab.base / "new-passphrase")
    )  # fmt: skip


def _judge_change(lab: Lab, found: Run) -> None:
    assert fault_lab.check_vault(lab) == []
    assert len(slot_ids(lab)) == 2
    new = fault_lab.opens(lab, slots.Passphrase(PASSPHRASES[1]))
    assert new or found.code != 0
    assert fault_lab.opens(lab, slots.Passphrase(PASSPHRASES[0])) is not new


# ---- travel --------------------------------------------------------------------------------------------------------


def _with_trustees(lab: Lab) -> None:
    """The recovery sheet stays at home, where `travel start` doesn't find it: it would say that it still opens."""
    lab.sheet.rename(_away(lab))
    with lab.open(fault_lab.code_in(_away(lab))) as vault:
        for number in range(TRUSTEES):
            key = age.HybridIdentity.generate()
            _trustee(lab, number).write_text(key.to_string() + "\n")
            recipients.add(vault, "trustee", f"Trustee {number}", age_key=key.recipient().to_string())


def _away(lab: Lab) -> Path:
    folder = lab.base / "home" / "drawer"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "code"


def _trustee(lab: Lab, number: int) -> Path:
    return lab.base / f"trustee-{number}"


def _trustees(lab: Lab) -> str:
    with lab.open(fault_lab.code_in(_away(lab))) as vault:
        return ",".join(one.id for one in recipients.listing(vault) if one.role == "trustee")


def _travel_arguments(lab: Lab, *words: str) -> list[str]:
    line = lab.arguments(*words)
    line[line.index(str(lab.sheet))] = str(_away(lab))
    return line


def _given(lab: Lab, folder: Path) -> slots.Shares:
    """What the trustees read in the files that they got."""
    files = sorted(folder.glob("*.age"))
    assert len(files) == TRUSTEES
    keys = [_identity(_trustee(lab, number)) for number in range(TRUSTEES)]
    return slots.Shares(tuple(travel_answer.unsealed(file.read_bytes(), keys).text for file in files))


def _travel_prepare(lab: Lab, out: str = "shares") -> list[str]:
    return _travel_arguments(
        lab, "travel", "prepare", "--trustees", _trustees(lab), "--need", str(TRUSTEES), "--out",
        str(lab.room / out),
    )  # fmt: skip


def _judge_travel_prepare(lab: Lab, found: Run) -> None:
    assert fault_lab.check_vault(lab, fault_lab.code_in(_away(lab))) == []
    ready = travel_header.read(lab.vault)
    if ready is None:
        assert found.code != 0
    else:
        # `travel now` takes what lies there without asking anybody: its shares must be in hands.
        slots.open_any([headers.slot_of(one) for one in ready.slots], _given(lab, lab.room / "shares"))
    _again(lab, _travel_prepare(lab, "again"))


def _start(lab: Lab, out: str = "shares") -> list[str]:
    return _travel_arguments(
        lab, "travel", "start", "--trustees", _trustees(lab), "--need", str(TRUSTEES), "--out", str(lab.room / out),
        "--confirm", header_file.read(lab.vault).vault,
    )  # fmt: skip


def _judge_start(lab: Lab, found: Run) -> None:
    if not travel_header.closed(header_file.read(lab.vault)):
        assert found.code != 0
        assert fault_lab.check_vault(lab, fault_lab.code_in(_away(lab))) == []
        _again(lab, _start(lab, "again"))
        assert fault_lab.check_vault(lab, _given(lab, lab.room / "again")) == []
    else:
        assert fault_lab.check_vault(lab, _given(lab, lab.room / "shares")) == []
    assert not fault_lab.opens(lab, fault_lab.code_in(_away(lab)))


def _with_travel_prepared(lab: Lab) -> None:
    _with_trustees(lab)
    ids = tuple(_trustees(lab).split(","))
    unlocked = opening.unlock(lab.vault, fault_lab.code_in(_away(lab)))
    with opening.opened(lab.vault, unlocked) as vault:
        order = travel_shares.Order(ids, 0, TRUSTEES)
        travel.prepare(vault, unlocked.root, order, lab.base / "shares", lambda _, __: None)


def _now(lab: Lab) -> list[str]:
    """It takes no secret."""
    line = lab.arguments("travel", "now", "--yes")
    at = line.index("--recovery-file")
    return line[:at] + line[at + 2 :]


def _judge_now(lab: Lab, found: Run) -> None:
    given = _given(lab, lab.base / "shares")
    if travel_header.closed(header_file.read(lab.vault)):
        assert fault_lab.check_vault(lab, given) == []
    else:
        assert found.code != 0
        assert fault_lab.check_vault(lab, fault_lab.code_in(_away(lab))) == []
    _again(lab, _now(lab))
    assert fault_lab.check_vault(lab, given) == []
    assert not fault_lab.opens(lab, fault_lab.code_in(_away(lab)))


def _with_travel_begun(lab: Lab) -> None:
    _with_travel_prepared(lab)
    done = fault_lab.run(_now(lab))
    assert done.code == 0, done.stderr
    for number, text in enumerate(_given(lab, lab.base / "shares").texts):
        (lab.base / f"words-{number}").write_text(text + "\n")


def _end(lab: Lab, name: str = "new-code") -> list[str]:
    line = _now(lab)
    line[line.index("travel") :] = ["travel", "end", "--recovery-out", str(_new_code(lab, name))]
    return [*line, *(word for number in range(TRUSTEES)
                     for word in ("--share-file", str(lab.base / f"words-{number}")))]  # fmt: skip


def _judge_end(lab: Lab, found: Run) -> None:
    if travel_header.closed(header_file.read(lab.vault)):
        assert found.code != 0
        assert fault_lab.check_vault(lab, _given(lab, lab.base / "shares")) == []
        _again(lab, _end(lab, "again"))
        assert fault_lab.check_vault(lab, fault_lab.code_in(_new_code(lab, "again"))) == []
    else:
        assert fault_lab.check_vault(lab, fault_lab.code_in(_new_code(lab))) == []


def _scenarios() -> Iterator[Scenario]:
    trustees = prepared("trustees", _with_trustees)
    yield Scenario("key add recovery", lambda lab, base: lab.copy(base), _add_code, _judge_add_code)
    yield Scenario("key add shares", lambda lab, base: lab.copy(base), _add_shares, _judge_add_shares)
    yield Scenario(
        "key add recipient", prepared("organisation", _with_organisation), _add_recipient, _judge_add_recipient
    )
    yield Scenario("key remove", prepared("second", _with_second), _remove, _judge_remove)
    yield Scenario("key change", prepared("passphrase", _with_passphrase), _change, _judge_change)
    yield Scenario("travel prepare", trustees, _travel_prepare, _judge_travel_prepare)
    yield Scenario("travel start", trustees, _start, _judge_start)
    yield Scenario("travel now", prepared("prepared", _with_travel_prepared), _now, _judge_now)
    yield Scenario("travel end", prepared("begun", _with_travel_begun), _end, _judge_end)


SCENARIOS = {one.name: one for one in _scenarios()}

"""Commands that copy, destroy or renew much at once: backups, a case's end, new keys for everything."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import fault_lab
import vaults
from fault_keys import prepared
from fault_lab import Lab, Run
from fault_trials import Scenario

from vault.crypto import age, recovery
from vault.errors import CasevaultError
from vault.model.records import Case, Evidence, ExtractedText
from vault.store import remnants
from vault.usecases import backup, backup_check, cases, doctor, extracting, items, migrating, opening, travel_send

SHRED = "Это дело будет уничтожено"


def _again(arguments: list[str]) -> Run:
    found = fault_lab.run(arguments)
    assert found.code == 0, found.stderr
    return found


# ---- backups -------------------------------------------------------------------------------------------------------


def _folder(lab: Lab) -> Path:
    return lab.room / "backups"


def _file(lab: Lab, name: str = "one") -> Path:
    return lab.room / f"{name}.casevault-backup"


def _with_backup(lab: Lab) -> None:
    """An older snapshot, so that the new one shares what is there already; and something new since."""
    (lab.base / "more").write_bytes(b"more" * 40_000)
    with lab.open() as vault:
        backup.create(vault, _folder(lab))
        fault_lab.add(vault, lab.case, [lab.base / "more"])


def _create(lab: Lab) -> list[str]:
    return lab.arguments("backup", "create", str(_folder(lab)))


def _create_file(lab: Lab, name: str = "one") -> list[str]:
    return lab.arguments("backup", "create", str(_file(lab, name)))


def _restored(lab: Lab, place: Path, out: Path) -> Lab:
    """The vault of a backup, on a new device, whole."""
    fresh = Lab(out, lab.case, lab.earlier).here()
    fresh.state.mkdir(parents=True)
    shutil.copy(lab.sheet, fresh.sheet)
    _again(fresh.arguments("backup", "restore", str(place), "--out", str(fresh.vault)))
    return fresh


def _verify(lab: Lab, place: Path) -> None:
    found = backup_check.verify(place, secret=fault_lab.code_in(lab.sheet))
    assert found.ok, [one.message for one in found.problems]


def _judge_create(lab: Lab, found: Run) -> None:
    assert len(fault_lab.check_vault(lab)) == 1
    _verify(lab, _folder(lab))
    before = len(fault_lab.check_vault(_restored(lab, _folder(lab), lab.base / "first")))
    assert before in (0, 1)
    if found.code == 0:
        assert before == 1, "it said that everything is in the backup"
    lab.here()
    _again(_create(lab))
    _verify(lab, _folder(lab))
    assert len(fault_lab.check_vault(_restored(lab, _folder(lab), lab.base / "second"))) == 1
    assert not [path for path in _folder(lab).rglob("*") if path.suffix == ".part"]


def _judge_create_file(lab: Lab, found: Run) -> None:
    assert fault_lab.check_vault(lab) == []
    if _file(lab).exists():
        _verify(lab, _file(lab))
        fault_lab.check_vault(_restored(lab, _file(lab), lab.base / "first"))
        lab.here()
    else:
        assert found.code != 0
    _again(_create_file(lab, "again"))
    _verify(lab, _file(lab, "again"))


def _with_backup_aside(lab: Lab) -> None:
    with lab.open() as vault:
        backup.create(vault, lab.base / "backups")
    shutil.rmtree(lab.vault)


def _restore(lab: Lab) -> list[str]:
    return lab.arguments("backup", "restore", str(lab.base / "backups"), "--out", str(lab.vault))


def _judge_restore(lab: Lab, found: Run) -> None:
    if lab.vault.exists():
        assert fault_lab.check_vault(lab) == []
    else:
        assert found.code != 0
        _again(_restore(lab))
        assert fault_lab.check_vault(lab) == []
    _verify(lab, lab.base / "backups")
    left = {path.name for path in lab.room.iterdir()} - {"vault", "code", "state"}
    assert not left, f"a half-made vault was left behind: {left}"


# ---- the whole vault in one sealed file ----------------------------------------------------------------------------


def _sealed(lab: Lab, name: str = "sealed") -> Path:
    return lab.room / name


def _traveller(lab: Lab) -> Path:
    return lab.base / "traveller"


def _with_traveller(lab: Lab) -> None:
    from vault.usecases import recipients

    key = age.HybridIdentity.generate()
    _traveller(lab).write_text(key.to_string() + "\n")
    with lab.open() as vault:
        recipients.add(vault, "other", "Traveller", age_key=key.recipient().to_string())


def _send(lab: Lab) -> list[str]:
    from vault.store import header_file
    from vault.usecases import recipients

    with lab.open() as vault:
        (to,) = [one.id for one in recipients.listing(vault) if one.role == "other"]
    return lab.arguments(
        "travel", "send", "--out", str(_sealed(lab)), "--to", to, "--remove-vault", "--confirm",
        header_file.read(lab.vault).vault,
    )  # fmt: skip


def _judge_send(lab: Lab, found: Run) -> None:
    there = (lab.vault / "vault.json").exists()
    if there:
        assert found.code != 0
        assert fault_lab.check_vault(lab) == []
    if not there or _sealed(lab).exists():
        key = age.parse_identity(_traveller(lab).read_text().strip())
        travel_send.receive(_sealed(lab), [key], _file(lab, "received"), lambda _: None)
        assert fault_lab.check_vault(_restored(lab, _file(lab, "received"), lab.base / "received")) == []


# ---- case shred ----------------------------------------------------------------------------------------------------


def _with_another_case(lab: Lab) -> None:
    for name in ("secret.txt", "shared.txt"):
        (lab.base / name).write_text(f"{SHRED}: {name}", "utf-8")
    with lab.open() as vault:
        case = cases.new(vault, SHRED)
        added = fault_lab.add(vault, case.id, [lab.base / "secret.txt", lab.base / "shared.txt"])
        for _ in extracting.read(vault, added, accept_weak_jail=True):
            pass
        items.share(vault, added[1].id, lab.case)
    (lab.base / "case").write_text(case.id)


def _shred(lab: Lab) -> list[str]:
    case = (lab.base / "case").read_text()
    return lab.arguments("case", "shred", case, "--confirm", case, "--purpose", "other", "--keep-shared")


def _judge_shred(lab: Lab, found: Run) -> None:
    case = (lab.base / "case").read_text()
    with lab.open() as vault:
        there = vault.catalogue.get(Case, case) is not None
        # Until it is finished the files of a case that is gone may still be there: the doctor finishes it.
        list(doctor.examine(vault))
    rest = fault_lab.check_vault(lab)
    assert len(rest) == (2 if there else 1), "what another case uses stays"
    with lab.open() as vault:
        texts = {one.case_id for one in vault.catalogue.all(ExtractedText)}
        assert (case in texts) == there
        assert there or not remnants.leaving(vault.catalogue)
        assert {one.case_id for one in vault.catalogue.all(Evidence)} == ({lab.case, case} if there else {lab.case})
    if there:
        assert found.code != 0
        _again(_shred(lab))
        assert len(fault_lab.check_vault(lab)) == 1


# ---- new keys for everything ---------------------------------------------------------------------------------------


def _rotate(lab: Lab, name: str = "new-code", sheet: Path | None = None) -> list[str]:
    line = lab.arguments("key", "rotate", "--deep", "--recovery-out", str(lab.room / name))
    line[line.index(str(lab.sheet))] = str(sheet or lab.sheet)
    return line


def _judge_rotate(lab: Lab, found: Run) -> None:
    new = lab.room / "new-code"
    opened = [path for path in (lab.sheet, new) if path.exists() and _opens(lab, path)]
    assert len(opened) == 1, "one of the two opens it, and never both"
    if found.code == 0:
        assert opened == [new]
    assert fault_lab.check_vault(lab, fault_lab.code_in(opened[0])) == []
    again = lab.room / "again"
    _again(_rotate(lab, again.name, opened[0]))
    assert fault_lab.check_vault(lab, fault_lab.code_in(again)) == []
    assert not _opens(lab, opened[0])


def _opens(lab: Lab, path: Path) -> bool:
    try:
        return fault_lab.opens(lab, fault_lab.code_in(path))
    except CasevaultError:
        return False  # a sheet that was only half written


# ---- a vault of an earlier version ---------------------------------------------------------------------------------

FIRST_VERSION = Path(__file__).resolve().parents[1] / "rotation" / "vault-version-1"


def _start_migrate(lab: Lab, base: Path) -> Lab:
    del lab
    old = Lab(base).here()
    old.state.mkdir(parents=True)
    shutil.copytree(FIRST_VERSION, old.vault)
    old.sheet.write_text(recovery.encode(vaults.CODE.secret) + "\n")
    return old


def _migrate(lab: Lab) -> list[str]:
    return lab.arguments("migrate", "--backup", str(lab.room / "before"))


def _judge_migrate(lab: Lab, found: Run) -> None:
    unlocked = opening.unlock(lab.vault, vaults.CODE)
    versions = migrating.look(lab.vault, unlocked)
    if not versions.current:
        assert found.code != 0
        _again(_migrate(lab))
    _verify(lab, lab.room / "before")
    before = fault_lab.check_vault(lab)
    assert before, "the items of the earlier version are there, byte for byte"
    again = fault_lab.run(_migrate(lab))
    assert again.code == 0, again.stderr
    assert again.answer["migration"]["migrated"] is False


def _scenarios() -> Iterator[Scenario]:
    yield Scenario("backup create", prepared("backup", _with_backup), _create, _judge_create)
    yield Scenario("backup create file", lambda lab, base: lab.copy(base), _create_file, _judge_create_file)
    yield Scenario("backup restore", prepared("aside", _with_backup_aside), _restore, _judge_restore)
    yield Scenario("travel send", prepared("traveller", _with_traveller), _send, _judge_send)
    yield Scenario("case shred", prepared("another", _with_another_case), _shred, _judge_shred)
    yield Scenario("migrate", _start_migrate, _migrate, _judge_migrate)
    yield Scenario("key rotate --deep", lambda lab, base: lab.copy(base), _rotate, _judge_rotate)


SCENARIOS = {one.name: one for one in _scenarios()}
